"""Balances read from closed months' totals are the plain sums of the lines, whatever was closed, reopened or added."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from posting import NOON, do, expense, failed, receipt, rows, seal, write
from sqlalchemy import Connection, Engine, event

from ledger.balance import balance_of, known_entry, totals, trial_balance
from ledger.engine import open_engine
from ledger.periods.close import close_period, reopen_period
from ledger.refusal import Refusal
from ledger.unit import Ledger

START = dt.date(2025, 10, 1)
STEP = st.one_of(
    st.tuples(st.just("entry"), st.integers(0, 150), st.integers(1, 10**12), st.booleans()),
    st.tuples(st.just("close"), st.integers(0, 5)),
    st.tuples(st.just("reopen"), st.integers(0, 5)),
)


def month(place: int) -> tuple[int, int]:
    """The months from October 2025 on."""
    return 2025 + (9 + place) // 12, (9 + place) % 12 + 1


def plain_sums(connection: Connection, known: int, since: dt.date | None, until: dt.date | None) -> dict[Any, Any]:
    """Every line added up, without any stored total."""
    found: dict[Any, tuple[int, int]] = {}
    for book, account, date, debit, credit in rows(
        connection,
        f"SELECT book, account, date, debit, credit FROM entry_line WHERE entry_id <= {known}",
    ):
        day = date if isinstance(date, dt.date) else dt.date.fromisoformat(date)
        if (since is None or since <= day) and (until is None or day <= until):
            before = found.get((book, account), (0, 0))
            found[book, account] = (before[0] + debit, before[1] + credit)
    return found


def play(ledger: Ledger, steps: list[tuple[Any, ...]]) -> None:
    """Post, close, reopen; what the books refuse is passed over."""
    for step in steps:
        try:
            if step[0] == "entry":
                make = receipt if step[3] else expense
                seal(ledger, make(day=START + dt.timedelta(days=step[1]), amount=step[2]))
            elif step[0] == "close":
                do(ledger, close_period, "BF", month(step[1]))
            else:
                do(ledger, reopen_period, "BF", month(step[1]), "essai")
        except Refusal:
            continue


@pytest.fixture(scope="module")
def fresh(sqlite_books_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Fictional books in a new SQLite file, as often as asked."""
    folder = tmp_path_factory.mktemp("closed")
    count = iter(range(10**6))

    def make() -> Ledger:
        file = folder / f"{next(count)}.db"
        file.write_bytes(sqlite_books_template.read_bytes())
        return Ledger(open_engine(f"sqlite:///{file}"), "essai", clock=lambda: NOON)

    return make


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    st.lists(STEP, max_size=25), st.integers(0, 25), st.integers(-20, 160), st.integers(0, 170), st.booleans()
)  # fmt: skip
def test_totals_are_the_sums_of_the_lines(
    fresh: Any, steps: list[tuple[Any, ...]], known: int, low: int, span: int, from_the_beginning: bool
) -> None:
    ledger = fresh()
    play(ledger, steps)
    since = None if from_the_beginning else START + dt.timedelta(days=low)
    until = START + dt.timedelta(days=low + span)
    with ledger.read() as connection:
        assert totals(connection, known=known, since=since, until=until) == plain_sums(connection, known, since, until)
        everything = known_entry(connection, None)
        assert totals(connection, known=everything) == plain_sums(connection, everything, None, None)
    assert failed(ledger) == []
    ledger.engine.dispose()


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books in which October to December 2025 hold entries and are closed, January is open."""
    ledger = Ledger(books_engine, "essai", clock=lambda: dt.datetime(2026, 1, 20, 9, tzinfo=dt.UTC))
    for place in range(4):
        year, number = month(place)
        seal(ledger, receipt(day=dt.date(year, number, 10), amount=1_000 * 10**place))
    for place in range(3):
        do(ledger, close_period, "BF", month(place))
    seal(ledger, receipt(day=dt.date(2025, 12, 31), amount=7, period=13))
    return ledger


def test_the_complementary_period_is_added_to_a_closed_december(ledger: Ledger) -> None:
    with ledger.read() as connection:
        known = known_entry(connection, None)
        assert balance_of(connection, "BF", "52111", as_of=dt.date(2025, 12, 30)) == 111_000
        assert balance_of(connection, "BF", "52111", as_of=dt.date(2025, 12, 31)) == 111_007
        assert balance_of(connection, "BF", "52111", as_of=dt.date(2026, 1, 31)) == 1_111_007
        until = dt.date(2025, 12, 31)
        assert totals(connection, known=known, until=until) == plain_sums(connection, known, None, until)
        assert balance_of(connection, "BF", "52111", as_of=until, known=2) == 11_000
    do(ledger, close_period, "BF", (2025, 13))
    with ledger.read() as connection:
        assert balance_of(connection, "BF", "52111", as_of=dt.date(2025, 12, 31)) == 111_007
    assert failed(ledger) == []


def test_a_trial_balance_does_not_read_the_lines_of_closed_months(ledger: Ledger) -> None:
    asked: list[str] = []
    event.listen(ledger.engine, "before_cursor_execute", lambda *given: asked.append(f"{given[2]} {given[3]}"))
    with ledger.read() as connection:
        january = trial_balance(connection, start=dt.date(2026, 1, 1), end=dt.date(2026, 1, 31), known=5, books=("BF",))
    assert [(row.account, row.opening_debit, row.movement_debit) for row in january] == [
        ("52111", 111_007, 1_000_000),
        ("7101", 0, 0),
    ]
    assert not [one for one in asked if "FROM entry_line" in one and "'2025-10-15'" in one]
    read = [part for one in asked for part in one.split("UNION ALL") if "FROM entry_line" in part]
    assert len(read) == 3, "before October, the complementary period, January"
    assert len([one for one in asked if one.startswith("SELECT")]) == 2, "what stands, then every sum at once"


def test_a_stored_total_that_lies_is_found(ledger: Ledger, books: Any) -> None:
    owner = Ledger(open_engine(books.owner_url))
    drop = {
        "sqlite": "DROP TRIGGER closed_total_no_update",
        "postgresql": "ALTER TABLE closed_total DISABLE TRIGGER closed_total_append_only",
    }[books.backend]
    write(owner, drop, "UPDATE closed_total SET debit = debit + 1 WHERE account = '52111' AND event_id = 1")
    assert set(failed(ledger)) == {"closed_totals", "rows_as_sealed", "guards_in_place"}
    owner.engine.dispose()
