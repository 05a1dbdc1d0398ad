"""A report as JSON: whole numbers, ISO dates, the rows of every table under the keys of their columns."""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from reports.dataset import Report
from reports.json_rows import StreamedRows, table_rows


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
    """The document as text, accents kept, lone surrogates replaced, in pieces that need not be held together.

    Each row of a table stands on a line of its own. Raises `TypeError` for a float.
    """
    found = document(report)
    _refuse_floats(found)
    for piece in _pieces(found, "\n"):
        yield piece.encode("utf-8", "replace").decode()
    yield "\n"


def _pieces(value: object, margin: str) -> Iterator[str]:
    """One value; what holds other lists or objects goes over several lines, `margin` and two spaces before each."""
    inner = margin + "  "
    if isinstance(value, StreamedRows):
        yield "["
        written = False
        for text in value.texts(inner):
            written = True
            yield text
        yield f"{margin}]" if written else "]"
    elif isinstance(value, Mapping) and _deep(value.values()):
        for place, (key, own) in enumerate(value.items()):
            yield ("{" if place == 0 else ",") + inner + json.dumps(str(key), ensure_ascii=False) + ": "
            yield from _pieces(own, inner)
        yield margin + "}"
    elif isinstance(value, list | tuple) and _deep(value):
        for place, own in enumerate(value):
            yield ("[" if place == 0 else ",") + inner
            yield from _pieces(own, inner)
        yield margin + "]"
    else:
        yield json.dumps(value, ensure_ascii=False, allow_nan=False, default=_date)


def _deep(values: Iterable[object]) -> bool:
    return any(isinstance(value, Mapping | list | tuple) for value in values)


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
