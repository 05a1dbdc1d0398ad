"""Read a customs return: an *état mensuel des recettes* or a file of declarations, CSV with semicolons or XLSX."""

import csv
from pathlib import Path

from ledger.levy.return_rules import CustomsReturn, Fault, ReturnRow
from reconcile.customs_rows import FAULTS_MAX, Broken, Rows, first_row, heading_names, is_empty, sheet_rows, text_rows
from reconcile.declarations_file import MARK, read_declarations
from reconcile.kept_source import KeptSource, source_of
from reconcile.model import FileRefused
from reconcile.readers.archive import looks_packed
from reconcile.readers.detect import FILE_BYTES_MAX, too_large
from reconcile.readers.large_workbook import LargeWorkbook
from reconcile.readers.table import is_blank
from reconcile.return_cells import HEADINGS, RowReader
from reconcile.return_headings import heading_faults
from reconcile.text import decode

_HEAD = 64 * 1024


def read_return(path: Path) -> CustomsReturn:
    """The rows of a return, with every fault found while reading; what cannot be opened is a fault too.

    A file whose headings name a declaration has one row per declaration. Both forms are read in a stream.
    The file is not judged here: `take_return` adds the faults of its rules and refuses with all of them.
    """
    try:
        return read_source(source_of(path))
    except FileRefused as refusal:
        return CustomsReturn(path.name, "", "csv", b"", (), _told(refusal))


def read_bytes(data: bytes, name: str) -> CustomsReturn:
    """A return, as `read_return`, from its bytes."""
    return read_source(KeptSource(name, [data]))


def read_source(source: KeptSource) -> CustomsReturn:
    """A return, as `read_return`, from the copy of its file, which `CustomsReturn.close` lets go of."""
    head = next(source.parts(), b"")
    if not looks_packed(head):
        declared = MARK in _first_names(head[:_HEAD])
        return read_declarations(source, "csv") if declared else _read_months(source, "csv", None)
    try:
        book = LargeWorkbook(source.stream)
        declared = any(MARK in heading_names(first_row(book.rows(title))[1]) for title in book.sheets())
    except FileRefused as refusal:
        source.close()
        return CustomsReturn(source.name, source.sha256, "xlsx", b"", (), _told(refusal))
    return read_declarations(source, "xlsx", book) if declared else _read_months(source, "xlsx", book)


def _first_names(head: bytes) -> list[str]:
    """The headings in the beginning of a CSV file, whatever is wrong with them."""
    for line in decode(head).text.splitlines():
        if line.strip(" ;\t"):
            return heading_names(list(next(csv.reader([line], delimiter=";"))))
    return []


def _read_months(source: KeptSource, form: str, book: LargeWorkbook | None) -> CustomsReturn:
    """A monthly return: its rows, and its bytes to keep whole."""
    rows: list[ReturnRow] = []
    faults: list[Fault] = []
    content = b""
    try:
        if source.size > FILE_BYTES_MAX:
            raise too_large(source.size)
        lines = text_rows(source) if book is None else sheet_rows(book, lambda names: {"etat", "bureau"} <= set(names))
        _read_rows(lines, rows, faults, exact=book is None)
        content = b"".join(source.parts())
    except FileRefused as refusal:
        rows, faults = [], list(_told(refusal))
    except Broken as broken:
        rows, faults = [], [broken.fault]
    finally:
        source.close()
    return CustomsReturn(source.name, source.sha256, form, content, tuple(rows), tuple(faults[:FAULTS_MAX]))


def _told(refusal: FileRefused) -> tuple[Fault, ...]:
    return tuple(Fault(None, None, fault.sentence) for fault in refusal.faults)


def _read_rows(lines: Rows, rows: list[ReturnRow], faults: list[Fault], *, exact: bool) -> None:
    """The rows under the headings; `exact` when a row of fewer cells than headings is a fault."""
    top, heading = first_row(lines)
    names = heading_names(heading)
    faults.extend(heading_faults(names, top, HEADINGS))
    if faults:
        return
    texts: dict[str, str] = {}
    for number, cells in lines:
        if is_empty(cells):
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
            # the same few offices, months and codes come again and again: each text is held once
            rows.append(ReturnRow._make((row[0], *(texts.setdefault(text, text) for text in row[1:5]), *row[5:])))
        if len(faults) >= FAULTS_MAX:
            break
    if not rows and not faults:
        faults.append(Fault(None, None, "Le fichier n'a pas de ligne sous les titres."))
