"""Raw SQL against payment orders and mandates: the database says no, by the name of the rule, on both engines."""

import psycopg
import pytest
from databases import Database
from order_attacks import (
    LATER,
    NEXT,
    OTHER,
    SIGN,
    SUSPEND,
    VISA,
    accept,
    checks,
    command,
    event,
    intruder,
    refused,
    signature,
)
from ordered import Office
from sqlalchemy import Engine

from ledger.guards import guard_name, title_of
from ledger.orders.order import Charge


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """Everybody at their desk, one million on each account."""
    return Office(books_engine).set_up()


EVENTS: dict[str, tuple[str, str, list[str]]] = {
    "an order that does not exist": ("order_unknown", "create", [event(order="77")]),
    "a hole between two acts": ("order_event_sequence", "create", [event(position=2)]),
    "an act before the order": ("order_event_order", "create", [event(at="2026-03-01T09:00:00.000000Z")]),
    "a stage jumped over": (
        "order_event_source", "create", [event(source="verified", act="authorise", target="authorised", role="officer",
                                               person="mlo", mandate=1)]),
    "a move that does not exist": ("order_move_illegal", "create", [event(target="paid")]),
    "the wrong office": ("order_move_illegal", "create", [event(role="accountant", person="accBF")]),
    "a cancellation without a word": ("order_reason_missing", "create", [event(act="cancel", target="cancelled")]),
    "a role that the person has not": ("order_person_role", "commit", [event(**{**VISA, "person": "aud"})]),
    "a charge that is not there": ("order_charge_unknown", "authorise", [event(**{**accept(), "book": "NE"})]),
    "the whole order after its charges": ("order_level_moved", "accept", [event(**{**VISA, "position": 6})]),
    "no signature": ("signature_missing", "verify", [event(**SIGN, person="mlo", mandate=1)]),
    "another's key": ("signature_key_unknown", "verify", [signature(4, key=OTHER)]),
    "a signature of another kind": (
        "order_signature_algorithm", "verify", [signature(4).replace("'ed25519'", "'webauthn'")]),
    "a signature after the act": ("signature_on_sealed_event", "authorise", [signature(3)]),
    "an officer without mandate": (
        "order_outside_mandate", "verify", [signature(4), event(**SIGN, person="bfo", mandate=1)]),
    "a mandate that is not in force": (
        "order_outside_mandate", "verify",
        [f"INSERT INTO mandate (id, state, person, start_at, act, at, actor, command_id) VALUES (2, 'BF', 'bfo',"
         f" '2026-03-05T00:00:00.000000Z', 'Acte', '{LATER}', 'adm', {NEXT})",
         signature(4), event(**SIGN, person="mlo", mandate=1)]),
    "the visa of a second office": (
        "visa_twice", "visa",
        [event(position=3, source="visa", act="visa", target="visa", role="controller", person="ctl")]),
    "a rule that comes late": (
        "order_rule_late", "authorise",
        ["INSERT INTO order_rule (id, kind, start_on, amount, visas, act, at, actor, command_id) VALUES (1,"
         f" 'threshold', '2026-03-02', 1000, 2, 'Acte', '{LATER}', 'adm', {NEXT})"]),
    "a visa too few": (
        "visa_missing", "verify",
        ["INSERT INTO order_rule (id, kind, start_on, amount, visas, act, at, actor, command_id) VALUES (1,"
         f" 'threshold', '2026-03-03', 1000, 2, 'Acte', '{LATER}', 'adm', {NEXT})",
         signature(4), event(**SIGN, person="mlo", mandate=1)]),
    "two offices of one nationality": (
        "nationality_rule", "verify",
        ["INSERT INTO order_rule (id, kind, start_on, act, at, actor, command_id) VALUES (1, 'nationality',"
         f" '2026-03-03', 'Acte', '{LATER}', 'adm', {NEXT})",
         signature(4), event(**SIGN, person="mlo", mandate=1)]),
    "no check": ("check_incomplete", "authorise", [event(**accept())]),
    "a failed check": ("check_failed", "authorise", [*checks(5, "calculation_exact"), event(**accept())]),
    "an unknown check": (
        "check_unknown", "authorise",
        ["INSERT INTO order_check (order_id, position, code, passed, person, note, command_id) VALUES"
         " (1, 5, 'inconnu', true, 'accBF', '', 1)"]),
    "the checks of somebody else": (
        "check_person", "authorise",
        [*checks(5)[:-1], checks(5)[-1].replace("'accBF'", "'accML'"), event(**accept())]),
    "a check after the act": ("check_on_sealed_event", "accept", checks(3)[:1]),
    "a suspension without a failed check": ("check_reason_missing", "authorise", [*checks(5), event(**SUSPEND)]),
    "a requisition that the law excepts": (
        "requisition_excepted", "authorise",
        [*checks(5, "service_rendered"), event(**SUSPEND), signature(6),
         event(position=6, book="BF", source="suspended", act="requisition", target="requisitioned", role="officer",
               person="mlo", reason="urgence", mandate=1)]),
    "a payment to a regularisation": (
        "order_kind_wrong", "authorise", [event(**{**accept(), "act": "regularise", "target": "cleared"})]),
    "a predecessor's order": (
        "order_awaits_confirmation", "authorise",
        [f"INSERT INTO mandate (id, state, person, start_at, act, at, actor, command_id) VALUES (2, 'BF', 'bfo',"
         f" '2026-03-05T00:00:00.000000Z', 'Acte', '{LATER}', 'adm', {NEXT})",
         *checks(5), event(**accept())]),
    "more than the account holds": (
        "order_funds", "create",
        ["INSERT INTO order_charge (order_id, book, amount) VALUES (2, 'BF', 700000)",
         "INSERT INTO order_document (order_id, position, name, sha256, size) SELECT 2, 1, name, sha256, size"
         " FROM order_document WHERE order_id = 1",
         "INSERT INTO payment_order (id, year, rank, number, purpose, payee_name, payee_iban, amount, currency,"
         " account, kind, sequence, created_at, actor, command_id) SELECT 2, year, 2, '2026-0002', purpose, payee_name,"
         " payee_iban, 700000, currency, account, kind, sequence, created_at, actor,"
         f" {NEXT} FROM payment_order WHERE id = 1",
         event(), event(order="2")]),
    "a charge added afterwards": (
        "charge_on_sealed_order", "create", ["INSERT INTO order_charge (order_id, book, amount) VALUES (1, 'ML', 1)"]),
    "a document added afterwards": (
        "document_on_sealed_order", "create",
        ["INSERT INTO order_document (order_id, position, name, sha256, size) SELECT 1, 2, name, sha256, size"
         " FROM order_document"]),
}  # fmt: skip


