"""Read a customs return (*état mensuel des recettes*): CSV with semicolons or XLSX, under exact headings."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ledger.levy.return_rules import CustomsReturn, Fault, ReturnRow
from reconcile.model import FileRefused
from reconcile.read import bytes_of
from reconcile.readers.archive import looks_packed
from reconcile.readers.table import Cell, Table, is_blank, text_of
from reconcile.return_cells import HEADINGS, RowReader
from reconcile.text import decode

FAULTS_MAX = 1_000
"""No more than this many are listed: the file must be asked for again anyway."""


def read_return(path: Path) -> CustomsReturn:
    """The rows of a return, with every fault found while reading; what cannot be opened is a fault too.

    The file is not judged here: `take_return` adds the faults of its rules and refuses with all of them.
    """
    try:
        return read_bytes(bytes_of(path), path.name)
    except FileRefused as refusal:
        return CustomsReturn(path.name, "", "csv", b"", (), _told(refusal))


def read_bytes(data: bytes, name: str) -> CustomsReturn:
    """As `read_return`, from the bytes."""
    digest = hashlib.sha256(data).hexdigest()
    form = "xlsx" if looks_packed(data) else "csv"
    try:
        table, faults = _workbook(data) if form == "xlsx" else _text(data)
    except FileRefused as refusal:
        return CustomsReturn(name, digest, form, data, (), _told(refusal))
    rows: list[ReturnRow] = []
    if not faults:
        rows, faults = _rows(table)
    return CustomsReturn(name, digest, form, data, tuple(rows), tuple(faults[:FAULTS_MAX]))


def _told(refusal: FileRefused) -> tuple[Fault, ...]:
    return tuple(Fault(None, None, fault.sentence) for fault in refusal.faults)


def _text(data: bytes) -> tuple[Table, list[Fault]]:
    """The rows of a CSV file; a quote that never closes or a control character is a fault."""
    table = Table("csv", [], [])
    text = decode(data).text
    if "\0" in text:
        row = text[: text.index("\0")].count("\n") + 1
        return table, [Fault(row, None, f"Ligne {row} : le fichier contient un caractère nul, il est abîmé.")]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True)
    try:
        for cells in reader:
            table.rows.append(list(cells))
            table.numbers.append(reader.line_num)
    except csv.Error as fault:
        row = reader.line_num
        return table, [Fault(row, None, f"Ligne {row} : le texte n'est pas un CSV à points-virgules ({fault}).")]
    return table, []


def _workbook(data: bytes) -> tuple[Table, list[Fault]]:
    """The one sheet that bears the headings."""
    from reconcile.readers.workbook_archive import check_workbook
    from reconcile.readers.xlsx import sheet_tables

    check_workbook(data)
    filled = [table for table in sheet_tables(data) if any(not _empty(row) for row in table.rows)]
    headed = [table for table in filled if {"etat", "bureau"} <= set(_names(_first(table)[1]))]
    if len(headed) > 1:
        sheets = ", ".join(f"« {table.name} »" for table in headed)
        return headed[0], [Fault(None, None, f"Les feuilles {sheets} portent toutes les titres ; attendu une seule.")]
    return (headed or filled or [Table("xlsx", [], [])])[0], []


def _empty(row: Sequence[Cell]) -> bool:
    return all(map(is_blank, row))


def _first(table: Table) -> tuple[int, Sequence[Cell]]:
    """The place and the cells of the first row that holds something."""
    return next(((place, row) for place, row in enumerate(table.rows) if not _empty(row)), (0, []))


def _names(row: Sequence[Cell]) -> list[str]:
    names = [text_of(cell).strip().lower() for cell in row]
    while names and not names[-1]:
        names.pop()
    return names


def _heading_faults(names: list[str], row: int) -> list[Fault]:
    expected = ";".join(HEADINGS)
    if not names:
        return [Fault(None, None, f"Le fichier est vide. Attendu en première ligne : {expected}.")]
    faults = []
    missing = [name for name in HEADINGS if name not in names]
    unknown = [name or "(vide)" for name in names if name not in HEADINGS]
    twice = [name for name, count in Counter(names).items() if count > 1 and name in HEADINGS]
    for title, found in (("absent", missing), ("inconnu", unknown), ("en double", twice)):
        if found:
            many = "s" if len(found) > 1 and title != "en double" else ""
            text = f"titre{'s' if len(found) > 1 else ''} {title}{many} : {', '.join(found)}. Attendu : {expected}"
            faults.append(Fault(row, None, f"Ligne {row} : {text}."))
    return faults


def _rows(table: Table) -> tuple[list[ReturnRow], list[Fault]]:
    top, heading = _first(table)
    names = _names(heading)
    faults = _heading_faults(names, table.numbers[top] if table.numbers else 1)
    if faults:
        return [], faults
    rows: list[ReturnRow] = []
    for number, cells in zip(table.numbers[top + 1 :], table.rows[top + 1 :], strict=True):
        if _empty(cells):
            continue
        beyond = [cell for cell in cells[len(names) :] if not is_blank(cell)]
        if beyond or (table.format == "csv" and len(cells) < len(names)):
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
