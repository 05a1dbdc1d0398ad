"""Amounts as banks print them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.money import AMOUNT_MAX, format_minor
from reconcile.amount import AmountUnreadable, amount_of_number, parse_amount, parse_decimal


@pytest.mark.parametrize(
    ("text", "francs"),
    [
        ("1 234 567", 1_234_567),
        ("1\u00a0234\u00a0567", 1_234_567),
        ("1\u202f234\u202f567", 1_234_567),
        ("1\u2009234\u2007567", 1_234_567),
        ("1'234'567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1,234,567", 1_234_567),
        ("1.234", 1_234),
        ("1,234", 1_234),
        ("1234567,", 1_234_567),
        ("1234567,00", 1_234_567),
        ("1.234.567,00", 1_234_567),
        ("12,345,678.00", 12_345_678),
        ("(1 500)", -1_500),
        ("1 500-", -1_500),
        ("-1 500", -1_500),
        ("\u22121 500", -1_500),
        ("\u20131 500", -1_500),
        ("+1 500", 1_500),
        ("1 500 DR", -1_500),
        ("1 500 Cr", 1_500),
        ("1500D", -1_500),
        ("15000 FCFA", 15_000),
        ("15 000 F CFA", 15_000),
        ("XOF 15 000", 15_000),
        ("(15 000) FCFA", -15_000),
        ("-15 000 CFA", -15_000),
        ("0", 0),
    ],
)
def test_an_amount_in_francs_reads_as_printed(text: str, francs: int) -> None:
    assert parse_amount(text, 0) == francs


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "empty"),
        (" \u00a0", "empty"),
        ("12 500,50", "decimals"),
        ("1234.567", "decimals"),
        ("0,123", "decimals"),
        ("1 2345", "grouping"),
        ("1.234.56", "grouping"),
        ("1,234,567,00", "grouping"),
        ("-(5)", "two_signs"),
        ("-5-", "two_signs"),
        ("1 500- DR", "two_signs"),
        ("(1 500) CR", "two_signs"),
        ("(1 500", "not_a_number"),
        ("abc", "not_a_number"),
        ("-", "not_a_number"),
        ("1.5e3", "not_a_number"),
        ("15 000 FCFA XOF", "not_a_number"),
        ("\u0661\u0662", "not_a_number"),
        ("1 234 567 890 123 456", "digits"),
    ],
)
def test_an_amount_that_must_be_guessed_is_refused(text: str, reason: str) -> None:
    with pytest.raises(AmountUnreadable) as refused:
        parse_amount(text, 0)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("text", "exponent", "minor"),
    [
        ("1 234,5", 2, 123_450),
        (",50", 2, 50),
        ("-1,234.56", 2, -123_456),
        ("1.234,56-", 2, -123_456),
        ("1.234", 2, 123_400),
        ("1.234", 3, 1_234),
        ("12", 3, 12_000),
    ],
)
def test_other_currencies_keep_their_decimals(text: str, exponent: int, minor: int) -> None:
    assert parse_amount(text, exponent) == minor


def test_another_currency_is_accepted_only_when_it_is_named() -> None:
    assert parse_amount("12,50 EUR", 2, "EUR") == 1_250
    with pytest.raises(AmountUnreadable):
        parse_amount("12,50 EUR", 2)


@given(st.integers(-AMOUNT_MAX, AMOUNT_MAX), st.sampled_from([0, 2]))
def test_what_the_product_prints_it_reads_back(amount: int, exponent: int) -> None:
    assert parse_amount(format_minor(amount, exponent), exponent) == amount


@given(st.text(max_size=20), st.sampled_from([0, 2, 3]))
def test_any_text_is_an_amount_or_unreadable(text: str, exponent: int) -> None:
    try:
        amount = parse_amount(text, exponent)
    except AmountUnreadable:
        return
    assert abs(amount) <= AMOUNT_MAX


def test_a_machine_amount_has_no_groups_and_only_empty_excess_decimals() -> None:
    assert parse_decimal("1234567.00000", 0) == 1_234_567
    assert parse_decimal("12,5", 2) == 1_250
    for text in ("12.50", "1 234", "-5", "", ",", "1.000000", "1.2.3"):
        with pytest.raises(AmountUnreadable):
            parse_decimal(text, 0)


def test_a_spreadsheet_number_loses_binary_noise_and_nothing_else() -> None:
    assert amount_of_number(1234567.0000001, 0) == 1_234_567
    assert amount_of_number(0.1 + 0.2, 2) == 30
    assert amount_of_number(-42_000, 0) == -42_000
    for number in (12500.5, 0.001, float("nan"), float("inf"), 1e300, True):
        with pytest.raises(AmountUnreadable):
            amount_of_number(number, 0)
