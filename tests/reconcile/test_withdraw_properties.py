"""Import, withdraw, import the right one: the books are those that only ever saw the right one, now and at each past
instant of the record."""

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from ledger.engine import open_engine
from ledger.levy.open_credits import open_credits
from ledger.mandates.situation_bank import bank_situation
from ledger.tables.commands import command_log
from ledger.tables.journal import entry
from ledger.unit import Ledger
from portal.verification import verify_books
from reconcile.etat_read import etat_of
from reconcile.matches import list_matches, reconcile_status
from reconcile.statements import statement_gaps
from reconcile.undo import undo_match
from reconcile.withdraw import withdraw_statement
from tests.reconcile.banked import Seen, bring, do, enter, march, prepared, run, statement

Row = dict[str, Any]
LINES = st.lists(
    st.builds(
        Seen,
        st.integers(2, 27).map(march),
        st.sampled_from([-3_000, -2_000, -1_000, 1_000, 2_000, 5_000]),
        st.sampled_from(["VIREMENT", "VERSEMENT"]),
        st.sampled_from([None, "OP-1", "OP-2", "R-7"]),
    ),
    max_size=6,
).map(lambda lines: sorted(lines, key=lambda one: one.day))
CHARGE = Seen(march(28), -500, "FRAIS DE TENUE DE COMPTE", type="NCHG")
ENTRIES = st.lists(
    st.tuples(
        st.sampled_from([-3_000, -2_000, -1_000, 1_000, 2_000, 5_000]),
        st.integers(2, 27).map(march),
        st.sampled_from(["OP-1", "OP-2", "R-7", ""]),
    ),
    max_size=5,
)
FEW = settings(max_examples=20, deadline=None)


class Known(NamedTuple):
    """A point of the record."""

    entry: int
    command: int


def now(ledger: Ledger) -> Known:
    """The last entry and the last command."""
    with ledger.read() as connection:
        found = (connection.execute(select(func.coalesce(func.max(t.c.id), 0))).scalar() for t in (entry, command_log))
        return Known(*(int(one or 0) for one in found))


def told(ledger: Ledger, known: Known) -> Row:
    """What the books say of March as known at a point of the record, in their own numbers."""
    with ledger.read() as connection:
        etat = etat_of(connection, "BF", 2026, 3, known_entry=known.entry, known_command=known.command).as_json()
        situation = bank_situation(connection, "BF", march(31), known.command, 0)
        credits = open_credits(connection, {}, book="BF", as_of=march(31), known_command=known.command)
        gaps = statement_gaps(connection, known_command=known.command)
    return {"etat": etat, "situation": situation, "credits": credits, "gaps": gaps}


def without_numbers(ledger: Ledger) -> Row:
    """What the books say now, without the numbers that depend on how much was recorded before."""
    found = told(ledger, now(ledger))
    etat = {name: value for name, value in found["etat"].items() if not name.startswith("known")}
    for block in ("to_book", "to_bank", "suspense"):
        etat[block] = sorted(
            ({name: v for name, v in one.items() if name != "id" and (block, name) != ("to_bank", "place")}
             for one in etat[block]),
            key=str,
        )  # fmt: skip
    with ledger.read() as connection:
        listed, status = list_matches(connection, "BF"), reconcile_status(connection, "BF")[0]
    shown = [
        (one["status"], one["pass"], sorted(map(_bank, one["statement_lines"])), sorted(map(_book, one["entry_lines"])))
        for one in listed["matches"]
    ]
    gaps = [{name: value for name, value in gap.items() if name != "statement"} for gap in found["gaps"]]
    return {
        "etat": etat, "situation": found["situation"], "credits": sorted(found["credits"]), "gaps": gaps,
        "matches": sorted(shown, key=str),
        "open": sorted(map(_bank, listed["open"]["statement_lines"])),
        "open_book": sorted((one["date"], one["amount"], one["label"]) for one in listed["open"]["entry_lines"]),
        "status": {name: value for name, value in status.items() if name != "last_run"},
    }  # fmt: skip


def _bank(line: Row) -> tuple[Any, ...]:
    return line["statement"], line["position"], line["booking_date"], line["amount"], line["bank_reference"] or ""


