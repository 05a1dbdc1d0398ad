"""An order in the hands of the bank: it is paid, or recalled before anything else is done with it."""

from typing import Any

import pytest
from attack import Attacker, insert
from databases import Database
from ordered import Office, all_passed
from sqlalchemy import Engine, text

from ledger.bank_accounts import bind
from ledger.orders.show import view_order
from ledger.orders.transfer_file import make_transfer_file, stored_file
from ledger.orders.transfer_recall import copy_transfer_file, recall_transfers
from ledger.refusal import Refusal
from ledger.verify import CHECKS

FILE = "PCAES-BF-2026-0001"
SECOND = "PCAES-BF-2026-0002"
AGREED = ("Coordonnées bancaires à vérifier", "BQ-RAPPEL-17")


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """Two accepted orders of 100 000 and 200 000, given to the bank in one file."""
    return sent(books_engine)


def sent(engine: Engine) -> Office:
    """See `office`."""
    ready = Office(engine).set_up()
    ready.perform("accBF", lambda unit: bind(unit, "BF", "BF42BF9990100102025000011784"))
    ready.until("accept", 100_000)
    ready.until("accept", 200_000)
    ready.later(hours=1)
    write(ready)
    ready.later(hours=1)
    return ready


def write(office: Office) -> dict[str, Any]:
    """The transfer file of the book BF."""
    return office.perform("accBF", lambda unit: make_transfer_file(unit, "BF")[0])


def recall(office: Office, *orders: str, message: str = FILE, person: str = "accBF", **given: Any) -> dict[str, Any]:
    """The recall of a file or of some of its orders."""
    reason, bank = given.get("reason", AGREED[0]), given.get("bank", AGREED[1])
    return office.perform(person, lambda unit: recall_transfers(unit, message, reason, bank, orders))


def code(act: Any) -> str:
    """The code of the refusal that an act meets."""
    with pytest.raises(Refusal) as refusal:
        act()
    return str(refusal.value.as_json()["code"])


def breaches(office: Office) -> list[str]:
    """What `verify` finds in the transfer files and the orders."""
    named = [check for check in CHECKS if check.name.startswith(("order", "transfer"))]
    with office.ledger("aud").read() as connection:
        return [f"{check.name}: {row}" for check in named for row in check.find(connection)]


def test_an_order_given_to_the_bank_is_neither_suspended_nor_cancelled(office: Office) -> None:
    opposed = all_passed("accBF", "no_opposition")
    assert code(lambda: office.act("2026-0001", "suspend", results=opposed)) == "order_in_transfer_file"
    assert code(lambda: office.act("2026-0001", "cancel", "mlo", reason="Erreur")) == "order_in_transfer_file"
    assert code(lambda: office.act("2026-0001", "return", "mlo", reason="Erreur")) == "order_in_transfer_file"
    assert office.find("2026-0001").stage == "accepted"
    assert office.act("2026-0001", "pay")["stage"] == "paid"
    assert breaches(office) == []


def test_once_recalled_it_is_suspended_and_its_acceptance_taken_back(office: Office) -> None:
    done = recall(office, "2026-0001")
    assert (done["orders"], done["amount"], done["left"]) == (["2026-0001"], 100_000, ["2026-0002"])
    office.act("2026-0001", "suspend", results=all_passed("accBF", "payee_account"))
    assert office.find("2026-0001").stage == "suspended"
    assert code(lambda: office.act("2026-0002", "cancel", "mlo", reason="Erreur")) == "order_in_transfer_file"
    assert breaches(office) == []


def test_a_recalled_order_goes_to_the_bank_in_another_file(office: Office) -> None:
    assert code(lambda: write(office)) == "transfer_file_empty"
    recall(office, "2026-0002")
    made = write(office)
    assert (made["message"], made["orders"], made["amount"]) == (SECOND, ["2026-0002"], 200_000)
    with office.ledger("aud").read() as connection:
        shown = view_order(connection, "2026-0002")["payment_files"]
    assert [(one["message"], one["recalled"] and one["recalled"]["bank_reference"]) for one in shown] == [
        (FILE, "BQ-RAPPEL-17"),
        (SECOND, None),
    ]
    assert code(lambda: office.act("2026-0002", "cancel", "mlo", reason="Erreur")) == "order_in_transfer_file"
    assert breaches(office) == []


def test_the_recall_of_a_file_takes_what_is_not_paid(office: Office) -> None:
    office.act("2026-0001", "pay")
    assert code(lambda: recall(office, "2026-0001")) == "transfer_recall_wrong"
    assert recall(office)["orders"] == ["2026-0002"]
    assert code(lambda: recall(office)) == "transfer_recall_wrong"
    assert breaches(office) == []


