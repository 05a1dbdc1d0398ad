"""The balance générale of a worked example, summed by hand."""

import datetime as dt
from typing import Any

import pytest

from reports.balances import PeriodSpansYears
from reports.request import KnownUnreadable, PeriodReversed, resolve
from tests.reports.worked import hour, posted, report_of, rows_of

AMOUNTS = (
    "opening_debit", "opening_credit", "movement_debit", "movement_credit", "closing_debit", "closing_credit",
)  # fmt: skip


def test_each_account_shows_opening_movements_and_closing(books_engine: Any) -> None:
    posted(books_engine)
    april = report_of(books_engine, "trial-balance", book="bf", start=dt.date(2026, 4, 1))
    assert rows_of(april, "trial", "book", "account", *AMOUNTS) == [
        ("BF", "40111", 0, 0, 0, 0, 0, 0),
        ("BF", "44871", 1_000_000, 0, 0, 900_000, 100_000, 0),
        ("BF", "52111", 0, 0, 900_000, 250_000, 650_000, 0),
        ("BF", "5851", 0, 0, 250_000, 0, 250_000, 0),
        ("BF", "65881", 0, 0, 0, 0, 0, 0),
        ("BF", "7101", 0, 1_000_000, 0, 0, 0, 1_000_000),
    ]


def test_the_consolidated_accounts_are_the_sum_of_the_books_net_of_transfers(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "trial-balance")
    rows = {row[0]: row[1:] for row in rows_of(found, "trial", "account", "book", *AMOUNTS) if row[1] == "CONSOLIDATED"}
    assert rows["5851"] == ("CONSOLIDATED", 0, 0, 250_000, 250_000, 0, 0)
    assert rows["47122"] == ("CONSOLIDATED", 0, 0, 150_000, 400_000, 0, 250_000)
    sides = rows_of(found, "consolidation", "account", "liaison", "BF", "NE", "total", "liaison_total", "without")
    assert ("5851", "oui", 250_000, -250_000, 0, 0, 0) in sides
    assert ("52113", "non", 0, 248_500, 248_500, 0, 248_500) in sides


def test_every_control_of_the_example_holds_and_ties_to_the_journal(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "trial-balance")
    values = {control.title: (control.value, control.wanted) for control in found.controls}
    assert values["Burkina Faso (BF) — débits de la période = débits relus au livre-journal"] == (2_150_000, 2_150_000)
    assert [title for title, (value, wanted) in values.items() if value != wanted] == []


def test_totals_by_class_leave_the_liaison_accounts_out_when_asked(books_engine: Any) -> None:
    posted(books_engine)
    rows = rows_of(report_of(books_engine, "trial-balance"), "classes", "book", "class", "movement_debit")
    assert ("CONSOLIDATED", "5", 1_800_000) in rows
    assert ("SANS LIAISON", "5", 1_550_000) in rows


def test_the_defaults_are_those_of_the_last_entry_never_of_today(books_engine: Any) -> None:
    posted(books_engine)
    with books_engine.connect() as connection:
        asked = resolve(connection, "trial-balance")
    found = (asked.start, asked.end, asked.as_of, asked.known, asked.known_at, asked.takeover_open)
    day = dt.date(2026, 4, 20)
    assert found == (dt.date(2026, 1, 1), day, day, 9, hour(7), True)


def test_empty_books_give_an_empty_report_dated_of_their_creation(books_engine: Any) -> None:
    found = report_of(books_engine, "trial-balance")
    assert rows_of(found, "trial", "account") == []
    assert found.provenance.as_known == "(aucune écriture enregistrée)"


def test_a_period_that_ends_before_it_begins_is_refused(books_engine: Any) -> None:
    with books_engine.connect() as connection, pytest.raises(PeriodReversed) as refused:
        resolve(connection, "journal", start=dt.date(2026, 4, 2), end=dt.date(2026, 4, 1))
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("text", ["hier", "2026-13-01", "99"])
def test_an_unreadable_knowledge_is_refused(books_engine: Any, text: str) -> None:
    posted(books_engine, 1)
    with books_engine.connect() as connection, pytest.raises(KnownUnreadable) as refused:
        resolve(connection, "journal", as_known=text)
    assert refused.value.facts == {"text": text, "last": 1}


def test_a_period_over_the_opening_of_a_year_is_refused(books_engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    posted(books_engine, 1)
    monkeypatch.setattr("reports.balances.base_years", lambda *_: {"BF": 2026, "ML": None, "NE": None})
    with pytest.raises(PeriodSpansYears) as refused:
        report_of(books_engine, "trial-balance", start=dt.date(2025, 6, 1))
    assert (refused.value.facts["book"], refused.value.facts["year"]) == ("BF", 2026)
