"""Days on which the bank of a State surely books: what a missing statement is judged by."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from reconcile.matching.config import DEFAULT_CONFIG

DAY = dt.timedelta(days=1)
Decided = Mapping[dt.date, str | None]
"""The days that a decision of the State makes a holiday, by its name, or a working day (None)."""
NOTHING_DECIDED: Decided = MappingProxyType({})


def surely_open(book: str, day: dt.date, decided: Decided = NOTHING_DECIDED) -> bool:
    """False on week-ends and public holidays of the book's State, and where the bank may well have been closed.

    Feasts that follow the moon are known in advance to a day only: until their day is decided, the day before and
    the day after an estimated one are not sure either. A statement is never said to be missing for such a day.
    """
    if day.weekday() in DEFAULT_CONFIG.weekend or day in DEFAULT_CONFIG.closed_days.get(book, ()):
        return False
    if day in decided:
        return decided[day] is None
    fixed, estimated = _feasts(book, day.year)
    near = [feast for feast in (day - DAY, day, day + DAY) if feast in estimated]
    return day not in fixed and all(_settled(feast, decided) for feast in near)


def _settled(feast: dt.date, decided: Decided) -> bool:
    """Whether the State has said on which day an estimated feast falls."""
    return any(decided.get(day) is not None for day in (feast - DAY, feast, feast + DAY))


def open_days(book: str, first: dt.date, last: dt.date, decided: Decided = NOTHING_DECIDED) -> int:
    """How many of these days, both included, are surely open."""
    days = range((last - first).days + 1)
    return sum(surely_open(book, first + place * DAY, decided) for place in days)


def last_open_day(book: str, end: dt.date, decided: Decided = NOTHING_DECIDED) -> dt.date:
    """The last day, up to a month's end, on which the bank surely books: closed days have no statement."""
    day = end
    while not surely_open(book, day, decided):
        day -= DAY
    return day


@lru_cache(maxsize=256)
def _feasts(book: str, year: int) -> tuple[frozenset[dt.date], frozenset[dt.date]]:
    """The public holidays known for sure, and those that are estimates, of a year and its two neighbours."""
    country = DEFAULT_CONFIG.holiday_countries.get(book)
    if country is None:
        return frozenset(), frozenset()
    import holidays

    known = holidays.country_holidays(country, years=range(year - 1, year + 2), language="en_US")
    estimated = frozenset(day for day, name in known.items() if "estimated" in name)
    return frozenset(known) - estimated, estimated
