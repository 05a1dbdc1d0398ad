"""What the capital register takes: an ordered list of refusals, pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.money import AMOUNT_MAX
from ledger.refusal import Refusal

KINDS = {"subscribe": "la souscription", "call": "l'appel", "pay": "le versement"}
SOURCES = ("levy", "budget")


class Terms(NamedTuple):
    """The capital in force from a date on, in whole francs, and the day by which it must be paid."""

    from_date: dt.date
    total: int
    paid_by: dt.date
    legal_reference: str


class Act(NamedTuple):
    """One act of the register. `amount` is negative in an act that cancels another (`cancels`: its identifier)."""

    kind: str
    state: str
    amount: int
    date: dt.date
    reference: str
    due: dt.date | None = None
    source: str | None = None
    book: str = ""
    id: int = 0
    cancels: int | None = None


class AmountNotPositive(Refusal):
    """An act of the register is for a positive amount."""

    code = "capital_amount"
    sentence = "Capital, {act} {reference} : le montant est {amount:F}, attendu un nombre de francs de 1 à {most:F}."


class ReferenceEmpty(Refusal):
    """Every act bears a reference."""

    code = "capital_reference_missing"
    sentence = "Capital, {act} de {state} du {day:D} : la référence est vide. Indiquez celle de la pièce (--reference)."


class ReferenceUsed(Refusal):
    """The reference already names an act of the same kind of that State."""

    code = "capital_reference_used"
    sentence = (
        "Capital, {act} {reference} de {state} : cette référence est déjà au registre, pour {found:F} le {day:D}. "
        "Rien n'a été ajouté ; employez la référence propre à la nouvelle pièce."
    )


class DueBeforeDate(Refusal):
    """A call falls due on its own day at the earliest."""

    code = "capital_due_before_date"
    sentence = (
        "Capital, l'appel {reference} de {state} est daté du {day:D} et son échéance du {due:D} : l'échéance ne peut "
        "pas précéder l'appel. Corrigez --due."
    )


class SourceUnknown(Refusal):
    """A payment comes from the levy or from the State's budget."""

    code = "capital_source_unknown"
    sentence = "Capital, le versement {reference} : la source « {found} » n'existe pas. Attendu levy ou budget."
    exit_code = 2


class TermsMissing(Refusal):
    """No text fixes the capital at that date."""

    code = "capital_terms_missing"
    sentence = (
        "Capital, la souscription {reference} du {day:D} : aucun texte ne fixe le capital à cette date. "
        "Faites enregistrer le texte (« pcaes capital terms »), ou corrigez la date."
    )


class Oversubscribed(Refusal):
    """The subscriptions of the three States would exceed the capital."""

    code = "capital_oversubscribed"
    sentence = (
        "Capital, la souscription {reference} de {state} pour {amount:F} est refusée : au {day:D} le capital est de "
        "{total:F}, {subscribed:F} sont déjà souscrits, il reste {left:F} à souscrire (dépassement {excess:F}). "
        "Corrigez le montant."
    )


class CalledBeyondSubscribed(Refusal):
    """A State would be called beyond what it has subscribed."""

    code = "capital_called_beyond_subscribed"
    sentence = (
        "Capital, {act} {reference} de {state} pour {amount:F} ne passe pas : au {day:D}, {subscribed:F} sont "
        "souscrits et {called:F} seraient appelés (dépassement {excess:F}). Corrigez le montant ou la date."
    )


class PaidBeyondCalled(Refusal):
    """A State would have paid more than what is called."""

    code = "capital_paid_beyond_called"
    sentence = (
        "Capital, {act} {reference} de {state} pour {amount:F} ne passe pas : au {day:D}, {called:F} sont appelés et "
        "{paid:F} seraient versés (dépassement {excess:F}). Corrigez le montant ou la date, ou enregistrez l'appel."
    )


class CancelledBefore(Refusal):
    """An act is cancelled on its own day at the earliest."""

    code = "capital_cancelled_before"
    sentence = "Capital, {act} {reference} est du {day:D} : son annulation ne peut pas être datée du {asked:D}."


def terms_at(terms: Iterable[Terms], day: dt.date) -> Terms | None:
    """The terms in force on a day."""
    past = [one for one in terms if one.from_date <= day]
    return max(past, key=lambda one: one.from_date) if past else None


def total_at(acts: Iterable[Act], kind: str, day: dt.date, state: str | None = None) -> int:
    """What the register says on a day: the sum of one kind of acts, cancellations included."""
    return sum(act.amount for act in acts if act.kind == kind and act.date <= day and state in (None, act.state))


def check_act(act: Act, register: Sequence[Act], terms: Sequence[Terms]) -> None:
    """Refuse an act that the register cannot take, at its own date and at every later one.

    Refuses: capital_amount, capital_reference_missing, capital_reference_used, capital_due_before_date,
    capital_source_unknown, capital_terms_missing, capital_oversubscribed, capital_called_beyond_subscribed,
    capital_paid_beyond_called, capital_cancelled_before.
    """
    name = KINDS[act.kind]
    if not act.reference.strip():
        raise ReferenceEmpty(act=name, state=act.state, day=act.date)
    if act.cancels is None and not 1 <= act.amount <= AMOUNT_MAX:
        raise AmountNotPositive(act=name, reference=act.reference, amount=act.amount, most=AMOUNT_MAX)
    for other in register:
        if (other.kind, other.state, other.reference) == (act.kind, act.state, act.reference):
            raise ReferenceUsed(act=name, reference=act.reference, state=act.state, found=other.amount, day=other.date)
        if act.cancels is not None and other.id == act.cancels and other.date > act.date:
            raise CancelledBefore(act=name, reference=other.reference, day=other.date, asked=act.date)
    if act.due is not None and act.due < act.date:
        raise DueBeforeDate(reference=act.reference, state=act.state, day=act.date, due=act.due)
    if act.kind == "pay" and act.source not in SOURCES:
        raise SourceUnknown(reference=act.reference, found=act.source or "")
    _check_sums(act, register, terms)


def _check_sums(act: Act, register: Sequence[Act], terms: Sequence[Terms]) -> None:
    after = [*register, act]
    days = {act.date, *(one.date for one in register), *(one.from_date for one in terms)}
    for day in sorted(one for one in days if one >= act.date):
        if act.kind == "subscribe":
            _check_total(act, after, terms, day)
        subscribed, called, paid = (total_at(after, kind, day, act.state) for kind in ("subscribe", "call", "pay"))
        facts = {
            "act": KINDS[act.kind], "reference": act.reference, "state": act.state, "amount": act.amount, "day": day,
            "called": called,
        }  # fmt: skip
        if act.kind != "pay" and called > subscribed:
            raise CalledBeyondSubscribed(subscribed=subscribed, excess=called - subscribed, **facts)
        if act.kind != "subscribe" and paid > called:
            raise PaidBeyondCalled(paid=paid, excess=paid - called, **facts)


def _check_total(act: Act, after: Sequence[Act], terms: Sequence[Terms], day: dt.date) -> None:
    now = terms_at(terms, day)
    if now is None:
        raise TermsMissing(reference=act.reference, day=day)
    subscribed = total_at(after, "subscribe", day)
    if subscribed > now.total:
        before = subscribed - act.amount
        raise Oversubscribed(
            reference=act.reference, state=act.state, amount=act.amount, day=day, total=now.total, subscribed=before,
            left=max(now.total - before, 0), excess=subscribed - now.total,
        )  # fmt: skip
