"""The register of orders: every stage of every charge, delays between stages, orders in hand, requisitions."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, text

from ledger.mandates.appoint import read_mandates
from ledger.orders.act import local_day
from ledger.orders.canonical import instant_text
from ledger.orders.postings import payee_account
from ledger.orders.signatures import read_signatures
from ledger.orders.stages import STAGE_TITLES
from ledger.orders.stored import StoredOrder, list_orders
from ledger.signing import fingerprint
from ledger.tables.types import instant_from

Row = dict[str, Any]
STEPS = ("create", "commit", "visa", "verify", "authorise", "accept", "pay")
"""The acts whose dates make the delays, in the order of an order's life."""

CLOSED = ("cleared", "rejected", "cancelled", "returned", "bank_returned")


def order_rows(
    connection: Connection, as_of: date | None = None, known_command: int | None = None
) -> list[Row]:  # fmt: skip
    """One row per order: number, payee, amount, stage, charges with their own stage, who created it and when."""
    rows = []
    for one in list_orders(connection, known_command, as_of):
        stages = one.charge_stages()
        rows.append(
            {
                "id": one.id,
                "number": one.number,
                "stage": one.stage,
                "stage_title": STAGE_TITLES[one.stage],
                "purpose": one.order.purpose,
                "payee": one.order.payee.name,
                "iban": one.order.payee.iban,
                "amount": one.order.amount,
                "account": one.order.account,
                "kind": one.order.kind,
                "charges": [
                    {"book": charge.book, "amount": charge.amount, "stage": stages[charge.book]}
                    for charge in one.order.charges
                ],
                "created_at": instant_text(one.created_at),
                "created_by": one.actor,
            }
        )
    return rows


def charge_rows(
    connection: Connection, as_of: date | None = None, known_command: int | None = None, book: str | None = None
) -> list[Row]:
    """One row per charge: the day of each stage (local to the book), the signatory and the specimen, days taken.

    `days_total` runs from creation to payment, or to `as_of` (else the last event recorded) while unpaid.
    """
    mandates = read_mandates(connection)
    orders = list_orders(connection, known_command, as_of)
    last = max((event.at for one in orders for event in one.events), default=None)
    rows = []
    for one in orders:
        signatures = [row for row in read_signatures(connection, one, mandates) if row.act.act == "authorise"]
        stages = one.charge_stages()
        for charge in one.order.charges:
            if book is not None and charge.book != book:
                continue
            days = _days(one, charge.book)
            stage = stages[charge.book]
            ends = days.get("pay") or as_of or (local_day(charge.book, last) if last else None)
            rows.append(
                {
                    "number": one.number,
                    "book": charge.book,
                    "payee": one.order.payee.name,
                    "purpose": one.order.purpose,
                    "account": one.order.account,
                    "amount": charge.amount,
                    "stage": stage,
                    "stage_title": STAGE_TITLES[stage],
                    "open": stage not in CLOSED,
                    **{f"{step}_on": days.get(step) for step in STEPS},
                    "days_total": (ends - days["create"]).days if ends else None,
                    "signatory": signatures[-1].act.person if signatures else None,
                    "state": signatures[-1].act.state if signatures else None,
                    "fingerprint": fingerprint(bytes.fromhex(signatures[-1].public_key)) if signatures else None,
                }
            )
    return rows


SIGNED_TITLES = {"authorise": "ordonnancement", "requisition": "réquisition", "confirm": "confirmation"}


def signature_rows(
    connection: Connection, as_of: date | None = None, known_command: int | None = None, book: str | None = None
) -> list[Row]:
    """Every signature of the register, in the order of orders and acts; `book` None in a row: the whole order."""
    mandates = read_mandates(connection)
    return [
        {
            "number": one.number,
            "book": row.act.book,
            "act": row.act.act,
            "act_title": SIGNED_TITLES[row.act.act],
            "date": local_day(row.act.book, row.act.signed_at),
            "person": row.act.person,
            "state": row.act.state,
            "fingerprint": fingerprint(bytes.fromhex(row.public_key)),
        }
        for one in list_orders(connection, known_command, as_of)
        if book is None or book in {charge.book for charge in one.order.charges}
        for row in read_signatures(connection, one, mandates)
        if book is None or row.act.book in (None, book)
    ]


