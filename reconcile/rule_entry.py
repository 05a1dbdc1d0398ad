"""The entries that declared rules, or a person's imputation, post for bank lines the books did not hold."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from ledger.entry import EntryDraft, Line, SealedEntry
from ledger.entry_rules import Law
from ledger.post import post_entries
from reconcile.match_tables import bank_match_line
from reconcile.matching.rows import Posting
from reconcile.open_lines import bank_ledger_accounts

Places = list[tuple[int, int]]


def open_date(law: Law, book: str, day: dt.date) -> dt.date:
    """The day itself, or the first day of the next open period: a late entry keeps its document date."""
    found = day
    while (book, found.year, found.month) in law.closed_periods:
        found = dt.date(found.year + found.month // 12, found.month % 12 + 1, 1)
    return found


def post_rules(
    unit: Any, law: Law, postings: Sequence[tuple[Posting, int]], origin: str = "statement"
) -> list[tuple[SealedEntry, Places]]:
    """Post the entries of bank lines, `(posting, line)`; each with the places of its lines on the bank account.

    A line whose entry was taken back before is posted under a new key.
    Refuses: what `post_entries` refuses.
    """
    if not postings:
        return []
    tries = _tries(unit, [line for _, line in postings])
    drafts = [_draft(law, posting, line, tries.get(line, 0) + 1, origin) for posting, line in postings]
    bank = {book: set(bank_ledger_accounts(unit.connection, book)) for book in {draft.book for draft in drafts}}
    return [
        (
            sealed,
            [(sealed.id, place) for place, line in enumerate(draft.lines, start=1) if line.account in bank[draft.book]],
        )
        for draft, sealed in zip(drafts, post_entries(unit, drafts), strict=True)
    ]


def _draft(law: Law, posting: Posting, line_id: int, rank: int, origin: str) -> EntryDraft:
    return EntryDraft(
        book=posting.book,
        journal="BQ",
        date=open_date(law, posting.book, posting.date),
        document=posting.document,
        document_date=posting.date,
        label=posting.label,
        lines=tuple(
            Line(line.account, line.debit, line.credit, line.label or None, line.reference, None)
            for line in posting.lines
        ),
        origin=origin,
        origin_ref=f"statement_line:{line_id}",
        key=f"bank-line-{line_id}-{rank}",
    )


def _tries(unit: Any, lines: Sequence[int]) -> dict[int, int]:
    """How many matches, undone since, these lines have already had."""
    found: dict[int, int] = {}
    held = bank_match_line.c.line_id
    for start in range(0, len(lines), 500):
        query = select(held, func.count()).where(held.in_(lines[start : start + 500])).group_by(held)
        found.update((line, count) for line, count in unit.connection.execute(query))
    return found
