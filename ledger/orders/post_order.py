"""Enter in the books what a move of an order posts; each entry is announced by the event of the move."""

from datetime import date
from typing import Any

from sqlalchemy import insert, select

from ledger.entry import EntryDraft, Line
from ledger.orders.postings import ProposedEntry, entries_for
from ledger.orders.stages import Move
from ledger.orders.stored import StoredOrder
from ledger.post import post_entries
from ledger.tables.journal import entry
from ledger.tables.orders import order_entry


def posted_entries(
    unit: Any, stored: StoredOrder, step: Move, book: str | None, position: int, day: date
) -> list[str]:  # fmt: skip
    """Post the entries of a move whose event is already recorded; gives their references.

    Refuses: what `post_entries` refuses.
    """
    if step.posts is None or book is None:
        return []
    accepted = [event.position for event in stored.events if event.act == "accept" and event.book == book]
    occurrence = len(accepted) + (1 if step.act in ("accept", "regularise") else 0)
    proposed = entries_for(step, stored.order, book, max(occurrence, 1))
    corrected = _entries_of(unit, stored.id, accepted[-1]) if step.posts == "acceptance_reversal" else {}
    drafts = [
        _draft(stored, one, day, f"order:{stored.number}:{position}:{place}", corrected)
        for place, one in enumerate(proposed, start=1)
    ]
    first = unit.next_id(entry)
    rows = [
        {"entry_id": first + place, "order_id": stored.id, "position": position, "command_id": unit.command_id}
        for place in range(len(drafts))
    ]
    unit.connection.execute(insert(order_entry), rows)
    return [one.reference for one in post_entries(unit, drafts)]


def _draft(
    stored: StoredOrder, one: ProposedEntry, day: date, key: str, corrected: dict[str, int]
) -> EntryDraft:  # fmt: skip
    reference = stored.number
    return EntryDraft(
        book=one.book,
        journal=one.journal,
        date=day,
        document=one.document,
        document_date=stored.created_at.date(),
        label=one.label[:500],
        lines=tuple(Line(line.account, line.debit, line.credit, line.label, reference) for line in one.lines),
        origin="order",
        origin_ref=stored.number,
        correction="negative" if one.corrects else None,
        corrects=corrected[one.book] if one.corrects else None,
        transfer=one.pair,
        key=key,
    )


def _entries_of(unit: Any, order_id: int, position: int) -> dict[str, int]:
    """Book → the entry that one event of an order posted there."""
    query = (
        select(entry.c.book, entry.c.id)
        .join(order_entry, order_entry.c.entry_id == entry.c.id)
        .where(order_entry.c.order_id == order_id, order_entry.c.position == position)
    )
    return {row.book: row.id for row in unit.connection.execute(query)}
