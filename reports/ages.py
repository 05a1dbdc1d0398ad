"""How old an open item is, in the columns that auditors use."""

import datetime as dt

AGES = (
    ("age_0_30", "0–30 jours", 30),
    ("age_31_60", "31–60", 60),
    ("age_61_90", "61–90", 90),
    ("age_91_180", "91–180", 180),
    ("age_181_365", "181–365", 365),
    ("age_over_365", "Plus de 365", None),
)
"""Key, heading, and last day of each class of age."""


def age_days(since: dt.date, as_of: dt.date) -> int:
    """Whole days between an item and the day of the report; 0 for an item of that day."""
    return max(0, (as_of - since).days)


def age_place(days: int) -> int:
    """Which class of `AGES` so many days fall in."""
    for place, (_, _, last) in enumerate(AGES):
        if last is None or days <= last:
            return place
    raise AssertionError("the last class has no end")


def spread(amount: int, days: int) -> tuple[int | None, ...]:
    """The amount in the column of its age, the others empty."""
    place = age_place(days)
    return tuple(amount if other == place else None for other in range(len(AGES)))
