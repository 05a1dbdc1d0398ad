"""The état de rapprochement of a fictional March: two blocks, one balance."""

import datetime as dt
import json
from typing import Any

from reconcile.undo import undo_match
from reconcile.withdraw import withdraw_statement
from reports.json_file import json_text
from tests.reconcile.banked import NOON, Seen, bring, do, enter, march, prepared, run, seen_by, statement
from tests.reports.worked import report_of, rows_of

END = march(31)


def reconciled(engine: Any) -> Any:
    """BF: a payment seen, one not seen yet, and a credit that the books lack."""
    ledger = prepared(engine)
    enter(ledger, -40_000, march(5), "OP-1")
    enter(ledger, -15_000, march(28), "OP-2")
    lines = [Seen(march(6), -40_000, reference="OP-1"), Seen(march(20), 300_000, "VIREMENT RECU TRESOR")]
    bring(ledger, statement(lines, "3"))
    run(ledger)
    return ledger


def test_both_adjusted_balances_are_equal_to_the_franc(books_engine: Any) -> None:
    reconciled(books_engine)
    found = report_of(books_engine, "reconciliation", book="BF", as_of=END)
    columns = ("book_balance", "to_book", "adjusted_book", "bank_balance", "to_bank", "adjusted_bank", "difference")
    assert rows_of(found, "summary", *columns) == [(-55_000, 300_000, 245_000, 260_000, -15_000, 245_000, 0)]
    assert rows_of(found, "summary", "basis") == [("relevé 3 du 31/03/2026 (prouvé)",)]
    assert [control.title for control in found.controls if not control.holds] == []


def test_each_block_lists_what_it_lacks_with_its_age(books_engine: Any) -> None:
    reconciled(books_engine)
    found = report_of(books_engine, "reconciliation", book="BF", as_of=END)
    assert rows_of(found, "statement_BF", "block", "place", "age_days", "amount") == [
        ("LIVRES", None, None, -55_000),
        ("LIVRES", "3, ligne 2", 11, 300_000),
        ("BANQUE", None, None, 260_000),
        ("BANQUE", "BF/BQ/2026/2, ligne 1", 3, -15_000),
    ]


def test_the_json_document_names_the_lines_and_the_matches(books_engine: Any) -> None:
    reconciled(books_engine)
    found = json.loads(json_text(report_of(books_engine, "reconciliation", book="BF", as_of=END)))
    assert (found["book"], found["date"], found["difference"]) == ("BF", "2026-03-31", 0)
    assert (found["book_balance"], found["bank_balance"]) == (-55_000, 260_000)
    assert [line["amount"] for line in found["to_book"]] == [300_000]
    assert [(line["number"], line["amount"]) for line in found["to_bank"]] == [(2, -15_000)]
    match = found["matches"][0]
    assert (match["pass"], [line["amount"] for line in match["entry_lines"]]) == ("reference", [-40_000])
    assert match["statement_lines"][0]["statement"] == "3"


def test_a_match_that_the_day_cuts_leaves_its_earlier_line_open(books_engine: Any) -> None:
    reconciled(books_engine)
    found = report_of(books_engine, "reconciliation", book="BF", as_of=march(5))
    assert rows_of(found, "statement_BF", "block", "amount") == [
        ("LIVRES", -40_000),
        ("BANQUE", 0),
        ("BANQUE", -40_000),
    ]
    assert rows_of(found, "matches", "id") == []


def test_a_balance_that_the_books_did_not_take_over_is_explained(books_engine: Any) -> None:
    ledger = prepared(books_engine)
    bring(ledger, statement([Seen(march(6), -1_000)], "3", opening=70_000))
    found = report_of(books_engine, "reconciliation", book="BF", as_of=END)
    assert rows_of(found, "summary", "adjusted_book", "adjusted_bank", "difference") == [(-1_000, 69_000, -70_000)]
    assert found.controls[0].holds is False
    sentence = "solde repris dans les livres moins solde d'ouverture du premier relevé : -70\u00a0000"
    assert found.table("statement_BF").notes[1] == f"Écart de -70\u00a0000, soit : {sentence}."


