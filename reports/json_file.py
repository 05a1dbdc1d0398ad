"""A report as JSON: whole numbers, ISO dates, the rows of every table under the keys of their columns."""

import json
import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from reports.dataset import Cell, Kind, Report, Table, month_of

HELD_MAX = 20_000
"""Pieces of text held before they are written."""


def plain(kind: Kind, value: Cell) -> str | int | None:
    """One cell as JSON has it; a percentage stays a whole number of hundredths."""
    if kind == "month" and isinstance(value, str | date):
        return f"{month_of(value):%Y-%m}"
    if isinstance(value, float):
        raise TypeError(f"{value!r}: amounts are whole numbers")
    return value.isoformat() if isinstance(value, date) else value


JsonRow = dict[str, str | int | None]


class StreamedRows(list[JsonRow]):
    """The rows of a table that streams: read each time they are asked for, never all held."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self.table = table

    def __bool__(self) -> bool:
        """Whether there is a row."""
        return any(True for _ in self.table.each())

    def __iter__(self) -> Iterator[JsonRow]:
        """Each row as an object."""
        for row in self.table.each():
            yield {column.key: plain(column.kind, value) for column, value in zip(self.table.columns, row, strict=True)}


def table_rows(table: Table) -> list[JsonRow]:
    """The rows of a table as objects."""
    rows = StreamedRows(table)
    return rows if table.streamed else list(rows)


def document(report: Report) -> Mapping[str, Any]:
    """What `--format json` gives: the report's own document, or else the rows of its tables.

    Then `rows` are those of the first table and `tables` holds all of them by name, without the first when it streams.
    """
    if report.json is not None:
        return report.json
    source = report.provenance
    tables = {table.name: table_rows(table) for table in report.tables}
    first = tables[report.tables[0].name] if report.tables else []
    return {
        "report": report.name,
        "title": report.title,
        "fictional": report.fictional,
        "as_of": source.as_of.isoformat() if source.as_of else None,
        "as_known": source.as_known,
        "from": source.period[0].isoformat() if source.period else None,
        "to": source.period[1].isoformat() if source.period else None,
        "heads": {head.book: {"entries": head.entries, "hash": head.hash} for head in source.heads},
        "rows": first,
        "tables": {
            name: rows for name, rows in tables.items() if not (rows is first and isinstance(rows, StreamedRows))
        },
        "controls": [
            {"title": control.title, "value": control.value, "expected": control.wanted, "ok": control.holds}
            for control in report.controls
        ],
    }


def _date(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in JSON")


def json_pieces(report: Report) -> Iterator[str]:
    """The document as text, indented, accents kept, lone surrogates replaced, in pieces that need not be held together.

    Raises `TypeError` for a float.
    """
    found = document(report)
    _refuse_floats(found)
    # the encoder in C would first make a text of everything; asked for an indentation, Python's own goes row by row
    pieces = json.JSONEncoder(ensure_ascii=False, indent=2, allow_nan=False, default=_date).iterencode(found)
    held: list[str] = []
    for piece in pieces:
        held.append(piece)
        if len(held) >= HELD_MAX:
            yield _clean(held)
            held.clear()
    yield _clean([*held, "\n"])


def _clean(held: list[str]) -> str:
    return "".join(held).encode("utf-8", "replace").decode()


def json_text(report: Report) -> str:
    """The whole document as one text. Raises `TypeError` for a float."""
    return "".join(json_pieces(report))


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r}: amounts are whole numbers")
    if isinstance(value, StreamedRows):
        return
    if isinstance(value, Mapping):
        for key, inner in value.items():
            # a rate is no amount: `paid_percent` is 12.34 for the scripts that read it
            if not str(key).endswith("_percent"):
                _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)


def write_json(report: Report, path: str | Path) -> None:
    """The document to a file, whole or not at all, in flat memory."""
    file = Path(path)
    unfinished = file.with_name(f"{file.name}.partial")
    try:
        with unfinished.open("w", encoding="utf-8", newline="\n") as stream:
            stream.writelines(json_pieces(report))
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
