"""A file as read, or its refusal, as bytes between two processes: JSON, so that nothing in it can run.

First the length of a heading, then the heading, then the lines of its statements, slice after slice.
"""

import json
import struct
from datetime import date
from typing import Any

from ledger.refusal import plain
from reconcile.collector import collector_at_rest
from reconcile.line_columns import PackedLines, packed, slices_of
from reconcile.model import Fault, FileRefused, Statement, StatementFile

Read = StatementFile | FileRefused

_HEADING = struct.Struct("<Q")


def pack(read: Read) -> bytes:
    """The bytes that `unpack` turns back. Dates travel as day numbers, lines as slices of columns."""
    slices: list[bytes] = []
    if isinstance(read, FileRefused):
        faults = [[fault.code, fault.sentence, plain(fault.facts)] for fault in read.faults]
        content: dict[str, Any] = {"faults": faults, "format": read.format}
    else:
        content = {
            "format": read.format,
            "notes": read.notes,
            "statements": [_row(statement, slices) for statement in read.statements],
        }
    heading = json.dumps(content, ensure_ascii=False, separators=(",", ":"), check_circular=False)
    encoded = heading.encode("utf-8", "replace")
    return b"".join([_HEADING.pack(len(encoded)), encoded, *slices])


def unpack(data: bytes | bytearray, *, keep_packed: bool = False) -> Read:
    """What `pack` was given. With `keep_packed`, the lines stay bytes that are read each time they are gone through."""
    with collector_at_rest():
        start = _HEADING.size + _HEADING.unpack_from(data)[0]
        content = json.loads(data[_HEADING.size : start])
        if "faults" in content:
            return FileRefused([Fault(*fault) for fault in content["faults"]], format=content["format"])
        statements = []
        for row in content["statements"]:
            statement, start = _statement(row, memoryview(data), start, keep_packed)
            statements.append(statement)
    return StatementFile(content["format"], tuple(statements), tuple(content["notes"]))


def _row(statement: Statement, slices: list[bytes]) -> list[Any]:
    own = [packed(columns) for columns in slices_of(statement.lines)]
    slices += own
    return [
        statement.account,
        statement.currency,
        statement.exponent,
        statement.number,
        _number(statement.start),
        _number(statement.end),
        statement.opening,
        statement.closing,
        statement.proven,
        [len(statement.lines), *map(len, own)],
        statement.notes,
        statement.pending,
    ]


def _number(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _statement(row: list[Any], data: memoryview, place: int, keep_packed: bool) -> tuple[Statement, int]:
    """The statement, whose slices begin at the place, and where the next ones begin."""
    account, currency, exponent, number, start, end, opening, closing, proven, sizes, notes, pending = row
    slices = []
    for size in sizes[1:]:
        slices.append(data[place : place + size])
        place += size
    lines = PackedLines(slices, sizes[0])
    found = Statement(
        account=account,
        currency=currency,
        exponent=exponent,
        number=number,
        start=None if start is None else date.fromordinal(start),
        end=None if end is None else date.fromordinal(end),
        opening=opening,
        closing=closing,
        proven=proven,
        lines=lines if keep_packed else tuple(lines),
        notes=tuple(notes),
        pending=pending,
    )
    return found, place
