"""Additional visas above dated thresholds, against a slow reading of the same rule."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.orders.thresholds import (
    Threshold,
    ThresholdConflict,
    VisaMissing,
    check_threshold,
    check_visas,
    threshold_for,
    visas_needed,
)

DAY = date(2026, 3, 5)
FIFTY_MILLION = Threshold(50_000_000, 2, date(2026, 1, 1), None, "Règlement fictif n° 1")
BILLION = Threshold(1_000_000_000, 3, date(2026, 3, 1), date(2026, 4, 1), "Règlement fictif n° 2")

rows = st.builds(
    Threshold,
    amount=st.integers(1, 40),
    visas=st.integers(2, 5),
    start=st.integers(0, 20).map(lambda days: DAY + timedelta(days=days)),
    end=st.none() | st.integers(21, 30).map(lambda days: DAY + timedelta(days=days)),
    act=st.just("acte"),
)


@pytest.mark.parametrize(
    ("amount", "day", "needed"),
    [
        (49_999_999, DAY, 1),
        (50_000_000, DAY, 2),
        (999_999_999, DAY, 2),
        (1_000_000_000, DAY, 3),
        (1_000_000_000, date(2026, 2, 28), 2),
        (1_000_000_000, date(2026, 4, 1), 2),
        (1_000_000_000, date(2025, 12, 31), 1),
    ],
)
def test_an_order_needs_the_visas_of_its_amount_on_its_day(amount: int, day: date, needed: int) -> None:
    assert visas_needed([BILLION, FIFTY_MILLION], amount, day) == needed


def test_an_order_without_its_second_visa_is_refused_and_told_which_act_asks_for_it() -> None:
    with pytest.raises(VisaMissing) as refused:
        check_visas("2026-0012", 50_000_000, 1, [FIFTY_MILLION], DAY)
    assert refused.value.code == "visa_missing"
    assert (refused.value.facts["needed"], refused.value.facts["missing"]) == (2, 1)
    assert "Règlement fictif n° 1" in refused.value.message()
    check_visas("2026-0012", 50_000_000, 2, [FIFTY_MILLION], DAY)


def test_the_prior_visa_is_needed_without_any_threshold() -> None:
    with pytest.raises(VisaMissing):
        check_visas("2026-0012", 1, 0, [], DAY)
    check_visas("2026-0012", 1, 1, [], DAY)


@given(st.lists(rows, max_size=6), st.integers(1, 50), st.integers(0, 35))
def test_the_visas_needed_are_those_of_a_slow_reading(given_rows: list[Threshold], amount: int, days: int) -> None:
    day = DAY + timedelta(days=days)
    needed = 1
    for step in range(1, amount + 1):
        for row in given_rows:
            begun = (day - row.start).days >= 0
            over = row.end is not None and (day - row.end).days >= 0
            if row.amount == step and begun and not over and row.visas > needed:
                needed = row.visas

    assert visas_needed(given_rows, amount, day) == needed


@given(st.lists(rows, max_size=6), st.integers(1, 50), st.integers(0, 50))
def test_a_larger_order_never_needs_fewer_visas(given_rows: list[Threshold], amount: int, more: int) -> None:
    assert visas_needed(given_rows, amount + more, DAY) >= visas_needed(given_rows, amount, DAY)


def test_the_highest_threshold_reached_is_the_one_named() -> None:
    assert threshold_for([BILLION, FIFTY_MILLION], 2_000_000_000, DAY) == BILLION
    assert threshold_for([BILLION, FIFTY_MILLION], 60_000_000, DAY) == FIFTY_MILLION
    assert threshold_for([BILLION, FIFTY_MILLION], 10, DAY) is None


@pytest.mark.parametrize(
    "row",
    [
        Threshold(0, 2, DAY, None, "acte"),
        Threshold(10, 1, DAY, None, "acte"),
        Threshold(10, 2, DAY, None, " "),
        Threshold(10, 2, DAY, DAY, "acte"),
        Threshold(50_000_000, 3, date(2026, 6, 1), None, "acte"),
        Threshold(50_000_000, 3, date(2025, 6, 1), date(2026, 1, 2), "acte"),
    ],
    ids=["no amount", "one visa", "no act", "empty", "same amount later", "same amount, one day in common"],
)
def test_a_threshold_that_makes_no_sense_or_contradicts_another_is_refused(row: Threshold) -> None:
    with pytest.raises(ThresholdConflict) as refused:
        check_threshold(row, [FIFTY_MILLION])
    assert refused.value.code == "threshold_conflict"


def test_a_threshold_may_follow_another_on_the_day_when_it_ends() -> None:
    check_threshold(Threshold(1_000_000_000, 4, date(2026, 4, 1), None, "acte"), [BILLION, FIFTY_MILLION])
