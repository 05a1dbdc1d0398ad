"""Balances carried forward stand in the opening columns, are no movement, and are counted once."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import insert

from ledger.entry import EntryDraft, Line
from ledger.post import post_entries
from ledger.tables.periods import year_event
from ledger.unit import Ledger, Unit
from reports.balances import PeriodSpansYears
from tests.reports.worked import hour, posted, report_of, rows_of

NEW_YEAR = dt.date(2027, 1, 1)
PAID = dt.date(2027, 1, 20)


def carried(engine: Any) -> None:
    """BF opens 2027 with its balances of 2026, then receives what was still owed."""
    posted(engine, 2)
    ledger = Ledger(engine, "installation", clock=lambda: hour(24 * 250))

    def act(unit: Unit) -> dict[str, Any]:
        lines = (Line("44871", 100_000), Line("52111", 900_000), Line("131", 0, 1_000_000))
        opening = EntryDraft("BF", "AN", NEW_YEAR, "AN-2027", "À-nouveaux", lines, origin="opening")
        (sealed,) = post_entries(unit, [opening])
        event = {"id": 1, "book": "BF", "year": 2027, "action": "opening", "entry_id": sealed.id, "at": unit.now}
        unit.connection.execute(insert(year_event).values(**event, actor="installation", command_id=unit.command_id))
        paid = (Line("52111", 100_000), Line("44871", 0, 100_000))
        post_entries(unit, [EntryDraft("BF", "BQ", PAID, "RV-BF-03-SOLDE", "Solde de mars", paid)])
        return {}

    ledger.perform("ouverture", act)


def test_carried_balances_are_openings_and_closed_revenue_is_gone(books_engine: Any) -> None:
    carried(books_engine)
    found = report_of(books_engine, "trial-balance", book="BF")
    keys = ("account", "opening_debit", "opening_credit", "movement_debit", "movement_credit", "closing_debit")
    assert rows_of(found, "trial", *keys) == [
        ("131", 0, 1_000_000, 0, 0, 0),
        ("44871", 100_000, 0, 0, 100_000, 0),
        ("52111", 900_000, 0, 100_000, 0, 1_000_000),
    ]
    assert [control.title for control in found.controls if not control.holds] == []


def test_the_ledger_does_not_list_them_as_movements(books_engine: Any) -> None:
    carried(books_engine)
    found = report_of(books_engine, "general-ledger", book="BF")
    rows = rows_of(found, "lines", "account", "entry", "balance")
    assert [row[1:] for row in rows if row[0] == "BF/52111"] == [
        (None, 900_000),
        ("BF/BQ/2027/1", 1_000_000),
        (None, 1_000_000),
    ]
    assert [control.title for control in found.controls if not control.holds] == []


def test_the_journal_lists_the_opening_entry_like_any_other(books_engine: Any) -> None:
    carried(books_engine)
    found = report_of(books_engine, "journal", book="BF")
    assert rows_of(found, "journals", "journal", "debit") == [("AN", 1_000_000), ("BQ", 100_000)]
    assert [control.title for control in found.controls if not control.holds] == []


def test_the_bank_is_reconciled_over_the_new_year_without_counting_twice(books_engine: Any) -> None:
    carried(books_engine)
    found = report_of(books_engine, "reconciliation", book="BF")
    assert rows_of(found, "summary", "book_balance", "to_bank") == [(1_000_000, 1_000_000)]
    values = {control.title: (control.value, control.wanted) for control in found.controls}
    assert values["Burkina Faso (BF) — solde des livres = lignes relues au journal"] == (1_000_000, 1_000_000)


def test_a_period_over_the_new_year_is_refused(books_engine: Any) -> None:
    carried(books_engine)
    with pytest.raises(PeriodSpansYears) as refused:
        report_of(books_engine, "general-ledger", start=dt.date(2026, 3, 1))
    assert (refused.value.facts["book"], refused.value.facts["year"]) == ("BF", 2027)


def test_the_year_before_is_as_it_was(books_engine: Any) -> None:
    carried(books_engine)
    found = report_of(books_engine, "trial-balance", book="BF", as_of=dt.date(2026, 12, 31))
    assert rows_of(found, "trial", "account", "closing_debit", "closing_credit") == [
        ("44871", 100_000, 0),
        ("52111", 900_000, 0),
        ("7101", 0, 1_000_000),
    ]
