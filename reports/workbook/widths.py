"""Column widths that show every figure whole and wrap long texts."""

import math
import textwrap

from ledger.money import format_francs
from reports.dataset import Cell, Column, Kind, Table

_STREAMED: dict[Kind, float] = {"text": 30, "francs": 21, "integer": 12, "date": 11.5, "percent": 10, "month": 9.5}
_LEAST: dict[Kind, float] = {"text": 6, "francs": 11, "integer": 6, "date": 11.5, "percent": 9.5, "month": 9.5}
TEXT_WIDTH_MAX = 46.0
LINES_MAX = 30


def _longest(column: Column, values: list[Cell]) -> float:
    if column.kind in ("francs", "integer"):
        numbers = [value for value in values if isinstance(value, int)]
        if not numbers:
            return 0
        sides = [min(numbers), max(numbers)] + ([sum(numbers)] if column.total else [])
        return max(len(format_francs(side)) for side in sides) + 2.0
    if column.kind == "text":
        return max((len(value) for value in values if isinstance(value, str)), default=0) + 2.0
    return 0


def _heading(title: str) -> float:
    words = max(len(word) for word in title.split()) if title.split() else 0
    return max(words + 2.5, len(title) / 3 + 2)


def column_widths(table: Table) -> list[float]:
    """Width of each column in characters: the content when it is at hand, else what the kind may need."""
    if table.streamed:
        columns: list[list[Cell]] | None = None
    else:
        columns = [list(values) for values in zip(*table.each(), strict=True)] or [[] for _ in table.columns]
    widths = []
    for place, column in enumerate(table.columns):
        if column.width is not None:
            widths.append(float(column.width))
            continue
        content = _STREAMED[column.kind] if columns is None else _longest(column, columns[place])
        if column.kind == "text":
            content = min(content, TEXT_WIDTH_MAX)
        widths.append(max(content, _LEAST[column.kind], _heading(column.title)))
    if table.totalled and table.total_label and table.columns[0].kind == "text":
        label = len(table.total_label) + 3.0 if len(table.columns) > 1 and table.columns[1].total else 9.0
        widths[0] = max(widths[0], label)
    return [round(width, 1) for width in widths]


def lines_height(lines: int) -> float:
    """Points of a row of so many lines."""
    return 11.6 * lines + 2.5


def height(text: str, width: float, points: float = 12.0) -> float:
    """Points that a wrapped text needs in `width` characters."""
    room = max(4, math.floor(width))
    return points * max(1, len(textwrap.wrap(text, room)))
