"""How old an open item is, in the classes that auditors use."""

import datetime as dt
from typing import NamedTuple


class AgeClass(NamedTuple):
    """A class of age: its key and heading as a column, its name as a value, its last day (None: without end)."""

    key: str
    title: str
    name: str
    last: int | None


AGES = (
    AgeClass("age_0_30", "0–30 jours", "0-30", 30),
    AgeClass("age_31_60", "31–60", "31-60", 60),
    AgeClass("age_61_90", "61–90", "61-90", 90),
    AgeClass("age_91_180", "91–180", "91-180", 180),
    AgeClass("age_181_365", "181–365", "181-365", 365),
    AgeClass("age_over_365", "Plus de 365", ">365", None),
)


def age_days(since: dt.date, as_of: dt.date) -> int:
    """Whole days between an item and the day of the report; 0 for an item of that day."""
    return max(0, (as_of - since).days)


def age_place(days: int) -> int:
    """Which class of `AGES` so many days fall in."""
    return next(place for place, one in enumerate(AGES) if one.last is None or days <= one.last)


def age_class(days: int) -> str:
    """The name of the class of age of so many days."""
    return AGES[age_place(days)].name


def spread(amount: int, days: int) -> tuple[int | None, ...]:
    """The amount in the column of its age, the others empty."""
    place = age_place(days)
    return tuple(amount if other == place else None for other in range(len(AGES)))
