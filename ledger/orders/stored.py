"""Orders as the database holds them: the order, its events, and the stage that follows from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, or_, select, text

from ledger.orders.export import OrderEvent
from ledger.orders.order import Charge, Document, Payee, PaymentOrder
from ledger.orders.stages import AUTHORISED, CLEARED, DRAFT, PAID, overall_stage
from ledger.refusal import Refusal
from ledger.tables.orders import order_charge, order_document, order_event, payment_order
from ledger.tables.types import instant_text

WHOLE = "*"
"""What stands for « the whole order » in the column `book` of an event."""


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
    found = _load(connection, or_(*wanted), None)
    if not found:
        last = connection.execute(
            select(payment_order.c.number).order_by(payment_order.c.id.desc()).limit(1)
        ).scalar()  # fmt: skip
        raise OrderUnknown(reference=reference, last=last or "aucun")
    return found[0]


def list_orders(connection: Connection, as_known: datetime | None = None) -> list[StoredOrder]:
    """Every order recorded at `as_known` (now by default), with what had happened to it by then."""
    return _load(connection, None, as_known)


def _load(connection: Connection, wanted: Any, as_known: datetime | None) -> list[StoredOrder]:
    query = select(payment_order).order_by(payment_order.c.id)
    if wanted is not None:
        query = query.where(wanted)
    if as_known is not None:
        query = query.where(payment_order.c.created_at <= as_known)
    rows = connection.execute(query).all()
    ids = [row.id for row in rows] if wanted is not None else None
    charges = _grouped(connection, order_charge, ids, order_charge.c.book)
    documents = _grouped(connection, order_document, ids, order_document.c.position)
    events = _grouped(connection, order_event, ids, order_event.c.position)
    seen: dict[int, set[str]] = {}
    for order_id, book in seen_by_bank(connection, as_known):
        seen.setdefault(order_id, set()).add(book)
    found = []
    for row in rows:
        own = [event for event in events.get(row.id, []) if as_known is None or event.at <= as_known]
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


def seen_by_bank(connection: Connection, as_known: datetime | None = None) -> set[tuple[int, str]]:
    """(order, book) of the payments whose line on the bank account is in a match that stands.

    Read from the matches themselves: an undone match takes « vu au relevé » back without another act.
    """
    limit = "9999" if as_known is None else instant_text(as_known)
    query = text(
        "SELECT DISTINCT x.order_id, o.book FROM order_entry x"
        " JOIN order_event o ON o.order_id = x.order_id AND o.position = x.position AND o.act = 'pay'"
        " JOIN entry_line l ON l.entry_id = x.entry_id AND l.account LIKE '5211_'"
        " JOIN bank_match_entry_line b ON b.entry_id = l.entry_id AND b.position = l.position"
        " JOIN bank_match m ON m.id = b.match_id AND m.at <= :known"
        " LEFT JOIN match_undo u ON u.match_id = b.match_id AND u.at <= :known WHERE u.match_id IS NULL"
    )
    return {(row.order_id, row.book) for row in connection.execute(query, {"known": limit})}


def next_number(connection: Connection, year: int) -> tuple[int, str]:
    """The next running number of a year, and how it is written: `2026-0012`."""
    last = connection.execute(
        select(func.coalesce(func.max(payment_order.c.rank), 0)).where(payment_order.c.year == year)
    ).scalar_one()
    return int(last) + 1, f"{year}-{int(last) + 1:04d}"
