"""The end of a year: what must be done first, the result, the opening entries, and a year that stays closed."""

import datetime as dt
from typing import Any

import pytest
from posting import at, do, expense, failed, receipt, rows, seal, transfer
from sqlalchemy import Engine

from ledger.balance import balance_of, known_entry, trial_balance
from ledger.drafts import discard_draft, save_drafts
from ledger.entry import EntryDraft, Line
from ledger.periods.close import close_period, close_quarter, reopen_period
from ledger.refusal import Refusal
from ledger.unit import Ledger
from ledger.years.close import clear_transfers, close_year, year_status

FEBRUARY = dt.datetime(2026, 2, 10, 9, tzinfo=dt.UTC)


def close_months(ledger: Ledger, year: int = 2025, first: int = 11, books: tuple[str, ...] = ("BF", "ML")) -> None:
    """Close the months of the year that the story uses."""
    for book in books:
        for month in range(first, 13):
            do(ledger, close_period, book, (year, month))


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """November and December 2025 in two books: 9 000 received and 5 000 spent in BF, 700 sent from BF to ML."""
    ledger = Ledger(books_engine, "installation", clock=lambda: FEBRUARY)
    seal(ledger, receipt("BF", dt.date(2025, 11, 5), 9_000), expense("BF", dt.date(2025, 12, 5), 5_000))
    seal(ledger, *transfer(day=dt.date(2025, 12, 8), amount=700))
    return ledger


def refused(ledger: Ledger, act: Any, *arguments: Any) -> tuple[str, dict[str, Any]]:
    """The code and facts of the refusal."""
    with pytest.raises(Refusal) as told:
        do(ledger, act, *arguments)
    return str(told.value.as_json()["code"]), told.value.facts


def lines(ledger: Ledger, where: str) -> list[tuple[Any, ...]]:
    """Account, debit, credit of the lines of some entries."""
    query = "SELECT l.account, l.debit, l.credit FROM entry e JOIN entry_line l ON l.entry_id = e.id WHERE "
    with ledger.read() as connection:
        return rows(connection, f"{query}{where} ORDER BY e.id, l.position")


def test_a_year_is_closed_step_by_step(ledger: Ledger) -> None:
    assert refused(ledger, close_year, "BF", 2025)[1]["months"] == ["11/2025", "12/2025"]
    close_months(ledger)
    code, facts = refused(ledger, close_year, "BF", 2025)
    assert (code, facts["account"], facts["balance"]) == ("year_transfers_left", "5851", 700)
    do(ledger, clear_transfers, 2025)
    assert lines(ledger, "e.origin = 'closing'") == [
        ("5851", 0, 700),
        ("1851", 700, 0),
        ("5851", 700, 0),
        ("1852", 0, 700),
    ]
    done = do(ledger, close_year, "BF", 2025)
    assert (done["result"], [(one["journal"], one["year"]) for one in done["entries"]]) == (
        4_000,
        [("OD", 2025), ("AN", 2026)],
    )
    assert lines(ledger, "e.origin_ref = 'result 2025'") == [("65881", 0, 5_000), ("7101", 9_000, 0), ("131", 0, 4_000)]
    assert lines(ledger, "e.journal = 'AN'") == [
        ("131", 0, 4_000),
        ("1851", 700, 0),
        ("40111", 0, 5_000),
        ("52111", 8_300, 0),
    ]
    assert failed(ledger) == []
    do(ledger, close_year, "ML", 2025)
    assert failed(ledger) == []
    with ledger.read() as connection:
        status = year_status(connection, ("BF",))["years"]
        assert [(one["year"], one["state"], one["result"]) for one in status] == [
            (2025, "closed", 4_000),
            (2026, "open", 0),
        ]


def test_balances_run_on_over_the_new_year_and_stay_as_they_were_known(ledger: Ledger) -> None:
    with ledger.read() as connection:
        before = known_entry(connection, None)
    close_months(ledger)
    do(ledger, clear_transfers, 2025)
    do(ledger, close_year, "BF", 2025)
    seal(ledger, receipt("BF", dt.date(2026, 1, 5), 50))
    with ledger.read() as connection:
        assert balance_of(connection, "BF", "52111", as_of=dt.date(2025, 12, 31)) == 8_300
        assert balance_of(connection, "BF", "52111", as_of=dt.date(2026, 1, 5)) == 8_350
        assert balance_of(connection, "BF", "7101", as_of=dt.date(2026, 1, 5)) == -50
        assert balance_of(connection, "BF", "7101", as_of=dt.date(2026, 1, 5), known=before) == -9_000
        found = trial_balance(
            connection,
            start=dt.date(2026, 1, 1),
            end=dt.date(2026, 1, 31),
            known=known_entry(connection, None),
            books=("BF",),
        )
    bank = next(row for row in found if row.account == "52111")
    assert (bank.opening_debit, bank.movement_debit, bank.closing_debit) == (8_300, 50, 8_350)


