"""Every table of the database as CSV, for programs that analyse whole populations."""

import csv
import datetime as dt
import io
import pkgutil
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, func, inspect, select

from ledger.tables.types import instant_text
from reports.audit.pack_folder import PackFolder
from reports.audit.pack_scope import PackScope
from reports.text import inert

CHUNK = 5_000
LINE_END = "\r\n"
SECRET = ("password", "secret", "token", "session", "credential")
"""Columns and tables whose name says so are of no use to an audit and stay where they are."""


def known_tables() -> list[Table]:
    """Every table that the product declares, by name."""
    import ledger.tables

    for name in ("reconcile.tables", "reconcile.match_tables"):
        import_module(name)
    for module in pkgutil.iter_modules(ledger.tables.__path__):
        import_module(f"ledger.tables.{module.name}")
    tables = sorted(ledger.tables.metadata.tables.values(), key=lambda table: table.name)
    return [table for table in tables if not _secret(table.name)]


def _secret(name: str) -> bool:
    return any(word in name for word in SECRET)


def cell(value: Any) -> str:
    """One value as text: dates and instants in ISO 8601, booleans 0 or 1, nothing for what is absent."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, dt.datetime):
        return instant_text(value)
    return inert(value) if isinstance(value, str) else str(value)


def table_lines(connection: Connection, table: Table, conditions: Iterable[Any] = ()) -> Iterator[str]:
    """The headings, then every row under the conditions in the order of its key, many lines at once.

    The content of files is replaced by its size.
    """
    columns = [column for column in table.columns if not _secret(column.name)]
    wanted = [
        func.length(column).label(f"{column.name}_octets") if isinstance(column.type, LargeBinary) else column
        for column in columns
    ]
    query = select(*wanted).where(*conditions).order_by(*table.primary_key.columns)
    result = connection.execute(query.execution_options(yield_per=CHUNK))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator=LINE_END)
    writer.writerow(result.keys())
    for rows in result.partitions(CHUNK):
        writer.writerows(map(cell, row) for row in rows)
        yield _taken(buffer)
    if buffer.tell():
        yield _taken(buffer)


def _taken(buffer: io.StringIO) -> str:
    """The lines written so far, the last without its end: the folder adds it."""
    text = buffer.getvalue().removesuffix(LINE_END)
    buffer.seek(0)
    buffer.truncate()
    return text


def write_tables(connection: Connection, folder: PackFolder, where: str, scope: PackScope) -> list[str]:
    """One CSV per table that the database has; gives the names of the tables."""
    present = set(inspect(connection).get_table_names())
    written = [table for table in known_tables() if table.name in present]
    for table in written:
        folder.text(f"{where}/{table.name}.csv", table_lines(connection, table, scope.rows(table)), LINE_END, "\ufeff")
    return [table.name for table in written]
