"""A report as CSV: semicolons, UTF-8 with its mark, whole francs without grouping, text that is never a formula."""

import csv
import io
import os
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from pathlib import Path
from typing import IO

from ledger.money import fits
from reports.dataset import Cell, Kind, Report, Table, month_of
from reports.exact import exact
from reports.text import inert

BYTE_ORDER_MARK = "\ufeff"
RUN_ROWS = 1_000
"""Rows written at once."""


def cell_text(kind: Kind, value: Cell) -> str:
    """One cell: dates `AAAA-MM-JJ`, months `AAAA-MM`, percentages with a comma, nothing for an empty cell.

    Refuses: report_amount_too_long.
    """
    if value is None:
        return ""
    if kind == "text":
        return inert(str(value))
    if kind == "date" and isinstance(value, date):
        return value.isoformat()
    if kind == "month" and isinstance(value, str | date):
        return f"{month_of(value):%Y-%m}"
    number = exact(value)
    if kind == "percent":
        units, rest = divmod(abs(number), 100)
        return f"{'-' if number < 0 else ''}{units},{rest:02d}"
    return str(number)


def csv_lines(table: Table) -> Iterator[str]:
    """The headings (keys of the columns), then the rows in runs, each row ended by CR LF. Totals are the reader's."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow([column.key for column in table.columns])
    kinds = [column.kind for column in table.columns]
    rows = iter(table.each())
    while run := list(islice(rows, RUN_ROWS)):
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
        columns = [_texts(kind, values) for kind, values in zip(kinds, zip(*run, strict=True), strict=True)]
        writer.writerows(zip(*columns, strict=True))
    yield buffer.getvalue()


def _texts(kind: Kind, values: Sequence[Cell]) -> Sequence[str | int]:
    """The cells of one column, each different text or date looked at once."""
    if kind in ("francs", "integer") and set(map(type, values)) == {int}:
        numbers: Sequence[int] = values  # type: ignore[assignment]  # all int, just checked
        if fits(min(numbers)) and fits(max(numbers)):
            return numbers
    if kind in ("text", "date", "month"):
        known = {value: cell_text(kind, value) for value in set(values)}
        return [known[value] for value in values]
    return [cell_text(kind, value) for value in values]


def write_table(table: Table, stream: IO[str]) -> None:
    """One table to a text stream opened with `newline=""`."""
    stream.write(BYTE_ORDER_MARK)
    stream.writelines(csv_lines(table))


def write_csv(report: Report, path: str | Path) -> tuple[Path, ...]:
    """The first table to `path`, each other one beside it as `<name>-<table>.csv`. Gives back the files written."""
    first = Path(path)
    names = [f"{first.stem}-{table.name}{first.suffix or '.csv'}" for table in report.tables]
    files = [first, *(first.with_name(name) for name in names[1:])]
    unfinished = [file.with_name(f"{file.name}.partial") for file in files]
    try:
        for table, file in zip(report.tables, unfinished, strict=True):
            with file.open("w", encoding="utf-8", newline="") as stream:
                write_table(table, stream)
        # a report that is refused half-way leaves the old one whole
        for whole, file in zip(unfinished, files, strict=True):
            os.replace(whole, file)
    finally:
        for file in unfinished:
            file.unlink(missing_ok=True)
    return tuple(files)
