"""Entries and lines as the tests of the population read them, inside the books and dates asked."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, and_, cast, func, select

from ledger.tables.journal import entry, entry_line
from ledger.tables.types import BigInt
from reports.audit.finding import Scope
from reports.dataset import Column

CHUNK = 5_000
ENTRY_COLUMNS = (
    Column("entry", "Écriture", width=19),
    Column("date", "Date comptable", "date"),
    Column("document", "Pièce", width=22),
    Column("label", "Libellé", width=40),
)
"""How a test names an entry."""


def whole_sum(column: ColumnElement[int]) -> ColumnElement[int]:
    """A sum in whole francs on both engines: PostgreSQL adds 64-bit numbers up to a decimal one."""
    return cast(func.sum(column), BigInt)


def within(scope: Scope) -> ColumnElement[bool]:
    """The entries of the request."""
    request = scope.request
    return and_(
        entry.c.book.in_(request.books),
        entry.c.date.between(request.start, request.end),
        entry.c.id <= request.known,
    )


def lines_within(scope: Scope) -> ColumnElement[bool]:
    """The lines of the request."""
    request = scope.request
    return and_(
        entry_line.c.book.in_(request.books),
        entry_line.c.date.between(request.start, request.end),
        entry_line.c.entry_id <= request.known,
    )


def count_entries(scope: Scope, *conditions: ColumnElement[bool]) -> int:
    """How many entries of the request meet the conditions."""
    query = select(func.count()).select_from(entry).where(within(scope), *conditions)
    return int(scope.connection.execute(query).scalar_one())


def entries(scope: Scope, *conditions: ColumnElement[bool]) -> Iterator[Any]:
    """The entries of the request in the order of recording, with `total`, the sum of their debits, and `name`, the
    document in capitals without spaces around it."""
    total = select(whole_sum(entry_line.c.debit)).where(entry_line.c.entry_id == entry.c.id).scalar_subquery()
    query = (
        select(entry, total.label("total"), func.upper(func.trim(entry.c.document)).label("name"))
        .where(within(scope), *conditions)
        .order_by(entry.c.id)
    )
    yield from scope.connection.execute(query.execution_options(yield_per=CHUNK))


def reference(row: Any) -> str:
    """How people name the entry of a row."""
    return f"{row.book}/{row.journal}/{row.year}/{row.number}"


def named(row: Any) -> tuple[Any, ...]:
    """The cells of `ENTRY_COLUMNS`."""
    return (reference(row), row.date, row.document, row.label)
