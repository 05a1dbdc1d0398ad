"""Days on which a bank is closed never make a statement missing: real calendars of the three States."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from ledger.month import month_end
from reconcile.banking_days import last_open_day, open_days, surely_open
from reconcile.etat_read import etat_of
from reconcile.gaps import KnownStatement, find_gaps
from reconcile.statements import statement_gaps
from tests.reconcile.banked import IBAN, Seen, bring, prepared, statement


def day(text: str) -> dt.date:
    """A day, from `2025-10-31`."""
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("book", "month", "expected"),
    [
        ("BF", (2025, 10), "2025-10-30"),  # the 31st, a Friday, is the feast of the martyrs
        ("ML", (2025, 10), "2025-10-31"),  # not in Mali
        ("BF", (2026, 10), "2026-10-30"),  # the same feast on a Saturday
        ("NE", (2025, 3), "2025-03-28"),  # the end of Ramadan, observed on Monday the 31st
        ("ML", (2026, 2), "2026-02-27"),  # a Saturday
        ("ML", (2026, 5), "2026-05-29"),  # a Sunday
        ("NE", (2026, 12), "2026-12-31"),
    ],
)
def test_the_last_day_of_a_month_on_which_the_bank_books(book: str, month: tuple[int, int], expected: str) -> None:
    assert last_open_day(book, month_end(*month)) == day(expected)


def test_a_feast_of_the_moon_is_known_to_a_day_only() -> None:
    # Tabaski 2026 is estimated on Wednesday 27 May
    assert [surely_open("ML", day(f"2026-05-{d}")) for d in (25, 26, 27, 28, 29)] == [False, False, False, False, True]
    assert [surely_open("BF", day(f"2026-05-{d}")) for d in (22, 25, 26)] == [True, True, False]


def test_days_of_banking_are_counted_both_ends_included() -> None:
    assert open_days("BF", day("2025-10-27"), day("2025-11-03")) == 5
    assert open_days("BF", day("2025-10-31"), day("2025-11-02")) == 0
    assert open_days("BF", day("2025-11-03"), day("2025-11-02")) == 0


def known(number: int, start: str, end: str, opening: int, closing: int) -> KnownStatement:
    """A statement of the chain."""
    return KnownStatement(number, str(number), day(start), day(end), opening, closing)


OCTOBER = known(10, "2025-10-01", "2025-10-30", 100, 200)
"""Closed on a Thursday before a feast and a week-end."""


@pytest.mark.parametrize(
    ("book", "start", "opening", "codes"),
    [
        ("BF", "2025-11-03", 200, []),
        ("BF", "2025-11-03", 150, ["opening_not_previous_closing"]),
        ("ML", "2025-11-03", 200, []),
        ("ML", "2025-11-03", 150, ["opening_not_previous_closing", "days_without_statement"]),
        ("BF", "2025-11-04", 150, ["opening_not_previous_closing", "days_without_statement"]),
        ("BF", "2025-11-10", 200, ["days_without_statement"]),
        ("BF", "2025-11-07", 200, []),
    ],
    ids=["joined", "not joined, all closed", "open day, joined", "open day", "one open day", "a week", "less"],
)
def test_days_between_two_statements(book: str, start: str, opening: int, codes: list[str]) -> None:
    november = known(11, start, "2025-11-28", opening, 300)
    assert [one["code"] for one in find_gaps([OCTOBER, november], book, day("2025-11-28"), 10)] == codes


@pytest.mark.parametrize(
    ("book", "until", "expected"),
    [
        ("BF", "2025-10-31", []),
        ("BF", "2025-11-02", []),
        ("ML", "2025-10-31", [("days_without_statement", 1)]),
        ("BF", "2025-11-05", [("days_without_statement", 3)]),
    ],
)
def test_a_month_that_ends_on_a_feast_is_not_missing(book: str, until: str, expected: list[tuple[str, int]]) -> None:
    gaps = find_gaps([OCTOBER], book, day(until), 10, expected=True)
    assert [(one["code"], one["open_days"]) for one in gaps] == expected
    assert find_gaps([OCTOBER], book, day(until), 10) == []


@pytest.mark.parametrize(
    ("book", "last", "covered"),
    [("BF", "2025-10-30", True), ("BF", "2025-10-29", False), ("ML", "2025-10-30", False), ("ML", "2025-10-31", True)],
)
def test_a_month_is_covered_up_to_the_last_day_of_banking(
    book: str, last: str, covered: bool, books_engine: Engine
) -> None:
    ledger = prepared(books_engine)
    one = statement([Seen(day("2025-10-15"), 5_000)], start=day("2025-10-01"), end=day(last))
    bring(ledger, replace(one, account=IBAN[book]), book)
    with ledger.read() as connection:
        etat = etat_of(connection, book, 2025, 10)
        gaps = statement_gaps(connection, until=day("2025-10-31"))
    faults = {fault.code: fault.message for fault in etat.faults}
    assert ("month_not_covered" not in faults) is covered
    assert ([one["code"] for one in gaps if one["book"] == book] == []) is covered
    assert (etat.bank_balance, etat.bank_statement_date) == (5_000, day(last))
    if not covered:
        expected = "30/10/2025" if book == "BF" else "31/10/2025"
        assert f"dernier jour où la banque est ouverte, le {expected}" in faults["month_not_covered"]


def test_a_decision_of_the_state_settles_the_day_of_a_feast() -> None:
    days = [day(f"2026-05-{number}") for number in (25, 26, 27, 28, 29)]
    decided = {day("2026-05-28"): "Tabaski"}
    assert [surely_open("BF", one, decided) for one in days] == [True, True, True, False, True]
    worked = {day("2026-05-01"): None}
    assert (surely_open("BF", day("2026-05-01")), surely_open("BF", day("2026-05-01"), worked)) == (False, True)
    assert last_open_day("ML", day("2025-10-31"), {day("2025-10-31"): "Jour chômé"}) == day("2025-10-30")
