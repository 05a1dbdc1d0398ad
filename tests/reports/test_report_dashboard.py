"""The page of the Heads of State over a worked example."""

import io
from typing import Any

from openpyxl import load_workbook

from reports.workbook.write import write_workbook
from tests.reports.worked import posted, report_of, rows_of


def test_each_account_shows_whether_it_is_reconciled(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "dashboard")
    assert rows_of(found, "accounts", "state", "book_balance", "to_bank", "difference", "open", "state_words") == [
        ("Burkina Faso", 650_000, 650_000, 0, 2, "aucun relevé"),
        ("Mali", 400_000, 400_000, 0, 1, "aucun relevé"),
        ("Niger", 248_500, 248_500, 0, 2, "aucun relevé"),
    ]


def test_items_to_impute_are_counted_without_setting_debits_against_credits(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "dashboard")
    assert rows_of(found, "levy", "state", "suspense") == [("Burkina Faso", 0), ("Mali", 250_000), ("Niger", 1_500)]


def test_the_stages_of_release_make_up_the_capital_of_the_bank(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "dashboard")
    stages = rows_of(found, "capital", "stage", "total", "percent")
    assert stages[0] == ("Libéré", 0, 0)
    assert stages[3] == ("Non souscrit", 500_000_000_000, 10_000)
    assert found.controls[0].value == 500_000_000_000


def test_it_is_one_page_with_two_charts_side_by_side(books_engine: Any) -> None:
    posted(books_engine)
    stream = io.BytesIO()
    write_workbook(report_of(books_engine, "dashboard"), stream)
    sheet = load_workbook(stream)["Tableau de bord"]
    left, right = (chart.anchor for chart in sheet._charts)
    assert (sheet.page_setup.fitToHeight, list(sheet.row_breaks.brk)) == (1, [])
    assert (left._from.row, left._from.col, left.to.col) == (right._from.row, 0, right._from.col)
