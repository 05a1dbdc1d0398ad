"""What the balance of a suspense account is made of."""

import datetime as dt
from typing import Any

import pytest

from ledger.age import AGES, age_days, age_place, spread
from tests.reports.worked import posted, report_of, rows_of


@pytest.mark.parametrize(
    ("days", "key"),
    [
        (0, "age_0_30"), (30, "age_0_30"), (31, "age_31_60"), (60, "age_31_60"), (61, "age_61_90"), (90, "age_61_90"),
        (91, "age_91_180"), (180, "age_91_180"), (181, "age_181_365"), (365, "age_181_365"), (366, "age_over_365"),
    ],
)  # fmt: skip
def test_the_columns_of_age_end_where_auditors_end_them(days: int, key: str) -> None:
    assert AGES[age_place(days)].key == key
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
