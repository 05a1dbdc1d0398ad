"""Bank statements as spreadsheets: cells that are numbers, dates, texts or formulas."""

import contextlib
import io
import zipfile
from datetime import date

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import FileRefused
from reconcile.readers import xlsx

HEADER = ["Date opération", "Date valeur", "Libellé", "Débit", "Crédit", "Solde"]


def book(*sheets: list[list[object]], change=None) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for number, rows in enumerate(sheets, start=1):
        sheet = workbook.create_sheet(f"Relevé {number}")
        for row in rows:
            sheet.append(row)
    if change:
        change(workbook)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def one(*sheets, change=None):
    (statement,) = xlsx.read(book(*sheets, change=change))
    return statement


def fault(data: bytes):
    with pytest.raises(FileRefused) as refused:
        xlsx.read(data)
    return refused.value.faults[0]


def amounts(statement) -> list[int]:
    return [line.amount for line in statement.lines]


def rewritten(data: bytes, part: str, old: str, new: str) -> bytes:
    """The workbook with a text replaced in one of its parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == part:
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            target.writestr(name, content)
    return stream.getvalue()


ROWS = [
    ["Banque fictive du Sahel"],
    ["Compte", "BF07401001000123456789" + "97"],
    ["Solde initial", 1_000_000],
    [],
    HEADER,
    [date(2026, 3, 2), date(2026, 3, 3), "VERSEMENT DOUANES", None, 200_000, 1_200_000],
    [date(2026, 3, 5), date(2026, 3, 5), "FRAIS", 1_500, None, 1_198_500],
    [None, None, "TOTAL", 1_500, 200_000, None],
    ["Solde final", 1_198_500],
]


def test_a_statement_in_a_workbook_is_read_and_proven():
    statement = one(ROWS)
    assert (statement.account, statement.currency) == ("BF07401001000123456789" + "97", "XOF")
    assert (statement.opening, statement.closing, statement.proven) == (1_000_000, 1_198_500, True)
    assert [(line.booking_date, line.value_date, line.amount) for line in statement.lines] == [
        (date(2026, 3, 2), date(2026, 3, 3), 200_000),
        (date(2026, 3, 5), date(2026, 3, 5), -1_500),
    ]


def test_a_number_of_days_is_a_date_only_in_a_date_column():
    statement = one([["Date", "Libellé", "Référence", "Montant"], [46_387, "A", 46_387, 46_387]])
    line = statement.lines[0]
    assert (line.booking_date, line.bank_reference, line.amount) == (date(2026, 12, 31), "46387", 46_387)


def test_days_are_counted_from_1904_where_the_workbook_says_so():
    def since_1904(workbook):
        workbook.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    statement = one([["Date", "Libellé", "Montant"], [46_387 - 1_462, "A", 5]], change=since_1904)
    assert statement.lines[0].booking_date == date(2026, 12, 31)


def test_amounts_typed_as_text_with_narrow_spaces_are_read():
    assert amounts(one([["Date", "Libellé", "Montant"], ["02/03/2026", "A", "1\u202f234\u202f567"]])) == [1_234_567]


def test_the_noise_of_a_double_is_dropped_and_a_half_franc_refused():
    header = ["Date", "Libellé", "Montant XOF"]
    assert amounts(one([header, ["02/03/2026", "A", 1_234_567.0000001]])) == [1_234_567]
    assert fault(book([header, ["02/03/2026", "A", 12_500.5]])).code == "amount_unreadable"


def test_a_hidden_row_is_a_movement_all_the_same():
    def hide(workbook):
        workbook.active.row_dimensions[3].hidden = True

    statement = one([["Date", "Libellé", "Montant"], ["02/03/2026", "A", 1], ["03/03/2026", "B", 2]], change=hide)
    assert (amounts(statement), "hidden_rows_read" in statement.notes) == ([1, 2], True)


def test_a_formula_never_calculated_is_refused_with_its_cell():
    found = fault(book([["Date", "Libellé", "Montant"], ["02/03/2026", "A", "=1+1"]]))
    assert (found.code, found.facts["cell"]) == ("formula_without_value", "C2")


def test_a_calculated_formula_is_read_by_its_value():
    data = book([["Date", "Libellé", "Montant"], ["02/03/2026", "A", "=1+1"]])
    (statement,) = xlsx.read(rewritten(data, "xl/worksheets/sheet1.xml", "<v></v>", "<v>2</v>"))
    assert amounts(statement) == [2]


def test_a_header_of_merged_cells_is_joined():
    def merge(workbook):
        workbook.active.merge_cells("A1:B1")
        workbook.active.merge_cells("D1:E1")

    rows = [
        ["Date", None, "Libellé", "Mouvements", None],
        ["opération", "valeur", None, "Débit", "Crédit"],
        [date(2026, 3, 2), date(2026, 3, 3), "A", 200, None],
    ]
    statement = one(rows, change=merge)
    assert (amounts(statement), statement.lines[0].value_date) == ([-200], date(2026, 3, 3))


def test_every_sheet_with_a_table_is_a_statement_and_others_are_passed_over():
    table = [["Date", "Libellé", "Montant"], ["02/03/2026", "A", 1]]
    statements = xlsx.read(book([["Notice de l'export"]], table, [*table, ["03/03/2026", "B", 2]]))
    assert [amounts(statement) for statement in statements] == [[1], [1, 2]]


def test_a_broken_running_balance_names_the_row_of_the_sheet():
    rows = [list(row) for row in ROWS]
    rows[6][5] = 1_198_400
    found = fault(book(rows))
    assert (found.code, found.facts) == (
        "running_balance_broken",
        {"row": 7, "expected": 1_198_500, "found": 1_198_400, "difference": -100},
    )


def test_a_value_in_the_last_cell_of_a_sheet_is_refused_without_reading_a_million_rows():
    def far(workbook):
        workbook.active["XFD1048576"] = 1

    assert fault(book(ROWS, change=far)).code == "structure"


def test_a_value_far_below_the_table_is_refused_rather_than_lost():
    def far(workbook):
        workbook.active["C5000"] = 1

    assert fault(book(ROWS, change=far)).code == "structure"


def test_a_legacy_workbook_is_refused():
    assert fault(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600).code == "not_recognised"


def test_an_empty_workbook_is_refused():
    assert fault(book([[]])).code == "header_not_found"


def test_an_unknown_layout_lists_its_columns():
    found = fault(book([["Quand", "Quoi", "Combien", "Autre"], ["hier", "A", 1, 2]]))
    assert (found.code, found.facts["columns"]) == ("profile_needed", ["Quand", "Quoi", "Combien", "Autre"])


MOVES = st.lists(st.tuples(st.integers(1, 28), st.integers(-(10**9), 10**9).filter(bool)), min_size=2, max_size=6)


@settings(max_examples=25, deadline=None)
@given(MOVES, st.integers(-(10**9), 10**9), st.booleans(), st.booleans())
def test_any_movements_come_back_as_they_were(moves, opening, as_text, typed_dates):
    moves = sorted(moves, key=lambda move: move[0])
    balance, rows = opening, [HEADER]
    for day, amount in moves:
        balance += amount
        when = date(2026, 3, day) if typed_dates else f"{day:02d}/03/2026"
        printed = f"{abs(amount):,}".replace(",", "\u202f") if as_text else abs(amount)
        rows.append(
            [when, None, "MOUVEMENT", printed if amount < 0 else None, printed if amount > 0 else None, balance]
        )
    statement = one(rows)
    assert [(line.booking_date.day, line.amount) for line in statement.lines] == moves
    assert (statement.opening, statement.closing, statement.proven) == (opening, balance, True)


WHOLE = book(ROWS)


def read_or_refused(data: bytes) -> None:
    with contextlib.suppress(FileRefused):
        for statement in xlsx.read(data):
            assert {type(line.amount) for line in statement.lines} <= {int}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_is_read_or_refused_never_anything_else(data):
    raw = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    read_or_refused(bytes(raw))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_sheet_with_damaged_xml_is_read_or_refused_never_anything_else(data):
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as source:
        parts = {name: bytearray(source.read(name)) for name in source.namelist()}
    raw = parts["xl/worksheets/sheet1.xml"]
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.sampled_from(b'0123456789<>/="abcrst. -'))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as target:
        for name, content in parts.items():
            target.writestr(name, bytes(content))
    read_or_refused(stream.getvalue())
