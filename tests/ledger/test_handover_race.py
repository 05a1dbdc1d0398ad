"""Two connections at once on PostgreSQL while the office changes hands: one order of events, the same for everybody."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from at_once import at_once, two_offices
from databases import Database
from order_attacks import NEXT, command, event, signature
from ordered import SIGNERS, Office
from sqlalchemy.engine import make_url

from ledger.bank_accounts import bind
from ledger.guards import guard_name
from ledger.mandates.handover import hand_over, read_handover, sign_handover
from ledger.orders.transfer_file import make_transfer_file
from ledger.orders.transfer_recall import recall_transfers
from ledger.users import add_user
from ledger.verify import CHECKS

Offices = tuple[Office, Office]


@pytest.fixture
def offices(postgres_books: Database) -> Iterator[Offices]:
    """The same books through two connections."""
    yield from two_offices(postgres_books)


def later(offices: Offices) -> str:
    """Both clocks two hours later; the instant as a cut-off, now."""
    offices[1].now = offices[0].later(hours=2)
    return offices[0].now.isoformat()


def handed(office: Office, at: str, person: str = "bfo", state: str = "BF") -> dict[str, Any]:
    """The handover at that instant."""
    return office.perform("adm", lambda unit: hand_over(unit, person, at, "Acte fictif n° 2", state=state))


def recorded(office: Office) -> dict[str, str]:
    """Order → stage, as the record froze them."""
    with office.ledger("aud").read() as connection:
        return {row["number"]: row["stage"] for row in read_handover(connection, 1)["content"]["orders"]}


def breaches(office: Office) -> list[str]:
    """What `verify` finds on orders, mandates, handovers and transfer files."""
    named = [check for check in CHECKS if check.name.startswith(("order", "mandate", "handover", "transfer"))]
    with office.ledger("aud").read() as connection:
        return [f"{check.name}: {row}" for check in named for row in check.find(connection)]


@pytest.mark.parametrize("turn", range(4))
def test_the_predecessor_signs_before_the_cut_off_or_not_at_all(turn: int, offices: Offices) -> None:
    one, two = offices
    number = one.until("verify")
    at = later(offices)
    told = at_once(lambda: handed(one, at), lambda: two.act(number, "authorise"))
    stage = one.find(number).stage
    if told == ["done", "mandate_signed_after"]:
        assert stage == "authorised"
        assert one.rows("SELECT count(*) FROM handover_record") == [(0,)]
    else:
        assert told == ["done", "order_outside_mandate"]
        assert (stage, recorded(one)) == ("verified", {number: "verified"})
    assert breaches(one) == []


@pytest.mark.parametrize("turn", range(4))
def test_what_is_paid_while_the_record_is_made_is_in_it_or_waits(turn: int, offices: Offices) -> None:
    one, two = offices
    number = one.until("accept")
    at = later(offices)
    told = at_once(lambda: handed(one, at), lambda: two.act(number, "pay"))
    if told == ["done", "done"]:
        assert recorded(one) == {number: "paid"}
    else:
        assert told == ["done", "order_awaits_confirmation"]
        assert recorded(one) == {number: "accepted"}
    assert breaches(one) == []


@pytest.mark.parametrize("turn", range(3))
def test_what_is_accepted_while_the_record_is_made_is_in_it_or_waits(turn: int, offices: Offices) -> None:
    one, two = offices
    number = one.until("authorise")
    at = later(offices)
    told = at_once(lambda: handed(one, at), lambda: two.act(number, "accept"))
    assert told in (["done", "done"], ["done", "order_awaits_confirmation"])
    assert recorded(one) == {number: "accepted" if told == ["done", "done"] else "authorised"}
    assert breaches(one) == []


@pytest.mark.parametrize("turn", range(3))
def test_two_handovers_at_one_instant_make_one_officer(turn: int, offices: Offices) -> None:
    one, two = offices
    one.perform("adm", lambda unit: add_user(unit, "neo", "officer", None, "NE") and None)
    at = later(offices)
    # the officer of Niger is told the same instant in Niamey's hour
    niamey = (one.now + timedelta(hours=1)).replace(tzinfo=None).isoformat()
    told = at_once(lambda: handed(one, at), lambda: handed(two, niamey, "neo", "NE"))
    assert told == ["done", "mandate_overlap"]
    assert one.rows("SELECT count(*) FROM mandate") == [(2,)]
    assert breaches(one) == []


def test_one_handover_asked_for_twice_is_made_once(offices: Offices) -> None:
    one, two = offices
    at = later(offices)
    assert at_once(lambda: handed(one, at), lambda: handed(two, at)) == ["done", "handover_wrong"]
    assert one.rows("SELECT count(*) FROM handover_record") == [(1,)]


def test_a_record_is_signed_once_by_each(offices: Offices) -> None:
    one, two = offices
    handed(one, later(offices))

    def sign(office: Office) -> Any:
        return office.perform("bfo", lambda unit: sign_handover(unit, 1, SIGNERS["bfo"]))

    assert at_once(lambda: sign(one), lambda: sign(two)) == ["done", "handover_signatory"]


@pytest.mark.parametrize("turn", range(3))
def test_an_order_goes_to_the_bank_or_is_cancelled(turn: int, offices: Offices) -> None:
    one, two = offices
    one.perform("accBF", lambda unit: bind(unit, "BF", "BF42BF9990100102025000011784"))
    number = one.until("accept")
    told = at_once(
        lambda: one.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0]),
        lambda: two.act(number, "cancel", "mlo", reason="Erreur"),
    )
    assert told in (["done", "order_in_transfer_file"], ["done", "transfer_file_empty"])
    assert breaches(one) == []


@pytest.mark.parametrize("turn", range(3))
def test_a_transfer_is_recalled_or_paid(turn: int, offices: Offices) -> None:
    one, two = offices
    one.perform("accBF", lambda unit: bind(unit, "BF", "BF42BF9990100102025000011784"))
    number = one.until("accept")
    one.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0])
    told = at_once(
        lambda: one.perform("accBF", lambda unit: recall_transfers(unit, "PCAES-BF-2026-0001", "m", "r", [number])),
        lambda: two.act(number, "pay"),
    )
    # an accepted charge that the bank gave back may still be paid by other means
    assert told in (["done", "done"], ["done", "transfer_recall_wrong"])
    assert one.find(number).stage == "paid"
    assert breaches(one) == []


def test_a_raw_signature_waits_for_a_raw_appointment_and_is_refused(
    offices: Offices,
    postgres_books: Database,
) -> None:
    """Without the program: the guard of the signature waits until the appointment is committed, then sees it."""
    offices[0].until("verify")
    url = make_url(postgres_books.owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    told: list[str | None] = []

    def sign() -> None:
        with psycopg.connect(url) as other:
            try:
                # the command after the one that appoints
                other.execute(signature(4).replace("max(id) + 1", "max(id) + 2"))
                fields = {"position": 4, "source": "verified", "act": "authorise", "target": "authorised"}
                other.execute(event(**fields, role="officer", person="mlo", mandate=1))
            except psycopg.Error as fault:
                told.append(guard_name(fault))

    with psycopg.connect(url) as appointing:
        appointing.execute(
            "INSERT INTO mandate (id, state, person, start_at, act, at, actor, command_id) VALUES (2, 'BF', 'bfo',"
            f" '2026-03-09T08:00:00.000000Z', 'Acte', '2026-03-09T09:00:00.000000Z', 'adm', {NEXT})"
        )
        signing = threading.Thread(target=sign)
        signing.start()
        time.sleep(0.3)
        assert told == []
        appointing.execute(command(actor="adm"))
    signing.join()
    assert told == ["order_outside_mandate"]
