"""One value changed behind the guards, column by column: which check of `verify` notices, or why none can."""

import shutil
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from posting import at, do, expense, failed, receipt, seal, transfer

from ledger.bank_accounts import bind
from ledger.chart import open_or_close
from ledger.correct import reverse_entry
from ledger.engine import open_engine
from ledger.periods.close import close_period
from ledger.unit import Ledger
from ledger.users import add_user, set_active

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
IBAN = "BF42BF9990100102025000011784"

JOURNAL = ("entry", "entry_line")
ELSEWHERE = {"entry_line.book": "line_book_date", "entry_line.date": "line_book_date"}
"""Columns that are not hashed with their line: they repeat the entry's, and a check compares them."""


@pytest.fixture(scope="module")
def full_books(sqlite_books_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Small books where every table of the journal and of the settings holds something (SQLite)."""
    file = tmp_path_factory.mktemp("notices") / "full.db"
    shutil.copyfile(sqlite_books_template, file)
    engine = open_engine(f"sqlite:///{file}")
    ledger = Ledger(engine, "installation", clock=lambda: NOON)
    do(ledger, bind, "BF", IBAN, "Banque fictive")
    seal(ledger, receipt(key="r1"), expense(), *transfer())
    wrong = seal(ledger, expense(amount=77))[0]
    do(ledger, reverse_entry, wrong.reference, "negative", "erreur")
    do(ledger, open_or_close, "6228", "close", date(2026, 3, 1), "plus employé")
    do(ledger, close_period, "BF", (2026, 1))
    admin = at(ledger, NOON, "administration")
    do(admin, lambda unit: {"user": add_user(unit, "administration", "administrator").name})
    do(admin, lambda unit: {"user": add_user(unit, "comptable-bf", "accountant", "BF").name})
    do(admin, lambda unit: set_active(unit, "comptable-bf", False, "mutation") or {})
    assert failed(ledger) == []
    engine.dispose()
    return file


def columns(file: Path) -> list[tuple[str, str, str]]:
    """Every column of the live schema: table, name, type."""
    connection = sqlite3.connect(file)
    tables = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'alembic_version'"
        )
    ]
    found = [
        (table, row[1], row[2]) for table in sorted(tables) for row in connection.execute(f"PRAGMA table_info({table})")
    ]
    connection.close()
    return found


def altered(file: Path, folder: Path, table: str, column: str, kind: str) -> list[str] | None:
    """The checks that fail once one value of the column has changed in a copy; None when the table is empty."""
    copy = folder / f"{table}-{column}.db"
    shutil.copyfile(file, copy)
    connection = sqlite3.connect(copy)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("PRAGMA ignore_check_constraints = ON")
    count, value = connection.execute(f"SELECT count(*), min({column}) FROM {table}").fetchone()
    if count == 0:
        connection.close()
        return None
    if kind == "BOOLEAN":
        new: object = 1 - value
    elif value is None:
        new = 1 if "INT" in kind else "2026-02-03" if kind == "DATE" else "autre"
    elif "INT" in kind:
        new = 1_000 + value
    else:
        text = str(value)
        new = "2026-02-03" if kind == "DATE" else f"{text[:-2]}{'1' if text[-2] != '1' else '2'}{text[-1]}"
    same = f"{column} = ?" if value is not None else f"{column} IS ?"
    key = [row[1] for row in connection.execute(f"PRAGMA table_info({table})") if row[5]]
    names = ", ".join(key)
    connection.execute(
        f"UPDATE {table} SET {column} = ? WHERE ({names}) ="
        f" (SELECT {names} FROM {table} WHERE {same} ORDER BY {names} LIMIT 1)",
        (new, value),
    )
    assert connection.total_changes == 1
    connection.commit()
    connection.close()
    engine = open_engine(f"sqlite:///{copy}")
    try:
        return failed(Ledger(engine, "auditeur"))
    finally:
        engine.dispose()
        copy.unlink()


def test_every_column_of_the_journal_is_noticed_when_one_value_changes(full_books: Path, tmp_path: Path) -> None:
    journal = [one for one in columns(full_books) if one[0] in JOURNAL]
    assert len(journal) >= 34
    found = {f"{table}.{name}": altered(full_books, tmp_path, table, name, kind) for table, name, kind in journal}
    silent = {name: checks for name, checks in found.items() if ELSEWHERE.get(name, "hash_chain") not in (checks or [])}
    assert silent == {}, "hash the column, or add the check that recomputes it"


def test_a_row_whose_command_is_not_in_the_log_is_noticed(full_books: Path, tmp_path: Path) -> None:
    tied = [one for one in columns(full_books) if one[1] == "command_id"]
    found = {table: altered(full_books, tmp_path, table, name, kind) for table, name, kind in tied}
    filled = {table: checks for table, checks in found.items() if checks is not None}
    assert {"entry", "account_event", "app_user", "user_event", "bank_account", "period_event"} <= filled.keys()
    assert {table for table, checks in filled.items() if "row_commands" not in checks} == {
        "capital_terms"
    } & filled.keys()


@pytest.mark.parametrize(
    ("column", "kind", "check"),
    [
        ("command_log.id", "INTEGER", "row_commands"),
        ("account_event.account", "TEXT", "references"),
        ("book.code", "TEXT", "references"),
        ("user_event.user_name", "TEXT", "references"),
    ],
)
def test_a_name_that_leads_nowhere_is_noticed(
    full_books: Path, tmp_path: Path, column: str, kind: str, check: str
) -> None:
    checks = altered(full_books, tmp_path, *column.split("."), kind)
    assert checks is not None
    assert check in checks
