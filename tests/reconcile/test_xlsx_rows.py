"""The rows of a long sheet read straight from its XML are those that openpyxl gives."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from reconcile.model import FileRefused
from reconcile.readers.large_workbook import LargeWorkbook
from reconcile.readers.xlsx import sheet_tables
from reconcile.readers.xlsx_rows import column_of

EMPTY = re.compile(rb"<sheetData\s*/>|<sheetData></sheetData>")
CELLS = some.one_of(
    some.none(),
    some.integers(-(10**15), 10**15),
    some.floats(-1e9, 1e9),
    some.text(some.characters(min_codepoint=32, max_codepoint=0x2FF, exclude_categories=("Cc",)), max_size=20),
    some.booleans(),
    some.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1)),
)


def both(data: bytes) -> tuple[list[Any], list[Any]]:
    """The rows of the first sheet by the stream and by the reader of statements."""
    book = LargeWorkbook(io.BytesIO(data))
    (table,) = sheet_tables(data)
    slow = [(number, row) for number, row in zip(table.numbers, table.rows, strict=True) if row]
    return list(book.rows(book.sheets()[0])), slow


@settings(max_examples=40)
@given(some.lists(some.lists(CELLS, max_size=6), max_size=6), some.booleans())
def test_any_sheet_gives_the_same_rows_both_ways(rows: list[list[Any]], streamed: bool) -> None:
    book = openpyxl.Workbook(write_only=streamed)
    sheet = book.create_sheet("Feuille") if streamed else book.active
    assert sheet is not None
    for row in rows:
        sheet.append([f"'{cell}" if isinstance(cell, str) and cell.startswith("=") else cell for cell in row])
    out = io.BytesIO()
    book.save(out)
    fast, slow = both(out.getvalue())
    assert fast == slow


def packed(tmp_path: Path, body: str) -> bytes:
    """A workbook of one sheet whose rows are this XML."""
    book = openpyxl.Workbook()
    file = tmp_path / "vide.xlsx"
    book.save(file)
    out = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                content = EMPTY.sub(f"<sheetData>{body}</sheetData>".encode(), content)
                assert body.encode() in content
            target.writestr(name, content)
    return out.getvalue()


def read(data: bytes) -> list[Any]:
    book = LargeWorkbook(io.BytesIO(data))
    return list(book.rows(book.sheets()[0]))


def test_runs_of_letters_a_formula_and_cells_without_address_are_read(tmp_path: Path) -> None:
    body = (
        '<row><c t="inlineStr"><is><r><t>Bur</t></r><r><t>eau</t></r><rPh sb="0" eb="1"><t>x</t></rPh></is></c>'
        '<c t="str"><f>A1</f><v>calculé</v></c><c t="str"><f>B1</f><v></v></c><c t="b"><v>1</v></c>'
        '<c t="e"><v>#N/A</v></c><c t="d"><v>2026-03-05</v></c><c><v>1e3</v></c></row>'
    )
    assert read(packed(tmp_path, body)) == [(1, ["Bureau", "calculé", "", "VRAI", "#N/A", dt.date(2026, 3, 5), 1000.0])]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<row><c><f>1+1</f></c></row>", "formula_without_value"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "structure"),
        ('<row r="900"><c r="A900"><v>1</v></c></row>', "structure"),
        ('<row r="2"><c r="A2"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>', "structure"),
        ('<row><c t="s"><v>7</v></c></row>', "not_recognised"),
        ("<row><c><v>abc</v></c></row>", "not_recognised"),
        ('<row><c r="1"><v>1</v></c></row>', "not_recognised"),
        ("<row><c><v>1</v></row>", "not_recognised"),
    ],
)
def test_a_sheet_that_is_broken_or_far_away_is_refused(body: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as told:
        read(packed(tmp_path, body))
    assert [fault.code for fault in told.value.faults] == [code]


def test_the_column_of_an_address_is_counted_from_one() -> None:
    assert [column_of(place) for place in ("A1", "Z9", "AA1", "BC12", "XFD7")] == [1, 26, 27, 55, 16_384]
