"""Bank statements as CSV: every layout that a bank may choose, and what must be refused."""

import contextlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import FileRefused
from reconcile.readers import csv_table

HEADER = "Date opération;Date valeur;Libellé;Référence;Débit;Crédit;Solde"


def one(text: str, encoding: str = "utf-8"):
    (statement,) = csv_table.read(text.encode(encoding))
    return statement


def fault(text: str | bytes):
    with pytest.raises(FileRefused) as refused:
        csv_table.read(text if isinstance(text, bytes) else text.encode())
    return refused.value.faults[0]


def amounts(statement) -> list[int]:
    return [line.amount for line in statement.lines]


FULL = "\n".join(
    [
        "BANQUE FICTIVE DU SAHEL;;;;;;",
        "Compte : BF074 01001 000123456789 97;;;;;;",
        "Période du 01/03/2026 au 31/03/2026;;;;;;",
        "Devise;XOF;;;;;",
        "Solde initial;1 000 000;;;;;",
        HEADER,
        "02/03/2026;03/03/2026;VERSEMENT BUREAU DES DOUANES;Q-17;;200\u202f000;1\u202f200\u202f000",
        "05/03/2026;05/03/2026;FRAIS DE TENUE DE COMPTE;;1\u00a0500;;1\u00a0198\u00a0500",
        "05/03/2026;05/03/2026;FRAIS DE TENUE DE COMPTE;;1 500;;1 197 000",
        ";;TOTAL DES MOUVEMENTS;;3 000;200 000;",
        "Solde final au 31/03/2026 : 1 197 000 F CFA;;;;;;",
    ]
)


def test_a_statement_with_titles_footers_and_a_running_balance_is_read_and_proven():
    statement = one(FULL)
    assert (statement.account, statement.currency, statement.exponent) == ("BF07401001000123456789" + "97", "XOF", 0)
    assert (statement.start, statement.end) == (date(2026, 3, 1), date(2026, 3, 31))
    assert (statement.opening, statement.closing, statement.proven) == (1_000_000, 1_197_000, True)
    assert amounts(statement) == [200_000, -1_500, -1_500]
    first = statement.lines[0]
    assert (first.booking_date, first.value_date) == (date(2026, 3, 2), date(2026, 3, 3))
    assert (first.label, first.bank_reference) == ("VERSEMENT BUREAU DES DOUANES", "Q-17")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_changes_nothing(encoding):
    assert one(FULL, encoding) == one(FULL)


@pytest.mark.parametrize("encoding", ["cp1252", "cp850"])
def test_french_eight_bit_encodings_are_read(encoding):
    text = f"{HEADER}\n02/03/2026;02/03/2026;Règlement impôts;;;500;500\n03/03/2026;03/03/2026;Dépôt à vue;;;1;501"
    assert [line.label for line in one(text, encoding).lines] == ["Règlement impôts", "Dépôt à vue"]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_the_one_of_the_table_even_inside_a_quoted_label(delimiter):
    rows = [
        ["Relevé du compte, mars ; 2026 | suite"],
        ["Date", "Libellé", "Débit", "Crédit"],
        ["02/03/2026", '"Virement; quittance 12, bureau | A"', "", "5000"],
        ["03/03/2026", "Frais", "250", ""],
    ]
    rows[0] = [f'"{rows[0][0]}"']
    statement = one("\n".join(delimiter.join(row) for row in rows))
    assert amounts(statement) == [5_000, -250]
    assert statement.lines[0].label == "Virement; quittance 12, bureau | A"


def test_a_line_break_inside_a_quoted_label_stays_one_movement():
    statement = one('Date;Libellé;Montant\n02/03/2026;"Virement\nbureau de Bobo";5000\n03/03/2026;Frais;-10')
    assert [(line.label, line.amount) for line in statement.lines] == [
        ("Virement bureau de Bobo", 5_000),
        ("Frais", -10),
    ]


@pytest.mark.parametrize("last", ['"Agios";-20', "Agios;-20"])
def test_a_quote_that_never_closes_does_not_swallow_rows(last):
    text = f'Date;Libellé;Montant\n02/03/2026;"Virement;5000\n03/03/2026;Frais;-10\n04/03/2026;{last}\n'
    assert amounts(one(text)) == [5_000, -10, -20]


def test_a_quoted_label_that_holds_whole_rows_is_refused():
    text = 'Date;Libellé;Montant\n02/03/2026;"Virement;5000\n03/03/2026;Frais;-10\n04/03/2026;Agios";-20\n'
    assert fault(text).code == "structure"


