"""The life of a payment order on the books: every stage, every side state, and who may not do what."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from ordered import SIGNERS, Office, all_passed, new_signer
from sqlalchemy import Engine, text

from ledger.mandates.appoint import appoint
from ledger.orders.order import Charge
from ledger.orders.rules import add_rule
from ledger.orders.show import export_document, view_order
from ledger.orders.transfer_file import make_transfer_file
from ledger.refusal import Refusal
from ledger.verify import CHECKS

TWO = (Charge("BF", 400_000), Charge("ML", 300_000))
ORDER_CHECKS = [check for check in CHECKS if check.name.startswith(("order", "mandate", "handover", "takeover"))]


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """Everybody at their desk, one million on each account."""
    return Office(books_engine).set_up()


def code(act: Any) -> str:
    """The code of the refusal that an act meets."""
    with pytest.raises(Refusal) as refusal:
        act()
    return str(refusal.value.as_json()["code"])


def balances(office: Office) -> dict[str, int]:
    """Debit less credit of every account that moved."""
    rows = office.rows("SELECT account, sum(debit - credit) FROM entry_line GROUP BY account")
    return {account: int(amount) for account, amount in rows if amount}


def breaches(office: Office) -> list[str]:
    """What `verify` finds on orders."""
    with office.ledger("aud").read() as connection:
        return [f"{check.name}: {row}" for check in ORDER_CHECKS for row in check.find(connection)]


def appointed(office: Office, person: str = "bfo", state: str = "BF") -> None:
    """A new officer takes the office an hour later; then another hour goes by."""
    office.later(hours=1)
    office.perform("adm", lambda unit: appoint(unit, state, person, office.now, "Acte fictif n° 2") and None)
    office.later(hours=1)


def test_an_order_goes_through_its_stages_and_the_books_follow(office: Office) -> None:
    number = office.order(charges=TWO)
    stages = [office.find(number).stage]
    for name in ("commit", "visa", "verify", "authorise"):
        stages.append(office.act(number, name)["stage"])
        office.later(minutes=5)
    stages.append(office.act(number, "accept", book="BF")["stage"])
    stages.append(office.act(number, "accept", book="ML")["stage"])
    stages.append(office.act(number, "pay", book="BF")["stage"])
    stages.append(office.act(number, "pay", book="ML")["stage"])
    assert stages == [
        "draft", "committed", "visa", "verified", "authorised", "authorised", "accepted", "accepted", "paid",
    ]  # fmt: skip
    assert balances(office) == {
        "52111": 600_000, "52112": 700_000, "52113": 1_000_000, "44871": -1_000_000, "44872": -1_000_000,
        "44873": -1_000_000, "65881": 700_000,
    }  # fmt: skip
    assert breaches(office) == []


def test_a_suspended_order_is_requisitioned_or_comes_back(office: Office) -> None:
    number = office.until("authorise")
    office.act(number, "suspend", results=all_passed("accBF", "documents_produced"))
    assert office.find(number).events[-1].reason == "Production des pièces justificatives : motif écrit"
    assert code(lambda: office.act(number, "accept")) == "order_move_illegal"
    office.act(number, "requisition", "mlo", reason="Continuité du service")
    assert office.act(number, "accept", results=all_passed("accBF", "documents_produced"))["stage"] == "accepted"
    other = office.until("authorise", 100_000)
    office.act(other, "suspend", results=all_passed("accBF", "service_rendered"), reason="Pas de certification")
    assert code(lambda: office.act(other, "requisition", "mlo", reason="Urgent")) == "requisition_excepted"
    office.act(other, "resume", reason="Certification produite")
    assert office.act(other, "accept")["stage"] == "accepted"
    assert breaches(office) == []


def test_an_acceptance_suspended_afterwards_is_taken_back_in_the_books(office: Office) -> None:
    number = office.until("accept")
    office.act(number, "suspend", results=all_passed("accBF", "no_opposition"))
    assert balances(office).get("65881", 0) == 0
    assert office.rows("SELECT sum(debit), sum(credit) FROM entry_line WHERE account = '65881'") == [(0, 0)]
    office.act(number, "resume", reason="Mainlevée")
    office.act(number, "accept")
    assert balances(office)["65881"] == 400_000
    assert breaches(office) == []


def test_a_returned_payment_is_ordered_again_without_a_second_expense(office: Office) -> None:
    number = office.until("pay")
    again = {"kind": "reissue", "account": "47129", "reissues": number}
    assert code(lambda: office.order(**again)) == "order_reissue_unreturned"
    office.act(number, "return", reason="Compte clos")
    assert balances(office)["47129"] == -400_000
    second = office.order(**again)
    assert code(lambda: office.order(**again)) == "order_reissue_unreturned"
    for name in ("commit", "visa", "verify", "authorise", "accept", "pay"):
        office.act(second, name)
    found = balances(office)
    assert (found["65881"], found["52111"], found.get("47129", 0)) == (400_000, 600_000, 0)
    assert breaches(office) == []


def test_a_payment_that_comes_back_twice_is_not_ordered_twice(office: Office) -> None:
    """What came back again is ordered under the number of the second order, not under the first one's too."""
    first = office.until("pay")
    office.act(first, "return", reason="Compte clos")
    second = office.until("pay", kind="reissue", account="47129", reissues=first)
    office.act(second, "return", reason="Compte toujours clos")
    again = code(lambda: office.order(kind="reissue", account="47129", reissues=first))
    assert again == "order_reissue_unreturned"
    third = office.until("pay", kind="reissue", account="47129", reissues=second)
    found = balances(office)
    assert (found["65881"], found["52111"], found.get("47129", 0)) == (400_000, 600_000, 0)
    assert office.find(third).stage == "paid"
    assert breaches(office) == []


