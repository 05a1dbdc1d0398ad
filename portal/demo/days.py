"""Months and bank days of the fictional calendar (weekends and three fixed holidays closed)."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

CLOSED = ((1, 1), (5, 1), (12, 25))
"""Month and day of the holidays that every bank keeps; movable ones are left out of the fiction."""


def is_bank_day(day: date) -> bool:
    """True on weekdays that are not a fixed holiday."""
    return day.weekday() < 5 and (day.month, day.day) not in CLOSED


def on_or_after(day: date) -> date:
    """The first bank day from `day` on."""
    while not is_bank_day(day):
        day += timedelta(days=1)
    return day


def on_or_before(day: date) -> date:
    """The last bank day up to `day`."""
    while not is_bank_day(day):
        day -= timedelta(days=1)
    return day


def later(day: date, bank_days: int) -> date:
    """`bank_days` bank days after `day` (before it when negative)."""
    step = timedelta(days=1 if bank_days > 0 else -1)
    for _ in range(abs(bank_days)):
        day += step
        while not is_bank_day(day):
            day += step
    return day


def month_end(period: str) -> date:
    """Last day of the month written AAAA-MM."""
    year, month = int(period[:4]), int(period[5:7])
    return date(year, month, monthrange(year, month)[1])


def month_start(period: str) -> date:
    """First day of the month written AAAA-MM."""
    return date(int(period[:4]), int(period[5:7]), 1)


def months(first: date, last: date) -> Iterator[str]:
    """The months from `first` to `last`, written AAAA-MM."""
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield f"{year}-{month:02d}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def month_after(period: str, count: int = 1) -> str:
    """The month `count` months after."""
    year, month = divmod(int(period[:4]) * 12 + int(period[5:7]) - 1 + count, 12)
    return f"{year}-{month + 1:02d}"
