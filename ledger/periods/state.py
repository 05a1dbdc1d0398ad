"""What the books know of their periods: read for the rules, and for people."""

from typing import Any

from sqlalchemy import Connection, func, select, text

from ledger.book import BOOKS
from ledger.periods.rules import BookState, Period, name_of
from ledger.tables.journal import draft, entry
from ledger.tables.periods import period_event, year_event
from ledger.takeover import takeover


def book_state(connection: Connection, book: str) -> BookState:
    """The periods of one book: those that hold entries, the last act on each, the closed years."""
    held = connection.execute(select(entry.c.year, entry.c.period).where(entry.c.book == book).distinct())
    last: dict[Period, str] = {}
    for row in connection.execute(select(period_event).where(period_event.c.book == book).order_by(period_event.c.id)):
        last[row.year, row.period] = row.action
    years = connection.execute(
        select(year_event.c.year).where(year_event.c.book == book, year_event.c.action == "close")
    ).scalars()
    return BookState(book, frozenset((row.year, row.period) for row in held), last, frozenset(years))


def drafts_of(connection: Connection, book: str, year: int, period: int | None = None) -> list[int]:
    """The drafts still open in a month (31 December for the complementary period), or in a whole year."""
    rows = connection.execute(
        select(draft.c.id, draft.c.date).where(draft.c.book == book, draft.c.status == "open").order_by(draft.c.id)
    )
    return [
        row.id
        for row in rows
        if row.date.year == year
        and (period in (None, row.date.month) or (period == 13 and (row.date.month, row.date.day) == (12, 31)))
    ]


def unsettled(connection: Connection, book: str, year: int, period: int) -> list[Any]:
    """The booking dates of the month's bank lines that nothing settles."""
    if period == 13:
        return []
    rows = connection.execute(
        text("SELECT booking_date FROM unsettled_bank_line WHERE book = :book ORDER BY booking_date"), {"book": book}
    ).scalars()
    return [day for day in rows if str(day)[:7] == f"{year:04d}-{period:02d}"]


def period_status(connection: Connection, books: tuple[str, ...] = BOOKS) -> dict[str, Any]:
    """Every period that holds entries or was acted on, its state, and whether the take-over is still open."""
    counts: dict[tuple[str, int, int], int] = {}
    query = select(entry.c.book, entry.c.year, entry.c.period, func.count()).group_by(
        entry.c.book, entry.c.year, entry.c.period
    )
    for book, year, period, count in connection.execute(query):
        counts[book, year, period] = count
    events: dict[tuple[str, int, int], list[Any]] = {}
    for row in connection.execute(select(period_event).order_by(period_event.c.id)):
        events.setdefault((row.book, row.year, row.period), []).append(row)
    words = {"reopen": "open", "close": "closed", "definitive": "definitive"}
    periods = []
    for book, year, period in sorted(counts.keys() | events.keys()):
        if book not in books:
            continue
        acts = events.get((book, year, period), [])
        periods.append(
            {
                "book": book,
                "year": year,
                "period": period,
                "name": name_of((year, period)),
                "state": words[acts[-1].action] if acts else "open",
                "entries": counts.get((book, year, period), 0),
                "drafts": drafts_of(connection, book, year, period),
                "bank_lines_open": len(unsettled(connection, book, year, period)),
                "events": [
                    {"action": act.action, "at": act.at, "actor": act.actor, "reason": act.reason} for act in acts
                ],
            }
        )
    until = takeover(connection)
    return {"takeover": {"open": until is None, "until": until}, "periods": periods}
