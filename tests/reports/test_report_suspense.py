"""What the balance of a suspense account is made of."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.ages import AGES, age_days, age_place, spread
from reports.settle import Movement, open_items
from tests.reports.worked import posted, report_of, rows_of

DAY = dt.date(2026, 3, 1)


def moved(place: int, amount: int, reference: str | None = None, corrects: int | None = None) -> Movement:
    return Movement(place, f"E{place}", DAY + dt.timedelta(days=place), amount, reference, f"P{place}", "", corrects)


def left(*movements: Movement) -> list[tuple[int, int]]:
    return [(item.movement.entry_id, item.open) for item in open_items(movements)]


def test_a_reference_settles_its_own_item_before_the_oldest() -> None:
    assert left(moved(1, 500), moved(2, 300, "R"), moved(3, -300, "R")) == [(1, 500)]


def test_what_names_nothing_settles_the_oldest_first_and_in_part() -> None:
    assert left(moved(1, 500), moved(2, 300), moved(3, -600)) == [(2, 200)]


def test_a_correction_cancels_what_it_corrects() -> None:
    assert left(moved(1, 500), moved(2, 500), moved(3, -500, corrects=2)) == [(1, 500)]


def test_an_account_that_changes_side_keeps_what_is_left_over() -> None:
    assert left(moved(1, -100), moved(2, 250)) == [(2, 150)]


MOVEMENTS = st.lists(
    st.tuples(st.integers(-50, 50).filter(bool), st.sampled_from([None, "A", "B"]), st.booleans()), max_size=12
)


@given(MOVEMENTS)
def test_open_items_always_make_up_the_balance_and_stand_on_one_side(
    drawn: list[tuple[int, str | None, bool]],
) -> None:
    movements = [
        moved(place, amount, reference, place - 1 if correcting and place > 1 else None)
        for place, (amount, reference, correcting) in enumerate(drawn, start=1)
    ]
    items = open_items(movements)
    assert sum(item.open for item in items) == sum(movement.amount for movement in movements)
    assert len({item.open > 0 for item in items}) <= 1
    assert all(0 < abs(item.open) <= abs(item.movement.amount) for item in items)


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (0, "age_0_30"), (30, "age_0_30"), (31, "age_31_60"), (60, "age_31_60"), (61, "age_61_90"), (90, "age_61_90"),
        (91, "age_91_180"), (180, "age_91_180"), (181, "age_181_365"), (365, "age_181_365"), (366, "age_over_365"),
    ],
)  # fmt: skip
def test_the_columns_of_age_end_where_auditors_end_them(days: int, key: str) -> None:
    assert AGES[age_place(days)][0] == key
    assert spread(7, days)[age_place(days)] == 7


def test_an_item_of_tomorrow_has_no_age() -> None:
    assert age_days(dt.date(2026, 3, 2), dt.date(2026, 3, 1)) == 0


def test_each_suspense_account_shows_its_items_and_their_age(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "suspense", as_of=dt.date(2026, 6, 30))
    assert rows_of(found, "items", "account", "entry", "amount", "open", "age_days", "age_61_90", "age_91_180") == [
        ("ML/47122", "ML/BQ/2026/1", -400_000, -250_000, 117, None, -250_000),
        ("NE/47113", "NE/BQ/2026/2", 1_500, 1_500, 75, 1_500, None),
    ]
    assert rows_of(found, "accounts", "account", "items", "balance") == [
        ("ML/47122", 1, -250_000),
        ("NE/47113", 1, 1_500),
    ]
    assert [(control.value, control.wanted) for control in found.controls][:2] == [(-250_000, -250_000), (1_500, 1_500)]


def test_before_it_was_imputed_the_item_was_whole(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "suspense", book="ML", as_of=dt.date(2026, 4, 7))
    assert rows_of(found, "items", "open", "age_days") == [(-400_000, 33)]


def test_without_a_reference_the_document_names_the_item() -> None:
    first, second = moved(1, 500), moved(2, 300)
    assert left(first, second, replace(moved(3, -300), document="P2")) == [(1, 500)]
