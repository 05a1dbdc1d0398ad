"""Amounts and dates as an XML schema writes them: a decimal point, no grouping, the calendar date as printed."""

import re
from datetime import date
from functools import lru_cache

from ledger.money import AMOUNT_MAX, DIGITS_MAX

_DECIMAL = re.compile(r"\+?(\d{1,18})?(?:\.(\d{0,17}))?", re.ASCII)

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T[\d:.]{5,20})?(?:Z|[+-]\d{2}:\d{2})?", re.ASCII)


def decimal_units(text: str, exponent: int) -> int:
    """An unsigned schema decimal in minor units.

    Raises `ValueError` for a sign, a comma, a grouping, decimals other than zero beyond the exponent of the
    currency, or more than fifteen digits: none of them is ever rounded.
    """
    if len(text) <= DIGITS_MAX - exponent and text.isascii() and text.isdigit():
        return int(text + "0" * exponent)
    match = _DECIMAL.fullmatch(text.strip())
    if match is None or not (match[1] or match[2]):
        raise ValueError(text)
    decimals = match[2] or ""
    if decimals[exponent:].strip("0"):
        raise ValueError(text)
    units = int((match[1] or "0") + decimals[:exponent].ljust(exponent, "0"))
    if units > AMOUNT_MAX:
        raise ValueError(text)
    return units


@lru_cache(maxsize=4096)
def printed_date(text: str) -> date:
    """The calendar date of an `xs:date` or `xs:dateTime`, as printed, never moved by its time zone.

    Raises `ValueError` when there is no such day.
    """
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(text)
    return date.fromisoformat(match[1])
