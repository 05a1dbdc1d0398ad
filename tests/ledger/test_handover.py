"""The handover of the office: frozen, signed by both, or by witnesses when one is absent."""

from datetime import UTC, datetime
from typing import Any

import pytest
from ordered import SIGNERS, Office, all_passed
from sqlalchemy import Engine, text

from ledger.checks import handovers, orders
from ledger.mandates.appoint import appoint
from ledger.mandates.handover import HandoverWrong, hand_over, read_handover, sign_handover
from ledger.orders.order import Charge
from ledger.refusal import Refusal
from ledger.users import add_user

CHECKS = (*orders.CHECKS, *handovers.CHECKS)


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """One order accepted, one authorised, one suspended and requisitioned, one paid."""
    ready = Office(books_engine).set_up()
    ready.until("accept", 100_000)
    ready.until("authorise", charges=(Charge("ML", 200_000),))
    third = ready.until("authorise", 50_000)
    ready.act(third, "suspend", results=all_passed("accBF", "account_imputed"))
    ready.act(third, "requisition", "mlo", reason="Continuité du service")
    ready.until("pay", 300_000)
    ready.later(hours=2)
    return ready


def code(act: Any) -> str:
    """The code of the refusal that an act meets."""
    with pytest.raises(Refusal) as refusal:
        act()
    return str(refusal.value.as_json()["code"])


def handed(office: Office, at: str = "2026-03-02T10:00:00", **more: Any) -> dict[str, Any]:
    """The handover to the officer of Burkina Faso."""
    return office.perform("adm", lambda unit: hand_over(unit, "bfo", at, "Acte fictif n° 2", state="BF", **more))


def record(office: Office) -> dict[str, Any]:
    """The record as it reads now."""
    with office.ledger("aud").read() as connection:
        return read_handover(connection, 1)


def test_the_situation_is_frozen_to_the_franc(office: Office) -> None:
    done = handed(office)
    content = record(office)["content"]
    assert [(row["account"], row["balance"]) for row in content["balances"]] == [
        ("52111", 700_000),
        ("52112", 1_000_000),
        ("52113", 1_000_000),
    ]
    assert [(row["number"], row["book"], row["stage"], row["amount"]) for row in content["orders"]] == [
        ("2026-0001", "BF", "accepted", 100_000),
        ("2026-0002", "ML", "authorised", 200_000),
        ("2026-0003", "BF", "requisitioned", 50_000),
        ("2026-0004", "BF", "paid", 300_000),
    ]
    assert [(row["number"], row["reason"]) for row in content["requisitions"]] == [
        ("2026-0003", "Continuité du service")
    ]
    assert (done["to_confirm"], done["outgoing"], done["incoming"]) == (3, "mlo", "bfo")
    assert [row["name"] for row in content["users"] if row["role"] == "officer"] == ["bfo", "mlo"]
    office.receive("BF", 5_000)
    assert record(office)["content"]["balances"][0]["balance"] == 700_000


def test_both_officers_sign_and_reservations_stay(office: Office) -> None:
    handed(office)
    signed = office.perform("mlo", lambda unit: sign_handover(unit, 1, SIGNERS["mlo"], "Sous réserve du suspens 12"))
    assert signed["awaited"] == ["bfo (ordonnateur entrant)"]
    assert office.perform("bfo", lambda unit: sign_handover(unit, 1, SIGNERS["bfo"]))["awaited"] == []
    assert [row["reservations"] for row in record(office)["signatures"]] == ["Sous réserve du suspens 12", ""]
    again = code(lambda: office.perform("bfo", lambda unit: sign_handover(unit, 1, SIGNERS["bfo"])))
    assert again == "handover_signatory"
    assert code(lambda: office.perform("ctl", lambda unit: sign_handover(unit, 1, SIGNERS["ctl"]))) == (
        "handover_signatory"
    )
    with office.ledger("aud").read() as connection:
        assert [row for check in CHECKS for row in check.find(connection)] == []


def test_two_witnesses_take_the_place_of_an_absent_officer(office: Office) -> None:
    assert code(lambda: handed(office, absence="Empêchement", witnesses=("ctl",))) == "handover_wrong"
    done = handed(office, absence="Empêchement constaté", witnesses=("ctl", "accBF"))
    assert [name.partition(" ")[0] for name in done["awaited"]] == ["bfo", "ctl", "accBF"]
    assert code(lambda: office.perform("mlo", lambda unit: sign_handover(unit, 1, SIGNERS["mlo"]))) == (
        "handover_signatory"
    )
    for name in ("ctl", "accBF", "bfo"):
        done = office.perform(name, lambda unit, n=name: sign_handover(unit, 1, SIGNERS[n]))
    assert done["awaited"] == []


@pytest.mark.parametrize(
    ("at", "refused"),
    [
        ("2026-03-02T12:00:00", "handover_wrong"),
        ("2026-03-02T08:00:00", "mandate_signed_after"),
        ("hier", "handover_wrong"),
    ],
    ids=["to come", "before a signed act", "not an instant"],
)
def test_a_cut_off_that_cannot_be_is_refused(at: str, refused: str, office: Office) -> None:
    assert code(lambda: handed(office, at)) == refused


