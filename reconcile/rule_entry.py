"""The entry that a declared rule posts for a bank line the books did not hold."""

import datetime as dt
from typing import Any

from sqlalchemy import func, select

from ledger.entry import EntryDraft, Line, SealedEntry
from ledger.entry_rules import Law
from ledger.post import post_entries
from reconcile.match_tables import bank_match_line
from reconcile.matching.rows import Posting


def open_date(law: Law, book: str, day: dt.date) -> dt.date:
    """The day itself, or the first day of the next open period: a late entry keeps its document date."""
    found = day
    while (book, found.year, found.month) in law.closed_periods:
        found = dt.date(found.year + found.month // 12, found.month % 12 + 1, 1)
    return found


def post_rule(
    unit: Any, law: Law, posting: Posting, line_id: int, origin: str = "statement"
) -> tuple[SealedEntry, list[tuple[int, int]]]:
    """Post the entry; returns it with the places of its lines on the bank account.

    Refuses: what `post_entries` refuses.
    """
    bank = {line.account for line in posting.lines if line.account.startswith("5211")}
    tries = unit.connection.execute(
        select(func.count()).select_from(bank_match_line).where(bank_match_line.c.line_id == line_id)
    ).scalar_one()
    draft = EntryDraft(
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
        key=f"bank-line-{line_id}-{tries + 1}",
    )
    sealed = post_entries(unit, [draft])[0]
    places = [(sealed.id, place) for place, line in enumerate(draft.lines, start=1) if line.account in bank]
    return sealed, places
