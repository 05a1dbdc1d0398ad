"""The balances of a camt statement: which one opens it, which one closes it, whether the lines join them."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from reconcile.currency import exponent_of
from reconcile.readers.camt_entry import SIGNS
from reconcile.readers.camt_xml import Names, at, code_of, text_at, text_of
from reconcile.readers.faults import LineFault
from reconcile.readers.xml_amount import decimal_units, printed_date

if TYPE_CHECKING:
    from lxml import etree

OPENING = ("OPBD", "PRCD")
"""The opening booked balance, else the closing booked balance of the day before."""

CLOSING = "CLBD"

BOOKED = (*OPENING, CLOSING)
"""The only kinds that the check uses: available, expected and intraday balances are left aside."""


class Balance(NamedTuple):
    """One booked balance, signed from the account holder's side, in minor units of its currency."""

    kind: str
    amount: int
    currency: str
    day: date | None


def read_balance(element: "etree._Element", names: Names, currency: str | None) -> Balance | None:
    """The balance if it is one that the check uses, else None. Raises `LineFault` when it cannot be read."""
    choice = at(element, names, "Tp", "CdOrPrtry")
    kind = code_of(choice, names) or text_at(element, names, "Tp", "Cd")
    if kind not in BOOKED:
        return None
    amount = at(element, names, "Amt")
    text = text_of(amount)
    mark = text_at(element, names, "CdtDbtInd")
    sign = SIGNS.get(mark or "")
    if amount is None or text is None or sign is None:
        raise LineFault("structure", f"le solde {kind} n'a pas de montant ou pas de sens (CdtDbtInd).", balance=kind)
    currency = amount.get("Ccy") or currency
    if not currency:
        raise LineFault("currency_mismatch", f"la devise du solde {kind} est absente.", balance=kind)
    try:
        units = sign * decimal_units(text, exponent_of(currency))
    except ValueError:
        raise LineFault(
            "amount_unreadable", f"le solde {kind} « {text} » {currency} n'est pas lisible.", balance=kind, found=text
        ) from None
    return Balance(kind, units, currency, _day(element, names, kind))


def _day(element: "etree._Element", names: Names, kind: str) -> date | None:
    text = text_at(element, names, "Dt", "Dt") or text_at(element, names, "Dt", "DtTm")
    if text is None:
        return None
    try:
        return printed_date(text)
    except ValueError:
        raise LineFault(
            "date_unreadable", f"la date « {text} » du solde {kind} n'existe pas.", balance=kind, found=text
        ) from None


def opening_of(balances: Sequence[Balance]) -> Balance | None:
    """OPBD, else PRCD; the earliest one when the statement gives one for each of its days."""
    for kind in OPENING:
        found = [balance for balance in balances if balance.kind == kind]
        if found:
            return min(found, key=lambda balance: balance.day or date.min)
    return None


def closing_of(balances: Sequence[Balance]) -> Balance | None:
    """CLBD; the latest one (the last in the file among equals) when there are several."""
    found = [balance for balance in balances if balance.kind == CLOSING]
    if not found:
        return None
    latest = max(balance.day or date.min for balance in found)
    return [balance for balance in found if (balance.day or date.min) == latest][-1]
