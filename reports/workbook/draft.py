"""A sheet being written: its rows as XML, and what must be told to openpyxl about it afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, field

from reports.dataset import Chart

SPAN_WIDTH_MIN = 126.0
"""Characters that the title block may use, even over a narrow table."""


PAGE_ROWS, PAGE_WIDTH = 33, 145.0
"""Rows and characters of one landscape A4 page at full size."""

ONE_PAGE_EXCESS = 1.3


@dataclass
class NamedTable:
    """A range that the spreadsheet knows as a table, with its headings."""

    name: str
    ref: str
    headers: tuple[str, ...]


@dataclass
class Draft:
    """One sheet. `emit` receives finished XML rows; `row` is the next row to write."""

    title: str
    emit: Callable[[str], None]
    row: int = 1
    widths: list[float] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    links: list[tuple[str, str, str]] = field(default_factory=list)
    named: list[NamedTable] = field(default_factory=list)
    filter: str | None = None
    freeze_row: int = 0
    print_rows: tuple[int, int] | None = None
    page_breaks: list[int] = field(default_factory=list)
    charts: list[tuple[Chart, int]] = field(default_factory=list)
    verdicts: list[str] = field(default_factory=list)
    overall: str | None = None
    tables: int = 0

    def write(self, xml: str, count: int = 1) -> None:
        """`count` rows more."""
        self.emit(xml)
        self.row += count

    @property
    def page_rows(self) -> float:
        """Rows of one printed page, about: a wide sheet is shrunk, so more of them fit."""
        return PAGE_ROWS * max(1.0, self.page_width / PAGE_WIDTH)

    @property
    def one_page(self) -> bool:
        """True when the sheet is so little over a page that shrinking it to one keeps it legible."""
        return self.row <= self.page_rows * ONE_PAGE_EXCESS

    @property
    def columns(self) -> int:
        """How many columns the title block and the page cover."""
        count, width = len(self.widths), sum(self.widths)
        while width < SPAN_WIDTH_MIN:
            count, width = count + 1, width + 9.0
        return count

    @property
    def page_width(self) -> float:
        """Width of the page in characters."""
        return sum(self.widths) + 9.0 * (self.columns - len(self.widths))
