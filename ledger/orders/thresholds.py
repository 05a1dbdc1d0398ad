"""Thresholds: from which amount an order needs further visas, on which legal reference, since when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ledger.refusal import Refusal

VISAS_DEFAULT = 1
"""The prior visa of the financial controller, which no threshold takes away."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `amount` whole francs (included) an order needs `visas` visas; in force from `start`, `end` excluded."""

    amount: int
    visas: int
    start: date
    end: date | None
    act: str

    def in_force(self, day: date) -> bool:
        """True on the days of the threshold."""
        return self.start <= day and (self.end is None or day < self.end)


class VisaMissing(Refusal):
    """The order has fewer visas than its amount needs."""

    code = "visa_missing"
    sentence = (
        "L'ordre de paiement {number} de {amount:F} FCFA n'a pas tous ses visas : attendu {needed}, donné {given}, "
        "manquant {missing} ({act}). Faites donner le visa supplémentaire avant l'ordonnancement."
    )


class ThresholdConflict(Refusal):
    """Two thresholds contradict each other, or one makes no sense."""

    code = "threshold_conflict"
    sentence = (
        "Le seuil de {amount:F} FCFA à partir du {start:D} ne peut pas être enregistré : {fault}. "
        "Attendu : un seul seuil par montant et par jour, avec son acte et au moins deux visas. "
        "Corrigez les dates ou le montant."
    )


def threshold_for(thresholds: Iterable[Threshold], amount: int, day: date) -> Threshold | None:
    """The highest threshold in force on `day` that the amount reaches, or None."""
    reached = [row for row in thresholds if row.in_force(day) and row.amount <= amount]
    return max(reached, key=lambda row: row.amount, default=None)


def visas_needed(thresholds: Iterable[Threshold], amount: int, day: date) -> int:
    """How many visas, each of another person, an order of `amount` francs needs on `day`.

    The most demanding of the thresholds reached: a larger order never needs fewer visas than a smaller one.
    """
    reached = [row.visas for row in thresholds if row.in_force(day) and row.amount <= amount]
    return max([VISAS_DEFAULT, *reached])


def check_visas(number: str, amount: int, given: int, thresholds: Sequence[Threshold], day: date) -> None:
    """The order has every visa that its amount needs on the day of its authorisation. Refuses: visa_missing."""
    needed = visas_needed(thresholds, amount, day)
    if given < needed:
        rule = threshold_for(thresholds, amount, day)
        raise VisaMissing(
            number=number,
            amount=amount,
            needed=needed,
            given=given,
            missing=needed - given,
            act=rule.act if rule else "visa préalable du contrôleur financier",
        )


def check_threshold(new: Threshold, existing: Iterable[Threshold]) -> None:
    """A threshold can be added beside the others: they are ended and added to, never rewritten.

    Refuses: threshold_conflict.
    """
    fault = None
    if new.amount <= 0:
        fault = "montant nul ou négatif"
    elif new.visas <= VISAS_DEFAULT:
        fault = f"{new.visas} visa(s) demandé(s)"
    elif not new.act.strip():
        fault = "acte manquant"
    elif new.end is not None and new.end <= new.start:
        fault = "fin antérieure ou égale au début"
    elif any(row.amount == new.amount and _overlap(row, new) for row in existing):
        fault = "un seuil du même montant est déjà en vigueur pendant cette période"
    if fault:
        raise ThresholdConflict(amount=new.amount, start=new.start, fault=fault)


def _overlap(one: Threshold, other: Threshold) -> bool:
    return (other.end is None or one.start < other.end) and (one.end is None or other.start < one.end)
