"""Many entries are written in chunks: what the books hold and what they refuse is as if they came one by one."""

from typing import Any

import pytest
from databases import Database
from posting import NOON, expense, failed, rows, transfer

from ledger import post as posting
from ledger.engine import open_engine
from ledger.entry_rules import EntryUnbalanced
from ledger.guards import RefusedByDatabase
from ledger.post import EntryKeyReused, post_many
from ledger.transfer_rules import TransferTooMany
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


@pytest.mark.parametrize("again", [3, 59, 60, 61])
def test_a_key_met_again_is_the_same_entry_wherever_it_stands(again: int, ledger: Ledger) -> None:
    """Nobody knows where a chunk ends: the same file is not taken or refused by where its double stands."""
    drafts = [expense(key=f"k{place}") for place in range(again)]
    told: list[Any] = []

    def act(unit: Any) -> dict[str, Any]:
        told.extend(posting.post_entries(unit, [*drafts, expense(key="k1"), drafts[2]]))
        return {}

    ledger.perform("post", act)
    assert [one.id for one in told] == [*range(1, again + 1), 2, 3]
    assert count(ledger) == (again, 2 * again)


def test_a_key_met_again_at_once_with_another_content_is_refused(ledger: Ledger) -> None:
    with pytest.raises(EntryKeyReused):
        many(ledger, [expense(key="k1"), expense(key="k1", amount=7)])
    assert count(ledger) == (0, 0)


def test_the_halves_of_a_transfer_far_apart_are_sealed_side_by_side(ledger: Ledger) -> None:
    out, into = transfer()
    drafts = [expense(key=f"k{place}") for place in range(200)]
    assert many(ledger, [*drafts[:30], out, *drafts[30:], into]) == 202
    with ledger.read() as connection:
        halves = rows(connection, "SELECT id, book, peer FROM entry WHERE transfer = 'V1' ORDER BY id")
    assert halves == [(201, "BF", 202), (202, "ML", 201)]
    assert failed(ledger) == []


def test_a_transfer_whose_name_is_met_again_later_refuses_everything(ledger: Ledger) -> None:
    drafts = [expense(key=f"k{place}") for place in range(130)]
    with pytest.raises(TransferTooMany):
        many(ledger, [*transfer(), *drafts, *transfer()])
    assert count(ledger) == (0, 0)


def test_an_interruption_leaves_nothing_of_the_chunks_before(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C while the second chunk is checked: nothing stays, and the books can be used at once."""
    drafts = [expense(key=f"k{place}") for place in range(90)]
    rule = posting.check_entry

    def interrupted(draft: Any, law: Any) -> None:
        if draft is drafts[80]:
            raise KeyboardInterrupt
        rule(draft, law)

    monkeypatch.setattr(posting, "check_entry", interrupted)
    with pytest.raises(KeyboardInterrupt):
        many(ledger, drafts)
    assert count(ledger) == (0, 0)
    assert many(ledger, [expense(key="k1")]) == 1


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
