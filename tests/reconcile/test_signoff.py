"""The état de rapprochement and its two signatures, on each engine."""

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from ledger.age import age_class
from ledger.month import month_end
from ledger.refusal import Refusal
from ledger.tables.signoff import reconciliation_signature, reconciliation_signoff
from ledger.unit import Ledger
from reconcile.confirm import confirm_by_hand
from reconcile.etat import Etat, EtatFault
from reconcile.etat_read import etat_of, parse_month
from reconcile.impute import impute_line
from reconcile.regularise import regularise
from reconcile.signoff import changes_since, sign_month, signed_month
from reconcile.suspense import Moved, open_suspense
from tests.reconcile.banked import Seen, bring, do, enter, march, prepared, run, seen_by, statement
from tests.reconcile.signed import key_of, month_of_march, sign, signer, with_keys

MAY = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Books with users and keys, seen by the accountant of BF."""
    return with_keys(books_engine)


def etat(ledger: Ledger, month: int = 3) -> Etat:
    """The statement of BF for a month of 2026."""
    with ledger.read() as connection:
        return etat_of(connection, "BF", 2026, month)


def april(ledger: Ledger, lines: list[Seen], opening: int) -> None:
    """The statement of April."""
    bring(ledger, statement(lines, "4", opening, dt.date(2026, 4, 1), dt.date(2026, 4, 30)))


def settled(ledger: Ledger, day: dt.date) -> int:
    """How many bank lines still hold up the closing of their month."""
    with ledger.read() as connection:
        query = text("SELECT count(*) FROM unsettled_bank_line WHERE book = 'BF' AND booking_date = :day")
        return int(connection.execute(query, {"day": day}).scalar_one())


def code_of(act: Any) -> str:
    """The code of the refusal."""
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_both_blocks_end_on_the_same_balance(ledger: Ledger) -> None:
    month_of_march(ledger)
    found = etat(ledger)
    assert (found.book_balance, found.bank_balance) == (-47_000, 860_000)
    assert [(one.id, one.amount, one.age_days, one.age) for one in found.to_book] == [("B-2", 900_000, 11, "0-30")]
    assert [(one.id, one.amount) for one in found.to_bank] == [("L-BF/BQ/2026/2:1", -7_000)]
    assert (found.adjusted_book, found.adjusted_bank, found.difference, found.faults) == (853_000, 853_000, 0, ())


def test_a_line_matched_with_a_later_entry_is_still_open_at_the_month_end(ledger: Ledger) -> None:
    month_of_march(ledger)
    entry = enter(ledger, 900_000, dt.date(2026, 4, 3), "REV-1", other="44871")
    do(ledger, lambda unit: confirm_by_hand(unit, [2], [f"{entry}:1"], "reconnu"))
    assert [one.id for one in etat(ledger).to_book] == ["B-2"]
    april(ledger, [], 860_000)
    assert etat(ledger, 4).to_book == ()


def test_an_item_keeps_its_name_and_grows_older(ledger: Ledger) -> None:
    month_of_march(ledger)
    april(ledger, [], 860_000)
    before, after = etat(ledger, 3), etat(ledger, 4)
    assert [one.id for one in before.to_book + before.to_bank] == [one.id for one in after.to_book + after.to_bank]
    assert [(one.first_seen, one.age_days, one.age) for one in after.to_book] == [(march(20), 41, "31-60")]


def test_a_statement_as_known_before_is_made_again(ledger: Ledger) -> None:
    month_of_march(ledger)
    first = etat(ledger)
    do(ledger, lambda unit: impute_line(unit, 2, "à identifier"))
    assert etat(ledger).to_book == ()
    with ledger.read() as connection:
        again = etat_of(connection, "BF", 2026, 3, known_entry=first.known_entry, known_command=first.known_command)
    assert again == first


def test_suspense_items_are_followed_to_zero(ledger: Ledger) -> None:
    month_of_march(ledger)
    entry = do(ledger, lambda unit: impute_line(unit, 2, "à identifier"))["entry"]
    assert [(one.id, one.account, one.left) for one in etat(ledger).suspense] == [(f"C-{entry}:2", "47121", -900_000)]
    do(ledger, lambda unit: regularise(unit, entry, "44871", "reconnu", amount=850_000))
    april(ledger, [], 860_000)
    assert [one.left for one in etat(ledger, 4).suspense] == [-50_000]
    do(ledger, lambda unit: regularise(unit, entry, "44871", "reconnu"))
    assert etat(ledger, 4).suspense == ()


def test_a_month_without_its_statement_is_not_signable(ledger: Ledger) -> None:
    assert [fault.code for fault in etat(ledger).faults] == ["no_statement"]
    bring(ledger, statement([Seen(march(10), 5)], end=march(15)))
    assert [fault.code for fault in etat(ledger).faults] == ["month_not_covered"]
    assert code_of(lambda: sign(ledger, "comptable-bf")) == "etat_not_signable"


def test_a_missing_statement_explains_the_difference(ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(3), 100)], "1", end=march(9)))
    bring(ledger, statement([Seen(march(20), 100)], "3", 150, march(16)))
    faults = etat(ledger).faults
    assert [fault.code for fault in faults] == ["statements_gap", "difference"]
    assert "50" in faults[0].message


def test_an_opening_balance_that_the_books_did_not_take_over_is_told(ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(3), 100)], opening=1_000))
    assert [fault.code for fault in etat(ledger).faults] == ["opening_not_taken_over", "difference"]


def test_the_month_is_signed_by_two_people_and_its_lines_no_longer_wait(ledger: Ledger) -> None:
    month_of_march(ledger)
    first = sign(ledger, "comptable-bf")
    assert settled(ledger, march(20)) == 1
    second = sign(ledger, "controleur")
    assert (first["part"], second["part"], first["sha256"]) == ("preparer", "reviewer", second["sha256"])
    assert settled(ledger, march(20)) == 0


def test_the_accountant_of_another_book_may_review(ledger: Ledger) -> None:
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    assert sign(ledger, "comptable-ml")["part"] == "reviewer"


def test_the_preparer_does_not_review(ledger: Ledger) -> None:
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    assert code_of(lambda: sign(ledger, "comptable-bf")) == "etat_same_person"


def test_a_signed_month_is_signed_once(ledger: Ledger) -> None:
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    sign(ledger, "controleur")
    assert code_of(lambda: sign(ledger, "comptable-ml")) == "etat_signed"


def test_what_changed_between_the_two_signatures_is_prepared_again(ledger: Ledger) -> None:
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    do(ledger, lambda unit: impute_line(unit, 2, "à identifier"))
    assert code_of(lambda: sign(ledger, "controleur")) == "etat_changed"
    again = sign(ledger, "comptable-bf")
    assert (again["part"], again["revision"]) == ("preparer", 2)
    assert sign(ledger, "controleur")["revision"] == 2


def test_what_changes_after_the_signatures_is_told(ledger: Ledger) -> None:
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    sign(ledger, "controleur")
    do(ledger, lambda unit: impute_line(unit, 2, "à identifier"))
    with ledger.read() as connection:
        signed = signed_month(connection, "BF", 2026, 3)
        assert signed is not None
        told = changes_since(connection, signed, etat_of(connection, "BF", 2026, 3))
    assert "B-2 n'est plus à passer par le comptable." in told


def test_months_are_signed_in_order_and_once_over(ledger: Ledger) -> None:
    month_of_march(ledger)
    april(ledger, [], 860_000)
    bring(ledger, statement([], "5", 860_000, dt.date(2026, 5, 1), dt.date(2026, 5, 31)))
    assert code_of(lambda: sign(ledger, "comptable-bf", "2026-04")) == "etat_month_not_over"
    sign(ledger, "comptable-bf", now=MAY)
    sign(ledger, "controleur", now=MAY)
    june = MAY.replace(month=6)
    assert code_of(lambda: sign(ledger, "comptable-bf", "2026-05", june)) == "etat_month_order"
    assert sign(ledger, "comptable-bf", "2026-04", june)["part"] == "preparer"


@pytest.mark.parametrize(
    ("name", "code"),
    [("auditeur", "key_needed"), ("controleur", "role_forbidden"), ("comptable-ml", "book_forbidden")],
)
def test_the_preparer_is_the_accountant_of_the_book(name: str, code: str, ledger: Ledger) -> None:
    month_of_march(ledger)
    assert code_of(lambda: sign(ledger, name)) == code


def test_another_persons_key_does_not_sign(ledger: Ledger) -> None:
    month_of_march(ledger)
    act = lambda unit: sign_month(unit, "BF", 2026, 3, signer("controleur"))  # noqa: E731 - one act, used once
    assert code_of(lambda: do(ledger, act)) == "key_unregistered"


def test_signing_needs_declared_people(books_engine: Engine) -> None:
    alone = prepared(books_engine)
    month_of_march(alone)
    assert code_of(lambda: do(alone, lambda u: sign_month(u, "BF", 2026, 3, signer("x")))) == "users_undeclared"


def test_the_signature_is_that_of_the_frozen_content(ledger: Ledger) -> None:
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    with ledger.read() as connection:
        row = connection.execute(select(reconciliation_signoff)).one()
        signature = connection.execute(select(reconciliation_signature)).one()
    assert json.loads(row.content)["adjusted_bank"] == 853_000
    document = {"book": "BF", "month": "2026-03", "part": "preparer", "person": "comptable-bf", "revision": 1,
                "sha256": row.sha256, "signed_at": "2026-04-20T12:00:00.000000Z"}  # fmt: skip
    data = "PC-AES etat de rapprochement 1\n" + json.dumps(document, sort_keys=True, separators=(",", ":"))
    key_of("comptable-bf").public_key().verify(bytes.fromhex(signature.signature), data.encode())


@pytest.mark.parametrize("month", ["2026-13", "03-2026", "2026-3", "mars", "1999-01"])
def test_a_month_is_written_with_its_year(month: str) -> None:
    assert code_of(lambda: parse_month(month)) == "month_unreadable"


def test_ages_and_month_ends() -> None:
    assert [age_class(days) for days in (0, 30, 31, 60, 61, 90, 91, 180, 181, 365, 366)] == [
        "0-30", "0-30", "31-60", "31-60", "61-90", "61-90", "91-180", "91-180", "181-365", "181-365", ">365",
    ]  # fmt: skip
    assert (month_end(2024, 2), month_end(2026, 12)) == (dt.date(2024, 2, 29), dt.date(2026, 12, 31))
    assert EtatFault("x", "y").code == "x"


def test_what_names_nothing_settles_the_oldest_suspense() -> None:
    def moved(number: int, amount: int, *links: Any) -> Moved:
        return Moved(number, f"BF/BQ/2026/{number}:1", "47111", march(number), amount, "frais", links)

    left = open_suspense([moved(1, 10, None, "A", ""), moved(2, 20, None, "B", ""), moved(3, -25, None, "C", "")])
    assert [(one.id, one.left) for one in left] == [("C-BF/BQ/2026/2:1", 5)]
    named = open_suspense([moved(1, 10, None, "A", ""), moved(2, 20, None, "B", ""), moved(3, -20, None, "B", "")])
    assert [(one.id, one.left) for one in named] == [("C-BF/BQ/2026/1:1", 10)]


def test_a_run_after_the_signature_changes_nothing_signed(ledger: Ledger) -> None:
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    run(seen_by(ledger, "comptable-bf"))
    assert sign(ledger, "controleur")["part"] == "reviewer"