@pytest.mark.parametrize("attack", EVENTS, ids=[name.replace(" ", "_") for name in EVENTS])
def test_an_act_that_the_law_refuses_is_refused_by_the_database(attack: str, office: Office, books: Database) -> None:
    guard, prepared, statements = EVENTS[attack]
    if prepared == "create":
        office.order()
    else:
        office.until(prepared)
    told = refused(books, *statements)
    # on SQLite the guard of instants answers first
    assert told == guard or (guard, told, books.backend) == ("order_event_order", "act_back_dated", "sqlite")
    assert title_of(guard) is not None


def test_one_person_does_not_hold_two_duties(office: Office, books: Database) -> None:
    """Who created the order gives no visa: a person has one office for ever, and it is not that one."""
    number = office.until("commit")
    assert refused(books, "INSERT INTO app_user (name, role, command_id) VALUES ('req', 'controller', 1)") is not None
    assert refused(books, event(**{**VISA, "person": "req"})) == "order_person_role"
    assert office.find(number).stage == "committed"


def test_a_good_act_written_by_hand_is_taken(office: Office, books: Database) -> None:
    """The attacks above fail for the reason they name: the same statement without the fault goes through."""
    number = office.until("commit")
    assert refused(books, event(**VISA), command()) is None
    assert office.find(number).stage == "visa"


def key_of(person: str, at: str, command_id: str = NEXT) -> str:
    """The deposit of a specimen."""
    return (
        "INSERT INTO signing_key (id, person, algorithm, public_key, act, at, actor, command_id) SELECT max(id) + 1,"
        f" '{person}', 'ed25519', '{'0' * 64}', 'dépôt', '{at}', 'adm', {command_id} FROM signing_key"
    )