def test_a_bank_charge_is_regularised_by_an_order_not_to_pay(office: Office) -> None:
    number = office.order(3_000, kind="regularisation", account="6318")
    for name in ("commit", "visa", "verify", "authorise"):
        office.act(number, name)
    assert code(lambda: office.act(number, "accept")) == "order_kind_wrong"
    assert office.act(number, "regularise")["stage"] == "cleared"
    assert balances(office)["47111"] == -3_000
    assert breaches(office) == []


def test_a_call_of_one_state_paid_by_another_goes_through_the_liaison_accounts(office: Office) -> None:
    number = office.until("pay", on_behalf_of="ML", account="48132")
    found = balances(office)
    assert (found["1852"], found["1851"], found["48132"], found["52111"]) == (400_000, -400_000, 400_000, 600_000)
    assert office.find(number).stage == "paid"
    assert breaches(office) == []


def test_a_rejected_or_cancelled_order_gives_its_funds_back(office: Office) -> None:
    first = office.until("commit", 900_000)
    second = office.order(500_000)
    assert code(lambda: office.act(second, "commit")) == "order_funds"
    office.act(first, "reject", "ctl", reason="Pièce insuffisante")
    assert office.act(second, "commit")["stage"] == "committed"
    assert office.act(second, "cancel", "req", reason="Abandon")["stage"] == "cancelled"
    assert breaches(office) == []


def test_nobody_does_what_is_anothers(office: Office) -> None:
    number = office.order()
    assert code(lambda: office.act(number, "commit", "ctl")) == "order_role_wrong"
    office.act(number, "commit")
    assert code(lambda: office.act(number, "visa", "req")) == "order_role_wrong"
    office.act(number, "visa")
    assert code(lambda: office.act(number, "visa")) == "visa_twice"
    office.act(number, "verify")
    assert code(lambda: office.act(number, "authorise", "bfo")) == "order_outside_mandate"
    assert code(lambda: office.act(number, "authorise", signer=None)) == "signature_missing"
    assert code(lambda: office.act(number, "authorise", signer=new_signer())) == "key_unregistered"
    office.act(number, "authorise")
    assert code(lambda: office.act(number, "accept", "accML", book="BF")) == "book_forbidden"
    assert code(lambda: office.act(number, "accept", "accML")) == "order_charge_unknown"
    assert code(lambda: office.act(number, "accept", results=())) == "check_incomplete"
    assert code(lambda: office.act(number, "accept", results=all_passed("accBF", "legal_basis"))) == "check_failed"
    assert code(lambda: office.act(number, "suspend", results=all_passed("accBF"))) == "order_reason_missing"
    assert code(lambda: office.act("2026-0044", "commit")) == "order_unknown"
    assert code(lambda: office.act(number, "clear")) == "order_move_illegal"


