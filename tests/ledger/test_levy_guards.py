"""Raw SQL against the register of the levy: each attack meets the guard that bears the rule's name."""

import sqlite3

import pytest
from behind import attack, behind_the_guards
from databases import Database
from levying import exempt, month, take
from posting import NOON, do, failed, seal, write
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledger.check import run_checks
from ledger.checks import levy
from ledger.correct import reverse_entry
from ledger.engine import open_engine
from ledger.entry import EntryDraft, Line
from ledger.guards import guard_name
from ledger.levy.return_rules import ReturnRefused
from ledger.read import find_by_id, lines_of
from ledger.refusal import Refusal
from ledger.unit import Ledger

ROW = (
    "INSERT INTO customs_return_row (return_id, position, state, office, period, revision, exemption, declarations,"
    " value, assessed, collected, remitted) VALUES (1, 9, 'BF', 'BF901', '2025-06', {revision}, '{code}', {count},"
    " 5, {assessed}, 0, 0)"
)
MONTH = (
    "INSERT INTO customs_month (state, office, period, revision, return_id, row_count, assessed, collected, remitted,"
    " entry_id) VALUES ('BF', 'BF901', '{period}', {revision}, 1, {rows}, {assessed}, 0, 0, {entry})"
)


def row(revision: int = 2, code: str = "", count: int = 1, assessed: int = 0) -> str:
    return ROW.format(revision=revision, code=code, count=count, assessed=assessed)


def sealing(revision: int = 2, rows: int = 1, assessed: int = 0, entry: str = "NULL", period: str = "2025-06") -> str:
    return MONTH.format(revision=revision, rows=rows, assessed=assessed, entry=entry, period=period)


