"""Raw SQL against statements, matches and signatures: each guard says no under its own name, on both engines."""

import datetime as dt
from typing import Any

import pytest
from attack import NEXT
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from ledger.guards import TITLES, guard_name
from portal.verification import verify_books
from tests.reconcile.banked import NOON, bring, enter, march, seen_by, statement
from tests.reconcile.signed import key_of, month_of_march, sign, with_keys

AT = "2026-04-20T12:00:00.000000Z"
Row = dict[str, Any]
MATCH: Row = {"id": 9, "book": "BF", "run_id": None, "pass": "manual", "reason": "essai", "facts": "{}",
              "nearest_rejected": "", "posted_entry": None, "at": AT, "actor": "x", "command_id": None}  # fmt: skip
STATEMENT: Row = {"id": 9, "file_id": 1, "position": 9, "kind": "statement", "book": "BF", "iban": None,
                  "account": "", "currency": "XOF", "number": "9", "start_date": None, "end_date": None, "opening": 5,
                  "closing": 5, "proven": True, "line_count": 0, "notes": "[]", "command_id": None}  # fmt: skip
LINE: Row = {"id": 90, "statement_id": 9, "position": 1, "kind": "statement", "book": "BF", "iban": None,
             "booking_date": None, "value_date": None, "amount": 5, "reversal": False, "bank_reference": None,
             "customer_reference": None, "type": None, "counterparty": None, "label": "x", "details": "[]",
             "notes": "[]", "identity": "x", "occurrence": 1, "back_dated": False}  # fmt: skip
SIGNOFF: Row = {"id": 9, "book": "BF", "year": 2026, "month": 3, "revision": 2, "content": "{}", "sha256": "0" * 64,
                "known_entry": 1, "known_command": 1, "at": AT, "actor": "x", "command_id": None}  # fmt: skip
SIGNATURE: Row = {"signoff_id": 1, "part": "reviewer", "person": "controleur", "algorithm": "ed25519",
                  "public_key": None, "signature": "0" * 128, "signed_at": AT, "command_id": None}  # fmt: skip


@pytest.fixture
def engine(books_engine: Engine) -> Engine:
    """Books with a statement, a match and a month that its preparer has signed; a payment of Mali."""
    ledger = with_keys(books_engine)
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    mali = seen_by(ledger, "comptable-ml")
    enter(mali, -40_000, march(9), "OP-ML", book="ML")
    bring(mali, statement([]), "ML")
    return books_engine


def attack(engine: Engine, *statements: tuple[str, Row]) -> str | None:
    """The name of the guard that refuses the last of the statements, one transaction for all."""
    with pytest.raises(DBAPIError) as caught:
        execute(engine, statements)
    assert caught.value.orig is not None
    name = guard_name(caught.value.orig)
    assert name in TITLES, "every guard has its French title"
    return name


def execute(engine: Engine, statements: tuple[tuple[str, Row], ...]) -> None:
    """The statements in one transaction."""
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        for sql, values in statements:
            connection.execute(text(sql), values)


def put(table: str, row: Row, **changes: Any) -> tuple[str, Row]:
    """The insertion of a row under the command under way, some of its fields changed."""
    values = {**row, **changes}
    names = ", ".join(values)
    marks = (NEXT if name == "command_id" else f":{name}" for name in values)
    return f"INSERT INTO {table} ({names}) VALUES ({', '.join(marks)})", values


def iban(engine: Engine, book: str = "BF") -> str:
    """The bound account of a book."""
    with engine.connect() as connection:
        query = text("SELECT iban FROM bank_account WHERE book = :book")
        return str(connection.execute(query, {"book": book}).scalar_one())


def holds(match_id: int, line: int) -> tuple[str, Row]:
    return put("bank_match_line", {"match_id": match_id, "line_id": line})


def books(match_id: int, entry: int, position: int) -> tuple[str, Row]:
    return put("bank_match_entry_line", {"match_id": match_id, "entry_id": entry, "position": position})


