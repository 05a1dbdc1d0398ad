"""One report as data: columns, rows, charts, controls and provenance, from which every renderer works."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Kind = Literal["text", "francs", "date", "percent", "integer", "month"]
"""What a cell holds. `francs` and `integer`: int. `percent`: int, hundredths of a percent (1 234 is 12,34 %).
`date`: date. `month`: text `AAAA-MM` or any date of the month. None is an empty cell in every kind."""

Cell = str | int | date | None
Row = tuple[Cell, ...]
Rows = Sequence[Row] | Callable[[], Iterable[Row]]

CONTROLS_SHEET = "Contrôles"
PROVENANCE_SHEET = "Provenance"
FICTIONAL_BANNER = "DONNÉES FICTIVES"


@dataclass(frozen=True)
class Column:
    """One column of a table, with its French heading.

    `width` is in characters; None lets the renderer measure the content. `total` asks for a sum in TOTAL rows.
    `formula` makes the cells of the column live in a workbook: `[debit]-[credit]` names cells of the same row,
    `[balance@-1]` the row above; the row still gives the value. `first_formula` stands in the first row of the
    table and of each group (None: a plain value there when `formula` looks at the row above).
    Neighbours with the same `band` stand under that common heading (« Mouvements » over Débit and Crédit).
    `screen_only` keeps a column off the printed page, and all that follow it with it.
    """

    key: str
    title: str
    kind: Kind = "text"
    width: int | None = None
    total: bool = False
    formula: str | None = None
    first_formula: str | None = None
    band: str = ""
    screen_only: bool = False


@dataclass(frozen=True)
class Link:
    """A cell that leads to another table: its first row, the row `target_row` or the first row of `target_group`.

    `row` counts the data rows of the table from 0, without headings and sub-totals.
    """

    row: int
    column: str
    target: str
    target_row: int | None = None
    target_group: str | None = None


@dataclass(frozen=True)
class Table:
    """Rows under headings, with sub-totals by group and a grand total.

    `rows` is a sequence, or a function that gives a new iterator each time when there are too many to hold:
    such a table streams, stands alone on its sheet and has no `links` of its own.
    `group_by` names the column by which the rows come ordered; each group ends in a row « TOTAL <group> ».
    `group_titles` gives a group a longer name. `total_label` begins with TOTAL; None leaves the grand total out.
    Tables with the same `sheet` stand one under the other on it; by default each has its own, called `title`.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: Rows
    group_by: str | None = None
    group_titles: Mapping[str, str] | None = None
    total_label: str | None = "TOTAL"
    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    sheet: str | None = None

    def __post_init__(self) -> None:
        if self.total_label is not None and not self.total_label.startswith("TOTAL"):
            raise ValueError(f"the total row of {self.name} must begin with TOTAL")
        if self.group_by is not None:
            self.place(self.group_by)
        if callable(self.rows) and self.links:
            raise ValueError(f"{self.name} streams: it cannot hold links")

    @property
    def streamed(self) -> bool:
        """True when the rows are made as they are read."""
        return callable(self.rows)

    @property
    def totalled(self) -> bool:
        """True when at least one column asks for a sum."""
        return any(column.total for column in self.columns)

    def each(self) -> Iterator[Row]:
        """The rows, from the first, each time it is called."""
        return iter(self.rows() if callable(self.rows) else self.rows)

    def place(self, key: str) -> int:
        """Where a column stands, from 0. Raises `KeyError` for a column that the table does not have."""
        for position, column in enumerate(self.columns):
            if column.key == key:
                return position
        raise KeyError(f"{self.name}.{key}")


@dataclass(frozen=True)
class Series:
    """One series of a chart: a column of its table, under the heading of the column unless `title` says otherwise."""

    column: str
    title: str | None = None


@dataclass(frozen=True)
class Chart:
    """A native chart over columns of one table that does not stream and has no groups.

    `sheet` names where it is drawn: under the tables of that sheet, or on a sheet of its own when no table has it;
    None draws it under its table. `rows` limits it to the data rows first to last, counted from 0, both included.
    `beside` puts it to the right of the chart before it on the same sheet, each on one half of the page.
    Amounts are shown in milliards, millions or francs after the largest value.
    """

    kind: Literal["column", "line", "stacked", "bar"]
    title: str
    table: str
    categories: str
    series: tuple[Series, ...]
    x_title: str = ""
    y_title: str = ""
    sheet: str | None = None
    rows: tuple[int, int] | None = None
    beside: bool = False


@dataclass(frozen=True)
class Control:
    """A check that the workbook recomputes from its own cells.

    `formula` names cells of the tables: `{trial.debit:total}` the TOTAL cell, `{trial.debit:total=BF}` the sub-total of
    the group BF, `{trial.debit:3}` the data row 3 (from 0), `{trial.debit}` all data cells (in a SUM, ungrouped
    tables). `value` is what the formula gives, computed in Python; `expected` is an independent figure, or a
    formula of the same kind whose value is `expected_value`.
    """

    title: str
    formula: str
    value: int
    expected: int | str
    expected_value: int | None = None

    @property
    def wanted(self) -> int:
        """The expected figure as a number."""
        if isinstance(self.expected, int):
            return self.expected
        if self.expected_value is None:
            raise ValueError(f"control « {self.title} »: a formula needs its expected_value")
        return self.expected_value

    @property
    def holds(self) -> bool:
        """True when both sides are equal to the franc."""
        return self.value == self.wanted


@dataclass(frozen=True)
class Head:
    """The last entry of a book when the report was made: how many entries, and the hash that seals them."""

    book: str
    entries: int
    hash: str


@dataclass(frozen=True)
class Provenance:
    """Where the figures come from: enough to make the same report again and to prove it is the same.

    `books` is the State or book in words; `as_of` the accounting date; `as_known` the recorded time or sequence in
    words. `parameters` and `counts` are (name, value) pairs in French.
    """

    books: str
    as_of: date | None
    as_known: str | None
    period: tuple[date, date] | None = None
    heads: tuple[Head, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    counts: tuple[tuple[str, int], ...] = ()
    version: str = ""
    fictional: bool = False


@dataclass(frozen=True)
class Report:
    """A computed report. `json` is what `--format json` gives; None lets the renderer give the rows of the tables."""

    name: str
    title: str
    provenance: Provenance
    tables: tuple[Table, ...]
    subtitle: str = ""
    charts: tuple[Chart, ...] = ()
    controls: tuple[Control, ...] = ()
    json: Mapping[str, Any] | None = None

    @property
    def fictional(self) -> bool:
        """True when the books hold invented data: every page says so."""
        return self.provenance.fictional

    def table(self, name: str) -> Table:
        """The table of that name. Raises `KeyError`."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(f"{self.name}: {name}")


def month_of(value: str | date) -> date:
    """First day of a month given as `AAAA-MM` or as any of its days."""
    if isinstance(value, date):
        return date(value.year, value.month, 1)
    return date(int(value[:4]), int(value[5:7]), 1)
