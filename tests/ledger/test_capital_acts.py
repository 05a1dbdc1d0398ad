"""The capital register act by act, on both engines: what it takes, what it posts, what it refuses."""

from collections.abc import Callable
from typing import Any

import pytest
from capital_books import BILLION, called, day, do, opened, order_entry, played, posted, subscribed
from sqlalchemy import Engine

from ledger.balance import balance_of, known_entry
from ledger.capital.levy_payment import pay_from_levy
from ledger.capital.pay import pay
from ledger.capital.position import capital_position
from ledger.capital.register import add_receipt, call, cancel, pay_from_budget, subscribe
from ledger.capital.rules import Terms
from ledger.capital.terms import read_terms, set_terms
from ledger.check import run_checks
from ledger.correct import reverse_entry
from ledger.refusal import Refusal
from ledger.unit import Ledger
from ledger.users import add_user
from ledger.verify import CHECKS


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    return opened(books_engine)


def balances(ledger: Ledger, book: str) -> dict[str, int]:
    """Debit less credit of the accounts of the capital, at the end of January 2026."""
    accounts = ("2621", "48131", "48132", f"4731{['BF', 'ML', 'NE'].index(book) + 1}", "1851", "1852")
    with ledger.read() as connection:
        found = {one: balance_of(connection, book, one, as_of=day("2026-01-31")) for one in accounts}
    return {account: amount for account, amount in found.items() if amount}


def failing(ledger: Ledger) -> list[str]:
    """The checks that find something."""
    with ledger.read() as connection:
        return [check["name"] for check in run_checks(connection, CHECKS) if not check["ok"]]


def position(ledger: Ledger, text: str = "2026-01-31") -> Any:
    with ledger.read() as connection:
        return capital_position(connection, as_of=day(text), known=known_entry(connection, None))


