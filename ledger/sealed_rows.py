"""Write sealed rows at the speed of the driver: executemany on SQLite, COPY on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from ledger.chain import ENTRY_FIELDS
from ledger.engine import WRITTEN

ENTRY_COLUMNS = (*ENTRY_FIELDS, "hash")
LINE_COLUMNS = (
    "entry_id", "position", "book", "date", "account", "debit", "credit", "label", "reference", "value_date",
)  # fmt: skip
TOGETHER = {
    "entry": 200,
    "entry_line": 400,
    "statement_line": 200,
    "statement_line_again": 400,
    "customs_declaration": 400,
    "customs_return_row": 200,
}
"""Rows of one INSERT: under half of the parameters that SQLite takes."""
FEWER = 50
"""Rows of one INSERT, when there are not so many left."""
COPY_FROM = 50
"""From this many rows on, COPY beats separate inserts on PostgreSQL."""


def write_rows(connection: Connection, entries: Sequence[tuple[Any, ...]], lines: Sequence[tuple[Any, ...]]) -> None:
    """The lines, then the entries that seal them. Dates and instants are given as text."""
    if not entries:
        return
    for table, columns, rows in (("entry_line", LINE_COLUMNS, lines), ("entry", ENTRY_COLUMNS, entries)):
        if connection.dialect.name == "postgresql" and len(rows) >= COPY_FROM:
            _copy(connection, table, columns, rows)
        else:
            insert_rows(connection, table, columns, rows)


def insert_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows written at the speed of the driver; dates and instants are given as text."""
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    one = f"({', '.join([mark] * len(columns))})"
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES "  # noqa: S608 - names given by our own modules, never by input
    done = 0
    # a statement whose triggers may refuse keeps aside the pages it changes: many rows share one such copy
    for together in (TOGETHER.get(table, 1), FEWER):
        whole = (len(rows) - done) // together * together
        if together > 1 and whole:
            starts = range(done, done + whole, together)
            groups = [_end_to_end(rows[start : start + together]) for start in starts]
            connection.exec_driver_sql(sql + ", ".join([one] * together), groups)
            done += whole
    if done < len(rows):
        connection.exec_driver_sql(sql + one, list(rows[done:]))


def _end_to_end(rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    flat: list[Any] = []
    for row in rows:
        flat += row  # four times as quick as to chain the values one by one
    return tuple(flat)


def append_rows(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Many rows of a table that a command's seal covers, at the speed of the driver; dates are given as text."""
    if connection.dialect.name == "postgresql" and len(rows) >= COPY_FROM:
        # a COPY is not a statement of the engine, which notes the tables written to
        connection.info.setdefault(WRITTEN, set()).add(table)
        _copy(connection, table, columns, rows)
    else:
        insert_rows(connection, table, columns, rows)


def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    from psycopg import Error
    from sqlalchemy.exc import IntegrityError

    driver: Any = connection.connection.driver_connection
    sql = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    try:
        with driver.cursor() as cursor, cursor.copy(sql) as copy:
            for row in rows:
                copy.write_row(row)
    except Error as error:
        # the same shape of error as any other statement, so that guards are named in one place
        raise IntegrityError(sql, None, error) from error
