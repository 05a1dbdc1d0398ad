"""A report as JSON: whole numbers, ISO dates, the rows of every table under the keys of their columns."""

import json
import os
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from reports.dataset import Cell, Kind, Report, Table, month_of


def plain(kind: Kind, value: Cell) -> str | int | None:
    """One cell as JSON has it; a percentage stays a whole number of hundredths."""
    if kind == "month" and isinstance(value, str | date):
        return f"{month_of(value):%Y-%m}"
    return value.isoformat() if isinstance(value, date) else value


def table_rows(table: Table) -> list[dict[str, str | int | None]]:
    """The rows of a table as objects."""
    return [
        {column.key: plain(column.kind, value) for column, value in zip(table.columns, row, strict=True)}
        for row in table.each()
    ]


def document(report: Report) -> Mapping[str, Any]:
    """What `--format json` gives: the report's own document, or else the rows of its tables.

    Then `rows` are those of the first table and `tables` holds all of them by name.
    """
    if report.json is not None:
        return report.json
    source = report.provenance
    tables = {table.name: table_rows(table) for table in report.tables}
    return {
        "report": report.name,
        "title": report.title,
        "fictional": report.fictional,
        "as_of": source.as_of.isoformat() if source.as_of else None,
        "as_known": source.as_known,
        "from": source.period[0].isoformat() if source.period else None,
        "to": source.period[1].isoformat() if source.period else None,
        "heads": {head.book: {"entries": head.entries, "hash": head.hash} for head in source.heads},
        "rows": tables[report.tables[0].name] if report.tables else [],
        "tables": tables,
        "controls": [
            {"title": control.title, "value": control.value, "expected": control.wanted, "ok": control.holds}
            for control in report.controls
        ],
    }


def _date(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in JSON")


def json_text(report: Report) -> str:
    """The document as text, indented, accents kept, lone surrogates replaced. Raises `TypeError` for a float
    anywhere but under a key that ends in `_percent`.
    """
    found = document(report)
    _refuse_floats(found)
    text = json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False, default=_date)
    return text.encode("utf-8", "replace").decode() + "\n"


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"{value!r}: amounts are whole numbers")
    if isinstance(value, Mapping):
        for key, inner in value.items():
            # a rate is no amount: `paid_percent` is 12.34 for scripts that read it
            if not str(key).endswith("_percent"):
                _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)


def write_json(report: Report, path: str | Path) -> None:
    """The document to a file, whole or not at all."""
    file = Path(path)
    unfinished = file.with_name(f"{file.name}.partial")
    try:
        unfinished.write_text(json_text(report), "utf-8")
        os.replace(unfinished, file)
    finally:
        unfinished.unlink(missing_ok=True)
