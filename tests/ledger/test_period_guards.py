"""The guards of closings, quarters and years, met in raw SQL and named, on both engines."""

from collections.abc import Iterator
from datetime import date

import pytest
from attack import AT, NEXT, TOTALS, Attacker, command, insert, raw_entry
from databases import Database
from posting import NOON, do, expense, seal, transfer

from ledger.drafts import save_drafts
from ledger.engine import open_engine
from ledger.entry import EntryDraft, Line
from ledger.periods.close import close_period, close_quarter
from ledger.unit import Ledger
from ledger.years.close import close_year

DRAFT = {"entries": [{
    "book": "ML", "journal": "OD", "date": "2026-05-05", "document": "F-1", "label": "Fournitures", "lines": [],
}]}  # fmt: skip


@pytest.fixture
def stand(books: Database) -> Iterator[Attacker]:
    """BF: 2024 closed, January to March 2025 definitive, April closed, May and June open with entries.

    ML: half a transfer in May 2025, closed, and a draft in May 2026. NE: a sum in suspense in June 2025, closed.
    """
    engine = open_engine(books.url)
    ledger = Ledger(engine, "essai", clock=lambda: NOON)
    seal(ledger, expense(day=date(2024, 12, 10)))
    do(ledger, close_period, "BF", (2024, 12))
    do(ledger, close_year, "BF", 2024)
    seal(ledger, expense(day=date(2025, 5, 10)), expense(day=date(2025, 6, 10)))
    seal(ledger, *transfer("NE", "ML", day=date(2025, 5, 12)))
    waiting = (Line("52113", 40), Line("47123", 0, 40))
    seal(ledger, EntryDraft("NE", "BQ", date(2025, 6, 9), "R-1", "Recette à identifier", waiting))
    for month in (1, 2, 3, 4):
        do(ledger, close_period, "BF", (2025, month))
    do(ledger, close_quarter, "BF", 2025, 1)
    for book, month in (("ML", 5), ("NE", 5), ("NE", 6)):
        do(ledger, close_period, book, (2025, month))
    do(ledger, save_drafts, DRAFT, "f.json")
    engine.dispose()
    attacker = Attacker(books)
    yield attacker
    attacker.close()


def period(stand: Attacker, book: str, year: int, month: int, action: str, **fields: object) -> str:
    """The row of an act on a period, true but for `fields`."""
    row = {
        "id": stand.one("SELECT max(id) + 1 FROM period_event"),
        "book": book,
        "year": year,
        "period": month,
        "action": action,
        "reason": "essai" if action == "reopen" else None,
        "known_entry": stand.one("SELECT max(id) FROM entry"),
        "at": AT,
        "actor": "attaquant",
        "command_id": NEXT,
    }
    return insert("period_event", **{**row, **fields})


PERIODS: dict[str, tuple[str, int, int, str, dict[str, object]]] = {
    "period_event_sequence": ("BF", 2025, 5, "close", {"id": 999}),
    "period_closed_for_good": ("BF", 2025, 2, "reopen", {}),
    "period_of_closed_year": ("BF", 2024, 12, "reopen", {}),
    "period_already_closed": ("BF", 2025, 4, "close", {}),
    "period_not_closed": ("BF", 2025, 5, "reopen", {}),
    "period_reason_missing": ("BF", 2025, 4, "reopen", {"reason": None}),
    "period_known_entry": ("BF", 2025, 5, "close", {"known_entry": 1}),
    "period_closing_order": ("BF", 2025, 6, "close", {}),
    "period_drafts_remain": ("ML", 2026, 5, "close", {}),
    "period_quarter_open": ("BF", 2025, 4, "definitive", {}),
    "period_event_action": ("BF", 2025, 5, "oublier", {}),
    "period_event_period": ("BF", 2026, 14, "close", {}),
}


@pytest.mark.parametrize("guard", PERIODS)
def test_no_wrong_act_on_a_period(guard: str, stand: Attacker) -> None:
    book, year, month, action, fields = PERIODS[guard]
    before = stand.one("SELECT count(*) FROM period_event")
    told = stand.refused(period(stand, book, year, month, action, **fields))
    # a month that does not exist comes after open ones
    assert told == {"period_event_period": "period_closing_order"}.get(guard, guard)
    assert stand.one("SELECT count(*) FROM period_event") == before


def test_the_good_closing_passes(stand: Attacker) -> None:
    assert stand.refused(period(stand, "BF", 2025, 5, "close"), TOTALS, command()) is None


def test_a_quarter_is_not_closed_for_good_before_the_year_that_precedes(stand: Attacker) -> None:
    rows = []
    for place, month in enumerate((1, 2, 3)):
        row = period(stand, "ML", 2026, month, "close", id=stand.one("SELECT max(id) FROM period_event") + 1 + place)
        rows.append(row)
    last = stand.one("SELECT max(id) FROM period_event") + 4
    told = stand.refused(*rows, period(stand, "ML", 2026, 1, "definitive", id=last))
    assert told == "period_year_before_open"


