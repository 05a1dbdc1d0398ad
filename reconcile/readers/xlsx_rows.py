"""The rows of a long sheet one by one, straight from its XML: what openpyxl gives, several times faster."""

from collections.abc import Iterator
from functools import lru_cache
from typing import IO, Any

from reconcile.readers.table import COLUMNS_MAX, Cell, Row, Table
from reconcile.readers.xlsx_sheet import cell_of, formula_without_value

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
_V, _F, _T = (frozenset({_MAIN + name, _STRICT + name}) for name in ("v", "f", "t"))
_LETTERS_MAX = 3


def sheet_rows(source: IO[bytes], table: Table, workbook: Any, shared_strings: list[str]) -> Iterator[tuple[int, Row]]:
    """The number and the cells of each row that holds something; nothing is evaluated.

    A row is cut after one column too many: the caller refuses it.
    Refuses (`FileRefused`): formula_without_value. Raises lxml's errors and `ValueError` on a broken sheet.
    """
    from lxml import etree

    events = etree.iterparse(
        source,
        events=("end",),
        tag=(f"{_MAIN}row", f"{_STRICT}row"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    reader = _Cells(table, workbook, shared_strings)
    number = 0
    for _, element in events:
        given = element.get("r")
        number = int(given) if given is not None else number + 1
        row = reader.row(element, number)
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]
        if row:
            yield number, row


class _Cells:
    """Reads the cells of a row under the shared texts and the date formats of one workbook."""

    def __init__(self, table: Table, workbook: Any, shared_strings: list[str]) -> None:
        self._table = table
        self._strings: list[str] = shared_strings
        self._epoch = workbook.epoch
        self._dates = {str(style) for style in (*workbook._date_formats, *workbook._timedelta_formats)}

    def row(self, element: Any, number: int) -> Row:
        row: Row = []
        column = 0
        for cell in element:
            place = cell.get("r")
            column = column_of(place) if place is not None else column + 1
            value = self._value(cell, number, column)
            if value == "":
                continue
            if column > COLUMNS_MAX:
                return [""] * (COLUMNS_MAX + 1)
            if column > len(row):
                row.extend([""] * (column - len(row)))
            row[column - 1] = value
        return row

    def _value(self, cell: Any, number: int, column: int) -> Cell:
        kind = cell.get("t")
        if kind == "inlineStr":
            return _inline(cell)
        stored, formula, valued = None, False, False
        for child in cell:
            if child.tag in _V:
                stored, valued = child.text, True
            elif child.tag in _F:
                formula = True
        if stored is None:
            if formula and not (kind == "str" and valued):
                raise formula_without_value(self._table, number, column)
            return ""
        if kind is None or kind == "n":
            return self._number(stored, cell.get("s"))
        if kind == "s":
            return self._strings[int(stored)]
        if kind == "b":
            return "VRAI" if stored == "1" else "FAUX"
        return stored if kind in ("str", "e") else _iso(stored)

    def _number(self, stored: str, style: str | None) -> Cell:
        value = int(stored) if stored.isdecimal() or stored[1:].isdecimal() else float(stored)
        if style is None or style not in self._dates:
            return value
        from openpyxl.utils.datetime import from_excel

        return cell_of(from_excel(value, self._epoch))


def _inline(cell: Any) -> str:
    """The text of a cell that holds it itself, runs of letters put together, how it is said left out."""
    if len(cell) == 1 and len(cell[0]) == 1 and cell[0][0].tag in _T:
        return cell[0][0].text or ""
    parts = (part for part in cell.iter(*_T) if not part.getparent().tag.endswith("}rPh"))
    return "".join(part.text or "" for part in parts)


def _iso(stored: str) -> Cell:
    from openpyxl.utils.datetime import from_ISO8601

    return cell_of(from_ISO8601(stored))  # type: ignore[no-untyped-call]  # openpyxl gives no type here


def column_of(place: str) -> int:
    """The column of a cell's address: `BC12` is 55. Raises `ValueError` when it is none."""
    return _column(place.rstrip("0123456789"))


@lru_cache(maxsize=1_024)
def _column(letters: str) -> int:
    if not (letters.isascii() and letters.isalpha() and len(letters) <= _LETTERS_MAX):
        raise ValueError(f"« {letters} » n'est pas une colonne")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column
