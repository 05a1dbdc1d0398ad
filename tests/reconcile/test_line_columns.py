"""Lines handed over as columns: the same lines come out, identified as one by one, sealed as they are read back."""

import datetime as dt
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from ledger.command_seal import seal_as_written, sealed_groups
from ledger.engine import AS_WRITTEN, WRITTEN
from ledger.tables.commands import command_log
from ledger.unit import Ledger
from reconcile.identity import normal_label, numbered
from reconcile.import_statement import LINE_COLUMNS
from reconcile.line_columns import SLICE, Days, PackedLines, lines_of, packed, slices_of
from reconcile.model import LineDetail, StatementLine
from reconcile.tables import statement, statement_line
from tests.reconcile.banked import Seen, bring, march, prepared
from tests.reconcile.banked import statement as statement_of

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))
WORDS = st.none() | st.text("AZaz09 é\u00a0\n\t;/", max_size=8)
DETAILS = st.builds(LineDetail, st.none() | st.integers(-9, 9), WORDS, WORDS, st.text("Aé ", max_size=4))
LINES = st.builds(
    StatementLine,
    DAYS,
    st.none() | DAYS,
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.booleans(),
    WORDS,
    WORDS,
    WORDS,
    WORDS,
    st.text("AZaz09 é\u00a0\n\t;/", max_size=12),
    st.lists(DETAILS, max_size=2).map(tuple),
    st.lists(st.sampled_from(["booking_date_from_value_date", "value_date_unreadable"]), max_size=1).map(tuple),
)


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    return prepared(books_engine)


@given(st.lists(LINES, max_size=6))
def test_lines_made_columns_and_bytes_come_back_as_they_were(lines: list[StatementLine]) -> None:
    slices = list(slices_of(lines))

    held = PackedLines([packed(columns) for columns in slices], len(lines))

    assert [line for columns in slices for line in lines_of(columns, Days())] == lines
    assert list(held) == lines
    assert (len(held), held[-1:], list(held)) == (len(lines), tuple(lines[-1:]), lines)


def test_a_long_statement_is_cut_into_slices() -> None:
    lines = [StatementLine(dt.date(2026, 3, 2), None, place, label=str(place)) for place in range(SLICE + 2)]

    slices = list(slices_of(lines))

    assert [len(columns.label) for columns in slices] == [SLICE, 2]
    assert [columns.amount[0] for columns in slices] == [0, SLICE]
    assert slices[1].value_date == [None, None]


@given(st.lists(LINES, max_size=6))
def test_lines_identified_together_are_those_identified_one_by_one(lines: list[StatementLine]) -> None:
    seen: dict[str, int] = {}
    wanted = []
    for line in lines:
        value = "" if line.value_date is None else line.value_date.isoformat()
        words = (line.type or "", line.bank_reference or "", line.customer_reference or "", normal_label(line.label))
        content = "\x1f".join((line.booking_date.isoformat(), value, str(line.amount), *words))
        identity = hashlib.sha256(content.encode()).hexdigest()
        seen[identity] = seen.get(identity, 0) + 1
        wanted.append((identity, seen[identity]))

    assert numbered(lines) == wanted


@pytest.mark.parametrize("label", ["VIR  DEUX BLANCS", " DEVANT", "DERRIERE ", "AVEC\tTABULATION", "minuscules", "été"])
def test_a_label_is_brought_to_one_form_among_plain_ones(label: str) -> None:
    lines = [StatementLine(dt.date(2026, 3, 2), None, 1, label=text) for text in ("VIR", label, normal_label(label))]

    identities = numbered(lines)

    assert identities[1][0] == identities[2][0] != identities[0][0]


def sealed_in_the_log(ledger: Ledger) -> list[int | str]:
    """How many lines, and their digest, as the last import's command tells."""
    with ledger.read() as connection:
        written = connection.execute(select(command_log.c.written).order_by(command_log.c.id.desc()).limit(1))
        found: list[int | str] = json.loads(written.scalar_one())["tables"]["statement_line"]
        return found


def read_back(ledger: Ledger) -> list[int | str]:
    """The same, from the rows that the books hold."""
    with ledger.read() as connection:
        command = connection.execute(select(func.max(statement.c.command_id))).scalar_one()
        ((_, _, digest),) = sealed_groups(connection, statement_line, command)
        return digest


def test_rows_sealed_as_they_are_written_have_the_seal_of_the_rows_read_back(ledger: Ledger) -> None:
    bring(ledger, statement_of([Seen(march(2), 1_000, "PREMIER"), Seen(march(3), -400, "SECOND")]))

    assert sealed_in_the_log(ledger) == read_back(ledger)


def test_rows_that_the_writer_did_not_all_give_are_read_back(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(connection: Any, table: Any, columns: Any, rows: list[Any]) -> None:
        seal_as_written(connection, table, columns, rows[:1])

    monkeypatch.setattr("reconcile.import_statement.seal_as_written", half)

    bring(ledger, statement_of([Seen(march(2), 1_000, "PREMIER"), Seen(march(3), -400, "SECOND")]))

    assert sealed_in_the_log(ledger) == read_back(ledger)


def test_a_seal_that_lacks_a_column_is_refused(ledger: Ledger) -> None:
    with ledger.read() as connection, pytest.raises(ValueError, match="every column"):
        seal_as_written(connection, statement_line, LINE_COLUMNS[:-1], [])


def test_what_a_refused_act_wrote_is_forgotten_by_the_next(ledger: Ledger) -> None:
    with ledger.read() as connection:
        connection.info[AS_WRITTEN]["statement_line"] = "stale"
    with ledger.read() as connection:
        assert (connection.info[AS_WRITTEN], connection.info[WRITTEN]) == ({}, set())
