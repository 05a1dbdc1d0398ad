"""Transfer files and recalls written by hand: the database refuses what the accountant's act would refuse."""

import pytest
from databases import Database
from order_attacks import SUCCESSOR, SUSPEND, checks, event, file, in_file, recall, refused
from ordered import Office
from sqlalchemy import Engine

from ledger.guards import title_of


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """Everybody at their desk, one million on each account."""
    return Office(books_engine).set_up()


ATTACKS: dict[str, tuple[str, str, list[str]]] = {
    "a transfer file of an order not accepted": (
        "transfer_not_accepted", "authorise",
        [file(), in_file()]),
    "a transfer of another acceptance": ("transfer_occurrence", "accept", [file(), in_file(occurrence=2)]),
    "a transfer given to the bank twice": ("transfer_once", "accept", [file(), in_file(), file("N"), in_file("N")]),
    "a transfer of another account": ("transfer_book", "accept", [file(book="ML", actor="accML"), in_file()]),
    "a transfer on a predecessor's word": (
        "order_awaits_confirmation", "accept", [SUCCESSOR, file(), in_file()]),
    "a file by somebody else": ("transfer_person_role", "accept", [file(actor="accML")]),
    "a suspension while the bank pays": (
        "order_in_transfer_file", "accept",
        [file(), in_file(), *checks(6, "no_opposition"),
         event(**{**SUSPEND, "position": 6, "source": "accepted"})]),
    "a cancellation while the bank pays": (
        "order_in_transfer_file", "accept",
        [file(), in_file(),
         event(position=6, book="BF", source="accepted", act="cancel", target="cancelled", role="officer", person="mlo",
               mandate=1, reason="motif")]),
    "a recall from another file": ("recall_not_in_file", "accept", [file(), in_file(), recall("N")]),
    "a recall of what is paid": (
        "recall_not_accepted", "accept",
        [file(), in_file(),
         event(position=6, book="BF", source="accepted", act="pay", target="paid", role="accountant", person="accBF"),
         recall()]),
    "a recall before its file": (
        "recall_before_file", "accept", [file(), in_file(), recall(at="2026-03-02T09:00:00.000000Z")]),
    "a recall without the bank": (
        "payment_file_recall_texts", "accept", [file(), in_file(), recall(bank="")]),
}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=[name.replace(" ", "_") for name in ATTACKS])
def test_a_file_that_the_law_refuses_is_refused_by_the_database(attack: str, office: Office, books: Database) -> None:
    guard, prepared, statements = ATTACKS[attack]
    office.until(prepared)
    assert refused(books, *statements) == guard
    assert title_of(guard) is not None
