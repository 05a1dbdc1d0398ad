"""A table read by whole columns gives what it gives cell by cell."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reconcile.amount import AmountUnreadable
from reconcile.model import FileRefused
from reconcile.readers import csv_table
from reconcile.readers.faults import FAULTS_MAX
from reconcile.readers.table_amounts import AmountReader
from reconcile.readers.table_lines import clean

HEADER = "Date;Libellé;Référence;Montant;Solde"
DIGITS = st.from_regex(r"-?([0-9]{1,15}|[0-9]{1,3}([ \u00a0][0-9]{3}){1,4})?", fullmatch=True)
WORDS = st.text("AZaz é\u00a0\t\u200b", min_size=1, max_size=8).filter(lambda text: clean(text) != "")


@given(st.lists(DIGITS, min_size=1, max_size=5))
def test_a_column_of_whole_francs_is_read_as_its_cells(cells: list[str]) -> None:
    reader = AmountReader("XOF", 0)

    assert reader.read_all(list(cells)) == [reader.read(cell) for cell in cells]


def test_an_amount_of_sixteen_digits_is_refused_in_a_column_too() -> None:
    with pytest.raises(AmountUnreadable) as refused:
        AmountReader("XOF", 0).read_all(["999999999999999", "1000000000000000"])

    assert refused.value.reason == "digits"


def rows_of(labels: list[str], balance: int = 1_000) -> list[list[str]]:
    found = []
    for place, label in enumerate(labels, start=1):
        balance += place
        found.append([f"{1 + place % 27:02d}/03/2026", f"V{label}", f"R{label}", str(place), str(balance)])
    return sorted(found, key=lambda row: int(row[4]))


@given(st.lists(WORDS, min_size=2, max_size=6))
@example(["DEUX  BLANCS", "B"])
@example(["A", "BLANC A LA FIN "])
def test_the_labels_of_a_table_are_those_of_its_cells(labels: list[str]) -> None:
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([HEADER.split(";"), *rows_of(labels)])

    (statement,) = csv_table.read(out.getvalue().encode(), bound_currency="XOF")

    assert [line.label for line in statement.lines] == [clean(f"V{label}") for label in labels]
    assert [line.bank_reference for line in statement.lines] == [clean(f"R{label}") or None for label in labels]
    assert [line.amount for line in statement.lines] == list(range(1, len(labels) + 1))


def test_rows_that_are_no_movement_are_told_apart_wherever_they_stand() -> None:
    rows = [";".join(row) for row in rows_of(["A", "B", "C"])]
    text = "\n".join([HEADER, ";Report;;;1000", rows[0], ";suite du libellé;;;", rows[1], "", rows[2], ";Total;;6;"])

    (statement,) = csv_table.read(text.encode(), bound_currency="XOF")

    assert [line.label for line in statement.lines] == ["VA suite du libellé", "VB", "VC"]
    assert [line.amount for line in statement.lines] == [1, 2, 3]


def test_no_more_faults_than_a_person_reads_are_told() -> None:
    wrong = [f"demain;X{place};;{place};" for place in range(1, FAULTS_MAX + 5)]
    rows = [";".join(row) for row in rows_of(["A", "B", "C"])]

    with pytest.raises(FileRefused) as refused:
        csv_table.read("\n".join([HEADER, *rows, *wrong[:FAULTS_MAX], *rows, *wrong]).encode(), bound_currency="XOF")

    assert [fault.code for fault in refused.value.faults] == ["date_unreadable"] * FAULTS_MAX
