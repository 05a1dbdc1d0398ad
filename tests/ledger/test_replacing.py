"""SQLite's INSERT OR REPLACE takes a row away without a word to the guards of DELETE: it takes none of the books'."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import Database
from whole_books import filled

TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'alembic_version'"
)
LATER = "2031-01-01T12:00:00.000000Z"
INSTANTS = ("at", "saved_at", "signed_at", "created_at", "recorded_at")


@pytest.fixture(scope="module")
def plain(sqlite_books_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A plain connection, foreign keys off, to books where every table holds something."""
    folder = tmp_path_factory.mktemp("replacing")
    file = folder / "whole.db"
    file.write_bytes(sqlite_books_template.read_bytes())
    filled(Database(url=f"sqlite:///{file}", owner_url=f"sqlite:///{file}"), folder).engine.dispose()
    connection = sqlite3.connect(file, isolation_level=None)
    yield connection
    connection.close()


def names(connection: sqlite3.Connection, table: str) -> tuple[list[str], list[str]]:
    """The columns of a table, and those of its key."""
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return [column[1] for column in columns], [column[1] for column in columns if column[5]]


def moved(connection: sqlite3.Connection, table: str, key: str, value: Any) -> Any:
    """A value of the key that no row has."""
    last = connection.execute(f"SELECT max({key}) FROM {table}").fetchone()[0]
    return last + 1 if isinstance(last, int) else f"{str(value)[:-1]}{'b' if str(value)[-1:] == 'a' else 'a'}"


def lost(connection: sqlite3.Connection, table: str, row: dict[str, Any]) -> bool:
    """Whether a row of the table is no longer there once this one has come in, by whichever way."""
    before = connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.execute("BEGIN")
    try:
        connection.execute(
            f"INSERT OR REPLACE INTO {table} ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()]
        )
        return not set(before) <= set(connection.execute(f"SELECT * FROM {table}").fetchall())
    except sqlite3.Error:
        return False
    finally:
        if connection.in_transaction:
            connection.rollback()


def test_no_row_has_a_hidden_number(plain: sqlite3.Connection) -> None:
    """A hidden `rowid` given by hand takes the place of the row that has it, whatever the key says."""
    tables = [name for (name,) in plain.execute(TABLES).fetchall()]
    hidden = []
    for table in tables:
        kinds = {column[1]: column[2] for column in plain.execute(f"PRAGMA table_info({table})").fetchall()}
        _columns, key = names(plain, table)
        without = (
            "WITHOUT ROWID" in plain.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0]
        )
        if not without and [kinds[column] for column in key] != ["INTEGER"]:
            hidden.append(table)
    assert len(tables) > 50
    assert hidden == []


def test_no_new_row_takes_the_place_of_another(plain: sqlite3.Connection) -> None:
    """Each row again under another key, of a new act, now and later: what else names it must not throw it out."""
    act = plain.execute("SELECT max(id) + 1 FROM command_log").fetchone()[0]
    taken = set()
    for (table,) in plain.execute(TABLES).fetchall():
        columns, key = names(plain, table)
        for values in plain.execute(f"SELECT * FROM {table}").fetchall():
            row = dict(zip(columns, values, strict=True))
            if "command_id" in row:
                row["command_id"] = act
            later = {name: LATER for name in INSTANTS if row.get(name) is not None}
            for column in key:
                other = {**row, column: moved(plain, table, column, row[column])}
                if lost(plain, table, other) or lost(plain, table, {**other, **later}):
                    taken.add(table)
    assert taken == set()


def test_a_done_command_does_not_lose_its_key_to_another(plain: sqlite3.Connection) -> None:
    """With the right link of the chain, which anybody can compute."""
    columns, _ = names(plain, "command_log")
    values = plain.execute("SELECT * FROM command_log WHERE outcome = 'done' ORDER BY id DESC LIMIT 1").fetchone()
    last = dict(zip(columns, values, strict=True))
    first = {**last, "id": last["id"] + 1, "key": "essai", "previous_hash": last["hash"], "hash": "a" * 64}
    second = {**first, "id": last["id"] + 2, "previous_hash": first["hash"], "hash": "b" * 64}
    plain.execute("BEGIN")
    told = []
    for row in (first, second):
        try:
            marks = ", ".join("?" * len(row))
            plain.execute(f"INSERT OR REPLACE INTO command_log ({', '.join(row)}) VALUES ({marks})", [*row.values()])
            told.append("passed")
        except sqlite3.IntegrityError as error:
            told.append(str(error))
    plain.rollback()
    assert told == ["passed", "command_log_append_only"]
