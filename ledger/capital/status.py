"""The register on one screen: what each State has subscribed, is called, has paid, owes."""

import datetime as dt
from math import gcd
from typing import Any

from sqlalchemy import Connection, select

from ledger.balance import known_entry, last_date
from ledger.capital.position import CapitalPosition, capital_position, last_act
from ledger.refusal import plain
from ledger.tables.books import ledger_info

FIGURES = ("subscribed", "called", "paid", "to_pay", "to_call", "late")


def percent_text(part: int, whole: int) -> str:
    """« 12,34 », the part in hundredths of the whole, rounded down: never more than is paid."""
    hundredths = part * 10_000 // whole if whole else 0
    return f"{hundredths // 100},{hundredths % 100:02d}"


DECIMALS = 10
"""Of a percentage given to programs: every franc of a capital of 500 billion shows, and a double holds all of them."""


def percent_number(part: int, whole: int) -> float:
    """The part in percent of the whole, cut after ten decimals: what is printed is what was computed in integers."""
    cut = part * 100 * 10**DECIMALS // whole if whole else 0
    # the division of two integers is correctly rounded: its shortest text is the decimal
    found: float = cut / 10**DECIMALS
    return found


def fraction_text(part: int, whole: int) -> str:
    """The exact share, in lowest terms: « 19/500 »."""
    common = gcd(part, whole) or 1
    return f"{part // common}/{whole // common}"


def capital_status(connection: Connection, as_of: dt.date | None = None) -> dict[str, Any]:
    """The position of the capital as a document; at the last date of the books and of the register by default."""
    known = known_entry(connection, None)
    if as_of is None:
        days = [day for day in (last_date(connection, known), last_act(connection)) if day is not None]
        as_of = max(days, default=_opened(connection))
    return status_document(capital_position(connection, as_of=as_of, known=known))


def _opened(connection: Connection) -> dt.date:
    opened: dt.datetime = connection.execute(select(ledger_info.c.created_at)).scalar_one()
    return opened.date()


def status_document(position: CapitalPosition) -> dict[str, Any]:
    """`total, by_state: [{state, subscribed, called, paid, to_pay, to_call…}], paid_percent, payments, calls…`."""
    paid, subscribed = position.sum("paid"), position.sum("subscribed")
    everyone = {name: position.sum(name) for name in FIGURES}
    terms = position.terms
    document = {
        "as_of": position.as_of,
        "total": position.total,
        "by_state": [one._asdict() for one in position.by_state],
        "all": {"state": "TOTAL", **everyone, "days_late": max(one.days_late for one in position.by_state)},
        "paid": paid,
        "paid_percent": percent_number(paid, position.total),
        "paid_fraction": fraction_text(paid, position.total),
        "percent": percent_text(paid, position.total),
        "not_subscribed": position.total - subscribed,
        "paid_by": None if terms is None else terms.paid_by,
        "legal_reference": None if terms is None else terms.legal_reference,
        "calls": [one._asdict() for one in position.calls],
        "payments": [one._asdict() for one in position.payments],
    }
    return dict(plain(document))