def test_the_order_of_a_predecessor_waits_for_the_successor(office: Office) -> None:
    number, other = office.until("accept", charges=TWO[:1]), office.until("authorise", 100_000)
    appointed(office)
    assert code(lambda: office.act(number, "pay")) == "order_awaits_confirmation"
    assert code(lambda: office.act(number, "confirm", "mlo")) == "order_outside_mandate"
    office.act(number, "confirm", "bfo")
    assert office.act(number, "pay")["stage"] == "paid"
    assert office.act(other, "return", "bfo", reason="À revoir")["stage"] == "returned"
    assert breaches(office) == []


def test_an_appointment_does_not_undo_a_signature(office: Office) -> None:
    office.until("authorise")
    early = datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert code(lambda: office.perform("adm", lambda unit: appoint(unit, "BF", "bfo", early, "Acte"))) == (
        "mandate_signed_after"
    )
    assert code(lambda: office.perform("adm", lambda unit: appoint(unit, "BF", "ctl", office.now, "Acte"))) == (
        "mandate_person_role"
    )
    assert code(lambda: office.perform("req", lambda unit: appoint(unit, "BF", "bfo", office.now, "Acte"))) == (
        "role_forbidden"
    )


def test_a_threshold_asks_for_a_second_controller(office: Office) -> None:
    day = office.now.date()
    office.perform("adm", lambda unit: add_rule(unit, "threshold", day, "Décision fictive", amount=300_000, visas=2))
    number = office.until("verify")
    assert code(lambda: office.act(number, "authorise")) == "visa_missing"
    office.act(number, "visa", "ctl2")
    assert office.act(number, "authorise")["stage"] == "authorised"
    small = office.until("authorise", 299_999)
    assert office.find(small).stage == "authorised"
    again = code(
        lambda: office.perform("adm", lambda unit: add_rule(unit, "threshold", day, "Bis", amount=300_000, visas=3))
    )
    assert again == "threshold_conflict"


def test_three_nationalities_are_asked_for_where_the_rule_is_in_force(office: Office) -> None:
    number = office.until("verify")
    office.later(days=1)
    day = office.now.date()
    office.perform("adm", lambda unit: add_rule(unit, "nationality", day, "Décision fictive"))
    assert code(lambda: office.act(number, "authorise")) == "nationality_rule"
    twice = code(lambda: office.perform("adm", lambda unit: add_rule(unit, "nationality", day, "Bis")))
    assert twice == "order_rule_conflict"


def test_a_rule_does_not_judge_what_was_done_without_it(office: Office) -> None:
    """The order authorised this morning with one visa stays lawful: a threshold begins tomorrow at the earliest."""
    office.until("authorise")
    office.later(hours=1)
    today, tomorrow = office.now.date(), office.now.date() + timedelta(days=1)

    def add(kind: str, day: date, **values: Any) -> str:
        return code(lambda: office.perform("adm", lambda unit: add_rule(unit, kind, day, "Décision", **values)))

    assert add("threshold", today, amount=1_000, visas=2) == "order_rule_late"
    assert add("nationality", today) == "order_rule_late"
    assert add("sequence", today, sequence="verification_first") == "order_rule_late"
    office.perform("adm", lambda unit: add_rule(unit, "threshold", tomorrow, "Décision", amount=1_000, visas=2))
    assert breaches(office) == []


def test_verification_may_come_first(office: Office) -> None:
    day = office.now.date()
    office.perform("adm", lambda unit: add_rule(unit, "sequence", day, "Décision", sequence="verification_first"))
    number = office.until("commit")
    assert code(lambda: office.act(number, "visa")) == "order_move_illegal"
    assert [office.act(number, name)["stage"] for name in ("verify", "visa", "authorise")] == [
        "verified", "visa", "authorised",
    ]  # fmt: skip
    assert breaches(office) == []


def test_a_key_makes_the_same_order_once(office: Office) -> None:
    from dataclasses import replace

    from ledger.orders.create import create_orders
    from ledger.orders.order_file import OrderRequest

    number = office.order(key="k-1")
    stored = replace(office.find(number).order, number="")
    request = OrderRequest(stored, {}, "k-1")
    done = office.perform("req", lambda unit: create_orders(unit, [request]))
    assert done["orders"] == [{"id": 1, "number": number, "stage": "draft"}]
    other = OrderRequest(replace(stored, purpose="Autre objet"), {}, "k-1")
    assert code(lambda: office.perform("req", lambda unit: create_orders(unit, [other]))) == "order_key_reused"


