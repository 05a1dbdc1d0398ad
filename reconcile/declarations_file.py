"""Read a file of customs declarations, one row each, in a stream: CSV with semicolons or XLSX, under exact headings."""

from ledger.levy.declarations import Declaration, Declared
from ledger.levy.return_rules import CustomsReturn, Fault
from reconcile.customs_rows import FAULTS_MAX, Broken, Rows, first_row, heading_names, is_empty, sheet_rows, text_rows
from reconcile.declaration_cells import HEADINGS, OPTIONAL, DeclarationReader
from reconcile.kept_source import KeptSource
from reconcile.model import FileRefused
from reconcile.readers.large_workbook import LargeWorkbook
from reconcile.readers.table import is_blank
from reconcile.return_headings import heading_faults
from reconcile.spool import Spool

MARK = "numero_declaration"
"""The heading by which a file of declarations is known from a monthly return."""


def read_declarations(source: KeptSource, form: str, book: LargeWorkbook | None = None) -> CustomsReturn:
    """The rows of the return that the declarations make, with the declarations behind them and the faults met.

    Memory does not grow with the file: its bytes and its rows wait in temporary files.
    """
    spool = Spool()
    faults: list[Fault] = []
    reader: DeclarationReader | None = None
    try:
        rows = text_rows(source) if book is None else sheet_rows(book, lambda names: MARK in names)
        top, heading = first_row(rows)
        names = heading_names(heading)
        faults = heading_faults(names, top, HEADINGS, OPTIONAL)
        if not faults:
            reader = DeclarationReader(names)
            _read(reader, rows, spool, exact=book is None)
            faults = reader.faults
    except FileRefused as refusal:
        faults = [*(reader.faults if reader else []), *(Fault(None, None, one.sentence) for one in refusal.faults)]
    except Broken as broken:
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
            if is_empty(cells):
                continue
            if any(not is_blank(cell) for cell in cells[width:]) or (exact and len(cells) < width):
                text = f"Ligne {number} : la ligne a {len(cells)} valeur(s), attendu {width}."
                reader.faults.append(Fault(number, None, text))
                continue
            cells = [*cells[:width], *[""] * (width - len(cells))]
        elif is_empty(cells):
            continue
        found = reader.line(number, cells)
        if found is not None:
            spool.add(found)
        if len(reader.faults) >= FAULTS_MAX:
            return