def refused(act: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        act()
    return caught.value.code


def test_the_capital_in_force_comes_from_a_dated_text(ledger: Ledger) -> None:
    with ledger.read() as connection:
        terms = read_terms(connection)
    assert [(one.total, one.paid_by) for one in terms] == [(500 * BILLION, day("2028-12-31"))]


def test_a_subscription_a_call_and_payments_stand_in_the_books(ledger: Ledger) -> None:
    played(ledger)
    assert balances(ledger, "BF") == {
        "2621": 170 * BILLION,
        "48131": -150 * BILLION,
        "48132": -12 * BILLION,
        "47311": -5 * BILLION,
    }
    burkina = position(ledger).by_state[0]
    assert burkina[:6] == ("BF", 170 * BILLION, 20 * BILLION, 8 * BILLION, 12 * BILLION, 150 * BILLION)
    assert (burkina.paid_from_levy, burkina.paid_from_budget) == (3 * BILLION, 5 * BILLION)
    assert failing(ledger) == []


def test_a_payment_from_the_levy_posts_nothing_itself(ledger: Ledger) -> None:
    subscribed(ledger)
    called(ledger)
    posted(ledger, order_entry("ML", "OP-7", BILLION))
    with ledger.read() as connection:
        before = known_entry(connection, None)
    done = do(ledger, pay_from_levy, "ML", BILLION, day("2025-12-12"), "OP-7")
    with ledger.read() as connection:
        assert known_entry(connection, None) == before
    assert done["entry"] == "ML/OP/2025/1"


def test_a_call_paid_by_another_account_writes_both_books_or_none(ledger: Ledger) -> None:
    subscribed(ledger)
    called(ledger)
    posted(ledger, order_entry("BF", "OP-9", 2 * BILLION))
    do(ledger, pay_from_levy, "ML", 2 * BILLION, day("2025-12-12"), "OP-9", "BF")
    assert balances(ledger, "BF")["1852"] == 2 * BILLION
    assert balances(ledger, "BF")["48132"] == -20 * BILLION
    assert balances(ledger, "ML")["1851"] == -2 * BILLION
    assert balances(ledger, "ML")["48132"] == -18 * BILLION
    assert failing(ledger) == []
    do(ledger, cancel, "pay", "ML", "OP-9", day("2026-01-04"), "compte d'un autre État")
    assert "1852" not in balances(ledger, "BF")
    assert balances(ledger, "ML")["48132"] == -20 * BILLION
    assert failing(ledger) == []


def test_a_cancelled_act_is_taken_back_by_negative_amounts_and_its_line_is_free_again(ledger: Ledger) -> None:
    played(ledger)
    do(ledger, cancel, "pay", "BF", "RECU-1", day("2026-01-04"), "reçu d'un autre versement")
    do(ledger, cancel, "pay", "BF", "OP-1", day("2026-01-04"), "rattaché trop tôt")
    assert position(ledger).by_state[0].paid == 0
    assert position(ledger, "2025-12-31").by_state[0].paid == 8 * BILLION
    assert "47311" not in balances(ledger, "BF")
    assert failing(ledger) == []
    assert refused(lambda: do(ledger, cancel, "pay", "BF", "OP-1", day("2026-01-05"), "encore")) == (
        "capital_act_cancelled"
    )


def test_days_late_count_from_the_due_date(ledger: Ledger) -> None:
    played(ledger)
    do(ledger, pay_from_budget, "BF", 12 * BILLION, day("2025-12-20"), "RECU-2")
    burkina, mali, _ = position(ledger, "2025-12-31").calls
    assert (burkina.remaining, burkina.paid_late, burkina.days_late) == (0, 12 * BILLION, 5)
    assert burkina.completed == day("2025-12-20")
    assert (mali.remaining, mali.days_late) == (20 * BILLION, 16)
    assert position(ledger, "2025-12-15").by_state[1].days_late == 0


REFUSED: dict[str, tuple[str, Callable[[Ledger], Any]]] = {
    "one franc more than the capital": (
        "capital_oversubscribed",
        lambda ledger: do(ledger, subscribe, "NE", 1, day("2025-10-01"), "S-2"),
    ),
    "a subscription dated before, that the later ones do not leave room for": (
        "capital_oversubscribed",
        lambda ledger: do(ledger, subscribe, "NE", 1, day("2025-01-01"), "S-2"),
    ),
    "no text at that date": (
        "capital_terms_missing",
        lambda ledger: do(ledger, subscribe, "NE", 1, day("2020-01-01"), "S-2"),
    ),
    "a call beyond what is subscribed": (
        "capital_called_beyond_subscribed",
        lambda ledger: do(ledger, call, "NE", 140 * BILLION + 1, day("2026-01-02"), day("2026-02-02"), "A-2"),
    ),
    "a call before the subscription": (
        "capital_called_beyond_subscribed",
        lambda ledger: do(ledger, call, "NE", 1, day("2025-08-31"), day("2026-02-02"), "A-2"),
    ),
    "a due date before the call": (
        "capital_due_before_date",
        lambda ledger: do(ledger, call, "NE", 1, day("2026-01-02"), day("2026-01-01"), "A-2"),
    ),
    "a payment beyond what is called": (
        "capital_paid_beyond_called",
        lambda ledger: do(ledger, pay_from_budget, "BF", 12 * BILLION + 1, day("2026-01-02"), "R-2"),
    ),
    "a payment before the call": (
        "capital_paid_beyond_called",
        lambda ledger: do(ledger, pay_from_budget, "BF", 1, day("2025-09-14"), "R-2"),
    ),
    "an amount of zero": (
        "capital_amount",
        lambda ledger: do(ledger, pay_from_budget, "BF", 0, day("2026-01-02"), "R-2"),
    ),
    "the same reference again": (
        "capital_reference_used",
        lambda ledger: do(ledger, pay_from_budget, "BF", 7, day("2026-01-02"), "RECU-1"),
    ),
    "an empty reference": (
        "capital_reference_missing",
        lambda ledger: do(ledger, subscribe, "BF", 7, day("2026-01-02"), " "),
    ),
    "a levy payment without an entry": (
        "capital_entry_missing",
        lambda ledger: do(ledger, pay_from_levy, "NE", 7, day("2026-01-02"), "OP-404"),
    ),
    "an entry of another amount": (
        "capital_entry_missing",
        lambda ledger: do(ledger, pay_from_levy, "NE", 7, day("2026-01-02"), "OP-1", "BF"),
    ),
    "an entry already tied": (
        "capital_entry_missing",
        lambda ledger: do(ledger, pay_from_levy, "ML", 3 * BILLION, day("2026-01-02"), "OP-1", "BF"),
    ),
    "a source that is neither": (
        "capital_source_unknown",
        lambda ledger: do(ledger, pay, "BF", 7, day("2026-01-02"), "gold", "R-3"),
    ),
    "a budget that pays from another book": (
        "capital_budget_book",
        lambda ledger: do(ledger, pay, "BF", 7, day("2026-01-02"), "budget", "R-3", "ML"),
    ),
    "a State that is no shareholder": (
        "book_unknown",
        lambda ledger: do(ledger, subscribe, "XX", 7, day("2026-01-02"), "S-3"),
    ),
    "the cancellation of a call that is paid": (
        "capital_paid_beyond_called",
        lambda ledger: do(ledger, cancel, "call", "BF", "APPEL-1", day("2026-01-02"), "erreur"),
    ),
    "the cancellation of nothing": (
        "capital_act_unknown",
        lambda ledger: do(ledger, cancel, "pay", "NE", "OP-404", day("2026-01-02"), "erreur"),
    ),
    "a second receipt": (
        "capital_receipt_known",
        lambda ledger: do(ledger, add_receipt, "BF", "RECU-1", "R-9", day("2026-01-02")),
    ),
    "a capital below what is subscribed": (
        "capital_terms_below_subscribed",
        lambda ledger: do(
            ledger, set_terms, Terms(day("2026-01-01"), 499 * BILLION, day("2028-12-31"), "texte fictif")
        ),
    ),
    "a text of a date that has one": (
        "capital_terms_dated",
        lambda ledger: do(
            ledger, set_terms, Terms(day("2024-07-06"), 700 * BILLION, day("2028-12-31"), "texte fictif")
        ),
    ),
    "a text without its reference": (
        "capital_terms_unreadable",
        lambda ledger: do(ledger, set_terms, Terms(day("2026-01-01"), 700 * BILLION, day("2028-12-31"), " ")),
    ),
    "a cancellation dated before its act": (
        "capital_cancelled_before",
        lambda ledger: do(ledger, cancel, "pay", "BF", "RECU-1", day("2025-12-10"), "erreur"),
    ),
    "a cancellation without a reason": (
        "reason_missing",
        lambda ledger: do(ledger, cancel, "pay", "BF", "RECU-1", day("2026-01-04"), " "),
    ),
    "two entries of one reference and amount": (
        "capital_entry_several",
        lambda ledger: (
            posted(ledger, order_entry("ML", "OP-8", 5), order_entry("ML", "OP-8", 5)),
            do(ledger, pay_from_levy, "ML", 5, day("2026-01-02"), "OP-8"),
        ),
    ),
    "an entry of the register corrected by hand": (
        "entry_of_an_act",
        lambda ledger: do(ledger, reverse_entry, "BF/CA/2025/1", "negative", "à la main"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_the_register_refuses(name: str, sqlite_books: Any) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    ledger = opened(engine)
    played(ledger)
    code, act = REFUSED[name]
    before = position(ledger)
    assert refused(lambda: act(ledger)) == code
    assert position(ledger) == before
    assert failing(ledger) == []
    engine.dispose()


def test_verify_shows_a_levy_entry_that_was_taken_back_afterwards(ledger: Ledger) -> None:
    played(ledger)
    do(ledger, reverse_entry, "BF/OP/2025/1", "negative", "ordre annulé")
    assert failing(ledger) == ["capital_levy"]


def test_an_accountant_keeps_the_part_of_their_own_state(ledger: Ledger) -> None:
    do(ledger, add_user, "admin", "administrator")
    admin = Ledger(ledger.engine, "admin", clock=ledger._clock)
    do(admin, add_user, "comptable-ml", "accountant", "ML")
    mali = Ledger(ledger.engine, "comptable-ml", clock=ledger._clock)
    assert do(mali, subscribe, "ML", 5, day("2025-09-01"), "S-1")["entry"] == "ML/CA/2025/1"
    assert refused(lambda: do(mali, subscribe, "BF", 5, day("2025-09-01"), "S-1")) == "book_forbidden"
    assert refused(lambda: do(admin, subscribe, "BF", 5, day("2025-09-01"), "S-1")) == "role_forbidden"


def test_a_new_text_raises_the_capital_from_its_date(ledger: Ledger) -> None:
    subscribed(ledger)
    do(ledger, set_terms, Terms(day("2026-01-01"), 600 * BILLION, day("2029-12-31"), "texte fictif"))
    assert refused(lambda: do(ledger, subscribe, "BF", 1, day("2025-12-31"), "S-2")) == "capital_oversubscribed"
    do(ledger, subscribe, "BF", 100 * BILLION, day("2026-01-01"), "S-2")
    assert position(ledger).total == 600 * BILLION
    assert position(ledger, "2025-12-31").total == 500 * BILLION
