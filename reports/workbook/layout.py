"""Where each table came to stand in the workbook, and how formulas and links name its cells."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from reports.dataset import Table
from reports.workbook.cells import letter

SHEET_ROWS_MAX = 1_048_576

_REFERENCE = re.compile(r"\{([\w-]+)\.(\w+)(?::([^}]+))?\}")


def quoted(sheet: str) -> str:
    """A sheet as formulas name it, with its exclamation mark."""
    return "'" + sheet.replace("'", "''") + "'!"


@dataclass(frozen=True)
class Spot:
    """One row of one sheet."""

    sheet: str
    row: int


@dataclass(frozen=True)
class Span:
    """Rows of one sheet, first and last included."""

    sheet: str
    first: int
    last: int


@dataclass
class Placement:
    """The rows that a table takes: body with sub-totals, total, groups, and the run of rows of each stretch of data."""

    table: Table
    spans: list[Span] = field(default_factory=list)
    headers: list[Spot] = field(default_factory=list)
    total: Spot | None = None
    totals: dict[str, int] = field(default_factory=dict)
    group_totals: dict[str, Spot] = field(default_factory=dict)
    group_firsts: dict[str, Spot] = field(default_factory=dict)
    run_starts: list[int] = field(default_factory=list)
    run_spots: list[Spot] = field(default_factory=list)
    count: int = 0

    def add_run(self, sheet: str, row: int, count: int) -> None:
        """`count` data rows were written from `row` on."""
        self.run_starts.append(self.count)
        self.run_spots.append(Spot(sheet, row))
        self.count += count

    def spot(self, index: int) -> Spot:
        """Where the data row `index` (from 0) stands. Raises `IndexError`."""
        if not 0 <= index < self.count:
            raise IndexError(f"{self.table.name} has no row {index}")
        run = bisect_right(self.run_starts, index) - 1
        start = self.run_spots[run]
        return Spot(start.sheet, start.row + index - self.run_starts[run])

    def column(self, key: str) -> str:
        """The letter of a column."""
        return letter(self.table.place(key) + 1)


def ranges(spans: list[Span], column: str, here: str) -> str:
    """The arguments of a SUM over `column`, seen from the sheet `here`."""
    parts = []
    for span in spans:
        sheet = "" if span.sheet == here else quoted(span.sheet)
        parts.append(f"{sheet}{column}{span.first}:{column}{span.last}")
    return ",".join(parts)


def absolute(spot: Spot, column: str) -> str:
    """One cell, named from any sheet."""
    return f"{quoted(spot.sheet)}{column}{spot.row}"


def resolve(formula: str, placements: dict[str, Placement]) -> str:
    """A control's formula with its named cells replaced by addresses. Raises `KeyError` for what does not exist."""

    def address(match: re.Match[str]) -> str:
        name, key, which = match.groups()
        placement = placements[name]
        column = placement.column(key)
        if which is None:
            return ranges(placement.spans, column, "")
        if which == "total":
            if placement.total is None:
                raise KeyError(f"{name} has no total row")
            return absolute(placement.total, column)
        if which.startswith("total="):
            return absolute(placement.group_totals[which.removeprefix("total=")], column)
        return absolute(placement.spot(int(which)), column)

    return _REFERENCE.sub(address, formula)
