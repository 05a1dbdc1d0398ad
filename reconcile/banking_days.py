"""Days on which the bank of a State surely books: what a missing statement is judged by."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache

from reconcile.matching.config import DEFAULT_CONFIG

_DAY = dt.timedelta(days=1)


def surely_open(book: str, day: dt.date) -> bool:
    """False on week-ends and public holidays of the book's State, and where the bank may well have been closed.

    Feasts that follow the moon are known in advance to a day only: the day before and the day after an estimated
    one are not sure either. A statement is never said to be missing for such a day.
    """
    return day.weekday() not in DEFAULT_CONFIG.weekend and day not in _maybe_closed(book, day.year)


def open_days(book: str, first: dt.date, last: dt.date) -> int:
    """How many of these days, both included, are surely open."""
    return sum(surely_open(book, day) for day in _days(first, last))


def last_open_day(book: str, end: dt.date) -> dt.date:
    """The last day, up to a month's end, on which the bank surely books: closed days have no statement."""
    day = end
    while not surely_open(book, day):
        day -= _DAY
    return day


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    day = first
    while day <= last:
        yield day
        day += _DAY


@lru_cache(maxsize=256)
def _maybe_closed(book: str, year: int) -> frozenset[dt.date]:
    closed = set(DEFAULT_CONFIG.closed_days.get(book, ()))
    country = DEFAULT_CONFIG.holiday_countries.get(book)
    if country is not None:
        import holidays

        # the neighbouring years too: a feast of the first of January may be estimated
        known = holidays.country_holidays(country, years=range(year - 1, year + 2), language="en_US")
        for day, name in known.items():
            closed |= {day - _DAY, day, day + _DAY} if "estimated" in name else {day}
    return frozenset(closed)
