"""Where the capital stands at a date: per State, per call, payment by payment."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ledger.book import BOOKS
from ledger.capital.rules import Act, Terms, terms_at, total_at
from ledger.capital.terms import read_terms
from ledger.tables.capital import capital_act, capital_receipt
from ledger.tables.journal import entry


class StatePosition(NamedTuple):
    """One State's part, in whole francs; `late` is called, unpaid and due before the date."""

    state: str
    subscribed: int
    called: int
    paid: int
    to_pay: int
    to_call: int
    late: int
    days_late: int
    paid_from_levy: int
    paid_from_budget: int


class CallPosition(NamedTuple):
    """One call: what payments have covered of it, the earliest due first, and how late.

    `paid_late` is the part that came after the due date; `days_late` counts to the last payment that covered it, or
    to the date while a part is unpaid; `completed` is the day on which the call was paid in full.
    """

    state: str
    reference: str
    date: dt.date
    due: dt.date
    amount: int
    paid: int
    paid_late: int
    remaining: int
    days_late: int
    completed: dt.date | None


class PaymentRow(NamedTuple):
    """One payment: its source, the entry that stands for it in the State's book, its order and its receipt.

    `source_entry` is the entry on 48132 that the levy payment is tied to, in the paying book.
    """

    state: str
    reference: str
    date: dt.date
    amount: int
    source: str
    book: str
    entry: str
    entry_id: int
    source_entry: str | None
    source_entry_id: int | None
    source_position: int | None
    payment_order: str | None
    receipt: str | None
    receipt_date: dt.date | None
    cancelled: dt.date | None


class CapitalPosition(NamedTuple):
    """The whole register at a date. `total` is the capital in force then, 0 when no text fixes it."""

    as_of: dt.date
    total: int
    terms: Terms | None
    by_state: tuple[StatePosition, ...]
    calls: tuple[CallPosition, ...]
    payments: tuple[PaymentRow, ...]
    acts: tuple[Act, ...]

    def sum(self, name: str) -> int:
        """One figure of the three States together."""
        return sum(getattr(one, name) for one in self.by_state)


def capital_position(
    connection: Connection, *, as_of: dt.date, known: int, known_command: int | None = None
) -> CapitalPosition:
    """The register at an accounting date, as known when entry `known` was the last one recorded.

    `known_command`, a row of the command log, also leaves out acts that came later without an entry.
    """
    condition = capital_act.c.known_entry <= known
    if known_command is not None:
        condition = condition & (capital_act.c.command_id <= known_command)
    rows = connection.execute(
        select(capital_act).where(condition, capital_act.c.date <= as_of).order_by(capital_act.c.date, capital_act.c.id)
    ).all()
    acts = [
        Act(
            row.kind, row.state, row.amount, row.date, row.reference, row.due, row.source, row.book, row.id, row.cancels
        )
        for row in rows
    ]
    terms = terms_at(read_terms(connection), as_of)
    calls = [one for code in BOOKS for one in cover_calls(acts, code, as_of)]
    return CapitalPosition(
        as_of,
        0 if terms is None else terms.total,
        terms,
        tuple(_state(acts, calls, code, as_of) for code in BOOKS),
        tuple(calls),
        tuple(_payments(connection, rows, known_command)),
        tuple(acts),
    )


def last_act(connection: Connection, known_command: int | None = None) -> dt.date | None:
    """The latest date of the register, as known after a command (all of them by default)."""
    query = select(func.max(capital_act.c.date))
    if known_command is not None:
        query = query.where(capital_act.c.command_id <= known_command)
    return connection.execute(query).scalar()


def standing(acts: Iterable[Act]) -> list[Act]:
    """The acts that no other act cancels."""
    every = list(acts)
    cancelled = {act.cancels for act in every if act.cancels is not None}
    return [act for act in every if act.cancels is None and act.id not in cancelled]


def cover_calls(acts: Sequence[Act], state: str, as_of: dt.date) -> list[CallPosition]:
    """A State's calls, each with the payments that cover it: payments go to the earliest due call first."""
    mine = [act for act in standing(acts) if act.state == state and act.date <= as_of]
    payments = sorted((act.date, act.id, act.amount) for act in mine if act.kind == "pay")
    found = []
    calls = [(act.due, act) for act in mine if act.kind == "call" and act.due is not None]
    for due, act in sorted(calls, key=lambda pair: (pair[0], pair[1].date, pair[1].id)):
        left, late = act.amount, 0
        last: dt.date | None = None
        while left and payments:
            day, number, amount = payments.pop(0)
            part = min(left, amount)
            left, last = left - part, day
            late += part if day > due else 0
            if amount > part:
                payments.insert(0, (day, number, amount - part))
        until = as_of if left else last
        days = max(0, (until - due).days) if until is not None else 0
        completed = None if left else last
        found.append(
            CallPosition(
                state, act.reference, act.date, due, act.amount, act.amount - left, late, left, days, completed
            )
        )
    return found


def _state(acts: Sequence[Act], calls: Sequence[CallPosition], state: str, as_of: dt.date) -> StatePosition:
    subscribed, called, paid = (total_at(acts, kind, as_of, state) for kind in ("subscribe", "call", "pay"))
    overdue = [one for one in calls if one.state == state and one.remaining and one.due < as_of]
    levy = sum(act.amount for act in acts if act.state == state and act.source == "levy")
    return StatePosition(
        state=state,
        subscribed=subscribed,
        called=called,
        paid=paid,
        to_pay=called - paid,
        to_call=subscribed - called,
        late=sum(one.remaining for one in overdue),
        days_late=max((one.days_late for one in overdue), default=0),
        paid_from_levy=levy,
        paid_from_budget=paid - levy,
    )


def _payments(connection: Connection, rows: Sequence[Any], known_command: int | None) -> Iterable[PaymentRow]:
    """Every payment, in the order of their dates; a cancelled one stays, with the date of its cancellation."""
    paid = [row for row in rows if row.kind == "pay"]
    cancelled = {row.cancels: row.date for row in paid if row.cancels is not None}
    wanted = {row.entry_id for row in paid} | {row.source_entry for row in paid if row.source_entry is not None}
    names = _names(connection, sorted(wanted))
    receipts = _receipts(connection, known_command)
    for row in paid:
        if row.cancels is None:
            receipt, received = receipts.get(row.id, (None, None))
            yield PaymentRow(
                row.state, row.reference, row.date, row.amount, row.source, row.book, names[row.entry_id], row.entry_id,
                names.get(row.source_entry), row.source_entry, row.source_position, row.payment_order, receipt,
                received, cancelled.get(row.id),
            )  # fmt: skip


def _names(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        query = select(entry.c.id, entry.c.book, entry.c.journal, entry.c.year, entry.c.number)
        for row in connection.execute(query.where(entry.c.id.in_(ids[start : start + 500]))):
            found[row.id] = f"{row.book}/{row.journal}/{row.year}/{row.number}"
    return found


def _receipts(connection: Connection, known_command: int | None) -> dict[int, tuple[str, dt.date]]:
    query = select(capital_receipt.c.act_id, capital_receipt.c.receipt, capital_receipt.c.date)
    if known_command is not None:
        query = query.where(capital_receipt.c.command_id <= known_command)
    return {act: (receipt, day) for act, receipt, day in connection.execute(query)}
