"""One value changed behind the guards, column by column: which check of `verify` notices, or why none can."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from behind import attack, behind_the_guards
from databases import Database
from sqlalchemy import Column, Connection, Date, Table, delete, insert, inspect, select, update
from whole_books import filled

from ledger.check import Check, run_checks
from ledger.command_seal import parent_of
from ledger.engine import open_engine
from ledger.tables import metadata
from portal.verification import all_checks, verify_books

CHECKS: dict[str, Check] = {check.name: check for check in all_checks()}
"""Every check by its name; importing them declares every table."""
TABLES = sorted(metadata.tables)

CHAINED = {"entry": "hash_chain", "entry_line": "hash_chain", "command_log": "command_seals"}
REFERENCE = {
    "account", "account_crosswalk", "book", "check_item", "journal", "ledger_info", "levy_deadline", "levy_exemption",
    "levy_rate", "order_move", "reference_seal",
}  # fmt: skip
BORN = {
    "account_event", "app_user", "bank_account", "bank_account_alias", "bank_match", "bank_match_entry_line",
    "bank_match_line", "capital_act", "capital_receipt", "capital_terms", "closed_total", "customs_declaration",
    "customs_month", "customs_return", "customs_return_part", "customs_return_row", "document_file", "draft",
    "handover_record", "handover_signature", "levy_decision", "mandate", "match_proposal", "match_undo",
    "order_charge", "order_check", "order_document", "order_entry",
    "order_event", "order_rule", "order_rule_end", "order_signature", "payment_file", "payment_file_charge",
    "payment_file_recall",
    "payment_order", "period_event", "reconcile_run", "reconciliation_signature", "reconciliation_signoff",
    "reconciliation_signoff_line", "signing_key", "signing_key_event", "statement", "statement_file", "statement_line",
    "statement_line_again", "statement_profile", "statement_withdrawal", "takeover_end", "user_event", "year_event",
}  # fmt: skip
NOTICED = CHAINED | dict.fromkeys(REFERENCE, "references_as_sealed") | dict.fromkeys(BORN, "rows_as_sealed")
"""The check that must notice a change in a table; a new table has no case here, and the test of it fails."""
ELSEWHERE = {
    ("entry_line", "book"): "line_book_date",
    ("entry_line", "date"): "line_book_date",
    # the first terms of the capital were not written by a command
    **{
        ("capital_terms", column.name): "references_as_sealed"
        for column in metadata.tables["capital_terms"].columns
        if column.name != "command_id"
    },
}
SLIPPED_IN = {"capital_terms": "references_as_sealed"}
TAKEN_AWAY = NOTICED | {"entry": "command_seals", "command_log": "row_commands"}
"""The check that notices the last row of a table being deleted."""
UNNOTICED = {
    ("alembic_version", "version_num"): "aucune commande ne s'ouvre sur une base d'une autre version",
}
"""Columns that no check can betray, with the reason; `docs/invariants.md` lists them."""


@pytest.fixture(scope="module")
def sqlite_whole(sqlite_books_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """Books where every table holds something, in a SQLite file."""
    folder = tmp_path_factory.mktemp("whole")
    file = folder / "whole.db"
    file.write_bytes(sqlite_books_template.read_bytes())
    database = Database(url=f"sqlite:///{file}", owner_url=f"sqlite:///{file}")
    filled(database, folder).engine.dispose()
    return database


@pytest.fixture(scope="module")
def open_books(sqlite_whole: Database) -> Iterator[Connection]:
    """The guards of those books set aside, once the checks have all been found good."""
    engine = open_engine(sqlite_whole.url)
    with engine.connect() as connection:
        assert [one for one in verify_books(connection)["checks"] if not one["ok"]] == []
    engine.dispose()
    with behind_the_guards(sqlite_whole) as connection:
        yield connection


def other(value: Any, column: Column[Any]) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1_000
    if isinstance(value, dt.datetime):
        return value + dt.timedelta(hours=1)
    if isinstance(value, dt.date):
        return value + dt.timedelta(days=1)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value) + b" "
    if isinstance(value, str):
        return f"{value[:-2]}{'1' if value[-2] != '1' else '2'}{value[-1]}" if len(value) > 1 else value + "x"
    if column.type.python_type is int:
        return 1
    return dt.date(2026, 2, 3) if isinstance(column.type, Date) else "autre"


def place(table: Table, row: Any) -> Any:
    """The condition that finds the row again."""
    return [column == row._mapping[column] for column in table.primary_key.columns]


def notices(connection: Connection, name: str) -> bool:
    """Whether the check finds something."""
    return not run_checks(connection, [CHECKS[name]])[0]["ok"]


def unseen(connection: Connection, table: Table) -> list[tuple[str, str]]:
    """The columns of the table of which a changed value escapes the check that must notice it."""
    missed = []
    for column in table.columns:
        expected = ELSEWHERE.get((table.name, column.name), NOTICED[table.name])
        with attack(connection):
            row = connection.execute(
                select(table).order_by(column.is_(None), *table.primary_key.columns).limit(1)
            ).one()
            new = other(row._mapping[column], column)
            changed = connection.execute(update(table).where(*place(table, row)).values({column: new}))
            assert changed.rowcount == 1
            if not notices(connection, expected):
                missed.append((column.name, expected))
    return missed


@pytest.mark.parametrize("table", TABLES)
def test_a_value_changed_in_any_column_is_noticed(table: str, open_books: Connection) -> None:
    assert unseen(open_books, metadata.tables[table]) == [], "seal the column, or add the check that recomputes it"


@pytest.mark.parametrize("table", TABLES)
def test_a_row_taken_away_is_noticed(table: str, open_books: Connection) -> None:
    own = metadata.tables[table]
    with attack(open_books):
        row = open_books.execute(
            select(own).order_by(*(column.desc() for column in own.primary_key.columns)).limit(1)
        ).one()
        open_books.execute(delete(own).where(*place(own, row)))
        assert notices(open_books, TAKEN_AWAY[table])


@pytest.mark.parametrize("table", sorted(BORN))
def test_a_row_slipped_in_under_an_old_command_is_noticed(table: str, open_books: Connection) -> None:
    own = metadata.tables[table]
    with attack(open_books):
        row = open_books.execute(select(own).order_by(*own.primary_key.columns).limit(1)).one()
        kept = {own.c["command_id"] if "command_id" in own.c else parent_of(own)}
        values = row._mapping
        twin = {one: values[one] if one in kept else other(values[one], one) for one in own.columns}
        open_books.execute(insert(own).values(twin))
        assert notices(open_books, SLIPPED_IN.get(table, "rows_as_sealed"))


SAID_BY_A_FILE = {
    "customs_return": {"format", "row_count"},
    "customs_return_row": {column.name for column in metadata.tables["customs_return_row"].columns} - {"revision"},
    "customs_declaration": {column.name for column in metadata.tables["customs_declaration"].columns},
}
"""What the files of customs say, column by column: reading them again notices a change, whatever the seals say."""


@pytest.mark.parametrize("table", sorted(SAID_BY_A_FILE))
def test_what_a_kept_file_says_is_noticed_by_reading_it_again(table: str, open_books: Connection) -> None:
    own = metadata.tables[table]
    missed = set()
    for name in SAID_BY_A_FILE[table]:
        column = own.c[name]
        with attack(open_books):
            row = open_books.execute(
                select(own).order_by(column.is_(None), *own.primary_key.columns).limit(1)
            ).one()  # fmt: skip
            new = other(row._mapping[column], column)
            open_books.execute(update(own).where(*place(own, row)).values({column: new}))
            if not notices(open_books, "levy_files_read_again"):
                missed.add(name)
    assert missed == set()


def test_the_cases_are_the_live_schema(open_books: Connection) -> None:
    found = inspect(open_books)
    live = {(table, column["name"]) for table in found.get_table_names() for column in found.get_columns(table)}
    declared = {(table.name, column.name) for table in metadata.tables.values() for column in table.columns}
    assert live - declared == UNNOTICED.keys()
    assert set(NOTICED) == set(TABLES)
    open_books.rollback()


def test_the_page_lists_the_columns_that_no_check_can_betray() -> None:
    page = (Path(__file__).parents[2] / "docs" / "invariants.md").read_text(encoding="utf-8")
    section = page.partition("### Colonnes que nul contrôle ne peut trahir")[2].partition("\n## ")[0]
    listed = [line for line in section.splitlines() if line.startswith("- ")]
    assert listed == [f"- `{table}.{column}` : {why}." for (table, column), why in UNNOTICED.items()]


OF_POSTGRESQL = (
    "app_user", "bank_account", "book", "capital_terms", "command_log", "customs_month", "draft", "entry",
    "order_event", "reconciliation_signature", "statement_line",
)  # fmt: skip


def test_the_same_holds_on_postgresql(postgres_books: Database, tmp_path: Path) -> None:
    filled(postgres_books, tmp_path).engine.dispose()
    engine = open_engine(postgres_books.url)
    with engine.connect() as connection:
        assert [one for one in verify_books(connection)["checks"] if not one["ok"]] == []
    engine.dispose()
    with behind_the_guards(postgres_books) as connection:
        missed = {table: unseen(connection, metadata.tables[table]) for table in OF_POSTGRESQL}
    assert {table: columns for table, columns in missed.items() if columns} == {}
