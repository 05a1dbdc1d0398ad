"""Equal payments that come back, and searches for groups that end without one answer. All data is fictitious."""

from datetime import date, timedelta

import pytest

from reconcile.matching.config import MatchConfig
from reconcile.matching.engine import match
from reconcile.matching.rows import BankLine, BookLine, Outcome

START = date(2026, 1, 28)
RENT = -300_000


def seen(number: int, days: int, amount: int = RENT, **more: object) -> BankLine:
    """A bank line without reference, so many days after the start."""
    day = START + timedelta(days=days)
    return BankLine(number, "BF", "1/1", number, day, day, amount, label="VIREMENT")._replace(**more)


def booked(number: int, days: int, amount: int = RENT, document: str = "", **more: object) -> BookLine:
    """An entry without reference, so many days after the start."""
    return BookLine((number, 1), "BF", START + timedelta(days=days), amount, ("", document))._replace(**more)


def ties(outcome: Outcome) -> list[tuple[int, int]]:
    """The confirmed pairs."""
    return [(one.bank_ids[0], one.book_ids[0][0]) for one in outcome.with_status("confirmed")]


RENTS = [booked(1, 0), booked(2, 30), booked(3, 61)]


def test_three_rents_each_paid_at_its_time_are_told_apart_by_their_dates() -> None:
    after = match([seen(1, 1), seen(2, 33), seen(3, 61)], RENTS)

    assert ties(after) == [(1, 1), (2, 2), (3, 3)]
    assert after.matches[0].reason == (
        "Montant -300\u00a0000\u00a0F répété 3 fois de chaque côté, dans l'ordre des dates une seule réponse possible, "
        "écart de date 1 jour ouvré."
    )


@pytest.mark.parametrize(
    ("case", "bank"),
    [
        ("one is not seen yet", [seen(1, 1), seen(2, 33)]),
        ("one is missing in the middle", [seen(1, 1), seen(3, 61)]),
        ("one comes too late", [seen(1, 1), seen(2, 55), seen(3, 61)]),
        ("all come a month late", [seen(1, 30), seen(2, 61), seen(3, 91)]),
        ("one is seen twice", [seen(1, 1), seen(2, 33), seen(3, 61), seen(4, 62)]),
        ("another payee", [seen(1, 1), seen(2, 33, counterparty="Garage Exemple"), seen(3, 61)]),
    ],
)
def test_a_series_with_any_doubt_is_left_to_a_person_whole(case: str, bank: list[BankLine]) -> None:
    rents = [rent._replace(counterparty="Immeuble Fictif") for rent in RENTS]

    after = match(bank, rents)

    assert ties(after) == [], case
    assert {one.status for one in after.matches} <= {"ambiguous", "proposed"}


def test_two_payments_of_one_amount_within_a_fortnight_are_no_series() -> None:
    assert ties(match([seen(1, 0), seen(2, 14)], [booked(1, 0), booked(2, 14)])) == []
    assert ties(match([seen(1, 0), seen(2, 15)], [booked(1, 0), booked(2, 15)])) == [(1, 1), (2, 2)]


def test_a_search_that_ends_at_its_bound_says_so_with_the_nearest_alternative() -> None:
    entries = [booked(place, 0, -(3**place), "BORD-77") for place in range(1, 13)]
    line = seen(1, 1, -(3**12 + 2), customer_reference="BORD-77")

    after = match([line], entries, config=MatchConfig(group_states=32))

    assert [(one.pass_name, one.status, one.bank_ids, one.book_ids) for one in after.matches] == [
        ("group", "undecided", (1,), ())
    ]
    assert after.matches[0].reason == (
        "Indécis dans la limite : 12 écritures peuvent entrer dans -531\u00a0443\u00a0F (BORD-77), plus de 32 sommes "
        "partielles ; la recherche s'arrête sans réponse."
    )
    assert after.matches[0].nearest_rejected == (
        "Écartées : la somme des 12 candidates, -797\u00a0160\u00a0F, écart 265\u00a0717\u00a0F ; la plus proche "
        "seule, -531\u00a0441\u00a0F du 28/01/2026, écart -2\u00a0F."
    )
    assert [one.undecided for one in after.passes if one.name == "group"] == [1]


def test_too_many_candidates_are_undecided_from_the_books_side_too() -> None:
    lines = [seen(place, 1, -(2**place), customer_reference="LOT-9") for place in range(1, 20)]

    after = match(lines, [booked(1, 0, -(2**18 + 6), "LOT-9")], config=MatchConfig(group_candidates=10))

    assert [(one.status, one.bank_ids, one.book_ids) for one in after.matches] == [("undecided", (), ((1, 1),))]
    assert after.matches[0].reason.startswith("Indécis dans la limite : 19 lignes de relevé peuvent entrer dans")


def test_several_solutions_are_counted() -> None:
    entries = [booked(place, 0, -amount, "BORD-77") for place, amount in enumerate((500, 500, 300, 200), start=1)]

    after = match([seen(1, 1, -800, customer_reference="BORD-77")], entries)

    assert [(one.status, one.book_ids) for one in after.matches] == [
        ("ambiguous", ((1, 1), (2, 1), (3, 1), (4, 1)))
    ]  # fmt: skip
    assert after.matches[0].reason.startswith("Plusieurs solutions : 2 combinaisons d'écritures font -800\u00a0F parmi")


def test_a_payee_with_several_possible_groups_is_shown_and_not_guessed() -> None:
    entries = [
        booked(place, 0, -amount, counterparty="Garage Exemple") for place, amount in enumerate((50, 50, 30, 20), 1)
    ]
    after = match([seen(1, 1, -80, counterparty="Garage Exemple")], entries)
    assert [one.status for one in after.matches] == ["ambiguous"]
    assert after.matches[0].reason.startswith("Plusieurs solutions : 2 ")
