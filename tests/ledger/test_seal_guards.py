"""Raw SQL against the seals: a command out of the chain, a seal of the reference tables out of order."""

from collections.abc import Iterator

import pytest
from attack import ZERO, Attacker, insert
from databases import Database
from posting import NOON, expense, seal

from ledger.engine import open_engine
from ledger.unit import Ledger


@pytest.fixture
def owner(books: Database) -> Iterator[Attacker]:
    """Books with one command in the log, in the hands of the owner of the tables."""
    engine = open_engine(books.url)
    seal(Ledger(engine, "essai", clock=lambda: NOON), expense())
    engine.dispose()
    attacker = Attacker(books, owner=True)
    yield attacker
    attacker.close()


def command(**more: str | None) -> str:
    """A second command, as raw SQL writes it."""
    row = {"at": "2026-04-02T12:00:00.000000Z", "actor": "a", "command": "c", "fingerprint": "f", "outcome": "done"}
    return insert("command_log", id=2, answer="{}", **row, **more)


@pytest.mark.parametrize(
    ("previous", "digest", "guard"),
    [
        (ZERO, "e" * 64, "command_previous_hash"),
        ("f" * 64, "e" * 64, "command_previous_hash"),
        (None, "e" * 64, "command_hash"),
        ("last", None, "command_hash"),
        ("last", "court", "command_hash"),
    ],
)
def test_a_command_out_of_the_chain_is_refused(
    previous: str | None, digest: str | None, guard: str, owner: Attacker
) -> None:
    last = owner.one("SELECT hash FROM command_log WHERE id = 1")
    told = owner.refused(command(written="{}", previous_hash=last if previous == "last" else previous, hash=digest))
    assert told == guard
    assert owner.one("SELECT count(*) FROM command_log") == 1


def test_a_command_that_follows_the_last_one_enters(owner: Attacker) -> None:
    last = owner.one("SELECT hash FROM command_log WHERE id = 1")
    assert owner.refused(command(written="{}", previous_hash=last, hash="e" * 64)) is None


@pytest.mark.parametrize(("number", "previous"), [(2, ZERO), (3, "last"), (2, "f" * 64)])
def test_a_seal_of_the_reference_tables_out_of_order_is_refused(number: int, previous: str, owner: Attacker) -> None:
    last = owner.one("SELECT hash FROM reference_seal WHERE id = 1")
    told = owner.refused(
        insert(
            "reference_seal",
            id=number,
            content="{}",
            previous_hash=last if previous == "last" else previous,
            hash="e" * 64,
        )
    )
    assert told == "reference_previous_hash"


def test_a_seal_of_the_reference_tables_is_never_changed_nor_deleted(owner: Attacker) -> None:
    told = [owner.refused(one) for one in ("UPDATE reference_seal SET content = '{}'", "DELETE FROM reference_seal")]
    assert told == ["reference_seal_append_only"] * 2
