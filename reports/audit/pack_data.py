"""Every table of the database as CSV, for programs that analyse whole populations."""

import csv
import datetime as dt
import io
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, LargeBinary, Table, func, inspect, select

from ledger.tables.types import instant_text
from reports.audit.pack_folder import PackFolder
from reports.text import inert

CHUNK = 5_000
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


def table_lines(connection: Connection, table: Table) -> Iterator[str]:
    """The headings, then every row in the order of its key; the content of files is replaced by its size."""
    columns = [column for column in table.columns if not _secret(column.name)]
    wanted = [
        func.length(column).label(f"{column.name}_octets") if isinstance(column.type, LargeBinary) else column
        for column in columns
    ]
    query = select(*wanted).order_by(*table.primary_key.columns).execution_options(yield_per=CHUNK)
    result = connection.execute(query)
    yield _row(result.keys())
    for row in result:
        yield _row(map(cell, row))


def _row(cells: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="").writerow(cells)
    return buffer.getvalue()


def write_tables(connection: Connection, folder: PackFolder, where: str) -> list[str]:
    """One CSV per table that the database has; gives the names of the tables."""
    present = set(inspect(connection).get_table_names())
    written = [table for table in known_tables() if table.name in present]
    for table in written:
        folder.text(f"{where}/{table.name}.csv", table_lines(connection, table), "\r\n", "\ufeff")
    return [table.name for table in written]
