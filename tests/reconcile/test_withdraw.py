"""A statement that is not the right one is withdrawn: it counts nowhere any more, and is known as it was before."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from ledger.levy.open_credits import open_credits
from ledger.mandates.situation_bank import bank_situation
from ledger.periods.close import close_period, close_quarter, reopen_period
from ledger.refusal import Refusal
from ledger.tables.commands import command_log
from ledger.unit import Ledger
from portal.verification import verify_books
from reconcile.confirm import confirm_by_hand
from reconcile.etat_read import etat_of
from reconcile.impute import impute_line
from reconcile.matches import list_matches, reconcile_status
from reconcile.statements import list_statements, statement_gaps
from reconcile.suggestions import suggestions
from reconcile.undo import undo_match
from reconcile.withdraw import withdraw_statement
from tests.reconcile.banked import NOON, Answer, Seen, bring, do, enter, march, prepared, run, seen_by, statement
from tests.reconcile.signed import sign, with_keys

PAID = Seen(march(5), -1_000, "VIREMENT", "OP-1")
RECEIVED = Seen(march(9), 2_500, "VERSEMENT", "R-1")
PROVISIONAL = statement([PAID, RECEIVED])
RIGHT = statement([PAID, RECEIVED._replace(amount=2_600)])


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books, three bound accounts, no user."""
    return prepared(books_engine)


def withdraw(ledger: Ledger, reference: str = "1", reason: str | None = "relevé provisoire", **more: Any) -> Answer:
    """Withdraw a statement."""
    return do(ledger, lambda unit: withdraw_statement(unit, reference, reason, **more))


def refused(ledger: Ledger, reference: str = "1", reason: str | None = "relevé provisoire", **more: Any) -> Refusal:
    """Why a statement is not withdrawn."""
    with pytest.raises(Refusal) as caught:
        withdraw(ledger, reference, reason, **more)
    return caught.value


def undo(ledger: Ledger, match: int) -> None:
    """Undo a match."""
    do(ledger, lambda unit: undo_match(unit, match, "relevé faux"))


def opened(ledger: Ledger) -> list[tuple[str, int, int]]:
    """The open bank lines of BF: statement, position, amount."""
    with ledger.read() as connection:
        lines = list_matches(connection, "BF")["open"]["statement_lines"]
    return [(line["statement"], line["position"], line["amount"]) for line in lines]


def faults(ledger: Ledger) -> list[str]:
    """The checks that fail."""
    with ledger.read() as connection:
        return [one["name"] for one in verify_books(connection)["checks"] if not one["ok"]]


def march_known(ledger: Ledger, known_command: int | None = None) -> dict[str, Any]:
    """The reconciliation statement of March as known at a command of the record."""
    with ledger.read() as connection:
        return etat_of(connection, "BF", 2026, 3, known_command=known_command).as_json()


def last_command(ledger: Ledger) -> int:
    """The last row of the command log."""
    with ledger.read() as connection:
        return int(connection.execute(select(func.max(command_log.c.id))).scalar_one())


def test_the_right_statement_replaces_the_provisional_one(ledger: Ledger) -> None:
    bring(ledger, PROVISIONAL)
    with pytest.raises(Refusal) as caught:
        bring(ledger, RIGHT)
    assert caught.value.code == "statement_differs"
    assert "« pcaes statement withdraw 1 --reason … »" in caught.value.message()

    done = withdraw(ledger)

    assert (done["lines"], done["lines_withdrawn"], done["lines_kept"]) == (2, 2, 0)
    assert (done["number"], done["book"], done["by"], done["reason"]) == (
        "3",
        "BF",
        "installation",
        "relevé provisoire",
    )
    again = bring(ledger, RIGHT)
    assert (again["lines_new"], again["lines_known"], again["lines_back_dated"]) == (2, 0, 0)
    assert opened(ledger) == [("3", 1, -1_000), ("3", 2, 2_600)]
    assert faults(ledger) == []


def test_the_lines_of_a_withdrawn_statement_count_nowhere(ledger: Ledger) -> None:
    enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, PROVISIONAL)
    withdraw(ledger)
    assert run(ledger)["lines"] == 0
    etat = march_known(ledger)
    assert (etat["to_book"], etat["bank_balance"], etat["faults"][0]["code"]) == ([], None, "no_statement")
    with ledger.read() as connection:
        status = reconcile_status(connection, "BF")[0]
        assert (status["lines"], status["matched"], status["open_bank"], status["open_book"]) == (0, 0, 0, 1)
        assert suggestions(connection, "BF") == []
        assert open_credits(connection, {}, book="BF") == []
        assert bank_situation(connection, "BF", march(31), last_command(ledger), 0) is None
        assert [gap["code"] for gap in statement_gaps(connection) if gap["book"] == "BF"] == ["no_statement"]
    assert faults(ledger) == []