@pytest.mark.parametrize(
    ("printed", "amount"),
    [
        ("(42 000)", -42_000),
        ("1 500 DR", -1_500),
        ("1 500-", -1_500),
        ("1.234", 1_234),
        ("1,234", 1_234),
        ("1234567,00", 1_234_567),
        ("15 000 FCFA", 15_000),
        ("\u22123 000", -3_000),
    ],
)
def test_amounts_of_one_column_are_read_as_banks_print_them(printed, amount):
    assert amounts(one(f"Date|Libellé|Montant XOF\n02/03/2026|Opération|{printed}")) == [amount]


@pytest.mark.parametrize("printed", ["12 500,50", "1 2345", "douze", "-1 500 DR"])
def test_an_amount_that_must_not_be_guessed_is_refused(printed):
    found = fault(f"Date;Libellé;Montant XOF\n02/03/2026;Opération;{printed}")
    assert (found.code, found.facts["row"]) == ("amount_unreadable", 2)


def test_two_conventions_of_decimals_in_one_file_are_refused():
    text = "Date;Libellé;Montant;Devise\n02/03/2026;A;1.250,50;EUR\n03/03/2026;B;1,250.50;EUR"
    assert fault(text).code == "amount_unreadable"


def test_three_digits_after_the_decimal_mark_of_the_file_are_refused():
    text = "Date;Libellé;Montant;Devise\n02/03/2026;A;12,50;EUR\n03/03/2026;B;1,250;EUR"
    assert fault(text).code == "amount_unreadable"


def test_a_broken_running_balance_names_row_expected_found_and_difference():
    found = fault(
        f"{HEADER}\n02/03/2026;;A;;;200;1200\n03/03/2026;;B;;50;;1150\n04/03/2026;;C;;;10;1165\n05/03/2026;;D;;5;;1160"
    )
    assert (found.code, found.facts) == (
        "running_balance_broken",
        {"row": 4, "expected": 1_160, "found": 1_165, "difference": 5},
    )
    assert "Ligne 4" in found.sentence
    assert "1\u00a0160 XOF" in found.sentence
    assert "1\u00a0165 XOF" in found.sentence


@pytest.mark.parametrize("row", [0, 1, 2])
def test_one_wrong_balance_is_refused_even_where_opening_and_closing_hold(row):
    balances = [1_200, 1_150, 1_160]
    balances[row] += 1
    lines = [f"0{n + 2}/03/2026;A;{amount};{balances[n]}" for n, amount in enumerate((200, -50, 10))]
    found = fault("Solde initial;1000;;\nSolde final;1160;;\nDate;Libellé;Montant;Solde\n" + "\n".join(lines))
    assert (found.code, found.facts["row"]) == ("running_balance_broken", row + 4)


def test_a_balance_column_that_follows_nothing_is_set_aside_where_opening_and_closing_hold():
    statement = one(
        "Solde initial;1000;;\nSolde final;1160;;\nDate;Libellé;Montant;Solde\n"
        "02/03/2026;A;200;7\n03/03/2026;B;-50;8\n04/03/2026;C;10;9"
    )
    assert (amounts(statement), statement.closing, statement.proven) == ([200, -50, 10], 1_160, True)
    assert "running_balance_ignored" in statement.notes


def test_printed_balances_that_the_movements_do_not_give_are_refused():
    found = fault("Solde initial;1000;\nSolde final;1500;\nDate;Libellé;Montant\n02/03/2026;A;200\n03/03/2026;B;200")
    assert (found.code, found.facts["difference"]) == ("statement_unbalanced", 100)


def test_a_printed_total_that_differs_is_refused_when_nothing_else_proves_the_rows():
    found = fault("Date;Libellé;Débit;Crédit\n02/03/2026;A;200;\n03/03/2026;B;;50\n;TOTAL;300;50")
    assert (found.code, found.facts["difference"]) == ("statement_unbalanced", 100)


def test_newest_first_is_put_in_order_of_date():
    statement = one("Date;Libellé;Montant;Solde\n05/03/2026;C;-50;1150\n03/03/2026;B;150;1200\n02/03/2026;A;50;1050")
    assert [line.label for line in statement.lines] == ["A", "B", "C"]
    assert (statement.opening, statement.closing, statement.proven) == (1_000, 1_150, True)
    assert "newest_first" in statement.notes


def test_newest_first_within_one_day_is_told_by_the_balance():
    statement = one("Date;Libellé;Montant;Solde\n05/03/2026;C;-50;1150\n05/03/2026;B;150;1200\n05/03/2026;A;50;1050")
    assert [line.label for line in statement.lines] == ["A", "B", "C"]


