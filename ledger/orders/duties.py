"""Separation of duties: who asks, who gives the visa, who orders and who pays are different people."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from ledger.orders.stages import ACCOUNTANT, CONTROLLER, OFFICER, REQUESTER, Move
from ledger.refusal import Refusal

DUTY_OF_ROLE = {REQUESTER: "request", CONTROLLER: "visa", OFFICER: "authorise", ACCOUNTANT: "pay"}
"""Every move belongs to the duty of the office that makes it; acceptance and payment are one duty."""

DUTY_TITLES = {
    "request": "demande et certification",
    "visa": "visa",
    "authorise": "ordonnancement",
    "pay": "prise en charge et paiement",
}


@dataclass(frozen=True, slots=True)
class Performed:
    """One act already made on the order. `nationality` is the person's, as a country code, or None."""

    duty: str
    person: str
    nationality: str | None = None
    book: str | None = None


@dataclass(frozen=True, slots=True)
class NationalityRule:
    """The dated option that asks for three nationalities: visa, authorisation and payment."""

    start: date
    end: date | None
    act: str

    def in_force(self, day: date) -> bool:
        """True on the days of the rule, `end` excluded."""
        return self.start <= day and (self.end is None or day < self.end)


class DutyConflict(Refusal):
    """One person would hold two incompatible duties on the same order."""

    code = "duty_conflict"
    sentence = (
        "L'ordre de paiement {number} : {person} a déjà fait l'acte « {done} » et ne peut pas faire l'acte "
        "« {asked} ». Attendu : des personnes différentes pour la demande, le visa, l'ordonnancement et le paiement. "
        "Faites-le faire par une autre personne habilitée."
    )


class VisaTwice(Refusal):
    """The same controller would give two of the visas that a threshold asks for."""

    code = "visa_twice"
    sentence = (
        "L'ordre de paiement {number} : {person} a déjà donné un visa. Attendu : des visas de personnes différentes. "
        "Faites donner le visa supplémentaire par un autre contrôleur."
    )


class NationalityConflict(Refusal):
    """The optional rule asks for different nationalities."""

    code = "nationality_rule"
    sentence = (
        "L'ordre de paiement {number} : {person} et {other} ont la même nationalité, ou une nationalité n'est pas "
        "enregistrée ({nationality}). Attendu : trois nationalités différentes pour le visa, l'ordonnancement et le "
        "paiement ({act}). "
        "Faites-le faire par une personne d'une autre nationalité."
    )


def duty_of(step: Move) -> str:
    """The duty that a move belongs to."""
    return DUTY_OF_ROLE[step.role]


def check_duties(number: str, new: Performed, past: Iterable[Performed]) -> None:
    """Nobody makes two of the moves request, visa, authorise and pay on one order; there is no exception.

    A confirmation or a requisition belongs to the authorising duty, so two holders of the office may act on
    one order; two visas come from two controllers. Refuses: duty_conflict, visa_twice.
    """
    for done in past:
        if done.person != new.person:
            continue
        if done.duty != new.duty:
            raise DutyConflict(
                number=number, person=new.person, done=DUTY_TITLES[done.duty], asked=DUTY_TITLES[new.duty]
            )
        if new.duty == "visa":
            raise VisaTwice(number=number, person=new.person)


def check_nationalities(
    number: str, new: Performed, past: Iterable[Performed], rules: Iterable[NationalityRule], day: date
) -> None:
    """Where the option is in force: visa, authorisation and payment are of three nationalities.

    Accountants of two books are not compared with each other, nor two controllers, nor two holders of the
    office: the rule separates duties. A nationality that is not recorded cannot be shown to differ, so it is
    refused. Refuses: nationality_rule.
    """
    rule = next((rule for rule in rules if rule.in_force(day)), None)
    if rule is None or new.duty == "request":
        return
    for done in past:
        if done.duty in ("request", new.duty):
            continue
        if new.nationality is None or done.nationality is None or done.nationality == new.nationality:
            raise NationalityConflict(
                number=number,
                person=new.person,
                other=done.person,
                nationality=new.nationality or "non enregistrée",
                act=rule.act,
            )


def conflicts(performed: Iterable[Performed]) -> list[tuple[str, list[str]]]:
    """Every person found in two duties or more of one order: the re-check made from the events alone."""
    duties: dict[str, list[str]] = {}
    for act in performed:
        held = duties.setdefault(act.person, [])
        if act.duty not in held:
            held.append(act.duty)
    found = [(person, sorted(held)) for person, held in duties.items() if any(pairwise(held))]
    return sorted(found)
