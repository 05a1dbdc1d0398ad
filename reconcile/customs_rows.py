"""The rows of a file that customs send, CSV or workbook, one by one with their numbers; nothing is held in memory."""

import csv
from collections.abc import Callable, Iterable, Iterator

from ledger.levy.return_rules import Fault
from reconcile.kept_source import KeptSource
from reconcile.readers.large_workbook import LargeWorkbook
from reconcile.readers.table import Row, is_blank, text_of

FAULTS_MAX = 1_000
"""Past so many faults the file is read no further."""

Rows = Iterator[tuple[int, Row]]


class Broken(Exception):
    """What stops the reading of a file: a quote that never closes, a null character, titles on two sheets."""

    def __init__(self, row: int | None, message: str) -> None:
        self.fault = Fault(row, None, message)
        super().__init__(message)


def heading_names(row: Row) -> list[str]:
    """The headings of a row, in small letters, without the empty cells after the last one."""
    names = [text_of(cell).strip().lower() for cell in row]
    while names and not names[-1]:
        names.pop()
    return names


def is_empty(row: Row) -> bool:
    """True for a row that holds nothing."""
    return all(map(is_blank, row))


def text_rows(source: KeptSource) -> Rows:
    """The rows of a CSV file with semicolons, from the first that holds something. Raises `Broken`."""
    wide = next(source.parts(), b"")[:2] in (b"\xff\xfe", b"\xfe\xff")
    row = None if wide else source.null_line()
    if row is not None:
        raise _null(row)
    reader = csv.reader(_checked(source.lines()) if wide else source.lines(), delimiter=";", strict=True)
    started = False
    try:
        for cells in reader:
            started = started or any(cell.strip() for cell in cells)
            if started:
                yield reader.line_num, list(cells)
    except csv.Error as fault:
        row = reader.line_num
        raise Broken(row, f"Ligne {row} : le texte n'est pas un CSV à points-virgules ({fault}).") from fault


def _checked(lines: Iterable[str]) -> Iterator[str]:
    """UTF-16 is full of null bytes: its characters are looked at."""
    for number, line in enumerate(lines, start=1):
        if "\0" in line:
            raise _null(number)
        yield line


def _null(row: int) -> Broken:
    return Broken(row, f"Ligne {row} : le fichier contient un caractère nul, il est abîmé.")


def sheet_rows(book: LargeWorkbook, wanted: Callable[[list[str]], bool]) -> Rows:
    """The rows of the one sheet whose headings are `wanted`; else of the first sheet that holds something, if any.

    Raises `Broken` when two sheets bear the headings.
    """
    headings = {title: names for title in book.sheets() if (names := heading_names(first_row(book.rows(title))[1]))}
    headed = [title for title, names in headings.items() if wanted(names)]
    if len(headed) > 1:
        sheets = ", ".join(f"« {title} »" for title in headed)
        raise Broken(None, f"Les feuilles {sheets} portent toutes les titres ; attendu une seule.")
    for title in (headed or list(headings))[:1]:
        yield from _from_first(book.rows(title))


def first_row(rows: Rows) -> tuple[int, Row]:
    """The number and the cells of the first row that holds something; (1, []) when none does."""
    return next(((number, row) for number, row in rows if not is_empty(row)), (1, []))


def _from_first(rows: Rows) -> Rows:
    started = False
    for number, row in rows:
        started = started or not is_empty(row)
        if started:
            yield number, row
