"""What ties an entry to others, and how it is written, met in raw SQL: nothing wrong stays, on both engines."""

from collections.abc import Iterator
from typing import Any

import pytest
from attack import Attacker, raw_entry
from databases import Database
from entry_attacks import GOOD, HALF, two
from posting import NOON, do, expense, seal

from ledger.correct import reverse_entry
from ledger.engine import open_engine
from ledger.refusal import Refusal
from ledger.unit import Ledger


@pytest.fixture
def stand(books: Database) -> Iterator[Attacker]:
    """Entry 1, taken back by entry 2."""
    engine = open_engine(books.url)
    ledger = Ledger(engine, "essai", clock=lambda: NOON)
    seal(ledger, expense())
    do(ledger, reverse_entry, "BF/OD/2026/1", "negative", "essai")
    engine.dispose()
    attacker = Attacker(books)
    yield attacker
    attacker.close()


def test_an_entry_is_replaced_once(stand: Attacker) -> None:
    assert stand.refused(*raw_entry(stand, GOOD, replaces=1)) is None
    assert stand.refused(*raw_entry(stand, GOOD, replaces=1)) == "entry_replaced_once"
    assert stand.one("SELECT count(*) FROM entry") == 3


@pytest.mark.parametrize("places", [(1, 2), (98, 99)])
def test_lines_that_no_entry_has_are_nobodys(places: tuple[int, int], sqlite_books: Database) -> None:
    """A connection that does not look at keys leaves two balanced lines where the next entry would find them."""
    engine = open_engine(sqlite_books.url)
    ledger = Ledger(engine, "essai", clock=lambda: NOON)
    seal(ledger, expense())
    attacker = Attacker(sqlite_books)
    lines = raw_entry(attacker, [{**line, "position": place} for line, place in zip(GOOD, places, strict=True)])[:-1]
    assert attacker.refused(*lines) is None
    with pytest.raises(Refusal) as refused:
        seal(ledger, expense())
    assert (refused.value.code, refused.value.facts) == ("lines_without_entry", {"last": 1, "found": 2})
    assert attacker.one("SELECT count(*) FROM entry") == 1
    attacker.close()
    engine.dispose()


PAIRED = {"transfer": "V7", "origin": "transfer"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (HALF, [{"account": "52112", "debit": 5}, {"account": "1852", "credit": 5}]),
        (GOOD, [{"account": "65881", "debit": 5}, {"account": "40112", "credit": 5}]),
        (HALF, [{"account": "5851", "credit": 6}, {"account": "52112", "debit": 6}]),
        (
            [{"account": "5851", "debit": 5}, {"account": "5851", "credit": 5}],
            [{"account": "65881", "debit": 5}, {"account": "40112", "credit": 5}],
        ),
    ],
    ids=["5851 against 1852", "no transfer account", "another amount", "one half moves none"],
)
def test_the_halves_of_a_transfer_cancel_account_by_account(
    first: list[dict[str, Any]], second: list[dict[str, Any]], stand: Attacker
) -> None:
    half = raw_entry(stand, first, **PAIRED, peer=4)
    other = raw_entry(stand, second, book="ML", id=4, **PAIRED, peer=3)
    assert stand.refused(*half, *other) == "transfer_pair"
    assert stand.one("SELECT count(*) FROM entry") == 2


@pytest.mark.parametrize("column", ["document", "label", "actor", "origin_ref", "key", "hash"])
def test_an_entry_keeps_its_texts_as_texts(column: str, sqlite_books: Database) -> None:
    attacker = Attacker(sqlite_books)
    said = {"hash": "f" * 64, "document": "P-1"}.get(column, "abc")
    *lines, entry = raw_entry(attacker, GOOD, **{column: said})
    told = attacker.refused(*lines, entry.replace(f"'{said}'", f"CAST('{said}' AS BLOB)"))
    assert told == "entry_texts"
    attacker.close()


@pytest.mark.parametrize("column", ["label", "reference"])
def test_a_line_keeps_its_texts_as_texts(column: str, sqlite_books: Database) -> None:
    attacker = Attacker(sqlite_books)
    first, *rest = raw_entry(attacker, two({column: "abc"}))
    assert attacker.refused(first.replace("'abc'", "x'616263'"), *rest) == "line_texts"
    attacker.close()


@pytest.mark.parametrize("column", ["id", "year", "number", "period", "position"])
def test_the_numbers_of_an_entry_are_whole(column: str, sqlite_books: Database) -> None:
    attacker = Attacker(sqlite_books)
    assert attacker.refused(*raw_entry(attacker, GOOD)) is None
    whole = {"id": 2, "year": 2026, "number": 2, "period": 4, "position": 2}[column]
    told = attacker.refused(*raw_entry(attacker, GOOD, **{column: whole + 0.5}))
    assert told in {
        "entry_sequence", "entry_year_of_date", "entry_number_gap", "entry_period_of_date", "entry_position_gap",
        "entry_previous_hash", "line_amount_whole",
    }  # fmt: skip
    assert attacker.one("SELECT count(*) FROM entry") == 1
    attacker.close()
