"""Balances: sums of lines over an index that covers them, at any accounting date, as known at any time."""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, func, select

from ledger.book import BOOKS
from ledger.periods.rules import COMPLEMENTARY
from ledger.periods.totals import Closings, open_ranges, standing_closings, stored_totals, whole_months
from ledger.tables.journal import entry, entry_line
from ledger.tables.periods import year_event
from ledger.tables.types import instant_text

Totals = dict[tuple[str, str], tuple[int, int]]
"""(book, account) → total of debits, total of credits, in whole francs."""
Total = tuple[tuple[str, str], tuple[int, int]]


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
    closings: Closings | None = None,
) -> Totals:
    """Debits and credits per book and account between two accounting dates, both included.

    Whole closed months come from the totals that their closing wrote, open ones from the lines: the work does
    not grow with the number of closed entries, and the result is the plain sum of the lines. Books with the same
    open months are summed by one question; `closings` are those of `books` when the caller has them.
    """
    codes = list(books)
    closings = standing_closings(connection, codes, known) if closings is None else closings
    whole = {code: whole_months(closings[code], since, until) for code in codes}
    events = [closings[code][period] for code in codes for period in whole[code]]
    alike: dict[tuple[dt.date | None, dt.date | None], list[str]] = {}
    for code in codes:
        for span in open_ranges(whole[code], since, until):
            alike.setdefault(span, []).append(code)
    parts = [stored_totals(connection, events, account)] if events else []
    parts.extend(_lines_between(connection, same, *span, known, account) for span, same in alike.items())
    parts.extend(
        _complementary(connection, code, year, known, account)
        for code in codes
        for year, month in whole[code]
        if month == 12 and (year, COMPLEMENTARY) not in whole[code]
    )
    found: Totals = {}
    for key, (debit, credit) in chain.from_iterable(parts):
        before = found.get(key, (0, 0))
        found[key] = (before[0] + debit, before[1] + credit)
    return found


def _lines_between(
    connection: Connection,
    codes: list[str],
    start: dt.date | None,
    end: dt.date | None,
    known: int,
    account: str | None,
) -> Iterator[Total]:
    conditions: list[ColumnElement[bool]] = [entry_line.c.book.in_(codes)]
    if start is not None:
        conditions.append(entry_line.c.date >= start)
    if end is not None:
        conditions.append(entry_line.c.date <= end)
    if account is not None:
        conditions.append(entry_line.c.account == account)
    conditions.append(entry_line.c.entry_id <= known)
    query = (
        select(entry_line.c.book, entry_line.c.account, func.sum(entry_line.c.debit), func.sum(entry_line.c.credit))
        .where(and_(*conditions))
        .group_by(entry_line.c.book, entry_line.c.account)
    )
    for book, number, debit, credit in connection.execute(query):
        yield (book, number), (int(debit), int(credit))


def _complementary(connection: Connection, code: str, year: int, known: int, account: str | None) -> Iterator[Total]:
    """The lines of an open complementary period whose December is closed: both bear the date of 31 December."""
    query = (
        select(entry_line.c.account, func.sum(entry_line.c.debit), func.sum(entry_line.c.credit))
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(entry.c.book == code, entry.c.year == year, entry.c.period == COMPLEMENTARY, entry.c.id <= known)
        .group_by(entry_line.c.account)
    )
    if account is not None:
        query = query.where(entry_line.c.account == account)
    for number, debit, credit in connection.execute(query):
        yield (code, number), (int(debit), int(credit))


def openings(connection: Connection, year: int, known: int) -> Totals:
    """Debits and credits of the opening entries (à-nouveaux) of a year, per book and account."""
    # the books are named so that the index on the numbers finds the journal, whatever the number of entries
    opened = connection.execute(
        select(entry.c.id)
        .where(entry.c.book.in_(BOOKS), entry.c.journal == "AN", entry.c.year == year)
        .where(entry.c.origin == "opening", entry.c.id <= known)
    ).scalars()
    found: Totals = {}
    for opening in opened:
        query = (
            select(entry_line.c.book, entry_line.c.account, func.sum(entry_line.c.debit), func.sum(entry_line.c.credit))
            .where(entry_line.c.entry_id == opening)
            .group_by(entry_line.c.book, entry_line.c.account)
        )
        for book, number, debit, credit in connection.execute(query):
            before = found.get((book, number), (0, 0))
            found[book, number] = (before[0] + int(debit), before[1] + int(credit))
    return found


def base_years(connection: Connection, year: int, known: int) -> dict[str, int | None]:
    """For each book, the last year up to `year` that opens with carried-forward balances, if any.

    From such a year on, earlier lines are already inside the opening entry and are not summed again.
    """
    query = (
        select(year_event.c.book, func.max(year_event.c.year))
        .where(year_event.c.action == "opening", year_event.c.year <= year, year_event.c.entry_id <= known)
        .group_by(year_event.c.book)
    )
    found: dict[str, int | None] = {"BF": None, "ML": None, "NE": None}
    for code, base in connection.execute(query):
        found[code] = int(base)
    return found


def trial_balance(
    connection: Connection, *, start: dt.date, end: dt.date, known: int, books: Iterable[str] = BOOKS
) -> list[BalanceRow]:
    """The rows of the *balance générale* between two dates of one financial year, by book and account."""
    codes = list(books)
    bases = base_years(connection, start.year, known)
    carried = openings(connection, start.year, known) if (start.month, start.day) == (1, 1) else {}
    closings = standing_closings(connection, codes, known)
    before: Totals = {}
    for base in dict.fromkeys(bases[code] for code in codes):
        since = None if base is None else dt.date(base, 1, 1)
        if since is None or since < start:
            same = [code for code in codes if bases[code] == base]
            day_before = start - dt.timedelta(days=1)
            before |= totals(connection, known=known, since=since, until=day_before, books=same, closings=closings)
    during = totals(connection, known=known, since=start, until=end, books=codes, closings=closings)
    rows: list[BalanceRow] = []
    for key in sorted(before.keys() | during.keys(), key=lambda key: (codes.index(key[0]), key[1])):
        own = carried.get(key, (0, 0))
        opening = _net(before.get(key, (0, 0))) + _net(own)
        moved = during.get(key, (0, 0))
        debit, credit = moved[0] - own[0], moved[1] - own[1]
        rows.append(_row(*key, opening, debit, credit))
    return rows


def _net(pair: tuple[int, int]) -> int:
    return pair[0] - pair[1]


def _row(book: str, number: str, opening: int, debit: int, credit: int) -> BalanceRow:
    closing = opening + debit - credit
    return BalanceRow(book, number, max(opening, 0), max(-opening, 0), debit, credit, max(closing, 0), max(-closing, 0))


def balance_of(connection: Connection, book: str, account: str, *, as_of: dt.date, known: int | None = None) -> int:
    """Debit less credit of one account of one book at an accounting date, as known (now by default)."""
    known = known_entry(connection, None) if known is None else known
    base = base_years(connection, as_of.year, known)[book]
    since = None if base is None else dt.date(base, 1, 1)
    found = totals(connection, known=known, since=since, until=as_of, books=(book,), account=account)
    return _net(found.get((book, account), (0, 0)))
