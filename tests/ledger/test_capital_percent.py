"""The paid-up share: exact in integers, the same digits in JSON, whatever was paid."""

import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from ledger.capital.status import fraction_text, percent_number

CAPITAL = 500_000_000_000


@pytest.mark.parametrize(
    ("paid", "printed", "fraction"),
    [
        (0, "0.0", "0/1"),
        (1, "2e-10", "1/500000000000"),
        (19_000_000_000, "3.8", "19/500"),
        (12_345_678_901, "2.4691357802", "12345678901/500000000000"),
        (499_999_999_999, "99.9999999998", "499999999999/500000000000"),
        (CAPITAL, "100.0", "1/1"),
    ],
)
def test_the_share_of_the_capital_is_printed_to_the_franc(paid: int, printed: str, fraction: str) -> None:
    assert json.dumps(percent_number(paid, CAPITAL)) == printed
    assert fraction_text(paid, CAPITAL) == fraction


def test_a_capital_that_no_text_fixes_has_no_share() -> None:
    assert (percent_number(0, 0), fraction_text(0, 0)) == (0.0, "0/0")


@given(some.integers(0, CAPITAL))
def test_every_franc_of_the_capital_is_found_again_in_its_percentage(paid: int) -> None:
    assert Fraction(repr(percent_number(paid, CAPITAL))) == Fraction(paid * 100, CAPITAL)
    assert Fraction(fraction_text(paid, CAPITAL)) == Fraction(paid, CAPITAL)


@given(some.integers(0, 10**15), some.integers(1, 10**15))
def test_another_capital_is_cut_after_ten_decimals_never_rounded_up(paid: int, total: int) -> None:
    paid = min(paid, total)
    shown = Fraction(repr(percent_number(paid, total)))
    assert 0 <= Fraction(paid * 100, total) - shown < Fraction(1, 10**10)
