"""The seal of a command: what it wrote, row by row, and the hash that ties it to the command before it.

The entries have their own chain; every other row is held by the seal of the command that it was born of. What no
command writes (chart, law of the levy, moves of an order) is sealed by « pcaes init ».
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table, text

from ledger.chain import GENESIS, field
from ledger.engine import WRITTEN
from ledger.tables import metadata

VERSION = "pcaes-command-1"
LOGGED = ("id", "at", "actor", "command", "key", "fingerprint", "outcome", "code", "answer", "written", "previous_hash")
"""The fields that a command's hash covers, in order."""

CHAINED = frozenset({"entry", "entry_line"})
SEALS = frozenset({"command_log", "reference_seal"})
KEPT = frozenset({"draft"})
"""Tables whose rows change: each row is sealed apart, by the last command that touched it."""


_AS_THEY_ARE = (str, int)
_AS_JSON = json.JSONEncoder(sort_keys=True, ensure_ascii=False).encode
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
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, (bytes, memoryview)):
        return "sha256:" + hashlib.sha256(value).hexdigest()
    return value if isinstance(value, (int, str)) else str(value)


def row_digest(names: Iterable[str], values: Iterable[Any]) -> bytes:
    """SHA-256 of one row; a value that is absent is left out, so that a column added later changes no seal."""
    # text and whole numbers, the most of them, as they are: this is the inner loop of an import and of verifying
    found = {
        name: value if value.__class__ in _AS_THEY_ARE else _value(value)
        for name, value in zip(names, values, strict=True)
        if value is not None
    }
    return hashlib.sha256(_AS_JSON(found).encode()).digest()


def digest_of(rows: list[bytes]) -> list[Any]:
    """How many rows, and one SHA-256 of them all, whatever the order in which the engine gives them."""
    return [len(rows), hashlib.sha256(b"".join(sorted(rows))).hexdigest()]


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


def _query(table: Table, where: str) -> str:
    own = [f't."{column.name}"' for column in table.columns]
    # every name comes from the tables of the product, never from input
    parent = None if "command_id" in table.c else parent_of(table)
    command, source = "t.command_id", f"{table.name} t"
    if parent is not None:
        key = next(iter(parent.foreign_keys)).column
        command, source = (
            "p.command_id",
            f'{table.name} t JOIN {key.table.name} p ON p."{key.name}" = t."{parent.name}"',
        )
    elif "command_id" not in table.c:
        command = "NULL"
    return f"SELECT {', '.join(own)}, {command} AS born FROM {source}" + where.format(command=command)  # noqa: S608 - own names


def sealed_groups(
    connection: Connection, table: Table, command: int | None = None
) -> Iterator[tuple[int | None, str, list[Any]]]:
    """Each command with the label and the digest of the rows of the table that it wrote; only those of `command`
    when it is given. Rows that no command wrote come under None."""
    where = " ORDER BY born" if command is None else " WHERE {command} = :command"
    names = [column.name for column in table.columns]
    kept = table.name in KEPT
    # a file is in memory alone
    page = 1 if any(isinstance(column.type, LargeBinary) for column in table.columns) else 2_000
    rows: list[bytes] = []
    before: int | None = None
    query = text(_query(table, where)).execution_options(yield_per=page)
    found = connection.execute(query, {} if command is None else {"command": command})
    for *values, born in found:
        digest = row_digest(names, values)
        if kept:
            yield born, f"{table.name}/{values[0]}", digest_of([digest])
            continue
        if rows and born != before:
            yield before, table.name, digest_of(rows)
            rows = []
        before = born
        rows.append(digest)
    if rows:
        yield before, table.name, digest_of(rows)


def sealed_row(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """The row of the command log, with what its command wrote, the head of the journal and its place in the chain."""
    tables: dict[str, Any] = {}
    for name in sorted(connection.info.get(WRITTEN, ())):
        if name in metadata.tables and name not in CHAINED | SEALS:
            for _, label, digest in sealed_groups(connection, metadata.tables[name], row["id"]):
                tables[label] = digest
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    last = connection.exec_driver_sql(_STANDING.format(mark=mark), (row["id"] - 1,)).one()
    written = json.dumps({"journal": [last[1] or 0, last[2] or GENESIS], "tables": tables}, sort_keys=True)
    full = {**row, "written": written, "previous_hash": last[0] or GENESIS}
    return {**full, "hash": command_hash(full)}