def test_a_recall_is_the_accountants_with_the_word_of_the_bank(office: Office) -> None:
    assert code(lambda: recall(office, person="accML")) == "book_forbidden"
    assert code(lambda: recall(office, person="mlo")) == "role_forbidden"
    assert code(lambda: recall(office, bank=" ")) == "transfer_recall_wrong"
    assert code(lambda: recall(office, reason="")) == "transfer_recall_wrong"
    assert code(lambda: recall(office, message="PCAES-BF-2026-0009")) == "transfer_file_unknown"
    other = office.until("accept", 50_000)
    assert code(lambda: recall(office, other)) == "transfer_recall_wrong"


def test_a_lost_file_is_made_again_byte_for_byte_and_never_under_another_name(office: Office) -> None:
    with office.ledger("aud").read() as connection:
        first = stored_file(connection, FILE)
    done = office.perform("accBF", lambda unit: copy_transfer_file(unit, FILE.lower()))
    with office.ledger("aud").read() as connection:
        assert stored_file(connection, done["message"]) == first
    assert (done["message"], done["orders"], done["amount"]) == (FILE, ["2026-0001", "2026-0002"], 300_000)
    assert office.rows("SELECT message_id FROM payment_file") == [(FILE,)]
    copied = "SELECT actor, outcome FROM command_log WHERE answer LIKE '%\"copy\": true%'"
    assert office.rows(copied) == [("accBF", "done")]


def test_a_file_of_which_something_was_recalled_is_not_made_again(office: Office) -> None:
    recall(office, "2026-0001")
    assert code(lambda: office.perform("accBF", lambda unit: copy_transfer_file(unit, FILE))) == "transfer_recalled"
    assert code(lambda: office.perform("accML", lambda unit: copy_transfer_file(unit, FILE))) == "book_forbidden"


def test_a_file_is_not_executed_in_the_past(office: Office) -> None:
    from datetime import date

    office.until("accept", 50_000)
    yesterday = date(2026, 3, 1)
    late = code(lambda: office.perform("accBF", lambda unit: make_transfer_file(unit, "BF", yesterday)[0]))
    assert late == "transfer_date_past"


def test_the_successor_finds_the_order_at_the_bank_and_confirms_or_has_it_recalled(office: Office) -> None:
    from ledger.mandates.appoint import appoint

    office.perform("adm", lambda unit: appoint(unit, "BF", "bfo", office.now, "Acte fictif n° 2") and None)
    office.later(hours=1)
    assert code(lambda: office.act("2026-0001", "return", "bfo", reason="À revoir")) == "order_in_transfer_file"
    assert code(lambda: office.act("2026-0001", "pay")) == "order_awaits_confirmation"
    recall(office, "2026-0001")
    assert office.act("2026-0001", "return", "bfo", reason="À revoir")["stage"] == "returned"
    office.act("2026-0002", "confirm", "bfo")
    assert office.act("2026-0002", "pay")["stage"] == "paid"
    assert breaches(office) == []


def test_nothing_is_added_to_a_file_that_was_written(office: Office, books: Database) -> None:
    office.until("accept", 50_000)
    attacker = Attacker(books)
    added = insert("payment_file_charge", message_id=FILE, order_id=3, book="BF", occurrence=1)
    refused = attacker.refused(added)
    attacker.close()
    assert refused == "transfer_file_sealed"


TAMPERED = {
    "an order taken back while the bank had it": (
        ["DELETE FROM payment_file_recall"],
        {"order_in_transfer_file", "transfer_once"},
    ),
    "another account in the bytes": (
        ["UPDATE payment_file SET content = CAST(replace(CAST(content AS TEXT), '200000', '200001') AS BLOB)"],
        {"payment_file_changed", "transfer_file_differs"},
    ),
    "an order taken out of its file": (
        ["DELETE FROM payment_file_charge WHERE order_id = 2"],
        {"transfer_file_differs"},
    ),
    "a recall after the payment": (
        ["UPDATE payment_file_recall SET command_id = 9999 WHERE order_id = 2"],
        {"recall_not_accepted", "transfer_once"},
    ),
}


@pytest.mark.parametrize("harm", TAMPERED, ids=[name.replace(" ", "_") for name in TAMPERED])
def test_files_altered_behind_the_guards_are_found(harm: str, sqlite_books: Any) -> None:
    """Order 1 recalled, suspended; order 2 recalled, given again and paid; then somebody reaches the file itself."""
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    office = sent(engine)
    recall(office, "2026-0001")
    office.act("2026-0001", "suspend", results=all_passed("accBF", "payee_account"))
    recall(office, "2026-0002")
    write(office)
    office.act("2026-0002", "pay")
    assert breaches(office) == []
    statements, expected = TAMPERED[harm]
    names = ("payment_file", "payment_file_charge", "payment_file_recall")
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        for name in names:
            for verb in ("update", "delete"):
                connection.execute(text(f"DROP TRIGGER {name}_no_{verb}"))
    driver = engine.raw_connection()
    driver.cursor().execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        driver.cursor().execute(statement)
    driver.commit()
    driver.close()
    found = {line.rpartition("'fault': '")[2].rstrip("'}") for line in breaches(office)}
    engine.dispose()
    assert found == expected
