"""Closings looked at whole: totals that are all there and add up, quarters, years at zero, and who closes; raw SQL."""

from datetime import date
from typing import Any

import pytest
from attack import AT, NEXT, TOTALS, Attacker, Sql, command, insert
from behind import attack as altered
from behind import behind_the_guards
from databases import Database
from posting import NOON, do, expense, payment, receipt, seal
from sqlalchemy import Engine, text

from ledger.check import run_checks
from ledger.checks import closings, commands, periods
from ledger.entry import EntryDraft, Line
from ledger.guards import title_of
from ledger.periods.close import close_period, close_quarter
from ledger.unit import Ledger
from ledger.users import add_user
from ledger.years.close import close_year

CHECKS = {check.name: check for check in (*closings.CHECKS, *periods.CHECKS, *commands.CHECKS)}


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """BF: 2024 closed, April 2025 closed, May and June 2025 with entries."""
    ledger = Ledger(books_engine, "essai", clock=lambda: NOON)
    seal(ledger, expense(day=date(2024, 12, 10)))
    do(ledger, close_period, "BF", (2024, 12))
    do(ledger, close_year, "BF", 2024)
    seal(ledger, expense(day=date(2025, 5, 10)), expense(day=date(2025, 6, 10)))
    for month in (1, 2, 3, 4):
        do(ledger, close_period, "BF", (2025, month))
    return ledger


def event(month: int, action: str = "close", year: int = 2025, place: int = 1, **fields: Any) -> str:
    """The row of an act on a period of BF; `place`: the how manieth of the act."""
    row = {
        "id": Sql("(SELECT coalesce(max(id), 0) + 1 FROM period_event)"), "book": "BF", "year": year, "period": month,
        "action": action, "known_entry": Sql("(SELECT coalesce(max(id), 0) FROM entry)"), "at": AT,
        "actor": "attaquant", "command_id": NEXT,
    }  # fmt: skip
    return insert("period_event", **{**row, **fields})


def total(account: str, debit: int, credit: int) -> str:
    """One total of the last closing."""
    last = Sql("(SELECT max(id) FROM period_event)")
    return insert("closed_total", event_id=last, account=account, debit=debit, credit=credit)


MAY = (event(5), TOTALS)
WRONG: dict[str, list[tuple[str, ...]]] = {
    "closed_total_missing": [
        (event(5), command()), (event(5), total("65881", 5_000, 0), command()),
    ],
    "closed_total_adds_up": [
        (event(5), total("65881", 5_001, 0)), (event(5), total("40111", 0, 4_000)), (event(5), total("6318", 0, 0)),
        (event(5), TOTALS, total("52111", 1, 0)),
    ],
    "period_definitive_month": [(event(13, "definitive", 2024),)],
    "period_event_year": [
        (*MAY, event(6), TOTALS, event(5, year=year), command()) for year in (10_000, 99_999)
    ],
    "period_reason_missing": [(event(4, "reopen", reason=reason),) for reason in ("\t", "\n ", "\u00a0")],
    "period_quarter_whole": [
        (*MAY, event(6), TOTALS, event(4, "definitive"), command()),
        (*MAY, event(6), TOTALS, event(4, "definitive"), event(5, "definitive"), command()),
    ],
}  # fmt: skip


@pytest.mark.parametrize("guard", WRONG)
def test_a_closing_is_whole(guard: str, ledger: Ledger, books: Database) -> None:
    who = Attacker(books)
    before = who.one("SELECT count(*) FROM period_event")
    assert [who.refused(*statements) for statements in WRONG[guard]] == [guard] * len(WRONG[guard])
    assert who.one("SELECT count(*) FROM period_event") == before
    assert title_of(guard) is not None
    who.close()


def test_a_quarter_closed_whole_for_good_is_taken(ledger: Ledger, books: Database) -> None:
    who = Attacker(books)
    assert who.refused(*MAY, event(6), TOTALS, *(event(month, "definitive") for month in (4, 5, 6)), command()) is None
    who.close()


@pytest.mark.parametrize(("year", "period"), [(2025.5, 5), (2025, 5.5)])
def test_half_a_month_is_none(year: float, period: float, sqlite_books: Database) -> None:
    who = Attacker(sqlite_books)
    statement = event(5).replace("2025, 5,", f"{year}, {period},")
    assert who.refused(statement) == "period_event_whole"
    who.close()


def steps(of: int) -> list[str]:
    """Result and opening without an entry, then the closing of the year of BF."""
    row = {"book": "BF", "entry_id": None, "at": AT, "actor": "attaquant", "command_id": NEXT}
    number = Sql("(SELECT coalesce(max(id), 0) + 1 FROM year_event)")
    return [
        insert("year_event", id=number, year=year, action=action, **row)
        for year, action in ((of, "result"), (of + 1, "opening"), (of, "close"))
    ]


