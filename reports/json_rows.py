"""The rows of a table as JSON objects; a table that streams is written a run of rows at a time, column by column."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from json.encoder import encode_basestring

from reports.dataset import Cell, Kind, Table, month_of

RUN_ROWS = 1_000
"""Rows of a table that streams written at once."""

JsonRow = dict[str, str | int | None]


def plain(kind: Kind, value: Cell) -> str | int | None:
    """One cell as JSON has it; a percentage stays a whole number of hundredths. Raises `TypeError` for a float."""
    if kind == "month" and isinstance(value, str | date):
        return f"{month_of(value):%Y-%m}"
    if isinstance(value, float):
        raise TypeError(f"{value!r}: amounts are whole numbers")
    return value.isoformat() if isinstance(value, date) else value


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

    def texts(self, margin: str) -> Iterator[str]:
        """The rows as JSON text, one a line that begins with `margin`, separated by commas, a run at a time.

        Raises `TypeError` for a float.
        """
        columns = self.table.columns
        keys = [f"{', ' if place else '{'}{encode_basestring(column.key)}: " for place, column in enumerate(columns)]
        rows, before = iter(self.table.each()), margin
        while run := list(islice(rows, RUN_ROWS)):
            cells = [
                _column(column.kind, key, values)
                for column, key, values in zip(columns, keys, zip(*run, strict=True), strict=True)
            ]
            yield before + f"}},{margin}".join(map("".join, zip(*cells, strict=True))) + "}"
            before = f",{margin}"


def _column(kind: Kind, key: str, values: Sequence[Cell]) -> list[str]:
    """`"key": value` for each value of one column."""
    types = set(map(type, values))
    if types == {int}:
        return [f"{key}{value}" for value in values]
    if types == {str} and kind != "month":
        return [key + encode_basestring(value) for value in values]  # type: ignore[arg-type]  # all str, just checked
    return [key + json.dumps(plain(kind, value), ensure_ascii=False) for value in values]


def table_rows(table: Table) -> list[JsonRow]:
    """The rows of a table as objects."""
    rows = StreamedRows(table)
    return rows if table.streamed else list(rows)
