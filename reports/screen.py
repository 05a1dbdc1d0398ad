"""A report on the terminal: its tables within the width of the screen, with their totals."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

from ledger.money import format_francs
from ledger.plural import counted
from reports.csv_file import cell_text
from reports.dataset import FICTIONAL_BANNER, Cell, Column, Report, Table, month_of
from reports.text import visible

if TYPE_CHECKING:
    from rich.console import Console

ROWS_MAX = 200
TEXT_WIDTH_LEAST = 20


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
    from rich.text import Text

    totals = {column.key: 0 for column in table.columns if column.total}
    rows, left = table.each(), 0
    head = list(islice(rows, rows_max))
    for row in head:
        _add(totals, table.columns, row)
    for row in rows:
        left += 1
        _add(totals, table.columns, row)
    lines = [[shown(column, value) for column, value in zip(table.columns, row, strict=True)] for row in head]
    if table.totalled and table.total_label is not None:
        lines.append(_total_cells(table, totals))
    console.print(Text(visible(table.title), style="bold"))
    if not head:
        console.print(Text("  Néant."))
        return
    if _needed(table, lines) <= console.width:
        _grid(table, lines, console)
    else:
        _cards(table, lines, console)
    if left:
        console.print(f"… {counted(left, 'ligne')} de plus : demandez un fichier (--format xlsx ou csv).")


def _needed(table: Table, lines: Sequence[Sequence[str]]) -> int:
    """Characters below which an amount would be cut: figures whole, texts as narrow as is still legible."""
    needed = 1
    for place, column in enumerate(table.columns):
        widest = max((len(line[place]) for line in lines), default=0)
        heading = max(len(column.band), len(column.title))
        texts = max(min(widest, TEXT_WIDTH_LEAST), _longest_word(column))
        needed += (texts if column.kind == "text" else max(widest, heading)) + 3
    return needed


def _longest_word(column: Column) -> int:
    """A heading is broken between words, never inside one."""
    return max((len(word) for word in f"{column.band} {column.title}".split()), default=1)


def _grid(table: Table, lines: Sequence[Sequence[str]], console: "Console") -> None:
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=box.SIMPLE_HEAD)
    for column in table.columns:
        heading, text = Text(f"{column.band}\n{column.title}".strip()), column.kind == "text"
        least = max(5, _longest_word(column))
        grid.add_column(
            heading, justify="left" if text else "right", no_wrap=not text, min_width=least, overflow="fold"
        )
    for line in lines:
        total = table.total_label is not None and line[0] == table.total_label
        grid.add_row(*map(Text, line), style="bold" if total else None)
    console.print(grid)


def _cards(table: Table, lines: Sequence[Sequence[str]], console: "Console") -> None:
    """One cell a line: on a narrow screen no figure is cut."""
    from rich.text import Text

    for line in lines:
        for column, cell in zip(table.columns, line, strict=True):
            if cell:
                console.print(Text(f"{column.band} {column.title}".strip() + f" : {cell}"), soft_wrap=True)
        console.print()


def _total_cells(table: Table, totals: dict[str, int]) -> list[str]:
    cells = [format_francs(totals[column.key]) if column.total else "" for column in table.columns]
    return [table.total_label or "", *cells[1:]]


def _add(totals: dict[str, int], columns: Sequence[Column], row: Sequence[Cell]) -> None:
    for column, value in zip(columns, row, strict=True):
        if column.total and isinstance(value, int):
            totals[column.key] += value