def test_a_match_that_does_not_balance_is_refused(engine: Engine) -> None:
    assert attack(engine, holds(9, 2), books(9, 2, 1), put("bank_match", MATCH)) == "match_balances"


def test_a_match_without_lines_is_refused(engine: Engine) -> None:
    assert attack(engine, put("bank_match", MATCH)) == "match_has_lines"


def test_a_line_already_matched_is_refused(engine: Engine) -> None:
    assert attack(engine, holds(9, 1)) == "line_matched_once"
    assert attack(engine, books(9, 1, 1)) == "line_matched_once"


def test_a_line_added_to_a_sealed_match_is_refused(engine: Engine) -> None:
    assert attack(engine, holds(1, 2)) == "line_on_sealed_match"


def test_lines_of_two_books_are_not_matched(engine: Engine) -> None:
    undo = put("match_undo", {"match_id": 1, "reason": "x", "at": AT, "actor": "x", "command_id": None})
    assert attack(engine, undo, holds(9, 1), books(9, 3, 1), put("bank_match", MATCH)) == "match_of_one_book"


def test_a_line_of_another_account_is_not_matched(engine: Engine) -> None:
    undo = put("match_undo", {"match_id": 1, "reason": "x", "at": AT, "actor": "x", "command_id": None})
    rows = (undo, books(9, 1, 1), books(9, 1, 2), put("bank_match", MATCH))
    assert attack(engine, *rows) == "match_of_bank_account"


def test_a_statement_must_add_up_and_have_its_lines(engine: Engine) -> None:
    own = iban(engine)
    assert attack(engine, put("statement", STATEMENT, iban=own, closing=6)) == "statement_balances"
    assert attack(engine, put("statement", STATEMENT, iban=own, line_count=1)) == "statement_lines_counted"
    other = put("statement", STATEMENT, iban=iban(engine, "ML"))
    assert attack(engine, other) == "statement_account_bound"


def test_a_line_is_not_added_to_a_statement_of_the_books(engine: Engine) -> None:
    day: Any = dt.date(2026, 3, 3) if engine.dialect.name == "postgresql" else "2026-03-03"
    row = put("statement_line", LINE, statement_id=1, position=9, iban=iban(engine), booking_date=day)
    assert attack(engine, row) == "line_on_sealed_statement"


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"revision": 1}, "signoff_revision"),
        ({"month": 4, "revision": 1}, "signoff_too_early"),
    ],
)
def test_a_month_is_prepared_once_over_and_revision_after_revision(change: Row, guard: str, engine: Engine) -> None:
    assert attack(engine, put("reconciliation_signoff", SIGNOFF, **change)) == guard


@pytest.mark.parametrize(
    ("month", "at", "guard"),
    [(3, AT, "signoff_month_signed"), (2, AT, "signoff_month_signed"), (5, "2026-07-01", "signoff_month_order")],
)
def test_months_are_signed_once_and_in_order(month: int, at: str, guard: str, engine: Engine) -> None:
    sign(with_other(engine), "controleur")
    assert attack(engine, put("reconciliation_signoff", SIGNOFF, month=month, at=at, revision=1)) == guard


def with_other(engine: Engine) -> Any:
    """The same books, to sign as another person."""
    from ledger.unit import Ledger

    return Ledger(engine, "controleur", clock=lambda: NOON)


def signature(person: str, **changes: Any) -> tuple[str, Row]:
    key = key_of(person).public_key().public_bytes_raw().hex()
    return put("reconciliation_signature", SIGNATURE, person=person, public_key=key, **changes)


def test_the_reviewer_is_another_person_of_the_right_role(engine: Engine) -> None:
    assert attack(engine, signature("comptable-bf")) == "signoff_reviewer_differs"
    assert attack(engine, signature("auditeur")) == "signoff_person_role"


def test_a_signature_bears_the_persons_own_key_and_comes_after(engine: Engine) -> None:
    stolen = key_of("comptable-ml").public_key().public_bytes_raw().hex()
    assert attack(engine, put("reconciliation_signature", SIGNATURE, public_key=stolen)) == "signoff_key_of_person"
    early = "2026-04-01T00:00:00.000000Z"
    assert attack(engine, signature("controleur", signed_at=early)) == "signoff_date_order"


