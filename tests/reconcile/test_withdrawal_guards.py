"""Raw SQL against withdrawals: each guard says no under its own name, on both engines; `verify` finds what slips by."""

import sqlite3
from typing import Any

import pytest
from sqlalchemy import Engine, text

from ledger.engine import open_engine
from ledger.periods.close import close_period
from ledger.post import law_of
from ledger.refusal import Refusal
from ledger.takeover import end_takeover
from ledger.unit import Ledger
from portal.verification import verify_books
from reconcile.impute import impute_line
from reconcile.matching.rows import Posting, PostingLine
from reconcile.rule_entry import post_rules
from reconcile.undo import undo_match
from reconcile.withdraw import withdraw_statement
from tests.reconcile.banked import NOON, Seen, bring, do, enter, march, prepared, run, statement
from tests.reconcile.signed import sign, with_keys
from tests.reconcile.test_bank_guards import LINE, MATCH, STATEMENT, Row, attack, books, execute, holds, iban, put

LATER = "2026-04-20T13:00:00.000000Z"
PAID, RECEIVED = Seen(march(5), -1_000, "VIREMENT", "OP-1"), Seen(march(9), 2_500, "VERSEMENT", "R-1")


@pytest.fixture
def engine(books_engine: Engine) -> Engine:
    """Two statements of BF in March; the second shows again the credit of the first."""
    ledger = prepared(books_engine)
    enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, statement([PAID, RECEIVED], "1", end=march(10)))
    bring(ledger, statement([RECEIVED, Seen(march(20), 300)], "2", -1_000, march(9)))
    return books_engine


def acting(engine: Engine) -> Ledger:
    """The same books, in the hands of who set them up."""

    return Ledger(engine, "installation", clock=lambda: NOON)


def withdrawal(engine: Engine, statement_id: int = 1, **changes: Any) -> tuple[str, Row]:
    """The insertion of a withdrawal under the next command, later than all others."""
    with engine.connect() as connection:
        command = connection.execute(text("SELECT max(id) + 1 FROM command_log")).scalar_one()
    row = {"statement_id": statement_id, "reason": "faux", "at": LATER, "actor": "x", "command_id": command}
    return put("statement_withdrawal", row, **changes)


def gone(engine: Engine, *statements: str) -> None:
    """Withdraw statements as the product does."""
    for one in statements:
        do(acting(engine), lambda unit, s=one: withdraw_statement(unit, s, "faux"))


def line(engine: Engine, **changes: Any) -> tuple[str, Row]:
    """The insertion of a line of a statement to come, the same as the payment of the first statement."""
    with engine.connect() as connection:
        same = connection.execute(text("SELECT identity FROM statement_line WHERE id = 1")).scalar_one()
    day: Any = march(5) if engine.dialect.name == "postgresql" else "2026-03-05"
    row = {"iban": iban(engine), "booking_date": day, "identity": same, "amount": -1_000, "edition": 1}
    return put("statement_line", LINE | row, **changes)


def test_a_withdrawal_is_that_of_a_statement_and_says_why(engine: Engine) -> None:
    assert attack(engine, withdrawal(engine, 9)) == "withdrawal_statement_unknown"
    assert attack(engine, withdrawal(engine, reason="  ")) == "statement_withdrawal_reason"


def test_a_statement_is_not_withdrawn_a_second_time(engine: Engine) -> None:
    gone(engine, "1")
    with pytest.raises(Exception, match=r"statement_withdrawal_append_only|pk_statement_withdrawal"):
        execute(engine, (withdrawal(engine),))


def test_a_withdrawal_is_neither_changed_nor_deleted(engine: Engine, books: Any) -> None:
    gone(engine, "1")
    owner = open_engine(books.owner_url)
    told = [
        attack(owner, ("UPDATE statement_withdrawal SET reason = 'autre'", {})),
        attack(owner, ("DELETE FROM statement_withdrawal", {})),
    ]
    owner.dispose()
    assert told == ["statement_withdrawal_append_only"] * 2


def test_a_statement_with_a_matched_line_is_not_withdrawn(engine: Engine) -> None:
    assert run(acting(engine))["confirmed"] == 1
    assert attack(engine, withdrawal(engine)) == "withdrawal_line_matched"


def test_a_match_of_lines_that_another_statement_shows_stands_in_no_way(engine: Engine) -> None:
    do(acting(engine), lambda unit: impute_line(unit, 2, "inconnu"))
    gone(engine, "1")
    assert attack(engine, withdrawal(engine, 2)) == "withdrawal_line_matched"


def test_a_statement_whose_lines_are_posted_is_not_withdrawn(engine: Engine) -> None:
    do(acting(engine), lambda unit: impute_line(unit, 1, "inconnu"))
    with engine.connect() as connection:
        command = connection.execute(text("SELECT max(id) + 1 FROM command_log")).scalar_one()
    undone = put("match_undo", {"match_id": 1, "reason": "x", "at": LATER, "actor": "x", "command_id": command})
    assert attack(engine, undone, withdrawal(engine)) == "withdrawal_line_posted"


def test_a_statement_on_which_a_signed_month_rests_is_not_withdrawn(books_engine: Engine) -> None:
    own = with_keys(books_engine)
    bring(own, statement([RECEIVED]))
    sign(own, "comptable-bf")
    sign(own, "controleur")
    bring(own, statement([RECEIVED], "2", start=march(9)))
    assert attack(books_engine, withdrawal(books_engine)) == "withdrawal_month_signed"
    do(own, lambda unit: withdraw_statement(unit, "2", "faux"))


