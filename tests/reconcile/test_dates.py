"""Dates as banks print them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.dates import column_pattern, from_ddmmyy, from_yymmdd, nearest_year, parse_date


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("31/12/2026", date(2026, 12, 31)),
        ("31/12/26", date(2026, 12, 31)),
        ("31-12-2026", date(2026, 12, 31)),
        ("31.12.2026", date(2026, 12, 31)),
        ("2026-12-31", date(2026, 12, 31)),
        ("20261231", date(2026, 12, 31)),
        ("1er mars 2026", date(2026, 3, 1)),
        ("12 févr. 2026", date(2026, 2, 12)),
        ("15 AOÛT 2026", date(2026, 8, 15)),
        ("05-Dec-2026", date(2026, 12, 5)),
        ("5 May 26", date(2026, 5, 5)),
        ("2026-03-02T23:59:59Z", date(2026, 3, 2)),
        ("02/03/2026 00:30", date(2026, 3, 2)),
    ],
)
def test_a_date_reads_as_printed_and_a_time_never_moves_it(text: str, day: date) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize("text", ["30/02/2026", "0504", "2026", "31 brumaire 2026", "46387", "", "00/00/0000"])
def test_what_is_not_a_date_is_none(text: str) -> None:
    assert parse_date(text) is None


def test_a_column_reads_day_first_unless_it_proves_otherwise() -> None:
    day_first = column_pattern(["03/04/2026", "12/04/2026"])
    month_first = column_pattern(["03/04/2026", "12/31/2026"])
    assert (day_first and day_first.name, month_first and month_first.name) == ("%d/%m/%Y", "%m/%d/%Y")


def test_a_column_that_mixes_ways_of_writing_is_not_guessed() -> None:
    assert column_pattern(["03/04/2026", "2026-04-03"]) is None
    assert column_pattern(["13/04/2026", "04/13/2026"]) is None
    assert column_pattern(["", "  "]) is None


def test_an_entry_of_january_on_a_value_of_december_is_of_the_next_year() -> None:
    assert nearest_year("0102", date(2026, 12, 31)) == date(2027, 1, 2)
    assert nearest_year("1230", date(2027, 1, 2)) == date(2026, 12, 30)
    assert nearest_year("0229", date(2028, 3, 1)) == date(2028, 2, 29)
    assert nearest_year("0230", date(2026, 2, 28)) is None


@given(st.dates(date(1970, 1, 1), date(2050, 1, 1)), st.integers(-150, 150))
def test_the_year_left_out_is_found_again(around: date, days: int) -> None:
    day = around + timedelta(days=days)
    found = nearest_year(f"{day:%m%d}", around)
    assert found == day or f"{day:%m%d}" == "0229"


@given(st.dates(date(1961, 1, 1), date(2060, 12, 31)))
def test_two_digit_years_read_back(day: date) -> None:
    assert from_yymmdd(f"{day:%y%m%d}") == day
    assert from_ddmmyy(f"{day:%d%m%y}") == day


@given(st.lists(st.dates(date(2000, 1, 1), date(2060, 12, 31)), min_size=1, max_size=8))
def test_a_day_first_column_reads_back(days: list[date]) -> None:
    written = [f"{day:%d/%m/%Y}" for day in days]
    pattern = column_pattern(written)
    assert pattern is not None
    assert [pattern.parse(text) for text in written] == days
