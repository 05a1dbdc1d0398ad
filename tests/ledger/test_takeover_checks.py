"""What `verify` says of the end of the take-over and of corrections, once a value is changed behind the guards."""

from datetime import date
from typing import Any

import pytest
from behind import attack, behind_the_guards
from databases import Database
from ordered import Office, all_passed
from posting import payment
from sqlalchemy import Engine, text

from ledger.check import Check, run_checks
from ledger.checks import takeover
from ledger.correct import reverse_entry
from ledger.post import post_entries
from ledger.takeover import end_takeover

CHECKS: dict[str, Check] = {check.name: check for check in takeover.CHECKS}
PAID = "(SELECT min(entry_id) FROM entry_line WHERE account = '52111' AND credit > 0)"
TAKEN_BACK = "id = (SELECT min(id) FROM entry WHERE corrects IS NOT NULL AND origin = 'order')"
RECEIPT_BACK = "id = (SELECT max(id) FROM entry WHERE corrects IS NOT NULL)"
ALTERED: dict[str, tuple[str, list[str]]] = {
    "a payment of the take-over said to be recorded since": (
        "takeover", [f"UPDATE entry SET command_id = 9999 WHERE id = {PAID}"]),
    "a payment of the take-over dated after it": (
        "takeover", ["UPDATE takeover_end SET until = '2026-02-27'"]),
    "the end of the take-over said to be the first command": (
        "takeover", ["UPDATE takeover_end SET command_id = 1"]),
    "a receipt taken back by swapping its sides": (
        "takeover",
        [f"UPDATE entry SET correction = 'contra' WHERE {RECEIPT_BACK}",
         "UPDATE entry_line SET debit = -credit, credit = -debit WHERE entry_id = (SELECT max(id) FROM entry"
         " WHERE corrects IS NOT NULL)"]),
    "an order paid under another amount": (
        "takeover", ["UPDATE order_charge SET amount = amount + 1 WHERE order_id = 1"]),
    "an end in a year to come": ("takeover_end", ["UPDATE takeover_end SET until = '2027-01-01'"]),
    "the entry of an order taken back by hand": (
        "corrected_by_hand", [f"UPDATE entry SET origin = 'direct' WHERE {TAKEN_BACK}"]),
    "an entry of the capital taken back by hand": (
        "corrected_by_hand",
        ["UPDATE entry SET origin = 'capital' WHERE id = (SELECT corrects FROM entry WHERE " + RECEIPT_BACK + ")"]),
    "an opening entry taken back": (
        "corrected_by_hand",
        ["UPDATE entry SET origin = 'opening' WHERE id = (SELECT corrects FROM entry WHERE " + RECEIPT_BACK + ")"]),
}  # fmt: skip


def lived(engine: Engine) -> None:
    """A payment of the time of the take-over, its end, an order paid, another suspended, a receipt taken back."""
    office = Office(engine).set_up()
    office.perform("accBF", lambda unit: post_entries(unit, [payment(day=date(2026, 2, 28))]) and None)
    office.perform("accBF", lambda unit: end_takeover(unit, date(2026, 2, 28)))
    office.until("pay", 5_000)
    number = office.until("accept", 6_000)
    failing: Any = {"book": "BF", "reason": "pièce fausse"}
    office.act(number, "suspend", results=all_passed("accBF", "documents_produced"), **failing)
    office.perform("accBF", lambda unit: reverse_entry(unit, "BF/BQ/2026/1", "negative", "essai"))


@pytest.fixture
def altered(books: Database, books_engine: Engine) -> Database:
    """Those books, every check of the take-over found good."""
    lived(books_engine)
    with books_engine.connect() as connection:
        assert [one for one in run_checks(connection, takeover.CHECKS) if not one["ok"]] == []
    books_engine.dispose()
    return books


def test_each_alteration_is_noticed_by_the_check_that_is_named(altered: Database) -> None:
    seen = {}
    with behind_the_guards(altered) as connection:
        for name, (check, statements) in ALTERED.items():
            with attack(connection):
                for statement in statements:
                    assert connection.execute(text(statement)).rowcount >= 1, name
                result = run_checks(connection, [CHECKS[check]])[0]
                seen[name] = (check, result["count"] > 0 and "contrôle impossible" not in str(result["rows"]))
    assert seen == {name: (check, True) for name, (check, _) in ALTERED.items()}