MANDATE = (
    "INSERT INTO mandate (id, state, person, start_at, act, at, actor, command_id) VALUES"
    " (2, 'BF', 'bfo', '2027-01-01T00:00:00.000000Z', 'Acte', '{}', 'adm', {})"
)
EARLIER = "2026-03-02T09:30:00.000000Z"
INSTANTS: dict[str, tuple[str | None, list[str]]] = {
    "an act of a command that is over": ("act_command_over", [event(**VISA).replace(NEXT, "1")]),
    "an act dated before the last command": ("act_back_dated", [event(**{**VISA, "at": EARLIER})]),
    "an act dated after its command": (
        "act_instant", [event(**{**VISA, "at": "2026-03-10T09:00:00.000000Z"}), command()]),
    "an appointment written down for an earlier day": ("act_back_dated", [MANDATE.format(EARLIER, NEXT)]),
    "an appointment under an old command": ("act_command_over", [MANDATE.format(LATER, 1)]),
    "an appointment for a day to come": (None, [MANDATE.format(LATER, NEXT), command(actor="adm")]),
    "a specimen said to have been deposited before": ("act_back_dated", [key_of("bfo", EARLIER)]),
    "a specimen said to be deposited later": (
        "act_instant", [key_of("bfo", "2026-03-10T09:00:00.000000Z"), command(actor="adm")]),
    "a revocation said to have come before": (
        "act_back_dated",
        ["INSERT INTO signing_key_event (id, key_id, action, reason, at, actor, command_id) VALUES"
         f" (1, 1, 'revoke', 'perdue', '{EARLIER}', 'adm', {NEXT})"]),
    "a rule said to have been recorded before": (
        "act_back_dated",
        ["INSERT INTO order_rule (id, kind, start_on, act, at, actor, command_id) VALUES (1, 'nationality',"
         f" '2026-03-01', 'Acte', '{EARLIER}', 'adm', {NEXT})"]),
}  # fmt: skip


@pytest.mark.parametrize("attack", INSTANTS, ids=[name.replace(" ", "_") for name in INSTANTS])
def test_an_act_bears_the_instant_of_its_command(attack: str, office: Office, books: Database) -> None:
    guard, statements = INSTANTS[attack]
    office.until("commit")
    office.later(hours=1)
    office.receive("BF", 1)
    assert refused(books, *statements) == guard
    assert guard is None or title_of(guard) is not None


TABLES = (
    "mandate", "signing_key", "payment_order", "order_charge", "order_document", "document_file", "order_event",
    "order_signature", "order_check", "order_entry", "order_move", "check_item",
)  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_nothing_of_an_order_is_changed_or_erased(table: str, office: Office, books: Database) -> None:
    office.until("accept")
    column = {"document_file": "sha256", "order_move": "target", "check_item": "title"}.get(table)
    column = column or {"mandate": "act", "signing_key": "person", "payment_order": "amount"}.get(table, "order_id")
    assert refused(books, f"UPDATE {table} SET {column} = {column}") == f"{table}_append_only"
    assert refused(books, f"DELETE FROM {table}") == f"{table}_append_only"


def test_a_row_is_not_replaced_on_sqlite(sqlite_books: Database) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    Office(engine).set_up().until("commit")
    replaced = "INSERT OR REPLACE INTO order_event SELECT * FROM order_event"
    assert refused(sqlite_books, replaced) in (
        "order_event_append_only", "order_event_sequence", "act_command_over",
    )  # fmt: skip
    engine.dispose()


MANDATES: dict[str, tuple[str, str, str]] = {
    "two officers at once": ("mandate_overlap", "bfo", "2024-07-06T00:00:00.000000Z"),
    "a cut-off before a signed act": ("mandate_signed_after", "bfo", "2026-03-02T00:00:00.000000Z"),
    "a person of another office": ("mandate_person_role", "accBF", "2026-04-01T00:00:00.000000Z"),
}


