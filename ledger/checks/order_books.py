"""Payment orders against the books: what each move posted, and the funds that each commitment found."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select, text

from ledger.check import Check, Row, sql_check
from ledger.orders.order import REGULARISATION, REISSUE
from ledger.orders.postings import ProposedLine, bank_account, entries_for
from ledger.orders.stages import BANK_RETURNED, CANCELLED, REJECTED, RETURNED, move
from ledger.orders.stored import WHOLE, StoredOrder, list_orders
from ledger.read import find_by_id, lines_of
from ledger.refusal import Refusal
from ledger.tables.orders import order_entry, order_event, payment_order

_SPENT = ("paid", "cleared", "rejected", "cancelled", "returned", "bank_returned")


def _postings(connection: Connection) -> Iterator[Row]:
    """The entries of every move, rebuilt by the rule of postings and compared line by line."""
    posted: dict[tuple[int, int], list[int]] = {}
    for row in connection.execute(select(order_entry).order_by(order_entry.c.entry_id)):
        posted.setdefault((row.order_id, row.position), []).append(row.entry_id)
    for stored in list_orders(connection):
        accepted: dict[str, int] = {}
        for event in stored.events:
            found = posted.pop((stored.id, event.position), [])
            if event.book is not None and event.act in ("accept", "regularise"):
                accepted[event.book] = accepted.get(event.book, 0) + 1
            try:
                step = move(event.source, event.act, stored.sequence)
                occurrence = max(accepted.get(event.book or "", 0), 1)
                wanted = entries_for(step, stored.order, event.book, occurrence) if event.book else ()
            except Refusal as fault:
                yield {"number": stored.number, "position": event.position, "fault": fault.code}
                continue
            if sorted(map(str, _entries(connection, found))) != sorted(
                str((one.book, one.journal, one.lines)) for one in wanted
            ):
                yield {"number": stored.number, "position": event.position, "fault": "order_entries_differ"}
    for (order, position), entries in posted.items():
        yield {"order": order, "position": position, "entries": entries, "fault": "order_event_missing"}


def _entries(connection: Connection, ids: list[int]) -> Iterator[tuple[str, str, tuple[ProposedLine, ...]]]:
    for entry_id in ids:
        one = find_by_id(connection, entry_id)
        lines = lines_of(connection, entry_id)
        yield (
            one.book,
            one.journal,
            tuple(ProposedLine(line.account, line.debit, line.credit, line.label or "") for line in lines),
        )


def _funds(connection: Connection) -> Iterator[Row]:
    """At each commitment, in the order of the acts: balance of the account less what was committed and not paid."""
    orders = {one.id: one for one in list_orders(connection)}
    held: dict[tuple[int, str], int] = {}
    rows = connection.execute(select(order_event).order_by(order_event.c.command_id, order_event.c.position)).all()
    for row in rows:
        stored = orders[row.order_id]
        if stored.order.kind == REGULARISATION:
            continue
        if row.act == "commit":
            yield from _overdrawn(connection, stored, row, held)
        for charge in stored.order.charges:
            if row.book in (WHOLE, charge.book):
                held[row.order_id, charge.book] = 0 if row.target in _SPENT else charge.amount


def _overdrawn(
    connection: Connection, stored: StoredOrder, row: Any, held: dict[tuple[int, str], int]
) -> Iterator[Row]:  # fmt: skip
    for charge in stored.order.charges:
        others = sum(amount for (order, book), amount in held.items() if book == charge.book and order != stored.id)
        available = _balance_before(connection, charge.book, row.command_id) - others
        if charge.amount > available:
            yield {"number": stored.number, "book": charge.book, "available": available, "needed": charge.amount}


def _balance_before(connection: Connection, book: str, command_id: int) -> int:
    """The bank account of a book when a command began, from the opening entries known then."""
    opened = connection.execute(
        text("SELECT max(year) FROM year_event WHERE book = :book AND action = 'opening' AND command_id < :command"),
        {"book": book, "command": command_id},
    ).scalar()
    query = text(
        "SELECT coalesce(sum(l.debit - l.credit), 0) FROM entry_line l JOIN entry e ON e.id = l.entry_id"
        " WHERE l.account = :account AND e.book = :book AND e.command_id < :command AND e.year >= :year"
    )
    facts = {"account": bank_account(book), "book": book, "command": command_id, "year": opened or 0}
    return int(connection.execute(query, facts).scalar_one())


def _reissues(connection: Connection) -> Iterator[Row]:
    """Each payment ordered again had come back, of the same amount, and is ordered again once."""
    orders = {one.number: one for one in list_orders(connection)}
    created = {row.number: row.command_id for row in connection.execute(select(payment_order))}
    returned = {
        (row.order_id, row.book): row.command_id
        for row in connection.execute(select(order_event).where(order_event.c.target == BANK_RETURNED))
    }
    again: dict[tuple[str, str], int] = {}
    for one in orders.values():
        first = orders.get(one.order.reissues or "")
        for charge in one.order.charges if one.order.kind == REISSUE else ():
            owed = {row.book: row.amount for row in first.order.charges} if first else {}
            back = returned.get((first.id if first else 0, charge.book))
            if back is None or back >= created[one.number] or owed[charge.book] != charge.amount:
                yield {"number": one.number, "book": charge.book, "fault": "order_reissue_unreturned"}
            elif one.stage_of(charge.book) not in (REJECTED, CANCELLED, RETURNED):
                place = (str(one.order.reissues), charge.book)
                again[place] = again.get(place, 0) + 1
    for (number, book), count in again.items():
        if count > 1:
            yield {"number": number, "book": book, "count": count, "fault": "order_reissued_once"}


CHECKS = (
    Check("order_postings", "Chaque acte d'un ordre a passé ses écritures, et elles seules", _postings),
    sql_check(
        "order_origins",
        "Chaque écriture d'ordre est annoncée par l'acte qui la passe",
        "SELECT e.id, e.book, e.journal, e.year, e.number FROM entry e LEFT JOIN order_entry x ON x.entry_id = e.id"
        " LEFT JOIN order_event o ON o.order_id = x.order_id AND o.position = x.position"
        " LEFT JOIN payment_order p ON p.id = x.order_id"
        " WHERE (e.origin = 'order' OR x.entry_id IS NOT NULL) AND (e.origin <> 'order' OR o.order_id IS NULL"
        " OR p.number <> e.origin_ref)",
    ),
    Check("order_reissues", "Un virement revenu impayé est réémis une fois, du même montant", _reissues),
    Check("order_funds", "Chaque engagement a trouvé ses fonds : solde moins engagements non payés", _funds),
)