def test_a_statement_on_whose_strength_a_month_was_closed_is_not_withdrawn(books_engine: Engine) -> None:
    ledger = prepared(books_engine)
    enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, statement([], "1", 500))
    do(ledger, lambda unit: close_period(unit, "BF", (2026, 3)))
    bring(ledger, statement([], "2", 500))
    assert attack(books_engine, withdrawal(books_engine)) == "withdrawal_month_closed"
    gone(books_engine, "2")


def test_a_withdrawn_line_is_not_matched(engine: Engine) -> None:
    gone(engine, "1")
    assert attack(engine, holds(9, 1), books(9, 1, 1), put("bank_match", MATCH)) == "match_line_withdrawn"


def test_a_line_that_another_statement_shows_is_matched_still(engine: Engine) -> None:
    gone(engine, "1")
    name = attack(engine, holds(9, 2), put("bank_match", MATCH))
    assert name == "match_balances", "two thousand five hundred francs without their entry, and nothing worse"


def test_a_line_does_not_come_anew_while_it_stands(engine: Engine) -> None:
    assert attack(engine, line(engine)) == "line_edition"
    gone(engine, "1")
    assert attack(engine, line(engine, edition=2)) == "line_edition"
    assert attack(engine, line(engine, edition=-1)) in ("line_edition", "statement_line_edition")
    with pytest.raises(Exception, match=r"statement_line_append_only|uq_statement_line_identity"):
        execute(engine, (line(engine, edition=0),))


def test_a_statement_does_not_show_again_a_withdrawn_line(engine: Engine) -> None:
    gone(engine, "1")
    again = put("statement_line_again", {"statement_id": 9, "position": 1, "line_id": 1})
    assert attack(engine, again) == "line_again_withdrawn"
    shown = put("statement_line_again", {"statement_id": 9, "position": 1, "line_id": 2})
    whole = put("statement", STATEMENT, iban=iban(engine), line_count=2)
    assert attack(engine, shown, whole) == "statement_lines_counted", "the line itself is welcome"


def test_a_withdrawn_line_is_no_reason_for_a_payment(engine: Engine) -> None:
    """After the take-over, the entry of a bank line needs a line that stands."""
    ledger = acting(engine)
    do(ledger, lambda unit: end_takeover(unit, march(31)))
    posting = Posting("BF", march(5), "x", "x", (PostingLine("47111", debit=1_000), PostingLine("52111", credit=1_000)))

    def impute(unit: Any) -> Any:
        post_rules(unit, law_of(unit.connection), [(posting, 1)], "imputation")
        return {}

    assert ledger.perform("essai", impute, dry_run=True) == {}
    gone(engine, "1")
    with pytest.raises(Refusal) as caught:
        do(ledger, impute)
    assert (caught.value.code, caught.value.facts["guard"]) == ("refused_by_database", "takeover_bank_credit")


DAMAGE = {
    "withdrawals_free": (
        "INSERT INTO bank_match_line VALUES (5, 1)",
        "UPDATE statement_withdrawal SET reason = ' '",
        "UPDATE statement_withdrawal SET statement_id = 77 WHERE statement_id = 1",
        "UPDATE entry SET origin = 'imputation', origin_ref = 'statement_line:1' WHERE id = 1",
    ),
    "withdrawals_before_signing": (
        "INSERT INTO period_event VALUES (1, 'BF', 2026, 3, 'close', NULL, 1, 'x', 'x', {command})",
        "INSERT INTO reconciliation_signoff VALUES (1, 'BF', 2026, 3, 1, '', '', 1, {command}, '', '', 1);"
        "INSERT INTO reconciliation_signature VALUES (1, 'reviewer', 'x', '', '', '', '', {command})",
    ),
    "line_editions": (
        "UPDATE statement_line SET edition = 5 WHERE edition = 1",
        "UPDATE statement_line SET occurrence = 2 WHERE id = 4",
        "UPDATE statement_line_again SET line_id = 1 WHERE statement_id = 4",
    ),
}


@pytest.mark.parametrize(("check", "sql"), [(name, sql) for name, some in DAMAGE.items() for sql in some])
def test_damage_behind_the_guards_is_found(check: str, sql: str, sqlite_books: Any) -> None:
    engine = open_engine(sqlite_books.url)
    ledger = prepared(engine)
    enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, statement([PAID, RECEIVED], "1", end=march(10)))
    do(ledger, lambda unit: impute_line(unit, 2, "inconnu"))
    do(ledger, lambda unit: undo_match(unit, 1, "relevé faux"))
    bring(ledger, statement([RECEIVED, Seen(march(20), 300)], "2", -1_000, march(9)))
    with engine.connect() as connection:
        before = connection.execute(text("SELECT max(id) FROM command_log")).scalar_one()
    gone(engine, "1", "2")
    bring(ledger, statement([PAID], "1", end=march(10)))
    bring(ledger, statement([PAID], "1 bis", end=march(10)))
    with ledger.read() as connection:
        assert [one["name"] for one in verify_books(connection)["checks"] if not one["ok"]] == []
    plain = sqlite3.connect(sqlite_books.url.removeprefix("sqlite:///"))
    for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        plain.execute(f"DROP TRIGGER {name}")
    plain.execute("PRAGMA ignore_check_constraints = ON")
    plain.executescript(sql.format(command=before))
    plain.commit()
    plain.close()
    with ledger.read() as connection:
        failed = {one["name"]: one["rows"] for one in verify_books(connection)["checks"] if not one["ok"]}
    engine.dispose()
    assert check in failed
    assert not any("contrôle impossible" in str(row) for row in failed[check])
