"""The brouillard: outside the journal, changed by compare-and-set, posted or discarded once."""

from typing import Any

import pytest
from databases import Database
from posting import NOON, do, failed, rows, write
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ledger.drafts import amend_draft, discard_draft, list_drafts, post_drafts, save_drafts
from ledger.engine import open_engine
from ledger.guards import guard_name
from ledger.periods.close import close_period
from ledger.refusal import Refusal
from ledger.unit import Ledger

Document = dict[str, Any]


def document(debit: int = 5_000, credit: int = 5_000, book: str = "BF", day: str = "2026-03-05") -> Document:
    """One entry as a file gives it."""
    payee = {"BF": "40111", "ML": "40112"}[book]
    lines = [{"account": "65881", "debit": debit}, {"account": payee, "credit": credit}]
    entry = {"book": book, "journal": "OD", "date": day, "document": "F-1", "label": "Fournitures", "lines": lines}
    return {"entries": [entry]}


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books with an unbalanced draft, number 1."""
    ledger = Ledger(books_engine, "installation", clock=lambda: NOON)
    do(ledger, save_drafts, document(credit=4_000), "f.json")
    return ledger


def refused(ledger: Ledger, act: Any, *arguments: Any) -> str:
    """The code of the refusal."""
    with pytest.raises(Refusal) as told:
        do(ledger, act, *arguments)
    return str(told.value.as_json()["code"])


def state(ledger: Ledger) -> list[tuple[Any, ...]]:
    """Status and revision of each draft, and how many entries the journal has."""
    with ledger.read() as connection:
        return rows(connection, "SELECT id, status, revision, (SELECT count(*) FROM entry) FROM draft ORDER BY id")


def test_a_draft_may_be_unbalanced_and_touches_no_journal(ledger: Ledger) -> None:
    with ledger.read() as connection:
        (one,) = list_drafts(connection)
    assert (one["debit"], one["credit"], one["balanced"]) == (5_000, 4_000, False)
    assert state(ledger) == [(1, "open", 1, 0)]


def test_an_unbalanced_draft_cannot_be_posted_and_stays_open(ledger: Ledger) -> None:
    assert refused(ledger, post_drafts, [1]) == "entry_unbalanced"
    assert state(ledger) == [(1, "open", 1, 0)]


def test_a_draft_amended_is_posted_once(ledger: Ledger) -> None:
    do(ledger, amend_draft, 1, document(), "f.json", 1)
    done = do(ledger, post_drafts, [1])
    assert [(one["journal"], one["number"]) for one in done["entries"]] == [("OD", 1)]
    assert state(ledger) == [(1, "posted", 3, 1)]
    assert refused(ledger, post_drafts, [1]) == "draft_ended"
    assert refused(ledger, amend_draft, 1, document(), "f.json") == "draft_ended"
    assert failed(ledger) == []


def test_an_amendment_of_an_older_reading_is_refused(ledger: Ledger) -> None:
    do(ledger, amend_draft, 1, document(), "f.json", 1)
    assert refused(ledger, amend_draft, 1, document(6_000, 6_000), "f.json", 1) == "draft_changed"


def test_what_a_draft_said_stays_in_the_command_log(ledger: Ledger) -> None:
    do(ledger, amend_draft, 1, document(), "f.json")
    with ledger.read() as connection:
        answers = [answer for (answer,) in rows(connection, "SELECT answer FROM command_log ORDER BY id")]
    assert ['"credit": 4000' in answer for answer in answers] == [True, False]


def test_a_draft_discarded_says_why_and_does_not_come_back(ledger: Ledger) -> None:
    assert refused(ledger, discard_draft, 1, " ") == "reason_missing"
    do(ledger, discard_draft, 1, "doublon")
    assert state(ledger) == [(1, "discarded", 2, 0)]
    assert refused(ledger, discard_draft, 1, "doublon") == "draft_ended"


def test_a_draft_is_one_entry_of_one_book(ledger: Ledger) -> None:
    two = {"entries": document()["entries"] * 2}
    assert refused(ledger, amend_draft, 1, two, "f.json") == "draft_one_entry"
    assert refused(ledger, amend_draft, 1, document(book="ML"), "f.json") == "draft_book"
    assert refused(ledger, post_drafts, [2]) == "draft_unknown"


def test_a_month_with_a_draft_is_not_closed_and_a_closed_month_takes_no_draft(ledger: Ledger) -> None:
    assert refused(ledger, close_period, "BF", (2026, 3)) == "period_drafts_remain"
    do(ledger, discard_draft, 1, "doublon")
    do(ledger, close_period, "BF", (2026, 3))
    assert refused(ledger, save_drafts, document(), "f.json") == "period_closed"


ATTACKS = {
    "draft_begins_open": "INSERT INTO draft SELECT 2, book, date, 'posted', 1, content, author, saved_at, 1 FROM draft",
    "draft_sequence": "INSERT INTO draft SELECT 3, book, date, 'open', 1, content, author, saved_at, 1 FROM draft",
    "draft_revision": "UPDATE draft SET content = '{}'",
    "draft_identity": "UPDATE draft SET book = 'ML', revision = 2",
    "draft_kept": "DELETE FROM draft",
}


@pytest.mark.parametrize("guard", ATTACKS)
def test_the_database_holds_the_drafts(guard: str, ledger: Ledger, books: Database) -> None:
    owner = Ledger(open_engine(books.owner_url))
    with pytest.raises(DBAPIError) as told:
        write(owner, ATTACKS[guard])
    owner.engine.dispose()
    assert guard_name(told.value.orig) == guard


def test_the_database_ends_a_draft_once(ledger: Ledger) -> None:
    do(ledger, discard_draft, 1, "doublon")
    with pytest.raises(DBAPIError) as told:
        write(ledger, "UPDATE draft SET status = 'open', revision = 3")
    assert guard_name(told.value.orig) == "draft_ended"
    do(ledger, close_period, "BF", (2026, 3))
    with pytest.raises(DBAPIError) as told:
        write(ledger, "INSERT INTO draft SELECT 2, book, date, 'open', 1, content, author, saved_at, 1 FROM draft")
    assert guard_name(told.value.orig) == "draft_period_closed"
