"""A run that keeps its matches in parts: cut anywhere, it ends with the same matches; others may write in between."""

import datetime as dt
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from databases import Database
from sqlalchemy import Engine

from ledger.commands import post
from ledger.engine import open_engine
from ledger.entry_file import read_entries
from ledger.read import find_by_id
from ledger.refusal import Refusal
from ledger.setup import create_books
from ledger.unit import Ledger
from portal.verification import verify_books
from reconcile.confirm import confirm_by_hand
from reconcile.matches import list_matches, reconcile_status
from reconcile.open_lines import bank_lines, book_lines
from reconcile.run import run_in_parts
from reconcile.runs import list_runs
from tests.reconcile.banked import Seen, bring, do, enter, march, prepared, seen_by, statement
from tests.reconcile.labelled import labelled

OPERATIONS = 90


def labelled_books(ledger: Ledger, seed: int = 5) -> None:
    """The lines of BF of a set drawn with traps: references, groups, charges, returns, equal monthly payments."""
    truth = labelled(seed, 2, operations=OPERATIONS * 3)
    entries = [
        {"book": "BF", "journal": "BQ", "date": one.date.isoformat(), "document": one.references[1] or "P",
         "label": one.label or "Paiement",
         "lines": [{"account": "52111", "debit" if one.amount > 0 else "credit": abs(one.amount),
                    **({"reference": one.references[0]} if one.references[0] else {})},
                   {"account": "65881", "credit" if one.amount > 0 else "debit": abs(one.amount)}]}
        for one in truth.book if one.book == "BF"
    ]  # fmt: skip
    do(ledger, lambda unit: post(unit, read_entries({"entries": entries}, "essai.json")))
    lines = [
        Seen(one.booking_date, one.amount, one.label, one.customer_reference, one.bank_reference, one.type)
        for one in sorted(truth.bank, key=lambda one: (one.booking_date, one.id))
        if one.book == "BF"
    ]
    bring(ledger, statement(lines, opening=10**12, start=lines[0].day, end=lines[-1].day))


def kept(ledger: Ledger) -> list[Any]:
    """The matches in force, without their numbers and instants: pass, reason, lines of both sides."""
    with ledger.read() as connection:
        found = list_matches(connection, "BF")
    told = [
        (one["status"], one["pass"], one["reason"], [line["id"] for line in one["statement_lines"]],
         [(x["journal"], x["number"], x["line"], x["amount"]) for x in one["entry_lines"]])
        for one in found["matches"]
    ]  # fmt: skip
    return [*sorted(told), len(found["open"]["statement_lines"]), len(found["open"]["entry_lines"])]


def faults(ledger: Ledger) -> list[str]:
    """The checks that fail."""
    with ledger.read() as connection:
        return [one["name"] for one in verify_books(connection)["checks"] if not one["ok"]]


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Books with the labelled lines, nothing matched."""
    made = prepared(books_engine)
    labelled_books(made)
    return made


def test_parts_end_with_the_matches_of_one_transaction(books_engine: Engine, tmp_path: Path) -> None:
    ledger = prepared(books_engine)
    labelled_books(ledger)
    create_books(f"sqlite:///{tmp_path}/whole.db", fictional=True)
    whole = prepared(open_engine(f"sqlite:///{tmp_path}/whole.db"))
    labelled_books(whole)

    counted: list[tuple[int, int]] = []
    in_parts = run_in_parts(ledger, "BF", part=7, kept=lambda done, total: counted.append((done, total)))
    at_once = run_in_parts(whole, "BF")
    whole.engine.dispose()

    assert in_parts == at_once
    assert kept(ledger) == kept(whole)
    assert [done for done, _ in counted] == sorted({done for done, _ in counted})
    assert len(counted) >= in_parts["confirmed"] // 7 - 3
    with ledger.read() as connection:
        runs = list_runs(connection, "BF")
    assert [(one["finished"], one["parts"], one["confirmed"]) for one in runs] == [
        (True, len(counted) + 1, in_parts["confirmed"])
    ]
    assert faults(ledger) == []


def test_a_second_run_keeps_nothing_more(ledger: Ledger) -> None:
    first = run_in_parts(ledger, "BF", part=10)
    before = kept(ledger)
    again = run_in_parts(ledger, "BF", part=10)
    assert (again["lines"], again["confirmed"], again["open"]) == (first["open"], 0, first["open"])
    assert [one[1:] for one in kept(ledger)[:-2]] == [one[1:] for one in before[:-2]]


def test_the_same_key_answers_without_running_again(ledger: Ledger) -> None:
    first = run_in_parts(ledger, "BF", part=10, key="mars")
    assert run_in_parts(ledger, "BF", part=10, key="mars") == first
    with ledger.read() as connection:
        assert len(list_runs(connection, "BF")) == 1
    with pytest.raises(Refusal) as refused:
        run_in_parts(ledger, "BF", march(3), key="mars")
    assert refused.value.code == "key_reused"


def test_a_cut_run_says_so_until_the_next_goes_to_the_end(ledger: Ledger) -> None:
    def cut(_done: int, _total: int) -> None:
        raise RuntimeError("coupure")

    with pytest.raises(RuntimeError, match="coupure"):
        run_in_parts(ledger, "BF", part=10, kept=cut)

    with ledger.read() as connection:
        assert [(one["finished"], one["confirmed"]) for one in list_runs(connection, "BF")] == [(False, 10)]
        assert reconcile_status(connection, "BF")[0]["finished"] is False
    run_in_parts(ledger, "BF", part=10)
    with ledger.read() as connection:
        assert [one["finished"] for one in list_runs(connection, "BF")] == [False, True]
        assert reconcile_status(connection, "BF")[0]["finished"] is True


def test_the_payments_of_a_series_are_kept_together(books_engine: Engine) -> None:
    ledger = prepared(books_engine)
    days = [march(1) + dt.timedelta(days=30 * place) for place in range(4)]
    for day in days:
        enter(ledger, -300_000, day)
    bring(ledger, statement([Seen(day, -300_000) for day in days], start=days[0], end=days[-1]))
    counted: list[tuple[int, int]] = []

    done = run_in_parts(ledger, "BF", part=1, kept=lambda done, total: counted.append((done, total)))

    assert (done["confirmed"], counted) == (4, [(4, 4)])


def test_a_match_made_by_hand_in_between_is_kept_and_the_run_looks_again(ledger: Ledger) -> None:
    with ledger.read() as connection:
        entries = {(one.references[0], one.amount): one for one in book_lines(connection, "BF")}
        line = [x for x in bank_lines(connection, "BF") if (x.customer_reference, x.amount) in entries][-1]
        entry = find_by_id(connection, entries[line.customer_reference or "", line.amount].id[0])
    name = f"{entry.reference}:1"
    hand: list[int] = []

    def meddle(_done: int, _total: int) -> None:
        if not hand:
            hand.append(do(ledger, lambda unit: confirm_by_hand(unit, [line.id], [name], "vu au relevé"))["match"])

    run_in_parts(ledger, "BF", part=10, kept=meddle)

    with ledger.read() as connection:
        found = list_matches(connection, "BF", "confirmed")["matches"]
    assert [one["pass"] for one in found if line.id in [x["id"] for x in one["statement_lines"]]] == ["manual"]
    assert [one["id"] for one in found if one["pass"] == "manual"] == hand
    assert faults(ledger) == []


KILLED = """
import sys
from ledger.engine import open_engine
from ledger.unit import Ledger
from reconcile.run import run_in_parts
def kept(done, total):
    print(done, flush=True)
