"""Balances of a period for reports, and independent sums of the journal to tie them to."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ledger.balance import BalanceRow, base_years, trial_balance
from ledger.refusal import Refusal
from ledger.tables.journal import entry, entry_line
from reports.request import ReportRequest


class PeriodSpansYears(Refusal):
    """Balances carried forward would be counted twice."""

    code = "period_spans_years"
    sentence = (
        "La période du {start:D} au {end:D} franchit l'ouverture de l'exercice {year} du livre {book} : les à-nouveaux "
        "y compteraient deux fois. Demandez chaque exercice à part."
    )
    exit_code = 2


class JournalSums(NamedTuple):
    """What the journal holds in a period, read line by line: how many lines, debits and credits in whole francs."""

    lines: int
    debit: int
    credit: int


def period_balances(connection: Connection, request: ReportRequest) -> list[BalanceRow]:
    """The *balance générale* of the books asked for, by book and account.

    Refuses: period_spans_years.
    """
    require_one_year(connection, request)
    return trial_balance(connection, start=request.start, end=request.end, known=request.known, books=request.books)


def require_one_year(connection: Connection, request: ReportRequest) -> None:
    """Refuses: period_spans_years."""
    bases = base_years(connection, request.end.year, request.known)
    for code in request.books:
        base = bases[code]
        if base is not None and base > request.start.year:
            raise PeriodSpansYears(start=request.start, end=request.end, year=base, book=code)


def in_period(request: ReportRequest, book: str) -> tuple[Any, ...]:
    """The conditions on `entry_line` for the movements of a book in the period."""
    return (*up_to_the_end(request, book), entry_line.c.date >= request.start)


def up_to_the_end(request: ReportRequest, book: str) -> tuple[Any, ...]:
    """The same without the first day, for a reader that goes on from a line it has already met."""
    return (
        entry_line.c.book == book,
        entry_line.c.date <= request.end,
        entry_line.c.entry_id <= request.known,
    )


def is_carried(request: ReportRequest) -> Any:
    """The condition on `entry` for balances carried forward on the first day of the period: an opening, no movement."""
    first_day = (request.start.month, request.start.day) == (1, 1)
    year = request.start.year if first_day else -1
    return (entry.c.journal == "AN") & (entry.c.origin == "opening") & (entry.c.year == year)


def journal_sums(connection: Connection, request: ReportRequest, book: str) -> JournalSums:
    """The movements of a book as the entries themselves give them, not the index of balances."""
    query = (
        select(
            func.count(),
            func.coalesce(func.sum(entry_line.c.debit), 0),
            func.coalesce(func.sum(entry_line.c.credit), 0),
        )
        .select_from(entry.join(entry_line, entry.c.id == entry_line.c.entry_id))
        .where(
            entry.c.book == book,
            entry.c.date >= request.start,
            entry.c.date <= request.end,
            entry.c.id <= request.known,
            ~is_carried(request),
        )
    )
    count, debit, credit = connection.execute(query).one()
    return JournalSums(int(count), int(debit), int(credit))


def entry_count(connection: Connection, request: ReportRequest, book: str) -> int:
    """How many entries a book has in the period, balances carried forward included."""
    query = select(func.count()).where(
        entry.c.book == book, entry.c.date >= request.start, entry.c.date <= request.end, entry.c.id <= request.known
    )
    return int(connection.execute(query).scalar_one())


def day_before(day: dt.date) -> dt.date:
    """The last day before a period."""
    return day - dt.timedelta(days=1)
