"""A report as CSV: semicolons, UTF-8 with its mark, whole francs without grouping, text that is never a formula."""

import csv
import io
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import IO

from ledger.money import fits
from reports.dataset import Cell, Kind, Report, Table, month_of
from reports.text import inert

BYTE_ORDER_MARK = "\ufeff"


def cell_text(kind: Kind, value: Cell) -> str:
    """One cell: dates `AAAA-MM-JJ`, months `AAAA-MM`, percentages with a comma, nothing for an empty cell."""
    if value is None:
        return ""
    if kind == "text":
        return inert(str(value))
    if kind == "date" and isinstance(value, date):
        return value.isoformat()
    if kind == "month" and isinstance(value, str | date):
        return f"{month_of(value):%Y-%m}"
    if type(value) is not int:
        raise TypeError(f"a number must be an int, not {value!r}")
    if not fits(value):
        raise ValueError(f"{value} has more than fifteen digits")
    if kind == "percent":
        units, rest = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{units},{rest:02d}"
    return str(value)


def csv_lines(table: Table) -> Iterator[str]:
    """The headings (keys of the columns), then each row, each ended by CR LF. Totals are left to the reader."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.key for column in table.columns])
    kinds = [column.kind for column in table.columns]
    for row in table.each():
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        writer.writerow([cell_text(kind, value) for kind, value in zip(kinds, row, strict=True)])
    yield buffer.getvalue()


def write_table(table: Table, stream: IO[str]) -> None:
    """One table to a text stream opened with `newline=""`."""
    stream.write(BYTE_ORDER_MARK)
    stream.writelines(csv_lines(table))


def write_csv(report: Report, path: str | Path) -> tuple[Path, ...]:
    """The first table to `path`, each other one beside it as `<name>-<table>.csv`. Gives back the files written."""
    first = Path(path)
    written = []
    for number, table in enumerate(report.tables):
        file = first if number == 0 else first.with_name(f"{first.stem}-{table.name}{first.suffix or '.csv'}")
        unfinished = file.with_name(f"{file.name}.partial")
        try:
            with unfinished.open("w", encoding="utf-8", newline="") as stream:
                write_table(table, stream)
            os.replace(unfinished, file)
        finally:
            unfinished.unlink(missing_ok=True)
        written.append(file)
    return tuple(written)