ATTACKS: dict[str, tuple[str, tuple[str, ...]]] = {
    "a version is skipped": ("customs_month_revision_gap", (row(3), sealing(3))),
    "a month to come": ("customs_month_future", (sealing(1, period="2026-05"),)),
    "a version without its rows": ("customs_month_rows_add_up", (sealing(),)),
    "a version of another sum": ("customs_month_rows_add_up", (row(assessed=5), sealing(assessed=6))),
    "an assessed total without entry": ("customs_month_entry", (row(assessed=5), sealing(assessed=5))),
    "an entry for nothing": ("customs_month_entry", (row(), sealing(entry="1"))),
    "an entry of another total": ("customs_month_entry", (row(assessed=5), sealing(assessed=5, entry="1"))),
    "an entry of another act": ("customs_month_entry", (row(assessed=5_000), sealing(assessed=5_000, entry="2"))),
    "a total replaced before it is taken back": ("customs_month_previous_corrected", (row(), sealing())),
    "a row added to a sealed version": ("customs_row_on_sealed_month", (row(1, "E01"),)),
    "an unknown exemption": ("customs_row_exemption_known", (row(code="E77"),)),
    "a negative count": ("customs_row_not_negative", (row(count=-1),)),
    "a negative amount": ("customs_row_not_negative", (row(assessed=-5),)),
    "levy on an exempt value": ("customs_row_exempt_pays_nothing", (row(code="E01", assessed=5),)),
    "a return changed": ("customs_return_append_only", ("UPDATE customs_return SET name = 'x'",)),
    "a row erased": ("customs_return_row_append_only", ("DELETE FROM customs_return_row",)),
    "a month changed": ("customs_month_append_only", ("UPDATE customs_month SET remitted = 0",)),
    "a rate changed": ("levy_rate_append_only", ("UPDATE levy_rate SET per_ten_thousand = 40",)),
    "a deadline erased": ("levy_deadline_append_only", ("DELETE FROM levy_deadline",)),
    "an exemption changed": ("levy_exemption_append_only", ("UPDATE levy_exemption SET title = 'x'",)),
}


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Books that hold one assessment (entry 1) and one entry of an accountant (entry 2)."""
    found = Ledger(books_engine, "installation", clock=lambda: NOON)
    take(found, month(), exempt())
    lines = (Line("44871", 5_000), Line("7101", 0, 5_000))
    seal(found, EntryDraft("BF", "PC", NOON.date(), "OD-1", "Liquidation à la main", lines))
    return found


def guard_of(ledger: Ledger, *statements: str) -> str | None:
    """The guard that refuses the statements."""
    with pytest.raises(DBAPIError) as told:
        write(ledger, *statements)
    assert told.value.orig is not None
    return guard_name(told.value.orig)


@pytest.mark.parametrize("case", ATTACKS)
def test_an_attack_meets_its_guard(case: str, ledger: Ledger, owner_engine: Engine) -> None:
    guard, statements = ATTACKS[case]
    assert guard_of(Ledger(owner_engine), *statements) == guard
    assert failed(ledger) == []


def test_a_month_to_come_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ReturnRefused) as told:
        take(ledger, month(period="2026-05"))
    assert told.value.facts["faults"] == [
        {"row": 2, "column": "periode", "message": "Ligne 2 : la période 2026-05 n'a pas commencé, attendu au plus tard"
         " le mois de la réception (2026-04)."},
    ]  # fmt: skip
    assert take(ledger, month(period="2026-04"))["months"] == 1


def test_a_month_moved_ahead_is_found(books: Database, ledger: Ledger) -> None:
    ledger.engine.dispose()
    with behind_the_guards(books) as connection, attack(connection):
        connection.execute(text("UPDATE customs_return SET received_at = '2025-05-31T12:00:00.000000Z'"))
        names = [one["name"] for one in run_checks(connection, levy.CHECKS) if not one["ok"]]
    assert names == ["levy_future"]


def test_a_row_whose_version_never_comes_is_refused_at_commit(ledger: Ledger) -> None:
    assert guard_of(ledger, row()) in ("foreign_key", "fk_customs_return_row_month")


def test_a_replacing_insert_is_refused_too(ledger: Ledger, owner_engine: Engine) -> None:
    second = row(1, "E01").replace("(1, 9,", "(1, 2,")
    if ledger.engine.dialect.name == "sqlite":
        replacing = second.replace("INSERT", "INSERT OR REPLACE")
    else:
        replacing = f"{second} ON CONFLICT (return_id, position) DO UPDATE SET value = 7"
    assert guard_of(Ledger(owner_engine), replacing) == "customs_return_row_append_only"


def test_an_assessment_is_not_corrected_by_hand(ledger: Ledger) -> None:
    with pytest.raises(Refusal) as told:
        do(ledger, reverse_entry, "BF/PC/2025/1", "negative", "essai")
    assert told.value.code == "entry_of_an_act"


def test_an_assessment_corrected_behind_the_rules_meets_the_guard(ledger: Ledger) -> None:
    with ledger.read() as connection:
        first, lines = find_by_id(connection, 1), lines_of(connection, 1)
    back = tuple(line._replace(debit=-line.debit, credit=-line.credit) for line in lines)
    draft = EntryDraft("BF", "PC", first.date, "X", "essai", back, correction="negative", corrects=1)
    with pytest.raises(Refusal) as told:
        seal(ledger, draft)
    assert told.value.as_json()["code"] == "assessment_corrected_by_return"


def test_nothing_is_left_of_a_refused_return(ledger: Ledger) -> None:
    with pytest.raises(Refusal) as told:
        take(ledger, month("BF902", base=1), exempt("BF902", code="E77"), name="faux.csv")
    assert [fault["row"] for fault in told.value.facts["faults"]] == [3]
    with ledger.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM customs_return").scalar() == 1


BROKEN: dict[str, tuple[str, set[str]]] = {  # what is altered, the checks of the levy that notice beside the seal
    "a file is altered": ("UPDATE customs_return SET content = x'41'", {"levy_files"}),
    "a row is altered": ("UPDATE customs_return_row SET assessed = 2 WHERE position = 2", {"levy_months"}),
    "a month is altered": (
        "UPDATE customs_month SET assessed = 2",
        {"levy_assessed", "levy_months", "levy_revenue"},
    ),
    "a month forgets its entry": (
        "UPDATE customs_month SET entry_id = NULL",
        {"levy_assessed", "levy_entries"},
    ),
    "a row loses its version": (
        "UPDATE customs_return_row SET revision = 7 WHERE position = 3",
        {"levy_months", "levy_rows", "references"},
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_verify_finds_what_was_changed_with_the_file_in_hand(case: str, sqlite_books: Database) -> None:
    engine = open_engine(sqlite_books.url)
    ledger = Ledger(engine, "installation", clock=lambda: NOON)
    take(ledger, month(), exempt())
    statement, expected = BROKEN[case]
    with sqlite3.connect(sqlite_books.url.removeprefix("sqlite:///")) as plain:
        for table in ("customs_return", "customs_return_row", "customs_month"):
            plain.execute(f"DROP TRIGGER {table}_no_update")
        plain.execute(statement)
    plain.close()
    assert set(failed(ledger)) == expected | {"rows_as_sealed", "guards_in_place"}
    engine.dispose()