@pytest.mark.parametrize("guard", ["year_result_left", "year_opening_differs"])
def test_a_year_is_not_closed_without_its_result_and_its_opening(
    guard: str, books: Database, books_engine: Engine
) -> None:
    ledger = Ledger(books_engine, "essai", clock=lambda: NOON)
    moved = (Line("121", 40), Line("40111", 0, 40))
    kept = EntryDraft("BF", "OD", date(2025, 12, 5), "F-1", "Report", moved)
    seal(ledger, expense(day=date(2025, 12, 10)) if guard == "year_result_left" else kept)
    do(ledger, close_period, "BF", (2025, 12))
    who = Attacker(books)
    assert who.refused(*steps(2025)) == guard
    assert title_of(guard) is not None
    who.close()


def test_the_take_over_does_not_end_before_what_it_alone_allows(books: Database, books_engine: Engine) -> None:
    ledger = Ledger(books_engine, "essai", clock=lambda: NOON)
    seal(ledger, receipt(), payment(day=date(2026, 3, 5)))
    who = Attacker(books)
    row = {"id": 1, "at": AT, "actor": "attaquant", "command_id": NEXT}
    assert who.refused(insert("takeover_end", until="2026-03-04", **row)) == "takeover_entries_after"
    assert who.refused(insert("takeover_end", until="2026-03-05", **row), command()) is None
    who.close()


def declared(ledger: Ledger) -> None:
    """An administrator, an accountant of each of two books, an auditor."""
    people = (("adm", "administrator", None), ("bf", "accountant", "BF"), ("ml", "accountant", "ML"),
              ("aud", "auditor", None))  # fmt: skip
    for place, (name, role, book) in enumerate(people):
        actor = Ledger(ledger.engine, "adm" if place else None, clock=lambda: NOON)
        actor.perform("user add", lambda unit, n=name, r=role, b=book: {"name": add_user(unit, n, r, b).name})


def test_the_accountant_of_the_book_closes_and_nobody_else(ledger: Ledger, books: Database) -> None:
    declared(ledger)
    who = Attacker(books)
    for name in ("adm", "ml", "aud", "personne"):
        assert who.refused(event(5, actor=name)) == "period_person_role"
        assert who.refused(*(one.replace("'attaquant'", f"'{name}'") for one in steps(2030)[:1])) == "year_person_role"
    assert who.refused(steps(12_026)[0].replace("'attaquant'", "'bf'")) == "year_event_year"
    disabled = insert(
        "user_event", id=Sql("(SELECT coalesce(max(id), 0) + 1 FROM user_event)"), user_name="bf", action="disable",
        reason="mutation", command_id=NEXT,
    )  # fmt: skip
    assert who.refused(disabled, event(5, actor="bf")) == "period_person_role"
    row = {"id": 1, "until": "2026-03-31", "at": AT, "command_id": NEXT}
    for name in ("aud", "personne"):
        assert who.refused(insert("takeover_end", actor=name, **row)) == "takeover_person_role"
    assert who.refused(event(5, actor="bf"), TOTALS, command(actor="bf")) is None
    assert [title_of(f"{one}_person_role") is None for one in ("period", "year", "takeover")] == [False] * 3
    who.close()


def test_verify_names_who_closed_without_right_and_what_was_closed_in_part(ledger: Ledger, books: Database) -> None:
    declared(ledger)
    keeper = Ledger(ledger.engine, "bf", clock=lambda: NOON)
    for month in (5, 6):
        do(keeper, close_period, "BF", (2025, month))
    do(keeper, close_quarter, "BF", 2025, 2)
    ledger.engine.dispose()
    cases = {
        "closing_people": ("UPDATE period_event SET actor = 'ml' WHERE actor = 'bf' AND period = 5", {"period_event"}),
        "act_actors": ("UPDATE period_event SET actor = 'ml' WHERE period = 6 AND action = 'close'", {"period_event"}),
        "period_acts": (
            "DELETE FROM period_event WHERE id = (SELECT max(id) FROM period_event)", {"period_quarter_whole"},
        ),
    }  # fmt: skip
    with behind_the_guards(books) as connection:
        for name, (statement, told) in cases.items():
            assert run_checks(connection, [CHECKS[name]])[0]["rows"] == []
            connection.rollback()
            with altered(connection):
                connection.execute(text(statement))
                found = run_checks(connection, [CHECKS[name]])[0]["rows"]
                assert {row.get("acts") or row.get("table") or row.get("fault") for row in found} == told
