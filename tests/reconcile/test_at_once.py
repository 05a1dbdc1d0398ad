"""Several people reconcile one book at the same instant: each line ends in one match, and nobody sees a fault."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine

from ledger.refusal import Refusal
from ledger.unit import Ledger
from portal.verification import verify_books
from reconcile.confirm import confirm_by_hand, confirm_proposal
from reconcile.matches import list_matches
from reconcile.run import run_in_parts
from reconcile.undo import undo_match
from reconcile.withdraw import withdraw_statement
from tests.reconcile.banked import Seen, bring, do, enter, march, prepared, run, seen_by, statement

PEOPLE = (("admin", "administrator", None), ("awa", "accountant", "BF"), ("binta", "accountant", "BF"))
PAIRS = 12
ROUNDS = 4


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Two accountants of BF; twelve payments on both sides, and a charge that a rule posts."""
    awa = seen_by(prepared(books_engine, PEOPLE), "awa")
    for place in range(PAIRS):
        enter(awa, -1_000 - place, march(9), f"OP-{place + 1:04d}")
    lines = [Seen(march(10), -1_000 - place, "VIREMENT", f"OP-{place + 1:04d}") for place in range(PAIRS)]
    bring(awa, statement([*lines, Seen(march(11), -2_500, "FRAIS DE TENUE DE COMPTE", type="NCHG")]))
    return awa


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """Do all the acts at the same instant; the answer of each, or the code of its refusal."""
    start = Barrier(len(acts))

    def one(act: Callable[[], Any]) -> Any:
        start.wait(30)
        try:
            return act()
        except Refusal as refused:
            return refused.code

    with ThreadPoolExecutor(len(acts)) as people:
        return list(people.map(one, acts))


def holders(ledger: Ledger) -> dict[int, list[str]]:
    """For each bank line that is matched: the passes of the matches in force that hold it."""
    with ledger.read() as connection:
        found = list_matches(connection, "BF", "confirmed")["matches"]
    held: dict[int, list[str]] = {}
    for one in found:
        for line in one["statement_lines"]:
            held.setdefault(line["id"], []).append(one["pass"])
    return held


def faults(ledger: Ledger) -> list[str]:
    """The checks that fail."""
    with ledger.read() as connection:
        return [one["name"] for one in verify_books(connection)["checks"] if not one["ok"]]


def test_two_runs_of_one_book_at_once_share_its_matches(ledger: Ledger) -> None:
    binta = seen_by(ledger, "binta")

    told = at_once(lambda: run_in_parts(ledger, "BF", part=2), lambda: run_in_parts(binta, "BF", part=2))

    assert told[0]["confirmed"] + told[1]["confirmed"] == PAIRS + 1
    assert holders(ledger) == {line: ["reference"] for line in range(1, PAIRS + 1)} | {PAIRS + 1: ["rule_charge"]}
    assert faults(ledger) == []


def test_a_match_made_by_hand_during_a_run_is_made_once(ledger: Ledger) -> None:
    binta = seen_by(ledger, "binta")

    def by_hand() -> Any:
        return do(binta, lambda unit: confirm_by_hand(unit, [PAIRS], [f"BF/BQ/2026/{PAIRS}:1"], "vu au relevé"))

    told = at_once(lambda: run_in_parts(ledger, "BF", part=2), by_hand)

    held = holders(ledger)
    assert sorted(held) == list(range(1, PAIRS + 2))
    expected = (["reference"], PAIRS + 1) if told[1] == "bank_line_matched" else (["manual"], PAIRS)
    assert (held[PAIRS], told[0]["confirmed"]) == expected
    assert faults(ledger) == []


def test_a_match_undone_while_another_confirms_the_same_lines(ledger: Ledger) -> None:
    run(ledger)
    binta = seen_by(ledger, "binta")
    for line in range(1, ROUNDS + 1):
        with ledger.read() as connection:
            matches = list_matches(connection, "BF", "confirmed")["matches"]
        number = next(one["id"] for one in matches if one["statement_lines"][0]["id"] == line)

        def undo(number: int = number) -> Any:
            return do(ledger, lambda unit: undo_match(unit, number, "à revoir"))

        def confirm(line: int = line) -> Any:
            return do(binta, lambda unit: confirm_by_hand(unit, [line], [f"BF/BQ/2026/{line}:1"], "vu au relevé"))

        undone, confirmed = at_once(undo, confirm)

        assert undone["match"] == number
        # the hand came too early, and the line is open; or after, and it holds the line
        expected = None if confirmed == "bank_line_matched" else ["manual"]
        assert holders(ledger).get(line) == expected
    assert faults(ledger) == []


def test_a_match_undone_twice_at_once_is_undone_once(ledger: Ledger) -> None:
    run(ledger)
    binta = seen_by(ledger, "binta")
    charge = PAIRS + 1

    told = at_once(
        lambda: do(ledger, lambda unit: undo_match(unit, charge, "à revoir")),
        lambda: do(binta, lambda unit: undo_match(unit, charge, "à revoir aussi")),
    )

    assert sorted("undone" if isinstance(one, dict) else one for one in told) == ["match_undone", "undone"]
    assert charge not in holders(ledger)
    assert faults(ledger) == []


def test_an_undo_during_a_run_is_not_confirmed_again_by_the_machine(ledger: Ledger) -> None:
    run(ledger)
    binta = seen_by(ledger, "binta")

    told = at_once(
        lambda: run_in_parts(ledger, "BF", part=1),
        lambda: do(binta, lambda unit: undo_match(unit, 1, "à revoir")),
    )

    assert (told[0]["confirmed"], told[1]["match"]) == (0, 1)
    assert run(ledger)["proposed"] == 1
    assert 1 not in holders(ledger)
    assert faults(ledger) == []


def test_a_proposal_confirmed_twice_at_once_is_confirmed_once(ledger: Ledger) -> None:
    run(ledger)
    do(ledger, lambda unit: undo_match(unit, PAIRS + 1, "à revoir"))
    run(ledger)
    with ledger.read() as connection:
        proposal = list_matches(connection, "BF", "proposed")["matches"][0]["id"]
    binta = seen_by(ledger, "binta")

    told = at_once(*(lambda who=who: do(who, lambda unit: confirm_proposal(unit, proposal)) for who in (ledger, binta)))

    assert sorted("made" if isinstance(one, dict) else one for one in told) == ["made", "proposal_stale"]
    assert holders(ledger)[PAIRS + 1] == ["rule_charge"]
    assert faults(ledger) == []


def test_a_statement_withdrawn_during_a_run_is_withdrawn_whole_or_kept_whole(ledger: Ledger) -> None:
    binta = seen_by(ledger, "binta")

    told = at_once(
        lambda: run_in_parts(ledger, "BF", part=2),
        lambda: do(binta, lambda unit: withdraw_statement(unit, "1", "relevé provisoire")),
    )

    withdrawn = isinstance(told[1], dict)
    assert withdrawn or told[1] == "withdrawal_line_matched"
    # what the run kept is either every match or none of them: a line that went is in no match
    assert (told[0]["confirmed"], len(holders(ledger))) == ((0, 0) if withdrawn else (PAIRS + 1, PAIRS + 1))
    assert faults(ledger) == []