def test_a_closed_year_takes_nothing_more(ledger: Ledger) -> None:
    close_months(ledger)
    do(ledger, clear_transfers, 2025)
    do(ledger, close_year, "BF", 2025)
    assert refused(ledger, close_year, "BF", 2025)[0] == "year_already_closed"
    assert refused(ledger, reopen_period, "BF", (2025, 12), "essai")[0] == "period_of_closed_year"
    assert refused(ledger, clear_transfers, 2025)[0] == "year_nothing_to_clear"
    with pytest.raises(Refusal) as told:
        seal(ledger, expense("BF", dt.date(2025, 3, 5)))
    assert told.value.as_json()["code"] == "entry_year_closed"


def test_a_january_already_closed_is_reopened_for_the_opening_entry_with_its_trace(ledger: Ledger) -> None:
    close_months(ledger)
    seal(ledger, receipt("BF", dt.date(2026, 1, 5), 50))
    do(ledger, close_period, "BF", (2026, 1))
    do(ledger, clear_transfers, 2025)
    do(ledger, close_year, "BF", 2025)
    with ledger.read() as connection:
        found = rows(connection, "SELECT action, reason FROM period_event WHERE year = 2026 ORDER BY id")
        assert balance_of(connection, "BF", "52111", as_of=dt.date(2026, 1, 31)) == 8_350
    assert found == [("close", None), ("reopen", "À-nouveaux de l'exercice 2026"), ("close", None)]
    assert failed(ledger) == []


def test_suspense_accounts_are_zero_first(ledger: Ledger) -> None:
    waiting = (Line("52111", 40), Line("47121", 0, 40))
    seal(ledger, EntryDraft("BF", "BQ", dt.date(2025, 12, 9), "R-1", "Recette à identifier", waiting))
    close_months(ledger)
    do(ledger, clear_transfers, 2025)
    code, facts = refused(ledger, close_year, "BF", 2025)
    assert (code, facts["accounts"]) == ("year_suspense_left", ["47121 : -40"])


def test_drafts_of_the_year_are_ended_first(ledger: Ledger) -> None:
    early = {"entries": [{
        "book": "BF", "journal": "OD", "date": "2025-03-05", "document": "F-1", "label": "Fournitures", "lines": [],
    }]}  # fmt: skip
    do(ledger, save_drafts, early, "f.json")
    close_months(ledger)
    do(ledger, clear_transfers, 2025)
    assert refused(ledger, close_year, "BF", 2025)[0] == "year_drafts_remain"
    do(ledger, discard_draft, 1, "doublon")
    do(ledger, close_year, "BF", 2025)


def test_years_and_quarters_close_in_order(ledger: Ledger) -> None:
    seal(ledger, receipt("BF", dt.date(2026, 1, 5), 50))
    close_months(ledger)
    for month in (1, 2, 3):
        do(ledger, close_period, "BF", (2026, month))
    code, facts = refused(ledger, close_quarter, "BF", 2026, 1)
    assert (code, facts["year"]) == ("period_year_before_open", 2025)
    assert refused(ledger, close_year, "BF", 2026)[0] == "year_closing_order"
    assert refused(ledger, close_year, "NE", 2025)[0] == "year_empty"
    do(ledger, clear_transfers, 2025)
    do(ledger, close_year, "BF", 2025)
    do(ledger, close_quarter, "BF", 2026, 1)
    assert refused(ledger, reopen_period, "BF", (2026, 1), "essai")[0] == "period_closed_for_good"


def test_the_result_of_the_year_before_goes_to_the_balance_carried_forward(ledger: Ledger) -> None:
    close_months(ledger)
    do(ledger, clear_transfers, 2025)
    do(ledger, close_year, "BF", 2025)
    later = at(ledger, dt.datetime(2027, 2, 1, tzinfo=dt.UTC))
    seal(later, expense("BF", dt.date(2026, 6, 5), 1_500))
    close_months(later, 2026, 1, ("BF",))
    done = do(later, close_year, "BF", 2026)
    assert done["result"] == -1_500
    assert lines(later, "e.year = 2027") == [
        ("121", 0, 4_000),
        ("139", 1_500, 0),
        ("1851", 700, 0),
        ("40111", 0, 6_500),
        ("52111", 8_300, 0),
    ]
    assert failed(later) == []


def test_the_complementary_period_is_open_for_the_closing_entries(ledger: Ledger) -> None:
    close_months(ledger)
    do(ledger, close_period, "BF", (2025, 13))
    assert refused(ledger, clear_transfers, 2025)[0] == "year_period_closed"
    assert refused(ledger, close_year, "BF", 2025)[0] == "year_period_closed"


def test_an_account_without_a_class_of_balance_is_named(ledger: Ledger) -> None:
    from ledger.years.rules import check_balances

    with pytest.raises(Refusal) as told:
        check_balances("BF", 2025, {"52111": 5, "901": -5}, set(), set())
    assert (told.value.code, told.value.facts["account"]) == ("year_class_unknown", "901")
