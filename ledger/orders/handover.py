"""Orders in hand when the office changes: the successor confirms or returns each before it goes on."""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.mandates.mandate import Mandate
from ledger.orders.stages import ACCEPTED, AUTHORISED, REQUISITIONED, SUSPENDED
from ledger.refusal import Refusal

IN_HAND = (AUTHORISED, SUSPENDED, REQUISITIONED, ACCEPTED)
"""Ordered and not paid: the stages that wait for the successor."""

HELD_ACTS = ("accept", "regularise", "pay", "requisition")
"""Acts that would spend on the word of an officer who has left. Suspending, returning and cancelling stay open."""


@dataclass(frozen=True, slots=True)
class SignedUnder:
    """One signature on a charge of an order: the act, and the mandate it was given under."""

    act: str
    mandate_id: int


class OrderAwaitsConfirmation(Refusal):
    """The order was signed by a predecessor and the holder has not confirmed it."""

    code = "order_awaits_confirmation"
    sentence = (
        "L'ordre de paiement {number} a été ordonnancé par {former}, dont le mandat a pris fin. "
        "Attendu : la confirmation ou le renvoi par {holder}, ordonnateur en fonction. "
        "Demandez-lui de se prononcer avant tout paiement."
    )


def awaits_confirmation(stage: str, signatures: Iterable[SignedUnder], holder: Mandate) -> bool:
    """True when a charge is ordered, unpaid, and bears no signature given under the mandate in force.

    A return of the same minister under another mandate asks for a new confirmation too: the powers are the mandate's.
    """
    if stage not in IN_HAND:
        return False
    given = [row.mandate_id for row in signatures if row.act in ("authorise", "confirm")]
    return holder.id not in given


def check_confirmed(
    number: str, act: str, stage: str, signatures: Iterable[SignedUnder], holder: Mandate, former: str
) -> None:
    """The act does not spend on a predecessor's word alone. Refuses: order_awaits_confirmation."""
    if act in HELD_ACTS and awaits_confirmation(stage, signatures, holder):
        raise OrderAwaitsConfirmation(number=number, former=former, holder=holder.person)