def test_a_bank_line_that_waits_keeps_its_month_open(stand: Attacker, books: Database) -> None:
    for statement in (
        insert("bank_account", iban="I", book="ML", account="52112", currency="XOF", command_id=NEXT),
        insert(
            "statement_file", id=1, sha256="a" * 64, name="r.sta", format="mt940", content="x", received_at=AT,
            actor="a", command_id=NEXT,
        ),
    ):  # fmt: skip
        stand.run(statement, command(actor="a"))
    line = insert(
        "statement_line", id=1, statement_id=1, position=1, kind="statement", book="ML", iban="I",
        booking_date="2025-07-03", amount=5, reversal=False, label="l", details="{}", notes="[]", identity="i",
        occurrence=1, back_dated=False,
    )  # fmt: skip
    statement = insert(
        "statement", id=1, file_id=1, position=1, kind="statement", book="ML", iban="I", account="I", currency="XOF",
        proven=False, line_count=1, notes="[]", command_id=1,
    )  # fmt: skip
    stand.run(line.replace("False", "false"), statement.replace("False", "false"))
    assert stand.refused(period(stand, "ML", 2025, 7, "close")) == "period_bank_lines_open"
    assert stand.refused(period(stand, "ML", 2025, 8, "close"), command()) is None


def test_the_totals_of_a_closing_come_with_it_and_with_no_other_act(stand: Attacker) -> None:
    closing = stand.one("SELECT min(id) FROM period_event WHERE action = 'close'")
    for event in (closing, stand.one("SELECT min(id) FROM period_event WHERE action = 'definitive'"), 999):
        told = stand.refused(insert("closed_total", event_id=event, account="6318", debit=1, credit=0))
        assert told == "closed_total_of_closing"


def year(stand: Attacker, book: str, of: int, action: str, place: int = 1, **fields: object) -> str:
    """The row of an act on a year, true but for `fields`."""
    row = {
        "id": stand.one("SELECT max(id) FROM year_event") + place,
        "book": book,
        "year": of,
        "action": action,
        "entry_id": None,
        "at": AT,
        "actor": "attaquant",
        "command_id": NEXT,
    }
    return insert("year_event", **{**row, **fields})


def steps(stand: Attacker, book: str, of: int) -> list[str]:
    """Result and opening without an entry, then the closing."""
    return [
        year(stand, book, of, "result"),
        year(stand, book, of + 1, "opening", 2),
        year(stand, book, of, "close", 3),
    ]


def test_no_wrong_act_on_a_year(stand: Attacker) -> None:
    told = {
        "year_event_sequence": stand.refused(year(stand, "BF", 2025, "result", id=99)),
        "year_already_closed": stand.refused(year(stand, "BF", 2024, "close")),
        "year_entry_wrong": stand.refused(year(stand, "BF", 2025, "result", entry_id=1)),
        "year_steps_missing": stand.refused(year(stand, "BF", 2025, "close")),
        "year_closing_order": stand.refused(*steps(stand, "BF", 2026)),
        "year_months_open": stand.refused(*steps(stand, "BF", 2025)),
        "year_suspense_left": stand.refused(*steps(stand, "NE", 2025)),
        "year_transfers_left": stand.refused(*steps(stand, "ML", 2025)),
    }
    assert {name: answer for name, answer in told.items() if name != answer} == {}
    assert stand.one("SELECT count(*) FROM year_event") == 3


def test_a_year_is_not_closed_over_its_drafts(books: Database) -> None:
    engine = open_engine(books.url)
    ledger = Ledger(engine, "essai", clock=lambda: NOON)
    seal(ledger, expense("BF", date(2024, 12, 10)))
    do(ledger, close_period, "BF", (2024, 12))
    do(ledger, close_year, "BF", 2024)
    do(ledger, save_drafts, DRAFT, "f.json")
    engine.dispose()
    stand = Attacker(books)
    assert stand.refused(*steps(stand, "ML", 2026)) == "year_drafts_remain"
    stand.close()


def test_a_closed_year_takes_no_entry_in_a_month_never_closed(stand: Attacker) -> None:
    lines = [{"account": "65881", "debit": 5}, {"account": "40111", "credit": 5}]
    assert stand.refused(*raw_entry(stand, lines, date="2024-03-05")) == "entry_year_closed"


def test_the_take_over_ends_once(stand: Attacker) -> None:
    row = insert("takeover_end", id=1, until="2026-03-31", at=AT, actor="a", command_id=NEXT)
    assert stand.refused(row, command(actor="a")) is None
    assert stand.refused(row) in {"takeover_end_append_only", "pk_takeover_end"}
    assert stand.refused(row.replace("(1, ", "(2, ")) == "takeover_end_once"
