"""A spreadsheet program recomputes every formula: same values as stored, no error, and a changed cell is seen."""

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reports.dataset import Report
from reports.workbook.write import write_workbook

Convert = Callable[..., Path]
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")


def cells(path: Path) -> dict[str, object]:
    return {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in load_workbook(path, data_only=True)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_a_hard_recalculation_gives_the_stored_values(
    sample_report: Report, libreoffice: Convert, tmp_path: Path
) -> None:
    path = tmp_path / "rapport.xlsx"
    write_workbook(sample_report, path)
    before, after = cells(path), cells(libreoffice(path))
    assert [name for name, value in after.items() if str(value).startswith(("#", "Err:"))] == []
    assert after == before


def test_a_changed_amount_turns_its_controls_faux(sample_report: Report, libreoffice: Convert, tmp_path: Path) -> None:
    path = tmp_path / "rapport.xlsx"
    write_workbook(sample_report, path)
    book = load_workbook(path)
    book["Recouvrements par mois"]["D9"].value += 1
    book.save(path)
    after = cells(libreoffice(path))
    assert after["Contrôles!A6"] == "CONTRÔLES FAUX : 2 sur 3"
    assert [after[f"Contrôles!F{row}"] for row in (9, 10, 11)] == ["VRAI", "FAUX", "FAUX"]
    assert after["Balance générale!A6"] == "Contrôles : CONTRÔLES FAUX : 2 sur 3"
