"""Wrong entries hidden among good ones in one COPY, on PostgreSQL: each rule refuses by its name, and nothing stays."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from attack import ZERO, Attacker
from databases import Database
from entry_attacks import ENTRY, GOOD, HALF, OTHER, attacked
from posting import NOON, do

from ledger.engine import open_engine
from ledger.guards import guard_name
from ledger.takeover import end_takeover
from ledger.unit import Ledger

AROUND = 60
"""Good entries before the wrong one, and after it."""
Row = dict[str, Any]
PAYING = [{"account": "40111", "debit": 5}, {"account": "52111", "credit": 5}]


@contextmanager
def opened(books: Database) -> Iterator[Ledger]:
    engine = open_engine(books.url)
    try:
        yield Ledger(engine, "essai", clock=lambda: NOON)
    finally:
        engine.dispose()


@pytest.fixture
def stand(postgres_books: Database) -> Iterator[Attacker]:
    """The books of the attacks one by one: a closed month, a closed account, a transfer, a correction, a key."""
    with opened(postgres_books) as ledger:
        attacked(ledger)
    with closing(Attacker(postgres_books)) as attacker:
        yield attacker


class Batch:
    """Entries written together, each in its right place unless its fields say otherwise."""

    def __init__(self, attacker: Attacker) -> None:
        self._attacker = attacker
        self._last = attacker.one("SELECT coalesce(max(id), 0) FROM entry")
        self._heads: dict[str, tuple[int, int, str]] = {}
        self.entries: list[Row] = []
        self.lines: list[Row] = []

    def add(self, lines: list[Row], **fields: Any) -> None:
        """One more entry; the next ones follow its place as it should have been."""
        book, day = fields.get("book", "BF"), str(fields.get("date", "2026-04-01"))
        position, number, before = self._heads.get(book) or self._head(book)
        self._last += 1
        row = {
            "id": self._last, "book": book, "journal": "OD", "year": int(day[:4]), "number": number + 1,
            "period": int(day[5:7]), "position": position + 1, "date": day, "document": "P-1", "label": "Attaque",
            "origin": "direct", "recorded_at": "2026-04-02T12:00:00.000000Z", "actor": "attaquant", "command_id": 1,
            "previous_hash": before, "hash": f"{self._last:064x}", **fields,
        }  # fmt: skip
        self._heads[book] = (position + 1, number + 1, row["hash"])
        self.entries.append(row)
        self.lines += [
            {"entry_id": row["id"], "position": place, "book": book, "date": day, "debit": 0, "credit": 0, **line}
            for place, line in enumerate(lines, start=1)
        ]

    def good(self, count: int = AROUND) -> None:
        """Entries without a fault, of two books by turns."""
        for place in range(count):
            book = ("BF", "ML")[place % 2]
            self.add([{**GOOD[0]}, {**GOOD[1], "account": "40111" if book == "BF" else "40112"}], book=book)

    def _head(self, book: str) -> tuple[int, int, str]:
        one = self._attacker.one
        number = f"SELECT coalesce(max(number), 0) FROM entry WHERE book = '{book}' AND journal = 'OD' AND year = 2026"
        last = f"FROM entry WHERE book = '{book}' ORDER BY position DESC LIMIT 1"
        return one(f"SELECT position {last}") or 0, one(number), one(f"SELECT hash {last}") or ZERO

    def refused(self) -> str | None:
        """The name of the rule that refuses the whole, or None when it passes; lines come first, as always."""
        connection = self._attacker.connection
        try:
            for table, rows in (("entry_line", self.lines), ("entry", self.entries)):
                columns = sorted({name for row in rows for name in row})
                with connection.cursor().copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
                    for row in rows:
                        copy.write_row([row.get(name) for name in columns])
            connection.commit()
        except Exception as error:
            connection.rollback()
            return guard_name(error) or str(error)
        return None


def counts(attacker: Attacker) -> tuple[int, int]:
    return attacker.one("SELECT count(*) FROM entry"), attacker.one("SELECT count(*) FROM entry_line")


@pytest.mark.parametrize("guard", ENTRY)
def test_a_wrong_entry_does_not_hide_among_good_ones(guard: str, stand: Attacker) -> None:
    before = counts(stand)
    lines, fields = ENTRY[guard]
    batch = Batch(stand)
    batch.good()
    # what an attack names by its number is further on here: the other half to come, a number far beyond
    further = {"peer": {8: batch.entries[-1]["id"] + 2}, "id": {99: 9_999}}
    batch.add(lines, **{name: further.get(name, {}).get(value, value) for name, value in fields.items()})
    batch.good()
    told = batch.refused()
    assert told == {"entry_correction_style": "correction_mirrors"}.get(guard, guard)
    assert counts(stand) == before


def test_good_entries_pass_together(stand: Attacker) -> None:
    """Without this, every attack above would prove nothing."""
    before = counts(stand)
    batch = Batch(stand)
    batch.good()
    half = batch.entries[-1]["id"] + 1
    batch.add(HALF, transfer="V2", origin="transfer", peer=half + 1)
    batch.add(OTHER, book="ML", transfer="V2", origin="transfer", peer=half)
    batch.good()
    assert batch.refused() is None
    assert counts(stand) == (before[0] + 2 * AROUND + 2, before[1] + 2 * (2 * AROUND + 2))


def swapped(batch: Batch, *names: str) -> None:
    """Two entries of one book that change places with each other."""
    one, other = batch.entries[AROUND // 2], batch.entries[AROUND // 2 + 2]
    assert one["book"] == other["book"]
    for name in names:
        one[name], other[name] = other[name], one[name]


@pytest.mark.parametrize(
    ("names", "guard"),
    [(("position",), "entry_position_gap"), (("number",), "entry_number_gap"), (("hash",), "entry_previous_hash")],
)
def test_two_entries_of_one_statement_do_not_change_places(names: tuple[str, ...], guard: str, stand: Attacker) -> None:
    """The numbers are all there, once each: only the order is wrong."""
    batch = Batch(stand)
    batch.good()
    swapped(batch, *names)
    assert batch.refused() == guard


def test_a_statement_does_not_leave_a_gap_after_the_one_before_it(stand: Attacker) -> None:
    for name, guard in (
        ("id", "entry_sequence"),
        ("position", "entry_position_gap"),
        ("number", "entry_number_gap"),
    ):
        batch = Batch(stand)
        batch.good()
        for row in (*batch.entries, *(batch.lines if name == "id" else ())):
            row["entry_id" if "entry_id" in row else name] += 1
        assert batch.refused() == guard


def test_an_entry_does_not_say_in_which_transaction_its_lines_may_come(stand: Attacker) -> None:
    """Who could name a transaction to come would add lines in it."""
    coming = int(stand.one("SELECT pg_current_xact_id()::text")) + 20
    batch = Batch(stand)
    batch.good()
    batch.entries[7]["sealed_in"] = coming
    for row in batch.entries:
        row.setdefault("sealed_in", stand.connection.execute("SELECT pg_current_xact_id()::text").fetchone()[0])
    assert batch.refused() == "line_on_sealed_entry"


def test_nothing_takes_the_place_of_the_other_half_in_one_statement(stand: Attacker) -> None:
    batch = Batch(stand)
    batch.good()
    batch.add(HALF, transfer="V2", origin="transfer", peer=batch.entries[-1]["id"] + 2)
    batch.good()
    assert batch.refused() == "transfer_pair"


def test_an_order_entry_that_no_order_announces_does_not_hide(stand: Attacker) -> None:
    batch = Batch(stand)
    batch.good()
    batch.add(GOOD, origin="order")
    batch.good()
    assert batch.refused() == "order_entry_missing"


def test_after_the_take_over_a_payment_does_not_hide_among_good_entries(
    postgres_books: Database, stand: Attacker
) -> None:
    batch = Batch(stand)
    batch.good()
    batch.add(PAYING)
    batch.good()
    assert batch.refused() is None
    with opened(postgres_books) as ledger:
        do(ledger, end_takeover, date(2026, 4, 1))
    for origin in ("direct", "transfer", "capital"):
        batch = Batch(stand)
        batch.good()
        batch.add(PAYING, origin=origin)
        batch.good()
        assert batch.refused() == "takeover_bank_credit"


def test_the_work_of_a_statement_does_not_grow_with_the_journal(stand: Attacker) -> None:
    """What the guards read of the journal is counted by the server: the last entry of each book, not all of them."""
    read = (
        "SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes"
        " WHERE relname = 'entry' AND indexrelname IN ('ix_entry_period', 'uq_entry_number', 'uq_entry_position')"
    )
    told = []
    for _ in range(5):
        batch = Batch(stand)
        batch.good(400)
        assert batch.refused() is None
        # what this connection has read is told to the others now, not in a second
        stand.one("SELECT pg_stat_force_next_flush()")
        told.append(int(stand.one(read)))
    # six searches of a last entry, each in one page of an index; the whole journal would be six times 2 000 at the end
    assert max(after - before for before, after in pairwise(told)) < 3_000
