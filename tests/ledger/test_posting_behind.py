"""Many entries are written a chunk behind: what the books hold and what they refuse is as if they came one by one."""

from typing import Any

import pytest
from databases import Database
from posting import NOON, expense, failed, rows

from ledger import post as posting
from ledger.engine import open_engine
from ledger.entry_rules import EntryUnbalanced
from ledger.guards import RefusedByDatabase
from ledger.post import EntryKeyReused, post_many
from ledger.unit import Ledger


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "CHUNK", 60)


def many(ledger: Ledger, drafts: Any) -> Any:
    return ledger.perform("post", lambda unit: {"posted": post_many(unit, drafts)})["posted"]


def count(ledger: Ledger) -> tuple[Any, ...]:
    with ledger.read() as connection:
        return rows(connection, "SELECT (SELECT count(*) FROM entry), (SELECT count(*) FROM entry_line)")[0]


@pytest.fixture
def ledger(books: Database) -> Any:
    engine = open_engine(books.url)
    yield Ledger(engine, "essai", clock=lambda: NOON)
    engine.dispose()


def test_every_chunk_is_written_and_the_books_hold(ledger: Ledger) -> None:
    assert many(ledger, [expense(key=f"k{place}") for place in range(250)]) == 250
    assert count(ledger) == (250, 500)
    assert failed(ledger) == []


def test_a_key_met_again_in_the_next_chunk_is_the_same_entry(ledger: Ledger) -> None:
    drafts = [expense(key=f"k{place % 70}") for place in range(140)]
    assert many(ledger, drafts) == 140
    assert count(ledger) == (70, 140)


def test_a_key_met_again_with_another_content_refuses_everything(ledger: Ledger) -> None:
    drafts = [expense(key=f"k{place}") for place in range(100)]
    with pytest.raises(EntryKeyReused):
        many(ledger, [*drafts, drafts[50]._replace(label="Autre")])
    assert count(ledger) == (0, 0)


def test_a_wrong_entry_of_the_last_chunk_refuses_everything(ledger: Ledger) -> None:
    drafts = [expense(key=f"k{place}") for place in range(130)]
    lines = (drafts[0].lines[0], drafts[0].lines[1]._replace(credit=1))
    with pytest.raises(EntryUnbalanced):
        many(ledger, [*drafts, drafts[0]._replace(key=None, lines=lines)])
    assert count(ledger) == (0, 0)


def test_what_the_database_refuses_in_a_chunk_is_told_before_a_fault_of_the_next(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules are set aside for the first chunk: its guard speaks, not the rule broken in the second."""
    drafts = [expense(key=f"k{place}") for place in range(90)]
    lines = (drafts[0].lines[0], drafts[0].lines[1]._replace(credit=1))
    wrong, worse = drafts[5]._replace(lines=lines), drafts[80]._replace(lines=lines[:1])
    rule = posting.check_entry
    monkeypatch.setattr(posting, "check_entry", lambda draft, law: None if draft is wrong else rule(draft, law))
    with pytest.raises(RefusedByDatabase) as told:
        many(ledger, [*drafts[:5], wrong, *drafts[6:80], worse, *drafts[81:]])
    assert told.value.as_json()["code"] == "entry_balances"
    assert count(ledger) == (0, 0)
