"""A report on the terminal: its tables within the width of the screen, with their totals."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ledger.money import format_francs
from reports.csv_file import cell_text
from reports.dataset import FICTIONAL_BANNER, Cell, Column, Report, Table, month_of
from reports.text import visible

if TYPE_CHECKING:
    from rich.console import Console

ROWS_MAX = 200


def shown(column: Column, value: Cell) -> str:
    """One cell as a person reads it."""
    if value is None:
        return ""
    if column.kind == "text":
        return visible(str(value))
    if column.kind in ("francs", "integer") and isinstance(value, int):
        return format_francs(value)
    if column.kind == "date" and not isinstance(value, str | int):
        return f"{value:%d/%m/%Y}"
    if column.kind == "month" and not isinstance(value, int):
        return f"{month_of(value):%m/%Y}"
    return cell_text(column.kind, value) + (" %" if column.kind == "percent" else "")


def print_report(report: Report, console: "Console", rows_max: int = ROWS_MAX) -> None:
    """All tables; past `rows_max` rows a table says how many are left to the files."""
    from rich.text import Text

    if report.fictional:
        console.print(Text(FICTIONAL_BANNER, style="bold yellow"))
    console.print(Text(visible(report.title), style="bold"))
    for table in report.tables:
        _print_table(table, console, rows_max)
    for control in report.controls:
        sign = "VRAI" if control.holds else "FAUX"
        console.print(Text(f"{sign}  {visible(control.title)}", style="green" if control.holds else "bold red"))


def _print_table(table: Table, console: "Console", rows_max: int) -> None:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(title=Text(visible(table.title)), box=box.SIMPLE_HEAD, title_justify="left", show_footer=False)
    for column in table.columns:
        heading = Text(f"{column.band}\n{column.title}".strip())
        grid.add_column(
            heading, justify="left" if column.kind == "text" else "right", no_wrap=column.kind != "text", min_width=5
        )
    totals = {column.key: 0 for column in table.columns if column.total}
    rows = table.each()
    for row in islice(rows, rows_max):
        _add(totals, table.columns, row)
        cells = zip(table.columns, row, strict=True)
        grid.add_row(*(Text(shown(column, value)) for column, value in cells))
    left = 0
    for row in rows:
        left += 1
        _add(totals, table.columns, row)
    if table.totalled and table.total_label is not None:
        grid.add_section()
        grid.add_row(*_total_cells(table, totals), style="bold")
    console.print(grid)
    if left:
        console.print(f"… {format_francs(left)} lignes de plus : demandez un fichier (--format xlsx ou csv).")


def _total_cells(table: Table, totals: dict[str, int]) -> list[str]:
    cells = [format_francs(totals[column.key]) if column.total else "" for column in table.columns]
    return [table.total_label or "", *cells[1:]]


def _add(totals: dict[str, int], columns: Sequence[Column], row: Sequence[Cell]) -> None:
    for column, value in zip(columns, row, strict=True):
        if column.total and isinstance(value, int):
            totals[column.key] += value