def test_the_bank_file_holds_each_accepted_charge_once(office: Office) -> None:
    from ledger.bank_accounts import bind

    number = office.until("accept")
    missing = code(lambda: office.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0]))
    assert missing == "transfer_account_missing"
    office.perform("accBF", lambda unit: bind(unit, "BF", "BF42BF9990100102025000011784"))
    made = office.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0])
    assert (made["orders"], made["amount"], made["message"]) == ([number], 400_000, "PCAES-BF-2026-0001")
    again = code(lambda: office.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0]))
    assert again == "transfer_file_empty"
    assert breaches(office) == []


def test_an_order_is_shown_whole_and_exported_for_anyone_to_check(office: Office, tmp_path: Path) -> None:
    import json

    from ledger.orders.offline_verifier import main

    number = office.until("pay")
    with office.ledger("aud").read() as connection:
        shown = view_order(connection, number)
        exported = export_document(connection, number)
    assert [event["act"] for event in shown["events"]] == ["commit", "visa", "verify", "authorise", "accept", "pay"]
    assert shown["events"][5]["entries"] == ["BF/BQ/2026/2"]
    assert shown["signature"]["public_key"] == SIGNERS["mlo"].public_key
    assert len(shown["checks"]) == 11
    file = tmp_path / "ordre.json"
    file.write_text(json.dumps(exported), encoding="utf-8")
    assert main([str(file), "--specimen", SIGNERS["mlo"].public_key]) == 0


def test_nothing_is_signed_before_people_are_declared(books_engine: Engine) -> None:
    office = Office(books_engine)
    early = code(lambda: office.perform(None, lambda unit: appoint(unit, "ML", "mlo", office.now, "Acte")))
    assert early == "users_undeclared"


def test_a_changed_order_is_found_by_verify(sqlite_books: Any) -> None:
    """The triggers are taken away, the amount changed: the signature no longer holds, the postings neither."""
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    office = Office(engine).set_up()
    office.until("accept")
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("DROP TRIGGER payment_order_no_update"))
        connection.execute(text("UPDATE payment_order SET payee_name = 'Autre bénéficiaire'"))
    found = breaches(office)
    engine.dispose()
    assert [line.partition(":")[0] for line in found] == ["order_signatures", "order_signatures"]
    assert "signature_digest" in found[0]
    assert "signature_invalid" in found[1]


def test_a_signature_said_to_be_of_another_kind_is_found_by_verify(sqlite_books: Any) -> None:
    """No other kind can be recomputed here: it is a false signature, not an unknown one."""
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    office = Office(engine).set_up()
    office.until("authorise")
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("DROP TRIGGER order_signature_no_update"))
        connection.execute(text("PRAGMA ignore_check_constraints = ON"))
        connection.execute(text("UPDATE order_signature SET algorithm = 'webauthn'"))
    found = breaches(office)
    engine.dispose()
    assert found == ["order_signatures: {'number': '2026-0001', 'position': 4, 'fault': 'signature_invalid'}"]


def test_the_frozen_moves_are_those_of_the_program(office: Office) -> None:
    from ledger.orders.checks import CHECKS as ITEMS
    from ledger.orders.stages import SEQUENCES, moves

    frozen = office.rows("SELECT sequence, level, source, act, target, role, posts, reason, signed FROM order_move")
    known = {
        (sequence, one.level, one.source, one.act, one.target, one.role, one.posts, one.reason, one.signed)
        for sequence in SEQUENCES
        for one in moves(sequence)
        if one.act not in ("clear", "unclear")
    }
    assert {(*row[:7], bool(row[7]), bool(row[8])) for row in frozen} == known
    items = office.rows("SELECT code, title, family, excepted, computed, source FROM check_item")
    assert {(*row[:3], bool(row[3]), bool(row[4]), row[5]) for row in items} == {
        (one.code, one.title, one.family, one.excepted, one.computed, one.source) for one in ITEMS
    }
