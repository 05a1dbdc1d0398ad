"""The guards themselves are sealed: one taken off, put to sleep or rewritten is named, table by table."""

from collections.abc import Callable

import pytest
from databases import Database
from posting import NOON, expense, failed, seal
from sqlalchemy import text

from ledger.check import run_checks
from ledger.checks.seals import CHECKS
from ledger.engine import open_engine
from ledger.setup import create_books
from ledger.unit import Ledger

GUARDS = [check for check in CHECKS if check.name == "guards_in_place"]
ON_SQLITE = {
    "taken off": ("entry", "DROP TRIGGER entry_guard"),
    "an index that held a name": ("command_log", "DROP INDEX uq_command_log_key"),
    "another trigger": (
        "entry",
        "CREATE TRIGGER quiet AFTER INSERT ON entry BEGIN SELECT 1; END",
    ),
    "a table more": ("aside", "CREATE TABLE aside (id INTEGER)"),
}
ON_POSTGRESQL = {
    "taken off": ("entry", "DROP TRIGGER entry_guard ON entry"),
    "put to sleep": ("entry", "ALTER TABLE entry DISABLE TRIGGER entry_guard"),
    "keys put to sleep": ("entry_line", "ALTER TABLE entry_line DISABLE TRIGGER ALL"),
    "a constraint less": ("entry_line", "ALTER TABLE entry_line DROP CONSTRAINT line_one_side"),
    "an index that held a name": ("command_log", "DROP INDEX uq_command_log_key"),
    "a rule in its place": ("draft", "CREATE RULE quiet AS ON UPDATE TO draft DO INSTEAD NOTHING"),
    "hidden rows": ("entry", "ALTER TABLE entry ENABLE ROW LEVEL SECURITY"),
    "a function rewritten": (
        "functions",
        "CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    ),
    "a function that looks elsewhere": ("functions", "ALTER FUNCTION entry_guard() RESET search_path"),
}
Tables = Callable[[Database], list[str]]


def named(database: Database, *statements: str) -> list[str]:
    """The tables that the check names once the owner has run the statements."""
    engine = open_engine(database.owner_url)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()
    engine = open_engine(database.url)
    with engine.connect() as connection:
        told = [row["table"] for row in run_checks(connection, GUARDS)[0]["rows"]]
    engine.dispose()
    return told


@pytest.mark.parametrize("case", ON_SQLITE)
def test_a_guard_that_changed_is_named_on_sqlite(case: str, sqlite_books: Database) -> None:
    table, statement = ON_SQLITE[case]
    assert named(sqlite_books) == []
    assert table in named(sqlite_books, statement)


@pytest.mark.parametrize("case", ON_POSTGRESQL)
def test_a_guard_that_changed_is_named_on_postgresql(case: str, postgres_books: Database) -> None:
    table, statement = ON_POSTGRESQL[case]
    assert named(postgres_books) == []
    assert table in named(postgres_books, statement)


def test_a_guard_rewritten_in_its_own_name_is_named(sqlite_books: Database) -> None:
    engine = open_engine(sqlite_books.url)
    with engine.connect() as connection:
        written = connection.execute(
            text("SELECT sql FROM sqlite_master WHERE name = 'app_user_no_update'")
        ).scalar_one()
    engine.dispose()
    weaker = written.replace("RAISE(ABORT, 'app_user_append_only')", "1")
    assert weaker != written
    assert named(sqlite_books, "DROP TRIGGER app_user_no_update", weaker) == ["app_user"]
    assert named(sqlite_books, "DROP TRIGGER app_user_no_update", written) == []


def test_init_does_not_seal_a_guard_that_is_gone(sqlite_books: Database) -> None:
    assert named(sqlite_books, "DROP TRIGGER entry_guard") == ["entry"]
    create_books(sqlite_books.url)
    assert named(sqlite_books) == ["entry"]


def test_statistics_of_the_engine_are_no_guard(books: Database) -> None:
    engine = open_engine(books.url)
    ledger = Ledger(engine, "essai", clock=lambda: NOON)
    seal(ledger, expense())
    assert named(books, "ANALYZE") == []
    assert failed(ledger) == []
    engine.dispose()
