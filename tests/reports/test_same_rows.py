"""Workbook, CSV and JSON hold the same rows, whatever they are."""

import csv
import io
import json
from datetime import date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from ledger.money import AMOUNT_MAX
from reports.csv_file import csv_lines
from reports.dataset import Cell, Column, Provenance, Report, Row, Rows, Table
from reports.json_file import json_text
from reports.text import visible
from reports.workbook.write import write_workbook

COLUMNS = (
    Column("label", "Libellé"),
    Column("amount", "Montant", "francs", total=True),
    Column("day", "Jour", "date"),
    Column("month", "Mois", "month"),
    Column("rate", "Taux", "percent"),
    Column("twice", "Double", "francs", formula="[amount]*2"),
)

DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))
AMOUNTS = st.integers(-AMOUNT_MAX // 10**5, AMOUNT_MAX // 10**5)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    amount = draw(AMOUNTS)
    label = draw(st.none() | st.text(min_size=1, max_size=40).filter(lambda text: text != "Néant"))
    month = draw(st.none() | DAYS.map(lambda day: f"{day:%Y-%m}"))
    return (label, amount, draw(st.none() | DAYS), month, draw(st.none() | st.integers(-20_000, 20_000)), amount * 2)


def read_workbook(report: Report) -> list[list[Cell]]:
    stream = io.BytesIO()
    write_workbook(report, stream)
    sheet = load_workbook(stream, data_only=True)["Lignes"]
    found: list[list[Cell]] = []
    for row in sheet.iter_rows(min_row=6, max_row=5 + len(list(report.tables[0].each())), max_col=len(COLUMNS)):
        label, amount, day, month, rate, twice = (cell.value for cell in row)
        assert not isinstance(day, str)
        found.append(
            [
                None if label is None else str(label).replace("_x005F_x", "_x"),
                amount,
                day.date() if isinstance(day, datetime) else day,
                f"{month:%Y-%m}" if month else None,
                None if rate is None else round(rate * 10_000),
                twice,
            ]
        )
    return found


def read_csv(report: Report) -> list[list[Cell]]:
    lines = list(csv.reader(io.StringIO("".join(csv_lines(report.tables[0])), newline=""), delimiter=";"))[1:]
    return [
        [
            label or None,
            int(amount),
            date.fromisoformat(day) if day else None,
            month or None,
            int(rate.replace(",", "")) if rate else None,
            int(twice),
        ]
        for label, amount, day, month, rate, twice in lines
    ]


def read_json(report: Report) -> list[list[Cell]]:
    return [
        [
            row["label"],
            row["amount"],
            date.fromisoformat(row["day"]) if row["day"] else None,
            row["month"],
            row["rate"],
            row["twice"],
        ]
        for row in json.loads(json_text(report))["rows"]
    ]


def without_mark(lines: list[list[Cell]]) -> list[list[Cell]]:
    """Labels as all three can hold them: visible, without the apostrophe that CSV sets before a formula sign."""
    return [[visible(str(line[0])).lstrip("'") if line[0] is not None else None, *line[1:]] for line in lines]


@settings(max_examples=60, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8), st.booleans())
def test_workbook_csv_and_json_hold_the_same_rows(drawn: list[Row], streamed: bool) -> None:
    given_rows: Rows = (lambda: drawn) if streamed else drawn
    report = Report("essai", "Essai", Provenance("Essai", None, None), (Table("lines", "Lignes", COLUMNS, given_rows),))
    expected = without_mark([list(row) for row in drawn])
    expected = [
        [(label or "").replace("\ud800", "\ufffd") or None if label else None, *rest] for label, *rest in expected
    ]
    assert without_mark(read_workbook(report)) == expected
    assert without_mark(read_csv(report)) == expected
    surrogates = any(0xD800 <= ord(sign) <= 0xDFFF for row in drawn for sign in str(row[0] or ""))
    if not surrogates:
        assert without_mark(read_json(report)) == expected
