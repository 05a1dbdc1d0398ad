"""Read a bank statement exported as a spreadsheet (XLSX)."""

import io
import warnings
from typing import Any

from reconcile.model import FileRefused, Statement
from reconcile.profile import Profile
from reconcile.readers.table import Table, is_blank
from reconcile.readers.table_open import header_of, shifted, unknown_layout
from reconcile.readers.table_statement import read_statements
from reconcile.readers.workbook_archive import check_workbook

FORMAT = "xlsx"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What a workbook of before 2007, or one with a password, begins with."""

_SHEETS_MAX = 20


def read(data: bytes, profile: Profile | None = None, *, bound_currency: str | None = None) -> tuple[Statement, ...]:
    """The statements of a workbook: one per sheet that holds a table of movements, and per account in it.

    Amounts in the currency's minor unit; cells are taken as they are, formulas by their stored value.
    Refuses (`FileRefused`): see `table_statement.read_statements` and `workbook_archive.check_workbook`; also
    `not_recognised` (legacy .xls, not a workbook), `formula_without_value`, `profile_needed`,
    `header_not_found`, `structure`, `file_too_large`.
    """
    if data.startswith(_OLE):
        raise Table(FORMAT, [], []).refusal(
            "not_recognised",
            "Le fichier est un classeur ancien (.xls) ou protégé par mot de passe. Attendu : un classeur .xlsx "
            "sans mot de passe. Enregistrez-le au format XLSX ou CSV.",
        )
    check_workbook(data)
    tables = sheet_tables(data)
    filled = [table for table in tables if any(row and not all(map(is_blank, row)) for row in table.rows)]
    statements: list[Statement] = []
    for table in filled:
        header = header_of(table, profile)
        if header is None:
            continue
        if profile is None:
            header = shifted(table, header)
        statements.extend(read_statements(table, header, profile, bound_currency))
    if not statements:
        raise unknown_layout(filled[0] if filled else Table(FORMAT, [], []))
    return tuple(statements)


def sheet_tables(data: bytes) -> list[Table]:
    """Every sheet of cells; openpyxl's own errors on a broken workbook become one refusal."""
    try:
        with warnings.catch_warnings():
            # openpyxl warns of styles and extensions that it drops: nothing that a statement holds.
            warnings.simplefilter("ignore")
            return _open(data)
    except FileRefused:
        raise
    except Exception as error:  # a broken workbook fails anywhere in openpyxl: KeyError, TypeError, ParseError...
        raise Table(FORMAT, [], []).refusal(
            "not_recognised",
            "Le classeur ne peut pas être ouvert. Attendu : un classeur .xlsx intact. "
            "Ouvrez-le dans un tableur, enregistrez-le de nouveau ou demandez à la banque un autre export.",
            reason=type(error).__name__,
        ) from error


def _open(data: bytes) -> list[Table]:
    import openpyxl
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

    from reconcile.readers.xlsx_sheet import sheet_table

    workbook: Any = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        tables = []
        sheets: list[Any] = [sheet for sheet in workbook.worksheets if isinstance(sheet, ReadOnlyWorksheet)]
        for sheet in sheets[:_SHEETS_MAX]:
            with sheet._get_source() as source:
                tables.append(sheet_table(source, sheet.title, workbook, sheet._shared_strings, FORMAT))
        return tables
    finally:
        workbook.close()
