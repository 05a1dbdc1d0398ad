"""Read a customs return: an *état mensuel des recettes* or a file of declarations, CSV with semicolons or XLSX."""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from ledger.levy.return_rules import CustomsReturn, Fault, ReturnRow
from reconcile.declarations_file import FAULTS_MAX, MARK, heading_names, read_declarations
from reconcile.kept_source import KeptSource
from reconcile.model import FileRefused
from reconcile.read import bytes_of
from reconcile.readers.archive import looks_packed
from reconcile.readers.large_workbook import LargeWorkbook
from reconcile.readers.table import Cell, Row, Table, is_blank
from reconcile.return_cells import HEADINGS, RowReader
from reconcile.return_headings import heading_faults
from reconcile.text import decode

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_HEAD = 64 * 1024


def read_return(path: Path) -> CustomsReturn:
    """The rows of a return, with every fault found while reading; what cannot be opened is a fault too.

    A file whose headings name a declaration has one row per declaration and is read in a stream.
    The file is not judged here: `take_return` adds the faults of its rules and refuses with all of them.
    """
    try:
        source = KeptSource(path)
        declared = _declared(source)
        if declared is not None:
            return declared
        source.close()
        return read_bytes(bytes_of(path), path.name)
    except FileRefused as refusal:
        return CustomsReturn(path.name, "", "csv", b"", (), _told(refusal))


def _declared(source: KeptSource) -> CustomsReturn | None:
    """The return that a file of declarations makes; None for a file of another form."""
    head = next(source.parts(), b"")
    if looks_packed(head):
        book = _declaring_workbook(source)
        return None if book is None else read_declarations(source, "xlsx", book)
    return read_declarations(source, "csv") if MARK in _first_names(head[:_HEAD]) else None


def _first_names(head: bytes) -> list[str]:
    """The headings in the beginning of a CSV file, whatever is wrong with them."""
    for line in decode(head).text.splitlines():
        if line.strip(" ;\t"):
            return heading_names(list(next(csv.reader([line], delimiter=";"))))
    return []


def _declaring_workbook(source: KeptSource) -> LargeWorkbook | None:
    """The workbook when one of its sheets is of declarations; what is wrong with another one is told by its reader."""
    try:
        book = LargeWorkbook(source.stream)
        headings = [heading_names(row) for title in book.sheets() for _, row in _few(book.rows(title))]
    except FileRefused:
        return None
    return book if any(MARK in names for names in headings) else None


def _few(rows: Iterator[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    first = next(rows, None)
    if first is not None:
        yield first


def read_bytes(data: bytes, name: str) -> CustomsReturn:
    """A monthly return, as `read_return`, from the bytes."""
    digest = hashlib.sha256(data).hexdigest()
    form = "xlsx" if looks_packed(data) else "csv"
    rows: list[ReturnRow] = []
    faults: list[Fault] = []
    try:
        if form == "xlsx":
            table, faults = _workbook(data)
            if not faults:
                rows, faults = _rows(zip(table.numbers, table.rows, strict=True), exact=False)
        else:
            rows, faults = _rows(_text(data), exact=True)
    except FileRefused as refusal:
        return CustomsReturn(name, digest, form, data, (), _told(refusal))
    except _NotText as broken:
        faults = [broken.fault]
    return CustomsReturn(name, digest, form, data, tuple(rows), tuple(faults[:FAULTS_MAX]))


def _told(refusal: FileRefused) -> tuple[Fault, ...]:
    return tuple(Fault(None, None, fault.sentence) for fault in refusal.faults)


class _NotText(Exception):
    """A quote that never closes, a control character: the file is no CSV."""

    def __init__(self, row: int, text: str) -> None:
        self.fault = Fault(row, None, f"Ligne {row} : {text}.")
        super().__init__(text)


def _text(data: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """The rows of a CSV file, one by one."""
    text = decode(data).text
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        raise _NotText(row, "le fichier contient un caractère nul, il est abîmé")
    reader = csv.reader((line[0] for line in _LINE.finditer(text)), delimiter=";", strict=True)
    try:
        for cells in reader:
            yield reader.line_num, list(cells)
    except csv.Error as fault:
        raise _NotText(reader.line_num, f"le texte n'est pas un CSV à points-virgules ({fault})") from fault


def _workbook(data: bytes) -> tuple[Table, list[Fault]]:
    """The one sheet that bears the headings."""
    from reconcile.readers.workbook_archive import check_workbook
    from reconcile.readers.xlsx import sheet_tables

    check_workbook(data)
    filled = [table for table in sheet_tables(data) if any(not _empty(row) for row in table.rows)]
    headed = [table for table in filled if {"etat", "bureau"} <= _headings(table)]
    if len(headed) > 1:
        sheets = ", ".join(f"« {table.name} »" for table in headed)
        return headed[0], [Fault(None, None, f"Les feuilles {sheets} portent toutes les titres ; attendu une seule.")]
    return (headed or filled or [Table("xlsx", [], [])])[0], []


def _headings(table: Table) -> set[str]:
    return set(heading_names(_first(zip(table.numbers, table.rows, strict=True))[1]))


def _empty(row: Sequence[Cell]) -> bool:
    return all(map(is_blank, row))


def _first(rows: Iterable[tuple[int, Row]]) -> tuple[int, Row]:
    """The number and the cells of the first row that holds something."""
    return next(((number, row) for number, row in rows if not _empty(row)), (1, []))


def _rows(lines: Iterable[tuple[int, Row]], *, exact: bool) -> tuple[list[ReturnRow], list[Fault]]:
    """The rows under the headings; `exact` when a row of fewer cells than headings is a fault."""
    lines = iter(lines)
    top, heading = _first(lines)
    names = heading_names(heading)
    faults = heading_faults(names, top, HEADINGS)
    if faults:
        return [], faults
    rows: list[ReturnRow] = []
    for number, cells in lines:
        if _empty(cells):
            continue
        beyond = [cell for cell in cells[len(names) :] if not is_blank(cell)]
        if beyond or (exact and len(cells) < len(names)):
            text = f"la ligne a {len(cells)} valeur(s), attendu {len(names)}"
            faults.append(Fault(number, None, f"Ligne {number} : {text}."))
            continue
        reader = RowReader(number, dict(zip(names, cells, strict=False)))
        row = reader.row()
        faults.extend(reader.faults)
        if row is not None:
            rows.append(row)
        if len(faults) >= FAULTS_MAX:
            break
    if not rows and not faults:
        faults.append(Fault(None, None, "Le fichier n'a pas de ligne sous les titres."))
    return rows, faults
