"""The answer to COMMIT is lost, or the act is refused: the books hold the act once, or not at all."""

import hashlib
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from posting import NOON, expense, seal
from sqlalchemy import Engine, event, text

from ledger.commands import post
from ledger.entry import EntryDraft, Line
from ledger.refusal import Refusal
from ledger.tables import metadata
from ledger.unit import Ledger


class Cut(Exception):
    """The network is gone."""


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books with one entry."""
    ledger = Ledger(books_engine, "installation", clock=lambda: NOON)
    seal(ledger, expense())
    return ledger


def send(ledger: Ledger) -> dict[str, Any]:
    """The same posting under the same key."""
    return ledger.perform("post", lambda unit: post(unit, [expense(amount=7)]), payload=7, key="envoi-7")


@pytest.fixture
def cut_after_commit(books_engine: Engine) -> Iterator[list[int]]:
    """The first COMMIT reaches the database; its answer does not come back."""
    cuts: list[int] = []
    real = books_engine.dialect.do_commit

    def commit(connection: Any) -> None:
        real(connection)
        if not cuts:
            cuts.append(1)
            raise Cut

    books_engine.dialect.do_commit = commit  # type: ignore[method-assign]  # the network is what is tested
    yield cuts
    books_engine.dialect.do_commit = real  # type: ignore[method-assign]  # as above


def test_an_act_whose_answer_was_lost_is_sent_again_and_done_once(ledger: Ledger, cut_after_commit: list[int]) -> None:
    with pytest.raises(Cut):
        send(ledger)
    assert cut_after_commit == [1]
    ledger.engine.dispose()
    done = send(ledger)
    assert [one["number"] for one in done["entries"]] == [2]
    assert send(ledger) == done
    with ledger.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM entry")).scalar_one() == 2
        assert connection.execute(text("SELECT count(*) FROM command_log WHERE key = 'envoi-7'")).scalar_one() == 1


def test_an_act_cut_before_its_commit_leaves_nothing_and_is_done_when_sent_again(ledger: Ledger) -> None:
    def cut(connection: Any) -> None:
        event.remove(ledger.engine, "commit", cut)
        raise Cut

    event.listen(ledger.engine, "commit", cut)
    with pytest.raises(Cut):
        send(ledger)
    with ledger.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM entry")).scalar_one() == 1
    assert [one["number"] for one in send(ledger)["entries"]] == [2]


def fingerprints(ledger: Ledger) -> dict[str, str]:
    """SHA-256 of the rows of every table."""
    import_module("ledger.verify")  # every table of the books is declared by then
    found = {}
    with ledger.read() as connection:
        for table in metadata.sorted_tables:
            rows = sorted(repr(tuple(row)) for row in connection.execute(table.select()))
            found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def test_a_refusal_changes_the_command_log_and_no_other_table(ledger: Ledger) -> None:
    before = fingerprints(ledger)
    wrong = EntryDraft("BF", "OD", NOON.date(), "F", "Fausse", (Line("65881", 5), Line("40111", 0, 4)))
    with pytest.raises(Refusal):
        ledger.perform("post", lambda unit: post(unit, [expense(), wrong]), payload=1)
    after = fingerprints(ledger)
    assert {name for name in before if before[name] != after[name]} == {"command_log"}
    assert len(before) > 12
