"""The end of an order's life: the bank's statement shows its payment, its return, or its charge already debited."""

import datetime as dt

import pytest
from ordered import Office
from sqlalchemy import Engine

from ledger.bank_accounts import bind
from ledger.orders.transfer_file import make_transfer_file
from ledger.refusal import Refusal
from portal.verification import verify_books
from reconcile.undo import undo_match
from tests.reconcile.banked import IBAN, Seen, bring, run, statement

PAID = dt.date(2026, 3, 2)


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """One order of 400 000 francs accepted, its account bound."""
    ready = Office(books_engine).set_up()
    ready.perform("accBF", lambda unit: bind(unit, "BF", IBAN["BF"], "Banque fictive"))
    ready.until("accept")
    return ready


def faults(office: Office) -> list[str]:
    """The checks that fail."""
    with office.ledger("aud").read() as connection:
        return [check["name"] for check in verify_books(connection)["checks"] if not check["ok"]]


def shown(office: Office, *lines: Seen, number: str = "3", opening: int = 0) -> None:
    """The bank's statement comes in, and is reconciled a month later."""
    office.later(days=30)
    ledger = office.ledger("accBF")
    bring(ledger, statement(lines, number, opening))
    run(ledger)


def test_a_payment_is_cleared_by_the_statement_and_no_longer_when_the_match_is_undone(office: Office) -> None:
    made = office.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0])
    assert office.act("2026-0001", "pay")["stage"] == "paid"
    shown(office, Seen(PAID, -400_000, "VIREMENT EMIS", "2026-0001", "BQ1"))
    assert (made["orders"], office.find("2026-0001").stage) == (["2026-0001"], "cleared")
    assert office.rows("SELECT max(act) FROM order_event WHERE target = 'cleared'") == [(None,)]
    office.perform("accBF", lambda unit: undo_match(unit, 1, "autre paiement"))
    assert office.find("2026-0001").stage == "paid"
    assert faults(office) == []


def test_nobody_says_that_the_bank_has_paid(office: Office) -> None:
    office.act("2026-0001", "pay")
    with pytest.raises(Refusal) as refusal:
        office.act("2026-0001", "clear", "accBF")
    assert refusal.value.facts["act_code"] == "clear"


def test_a_payment_seen_and_sent_back_later_is_returned(office: Office) -> None:
    office.act("2026-0001", "pay")
    shown(office, Seen(PAID, -400_000, "VIREMENT EMIS", "2026-0001", "BQ1"))
    office.act("2026-0001", "return", "accBF", reason="Compte du bénéficiaire clos")
    assert office.find("2026-0001").stage == "bank_returned"
    balances = dict(office.rows("SELECT account, sum(debit - credit) FROM entry_line GROUP BY account"))
    assert (int(balances["47129"]), int(balances["52111"])) == (-400_000, 1_000_000)
    assert faults(office) == []


def test_a_charge_that_the_bank_took_is_regularised_without_paying_again(office: Office) -> None:
    from reconcile.impute import impute_line

    shown(office, Seen(PAID, -3_000, "FRAIS INCONNUS", None, "BQ9"))
    office.perform("accBF", lambda unit: impute_line(unit, 1, "frais sans ordre"))
    number = office.order(3_000, kind="regularisation", account="6318")
    for name in ("commit", "visa", "verify", "authorise", "regularise"):
        office.act(number, name)
    balances = dict(office.rows("SELECT account, sum(debit - credit) FROM entry_line GROUP BY account"))
    assert office.find(number).stage == "cleared"
    assert (int(balances["6318"]), int(balances["47111"]), int(balances["52111"])) == (3_000, 0, 997_000)
    assert faults(office) == []