def test_a_label_continued_below_belongs_to_the_movement_above():
    statement = one(f"{HEADER}\n02/03/2026;;VIREMENT RECU;;;200;200\n;;REF LEVEE 12;;;;\n03/03/2026;;FRAIS;;10;;190")
    assert [line.label for line in statement.lines] == ["VIREMENT RECU REF LEVEE 12", "FRAIS"]


def test_carried_balances_are_checked_and_never_entries():
    statement = one(
        "Date;Libellé;Débit;Crédit\n01/03/2026;SOLDE INITIAL;;1000\n02/03/2026;TOTAL ENERGIES STATION;100;\n"
        "31/03/2026;SOLDE FINAL;;900"
    )
    assert amounts(statement) == [-100]
    assert (statement.opening, statement.closing, statement.proven) == (1_000, 900, True)


def test_an_overdrawn_opening_printed_in_the_debit_column_is_negative():
    statement = one("Date;Libellé;Débit;Crédit\n;SOLDE PRECEDENT;1000;\n02/03/2026;A;;1500\n;NOUVEAU SOLDE;;500")
    assert (statement.opening, statement.closing, statement.proven) == (-1_000, 500, True)


@pytest.mark.parametrize("marks", [("D", "C"), ("Dr", "Cr"), ("DEBIT", "CREDIT")])
def test_a_column_of_marks_gives_the_signs(marks):
    statement = one(f"Date;Libellé;Montant;Sens\n02/03/2026;A;200;{marks[0]}\n03/03/2026;B;50;{marks[1]}")
    assert amounts(statement) == [-200, 50]


def test_a_sign_against_its_mark_is_refused_unless_a_balance_decides():
    rows = ["02/03/2026;A;200;D", "03/03/2026;B;-50;C"]
    assert fault("Date;Libellé;Montant;Sens\n" + "\n".join(rows)).code == "structure"
    balanced = one(f"Date;Libellé;Montant;Sens;Solde\n{rows[0]};800\n{rows[1]};850")
    assert amounts(balanced) == [-200, 50]


def test_unsigned_amounts_take_their_sign_from_the_balance():
    statement = one("Solde initial;1000;;\nDate;Libellé;Montant;Solde\n02/03/2026;A;200;800\n03/03/2026;B;50;850")
    assert amounts(statement) == [-200, 50]


def test_debits_written_negative_are_debits():
    assert amounts(one("Date;Libellé;Débit;Crédit\n02/03/2026;A;-200;\n03/03/2026;B;;50")) == [-200, 50]


def test_a_movement_with_a_debit_and_a_credit_is_refused():
    assert fault("Date;Libellé;Débit;Crédit\n02/03/2026;A;200;50\n03/03/2026;B;;50").code == "amount_unreadable"


def test_an_amount_without_date_is_refused():
    found = fault("Date;Libellé;Débit;Crédit\n02/03/2026;A;200;\n31/02/2026;B;;50\n03/03/2026;C;;50")
    assert (found.code, found.facts["row"]) == ("date_unreadable", 3)


def test_month_first_is_read_only_where_the_file_proves_it():
    proven = one("Date,Label,Amount\n12/15/2026,A,1\n12/10/2026,B,2")
    assert {line.booking_date for line in proven.lines} == {date(2026, 12, 15), date(2026, 12, 10)}
    assert one("Date,Label,Amount\n01/02/2026,A,1").lines[0].booking_date == date(2026, 2, 1)


def test_several_currencies_for_one_account_are_refused():
    text = "Date;Libellé;Montant;Devise\n02/03/2026;A;1;XOF\n03/03/2026;B;2;EUR"
    assert fault(text).code == "currency_mismatch"


def test_several_accounts_are_several_statements():
    text = "Compte;Date;Libellé;Montant\nBF0001;02/03/2026;A;1\nBF0002;02/03/2026;B;2\nBF0001;03/03/2026;C;3"
    assert [(s.account, amounts(s)) for s in csv_table.read(text.encode())] == [("BF0001", [1, 3]), ("BF0002", [2])]


def test_rows_not_booked_yet_are_left_out_and_noted():
    statement = one("Date;Libellé;Montant;Statut\n02/03/2026;A;1;Comptabilisé\n03/03/2026;B;2;En attente")
    assert (amounts(statement), "pending_rows_left_out" in statement.notes) == ([1], True)
    assert statement.pending == 1


