"""The rows of one sheet of a workbook, as they are: numbers, dates and texts, nothing evaluated."""

from datetime import date, datetime, time, timedelta
from typing import Any, BinaryIO

from reconcile.model import FileRefused
from reconcile.readers.table import COLUMNS_MAX, ROWS_MAX, Cell, Row, Table
from reconcile.readers.table_header import SEARCH_ROWS

EMPTY_ROWS_MAX = 500
"""After this many rows without a value the sheet is taken to end."""


_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FORMULA = f"{_MAIN}f"
_VALUE = f"{_MAIN}v"


def sheet_table(source: BinaryIO, title: str, workbook: Any, shared_strings: list[str], format: str) -> Table:
    """The rows of one sheet, at most 100 000 of 60 columns, whatever dimensions the sheet announces.

    Hidden rows are read like the others and noted `hidden_rows_read`: hiding a row does not undo a movement.
    Refuses (`FileRefused`): `formula_without_value`, a value beyond the 60th column or after a gap of 500
    rows (`structure`), `file_too_large`.
    """
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    table = Table(format, [], [], name=title, since_1904=workbook.epoch == CALENDAR_MAC_1904)
    parser = sheet_parser(source, table, workbook, shared_strings)
    _collect(table, parser)
    if any(attributes.get("hidden") in ("1", "true") for attributes in parser.row_dimensions.values()):
        table.notes.append("hidden_rows_read")
    return table


def sheet_parser(source: BinaryIO, table: Table, workbook: Any, shared_strings: list[str]) -> Any:
    """openpyxl's reader of one sheet; its `parse()` gives each row's number and cells. `table` names the sheet.

    Refuses (`FileRefused`): formula_without_value.
    """
    from openpyxl.worksheet._reader import WorkSheetParser

    class Rows(WorkSheetParser):
        """openpyxl gives None for a formula that was never calculated; here it is a refusal."""

        def parse_cell(self, element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = super().parse_cell(element)
            if cell["value"] is None and len(element) and element.find(_FORMULA) is not None:
                # An empty text is a calculated value too: t="str" with an empty <v>.
                empty_text = element.get("t") == "str" and element.find(_VALUE) is not None
                if not empty_text:
                    raise formula_without_value(table, cell["row"], cell["column"])
            return cell

    return Rows(
        source,
        shared_strings,
        data_only=True,
        epoch=workbook.epoch,
        date_formats=workbook._date_formats,
        timedelta_formats=workbook._timedelta_formats,
    )


def _collect(table: Table, parser: Any) -> None:
    empty = 0
    last = 0
    for number, cells in parser.parse():
        row: Row = []
        for cell in cells:
            value, column = cell["value"], cell["column"]
            if value is None or value == "":
                continue
            if column > COLUMNS_MAX:
                raise _far_cell(table, number, column)
            if column > len(row):
                row.extend([""] * (column - len(row)))
            row[column - 1] = cell_of(value)
        if not row:
            empty += 1
            if empty > EMPTY_ROWS_MAX:
                break
            continue
        if number - last > EMPTY_ROWS_MAX or number <= last:
            raise _far_cell(table, number, len(row))
        while last + 1 < number:
            last += 1
            table.rows.append([])
            table.numbers.append(last)
        last, empty = number, 0
        table.rows.append(row)
        table.numbers.append(number)
        if len(table.rows) > ROWS_MAX + SEARCH_ROWS:
            raise table.refusal(
                "file_too_large",
                f"La feuille « {table.name} » a plus de {ROWS_MAX} lignes. "
                "Demandez à la banque des relevés plus courts, par mois.",
                limit=ROWS_MAX,
            )


def cell_of(value: Any) -> Cell:
    """A value of openpyxl as the readers take it."""
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, (str, int, float, date, datetime)):
        return value
    if isinstance(value, (time, timedelta)):
        return f"{value}"
    return str(value)


def formula_without_value(table: Table, row: int, column: int) -> FileRefused:
    """The refusal of a cell whose formula was never calculated."""
    from openpyxl.utils import get_column_letter

    place = f"{get_column_letter(column)}{row}"
    return table.refusal(
        "formula_without_value",
        f"Feuille « {table.name} », cellule {place} : une formule sans valeur calculée. Attendu : une valeur. "
        "Ouvrez le classeur dans un tableur, enregistrez-le et recommencez.",
        cell=place,
    )


def _far_cell(table: Table, row: int, column: int) -> Exception:
    return table.refusal(
        "structure",
        f"Feuille « {table.name} », ligne {row} : une valeur se trouve loin du tableau (colonne {column}). "
        f"Attendu : {COLUMNS_MAX} colonnes au plus et des lignes qui se suivent. Demandez à la banque un autre export.",
        row=row,
        column=column,
    )
