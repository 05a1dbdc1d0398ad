"""The printed page: tables that stay whole, rows as high as their text, colours that stay apart in grey."""

import io
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.dataset import Column, Provenance, Report, Row, Table
from reports.workbook.draft import Draft
from reports.workbook.measure import lines_in, measured_lines
from reports.workbook.styles import SERIES
from reports.workbook.write import write_workbook

COLUMNS = (Column("label", "Libellé", width=40), Column("amount", "Montant", "francs", total=True))


def sheet_of(*tables: Table) -> Worksheet:
    report = Report("essai", "Essai", Provenance("Essai", date(2026, 3, 31), None), tables)
    stream = io.BytesIO()
    write_workbook(report, stream)
    return load_workbook(stream)["Feuille"]


def table(name: str, count: int, label: str = "x") -> Table:
    rows: list[Row] = [(label, number) for number in range(count)]
    return Table(name, f"Tableau {name}", COLUMNS, rows, sheet="Feuille")


def breaks(sheet: Worksheet) -> list[int]:
    return [one.id for one in sheet.row_breaks.brk]


def test_a_table_that_the_page_would_cut_begins_the_next_one() -> None:
    sheet = sheet_of(table("a", 20), table("b", 22))
    caption = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Tableau b")
    assert breaks(sheet) == [caption - 1]


def test_tables_that_stand_on_one_page_are_not_parted() -> None:
    assert breaks(sheet_of(table("a", 5), table("b", 5), table("c", 5))) == []


def test_a_table_longer_than_a_page_begins_where_it_stands() -> None:
    assert breaks(sheet_of(table("a", 5), table("b", 200))) == []


def test_the_last_table_of_a_sheet_repeats_its_headings_when_the_page_cuts_it() -> None:
    cut = sheet_of(table("a", 5), table("b", 200))
    heading = [row[0].row for row in cut.iter_rows() if row[0].value == "Libellé"][-1]
    assert cut.print_title_rows == f"${heading}:${heading}"
    assert sheet_of(table("a", 5), table("b", 5)).print_title_rows is None


def test_a_column_for_the_screen_stays_off_the_paper_with_its_title_block() -> None:
    seen = (*COLUMNS, Column("hash", "Empreinte", width=90, screen_only=True))
    sheet = sheet_of(Table("a", "Tableau a", seen, [("x", 1, "abc")], sheet="Feuille"))
    heading = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "Libellé")
    assert (heading[2], sheet.column_dimensions["C"].width) == ("Empreinte", 90)
    assert sheet.print_area == f"'Feuille'!$A$1:$B${sheet.max_row}"
    assert {str(one).split(":")[1][0] for one in sheet.merged_cells.ranges} == {"B"}


def test_a_sheet_of_tall_rows_is_not_shrunk_to_one_page() -> None:
    tall = sheet_of(table("a", 25, "Un libellé si long qu'il lui faut bien trois lignes entières " * 3))
    assert (tall.page_setup.fitToHeight, sheet_of(table("a", 25)).page_setup.fitToHeight) == (0, 1)


def test_the_height_of_a_row_is_its_own_not_the_mark_that_it_has_one() -> None:
    draft = Draft("x", lambda xml: None, widths=[50.0])
    draft.write('<row r="1" ht="24" customHeight="1"></row>')
    draft.write('<row r="2"></row>')
    assert draft.points == pytest.approx(38.1)


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("Comptable du compte Burkina Faso (fictif)", 36, 1),
        ("COMPTABLE DU COMPTE DU BURKINA FASO (FICTIF)", 36, 2),
        ("Étude de faisabilité d'une liaison ferroviaire", 20, 2),
        ("W" * 60, 20, 6),
        ("", 10, 1),
    ],
)
def test_the_lines_of_a_text_are_counted_by_the_widths_of_its_letters(text: str, width: int, lines: int) -> None:
    assert measured_lines(text, float(width)) == lines


@given(st.text(max_size=200), st.integers(6, 90))
def test_a_wider_column_never_takes_more_lines(text: str, width: int) -> None:
    narrow, wide = (measured_lines(text, float(one)) for one in (width, width + 5))
    assert 1 <= wide <= narrow


def test_what_is_no_text_takes_one_line() -> None:
    assert lines_in([None, 5, date(2026, 1, 1), "court"], 10.0) == [1, 1, 1, 1]


def luminance(colour: str) -> float:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (0, 2, 4))
    return 0.299 * red + 0.587 * green + 0.114 * blue


def test_the_colours_of_charts_stay_apart_in_grey_print() -> None:
    greys = sorted(luminance(colour) for colour in SERIES)
    assert min(right - left for left, right in pairwise(greys)) > 28