def test_a_month_is_closed_when_only_withdrawn_lines_wait(ledger: Ledger) -> None:
    enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, PROVISIONAL)
    with pytest.raises(Refusal) as caught:
        do(ledger, lambda unit: close_period(unit, "BF", (2026, 3)))
    assert caught.value.code == "period_bank_lines_open"
    withdraw(ledger)
    assert do(ledger, lambda unit: close_period(unit, "BF", (2026, 3)))["state"] == "closed"


def test_what_was_known_before_stays_known(ledger: Ledger) -> None:
    bring(ledger, PROVISIONAL)
    then, seen = last_command(ledger), march_known(ledger)
    with ledger.read() as connection:
        situation = bank_situation(connection, "BF", march(31), then, 0)
    withdraw(ledger)
    gone, nothing = last_command(ledger), march_known(ledger)
    bring(ledger, RIGHT)

    assert (seen["bank_balance"], [item["amount"] for item in seen["to_book"]]) == (1_500, [-1_000, 2_500])
    assert march_known(ledger, then) == seen
    assert march_known(ledger, gone) == nothing | {"known_command": gone}
    assert [item["amount"] for item in march_known(ledger)["to_book"]] == [-1_000, 2_600]
    with ledger.read() as connection:
        assert bank_situation(connection, "BF", march(31), then, 0) == situation
        assert [one.amount for one in open_credits(connection, {}, book="BF", known_command=then)] == [2_500]
        assert [one["withdrawn"] for one in list_statements(connection, "BF", then)] == [None]
        first, second = list_statements(connection, "BF")
    assert (first["withdrawn"]["by"], first["withdrawn"]["reason"]) == ("installation", "relevé provisoire")
    assert second["withdrawn"] is None


def test_a_statement_with_a_matched_line_is_kept_until_the_match_is_undone(ledger: Ledger) -> None:
    enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, PROVISIONAL)
    assert run(ledger)["confirmed"] == 1
    found = refused(ledger)
    assert (found.code, found.facts["matches"], found.facts["lines"]) == ("withdrawal_line_matched", [1], [1])
    assert "« pcaes reconcile undo 1 --reason … »" in found.message()
    undo(ledger, 1)
    withdraw(ledger)
    bring(ledger, RIGHT)
    # the lines are others: what was undone on the wrong ones does not hold the machine back
    assert run(ledger)["confirmed"] == 1
    assert faults(ledger) == []


def test_an_imputed_line_is_taken_back_before_its_statement_is(ledger: Ledger) -> None:
    bring(ledger, PROVISIONAL)
    do(ledger, lambda unit: impute_line(unit, 2, "inconnu"))
    assert refused(ledger).code == "withdrawal_line_matched"
    undo(ledger, 1)
    assert withdraw(ledger)["lines_withdrawn"] == 2
    assert march_known(ledger)["book_balance"] == 0
    assert faults(ledger) == []


def test_a_line_of_a_withdrawn_statement_is_neither_imputed_nor_matched(ledger: Ledger) -> None:
    entry = enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, PROVISIONAL)
    withdraw(ledger)
    for act in (
        lambda unit: impute_line(unit, 1, "inconnu"),
        lambda unit: confirm_by_hand(unit, [1], [f"{entry}:1"], "vu"),
    ):
        with pytest.raises(Refusal) as caught:
            do(ledger, act)
        assert (caught.value.code, caught.value.facts["statement"]) == ("bank_line_withdrawn", 1)


@pytest.mark.parametrize(
    ("reference", "reason", "code"),
    [
        ("1", None, "reason_missing"),
        ("1", "  ", "reason_missing"),
        ("7", "faux", "statement_unknown"),
        ("9" * 40, "faux", "statement_unknown"),
        ("12/4", "faux", "statement_unknown"),
        ("³", "faux", "statement_unknown"),
    ],
)
def test_a_withdrawal_names_a_statement_and_a_reason(
    reference: str, reason: str | None, code: str, ledger: Ledger
) -> None:
    bring(ledger, PROVISIONAL)
    assert refused(ledger, reference, reason).code == code
    assert opened(ledger) == [("3", 1, -1_000), ("3", 2, 2_500)]


def test_a_statement_is_withdrawn_once(ledger: Ledger) -> None:
    bring(ledger, PROVISIONAL)
    withdraw(ledger)
    found = refused(ledger)
    assert (found.code, found.facts["by"], found.facts["day"]) == ("statement_withdrawn", "installation", NOON.date())


def test_a_statement_is_named_by_the_reference_of_the_bank(ledger: Ledger) -> None:
    bring(ledger, replace(PROVISIONAL, number="3/1"))
    assert refused(ledger, "3/1", book="ML").code == "statement_unknown"
    assert withdraw(ledger, "3/1")["statement"] == 1
    assert refused(ledger, "3/1").code == "statement_withdrawn"
    bring(ledger, replace(RIGHT, number="3/1"))
    assert withdraw(ledger, " 3/1 ")["statement"] == 2


