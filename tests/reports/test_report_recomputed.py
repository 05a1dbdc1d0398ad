"""The stored values of every report are those that a spreadsheet program computes from its formulas."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from reports.catalogue import compute
from reports.workbook.write import write_workbook
from tests.reports.test_report_reconciliation import reconciled
from tests.reports.worked import posted

NAMES = ("trial-balance", "general-ledger", "journal", "suspense", "reconciliation", "dashboard")


@pytest.mark.parametrize("name", NAMES)
def test_recomputed_cells_equal_the_stored_ones_and_every_control_is_true(
    sqlite_books: Any, tmp_path: Path, libreoffice: Callable[[Path, str], Path], name: str
) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    if name == "reconciliation":
        reconciled(engine)
    else:
        posted(engine)
    with engine.connect() as connection:
        write_workbook(compute(connection, name), tmp_path / "state.xlsx")
    engine.dispose()
    stored = load_workbook(tmp_path / "state.xlsx", data_only=True)
    again = load_workbook(libreoffice(tmp_path / "state.xlsx", "xlsx"), data_only=True)
    different = [
        (sheet.title, cell.coordinate, cell.value, again[sheet.title][cell.coordinate].value)
        for sheet in stored
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, int) and cell.value != again[sheet.title][cell.coordinate].value
    ]
    assert different == []
    verdicts = [row[5].value for row in again["Contrôles"].iter_rows(min_row=1) if row[5].value in ("VRAI", "FAUX")]
    assert (set(verdicts), len(verdicts) >= 2) == ({"VRAI"}, True)
