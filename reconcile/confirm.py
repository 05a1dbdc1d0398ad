"""Confirm a match: one that the last run proposed, or lines that a person names."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from ledger.post import law_of
from ledger.refusal import Refusal
from ledger.users import allow
from reconcile.act_rules import (
    MatchEmpty,
    ProposalAmbiguous,
    ProposalStale,
    ProposalUndecided,
    ProposalUnknown,
    check_balanced,
)
from reconcile.match_tables import match_proposal, reconcile_run
from reconcile.matching.rows import Posting, PostingLine
from reconcile.rule_entry import post_rules
from reconcile.settle_lines import book_of_line, match_of_place, open_bank_line, open_entry_lines, require_reason
from reconcile.store_match import ConfirmedMatch, store_matches

Answer = dict[str, Any]
ACT = "confirmer un rapprochement"


def confirm_proposal(unit: Any, proposal: int) -> Answer:
    """Accept a proposal of the last run of its book; its entry, if it carries one, is posted in the same act.

    Refuses: proposal_unknown, proposal_ambiguous, proposal_undecided, proposal_stale, match_unbalanced, role_forbidden,
    book_forbidden, and what `post_entries` refuses.
    """
    connection = unit.connection
    book, content, run_id = _proposal(connection, proposal)
    allow(unit.user, ACT, "accountant", book=book)
    lines = content["bank_ids"]
    places = [(int(one[0]), int(one[1])) for one in content["book_ids"]]
    try:
        seen = [open_bank_line(connection, book, line) for line in lines]
    except Refusal as settled:
        raise ProposalStale(proposal=proposal, count=1) from settled
    taken = [place for place in places if match_of_place(connection, place) is not None]
    if taken:
        raise ProposalStale(proposal=proposal, count=len(taken))
    posted, posting = None, content["posting"]
    if posting is not None:
        law = law_of(connection)
        sealed, places = post_rules(unit, law, [(_posting(posting), lines[0])])[0]
        posted = sealed
    else:
        check_balanced([one.amount for one in seen], _amounts(connection, places))
    match_id = store_matches(
        unit,
        [
            ConfirmedMatch(
                book, content["pass_name"], content["reason"], lines, places, content["facts"],
                content["nearest_rejected"], None if posted is None else posted.id, run_id,
            )
        ],
    )[0]  # fmt: skip
    return {"match": match_id, "book": book, "posted": None if posted is None else posted.reference}


def _amounts(connection: Connection, places: Sequence[tuple[int, int]]) -> list[int]:
    from ledger.read import lines_of

    found = []
    for entry_id, position in places:
        line = lines_of(connection, entry_id)[position - 1]
        found.append(line.debit - line.credit)
    return found


def _proposal(connection: Connection, proposal: int) -> tuple[str, Answer, int]:
    row = connection.execute(
        select(match_proposal, reconcile_run.c.book)
        .join(reconcile_run, reconcile_run.c.id == match_proposal.c.run_id)
        .where(match_proposal.c.id == proposal)
    ).one_or_none()
    if row is None:
        raise ProposalUnknown(proposal=proposal, book="demandé")
    last = connection.execute(
        select(func.max(reconcile_run.c.id)).where(reconcile_run.c.book == row.book)
    ).scalar_one()  # fmt: skip
    if row.run_id != last:
        raise ProposalUnknown(proposal=proposal, book=row.book)
    content: Answer = json.loads(row.content)
    if row.status == "ambiguous":
        raise ProposalAmbiguous(proposal=proposal, reason=content["reason"])
    if row.status == "undecided":
        raise ProposalUndecided(proposal=proposal, reason=content["reason"])
    return row.book, content, row.run_id


def _posting(document: Answer) -> Posting:
    lines = tuple(PostingLine(**line) for line in document["lines"])
    return Posting(
        document["book"], dt.date.fromisoformat(document["date"]), document["label"], document["document"], lines
    )


def confirm_by_hand(unit: Any, lines: Sequence[int], entries: Sequence[str], reason: str | None) -> Answer:
    """Match the bank lines and the entry lines that a person names: equal to the franc, all of one book, all open.

    Refuses: match_empty, reason_missing, bank_line_unknown, bank_line_matched, entry_line_unknown,
    entry_line_matched, match_unbalanced, role_forbidden, book_forbidden.
    """
    if not lines or not entries:
        raise MatchEmpty()
    why = require_reason(reason, f"la ligne de relevé n° {lines[0]}")
    book = book_of_line(unit.connection, lines[0])
    allow(unit.user, ACT, "accountant", book=book)
    seen = [open_bank_line(unit.connection, book, line) for line in dict.fromkeys(lines)]
    booked = open_entry_lines(unit.connection, book, dict.fromkeys(entries))
    check_balanced([one.amount for one in seen], [amount for _, amount in booked])
    match_id = store_matches(
        unit,
        [ConfirmedMatch(book, "manual", why, [one.id for one in seen], [place for place, _ in booked])],
    )[0]
    return {"match": match_id, "book": book, "posted": None}
