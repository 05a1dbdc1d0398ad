"""Statements that share lines, files of several statements, and statements that come again after a withdrawal."""

import datetime as dt
import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from ledger.refusal import Refusal
from ledger.unit import Ledger
from reconcile.import_files import import_files
from reconcile.import_statement import Received, store
from reconcile.matches import list_matches
from reconcile.model import Statement, StatementFile
from reconcile.statements import list_statements, statement_gaps
from reconcile.tables import statement_file, statement_line
from tests.reconcile.banked import IBAN, Answer, Seen, bring, do, enter, march, prepared, run, statement
from tests.reconcile.test_pages import PAGES
from tests.reconcile.test_withdraw import PAID, PROVISIONAL, RECEIVED, faults, march_known, opened, withdraw


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books, three bound accounts, no user."""
    return prepared(books_engine)


def count(ledger: Ledger, table: Any) -> int:
    """How many rows a table has."""
    with ledger.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_lines_that_another_statement_shows_too_stay_with_their_matches(ledger: Ledger) -> None:
    enter(ledger, 2_500, march(9), "R-1", other="7101")
    bring(ledger, statement([PAID, RECEIVED], "1", end=march(10)))
    bring(ledger, statement([RECEIVED, Seen(march(20), 300)], "2", -1_000, march(9)))
    assert run(ledger)["confirmed"] == 1

    done = withdraw(ledger)

    assert (done["lines_withdrawn"], done["lines_kept"]) == (1, 1)
    with ledger.read() as connection:
        held = list_matches(connection, "BF", "confirmed")["matches"][0]["statement_lines"]
    assert [(line["id"], line["statement"], line["position"]) for line in held] == [(2, "2", 1)]
    assert opened(ledger) == [("2", 2, 300)]
    # the corrected statement knows the line that stayed, and brings the other anew
    again = bring(ledger, statement([PAID._replace(amount=-1_100), RECEIVED], "1", 100, end=march(10)))
    assert (again["lines_new"], again["lines_known"]) == (1, 1)
    assert faults(ledger) == []


def test_a_line_shown_by_two_statements_goes_with_the_last_of_them(ledger: Ledger) -> None:
    bring(ledger, statement([RECEIVED], "1", end=march(10)))
    bring(ledger, statement([RECEIVED], "2", start=march(9)))
    withdraw(ledger, "1")
    assert opened(ledger) == [("2", 1, 2_500)]
    withdraw(ledger, "2")
    assert opened(ledger) == []
    assert bring(ledger, statement([RECEIVED], "1", end=march(10)))["lines_new"] == 1
    assert faults(ledger) == []


def test_a_statement_withdrawn_in_the_middle_leaves_a_gap_until_the_right_one_comes(ledger: Ledger) -> None:
    bring(ledger, statement([], "1", 500, march(1), march(9)))
    bring(ledger, statement([Seen(march(12), 300)], "2", 500, march(10), march(19)))
    bring(ledger, statement([], "3", 800, march(20)))

    done = withdraw(ledger, "2")

    assert [gap["code"] for gap in done["gaps"]] == [
        "opening_not_previous_closing", "number_missing", "days_without_statement",
    ]  # fmt: skip
    assert done["gaps"][0]["difference"] == 300
    assert "statements_gap" in [fault["code"] for fault in march_known(ledger)["faults"]]
    bring(ledger, statement([Seen(march(13), 300)], "2", 500, march(10), march(19)))
    with ledger.read() as connection:
        assert [gap for gap in statement_gaps(connection) if gap["book"] == "BF"] == []


def send(ledger: Ledger, data: bytes, *statements: Statement) -> Answer:
    """Import statements as one file of these bytes."""
    file = [Received("releves.txt", data, hashlib.sha256(data).hexdigest())]
    return do(ledger, lambda unit: store(unit, StatementFile("mt940", statements), file, None))


def test_a_file_brings_again_the_statement_that_was_withdrawn_and_no_other(ledger: Ledger) -> None:
    own, other = replace(PROVISIONAL, account=IBAN["BF"]), replace(PROVISIONAL, account=IBAN["ML"])
    send(ledger, b"deux", own, other)
    withdraw(ledger, "1")

    done = send(ledger, b"deux", own, other)

    assert (done["status"], done["lines_new"], done["lines_known"]) == ("imported", 2, 2)
    assert (count(ledger, statement_file), count(ledger, statement_line)) == (1, 6)
    with ledger.read() as connection:
        stored = list_statements(connection)
    assert [(one["id"], one["book"], one["withdrawn"] is None) for one in stored] == [
        (1, "BF", False), (3, "BF", True), (2, "ML", True),
    ]  # fmt: skip
    assert send(ledger, b"deux", own, other)["status"] == "already_imported"
    assert faults(ledger) == []


def test_the_pages_of_a_withdrawn_statement_come_again_together(ledger: Ledger, tmp_path: Path) -> None:
    files = [tmp_path / f"p{number}" for number in (1, 2, 3)]
    for file, data in zip(files, PAGES["mt940"], strict=True):
        file.write_bytes(data)
    import_files(ledger, files, None)
    assert {one["status"] for one in import_files(ledger, files, None)} == {"already_imported"}
    withdraw(ledger, "1")

    assert [one["status"] for one in import_files(ledger, files, None)] == ["imported"] * 3

    assert [amount for _, _, amount in opened(ledger)] == [10, 20, 30]
    assert {one["status"] for one in import_files(ledger, files, None)} == {"already_imported"}
    assert (count(ledger, statement_file), count(ledger, statement_line)) == (3, 6)
    assert faults(ledger) == []


def test_the_same_statement_withdrawn_and_brought_again_many_times(ledger: Ledger) -> None:
    for place in range(1, 5):
        bring(ledger, PROVISIONAL)
        assert len(opened(ledger)) == 2
        withdraw(ledger, str(place))
    with ledger.read() as connection:
        rows = connection.execute(select(statement_line.c.edition).order_by(statement_line.c.id)).scalars().all()
    assert rows == [0, 0, 1, 1, 2, 2, 3, 3]
    assert faults(ledger) == []


def test_days_that_only_a_withdrawn_statement_covered_are_covered_no_more(ledger: Ledger) -> None:
    bring(ledger, statement([], "1", 500, march(1), march(19)))
    bring(ledger, statement([], "2", 500, march(20)))
    assert [fault["code"] for fault in march_known(ledger)["faults"]] == ["opening_not_taken_over", "difference"]
    withdraw(ledger, "2")
    assert "month_not_covered" in [fault["code"] for fault in march_known(ledger)["faults"]]


def test_an_old_statement_withdrawn_is_no_measure_of_what_is_old(ledger: Ledger) -> None:
    bring(ledger, PROVISIONAL)
    first, second = (statement([], str(year), 0, dt.date(year, 3, 1), dt.date(year, 3, 31)) for year in (2016, 2017))
    file = [Received("2016", b"2016", hashlib.sha256(b"2016").hexdigest())]
    do(ledger, lambda unit: store(unit, StatementFile("mt940", (first,)), file, "BF", historical=True))
    withdraw(ledger, "2")
    with pytest.raises(Refusal) as caught:
        bring(ledger, second)
    assert (caught.value.code, caught.value.facts["first"]) == ("statement_long_past", march(1))
