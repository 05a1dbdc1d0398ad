"""Entries that stand where no act has put them: what the guards leave through is named by a check."""

import sqlite3
from datetime import date

import pytest
from behind import attack, behind_the_guards
from databases import Database
from posting import NOON, do, expense, failed, seal, transfer
from sqlalchemy import Engine, text

from ledger.check import run_checks
from ledger.checks import entries, links, readable
from ledger.correct import correct_entry
from ledger.engine import open_engine
from ledger.entry import EntryDraft, Line
from ledger.unit import Ledger

LIAISON = (Line("1851", 40), Line("40111", 0, 40))
ORDINARY = (Line("65881", 40), Line("40111", 0, 40))
FALSE = {
    "an opening entry of no year": EntryDraft(
        "BF", "AN", date(2026, 1, 1), "AN-2026", "À-nouveaux", LIAISON, origin="opening"
    ),
    "a closing entry of no closing": EntryDraft(
        "BF", "OD", date(2025, 12, 31), "CLOTURE-2025", "Résultat", ORDINARY, period=13, origin="closing"
    ),
}
CHECKS = (*entries.CHECKS, *links.CHECKS, *readable.CHECKS)


@pytest.mark.parametrize("case", FALSE)
def test_an_entry_that_says_it_ends_a_year_is_that_of_a_closing(case: str, books_engine: Engine) -> None:
    ledger = Ledger(books_engine, "essai", clock=lambda: NOON)
    seal(ledger, FALSE[case])
    assert failed(ledger) == ["closing_entries"]


ALTERED = {
    "a second replacement": (
        "UPDATE entry SET replaces = 3 WHERE id = 6",
        {"replacements"},
    ),
    "a replacement of what stands": ("UPDATE entry SET replaces = 1 WHERE id = 6", {"replacements"}),
    "a transfer of nothing": (
        "UPDATE entry_line SET account = '65881' WHERE account = '5851'",
        {"transfer_pairs"},
    ),
    "a correction before its entry": (
        "UPDATE entry SET date = '2026-03-01' WHERE corrects IS NOT NULL",
        {"corrections"},
    ),
}


@pytest.mark.parametrize("case", ALTERED)
def test_a_tie_that_no_act_makes_is_named(case: str, books: Database) -> None:
    opened = open_engine(books.url)
    ledger = Ledger(opened, "essai", clock=lambda: NOON)
    seal(ledger, *transfer(), expense())
    do(ledger, correct_entry, "BF/OD/2026/1", [expense(amount=50)], "montant", "e.json")
    seal(ledger, expense(document="FACT-13"))
    assert failed(ledger) == []
    opened.dispose()
    statement, expected = ALTERED[case]
    with behind_the_guards(books) as connection, attack(connection):
        connection.execute(text("DROP INDEX uq_entry_replaces"))
        assert connection.execute(text(statement)).rowcount > 0
        told = {one["name"] for one in run_checks(connection, CHECKS) if not one["ok"]}
    assert told - {"line_book_date"} == expected


def test_a_text_kept_as_bytes_is_named(sqlite_books: Database) -> None:
    opened = open_engine(sqlite_books.url)
    seal(Ledger(opened, "essai", clock=lambda: NOON), expense())
    opened.dispose()
    with behind_the_guards(sqlite_books) as connection, attack(connection):
        connection.execute(text("UPDATE entry SET document = CAST(document AS BLOB)"))
        found = run_checks(connection, readable.CHECKS)[0]
    assert found["rows"] == [{"table": "entry", "column": "document", "value": "b'FACT-12'"}]


def test_a_form_put_aside_for_a_while_is_named(sqlite_books: Database) -> None:
    opened = open_engine(sqlite_books.url)
    seal(Ledger(opened, "essai", clock=lambda: NOON), expense())
    opened.dispose()
    with behind_the_guards(sqlite_books) as connection, connection.begin():
        connection.execute(text("UPDATE entry SET label = ''"))
    assert sound(sqlite_books) == ["CHECK constraint failed in entry"]


def test_an_index_that_lies_is_named(sqlite_books: Database) -> None:
    """A balance is summed over an index alone: one that was built on other rows shows other francs."""
    opened = open_engine(sqlite_books.url)
    seal(Ledger(opened, "essai", clock=lambda: NOON), expense(), expense(document="FACT-13"))
    opened.dispose()
    assert sound(sqlite_books) == []
    with sqlite3.connect(sqlite_books.url.removeprefix("sqlite:///")) as plain:
        plain.execute("PRAGMA writable_schema = ON")
        # the index is set on the empty page of another one
        plain.execute(
            "UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'ix_draft_command')"
            " WHERE name = 'ix_entry_line_balance'"
        )
    plain.close()
    assert [said for said in sound(sqlite_books) if "ix_entry_line_balance" in said] != []


def sound(database: Database) -> list[str]:
    """What is wrong with the file, as a new connection sees it."""
    opened = open_engine(database.url)
    with opened.connect() as connection:
        (check,) = (one for one in readable.CHECKS if one.name == "file_sound")
        found = run_checks(connection, [check])[0]["rows"]
    opened.dispose()
    return [str(row["fault"]) for row in found]
