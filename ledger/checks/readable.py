"""Every value is of its column's kind: SQLite keeps whatever it is given once its constraints are set aside."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Date, Integer, String, Table, text

from ledger.check import Check, Row
from ledger.tables import metadata
from ledger.tables.types import Instant

_DIGITS = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]"
_HOUR = "substr({c}, 12, 2) > '23'"
TIME = {
    True: f"{{c}} NOT GLOB '{_DIGITS}.{'[0-9]' * 6}Z' OR {_HOUR}",
    False: f"{{c}} !~ '^{_DIGITS}[.]{'[0-9]' * 6}Z$' OR {_HOUR}",
}
"""What is no instant, on SQLite (True) and on PostgreSQL; its day is looked at apart."""


def unreadable_values(connection: Connection) -> Iterable[Row]:
    """Instants, dates, amounts and flags that cannot be read as such."""
    sqlite = connection.dialect.name == "sqlite"
    for table in metadata.sorted_tables:
        for column in table.columns:
            for value in _faulty(connection, table, column, sqlite):
                yield {"table": table.name, "column": column.name, "value": str(value)}
        if sqlite:
            yield from _no_texts(connection, table)


def _faulty(connection: Connection, table: Table, column: Column[Any], sqlite: bool) -> Iterator[Any]:
    name = f'"{column.name}"'
    # PostgreSQL holds dates, whole numbers and flags by their type; instants are text on both
    if isinstance(column.type, Instant):
        fault = TIME[sqlite].format(c=name)
        yield from _values(connection, table, name, fault)
        yield from _no_days(connection, table, f"substr({name}, 1, 10)", fault)
    elif sqlite and isinstance(column.type, Date):
        yield from _no_days(connection, table, name, f"{name} IS NULL")
    elif sqlite and isinstance(column.type, Boolean):
        yield from _values(connection, table, name, f"{name} NOT IN (0, 1)")
    elif sqlite and isinstance(column.type, Integer):
        yield from _values(connection, table, name, f"typeof({name}) NOT IN ('integer', 'null')")


def _no_texts(connection: Connection, table: Table) -> Iterator[Row]:
    """Texts kept as bytes: a guard compares them as others do not. One look at the table for all of its columns."""
    names = [column.name for column in table.columns if isinstance(column.type, String)]
    faults = [f"typeof(\"{name}\") NOT IN ('text', 'null')" for name in names]
    if not faults:
        return
    # the names are those of the product's own tables
    columns = ", ".join(faults + [f'"{name}"' for name in names])
    query = f"SELECT {columns} FROM {table.name} WHERE {' OR '.join(faults)}"
    for row in connection.execute(text(query)):
        for name, wrong, value in zip(names, row[: len(names)], row[len(names) :], strict=True):
            if wrong:
                yield {"table": table.name, "column": name, "value": str(value)}


def _values(connection: Connection, table: Table, name: str, fault: str) -> Iterator[Any]:
    # the names are those of the product's own tables
    query = f"SELECT {name} FROM {table.name} WHERE {name} IS NOT NULL AND ({fault})"
    yield from connection.execute(text(query)).scalars()


def _no_days(connection: Connection, table: Table, day: str, aside: str) -> Iterator[Any]:
    query = f"SELECT DISTINCT {day} AS day FROM {table.name} WHERE NOT ({aside})"
    for value in connection.execute(text(query)).scalars():
        if value is not None and not _is_day(value):
            yield value


def _is_day(value: Any) -> bool:
    try:
        return len(value) == 10 and dt.date.fromisoformat(value) is not None
    except (TypeError, ValueError):
        return False


def unsound_file(connection: Connection) -> Iterable[Row]:
    """What SQLite itself finds wrong in its file: pages, indexes that no longer say what their table says, rows that
    a constraint put aside for a while has let in. PostgreSQL has no way to put one aside without its owner."""
    if connection.dialect.name != "sqlite":
        return
    for said in connection.execute(text("PRAGMA integrity_check(50)")).scalars():
        if said != "ok":
            yield {"fault": said}


CHECKS = (
    Check("readable_values", "Chaque date, instant, montant ou indicateur enregistré se lit", unreadable_values),
    Check("file_sound", "Le fichier de la base est sain : pages, index et forme de chaque ligne", unsound_file),
)
