"""Orders as the database holds them: the order, its events, and the stage that follows from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, text

from ledger.orders.export import OrderEvent
from ledger.orders.order import Charge, Document, Payee, PaymentOrder
from ledger.orders.stages import AUTHORISED, CLEARED, DRAFT, PAID, overall_stage
from ledger.refusal import Refusal
from ledger.tables.orders import order_charge, order_document, order_event, payment_order

WHOLE = "*"
"""What stands for « the whole order » in the column `book` of an event."""

LAST_COMMAND = 2**62
"""Beyond every row of the command log."""


@dataclass(frozen=True, slots=True)
class StoredOrder:
    """One order and its life so far. `events` are in the order of recording."""

    id: int
    order: PaymentOrder
    sequence: str
    created_at: datetime
    actor: str
    events: tuple[OrderEvent, ...]
    mandates: Mapping[int, int]
    """Position of an officer's event → the mandate under which it was made."""
    seen: frozenset[str] = frozenset()
    """Books whose payment is matched with a line of the bank's statement."""

    @property
    def number(self) -> str:
        """What people call it."""
        return self.order.number

    def stage_of(self, book: str | None = None) -> str:
        """The stage as recorded: of the whole order, or of one charge. `cleared` by the bank is not recorded."""
        for event in reversed(self.events):
            if event.book is None or event.book == book:
                return event.target
        return DRAFT

    def charge_stages(self) -> dict[str, str]:
        """The stage of each charge as people see it: paid and seen by the bank is `cleared`."""
        found = {}
        for charge in self.order.charges:
            stage = self.stage_of(charge.book)
            found[charge.book] = CLEARED if stage == PAID and charge.book in self.seen else stage
        return found

    @property
    def whole_stage(self) -> str:
        """The last stage that the order reached as a whole."""
        return self.stage_of(None)

    @property
    def stage(self) -> str:
        """The stage printed for the order: the charge that still asks for most comes first."""
        if self.whole_stage != AUTHORISED:
            return self.whole_stage
        return overall_stage(self.whole_stage, self.charge_stages().values())


class OrderUnknown(Refusal):
    """There is no such order."""

    code = "order_unknown"
    sentence = (
        "L'ordre de paiement « {reference} » n'existe pas. Dernier ordre enregistré : {last}. "
        "« pcaes order list » donne les numéros."
    )


def find_order(connection: Connection, reference: str) -> StoredOrder:
    """The order of that number (`2026-0012`) or identifier (`12`).

    Refuses: order_unknown.
    """
    asked = reference.strip()
    wanted = [payment_order.c.number == asked]
    if asked.isascii() and asked.isdecimal() and len(asked) < 18:
        wanted.append(payment_order.c.id == int(asked))
    found = _load(connection, or_(*wanted))
    if not found:
        last = connection.execute(
            select(payment_order.c.number).order_by(payment_order.c.id.desc()).limit(1)
        ).scalar()  # fmt: skip
        raise OrderUnknown(reference=reference, last=last or "aucun")
    return found[0]


def list_orders(
    connection: Connection, known_command: int | None = None, as_of: date | None = None
) -> list[StoredOrder]:
    """Every order recorded up to `known_command` (all by default), with what was done to it by the day `as_of`."""
    return _load(connection, None, known_command, as_of)


def _load(
    connection: Connection, wanted: Any, known_command: int | None = None, as_of: date | None = None
) -> list[StoredOrder]:
    query = select(payment_order).order_by(payment_order.c.id)
    if wanted is not None:
        query = query.where(wanted)
    if known_command is not None:
        query = query.where(payment_order.c.command_id <= known_command)
    rows = [row for row in connection.execute(query) if as_of is None or row.created_at.date() <= as_of]
    ids = [row.id for row in rows] if wanted is not None else None
    charges = _grouped(connection, order_charge, ids, order_charge.c.book)
    documents = _grouped(connection, order_document, ids, order_document.c.position)
    events = _grouped(connection, order_event, ids, order_event.c.position)
    seen: dict[int, set[str]] = {}
    for order_id, book in seen_by_bank(connection, known_command):
        seen.setdefault(order_id, set()).add(book)
    found = []
    for row in rows:
        own = [
            event
            for event in events.get(row.id, [])
            if (known_command is None or event.command_id <= known_command)
            and (as_of is None or event.at.date() <= as_of)
        ]
        found.append(
            StoredOrder(
                row.id,
                _order(row, charges.get(row.id, []), documents.get(row.id, [])),
                row.sequence,
                row.created_at,
                row.actor,
                tuple(_event(event) for event in own),
                {event.position: event.mandate_id for event in own if event.mandate_id is not None},
                frozenset(seen.get(row.id, ())),
            )
        )
    return found


def _grouped(connection: Connection, table: Any, ids: list[int] | None, order: Any) -> dict[int, list[Any]]:
    query = select(table).order_by(table.c.order_id, order)
    if ids is not None:
        query = query.where(table.c.order_id.in_(ids))
    found: dict[int, list[Any]] = {}
    for row in connection.execute(query):
        found.setdefault(row.order_id, []).append(row)
    return found


def _order(row: Any, charges: Iterable[Any], documents: Iterable[Any]) -> PaymentOrder:
    return PaymentOrder(
        number=row.number,
        purpose=row.purpose,
        payee=Payee(row.payee_name, row.payee_iban),
        amount=row.amount,
        account=row.account,
        charges=tuple(Charge(one.book, one.amount) for one in charges),
        documents=tuple(Document(one.name, one.sha256, one.size) for one in documents),
        kind=row.kind,
        on_behalf_of=row.on_behalf_of,
        reissues=row.reissues,
        currency=row.currency,
    )


def _event(row: Any) -> OrderEvent:
    book = None if row.book == WHOLE else row.book
    return OrderEvent(row.position, row.act, row.source, row.target, row.role, row.person, row.at, book, row.reason)


def seen_by_bank(connection: Connection, known_command: int | None = None) -> set[tuple[int, str]]:
    """(order, book) of the payments whose line on the bank account is in a match that stands.

    Read from the matches themselves: an undone match takes « vu au relevé » back without another act.
    """
    query = text(
        "SELECT DISTINCT x.order_id, o.book FROM order_entry x"
        " JOIN order_event o ON o.order_id = x.order_id AND o.position = x.position AND o.act = 'pay'"
        " JOIN entry_line l ON l.entry_id = x.entry_id AND l.account LIKE '5211_'"
        " JOIN bank_match_entry_line b ON b.entry_id = l.entry_id AND b.position = l.position"
        " JOIN bank_match m ON m.id = b.match_id AND m.command_id <= :known"
        " LEFT JOIN match_undo u ON u.match_id = b.match_id AND u.command_id <= :known WHERE u.match_id IS NULL"
    )
    known = LAST_COMMAND if known_command is None else known_command
    return {(row.order_id, row.book) for row in connection.execute(query, {"known": known})}


def next_number(connection: Connection, year: int) -> tuple[int, str]:
    """The next running number of a year, and how it is written: `2026-0012`."""
    last = connection.execute(
        select(func.coalesce(func.max(payment_order.c.rank), 0)).where(payment_order.c.year == year)
    ).scalar_one()
    return int(last) + 1, f"{year}-{int(last) + 1:04d}"
