"""The demonstration as a newcomer runs it: everything the story planted is found, twice the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from portal.cli.call import call
from portal.demo.expected import make_expected
from portal.demo.story import make_story

STEADY = ("trial-balance", "collections", "capital", "suspense")
"""Workbooks in which nothing depends on the keys that each demonstration makes anew."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The folder of a demonstration, and what it answered."""
    out = tmp_path_factory.mktemp("demo")
    done = call(("demo", "--out", str(out), "--json"), database="sqlite:///unused.db", actor=None)
    assert (done.code, done.err[-2000:]) == (0, done.err[-2000:])
    return out, json.loads(done.out)


def test_every_figure_is_the_one_that_the_story_expects(found: tuple[Path, dict[str, Any]]) -> None:
    _, answer = found
    expected = make_expected(make_story())

    for book, stated in zip(expected.books, answer["reconciliation"], strict=True):
        assert stated["lines"] == book.bank_lines
        assert stated["open_bank_amount"] == sum(line.amount for line in book.not_booked)
        assert stated["open_book_amount"] == sum(amount for _, amount in book.not_seen)
    for state in answer["levy"]:
        mine = [one for one in expected.offices if one.state == state["book"]]
        for name in ("expected", "assessed", "collected", "remitted"):
            assert state[name] == sum(getattr(one, name) for one in mine), (state["book"], name)
    for capital, stated in zip(expected.capital, answer["capital"]["by_state"], strict=True):
        paid = capital.paid_levy + capital.paid_budget
        assert (stated["subscribed"], stated["called"], stated["paid"]) == (capital.subscribed, capital.called, paid)
    assert answer["gaps"] == []
    assert (answer["verify"]["ok"], answer["verify"]["failed"]) == (True, [])


def test_every_account_stands_where_the_story_says(found: tuple[Path, dict[str, Any]]) -> None:
    out, _ = found
    database = f"sqlite:///{out / 'demonstration-fictive.db'}"
    rows = call(("report", "trial-balance", "--format", "json"), database=database, actor=None).document["rows"]
    balances = {(row["book"], row["account"]): row["closing_debit"] - row["closing_credit"] for row in rows}

    for book in make_expected(make_story()).books:
        for account, balance in book.balances:
            assert balances.get((book.book, account), 0) == balance, (book.book, account)


def test_the_office_changes_hands_in_the_middle_of_a_month(found: tuple[Path, dict[str, Any]]) -> None:
    out, _ = found
    database = f"sqlite:///{out / 'demonstration-fictive.db'}"
    record = call(("report", "handover", "--format", "json"), database=database, actor=None).document
    order = call(("order", "show", "2026-0002", "--json"), database=database, actor=None).document

    assert (record["cut_off"], record["awaited"]) == ("2026-09-25T00:00:00.000000Z", [])
    assert [one["reservations"] != "" for one in record["signatures"]] == [False, True]
    assert [(one["number"], one["book"], one["stage"]) for one in record["content"]["orders"]] == [
        ("2026-0001", "BF", "paid"),
        ("2026-0002", "BF", "authorised"),
        ("2026-0002", "ML", "authorised"),
        ("2026-0002", "NE", "authorised"),
        ("2026-0003", "NE", "suspended"),
        ("2026-0004", "ML", "visa"),
    ]
    assert record["content"]["to_confirm"] == 4
    assert [(one["act"], one["book"]) for one in order["signatures"]] == [("authorise", None), ("confirm", "BF")]


def test_a_second_demonstration_replaces_the_first_and_gives_the_same_workbooks(
    found: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    out, answer = found
    again = call(("demo", "--out", str(tmp_path), "--json"), database="sqlite:///unused.db", actor=None).document

    assert {**again, "seconds": 0} == {**answer, "seconds": 0}
    for name in STEADY:
        assert (tmp_path / f"{name}.xlsx").read_bytes() == (out / f"{name}.xlsx").read_bytes(), name


def test_the_demonstration_never_replaces_real_books(tmp_path: Path) -> None:
    database = tmp_path / "demonstration-fictive.db"
    assert call(("init",), database=f"sqlite:///{database}", actor=None).code == 0
    before = database.read_bytes()
    done = call(("demo", "--out", str(tmp_path), "--json"), database="sqlite:///unused.db", actor=None)

    assert (done.code, done.document["refused"]["code"]) == (1, "demo_file_taken")
    assert database.read_bytes() == before
