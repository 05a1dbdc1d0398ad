"""Credits left on the suspense account: proposed for regularisation once customs have declared the remittance."""

from datetime import date

import pytest
from levying import month, take
from sqlalchemy import Engine

from ledger.unit import Ledger
from reconcile.impute import impute_line
from reconcile.proposed_regularisations import ProposedRegularisation, proposed_regularisations
from reconcile.regularise import regularise
from tests.reconcile.banked import Seen, bring, do, march, prepared, run, statement

EARLY = Seen(march(10), 900_000, "VIR RECU TRESOR FICTIF REV BF901 202602", bank_reference="B77")
MUTE = Seen(march(12), 750_000, "VIREMENT RECU SANS MENTION")


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books, three bound accounts, no user."""
    return prepared(books_engine)


def imputed(ledger: Ledger, *lines: Seen) -> None:
    """The credits arrive before customs declare anything, and go to 47121."""
    bring(ledger, statement(lines))
    run(ledger)
    for place in range(1, len(lines) + 1):
        do(ledger, lambda unit, place=place: impute_line(unit, place, "à identifier"))


def declared(ledger: Ledger, amount: int, reference: str, office: str = "BF901", period: str = "2026-02") -> None:
    """Customs declare a remittance of the tenth of March."""
    row = month(office, period, amount * 200, amount, reference=reference, day="2026-03-10")
    take(ledger, row, name=f"{office}-{period}-{amount}.csv")


def proposed(ledger: Ledger) -> list[ProposedRegularisation]:
    """What is proposed in the book BF."""
    with ledger.read() as connection:
        return proposed_regularisations(connection, "BF")


def brief(ledger: Ledger) -> list[tuple[str, str, int, str]]:
    """Entry, reference, amount and how it was found."""
    return [(one.entry, one.reference, one.amount, one.found_by) for one in proposed(ledger)]


def test_nothing_is_proposed_before_customs_declare(ledger: Ledger) -> None:
    imputed(ledger, EARLY)
    assert proposed(ledger) == []


def test_the_credit_is_proposed_when_its_reference_is_declared_and_no_more_once_regularised(ledger: Ledger) -> None:
    imputed(ledger, EARLY, MUTE)
    declared(ledger, 900_000, "REV-BF901-2026-02")
    (one,) = proposed(ledger)
    assert (one.entry, one.account, one.to, one.reference) == ("BF/BQ/2026/1", "47121", "44871", "REV-BF901-2026-02")
    assert (one.left, one.rest, one.amount, one.found_by) == (900_000, 900_000, 900_000, "reference")
    assert (one.date, one.reason) == (
        date(2026, 3, 10),
        "Porte la référence REV-BF901-2026-02, déclarée depuis ; reste à créditer 900\u00a0000.",
    )
    do(ledger, lambda u: regularise(u, one.entry, one.to, one.reason, reference=one.reference, amount=one.amount))
    assert proposed(ledger) == []


def test_more_than_what_is_declared_is_never_proposed(ledger: Ledger) -> None:
    imputed(ledger, EARLY)
    declared(ledger, 850_000, "REV-BF901-2026-02")
    (one,) = proposed(ledger)
    assert (one.amount, one.left, one.rest) == (850_000, 900_000, 850_000)
    assert one.reason.endswith("; 50\u00a0000 restent à expliquer.")


def test_a_credit_without_words_is_known_by_the_amount_of_one_remittance_alone(ledger: Ledger) -> None:
    imputed(ledger, MUTE)
    declared(ledger, 750_000, "REV-BF901-2026-02")
    assert brief(ledger) == [("BF/BQ/2026/1", "REV-BF901-2026-02", 750_000, "amount")]


def test_two_remittances_of_the_same_amount_are_never_guessed(ledger: Ledger) -> None:
    imputed(ledger, MUTE)
    declared(ledger, 750_000, "REV-BF901-2026-02")
    declared(ledger, 750_000, "REV-BF902-2026-02", office="BF902")
    assert brief(ledger) == []


def test_two_credits_of_the_same_amount_are_never_guessed(ledger: Ledger) -> None:
    imputed(ledger, MUTE, MUTE._replace(day=march(13)))
    declared(ledger, 750_000, "REV-BF901-2026-02")
    assert brief(ledger) == []


def test_an_amount_alone_a_season_later_proves_nothing(ledger: Ledger) -> None:
    imputed(ledger, MUTE._replace(day=march(31)))
    row = month("BF901", "2026-01", 150_000_000, 750_000, reference="REV-BF901-2026-01", day="2026-02-10")
    take(ledger, row)
    assert brief(ledger) == []


def test_two_credits_under_one_reference_share_what_is_declared(ledger: Ledger) -> None:
    imputed(ledger, EARLY, EARLY._replace(day=march(11), amount=100_000))
    declared(ledger, 950_000, "REV-BF901-2026-02")
    assert brief(ledger) == [
        ("BF/BQ/2026/1", "REV-BF901-2026-02", 900_000, "reference"),
        ("BF/BQ/2026/2", "REV-BF901-2026-02", 50_000, "reference"),
    ]


def test_what_the_books_have_credited_meanwhile_is_no_longer_proposed(ledger: Ledger) -> None:
    imputed(ledger, EARLY, EARLY._replace(day=march(11), amount=100_000))
    declared(ledger, 950_000, "REV-BF901-2026-02")
    first = proposed(ledger)[0]
    do(ledger, lambda u: regularise(u, first.entry, first.to, first.reason, reference=first.reference))
    assert [(one.entry, one.rest, one.amount) for one in proposed(ledger)] == [("BF/BQ/2026/2", 50_000, 50_000)]