def test_a_reference_borne_by_several_statements_names_none(ledger: Ledger) -> None:
    bring(ledger, replace(PROVISIONAL, number="3/1"))
    april = statement([], "3/1", 1_500, dt.date(2026, 4, 1), dt.date(2026, 4, 10))
    bring(ledger, april)
    found = refused(ledger, "3/1")
    assert (found.code, found.facts["statements"]) == ("statement_ambiguous", [1, 2])
    assert "n° 2 (BF, 01/04/2026 – 10/04/2026)" in found.message()
    withdraw(ledger, "1")
    assert withdraw(ledger, "3/1")["statement"] == 2


def test_the_accountant_of_the_book_withdraws_and_nobody_else(books_engine: Engine) -> None:
    own = with_keys(books_engine)
    bring(own, PROVISIONAL)
    codes = [refused(seen_by(own, name)).code for name in ("comptable-ml", "auditeur", "controleur", "admin")]
    assert codes == ["book_forbidden", "role_forbidden", "role_forbidden", "role_forbidden"]
    assert withdraw(own)["by"] == "comptable-bf"


def signed_march(engine: Engine) -> Ledger:
    """March of BF, with its statement, signed by its preparer."""
    own = with_keys(engine)
    bring(own, statement([RECEIVED]))
    sign(own, "comptable-bf")
    return own


def test_a_statement_on_which_a_signed_month_rests_is_not_withdrawn(books_engine: Engine) -> None:
    own = signed_march(books_engine)
    sign(own, "controleur")
    found = refused(own)
    assert (found.code, found.facts["month"]) == ("withdrawal_month_signed", "2026-03")
    assert (found.facts["preparer"], found.facts["reviewer"]) == ("comptable-bf", "controleur")


def test_one_signature_alone_does_not_hold_a_statement(books_engine: Engine) -> None:
    own = signed_march(books_engine)
    withdraw(own)
    bring(own, statement([RECEIVED._replace(amount=2_600)]))
    with pytest.raises(Refusal) as caught:
        sign(own, "controleur")
    assert caught.value.code == "etat_changed"
    assert sign(own, "comptable-bf")["revision"] == 2
    sign(own, "controleur")
    assert faults(own) == []


def test_a_statement_that_came_after_the_signature_is_withdrawn(books_engine: Engine) -> None:
    own = signed_march(books_engine)
    sign(own, "controleur")
    again = replace(statement([RECEIVED], "3 bis", start=march(9), end=march(9)), notes=("copie",))
    bring(own, again)
    done = withdraw(own, "2")
    assert (done["lines_withdrawn"], done["lines_kept"]) == (0, 1)
    assert faults(own) == []


def close_march(ledger: Ledger) -> None:
    """Close March."""
    do(ledger, lambda unit: close_period(unit, "BF", (2026, 3)))


def test_a_month_closed_on_its_strength_is_reopened_first(ledger: Ledger) -> None:
    enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, statement([], opening=500))
    close_march(ledger)
    found = refused(ledger)
    assert (found.code, found.facts["period"]) == ("withdrawal_month_closed", "03/2026")
    assert "« pcaes period reopen BF 2026-03 --reason … »" in found.message()
    do(ledger, lambda unit: reopen_period(unit, "BF", (2026, 3), "relevé faux"))
    assert withdraw(ledger)["lines"] == 0
    close_march(ledger)
    assert faults(ledger) == []


def test_a_month_closed_before_the_statement_came_does_not_rest_on_it(ledger: Ledger) -> None:
    enter(ledger, -1_000, march(5), "OP-1")
    close_march(ledger)
    bring(ledger, PROVISIONAL)
    assert withdraw(ledger)["lines_withdrawn"] == 2
    assert faults(ledger) == []


def test_a_month_closed_for_good_on_its_strength_keeps_its_statement(ledger: Ledger) -> None:
    for month in (1, 2, 3):
        enter(ledger, -1_000, dt.date(2026, month, 5), f"OP-{month}")
    bring(ledger, statement([], opening=500))
    for month in (1, 2, 3):
        do(ledger, lambda unit, m=month: close_period(unit, "BF", (2026, m)))
    do(ledger, lambda unit: close_quarter(unit, "BF", 2026, 1))
    found = refused(ledger)
    assert (found.code, found.facts["state"]) == ("withdrawal_month_final", "clôture définitive")


def test_a_notice_is_withdrawn_whatever_was_closed(ledger: Ledger) -> None:
    enter(ledger, -1_000, march(5), "OP-1")
    bring(ledger, PROVISIONAL, format_="mt942")
    close_march(ledger)
    assert withdraw(ledger)["kind"] == "notice"
    assert bring(ledger, PROVISIONAL, format_="camt.052")["lines_new"] == 2
