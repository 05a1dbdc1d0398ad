"""The seal of a command: what it wrote, row by row, and the hash that ties it to the command before it.

The entries have their own chain; every other row is held by the seal of the command that it was born of. What no
command writes (chart, law of the levy, moves of an order) is sealed by « pcaes init ».
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, text

from ledger.chain import GENESIS, field
from ledger.engine import AS_WRITTEN, WRITTEN
from ledger.tables import metadata

VERSION = "pcaes-command-1"
LOGGED = ("id", "at", "actor", "command", "key", "fingerprint", "outcome", "code", "answer", "written", "previous_hash")
"""The fields that a command's hash covers, in order."""

CHAINED = frozenset({"entry", "entry_line"})
SEALS = frozenset({"command_log", "reference_seal"})
KEPT = frozenset({"draft"})
"""Tables whose rows change: each row is sealed apart, by the last command that touched it."""


TOGETHER = 2_000
"""Rows hashed in one piece. It is part of the seal: another number is another seal."""

_AS_THEY_ARE = frozenset({str, int, type(None)})
_AS_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False, check_circular=False).encode
_STANDING = (
    "SELECT (SELECT hash FROM command_log WHERE id = {mark}), (SELECT id FROM entry ORDER BY id DESC LIMIT 1),"
    " (SELECT hash FROM entry ORDER BY id DESC LIMIT 1)"
)


def command_hash(row: Mapping[str, Any]) -> str:
    """SHA-256 of a row of the command log, instants given as text."""
    parts = "".join(field(row[name]) for name in LOGGED)
    return hashlib.sha256((field(VERSION) + parts).encode()).hexdigest()


def reference_hash(number: int, content: str, previous: str) -> str:
    """SHA-256 of a seal of the reference tables."""
    return hashlib.sha256("".join(map(field, ("pcaes-reference-1", number, content, previous))).encode()).hexdigest()


def _value(value: Any) -> Any:
    """A value as both engines and JSON know it; the bytes of a file by their SHA-256."""
    if value is None:
        return None
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (bytes, memoryview)):
        return "sha256:" + hashlib.sha256(value).hexdigest()
    return value if isinstance(value, (int, str)) else str(value)


class RowsSeal:
    """The SHA-256 of the rows that one command wrote to one table, taken in the order of their key. `names` are those
    of the first columns of each row; what comes after them is not sealed.

    Rows are hashed column by column, so many at a time: one pass of the JSON writer, whatever their number. A column
    without any value is left out, so that one added later changes no seal.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.count = 0
        self._hash = hashlib.sha256()
        self._waiting: list[Sequence[Any]] = []

    def add(self, rows: Sequence[Sequence[Any]]) -> None:
        """Take the rows that follow."""
        self.count += len(rows)
        self._waiting.extend(rows)
        whole = len(self._waiting) // TOGETHER * TOGETHER
        for start in range(0, whole, TOGETHER):
            self._take(self._waiting[start : start + TOGETHER])
        del self._waiting[:whole]

    def digest(self) -> list[Any]:
        """How many rows, and their SHA-256; no row can be added after."""
        if self._waiting:
            self._take(self._waiting)
            self._waiting = []
        return [self.count, self._hash.hexdigest()]

    def _take(self, rows: Sequence[Sequence[Any]]) -> None:
        columns: dict[str, Sequence[Any]] = {}
        for name, column in zip(self.names, zip(*rows, strict=True), strict=False):
            kinds = set(map(type, column))
            if kinds != {type(None)}:
                columns[name] = column if kinds <= _AS_THEY_ARE else [_value(value) for value in column]
        # no JSON holds a bare line break: one between two pieces keeps them apart
        self._hash.update(_AS_JSON(columns).encode() + b"\n")


def rows_digest(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Any]:
    """How many rows, and one SHA-256 of them all, in the order given."""
    seal = RowsSeal(names)
    seal.add(rows)
    return seal.digest()


def seal_as_written(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Take for the seal of the command under way rows that were just written, every column, in the order of their key.

    Worth it for tens of thousands of rows: reading them back costs more than hashing them. `sealed_row` reads them all
    the same unless it counts as many as it was given.
    """
    if list(columns) != [column.name for column in table.columns]:
        raise ValueError(f"{table.name}: a seal covers every column, in order")
    seals = connection.info.setdefault(AS_WRITTEN, {})
    seals.setdefault(table.name, RowsSeal(columns)).add(rows)


