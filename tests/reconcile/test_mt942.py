"""MT942 interim reports. The account and everything on it are fictional."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import FileRefused, Statement
from reconcile.readers.mt942 import read

ACCOUNT = "ML42ML9990100100012345678999"


def report(*lines: str, floor: str = ":34F:XOF0,") -> str:
    heading = (":20:FICTIF", f":25:{ACCOUNT}", ":28C:3/1", floor, ":13D:2603021500+0000")
    return "\n".join((*heading, *lines, "-", ""))


def one(text: str) -> Statement:
    (statement,) = read(text.encode())
    return statement


def codes(text: str) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        read(text.encode())
    return [fault.code for fault in refused.value.faults]


BOOKED = (":61:2603020302CF1500,NTRFREF 1//BANK1", ":86:REMISE FICTIVE", ":61:2603020302DF200,NCOMNONREF")


def test_a_report_has_movements_but_no_balances_and_proves_nothing() -> None:
    statement = one(report(*BOOKED, ":90D:1XOF200,", ":90C:1XOF1500,"))
    assert (statement.account, statement.currency, statement.exponent, statement.number) == (ACCOUNT, "XOF", 0, "3/1")
    assert (statement.opening, statement.closing, statement.proven, statement.notes) == (None, None, False, ())
    assert (statement.start, statement.end) == (date(2026, 3, 2), date(2026, 3, 2))
    assert [(line.amount, line.label, line.bank_reference) for line in statement.lines] == [
        (1_500, "REMISE FICTIVE", "BANK1"),
        (-200, "", None),
    ]


def test_entries_only_expected_are_left_out_and_said() -> None:
    statement = one(report(*BOOKED, ":61:2603020302EC900,NTRFNONREF", ":86:ATTENDU"))
    assert [line.amount for line in statement.lines] == [1_500, -200]
    assert statement.notes == ("expected_entries_left_out",)


@pytest.mark.parametrize("total", [":90C:2XOF1500,", ":90C:1XOF1501,", ":90D:1XOF200,50"])
def test_sums_that_differ_are_said(total: str) -> None:
    assert one(report(*BOOKED, total)).notes == ("sums_differ",)


def test_a_report_without_movement_is_dated_by_its_hour() -> None:
    statement = one(report(":90D:0XOF0,", ":90C:0XOF0,"))
    assert (statement.lines, statement.start, statement.end) == ((), date(2026, 3, 2), date(2026, 3, 2))


def test_reversals_keep_their_direction() -> None:
    lines = (":61:2603020302RCF10,NTRFNONREF", ":61:2603020302RDF3,NTRFNONREF")
    assert [(line.amount, line.reversal) for line in one(report(*lines)).lines] == [(-10, True), (3, True)]


def test_the_bound_account_gives_the_currency_that_the_bank_left_out() -> None:
    text = report(*BOOKED, floor="")
    (statement,) = read(text.encode(), bound_currency="XOF")
    assert (statement.currency, [line.amount for line in statement.lines]) == ("XOF", [1_500, -200])
    assert codes(text)[0] == "currency_mismatch"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (":61:2603020302C-5,NTRF", "amount_unreadable"),
        (":61:2602300230C5,NTRF", "date_unreadable"),
        (":60F:C260302XOF5,", "structure"),
        (":90C:1EUR5,", "currency_mismatch"),
    ],
)
def test_a_false_report_is_refused(line: str, code: str) -> None:
    assert codes(report(line)) == [code]


def test_two_reports_of_two_accounts_stay_apart() -> None:
    other = "NE42NE9990100100012345678999"
    text = report(*BOOKED) + report(*BOOKED).replace(ACCOUNT, other)
    assert [(found.account, len(found.lines)) for found in read(text.encode())] == [(ACCOUNT, 2), (other, 2)]


def test_another_text_is_not_recognised() -> None:
    assert codes("Date;Montant\n") == ["not_recognised"]
    assert codes(":61:2603020302C5,NTRF") == ["structure"]


@given(st.lists(st.tuples(st.sampled_from("CD"), st.integers(0, 10**12)), max_size=10))
def test_what_is_written_is_read_back(movements: list[tuple[str, int]]) -> None:
    lines = [f":61:2603020302{mark}F{units},NTRFNONREF" for mark, units in movements]
    expected = [units if mark == "C" else -units for mark, units in movements]
    assert [line.amount for line in one(report(*lines)).lines] == expected


@settings(max_examples=200)
@given(st.integers(0, 200), st.integers(0, 12), st.text(max_size=6))
def test_a_damaged_report_is_read_or_refused_and_nothing_else(start: int, length: int, noise: str) -> None:
    text = report(*BOOKED, ":90C:1XOF1500,")
    damaged = (text[:start] + noise + text[start + length :]).encode("utf-8", "surrogatepass")
    try:
        statements = read(damaged)
    except FileRefused:
        return
    assert [statement.proven for statement in statements] == [False] * len(statements)
