"""Once the take-over is over, a bank account is credited by an order, a transfer or a bank line, and nothing else."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest
from ordered import Office
from sqlalchemy import Engine, insert

from ledger.bank_credit import TakeoverBankCredit, TakeoverContra
from ledger.correct import reverse_entry
from ledger.entry import EntryDraft, Line
from ledger.guards import RefusedByDatabase
from ledger.post import post_entries
from ledger.refusal import Refusal
from ledger.tables.periods import takeover_end

DAY = date(2026, 3, 2)


def ended(unit: Any, until: date) -> Any:
    """The end of the take-over, whatever the entries after it."""
    own = {"at": unit.now, "actor": unit.user.name, "command_id": unit.command_id}
    return insert(takeover_end).values(id=1, until=until, **own)


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """Books whose take-over ended on the last day of February 2026."""
    ready = Office(books_engine).set_up()
    ready.perform("adm", lambda unit: unit.connection.execute(ended(unit, date(2026, 2, 28))) and None)
    return ready


def draft(
    lines: Sequence[Line], book: str = "BF", day: date = DAY, origin: str = "direct", **more: Any
) -> EntryDraft:  # fmt: skip
    """An entry of a book."""
    return EntryDraft(book, more.pop("journal", "BQ"), day, "OV-1", "Paiement", tuple(lines), origin=origin, **more)


PAYMENT = (Line("40111", debit=5_000), Line("52111", credit=5_000))


def post(office: Office, *drafts: EntryDraft) -> str:
    """The code of the refusal, or the references of what was posted."""
    try:
        posted: list[str] = []
        office.perform("accBF", lambda unit: posted.extend(one.reference for one in post_entries(unit, drafts)))
    except Refusal as refusal:
        return str(refusal.as_json()["code"])
    return " ".join(posted)


REFUSED: dict[str, tuple[str, list[EntryDraft]]] = {
    "a direct payment": ("takeover_bank_credit", [draft(PAYMENT)]),
    "a payment dated in the time of the take-over": ("takeover_bank_credit", [draft(PAYMENT, day=date(2026, 2, 28))]),
    "a receipt taken back by a payment": (
        "takeover_contra",
        [draft((Line("52111", credit=1_000_000), Line("44871", debit=1_000_000)), correction="contra", corrects=1)]),
    "an order that is none": ("order_entry_missing", [draft(PAYMENT, origin="order", origin_ref="2026-0001")]),
    "a bank line that does not exist": (
        "takeover_bank_credit", [draft(PAYMENT, origin="statement", origin_ref="statement_line:9")]),
    "an imputation of nothing": ("takeover_bank_credit", [draft(PAYMENT, origin="imputation")]),
    "a call paid from another account without order": (
        "takeover_bank_credit",
        [draft((Line("1852", debit=5_000), Line("52111", credit=5_000)), transfer="L"),
         draft((Line("48132", debit=5_000), Line("1851", credit=5_000)), book="ML", transfer="L")]),
    "a transfer that ends in an expense": (
        "takeover_transfer",
        [draft((Line("5851", debit=5_000), Line("52111", credit=5_000)), transfer="T"),
         draft((Line("65881", debit=5_000), Line("5851", credit=5_000)), book="ML", transfer="T")]),
    "money hidden behind a transfer": (
        "takeover_bank_credit",
        [draft((Line("5851", debit=4_000), Line("65881", debit=1_000), Line("52111", credit=5_000)), transfer="T"),
         draft((Line("52112", debit=4_000), Line("5851", credit=4_000)), book="ML", transfer="T")]),
}  # fmt: skip


@pytest.mark.parametrize("attack", REFUSED, ids=[name.replace(" ", "_") for name in REFUSED])
def test_money_does_not_leave_otherwise(attack: str, office: Office) -> None:
    code, drafts = REFUSED[attack]
    assert post(office, *drafts) == code


TAKEN: dict[str, list[EntryDraft]] = {
    "a receipt": [draft((Line("52111", debit=5_000), Line("44871", credit=5_000)))],
    "a transfer between accounts": [
        draft((Line("5851", debit=5_000), Line("52111", credit=5_000)), transfer="T"),
        draft((Line("52112", debit=5_000), Line("5851", credit=5_000)), book="ML", transfer="T"),
    ],
    "an entry without the bank": [draft((Line("65881", debit=5_000), Line("40111", credit=5_000)))],
}


@pytest.mark.parametrize("act", TAKEN, ids=[name.replace(" ", "_") for name in TAKEN])
def test_what_is_lawful_is_posted(act: str, office: Office) -> None:
    assert post(office, *TAKEN[act]).startswith("BF/BQ/2026/")


def test_a_correction_is_no_payment(office: Office) -> None:
    assert post(office, draft((Line("52111", debit=5_000), Line("44871", credit=5_000)))) == "BF/BQ/2026/2"
    back = draft((Line("52111", debit=-5_000), Line("44871", credit=-5_000)), correction="negative", corrects=4)
    assert post(office, back) == "BF/BQ/2026/3"


def test_a_transfer_goes_back_by_contra_too(office: Office) -> None:
    """Its two halves swapped are a transfer the other way, and no money leaves the three accounts."""
    there = [
        draft((Line("5851", debit=5_000), Line("52111", credit=5_000)), transfer="T"),
        draft((Line("52112", debit=5_000), Line("5851", credit=5_000)), book="ML", transfer="T"),
    ]
    assert post(office, *there) == "BF/BQ/2026/2 ML/BQ/2026/2"
    back = office.perform("accBF", lambda unit: reverse_entry(unit, "BF/BQ/2026/2", "contra", "essai"))
    assert [one["number"] for one in back["entries"]] == [3, 3]
    assert office.rows("SELECT sum(debit - credit) FROM entry_line WHERE account = '52112'") == [(1_000_000,)]


def test_a_receipt_goes_back_with_negative_amounts_only(office: Office) -> None:
    with pytest.raises(TakeoverContra) as refusal:
        office.perform("accBF", lambda unit: reverse_entry(unit, "BF/BQ/2026/1", "contra", "essai"))
    assert (refusal.value.facts["account"], refusal.value.facts["amount"]) == ("52111", 1_000_000)
    assert "--style negative" in refusal.value.message()
    done = office.perform("accBF", lambda unit: reverse_entry(unit, "BF/BQ/2026/1", "negative", "essai"))
    assert done["corrects"] == ["BF/BQ/2026/1"]


def test_an_accepted_order_is_paid(office: Office) -> None:
    number = office.until("pay", 300_000)
    assert office.find(number).stage == "paid"
    assert office.rows("SELECT sum(debit - credit) FROM entry_line WHERE account = '52111'") == [(700_000,)]


def test_the_database_refuses_what_the_program_would_let_through(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.post.check_bank_credit", lambda one, until: None)
    contra = draft((Line("52111", credit=1_000_000), Line("44871", debit=1_000_000)), correction="contra", corrects=1)
    for one in (draft(PAYMENT), draft(PAYMENT, day=date(2026, 2, 1)), contra):
        with pytest.raises(RefusedByDatabase) as refusal:
            office.perform("accBF", lambda unit, one=one: post_entries(unit, [one]) and None)  # type: ignore[misc]  # bound at once
        assert refusal.value.guard == "takeover_bank_credit"


@pytest.mark.parametrize("day", [DAY, date(2026, 2, 1)])
def test_the_sentence_names_the_account_and_the_amount(day: date, office: Office) -> None:
    with pytest.raises(TakeoverBankCredit) as refusal:
        office.perform("accBF", lambda unit: post_entries(unit, [draft(PAYMENT, day=day)]) and None)
    assert refusal.value.facts["account"] == "52111"
    assert refusal.value.facts["amount"] == 5_000
    assert refusal.value.facts["line"] == 2
