"""Balances: sums of lines over an index that covers them, at any accounting date, as known at any time."""

import datetime as dt
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Text, bindparam, func, literal_column, select, union_all

from ledger.book import BOOKS
from ledger.periods.rules import COMPLEMENTARY
from ledger.periods.totals import CLOSINGS, Closings, closings_of, open_ranges, standing_closings, whole_months
from ledger.sums import Part, Totals, add_up, between, complementary, of_closings, of_entries
from ledger.tables.journal import entry
from ledger.tables.periods import year_event
from ledger.tables.types import instant_text

BASE, OPENING, CLOSING = 0, 1, 2


def _what(kind: int) -> Any:
    return literal_column(str(kind), Integer).label("what")


_NO_NUMBER, _NO_TEXT = literal_column("0", Integer), literal_column("''", Text)
BASES = (
    select(
        year_event.c.book, func.max(year_event.c.year).label("year"), _NO_NUMBER.label("period"),
        _NO_NUMBER.label("id"), _NO_TEXT.label("action"), _what(BASE),
    )
    .where(year_event.c.action == "opening", year_event.c.year <= bindparam("year"))
    .where(year_event.c.entry_id <= bindparam("known"))
    .group_by(year_event.c.book)
)  # fmt: skip
# the books are named so that the index on the numbers finds the journal, whatever the number of entries
OPENINGS = (
    select(entry.c.book, entry.c.year, entry.c.period, entry.c.id, _NO_TEXT, _what(OPENING))
    .where(entry.c.book.in_(BOOKS), entry.c.journal == "AN", entry.c.year == bindparam("year"))
    .where(entry.c.origin == "opening", entry.c.id <= bindparam("known"))
)
STANDING = union_all(BASES, OPENINGS, CLOSINGS.add_columns(_what(CLOSING)))
"""What a balance must know before it adds up: years brought forward, opening entries, closings; in one look."""


class BalanceRow(NamedTuple):
    """One account of one book over a period: opening balance, movements, closing balance, in whole francs.

    A balance stands on one side: the other is zero.
    """

    book: str
    account: str
    opening_debit: int
    opening_credit: int
    movement_debit: int
    movement_credit: int
    closing_debit: int
    closing_credit: int


def known_entry(connection: Connection, as_known: dt.datetime | None) -> int:
    """The last entry recorded at that instant (all of them by default); found by halving, entries being in order."""
    last = int(connection.execute(select(func.coalesce(func.max(entry.c.id), 0))).scalar_one())
    if as_known is None:
        return last
    limit = instant_text(as_known)
    low, high = 0, last
    while low < high:
        middle = (low + high + 1) // 2
        recorded = connection.execute(select(entry.c.recorded_at).where(entry.c.id == middle)).scalar()
        if recorded is not None and instant_text(recorded) <= limit:
            low = middle
        else:
            high = middle - 1
    return low


def last_date(connection: Connection, known: int) -> dt.date | None:
    """The latest accounting date among the entries known: what `--as-of` is by default."""
    return connection.execute(select(func.max(entry.c.date)).where(entry.c.id <= known)).scalar()


def totals(
    connection: Connection,
    *,
    known: int,
    since: dt.date | None = None,
    until: dt.date | None = None,
    books: Iterable[str] = BOOKS,
    account: str | None = None,
) -> Totals:
    """Debits and credits per book and account between two accounting dates, both included.

    Whole closed months come from the totals that their closing wrote, open ones from the lines: the work does
    not grow with the number of closed entries, and the result is the plain sum of the lines.
    """
    codes = list(books)
    closings = standing_closings(connection, codes, known)
    (found,) = add_up(connection, [_parts(closings, codes, since, until)], known, account)
    return found


def _parts(closings: Closings, codes: Iterable[str], since: dt.date | None, until: dt.date | None) -> list[Part]:
    """What is to be added up between two dates: the totals of whole closed months, and the lines of what is left."""
    events: list[int] = []
    parts: list[Part] = []
    for code in codes:
        whole = whole_months(closings[code], since, until)
        events.extend(closings[code][period] for period in whole)
        parts.extend(between(code, start, end) for start, end in open_ranges(whole, since, until))
        parts.extend(
            complementary(code, year) for year, month in whole if month == 12 and (year, COMPLEMENTARY) not in whole
        )
    return parts + of_closings(events)


def base_years(connection: Connection, year: int, known: int) -> dict[str, int | None]:
    """For each book, the last year up to `year` that opens with carried-forward balances, if any.

    From such a year on, earlier lines are already inside the opening entry and are not summed again.
    """
    found: dict[str, int | None] = dict.fromkeys(BOOKS)
    found.update({row.book: row.year for row in connection.execute(BASES, {"year": year, "known": known})})
    return found


def trial_balance(
    connection: Connection, *, start: dt.date, end: dt.date, known: int, books: Iterable[str] = BOOKS
) -> list[BalanceRow]:
    """The rows of the *balance générale* between two dates of one financial year, by book and account."""
    codes = list(books)
    standing = connection.execute(STANDING, {"year": start.year, "known": known}).all()
    bases = {row.book: row.year for row in standing if row.what == BASE}
    closings = closings_of(codes, [row for row in standing if row.what == CLOSING])
    opened: list[int] = [row.id for row in standing if row.what == OPENING] if _is_new_year(start) else []
    day_before = start - dt.timedelta(days=1)
    before: list[Part] = []
    for code in codes:
        since = dt.date(bases[code], 1, 1) if code in bases else None
        if since is None or since < start:
            before.extend(_parts(closings, (code,), since, day_before))
    groups = [before, _parts(closings, codes, start, end), of_entries(opened)]
    brought, during, carried = add_up(connection, groups, known, None)
    rows: list[BalanceRow] = []
    for key in sorted(brought.keys() | during.keys(), key=lambda key: (codes.index(key[0]), key[1])):
        own = carried.get(key, (0, 0))
        opening = _net(brought.get(key, (0, 0))) + _net(own)
        moved = during.get(key, (0, 0))
        debit, credit = moved[0] - own[0], moved[1] - own[1]
        rows.append(_row(*key, opening, debit, credit))
    return rows


def _is_new_year(day: dt.date) -> bool:
    return (day.month, day.day) == (1, 1)


def _net(pair: tuple[int, int]) -> int:
    return pair[0] - pair[1]


def _row(book: str, number: str, opening: int, debit: int, credit: int) -> BalanceRow:
    closing = opening + debit - credit
    brought = (opening, 0) if opening > 0 else (0, -opening)
    carried = (closing, 0) if closing > 0 else (0, -closing)
    return BalanceRow(book, number, *brought, debit, credit, *carried)


def balance_of(connection: Connection, book: str, account: str, *, as_of: dt.date, known: int | None = None) -> int:
    """Debit less credit of one account of one book at an accounting date, as known (now by default)."""
    known = known_entry(connection, None) if known is None else known
    base = base_years(connection, as_of.year, known)[book]
    since = None if base is None else dt.date(base, 1, 1)
    found = totals(connection, known=known, since=since, until=as_of, books=(book,), account=account)
    return _net(found.get((book, account), (0, 0)))
