"""An act that says another instant than its command, changed behind the guards: `verify` names it."""

import pytest
from behind import attack, behind_the_guards
from databases import Database
from ordered import Office
from sqlalchemy import Connection, Engine, text

from ledger.check import run_checks
from ledger.checks import entries, orders, readable, seals
from ledger.checks.commands import CHECKS
from ledger.orders.rules import add_rule

CHECK = next(check for check in CHECKS if check.name == "act_instants")
ANOTHER = "'2026-03-02T08:59:59.000000Z'"
ALTERED = {
    "mandate": f"UPDATE mandate SET at = {ANOTHER}",
    "signing_key": f"UPDATE signing_key SET at = {ANOTHER} WHERE id = 1",
    "payment_order": f"UPDATE payment_order SET created_at = {ANOTHER}",
    "order_event": f"UPDATE order_event SET at = {ANOTHER} WHERE position = 2",
    "order_signature": f"UPDATE order_signature SET signed_at = {ANOTHER}",
    "entry": f"UPDATE entry SET recorded_at = {ANOTHER} WHERE id = 1",
    "an instant that cannot be read": "UPDATE mandate SET at = 'hier'",
}
ALLOWED = "UPDATE mandate SET start_at = '2025-01-01T00:00:00.000000Z'"


def found(connection: Connection) -> list[str]:
    """The tables that the check names."""
    return [row.get("table", str(row)) for row in run_checks(connection, [CHECK])[0]["rows"]]


def test_an_act_of_another_instant_is_found(books: Database, books_engine: Engine) -> None:
    Office(books_engine).set_up().until("authorise")
    books_engine.dispose()
    with behind_the_guards(books) as connection:
        assert found(connection) == []
        connection.rollback()
        for name, statement in ALTERED.items():
            with attack(connection):
                connection.execute(text(statement))
                assert found(connection) == ["mandate" if name.startswith("an ") else name]
        with attack(connection):
            connection.execute(text(ALLOWED))
            assert found(connection) == [], "the appointment says from when it holds, not when it was recorded"


def test_a_document_dated_after_its_recording_is_found(books: Database, books_engine: Engine) -> None:
    Office(books_engine).set_up()
    books_engine.dispose()
    check = next(one for one in entries.CHECKS if one.name == "document_dates")
    with behind_the_guards(books) as connection:
        assert run_checks(connection, [check])[0]["rows"] == []
        connection.rollback()
        with attack(connection):
            connection.execute(text("UPDATE entry SET document_date = '2026-03-03' WHERE id = 2"))
            assert [row["entry"] for row in run_checks(connection, [check])[0]["rows"]] == ["ML/BQ/2026/1"]


UNREADABLE = ("2026-03-02T09:00:00.00000xZ", "20a6-03-02T09:00:00.000000Z", "2026-02-30T09:00:00.000000Z", "hier")


@pytest.mark.parametrize("value", UNREADABLE)
def test_an_instant_that_is_none_is_named(value: str, books: Database, books_engine: Engine) -> None:
    Office(books_engine).set_up()
    books_engine.dispose()
    with behind_the_guards(books) as connection:
        assert run_checks(connection, readable.CHECKS)[0]["rows"] == []
        connection.rollback()
        with attack(connection):
            connection.execute(text("UPDATE mandate SET start_at = :value"), {"value": value})
            named = {(row["table"], row["column"]) for row in run_checks(connection, readable.CHECKS)[0]["rows"]}
            assert named == {("mandate", "start_at")}


def test_an_account_slipped_into_the_chart_is_found(books: Database) -> None:
    """On SQLite whoever holds the file may add one; on PostgreSQL, the owner of the tables alone."""
    with behind_the_guards(books) as connection, attack(connection):
        connection.execute(
            text(
                "INSERT INTO account (number, title, postable, suspense, to_confirm, chart)"
                " VALUES ('6389', 'Compte glissé', true, false, false, 'c')"
            )
        )
        found = [one["name"] for one in run_checks(connection, seals.CHECKS) if not one["ok"]]
    assert found == ["references_as_sealed", "guards_in_place"]


OF_ORDERS = {check.name: check for check in orders.CHECKS}
CHANGED = {
    "order_check_people": "UPDATE order_check SET person = 'accML' WHERE code = 'legal_basis'",
    "order_sequences": "UPDATE payment_order SET sequence = 'verification_first' WHERE id = 1",
}


def test_who_checked_and_which_sequence_are_looked_at_again(books: Database, books_engine: Engine) -> None:
    office = Office(books_engine).set_up()
    office.until("accept", 5_000)
    # a rule that takes effect later says nothing of the orders before it
    day = office.later(days=1).date()
    office.perform("adm", lambda unit: add_rule(unit, "sequence", day, "Acte", sequence="verification_first") and None)
    office.order()
    books_engine.dispose()
    with behind_the_guards(books) as connection:
        for name, statement in CHANGED.items():
            assert run_checks(connection, [OF_ORDERS[name]])[0]["rows"] == []
            connection.rollback()
            with attack(connection):
                connection.execute(text(statement))
                assert run_checks(connection, [OF_ORDERS[name]])[0]["count"] == 1
