"""A run of the reconciliation of one book: read what is open, match, post what the rules say, keep the record."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import insert

from ledger.chart import require_book
from ledger.post import law_of
from ledger.refusal import plain
from ledger.users import allow
from reconcile.decisions import respect, undone_decisions
from reconcile.declared import declarations_of
from reconcile.match_tables import match_proposal, reconcile_run
from reconcile.matching.engine import match
from reconcile.matching.rows import Match, Outcome
from reconcile.open_lines import bank_lines, book_lines
from reconcile.rule_entry import post_rules
from reconcile.store_match import ConfirmedMatch, store_matches

Answer = dict[str, Any]


def run_book(unit: Any, book: str, until: dt.date | None = None) -> Answer:
    """Match the open lines of a book up to a date. Run twice, the second time finds nothing new.

    What a person undid is proposed, never confirmed again by the machine. One transaction: a run that is
    killed leaves nothing, and the next one does the whole work.
    Answers `{"book", "lines", "confirmed", "proposed", "ambiguous", "open", "passes"}`: bank lines open before,
    matches by status, bank lines still open after.
    Refuses: role_forbidden, book_forbidden, book_unknown.
    """
    allow(unit.user, "rapprocher un compte", "accountant", book=book)
    require_book(unit.connection, book)
    before = bank_lines(unit.connection, book, until)
    outcome = match(
        before,
        book_lines(unit.connection, book, until),
        declarations_of(unit.connection, book),
        settled=bank_lines(unit.connection, book, until, matched=True),
    )
    outcome = respect(outcome, undone_decisions(unit.connection, book))
    run_id = unit.next_id(reconcile_run)
    _store_confirmed(unit, book, run_id, outcome.with_status("confirmed"))
    answer = _answer(book, len(before), outcome)
    unit.connection.execute(
        insert(reconcile_run).values(
            id=run_id,
            book=book,
            until=until,
            at=unit.now,
            actor=unit.user.name,
            answer=json.dumps(answer, ensure_ascii=False, sort_keys=True),
            command_id=unit.command_id,
        )
    )
    _store_proposals(unit, run_id, outcome)
    return answer


def _store_confirmed(unit: Any, book: str, run_id: int, confirmed: tuple[Match, ...]) -> None:
    asked = [(found.posting, found.bank_ids[0]) for found in confirmed if found.posting is not None]
    posted = iter(post_rules(unit, law_of(unit.connection), asked))
    kept = []
    for found in confirmed:
        entry_lines, entry_id = list(found.book_ids), None
        if found.posting is not None:
            sealed, entry_lines = next(posted)
            entry_id = sealed.id
        kept.append(
            ConfirmedMatch(
                book, found.pass_name, found.reason, found.bank_ids, entry_lines, found.facts, found.nearest_rejected,
                entry_id, run_id,
            )
        )  # fmt: skip
    store_matches(unit, kept)


def _store_proposals(unit: Any, run_id: int, outcome: Outcome) -> None:
    shown = [found for found in outcome.matches if found.status != "confirmed"]
    first = unit.next_id(match_proposal)
    rows = [
        {
            "id": place,
            "run_id": run_id,
            "status": found.status,
            "content": json.dumps(_as_json(found), ensure_ascii=False, sort_keys=True),
        }
        for place, found in enumerate(shown, start=first)
    ]
    if rows:
        unit.connection.execute(insert(match_proposal), rows)


def _as_json(found: Match) -> Answer:
    document: Answer = found._asdict()
    if found.posting is not None:
        document["posting"] = {**found.posting._asdict(), "lines": [line._asdict() for line in found.posting.lines]}
    document["facts"] = dict(found.facts)
    return dict(plain(document))


def _answer(book: str, lines: int, outcome: Outcome) -> Answer:
    counts = {status: len([one for one in outcome.matches if one.status == status])
              for status in ("confirmed", "proposed", "ambiguous")}  # fmt: skip
    held = {line for one in outcome.with_status("confirmed") for line in one.bank_ids}
    passes = [{"name": one.name, "title": one.title, "confirmed": one.confirmed, "proposed": one.proposed,
               "ambiguous": one.ambiguous} for one in outcome.passes]  # fmt: skip
    return {"book": book, "lines": lines, **counts, "open": lines - len(held), "passes": passes}
