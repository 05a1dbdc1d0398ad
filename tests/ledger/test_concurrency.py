"""Two people at once, on PostgreSQL with two real connections: one waits for the other, and the rules still hold."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from typing import Any

import psycopg
import pytest
from attack import Attacker, raw_entry
from databases import Database
from posting import NOON, do, expense, failed, rows, seal
from sqlalchemy import Engine

from ledger.correct import reverse_entry
from ledger.engine import open_engine
from ledger.periods.close import close_period
from ledger.refusal import Refusal
from ledger.unit import Ledger

LINES = [{"account": "65881", "debit": 5}, {"account": "40111", "credit": 5}]


@pytest.fixture
def pair(postgres_books: Database) -> Iterator[tuple[Ledger, Ledger]]:
    """The same books opened by two people, with entry BF/OD/2026/1 of March."""
    engines: list[Engine] = [open_engine(postgres_books.url) for _ in range(2)]
    try:
        first, second = (Ledger(engine, name, clock=lambda: NOON) for engine, name in zip(engines, "ab", strict=True))
        seal(first, expense())
        yield first, second
    finally:
        for engine in engines:
            engine.dispose()


def together(*acts: Callable[[], Any]) -> list[str]:
    """Start the acts at the same instant; for each, `done` or the code of its refusal. None is left under way."""
    barrier = threading.Barrier(len(acts))

    def run(act: Callable[[], Any]) -> str:
        barrier.wait(timeout=120)
        try:
            act()
        except Refusal as refusal:
            return str(refusal.as_json()["code"])
        return "done"

    # leaving the pool waits for every act, and whatever one of them raised is raised here: no connection stays open
    with ThreadPoolExecutor(len(acts)) as pool:
        return [one.result() for one in [pool.submit(run, act) for act in acts]]


def test_closing_against_posting(pair: tuple[Ledger, Ledger]) -> None:
    """Whoever comes first, the month's totals hold every entry of the month."""
    first, second = pair
    for month in range(3, 9):
        told = together(
            lambda month=month: do(first, close_period, "BF", (2026, month)),  # type: ignore[misc]  # bound at once
            lambda month=month: seal(second, expense(day=date(2026, month, 20))),  # type: ignore[misc]  # as above
        )
        assert told in (["done", "done"], ["done", "period_closed"])
    assert failed(first) == []


def test_two_posters_on_one_journal(pair: tuple[Ledger, Ledger]) -> None:
    def posting(ledger: Ledger) -> Callable[[], None]:
        def act() -> None:
            for _ in range(10):
                seal(ledger, expense())

        return act

    assert together(posting(pair[0]), posting(pair[1])) == ["done", "done"]
    with pair[0].read() as connection:
        numbers = [number for (number,) in rows(connection, "SELECT number FROM entry ORDER BY id")]
        actors = {actor for (actor,) in rows(connection, "SELECT DISTINCT actor FROM entry")}
    assert (numbers, actors) == (list(range(1, 22)), {"a", "b"})
    assert failed(pair[0]) == []


def test_two_reversals_of_one_entry(pair: tuple[Ledger, Ledger]) -> None:
    told = together(
        lambda: do(pair[0], reverse_entry, "BF/OD/2026/1", "negative", "essai"),
        lambda: do(pair[1], reverse_entry, "BF/OD/2026/1", "contra", "essai"),
    )
    assert sorted(told) == ["done", "entry_already_corrected"]
    with pair[0].read() as connection:
        assert rows(connection, "SELECT count(*) FROM entry WHERE corrects = 1") == [(1,)]


@pytest.fixture
def raw(postgres_books: Database, pair: tuple[Ledger, Ledger]) -> Iterator[tuple[Attacker, Attacker]]:
    """Two plain connections to the same books, and a limit on how long one may wait for the other."""
    with closing(Attacker(postgres_books)) as first, closing(Attacker(postgres_books)) as second:
        for one in (first, second):
            one.run("SET lock_timeout = '20s'")
        yield first, second


def test_a_line_added_by_a_second_connection_while_the_entry_is_sealed(raw: tuple[Attacker, Attacker]) -> None:
    sealing, adding = raw
    statements = raw_entry(sealing, LINES)
    (_, second, _) = raw_entry(adding, [LINES[0], {"account": "65881", "debit": 7, "position": 3}])
    adding.connection.execute(second)
    sealing.run(*statements)
    with pytest.raises(psycopg.Error) as told:
        adding.connection.commit()
    assert told.value.diag.constraint_name == "fk_entry_line_entry"
    assert sealing.one("SELECT count(*) FROM entry_line WHERE entry_id = 2") == 2


def test_a_line_sent_while_the_sealing_is_not_committed_yet(raw: tuple[Attacker, Attacker]) -> None:
    sealing, adding = raw
    (_, second, _) = raw_entry(adding, [LINES[0], {"account": "65881", "debit": 7, "position": 3}])
    for statement in raw_entry(sealing, LINES):
        sealing.connection.execute(statement)
    adding.connection.execute(second)
    sealing.connection.commit()
    with pytest.raises(psycopg.Error) as told:
        adding.connection.commit()
    assert told.value.diag.constraint_name == "fk_entry_line_entry"
    assert sealing.one("SELECT count(*) FROM entry_line WHERE entry_id = 2") == 2


def test_a_raw_closing_waits_for_the_entry_under_way_and_sees_it(
    raw: tuple[Attacker, Attacker], pair: tuple[Ledger, Ledger]
) -> None:
    """Without the lock the closing would count the entries before the one that is being sealed."""
    posting, other = raw
    for statement in raw_entry(posting, LINES, date="2026-03-20"):
        posting.connection.execute(statement)
    told: list[str | None] = []
    row = (
        "INSERT INTO period_event (id, book, year, period, action, known_entry, at, actor, command_id)"
        " VALUES (1, 'BF', 2026, 3, 'close', 1, '2026-04-02T12:00:00.000000Z', 'a', 1)"
    )
    thread = threading.Thread(target=lambda: told.append(other.refused(row)))
    thread.start()
    try:
        thread.join(timeout=0.5)
        assert thread.is_alive(), "it waits for the entry under way"
        posting.connection.commit()
    finally:
        posting.connection.rollback()
        thread.join(timeout=60)
    assert told == ["period_known_entry"]