print(0, flush=True)
ledger = Ledger(open_engine(sys.argv[1]), "installation")
run_in_parts(ledger, "BF", part=5, told=lambda *_: print(0, flush=True), kept=kept)
"""


def killed_run(url: str, lines_heard: int, more_seconds: float) -> int:
    """Begin a run in another process and kill it outright, so many lines and instants later; its exit code."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen([sys.executable, "-c", KILLED, url], stdout=subprocess.PIPE, text=True, env=env)
    assert process.stdout is not None
    for _ in range(lines_heard):
        if not process.stdout.readline():
            break
    try:
        process.wait(more_seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    process.stdout.close()
    return process.wait()


def test_a_run_killed_at_any_instant_ends_with_the_same_matches(tmp_path: Path) -> None:
    create_books(f"sqlite:///{tmp_path}/begun.db", fictional=True)
    begun = prepared(open_engine(f"sqlite:///{tmp_path}/begun.db"))
    labelled_books(begun)
    begun.engine.dispose()
    shutil.copy(tmp_path / "begun.db", tmp_path / "whole.db")
    whole = prepared_at(tmp_path / "whole.db")
    run_in_parts(whole, "BF", part=5)
    expected = kept(whole)
    whole.engine.dispose()

    dice = random.Random(20)
    codes = []
    for attempt in range(3):
        file = tmp_path / f"killed-{attempt}.db"
        shutil.copy(tmp_path / "begun.db", file)
        for _ in range(2):
            codes.append(killed_run(f"sqlite:///{file}", dice.randrange(1, 14), dice.random() / 50))
        after = prepared_at(file)
        assert faults(after) == []
        run_in_parts(after, "BF", part=5)
        assert kept(after) == expected
        assert faults(after) == []
        after.engine.dispose()
    assert codes.count(-signal.SIGKILL) >= 4


def test_a_run_killed_on_the_server_ends_with_the_matches_of_one_transaction(
    postgres_books: Database, sqlite_books: Database
) -> None:
    ledger, whole = (prepared(open_engine(one.url)) for one in (postgres_books, sqlite_books))
    labelled_books(ledger)
    labelled_books(whole)
    run_in_parts(whole, "BF")

    codes = []
    for lines_heard in (9, 3, 12):
        codes.append(killed_run(postgres_books.url, lines_heard, 0.01))
        assert faults(ledger) == []
    with ledger.read() as connection:
        unfinished = [one["finished"] for one in list_runs(connection, "BF")]
    run_in_parts(ledger, "BF", part=5)

    assert (codes, set(unfinished)) == ([-signal.SIGKILL] * 3, {False})
    assert kept(ledger) == kept(whole)
    assert faults(ledger) == []
    ledger.engine.dispose()
    whole.engine.dispose()


def prepared_at(file: Path) -> Ledger:
    """The books of a file."""
    return seen_by(Ledger(open_engine(f"sqlite:///{file}")), "installation")