def test_two_rows_of_header_are_joined():
    text = "Date;;Libellé;Mouvements;\nopération;valeur;;Débit;Crédit\n02/03/2026;03/03/2026;A;200;"
    statement = one(text)
    assert (amounts(statement), statement.lines[0].value_date) == ([-200], date(2026, 3, 3))


def test_a_formula_in_a_label_stays_text():
    label = '=HYPERLINK("http://exemple.invalid")'
    quoted = label.replace('"', '""')
    assert one(f'Date;Libellé;Montant\n02/03/2026;"{quoted}";1').lines[0].label == label


def test_a_delimiter_in_an_unquoted_label_is_refused():
    found = fault("Date;Libellé;Débit;Crédit\n02/03/2026;A;200;\n03/03/2026;B; suite;;50")
    assert (found.code, found.facts["expected"], found.facts["found"]) == ("structure", 4, 5)


def test_an_unknown_layout_lists_its_columns_and_first_rows():
    found = fault("Quand;Quoi;Combien;Autre\nhier;A;1;x\naujourd'hui;B;2;y")
    assert found.code == "profile_needed"
    assert found.facts["columns"] == ["Quand", "Quoi", "Combien", "Autre"]
    assert found.facts["rows"][0] == ["hier", "A", "1", "x"]


def test_without_any_currency_whole_amounts_are_francs_and_others_have_none():
    whole = one("Date;Libellé;Montant\n02/03/2026;A;1 500")
    cents = one("Date;Libellé;Montant\n02/03/2026;A;12,50")
    assert (whole.currency, whole.exponent, whole.notes) == ("XOF", 0, ("currency_assumed",))
    assert (cents.currency, cents.exponent, cents.notes) == ("", 2, ("currency_unknown",))


def test_the_currency_of_the_bound_account_serves_a_file_that_states_none():
    (statement,) = csv_table.read(b"Date;Libelle;Montant\n02/03/2026;A;12", bound_currency="EUR")
    assert (statement.currency, amounts(statement)) == ("EUR", [1_200])


MOVES = st.lists(
    st.tuples(st.integers(1, 28), st.integers(-(10**9), 10**9).filter(bool), st.sampled_from("ABC")),
    min_size=2,
    max_size=12,
)


def grouped(amount: int, space: str) -> str:
    return f"{abs(amount):,}".replace(",", space)


@settings(deadline=None)
@given(MOVES, st.integers(-(10**9), 10**9), st.sampled_from(" \u00a0\u202f"), st.booleans(), st.sampled_from(";\t|"))
def test_any_movements_come_back_as_they_were(moves, opening, space, newest_first, delimiter):
    moves = sorted(moves, key=lambda move: move[0])
    balance, rows = opening, []
    for day, amount, label in moves:
        balance += amount
        sides = [grouped(amount, space), ""] if amount < 0 else ["", grouped(amount, space)]
        printed = ("-" if balance < 0 else "") + grouped(balance, space)
        rows.append([f"{day:02d}/03/2026", "", f"MOUVEMENT {label}", "", *sides, printed])
    if newest_first and moves[0][0] != moves[-1][0]:
        rows.reverse()
    text = "\n".join(delimiter.join(row) for row in [HEADER.split(";"), *rows])
    statement = one(text)
    assert [(line.booking_date.day, line.amount) for line in statement.lines] == [
        (day, amount) for day, amount, _ in moves
    ]
    assert (statement.opening, statement.closing, statement.proven) == (opening, balance, True)


@settings(deadline=None)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_never_anything_else(data):
    raw = bytearray(FULL.encode())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    with contextlib.suppress(FileRefused):
        for statement in csv_table.read(bytes(raw)):
            assert {type(line.amount) for line in statement.lines} <= {int}


def test_an_account_printed_in_four_cells_is_put_together():
    text = (
        "Code banque;Code guichet;N° compte;Clé RIB\nBF074;01001;000123456789;97\nDate;Libellé;Débit;Crédit\n"
        "01/03/2026;A;;500"
    )
    assert one(text).account == "BF074010010001234567" + "8997"


def test_a_balance_carried_to_the_next_page_opens_nothing():
    text = (
        "Date;Libellé;Débit;Crédit\n02/03/2026;A;;500\n;A REPORTER;;1500\n;REPORT;;1500\n03/03/2026;B;200;\n"
        ";NOUVEAU SOLDE;;1300"
    )
    statement = one(text)
    assert (amounts(statement), statement.opening, statement.closing) == ([500, -200], None, 1_300)
