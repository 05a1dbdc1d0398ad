"""A declared layout: what each column of a bank's table means, for as long as its header stays the same."""

import io

import openpyxl
import pytest

from reconcile.model import FileRefused
from reconcile.profile import Profile, ProfileInvalid, check, fingerprint
from reconcile.readers import csv_table, xlsx

COLUMNS = ((0, "date"), (1, "label"), (2, "amount"))


def declared(**changes) -> Profile:
    given = {"name": "Banque fictive", "header": ("Quand", "Quoi", "Combien"), "columns": COLUMNS, "currency": "XOF"}
    return Profile(**(given | changes))


def amounts(statement) -> list[int]:
    return [line.amount for line in statement.lines]


def test_a_declared_layout_reads_a_header_that_nobody_knows():
    text = "Export\nQuand;Quoi;Combien\n02/03/2026;A;1 500\n03/03/2026;B;-20\n"
    (statement,) = csv_table.read(text.encode(), declared())
    assert (amounts(statement), statement.currency, statement.notes) == ([1_500, -20], "XOF", ("profile_used",))


def test_a_declared_layout_reads_a_workbook_too():
    workbook = openpyxl.Workbook()
    for row in (["Quand", "Quoi", "Combien"], ["02/03/2026", "A", 1_500]):
        workbook.active.append(row)
    stream = io.BytesIO()
    workbook.save(stream)
    (statement,) = xlsx.read(stream.getvalue(), declared())
    assert amounts(statement) == [1_500]


def test_a_file_without_header_is_read_from_the_row_declared():
    profile = declared(header=(), skip_rows=1, delimiter=",", account="BF0001")
    (statement,) = csv_table.read(b"titre,,\n02/03/2026,A,1500\n", profile)
    assert (amounts(statement), statement.account) == ([1_500], "BF0001")


def test_the_sign_convention_of_the_bank_is_turned():
    (statement,) = csv_table.read(b"Quand;Quoi;Combien\n02/03/2026;A;1500\n", declared(signs="inverted"))
    assert amounts(statement) == [-1_500]


def test_the_declared_decimal_mark_decides():
    profile = declared(currency="EUR", decimal_mark=",")
    (statement,) = csv_table.read(b"Quand;Quoi;Combien\n02/03/2026;A;1.250,5\n", profile)
    assert amounts(statement) == [125_050]


def test_the_declared_date_pattern_decides():
    (statement,) = csv_table.read(b"Quand;Quoi;Combien\n02/03/2026;A;1\n", declared(date_pattern="%m/%d/%Y"))
    assert statement.lines[0].booking_date.isoformat() == "2026-02-03"


def test_a_changed_header_is_refused_with_what_changed():
    with pytest.raises(FileRefused) as refused:
        csv_table.read(b"Quand;Quoi;Montant net;Frais\n02/03/2026;A;1500;0\n", declared())
    found = refused.value.faults[0]
    assert found.code == "profile_header_changed"
    assert (found.facts["gone"], found.facts["new"]) == (["combien"], ["montant net", "frais"])


def test_the_same_columns_in_another_order_are_a_changed_header():
    with pytest.raises(FileRefused) as refused:
        check(declared(), ["Quoi", "Quand", "Combien"])
    assert refused.value.faults[0].code == "profile_header_changed"


def test_accents_case_spaces_and_empty_cells_at_the_end_do_not_change_a_fingerprint():
    assert fingerprint(["Libellé ", "DÉBIT"]) == fingerprint(["libelle", "débit", "", " "])
    assert fingerprint(["Libellé", "Débit"]) != fingerprint(["Débit", "Libellé"])


def test_a_layout_comes_back_from_json_as_it_was():
    profile = declared(delimiter=";", date_pattern="%d/%m/%Y", decimal_mark=",", skip_rows=2, account="BF0001")
    assert Profile.from_json(profile.to_json()) == profile


@pytest.mark.parametrize("text", ["", "[]", '{"name": 1, "autre": 2}', '{"name": "x"}', '{"columns": [[0]]}'])
def test_json_that_is_no_layout_is_invalid(text):
    with pytest.raises(ProfileInvalid):
        Profile.from_json(text)


@pytest.mark.parametrize(
    "changes",
    [
        {"columns": ((0, "date"), (1, "label"))},
        {"columns": ((0, "date"), (2, "amount"))},
        {"columns": ((1, "label"), (2, "amount"))},
        {"columns": (*COLUMNS, (3, "couleur"))},
        {"columns": (*COLUMNS, (3, "amount"))},
        {"columns": (*COLUMNS, (60, "balance"))},
        {"signs": "autre"},
        {"decimal_mark": ";"},
    ],
)
def test_an_impossible_layout_is_invalid(changes):
    with pytest.raises(ProfileInvalid):
        declared(**changes)
