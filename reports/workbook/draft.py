"""A sheet being written: its rows as XML, and what must be told to openpyxl about it afterwards."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from reports.dataset import Chart

SPAN_WIDTH_MIN = 126.0
"""Characters that the title block may use, even over a narrow table."""


PAGE_POINTS, PAGE_WIDTH = 495.0, 145.0
"""Height in points and width in characters of one landscape A4 page at full size."""

ROW_POINTS = 14.1
"""Height of a row of one line."""

ONE_PAGE_EXCESS, SCALE_MIN = 1.3, 0.55
"""A sheet so little over a page is shrunk to it, unless what is shrunk to its width already became too small."""

_HEIGHT = re.compile(r'<row [^>]* ht="([0-9.]+)"')


@dataclass
class NamedTable:
    """A range that the spreadsheet knows as a table, with its headings."""

    name: str
    ref: str
    headers: tuple[str, ...]


@dataclass
class Draft:
    """One sheet. `emit` receives finished XML rows; `row` is the next row to write.

    `printed` is how many of the first columns are printed, all by default; the title block covers them alone.
    """

    title: str
    emit: Callable[[str], None]
    row: int = 1
    widths: list[float] = field(default_factory=list)
    printed: int | None = None
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
    points: float = 0.0
    page_start: float = 0.0

    def write(self, xml: str, count: int = 1, points: float | None = None) -> None:
        """`count` rows more, so many points high together; by default what the one row says of itself."""
        self.emit(xml)
        self.row += count
        if points is None:
            stated = _HEIGHT.match(xml)
            points = float(stated.group(1)) if stated else ROW_POINTS * count
        self.points += points

    def break_page(self) -> None:
        """What follows begins a new page."""
        self.page_breaks.append(self.row - 1)
        self.page_start = self.points

    @property
    def page_points(self) -> float:
        """Points of one printed page, about: a wide sheet is shrunk, so more of them fit."""
        return PAGE_POINTS * max(1.0, self.page_width / PAGE_WIDTH)

    @property
    def room(self) -> float:
        """Points left on the page."""
        return self.page_points - (self.points - self.page_start)

    @property
    def one_page(self) -> bool:
        """True when the sheet is so little over a page that shrinking it to one keeps it legible."""
        scale = min(1.0, PAGE_WIDTH / self.page_width)
        return self.points <= self.page_points * max(1.0, min(ONE_PAGE_EXCESS, scale / SCALE_MIN))

    @property
    def on_paper(self) -> list[float]:
        """The widths of the columns that are printed."""
        return self.widths[: self.printed]

    @property
    def columns(self) -> int:
        """How many columns the title block and the page cover."""
        count, width = len(self.on_paper), sum(self.on_paper)
        while width < SPAN_WIDTH_MIN and count >= len(self.widths):  # never over a column that is not printed
            count, width = count + 1, width + 9.0
        return count

    @property
    def page_width(self) -> float:
        """Width of the page in characters."""
        return sum(self.on_paper) + 9.0 * (self.columns - len(self.on_paper))