@pytest.mark.parametrize("attack", MANDATES, ids=[name.replace(" ", "_") for name in MANDATES])
def test_a_mandate_that_breaks_the_rule_is_refused(attack: str, office: Office, books: Database) -> None:
    guard, person, start = MANDATES[attack]
    office.until("authorise")
    statement = (
        "INSERT INTO mandate (id, state, person, start_at, act, at, actor, command_id) VALUES"
        f" (2, 'BF', '{person}', '{start}', 'Acte', '{LATER}', 'adm', {NEXT})"
    )
    assert refused(books, statement) == guard


ORDERS: dict[str, tuple[str, dict[str, str]]] = {
    "a number out of order": ("order_number_gap", {"rank": "7", "number": "'2026-0007'"}),
    "a number that says another rank": ("order_number_gap", {"number": "'2026-0009'"}),
    "charges that differ": ("order_charges_differ", {"amount": "399999"}),
    "no amount": ("order_amount", {"amount": "0"}),
    "a requester who is none": ("order_actor_role", {"actor": "'accBF'"}),
    "an account that does not exist": ("order_account_unknown", {"account": "'65999'"}),
    "a payment that did not come back": (
        "order_reissue_unreturned",
        {"kind": "'reissue'", "account": "'47129'", "reissues": "'2026-0001'"},
    ),
    "another order of visa and verification": ("order_sequence_rule", {"sequence": "'verification_first'"}),
    "another currency": ("order_currency", {"currency": "'EUR'"}),
}


@pytest.mark.parametrize("attack", ORDERS, ids=[name.replace(" ", "_") for name in ORDERS])
def test_an_order_that_does_not_hold_is_refused(attack: str, office: Office, books: Database) -> None:
    guard, changes = ORDERS[attack]
    office.order()
    fields = {
        "id": "2", "year": "year", "rank": "2", "number": "'2026-0002'", "purpose": "purpose",
        "payee_name": "payee_name", "payee_iban": "payee_iban", "amount": "amount", "currency": "currency",
        "account": "account", "kind": "kind", "reissues": "reissues", "sequence": "sequence",
        "created_at": "created_at", "actor": "actor", "command_id": NEXT, **changes,
    }  # fmt: skip
    amount = "0" if changes.get("amount") == "0" else "400000"
    charge = [] if amount == "0" else [f"INSERT INTO order_charge (order_id, book, amount) VALUES (2, 'BF', {amount})"]
    document = (
        "INSERT INTO order_document (order_id, position, name, sha256, size) SELECT 2, 1, name, sha256, size"
        " FROM order_document WHERE order_id = 1"
    )
    order = f"INSERT INTO payment_order ({', '.join(fields)}) SELECT {', '.join(fields.values())} FROM payment_order"
    assert refused(books, *charge, document, order) == guard


def test_an_order_without_a_document_is_refused(office: Office, books: Database) -> None:
    office.order()
    order = (
        "INSERT INTO payment_order (id, year, rank, number, purpose, payee_name, payee_iban, amount, currency, account,"
        " kind, sequence, created_at, actor, command_id) SELECT 2, year, 2, '2026-0002', purpose, payee_name,"
        f" payee_iban, amount, currency, account, kind, sequence, created_at, actor, {NEXT} FROM payment_order"
    )
    charge = "INSERT INTO order_charge (order_id, book, amount) VALUES (2, 'BF', 400000)"
    assert refused(books, charge, order) == "order_documents_missing"


def test_a_second_snapshot_cannot_write_on_postgresql(postgres_books: Database) -> None:
    """Under a frozen snapshot a guard would not see what another writer has just committed."""
    from ledger.engine import open_engine

    engine = open_engine(postgres_books.url)
    Office(engine).set_up().until("commit")
    with intruder(postgres_books) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(psycopg.Error) as fault:
            connection.execute(event(**VISA))
    assert guard_name(fault.value) == "write_isolation"
    engine.dispose()


def test_a_charge_is_committed_once_for_each_franc(office: Office) -> None:
    """Two orders of 600 000 on an account of a million: the second one does not find its funds."""
    first = office.order(charges=(Charge("BF", 600_000),))
    second = office.order(charges=(Charge("BF", 600_000),))
    office.act(first, "commit")
    from ledger.orders.funds import OrderFunds

    with pytest.raises(OrderFunds) as refusal:
        office.act(second, "commit")
    assert refusal.value.facts["available"] == 400_000
    assert refusal.value.facts["missing"] == 200_000
