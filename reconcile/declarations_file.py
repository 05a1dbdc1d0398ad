"""Read a file of customs declarations, one row each, in a stream: CSV with semicolons or XLSX, under exact headings."""

import csv
from collections.abc import Iterator

from ledger.levy.declarations import Declaration, Declared
from ledger.levy.return_rules import CustomsReturn, Fault
from reconcile.declaration_cells import HEADINGS, OPTIONAL, DeclarationReader
from reconcile.kept_source import KeptSource
from reconcile.model import FileRefused
from reconcile.readers.large_workbook import LargeWorkbook
from reconcile.readers.table import Row, is_blank, text_of
from reconcile.return_headings import heading_faults
from reconcile.spool import Spool

FAULTS_MAX = 1_000
MARK = "numero_declaration"
"""The heading by which a file of declarations is known from a monthly return."""

Rows = Iterator[tuple[int, Row]]


def heading_names(row: Row) -> list[str]:
    """The headings of a row, in small letters, without the empty cells after the last one."""
    names = [text_of(cell).strip().lower() for cell in row]
    while names and not names[-1]:
        names.pop()
    return names


def read_declarations(source: KeptSource, form: str, book: LargeWorkbook | None = None) -> CustomsReturn:
    """The rows of the return that the declarations make, with the declarations behind them and the faults met.

    Memory does not grow with the file: its bytes and its rows wait in temporary files.
    """
    spool = Spool()
    faults: list[Fault] = []
    reader: DeclarationReader | None = None
    try:
        rows = _sheet(book) if book is not None else _text(source)
        first = next(rows, None)
        names = heading_names(first[1]) if first is not None else []
        faults = heading_faults(names, first[0] if first is not None else 1, HEADINGS, OPTIONAL)
        if not faults:
            reader = DeclarationReader(names)
            _read(reader, rows, spool, exact=book is None)
            faults = reader.faults
    except FileRefused as refusal:
        faults = [*(reader.faults if reader else []), *(Fault(None, None, one.sentence) for one in refusal.faults)]
    except _Broken as broken:
        faults = [*(reader.faults if reader else []), broken.fault]
    if not faults and not spool.count:
        faults = [Fault(None, None, "Le fichier n'a pas de ligne sous les titres.")]

    def close() -> None:
        spool.close()
        source.close()

    sums = list(reader.sums.values()) if reader is not None else []
    return CustomsReturn(
        source.name,
        source.sha256,
        form,
        b"",
        tuple(one.row() for one in sums if one.declarations),
        tuple(faults[:FAULTS_MAX]),
        Declared(
            spool.count,
            {one.position: one.prints for one in sums},
            lambda: ([Declaration(*row) for row in batch] for batch in spool.batches()),
            source.parts,
            close,
        ),
    )


def _read(reader: DeclarationReader, rows: Rows, spool: Spool, exact: bool) -> None:
    width = len(reader.names)
    for number, cells in rows:
        if len(cells) != width:
            if all(map(is_blank, cells)):
                continue
            if any(not is_blank(cell) for cell in cells[width:]) or (exact and len(cells) < width):
                text = f"Ligne {number} : la ligne a {len(cells)} valeur(s), attendu {width}."
                reader.faults.append(Fault(number, None, text))
                continue
            cells = [*cells[:width], *[""] * (width - len(cells))]
        elif all(map(is_blank, cells)):
            continue
        found = reader.line(number, cells)
        if found is not None:
            spool.add(found)
        if len(reader.faults) >= FAULTS_MAX:
            return


class _Broken(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


def _text(source: KeptSource) -> Rows:
    """The rows of a CSV file, from the first that holds something."""
    row = source.null_line()
    if row is not None and not _utf16(source):
        raise _Broken(Fault(row, None, f"Ligne {row} : le fichier contient un caractère nul, il est abîmé."))
    reader = csv.reader(source.lines(), delimiter=";", strict=True)
    started = False
    try:
        for cells in reader:
            started = started or any(cell.strip() for cell in cells)
            if started:
                yield reader.line_num, list(cells)
    except csv.Error as fault:
        row = reader.line_num
        text = f"Ligne {row} : le texte n'est pas un CSV à points-virgules ({fault})."
        raise _Broken(Fault(row, None, text)) from fault


def _utf16(source: KeptSource) -> bool:
    return next(source.parts(), b"")[:2] in (b"\xff\xfe", b"\xfe\xff")


def _sheet(book: LargeWorkbook) -> Rows:
    """The rows of the one sheet that bears the headings."""
    headed = [title for title in book.sheets() if MARK in heading_names(next(book.rows(title), (0, Row()))[1])]
    if len(headed) > 1:
        sheets = ", ".join(f"« {title} »" for title in headed)
        raise _Broken(Fault(None, None, f"Les feuilles {sheets} portent toutes les titres ; attendu une seule."))
    return book.rows(headed[0])