def _days(one: StoredOrder, book: str) -> dict[str, date]:
    """Step → the day on which it was last made for this charge."""
    days = {"create": local_day(book, one.created_at)}
    for event in one.events:
        if event.book in (None, book):
            days[event.act] = local_day(book, event.at)
    return days


def delay_rows(
    connection: Connection, as_of: date | None = None, known_command: int | None = None, book: str | None = None
) -> list[Row]:
    """For each step after the first: how many charges made it, total, mean (hundredths of a day) and longest delay."""
    charges = charge_rows(connection, as_of, known_command, book)
    rows = []
    for before, after in pairwise(STEPS):
        delays = [
            (row[f"{after}_on"] - row[f"{before}_on"]).days
            for row in charges
            if row[f"{after}_on"] is not None and row[f"{before}_on"] is not None
        ]
        rows.append(
            {
                "from": before,
                "to": after,
                "count": len(delays),
                "days": sum(delays),
                "mean_hundredths": sum(delays) * 100 // len(delays) if delays else None,
                "longest": max(delays, default=None),
            }
        )
    return rows


def requisition_rows(
    connection: Connection, as_of: date | None = None, known_command: int | None = None, book: str | None = None
) -> list[Row]:
    """The *état des réquisitions*: each requisition with the reasons of the suspension that it overrides."""
    rows = []
    for one in list_orders(connection, known_command, as_of):
        for event in one.events:
            if event.act != "requisition" or event.book is None or (book is not None and event.book != book):
                continue
            day = local_day(event.book, event.at)
            suspended = [
                past
                for past in one.events
                if past.act == "suspend" and past.book == event.book and past.position < event.position
            ]
            rows.append(
                {
                    "number": one.number,
                    "book": event.book,
                    "payee": one.order.payee.name,
                    "amount": one.order.charge(event.book).amount,
                    "year": str(day.year),
                    "date": day,
                    "officer": event.person,
                    "reason": event.reason,
                    "suspended_on": local_day(event.book, suspended[-1].at) if suspended else None,
                    "suspended_by": suspended[-1].person if suspended else None,
                    "suspension": suspended[-1].reason if suspended else None,
                    "stage": one.charge_stages()[event.book],
                    "stage_title": STAGE_TITLES[one.charge_stages()[event.book]],
                }
            )
    return rows


def last_day(connection: Connection, known_command: int) -> date | None:
    """The day of the last act on an order or of the last mandate's beginning, as known: what `as_of` is by default."""
    query = text(
        "SELECT max(at) FROM (SELECT created_at AS at FROM payment_order WHERE command_id <= :known"
        " UNION ALL SELECT at FROM order_event WHERE command_id <= :known"
        " UNION ALL SELECT at FROM handover_record WHERE command_id <= :known) acts"
    )
    found = connection.execute(query, {"known": known_command}).scalar()
    return None if found is None else instant_from(str(found)).date()


def payable(connection: Connection, book: str, orders: Sequence[StoredOrder]) -> int:
    """What the entries of the acts shown leave on 4011x: accepted and not paid, in whole francs."""
    shown = {(one.id, event.position) for one in orders for event in one.events}
    query = text(
        "SELECT x.order_id, x.position, l.credit - l.debit AS amount FROM order_entry x"
        " JOIN entry_line l ON l.entry_id = x.entry_id WHERE l.account = :account"
    )
    rows = connection.execute(query, {"account": payee_account(book)})
    return sum(int(row.amount) for row in rows if (row.order_id, row.position) in shown)
