"""Months, quarters and the take-over: closed in order, reopened with a reason, ended once."""

from datetime import date
from typing import Any

import pytest
from attack import AT, NEXT, Attacker, command, raw_entry
from databases import Database
from posting import NOON, at, do, expense, failed, payment, receipt, rows, seal, transfer, write
from sqlalchemy import Engine

from ledger.bank_credit import TakeoverBankCredit
from ledger.correct import reverse_entry
from ledger.drafts import discard_draft, post_drafts, save_drafts
from ledger.periods.close import close_period, close_quarter, reopen_period
from ledger.periods.rules import parse_period, parse_quarter
from ledger.periods.state import period_status
from ledger.refusal import Refusal
from ledger.takeover import end_takeover, takeover
from ledger.unit import Ledger
from ledger.users import add_user


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books with an entry in January and one in March 2026."""
    ledger = Ledger(books_engine, "installation", clock=lambda: NOON)
    seal(ledger, expense(day=date(2026, 1, 10)), expense(day=date(2026, 3, 10)))
    return ledger


def refused(ledger: Ledger, act: Any, *arguments: Any) -> tuple[str, dict[str, Any]]:
    """The code and facts of the refusal."""
    with pytest.raises(Refusal) as told:
        do(ledger, act, *arguments)
    return str(told.value.as_json()["code"]), told.value.facts


def test_months_close_in_order_once_and_take_nothing_more(ledger: Ledger) -> None:
    code, facts = refused(ledger, close_period, "BF", (2026, 3))
    assert (code, facts["earlier"]) == ("period_closing_order", "01/2026")
    assert do(ledger, close_period, "BF", (2026, 1))["accounts"] == 2
    assert refused(ledger, close_period, "BF", (2026, 1))[0] == "period_already_closed"
    with pytest.raises(Refusal) as told:
        seal(ledger, expense(day=date(2026, 1, 20)))
    assert told.value.as_json()["code"] == "period_closed"
    assert do(ledger, close_period, "BF", (2026, 3))["accounts"] == 2
    assert failed(ledger) == []


def test_a_month_is_reopened_with_a_reason_and_its_totals_are_written_again(ledger: Ledger) -> None:
    assert refused(ledger, reopen_period, "BF", (2026, 1), "oubli")[0] == "period_not_closed"
    do(ledger, close_period, "BF", (2026, 1))
    assert refused(ledger, reopen_period, "BF", (2026, 1), " ")[0] == "reason_missing"
    do(ledger, reopen_period, "BF", (2026, 1), "facture oubliée")
    seal(ledger, expense(day=date(2026, 1, 20), amount=1))
    do(ledger, close_period, "BF", (2026, 1))
    with ledger.read() as connection:
        found = rows(connection, "SELECT event_id, debit FROM closed_total WHERE account = '65881' ORDER BY event_id")
        acts = period_status(connection, ("BF",))["periods"][0]
    assert found == [(1, 5_000), (3, 5_001)]
    assert [(act["action"], act["reason"]) for act in acts["events"]] == [
        ("close", None),
        ("reopen", "facture oubliée"),
        ("close", None),
    ]
    assert (acts["name"], acts["state"], acts["entries"]) == ("01/2026", "closed", 2)
    assert failed(ledger) == []


def test_a_quarter_is_closed_for_good_when_its_three_months_are(ledger: Ledger) -> None:
    do(ledger, close_period, "BF", (2026, 1))
    do(ledger, close_period, "BF", (2026, 3))
    code, facts = refused(ledger, close_quarter, "BF", 2026, 1)
    assert (code, facts["open"]) == ("period_quarter_open", ["02/2026"])
    do(ledger, close_period, "BF", (2026, 2))
    assert do(ledger, close_quarter, "BF", 2026, 1)["months"] == [1, 2, 3]
    assert refused(ledger, reopen_period, "BF", (2026, 2), "oubli")[0] == "period_closed_for_good"
    assert refused(ledger, close_quarter, "BF", 2026, 1)[0] == "period_already_closed"
    assert failed(ledger) == []


def test_bank_lines_that_wait_keep_the_month_open(ledger: Ledger) -> None:
    write(
        ledger,
        "INSERT INTO bank_account (iban, book, account, currency, command_id) VALUES ('I', 'BF', '52111', 'XOF', 1)",
        "INSERT INTO statement_file (id, sha256, name, format, content, received_at, actor, command_id)"
        f" VALUES (1, '{'a' * 64}', 'r.sta', 'mt940', 'x', '{AT}', 'a', {NEXT})",
        "INSERT INTO statement_line (id, statement_id, position, kind, book, iban, booking_date, amount, reversal,"
        " label, details, notes, identity, occurrence, back_dated)"
        " VALUES (1, 1, 1, 'statement', 'BF', 'I', '2026-01-15', 5, false, 'l', '{}', '[]', 'i', 1, false)",
        "INSERT INTO statement (id, file_id, position, kind, book, iban, account, currency, proven, line_count, notes,"
        " command_id) VALUES (1, 1, 1, 'statement', 'BF', 'I', 'I', 'XOF', false, 1, '[]', 1)",
        command(actor="a"),
    )
    code, facts = refused(ledger, close_period, "BF", (2026, 1))
    assert (code, facts["count"], str(facts["first"])) == ("period_bank_lines_open", 1, "2026-01-15")


def test_only_the_accountant_of_the_book_closes(ledger: Ledger) -> None:
    for name, role, book in (("admin", "administrator", None), ("comptable-ml", "accountant", "ML")):
        at(ledger, NOON, "admin").perform(
            "user add", lambda unit, n=name, r=role, b=book: {"name": add_user(unit, n, r, b).name}
        )
    assert refused(at(ledger, NOON, "comptable-ml"), close_period, "BF", (2026, 1))[0] == "book_forbidden"
    assert refused(at(ledger, NOON, "admin"), close_period, "BF", (2026, 1))[0] == "role_forbidden"


def test_the_take_over_ends_once_and_not_before_what_it_allowed(ledger: Ledger) -> None:
    seal(ledger, payment(day=date(2026, 3, 20)), receipt(day=date(2026, 3, 28)), *transfer(day=date(2026, 3, 29)))
    code, facts = refused(ledger, end_takeover, date(2026, 3, 19))
    assert (code, facts["count"], facts["entry"]) == ("takeover_entries_after", 1, "BF/BQ/2026/1")
    do(ledger, end_takeover, date(2026, 3, 20))
    assert refused(ledger, end_takeover, date(2026, 12, 31))[0] == "takeover_ended"
    with ledger.read() as connection:
        assert takeover(connection) == date(2026, 3, 20)
        assert period_status(connection)["takeover"] == {"open": False, "until": date(2026, 3, 20)}


def test_the_end_of_the_take_over_names_the_drafts_that_nobody_can_post_any_more(ledger: Ledger) -> None:
    def draft(debit: str, credit: str) -> dict[str, Any]:
        lines = [{"account": debit, "debit": 5}, {"account": credit, "credit": 5}]
        head = {"book": "BF", "journal": "OD", "date": "2026-03-20", "document": "D", "label": "Brouillard"}
        return {"entries": [{**head, "lines": lines}]}

    for debit, credit in (("65881", "40111"), ("40111", "52111"), ("52111", "7101"), ("65881", "52111")):
        do(ledger, save_drafts, draft(debit, credit), "essai.json")
    do(ledger, discard_draft, 4, "essai")
    assert do(ledger, end_takeover, date(2026, 3, 31))["takeover"]["drafts"] == [2]
    with pytest.raises(TakeoverBankCredit):
        do(ledger, post_drafts, [2])
    do(ledger, post_drafts, [1, 3])


def test_a_receipt_taken_back_by_a_credit_is_of_the_take_over_too(ledger: Ledger) -> None:
    seal(ledger, receipt(day=date(2026, 3, 28)), *transfer(day=date(2026, 3, 29)))
    do(ledger, reverse_entry, "BF/BQ/2026/1", "contra", "essai")
    do(ledger, reverse_entry, "BF/BQ/2026/2", "contra", "essai")
    code, facts = refused(ledger, end_takeover, date(2026, 3, 27))
    assert (code, facts["count"], facts["entry"]) == ("takeover_entries_after", 1, "BF/BQ/2026/3")
    do(ledger, end_takeover, date(2026, 3, 28))
    assert failed(ledger) == []


@pytest.mark.parametrize("text", ["2026", "2026-14", "26-03", "mars 2026", "0000-01", "1026-01", "2026-003", "٢٠٢٦-03"])
def test_a_month_is_written_with_its_year(text: str) -> None:
    with pytest.raises(Refusal) as told:
        parse_period(text)
    assert told.value.code == "period_unreadable"


def test_months_and_quarters_are_read() -> None:
    assert (parse_period("2026-03"), parse_period("2025-13")) == ((2026, 3), (2025, 13))
    assert (parse_quarter("2026-1"), parse_quarter("2026-T4")) == ((2026, 1), (2026, 4))
    with pytest.raises(Refusal):
        parse_quarter("2026-5")


def test_the_database_too_keeps_a_matched_entry_from_being_corrected(ledger: Ledger, books: Database) -> None:
    seal(ledger, receipt(amount=9_000), payment(amount=9_000))
    write(
        ledger,
        "INSERT INTO bank_account (iban, book, account, currency, command_id) VALUES ('X', 'BF', '52111', 'XOF', 1)",
        "INSERT INTO bank_match_entry_line (match_id, entry_id, position) VALUES (7, 3, 1), (7, 4, 2)",
        "INSERT INTO bank_match (id, book, pass, reason, facts, nearest_rejected, at, actor, command_id)"
        f" VALUES (7, 'BF', 'essai', 'essai', '{{}}', '[]', '{AT}', 'essai', {NEXT})",
        command(actor="essai"),
    )
    attacker = Attacker(books)
    back = [{"account": "52111", "debit": -9_000}, {"account": "7101", "credit": -9_000}]
    told = attacker.refused(*raw_entry(attacker, back, journal="BQ", corrects=3, correction="negative"))
    assert told == "entry_matched"
    attacker.close()
