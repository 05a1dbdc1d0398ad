"""Suggestions follow past decisions, whatever their order, and decide nothing."""

from datetime import date

from reconcile.matching.rows import BankLine
from reconcile.matching.suggest import Decision, learn, suggest


def line(label: str, amount: int = -5_000, kind: str | None = None) -> BankLine:
    return BankLine(1, "BF", "3/1", 1, date(2026, 3, 2), None, amount, label=label, type=kind)


PAST = [
    *[Decision(line("ABONNEMENT TELEPHONE FICTIF", -12_000 - n), "6281") for n in range(3)],
    Decision(line("ABONNEMENT REVUE", -12_000), "6265"),
    *[Decision(line("VERSEMENT BUREAU DE DOUANE", 900_000 + n), "44871") for n in range(2)],
]


def test_the_choice_made_most_often_for_the_same_words_comes_first() -> None:
    found = suggest(line("ABONNEMENT TELEPHONE MARS", -12_500), learn(PAST))
    assert [x.choice for x in found] == ["6281", "6265"]
    assert found[0].reason == "Choisi 3 fois sur 3 pour « mot TELEPHONE »."
    assert found[0].weight > found[1].weight


def test_the_order_of_past_decisions_changes_nothing() -> None:
    asked = line("ABONNEMENT", -12_500)
    assert suggest(asked, learn(PAST)) == suggest(asked, learn(reversed(PAST)))


def test_nothing_is_suggested_for_a_line_like_no_other() -> None:
    assert suggest(line("ACHAT TERRAIN", -77), learn(PAST)) == ()
    assert suggest(line("ABONNEMENT"), learn([])) == ()


def test_a_suggestion_holds_no_status_and_no_entry() -> None:
    found = suggest(line("ABONNEMENT TELEPHONE"), learn(PAST))[0]
    assert found._fields == ("choice", "weight", "decisions", "reason")