def _book(line: Row) -> tuple[Any, ...]:
    return line["book"], line["journal"], line["amount"]


class Books:
    """Books of one example, and what they said at each point of the record."""

    def __init__(self, template: Path, folder: Path, name: str, entries: list[tuple[int, dt.date, str]]) -> None:
        self.url = f"sqlite:///{shutil.copy(template, folder / name)}"
        self.ledger = prepared(open_engine(self.url))
        self.past: list[tuple[Known, Row]] = []
        for amount, day, reference in entries:
            enter(self.ledger, amount, day, reference)

    def do(self, act: Callable[[Ledger], Any]) -> None:
        """An act, and what the books say after it."""
        act(self.ledger)
        known = now(self.ledger)
        self.past.append((known, told(self.ledger, known)))

    def withdraw(self, number: int) -> None:
        """Undo the matches in force that hold a line of the first statement, then withdraw it."""
        with self.ledger.read() as connection:
            held = list_matches(connection, "BF", "confirmed")["matches"]
        for one in held:
            self.do(lambda ledger, m=one["id"]: do(ledger, lambda unit: undo_match(unit, m, "relevé faux")))
        self.do(lambda ledger: do(ledger, lambda unit: withdraw_statement(unit, str(number), "relevé faux")))

    def close(self) -> list[str]:
        """Look at the past again, verify, and let go: the checks that fail."""
        for known, then in self.past:
            assert told(self.ledger, known) == then
        with self.ledger.read() as connection:
            failed = [one["name"] for one in verify_books(connection)["checks"] if not one["ok"]]
        self.ledger.engine.dispose()
        return failed


@FEW
@given(wrong=LINES, right=LINES, entries=ENTRIES, charged=st.booleans(), times=st.integers(1, 2))
def test_a_wrong_statement_withdrawn_leaves_no_trace_in_what_is_counted(
    wrong: list[Seen],
    right: list[Seen],
    entries: list[tuple[int, dt.date, str]],
    charged: bool,
    times: int,
    sqlite_books_template: Path,
) -> None:
    more = [CHARGE] if charged else []
    good = statement([*right, *more])
    with tempfile.TemporaryDirectory() as name:
        one, other = (Books(sqlite_books_template, Path(name), x, entries) for x in ("a.db", "b.db"))
        for place in range(1, times + 1):
            one.do(lambda ledger: bring(ledger, statement([*wrong, *more])))
            one.do(run)
            one.withdraw(place)
        for books in (one, other):
            books.do(lambda ledger: bring(ledger, good))
            books.do(run)
        assert without_numbers(one.ledger) == without_numbers(other.ledger)
        assert (one.close(), other.close()) == ([], [])


@FEW
@given(lines=LINES, entries=ENTRIES, first=st.integers(4, 24), shared=st.integers(0, 6), early=st.booleans())
def test_an_overlapping_statement_stays_whole_when_the_earlier_one_is_withdrawn(
    lines: list[Seen],
    entries: list[tuple[int, dt.date, str]],
    first: int,
    shared: int,
    early: bool,
    sqlite_books_template: Path,
) -> None:
    begin, end = march(first), march(min(first + shared, 28))
    before = [one for one in lines if one.day < begin]
    wrong = statement([one for one in lines if one.day <= end], "1", end=end)
    good = statement([one for one in lines if one.day >= begin], "2", sum(one.amount for one in before), begin)
    with tempfile.TemporaryDirectory() as name:
        one, other = (Books(sqlite_books_template, Path(name), x, entries) for x in ("a.db", "b.db"))
        one.do(lambda ledger: bring(ledger, wrong))
        for then in (early, not early):
            if then:
                one.do(run)
                one.withdraw(1)
            else:
                one.do(lambda ledger: bring(ledger, good))
        other.do(lambda ledger: bring(ledger, good))
        if early:
            one.do(run)
            other.do(run)
        # what was undone on lines that stay is proposed, not confirmed again: there, only what is open is compared
        left = set() if early else {"matches", "status"}
        found, alone = (
            {key: value for key, value in without_numbers(books.ledger).items() if key not in left}
            for books in (one, other)
        )
        assert found == alone
        assert (one.close(), other.close()) == ([], [])