def test_a_handover_is_made_once_and_by_the_administrator(office: Office) -> None:
    assert code(lambda: office.perform("mlo", lambda unit: hand_over(unit, "bfo", "2026-03-02T10:00", "Acte"))) == (
        "role_forbidden"
    )
    handed(office)
    assert code(lambda: handed(office)) == "handover_wrong"
    with office.ledger("aud").read() as connection:
        assert code(lambda: read_handover(connection, 9)) == "handover_unknown"


def test_an_altered_record_is_found(sqlite_books: Any) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    ready = Office(engine).set_up()
    ready.later(hours=2)
    handed(ready)
    ready.perform("bfo", lambda unit: sign_handover(unit, 1, SIGNERS["bfo"]))
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("DROP TRIGGER handover_signature_no_update"))
        connection.execute(text("UPDATE handover_signature SET reservations = 'autre'"))
    with ready.ledger("aud").read() as connection:
        found = [row for check in CHECKS for row in check.find(connection)]
    engine.dispose()
    assert found == [{"record": 1, "part": "incoming", "fault": "signature_invalid"}]


def test_a_record_that_never_was_true_is_found(sqlite_books: Any) -> None:
    """Somebody writes another balance into the record and its fingerprint anew: the books say otherwise."""
    from hashlib import sha256

    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    ready = Office(engine).set_up()
    ready.later(hours=2)
    handed(ready)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        content = str(connection.execute(text("SELECT content FROM handover_record")).scalar_one())
        false = content.replace('"balance":1000000', '"balance":1000001', 1)
        connection.execute(text("DROP TRIGGER handover_record_no_update"))
        connection.execute(
            text("UPDATE handover_record SET content = :content, sha256 = :digest"),
            {"content": false, "digest": sha256(false.encode()).hexdigest()},
        )
    with ready.ledger("aud").read() as connection:
        found = [row for check in CHECKS for row in check.find(connection)]
    engine.dispose()
    assert found == [{"record": 1, "part": "balances", "fault": "handover_untrue"}]


def test_what_is_done_later_in_the_same_second_does_not_belie_the_record(office: Office) -> None:
    """The clock of a fictional database stands still: the order of the acts counts, not their hour."""
    at = office.now.isoformat()
    handed(office, at)
    office.receive("BF", 5_000)
    office.order(10_000)
    office.act("2026-0001", "confirm", "bfo")
    with office.ledger("aud").read() as connection:
        assert [row for check in CHECKS for row in check.find(connection)] == []


def test_the_state_comes_from_the_history_when_the_presidency_changes_hands(office: Office) -> None:
    office.perform("adm", lambda unit: hand_over(unit, "bfo", "2026-03-02T10:00:00", "Acte fictif n° 2"))
    assert record(office)["content"]["incoming"] == {"person": "bfo", "state": "BF", "act": "Acte fictif n° 2"}


def test_a_declared_nationality_that_the_history_contradicts_asks_for_the_state(office: Office) -> None:
    office.perform("adm", lambda unit: add_user(unit, "neo", "officer", nationality="NE") and None)
    with pytest.raises(HandoverWrong) as told:
        office.perform("adm", lambda unit: hand_over(unit, "neo", "2026-03-02T10:00:00", "Acte fictif n° 2"))
    assert told.value.facts["fault"] == "l'État de l'entrant n'est pas donné (--state)"


def test_inside_a_term_the_history_alone_does_not_name_the_state(office: Office) -> None:
    handed(office, "2026-03-02T10:00:00")
    office.perform("adm", lambda unit: add_user(unit, "unknown", "officer") and None)
    office.perform("adm", lambda unit: add_user(unit, "bfo2", "officer", nationality="BF") and None)
    with pytest.raises(HandoverWrong):
        office.perform("adm", lambda unit: hand_over(unit, "unknown", "2026-03-02T10:30:00", "Acte fictif n° 3"))
    done = office.perform("adm", lambda unit: hand_over(unit, "bfo2", "2026-03-02T10:30:00", "Acte fictif n° 3"))
    assert (done["outgoing"], done["incoming"]) == ("bfo", "bfo2")


def test_a_mandate_already_recorded_gives_its_act_and_its_state(office: Office) -> None:
    at = datetime(2026, 3, 2, 10, tzinfo=UTC)
    office.perform("adm", lambda unit: appoint(unit, "NE", "bfo", at, "Acte fictif n° 7") and None)
    office.perform("adm", lambda unit: hand_over(unit, "bfo", "2026-03-02T10:00:00Z"))
    assert record(office)["content"]["incoming"] == {"person": "bfo", "state": "NE", "act": "Acte fictif n° 7"}


def test_a_new_mandate_is_not_made_without_its_act(office: Office) -> None:
    assert code(lambda: office.perform("adm", lambda unit: hand_over(unit, "bfo", "2026-03-02T10:00:00"))) == (
        "mandate_empty"
    )
