"""The grand livre and the livre-journal of a worked example."""

import datetime as dt
from typing import Any

import pytest

from reports import general_ledger
from tests.reports.worked import posted, report_of, rows_of

APRIL = dt.date(2026, 4, 1)


def test_an_account_runs_from_its_opening_to_its_closing_balance(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "general-ledger", book="BF", start=APRIL)
    rows = rows_of(found, "lines", "account", "date", "entry", "debit", "credit", "balance")
    end = dt.date(2026, 4, 20)
    assert [row[1:] for row in rows if row[0] == "BF/44871"] == [
        (APRIL, None, None, None, 1_000_000),
        (dt.date(2026, 4, 10), "BF/BQ/2026/1", None, 900_000, 100_000),
        (end, None, None, None, 100_000),
    ]


def test_a_correction_shows_as_negative_amounts_on_the_same_side(books_engine: Any) -> None:
    posted(books_engine)
    rows = rows_of(report_of(books_engine, "general-ledger"), "lines", "account", "entry", "debit", "balance")
    assert [row[1:] for row in rows if row[0] == "BF/65881"][1:3] == [
        ("BF/OD/2026/1", 70_000, 70_000),
        ("BF/OD/2026/2", -70_000, 0),
    ]


@pytest.mark.parametrize("chunk", [1, 2, 3])
def test_reading_in_chunks_neither_loses_nor_repeats_a_line(
    books_engine: Any, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(books_engine)
    whole = report_of(books_engine, "general-ledger")
    monkeypatch.setattr(general_ledger, "CHUNK", chunk)
    assert rows_of(report_of(books_engine, "general-ledger"), "lines", "entry", "balance") == rows_of(
        whole, "lines", "entry", "balance"
    )


def test_the_ledger_ties_to_the_journal_line_for_line(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "general-ledger")
    values = {control.title: (control.value, control.wanted) for control in found.controls}
    assert values["Lignes de mouvement = lignes du livre-journal"] == (18, 18)
    assert values["Total des débits = total des crédits"] == (2_951_500, 2_951_500)
    assert [title for title, (value, wanted) in values.items() if value != wanted] == []


def test_the_journal_follows_the_record_and_shows_the_start_of_each_hash(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "journal")
    rows = rows_of(found, "lines", "sequence", "entry", "account", "debit", "credit")
    assert rows[:2] == [
        (1, "BF/PC/2026/1", "44871", 1_000_000, None),
        (1, "BF/PC/2026/1", "7101", None, 1_000_000),
    ]
    assert [row[0] for row in rows] == [number for number in range(1, 10) for _ in range(2)]
    heads = {head.book: head for head in found.provenance.heads}
    last = rows_of(found, "lines", "hash", "label")[-1]
    assert last[0] == heads["BF"].hash[:12]
    assert last[1].endswith("(corrige BF/OD/2026/1)")


def test_the_journals_of_a_book_add_up(books_engine: Any) -> None:
    posted(books_engine)
    found = report_of(books_engine, "journal", book="BF")
    assert rows_of(found, "journals", "journal", "entries", "lines", "debit", "credit") == [
        ("BQ", 2, 4, 1_150_000, 1_150_000),
        ("OD", 2, 4, 0, 0),
        ("PC", 1, 2, 1_000_000, 1_000_000),
    ]
    assert [control.title for control in found.controls if not control.holds] == []
