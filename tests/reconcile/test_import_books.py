"""Statements brought into the books, on each engine: what is new, what is known, what is refused."""

import datetime as dt
import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from ledger.refusal import Refusal
from ledger.unit import Ledger
from portal.verification import verify_books
from reconcile.import_files import import_file
from reconcile.import_statement import Received, store
from reconcile.matches import list_matches
from reconcile.model import Statement, StatementFile
from reconcile.profile import Profile
from reconcile.profiles import declare_profile, list_profiles, load_profile, read_profile
from reconcile.statements import show_statement, statement_gaps
from reconcile.tables import statement_file, statement_line
from tests.reconcile.banked import IBAN, NOON, Answer, Seen, bring, do, march, prepared, run, statement

RENT = Seen(march(5), -1_000, "LOYER", "L-1")


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books, three bound accounts, no user."""
    return prepared(books_engine)


def send(ledger: Ledger, one: Statement, book: str | None = None, name: str = "a.txt") -> Answer:
    """Import a statement that says its own account, or not."""
    data = repr(one).encode()
    file = StatementFile("mt940", (one,))
    return do(ledger, lambda unit: store(unit, file, [Received(name, data, hashlib.sha256(data).hexdigest())], book))


def refused(ledger: Ledger, one: Statement, book: str | None = None) -> Refusal:
    """Why the statement is refused; nothing of it is kept."""
    before = count(ledger, statement_file)
    with pytest.raises(Refusal) as caught:
        send(ledger, one, book)
    assert count(ledger, statement_file) == before
    return caught.value


def count(ledger: Ledger, table: Any) -> int:
    """How many rows a table has."""
    with ledger.read() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def told(answer: Answer) -> tuple[int, int, int]:
    """Lines new, known, back-dated."""
    return answer["lines_new"], answer["lines_known"], answer["lines_back_dated"]


def test_a_statement_finds_its_book_by_its_account(ledger: Ledger) -> None:
    done = send(ledger, replace(statement([RENT]), account=IBAN["NE"]))
    assert [(one["book"], one["closing"]) for one in done["statements"]] == [("NE", -1_000)]


@pytest.mark.parametrize(
    ("account", "book", "currency", "code"),
    [
        ("", None, "XOF", "account_missing"),
        ("ML0000000000000000000000000", None, "XOF", "account_not_bound"),
        (IBAN["ML"], "BF", "XOF", "account_of_other_book"),
        (IBAN["BF"], None, "EUR", "currency_foreign"),
    ],
)
def test_a_statement_of_another_account_is_refused(
    account: str, book: str | None, currency: str, code: str, ledger: Ledger
) -> None:
    assert refused(ledger, replace(statement([RENT]), account=account, currency=currency), book).code == code


def test_two_equal_lines_are_both_kept(ledger: Ledger) -> None:
    assert told(bring(ledger, statement([RENT, RENT]))) == (2, 0, 0)


def test_overlapping_exports_bring_each_line_once(ledger: Ledger) -> None:
    bring(ledger, statement([RENT, RENT], "1", end=march(10)))
    wider = statement([RENT, RENT, Seen(march(20), 300)], "2")
    assert told(bring(ledger, wider)) == (1, 2, 0)
    assert count(ledger, statement_line) == 3
    with ledger.read() as connection:
        content = show_statement(connection, 2)["content"]
    assert [(line["amount"], line["first_seen_in"]) for line in content] == [(-1_000, 1), (-1_000, 1), (300, 2)]


def test_a_line_of_a_day_already_covered_is_marked(ledger: Ledger) -> None:
    bring(ledger, statement([RENT], "1", end=march(15)))
    late = statement([RENT, Seen(march(9), 40)], "2")
    assert told(bring(ledger, late)) == (1, 1, 1)


def test_a_wider_export_without_a_known_line_is_refused(ledger: Ledger) -> None:
    bring(ledger, statement([RENT], "1", end=march(15)))
    found = refused(ledger, statement([Seen(march(20), 40)], "2"), "BF")
    assert (found.code, found.facts["count"], found.facts["total"]) == ("lines_vanished", 1, -1_000)


def other_words(one: Statement, **changes: Any) -> Statement:
    """The same days and amounts, labelled by another export of the bank."""
    return replace(one, lines=tuple(line._replace(label=f"Op. {line.label}") for line in one.lines), **changes)


TWO = [Seen(march(9), -1_000, "LOYER", "L-1"), Seen(march(9), 2_500, "RECETTE", "R-1")]


@pytest.mark.parametrize(
    ("stored", "given"),
    [
        (statement(TWO), other_words(statement(TWO), number=None)),
        (
            statement(TWO, start=march(9), end=march(9)),
            other_words(statement(TWO), number=None, opening=None, closing=None, proven=False),
        ),
        (
            replace(statement(TWO, start=march(9), end=march(9)), opening=None, closing=None, proven=False),
            other_words(statement(TWO, "8", start=march(9), end=march(9))),
        ),
        (
            statement([RENT], start=march(5), end=march(5)),
            other_words(statement([RENT], "8", start=march(5), end=march(5))),
        ),
    ],
    ids=["same month", "without balances", "balances come after", "one line, one day"],
)
def test_the_same_statement_in_another_format_is_refused(stored: Statement, given: Statement, ledger: Ledger) -> None:
    bring(ledger, stored)
    found = refused(ledger, given, "BF")
    assert (found.code, found.facts["first_file"]) == ("same_lines_otherwise", "releve-3.txt")


def test_the_next_statement_of_a_day_may_bear_the_same_amounts(ledger: Ledger) -> None:
    bring(ledger, statement(TWO, start=march(9), end=march(9)))
    after = other_words(statement(TWO, "4", opening=1_500, start=march(9), end=march(9)))
    assert told(bring(ledger, after)) == (2, 0, 0)


def test_a_single_fee_like_another_is_no_statement_in_another_form(ledger: Ledger) -> None:
    bring(ledger, statement([RENT], start=march(5), end=march(5)))
    alone = other_words(statement([RENT], "8", start=march(5), end=march(5)), opening=None, closing=None, proven=False)
    assert told(bring(ledger, alone))[:2] == (1, 0)


def test_a_statement_of_a_year_to_come_is_refused(ledger: Ledger) -> None:
    found = refused(ledger, statement([], end=dt.date(2027, 4, 22)), "BF")
    assert (found.code, found.facts["today"]) == ("statement_in_future", dt.date(2026, 4, 20))
    assert told(bring(ledger, statement([], end=dt.date(2027, 4, 21)))) == (0, 0, 0)


def test_a_statement_of_a_year_long_past_is_refused_unless_it_is_said_to_be_old(ledger: Ledger) -> None:
    bring(ledger, statement([RENT]))
    old = statement([], "1", start=dt.date(2016, 3, 1), end=dt.date(2016, 3, 31))
    found = refused(ledger, old, "BF")
    assert (found.code, found.facts["first"], found.facts["years"]) == ("statement_long_past", dt.date(2026, 3, 1), 1)

    file = [Received("releve-2016.txt", b"2016", hashlib.sha256(b"2016").hexdigest())]
    done = do(ledger, lambda unit: store(unit, StatementFile("mt940", (old,)), file, "BF", historical=True))
    assert done["status"] == "imported"


def test_months_may_come_in_any_order_within_a_year(ledger: Ledger) -> None:
    bring(ledger, statement([RENT]))
    first_day_kept = dt.date(2026, 3, 1) - dt.timedelta(days=366)
    one_day_too_old = statement([], "1", start=dt.date(2025, 2, 1), end=first_day_kept - dt.timedelta(days=1))
    assert refused(ledger, one_day_too_old, "BF").code == "statement_long_past"
    assert told(bring(ledger, statement([], "1", start=dt.date(2025, 2, 1), end=first_day_kept))) == (0, 0, 0)


def test_the_first_statement_of_an_account_may_be_five_years_old_and_no_older(ledger: Ledger) -> None:
    found = refused(ledger, statement([], start=dt.date(2016, 3, 1), end=dt.date(2016, 3, 31)), "BF")
    assert (found.code, found.facts["first"], found.facts["years"]) == ("statement_long_past", NOON.date(), 5)
    assert told(bring(ledger, statement([], start=dt.date(2022, 3, 1), end=dt.date(2022, 3, 31)))) == (0, 0, 0)


def test_a_wrong_year_inside_a_file_of_several_statements_is_refused(ledger: Ledger) -> None:
    good, wrong = statement([RENT]), statement([], "4", start=dt.date(2022, 4, 1), end=dt.date(2022, 4, 30))
    file = StatementFile("mt940", (good, wrong))
    received = [Received("f", b"f", hashlib.sha256(b"f").hexdigest())]
    with pytest.raises(Refusal) as caught:
        do(ledger, lambda unit: store(unit, file, received, "BF"))
    assert (caught.value.code, caught.value.facts["number"]) == ("statement_long_past", "4")


def test_a_statement_sent_again_with_another_content_is_refused(ledger: Ledger) -> None:
    bring(ledger, statement([RENT]))
    found = refused(ledger, statement([RENT, Seen(march(6), 40)]), "BF")
    assert (found.code, "2 lignes au lieu de 1" in found.facts["difference"]) == ("statement_differs", True)


def test_a_statement_sent_again_in_another_file_brings_nothing(ledger: Ledger) -> None:
    bring(ledger, statement([RENT]))
    again = bring(ledger, replace(statement([RENT]), notes=("copy",)))
    assert (again["status"], told(again)) == ("already_imported", (0, 1, 0))


@pytest.mark.parametrize("format_", ["mt942", "camt.052", "camt.054"])
def test_a_notice_is_kept_aside(format_: str, ledger: Ledger) -> None:
    done = bring(ledger, statement([RENT]), format_=format_)
    assert done["statements"][0]["kind"] == "notice"
    with ledger.read() as connection:
        assert list_matches(connection, "BF")["open"]["statement_lines"] == []
    assert run(ledger)["lines"] == 0
    assert told(bring(ledger, statement([RENT]))) == (1, 0, 0)


def test_a_statement_that_does_not_exist_is_refused(ledger: Ledger) -> None:
    with ledger.read() as connection, pytest.raises(Refusal) as caught:
        show_statement(connection, 7)
    assert caught.value.code == "statement_unknown"


def test_what_is_missing_between_statements_is_told(ledger: Ledger) -> None:
    bring(ledger, statement([RENT], "1", end=march(9)))
    bring(ledger, statement([Seen(march(20), 40)], "3", 500, march(16)))
    with ledger.read() as connection:
        gaps = statement_gaps(connection, until=dt.date(2026, 6, 30))
    assert [one["code"] for one in gaps if one["book"] == "BF"] == [
        "opening_not_previous_closing", "number_missing", "days_without_statement", "silent_account",
    ]  # fmt: skip
    assert [one["code"] for one in gaps if one["book"] == "ML"] == ["no_statement"]


LAYOUT = {"name": "banque-fictive", "header": ["Quand", "Quoi", "Sortie", "Entrée"],
          "columns": [[0, "booking"], [1, "label"], [2, "debit"], [3, "credit"]], "currency": "XOF"}  # fmt: skip
ROWS = "Quand;Quoi;Sortie;Entrée\n05/03/2026;LOYER MARS;1000;\n12/03/2026;VERSEMENT;;2500\n"


def test_a_declared_layout_reads_the_banks_table(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "disposition.json").write_text(json.dumps(LAYOUT), encoding="utf-8")
    (tmp_path / "releve.csv").write_text(ROWS, encoding="utf-8")
    profile = read_profile(tmp_path / "disposition.json")
    do(ledger, lambda unit: declare_profile(unit, profile))

    done = import_file(ledger, tmp_path / "releve.csv", "BF", load_profile(ledger, "banque-fictive"))

    assert (done["status"], done["lines_new"]) == ("imported", 2)
    with ledger.read() as connection:
        amounts = [line["amount"] for line in list_matches(connection, "BF")["open"]["statement_lines"]]
        assert [one["name"] for one in list_profiles(connection)] == ["banque-fictive"]
    assert amounts == [-1_000, 2_500]


def test_the_same_file_twice_is_imported_once(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "releve.csv").write_text(ROWS, encoding="utf-8")
    profile = Profile.from_json(json.dumps(LAYOUT))
    first = import_file(ledger, tmp_path / "releve.csv", "BF", profile)
    second = import_file(ledger, tmp_path / "releve.csv", "BF", profile)
    assert (first["status"], second["status"], count(ledger, statement_file)) == ("imported", "already_imported", 1)


def test_a_dry_run_keeps_nothing(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "releve.csv").write_text(ROWS, encoding="utf-8")
    done = import_file(ledger, tmp_path / "releve.csv", "BF", Profile.from_json(json.dumps(LAYOUT)), dry_run=True)
    assert (done["lines_new"], count(ledger, statement_file), count(ledger, statement_line)) == (2, 0, 0)


def test_a_layout_that_was_not_declared_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Refusal) as caught:
        load_profile(ledger, "inconnue")
    assert (caught.value.code, caught.value.facts["known"]) == ("profile_unknown", ["aucune"])


@pytest.mark.parametrize(
    "content", ["[]", "{", "{}", '{"name": "x", "columns": [[0, "lune"]]}', '{"name": "x", "autre": 1}', None]
)
def test_a_file_that_declares_no_layout_is_refused(content: str | None, tmp_path: Path) -> None:
    if content is not None:
        (tmp_path / "d.json").write_text(content, encoding="utf-8")
    with pytest.raises(Refusal) as caught:
        read_profile(tmp_path / "d.json")
    assert caught.value.code == "profile_unreadable"


def test_a_long_statement_is_stored_whole_in_parts(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconcile.line_columns.SLICE", 50)
    lines = [
        Seen(march(1 + place % 28), place, f"Ligne {place}", bank_reference=f"B{place}") for place in range(1, 176)
    ]
    assert told(bring(ledger, statement(lines))) == (175, 0, 0)
    with ledger.read() as connection:
        content = show_statement(connection, 1)["content"]
        assert [one["name"] for one in verify_books(connection)["checks"] if not one["ok"]] == []
    assert [(line["position"], line["amount"]) for line in content] == [(place, place) for place in range(1, 176)]