def test_nothing_is_reviewed_before_it_is_prepared_nor_once_superseded(engine: Engine) -> None:
    second = put("reconciliation_signoff", SIGNOFF)
    assert attack(engine, second, signature("controleur", signoff_id=9)) == "signoff_preparer_first"
    assert attack(engine, second, signature("controleur")) == "signoff_superseded"
    assert attack(engine, signature("controleur", signoff_id=77)) == "signoff_unknown"


def test_a_line_is_not_added_to_a_prepared_statement(engine: Engine) -> None:
    assert attack(engine, put("reconciliation_signoff_line", {"signoff_id": 1, "line_id": 1})) == "signoff_sealed"


TABLES = (
    "statement_file", "statement", "statement_line", "reconcile_run", "bank_match", "bank_match_line",
    "bank_match_entry_line", "reconciliation_signoff", "reconciliation_signoff_line", "reconciliation_signature",
)  # fmt: skip
COLUMN = {"bank_match_line": "line_id", "bank_match_entry_line": "position", "reconciliation_signoff_line": "line_id",
          "reconciliation_signature": "signoff_id"}  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_changed_or_deleted(table: str, books: Any, engine: Engine) -> None:
    from ledger.engine import open_engine

    owner = open_engine(books.owner_url)
    column = COLUMN.get(table, "id")
    told = [attack(owner, (f"UPDATE {table} SET {column} = {column}", {})), attack(owner, (f"DELETE FROM {table}", {}))]
    owner.dispose()
    assert told == [f"{table}_append_only"] * 2


DAMAGE = {
    "matches_balance": "UPDATE statement_line SET amount = amount + 1 WHERE id = 1",
    "statements_recomputed": "UPDATE statement SET closing = closing + 1 WHERE id = 1",
    "statement_files_sealed": "UPDATE statement_file SET content = x'00' WHERE id = 1",
    "statement_line_identities": "UPDATE statement_line SET label = 'autre' WHERE id = 1",
    "statement_lines_belong": "UPDATE statement_line SET statement_id = 99 WHERE id = 1",
    "matches_of_one_book": "UPDATE bank_match SET book = 'ML' WHERE id = 1",
    "signed_reconciliation_still_true": "UPDATE reconciliation_signoff SET content = replace(content, 'VIR', 'DON')",
    "lines_matched_once": "INSERT INTO bank_match_line SELECT 5, line_id FROM bank_match_line",
    "match_entries_follow": "UPDATE bank_match SET posted_entry = 2 WHERE id = 1",
    "signed_reconciliation_order": "UPDATE reconciliation_signoff SET month = 9, revision = 9 WHERE id = 2",
}


@pytest.mark.parametrize("check", DAMAGE)
def test_damage_behind_the_guards_is_found(check: str, sqlite_books: Any) -> None:
    import sqlite3

    from ledger.engine import open_engine

    opened = open_engine(sqlite_books.url)
    ledger = with_keys(opened)
    month_of_march(ledger)
    april = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)
    bring(ledger, statement([], "4", 860_000, dt.date(2026, 4, 1), dt.date(2026, 4, 30)))
    for month in ("2026-03", "2026-04"):
        sign(ledger, "comptable-bf", month, april)
        sign(ledger, "controleur", month, april)
    with ledger.read() as connection:
        assert [one["name"] for one in verify_books(connection)["checks"] if not one["ok"]] == []
    plain = sqlite3.connect(sqlite_books.url.removeprefix("sqlite:///"))
    for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        plain.execute(f"DROP TRIGGER {name}")
    plain.execute(DAMAGE[check])
    plain.commit()
    plain.close()
    with ledger.read() as connection:
        failed = {one["name"] for one in verify_books(connection)["checks"] if not one["ok"]}
    opened.dispose()
    assert check in failed
