"""Specimens of signature and dated rules: whose they are, since when, until when."""

from datetime import timedelta
from typing import Any

import pytest
from ordered import SIGNERS, Office, new_signer
from sqlalchemy import Engine

from ledger.keys import register_key, registered_keys, revoke_key
from ledger.orders.act import Given, act_on
from ledger.orders.rules import add_rule, end_rule, read_rules
from ledger.refusal import Refusal

OTHER = bytes.fromhex(new_signer().public_key)
BFO = bytes.fromhex(SIGNERS["bfo"].public_key)


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """Everybody at their desk."""
    return Office(books_engine).set_up()


def code(office: Office, person: str, act: Any) -> str:
    """The code of the refusal that an act meets."""
    with pytest.raises(Refusal) as refusal:
        office.perform(person, act)
    return str(refusal.value.as_json()["code"])


def test_a_key_belongs_to_one_person(office: Office) -> None:
    assert code(office, "adm", lambda unit: register_key(unit, "mlo", BFO, "dépôt")) == "key_taken"
    office.perform("adm", lambda unit: register_key(unit, "bfo", BFO, "dépôt") and None)
    with office.ledger("aud").read() as connection:
        assert [key.public_key for key in registered_keys(connection, "bfo")] == [BFO.hex()]


def test_the_administrator_deposits_specimens_of_declared_users(office: Office) -> None:
    assert code(office, "mlo", lambda unit: register_key(unit, "mlo", OTHER, "dépôt")) == "role_forbidden"
    assert code(office, "adm", lambda unit: register_key(unit, "inconnu", OTHER, "dépôt")) == "user_unknown"
    assert code(office, "adm", lambda unit: register_key(unit, "mlo", b"\1" + bytes(31), "dépôt")) == "key_weak"


def test_a_revoked_key_signs_no_more_and_what_it_signed_stays(office: Office) -> None:
    number, later = office.until("authorise"), office.until("verify", 1_000)
    raw = bytes.fromhex(SIGNERS["mlo"].public_key)
    office.later(minutes=1)
    assert code(office, "adm", lambda unit: revoke_key(unit, "mlo", OTHER, "perte")) == "key_unknown"
    office.perform("adm", lambda unit: revoke_key(unit, "mlo", raw, "Clé perdue") and None)
    with pytest.raises(Refusal, match="n'est pas un spécimen en vigueur"):
        office.act(later, "authorise")
    assert code(office, "adm", lambda unit: register_key(unit, "mlo", raw, "retour")) == "key_taken"
    assert office.act(number, "accept")["stage"] == "accepted"


def test_a_rule_ends_once_on_an_act(office: Office) -> None:
    day = office.now.date()
    office.perform("adm", lambda unit: add_rule(unit, "threshold", day, "Décision", amount=5_000, visas=2))
    assert code(office, "adm", lambda unit: end_rule(unit, 1, day, "Fin")) == "order_rule_unknown"
    assert code(office, "adm", lambda unit: end_rule(unit, 7, day, "Fin")) == "order_rule_unknown"
    end = day + timedelta(days=10)
    office.perform("adm", lambda unit: end_rule(unit, 1, end, "Décision contraire"))
    office.perform("adm", lambda unit: add_rule(unit, "threshold", end, "Décision bis", amount=5_000, visas=3))
    with office.ledger("aud").read() as connection:
        assert [(rule["visas"], rule["end"]) for rule in read_rules(connection)] == [(2, end), (3, None)]


def test_an_accounting_date_stays_between_the_order_and_today(office: Office) -> None:
    number = office.until("accept")
    for shift in (-1, 1):
        day = office.now.date() + timedelta(days=shift)
        wrong = code(office, "accBF", lambda unit, d=day: act_on(unit, number, "pay", Given(day=d)))
        assert wrong == "order_date_wrong"