def _taken_as_written(connection: Connection, table: Table, command: int) -> list[Any] | None:
    """The digest of the rows that the writer gave, when they are all that the command wrote to the table."""
    seal: RowsSeal | None = connection.info.get(AS_WRITTEN, {}).get(table.name)
    if seal is None:
        return None
    born, source = _source(table)
    counted = text(f"SELECT count(*) FROM {source} WHERE {born} = :command")  # noqa: S608 - own names
    return seal.digest() if connection.execute(counted, {"command": command}).scalar_one() == seal.count else None


def parent_of(table: Table) -> Column[Any] | None:
    """The column by which a row belongs to the row that a command wrote, for tables that name no command."""
    for column in table.columns:
        for key in column.foreign_keys:
            if "command_id" in key.column.table.c and key.column.table.name not in CHAINED:
                return column
    return None


def is_reference(table: Table) -> bool:
    """Whether no command writes to the table."""
    return table.name not in CHAINED | SEALS and "command_id" not in table.c and parent_of(table) is None


def _source(table: Table) -> tuple[str, str]:
    """The command that a row was born of, and where the rows are read, in SQL."""
    # every name comes from the tables of the product, never from input
    parent = None if "command_id" in table.c else parent_of(table)
    if parent is None:
        return "t.command_id" if "command_id" in table.c else "NULL", f"{table.name} t"
    key = next(iter(parent.foreign_keys)).column
    return "p.command_id", f'{table.name} t JOIN {key.table.name} p ON p."{key.name}" = t."{parent.name}"'


def _query(connection: Connection, table: Table, where: str) -> str:
    own = [f't."{column.name}"' for column in table.columns]
    command, source = _source(table)
    order = ", ".join(_in_order(connection, column) for column in table.primary_key.columns)
    return f"SELECT {', '.join(own)}, {command} AS born FROM {source}" + where.format(command=command, order=order)  # noqa: S608 - own names


def _in_order(connection: Connection, column: Column[Any]) -> str:
    """The column to sort by; text by its bytes, on PostgreSQL as on SQLite, whatever the language of the server."""
    bytewise = connection.dialect.name == "postgresql" and isinstance(column.type, Text)
    return f't."{column.name}"' + (' COLLATE "C"' if bytewise else "")


def sealed_groups(
    connection: Connection, table: Table, command: int | None = None
) -> Iterator[tuple[int | None, str, list[Any]]]:
    """Each command with the label and the digest of the rows of the table that it wrote; only those of `command`
    when it is given. Rows that no command wrote come under None."""
    where = " ORDER BY born, {order}" if command is None else " WHERE {command} = :command ORDER BY {order}"
    names = [column.name for column in table.columns]
    # a file is in memory alone
    page = 1 if any(isinstance(column.type, LargeBinary) for column in table.columns) else TOGETHER
    query = text(_query(connection, table, where)).execution_options(yield_per=page)
    found = connection.execute(query, {} if command is None else {"command": command})
    seal, before = RowsSeal(names), None
    for some in found.partitions(page):
        for born, group in groupby(some, key=_born):
            rows: list[Sequence[Any]] = list(group)
            if page == 1:
                rows = [[_value(value) for value in row] for row in rows]
            if table.name in KEPT:
                for row in rows:
                    yield born, f"{table.name}/{row[0]}", rows_digest(names, [row])
                continue
            if seal.count and born != before:
                yield before, table.name, seal.digest()
                seal = RowsSeal(names)
            before = born
            seal.add(rows)
    if seal.count:
        yield before, table.name, seal.digest()


def _born(row: Any) -> Any:
    return row[-1]


def sealed_row(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """The row of the command log, with what its command wrote, the head of the journal and its place in the chain."""
    tables: dict[str, Any] = {}
    for name in sorted(connection.info.get(WRITTEN, ())):
        if name in metadata.tables and name not in CHAINED | SEALS:
            as_written = _taken_as_written(connection, metadata.tables[name], row["id"])
            if as_written is not None:
                tables[name] = as_written
                continue
            for _, label, digest in sealed_groups(connection, metadata.tables[name], row["id"]):
                tables[label] = digest
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    last = connection.exec_driver_sql(_STANDING.format(mark=mark), (row["id"] - 1,)).one()
    written = json.dumps({"journal": [last[1] or 0, last[2] or GENESIS], "tables": tables}, sort_keys=True)
    full = {**row, "written": written, "previous_hash": last[0] or GENESIS}
    return {**full, "hash": command_hash(full)}
