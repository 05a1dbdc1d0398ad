"""A file as read, or its refusal, as bytes between two processes: JSON, so that nothing in it can run."""

import json
from datetime import date
from typing import Any

from ledger.refusal import plain
from reconcile.collector import collector_at_rest
from reconcile.model import Fault, FileRefused, LineDetail, Statement, StatementFile, StatementLine

Read = StatementFile | FileRefused


def pack(read: Read) -> bytes:
    """The bytes that `unpack` turns back. Dates travel as day numbers, lines as rows."""
    if isinstance(read, FileRefused):
        faults = [[fault.code, fault.sentence, plain(fault.facts)] for fault in read.faults]
        content: dict[str, Any] = {"faults": faults, "format": read.format}
    else:
        content = {
            "format": read.format,
            "notes": read.notes,
            "statements": [_row(statement) for statement in read.statements],
        }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"), check_circular=False).encode(
        "utf-8", "replace"
    )


def unpack(data: bytes | bytearray) -> Read:
    """What `pack` was given."""
    with collector_at_rest():
        content = json.loads(data)
        if "faults" in content:
            return FileRefused([Fault(*fault) for fault in content["faults"]], format=content["format"])
        days: dict[int | None, date | None] = {None: None}
        statements = tuple(_statement(row, days) for row in content["statements"])
    return StatementFile(content["format"], statements, tuple(content["notes"]))


def _row(statement: Statement) -> list[Any]:
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
        [(line[0].toordinal(), _number(line[1]), *line[2:]) for line in statement.lines],
        statement.notes,
        statement.pending,
    ]


def _number(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _statement(row: list[Any], days: dict[int | None, date | None]) -> Statement:
    account, currency, exponent, number, start, end, opening, closing, proven, rows, notes, pending = row
    lines: list[StatementLine] = []
    for booked, valued, *rest, details, own_notes in rows:
        for day in (booked, valued):
            if day not in days:
                days[day] = date.fromordinal(day)
        inner = tuple(LineDetail(*detail) for detail in details) if details else ()
        lines.append(StatementLine._make((days[booked], days[valued], *rest, inner, tuple(own_notes))))
    return Statement(
        account=account,
        currency=currency,
        exponent=exponent,
        number=number,
        start=None if start is None else date.fromordinal(start),
        end=None if end is None else date.fromordinal(end),
        opening=opening,
        closing=closing,
        proven=proven,
        lines=tuple(lines),
        notes=tuple(notes),
        pending=pending,
    )
