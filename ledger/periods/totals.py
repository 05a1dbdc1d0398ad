"""The totals that a closing leaves: written once, and which of them stand for what was known at a time."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from ledger.month import month_end
from ledger.periods.rules import COMPLEMENTARY, Period
from ledger.tables.journal import entry, entry_line
from ledger.tables.periods import closed_total, period_event


def write_totals(unit: Any, event_id: int, book: str, period: Period) -> int:
    """The movements of the month, per account, for the closing just recorded. Returns how many accounts moved."""
    year, month = period
    query = (
        select(entry_line.c.account, func.sum(entry_line.c.debit), func.sum(entry_line.c.credit))
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(entry.c.book == book, entry.c.year == year, entry.c.period == month)
        .group_by(entry_line.c.account)
        .order_by(entry_line.c.account)
    )
    rows = [
        {"event_id": event_id, "account": account, "debit": int(debit), "credit": int(credit)}
        for account, debit, credit in unit.connection.execute(query)
    ]
    if rows:
        unit.connection.execute(insert(closed_total), rows)
    return len(rows)


Closings = Mapping[str, Mapping[Period, int]]
"""Book → period → its closing event."""
CLOSINGS = select(
    period_event.c.book, period_event.c.year, period_event.c.period, period_event.c.id, period_event.c.action
).where(period_event.c.known_entry <= bindparam("known"))
"""The events of periods up to an entry."""


def standing_closings(connection: Connection, books: Iterable[str], known: int) -> Closings:
    """The closings that stood in these books when entry `known` was the last one.

    A period stays without new entries from its closing to its reopening, so that the totals of a closing are
    those of the whole period as long as no reopening came before `known`.
    """
    return closings_of(books, connection.execute(CLOSINGS, {"known": known}))


def closings_of(books: Iterable[str], events: Iterable[Any]) -> Closings:
    """The closings that stand after these events, given in any order."""
    found: dict[str, dict[Period, int]] = {code: {} for code in books}
    for event in sorted(events, key=lambda event: event.id):
        if event.book not in found:
            continue
        if event.action == "close":
            found[event.book][event.year, event.period] = event.id
        elif event.action == "reopen":
            found[event.book].pop((event.year, event.period), None)
    return found


def whole_months(closed: Collection[Period], since: dt.date | None, until: dt.date | None) -> set[Period]:
    """The closed periods that lie whole between two dates, a complementary one only beside its December.

    While December is open its lines are summed by date, and those of 31 December include the complementary ones.
    """
    inside = {
        (year, month)
        for year, month in closed
        if month != COMPLEMENTARY
        and (since is None or since <= dt.date(year, month, 1))
        and (until is None or month_end(year, month) <= until)
    }
    return inside | {(year, 13) for year, month in closed if month == COMPLEMENTARY and (year, 12) in inside}


def open_ranges(
    whole: Collection[Period], since: dt.date | None, until: dt.date | None
) -> Iterator[tuple[dt.date | None, dt.date | None]]:
    """The ranges of dates between `since` and `until` that the whole months leave over."""
    start, begun = since, since is not None
    for year, month in sorted(period for period in whole if period[1] != COMPLEMENTARY):
        first = dt.date(year, month, 1)
        if not begun or (start is not None and start < first):
            yield start, first - dt.timedelta(days=1)
        start, begun = month_end(year, month) + dt.timedelta(days=1), True
    if until is None or start is None or start <= until:
        yield start, until
