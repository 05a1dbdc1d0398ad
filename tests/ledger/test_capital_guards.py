"""Raw SQL against the capital register: each guard says no under its own name, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
from capital_books import BILLION, do, opened, order_entry, played, posted
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledger.capital.register import pay_from_budget
from ledger.guards import guard_name
from ledger.refusal import Refusal

ACT: dict[str, Any] = {
    "id": 900, "kind": "pay", "state": "BF", "amount": 7, "date": "2026-01-02", "due": None, "reference": "R-RAW",
    "source": "budget", "book": "BF", "entry_id": 1, "source_entry": None, "source_position": None, "cancels": None,
    "reason": None, "known_entry": 1, "at": "2026-01-02T00:00:00.000000Z", "actor": "x", "command_id": 1,
}  # fmt: skip


def attack(engine: Engine, sql: str, values: dict[str, Any] | None = None) -> str | None:
    """The name of the guard that refused the statement."""
    writing = engine.connect().execution_options(write=True)
    with pytest.raises(DBAPIError) as caught, writing as connection, connection.begin():
        connection.execute(text(sql), values or {})
    assert caught.value.orig is not None
    return guard_name(caught.value.orig)


def insert_act(engine: Engine, **changes: Any) -> str | None:
    row = {**ACT, **changes}
    names = ", ".join(row)
    marks = ", ".join(
        f"CAST(:{name} AS DATE)" if name in ("date", "due") and engine.dialect.name == "postgresql" else f":{name}"
        for name in row
    )
    return attack(engine, f"INSERT INTO capital_act ({names}) VALUES ({marks})", row)


@pytest.fixture
def engine(books_engine: Engine) -> Engine:
    """Books with a played register, an order of 1 000 francs not tied, entry 1 being the subscription of BF."""
    ledger = opened(books_engine)
    played(ledger)
    posted(ledger, order_entry("BF", "OP-2", 1_000))
    return books_engine


def last_entry(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(text("SELECT max(id) FROM entry")).scalar_one())


LEVY = {"source": "levy", "source_position": 1, "amount": 1_000}


def test_more_than_the_capital_is_refused(engine: Engine) -> None:
    change = {"kind": "subscribe", "source": None, "state": "NE", "book": "NE", "amount": 1}
    assert insert_act(engine, **change) == "capital_oversubscribed"


def test_a_subscription_under_no_text_is_refused(engine: Engine) -> None:
    change = {"kind": "subscribe", "source": None, "amount": 1, "date": "2020-01-01"}
    assert insert_act(engine, **change) == "capital_terms_missing"


def test_a_call_beyond_the_subscription_is_refused(engine: Engine) -> None:
    change = {"kind": "call", "source": None, "amount": 150 * BILLION + 1, "due": "2026-02-01"}
    assert insert_act(engine, **change) == "capital_called_beyond_subscribed"


def test_a_payment_beyond_the_calls_is_refused_at_its_date_and_at_later_ones(engine: Engine) -> None:
    assert insert_act(engine, amount=12 * BILLION + 1) == "capital_paid_beyond_called"
    assert insert_act(engine, amount=12 * BILLION + 1, date="2025-10-01") == "capital_paid_beyond_called"
    assert insert_act(engine, amount=1, date="2025-09-01") == "capital_paid_beyond_called"


def test_an_act_without_its_entry_is_refused(engine: Engine) -> None:
    assert insert_act(engine) == "capital_entry_differs"
    assert insert_act(engine, entry_id=12_345) == "capital_entry_differs"


def test_a_levy_payment_of_another_amount_or_account_is_refused(engine: Engine) -> None:
    last = last_entry(engine)
    assert insert_act(engine, **{**LEVY, "entry_id": last, "source_entry": last, "amount": 999}) == (
        "capital_source_differs"
    )
    assert insert_act(engine, **{**LEVY, "entry_id": last, "source_entry": last, "source_position": 2}) == (
        "capital_source_differs"
    )


def test_a_line_justifies_one_payment(engine: Engine) -> None:
    with engine.connect() as connection:
        tied = connection.execute(text("SELECT source_entry FROM capital_act WHERE source = 'levy'")).scalar_one()
    change = {**LEVY, "entry_id": tied, "source_entry": tied, "amount": 3 * BILLION}
    assert insert_act(engine, **change) == "capital_source_once"


def test_a_cancellation_mirrors_one_act(engine: Engine) -> None:
    assert insert_act(engine, amount=-7, cancels=7, reason="x") == "capital_cancel_mirrors"


def test_a_negative_amount_exists_in_a_cancellation_only(engine: Engine) -> None:
    last = last_entry(engine)
    change = {**LEVY, "entry_id": last, "source_entry": last, "amount": -1_000}
    assert insert_act(engine, **change) == "capital_amount"


def test_an_entry_stands_for_one_act(engine: Engine) -> None:
    change = {"kind": "subscribe", "source": None, "amount": 170 * BILLION, "entry_id": 1, "reference": "R-RAW"}
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(
            text(
                "INSERT INTO capital_terms (id, from_date, total, paid_by, legal_reference)"
                " VALUES (9, '2025-12-31', 900000000000, '2028-12-31', 'texte fictif')"
            )
        )
    assert insert_act(engine, **change) == "capital_entry_once"


def test_the_kind_the_due_date_and_the_source_are_held(engine: Engine) -> None:
    last = last_entry(engine)
    assert insert_act(engine, **{**LEVY, "entry_id": last, "source_entry": last, "due": "2026-02-01"}) == "capital_due"
    assert insert_act(engine, source=None, entry_id=last) == "capital_source"
    assert insert_act(engine, kind="gift", source=None, entry_id=last) == "capital_kind"


def test_a_reference_serves_once_a_state_and_kind(engine: Engine) -> None:
    last = last_entry(engine)
    change = {**LEVY, "entry_id": last, "source_entry": last, "reference": "OP-1"}
    assert insert_act(engine, **change) in (
        "uq_capital_act_reference",
        "capital_act_append_only",  # on SQLite a new act would otherwise take the place of that one
    )


def test_a_text_below_the_subscriptions_is_refused(engine: Engine) -> None:
    sql = (
        "INSERT INTO capital_terms (id, from_date, total, paid_by, legal_reference)"
        " VALUES (9, '2026-01-01', 499999999999, '2028-12-31', 'texte fictif')"
    )
    assert attack(engine, sql) == "capital_terms_below_subscribed"


def test_a_receipt_is_of_a_payment(engine: Engine) -> None:
    sql = (
        "INSERT INTO capital_receipt (id, act_id, receipt, date, at, actor, command_id)"
        " VALUES (9, 1, 'R', '2026-01-01', '2026-01-02T00:00:00.000000Z', 'x', 1)"
    )
    assert attack(engine, sql) == "capital_receipt_of_payment"


@pytest.mark.parametrize("table", ["capital_terms", "capital_act", "capital_receipt"])
def test_the_register_is_never_changed_nor_deleted(engine: Engine, owner_engine: Engine, table: str) -> None:
    assert attack(owner_engine, f"UPDATE {table} SET id = id + 100") == f"{table}_append_only"
    assert attack(owner_engine, f"DELETE FROM {table}") == f"{table}_append_only"


def test_replacing_an_act_is_refused(sqlite_books: Any) -> None:
    import sqlite3

    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    played(opened(engine))
    engine.dispose()
    file = sqlite_books.url.removeprefix("sqlite:///")
    with sqlite3.connect(file) as plain, pytest.raises(sqlite3.IntegrityError, match="capital_act_append_only"):
        plain.execute("INSERT OR REPLACE INTO capital_act SELECT * FROM capital_act WHERE id = 1")
    plain.close()


def test_two_payments_of_the_last_francs_cannot_both_pass(books_engine: Engine) -> None:
    ledger = opened(books_engine)
    played(ledger)

    def pay(reference: str) -> str:
        try:
            do(ledger, pay_from_budget, "BF", 12 * BILLION, date(2026, 1, 2), reference)
        except Refusal as refusal:
            return refusal.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(pay, ["R-8", "R-9"])) == ["capital_paid_beyond_called", "done"]