def test_a_missing_statement_is_named_as_the_cause(books_engine: Any) -> None:
    ledger = prepared(books_engine)
    bring(ledger, statement([Seen(march(6), 5_000)], "3"))
    april = (dt.date(2026, 5, 1), dt.date(2026, 5, 31))
    bring(ledger, statement([Seen(dt.date(2026, 5, 6), 1_000)], "5", opening=25_000, start=april[0], end=april[1]))
    found = report_of(books_engine, "reconciliation", book="BF", as_of=april[1])
    assert rows_of(found, "summary", "bank_balance", "difference") == [(26_000, -20_000)]
    assert "relevés manquants" in found.table("statement_BF").notes[1]


def test_a_book_without_a_statement_says_so(books_engine: Any) -> None:
    ledger = prepared(books_engine)
    enter(ledger, 9_000, march(5), "RV-1", other="44871")
    found = report_of(books_engine, "reconciliation", book="BF")
    assert rows_of(found, "summary", "basis", "bank_balance", "to_bank") == [("aucun relevé reçu", 0, 9_000)]
    assert json.loads(json_text(found))["bank_balance"] is None


def test_what_was_matched_later_was_still_open_then(books_engine: Any) -> None:
    ledger = prepared(books_engine)
    enter(ledger, -40_000, march(5), "OP-1")
    bring(ledger, statement([Seen(march(6), -40_000, reference="OP-1")], "3"))
    before = json_text(report_of(books_engine, "reconciliation", as_of=END))
    run(seen_by(ledger, "installation", NOON + dt.timedelta(hours=1)))
    assert json_text(report_of(books_engine, "reconciliation", as_of=END)) != before
    assert json_text(report_of(books_engine, "reconciliation", as_of=END, as_known=NOON.isoformat())) == before


def test_a_bank_line_booked_after_the_day_is_still_to_be_booked(books_engine: Any) -> None:
    ledger = prepared(books_engine)
    enter(ledger, -40_000, march(9), "OP-1")
    bring(ledger, statement([Seen(march(6), -40_000, reference="OP-1")], "3"))
    run(ledger)
    found = report_of(books_engine, "reconciliation", book="BF", as_of=march(7))
    expected = [("LIVRES", 0), ("LIVRES", -40_000), ("BANQUE", -40_000)]
    assert rows_of(found, "statement_BF", "block", "amount") == expected


def test_a_match_undone_later_was_in_force_then(books_engine: Any) -> None:
    ledger = reconciled(books_engine)
    matched = json_text(report_of(books_engine, "reconciliation", as_of=END))
    later = seen_by(ledger, "installation", NOON + dt.timedelta(hours=2))
    do(later, lambda unit: undo_match(unit, 1, "erreur de lecture"))
    undone = report_of(books_engine, "reconciliation", as_of=END)
    assert (rows_of(undone, "matches", "id"), rows_of(undone, "summary", "difference")[0]) == ([], (0,))
    assert json_text(report_of(books_engine, "reconciliation", as_of=END, as_known=NOON.isoformat())) == matched


def test_a_statement_withdrawn_later_counted_then_and_leaves_no_trace_now(books_engine: Any) -> None:
    ledger = prepared(books_engine)
    enter(ledger, -40_000, march(9), "OP-1")
    wrong, right = (statement([Seen(march(10), amount, reference="OP-1")], "3") for amount in (-40_100, -40_000))
    bring(ledger, wrong)
    provisional = json_text(report_of(books_engine, "reconciliation", as_of=END))
    later = seen_by(ledger, "installation", NOON + dt.timedelta(hours=2))
    do(later, lambda unit: withdraw_statement(unit, "1", "relevé provisoire"))
    gone = report_of(books_engine, "reconciliation", as_of=END)
    assert rows_of(gone, "summary", "bank_balance")[0] == (0,)
    assert rows_of(gone, "statement_BF", "amount") == [(-40_000,), (0,), (-40_000,)]
    bring(later, right)
    run(later)
    found = report_of(books_engine, "reconciliation", as_of=END)
    assert rows_of(found, "summary", "bank_balance", "difference")[0] == (-40_000, 0)
    assert json_text(report_of(books_engine, "reconciliation", as_of=END, as_known=NOON.isoformat())) == provisional
