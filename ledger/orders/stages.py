"""The stages of an order and the moves between them, as one table: no other move exists."""

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.refusal import Refusal

DRAFT, COMMITTED, VISA, VERIFIED = "draft", "committed", "visa", "verified"
AUTHORISED, ACCEPTED, PAID, CLEARED = "authorised", "accepted", "paid", "cleared"
REJECTED, SUSPENDED, REQUISITIONED = "rejected", "suspended", "requisitioned"
RETURNED, BANK_RETURNED, CANCELLED = "returned", "bank_returned", "cancelled"

STAGE_TITLES = {
    DRAFT: "projet",
    COMMITTED: "engagé",
    VISA: "visé",
    VERIFIED: "liquidé",
    AUTHORISED: "ordonnancé",
    ACCEPTED: "pris en charge",
    PAID: "payé",
    CLEARED: "vu au relevé",
    REJECTED: "rejeté",
    SUSPENDED: "suspendu",
    REQUISITIONED: "réquisitionné",
    RETURNED: "renvoyé à l'ordonnateur",
    BANK_RETURNED: "revenu impayé",
    CANCELLED: "annulé",
}
"""Every stage with the word printed for it."""

ACT_TITLES = {
    "commit": "engagement",
    "visa": "visa",
    "verify": "liquidation",
    "authorise": "ordonnancement",
    "reject": "rejet",
    "cancel": "annulation",
    "accept": "prise en charge",
    "regularise": "régularisation",
    "suspend": "suspension",
    "resume": "levée de la suspension",
    "requisition": "réquisition",
    "confirm": "confirmation",
    "pay": "paiement",
    "return": "retour",
    "clear": "vu au relevé",
    "unclear": "retrait du vu au relevé",
}
"""Every act with the word printed for it; the command line and the files keep its code."""

REQUESTER, CONTROLLER, OFFICER, ACCOUNTANT = "requester", "controller", "officer", "accountant"

VISA_FIRST, VERIFICATION_FIRST = "visa_first", "verification_first"
SEQUENCES = {VISA_FIRST: (VISA, VERIFIED), VERIFICATION_FIRST: (VERIFIED, VISA)}
"""The two orders of visa and verification; each order keeps the one in force when it was created."""

ORDER, CHARGE = "order", "charge"


@dataclass(frozen=True, slots=True)
class Move:
    """One legal move. `level` is `order` (one for the whole order) or `charge` (one per national book)."""

    source: str
    act: str
    target: str
    role: str
    level: str = ORDER
    posts: str | None = None
    """What is entered in the books: a name of `ledger.orders.postings`, or None."""
    reason: bool = False
    """A written reason is needed."""
    signed: bool = False
    """The act bears the officer's signature."""


class OrderMoveIllegal(Refusal):
    """The table has no such move from that stage."""

    code = "order_move_illegal"
    sentence = (
        "L'acte « {act} » n'est pas possible sur un ordre au stade « {stage} ». Actes possibles à ce stade : {legal}. "
        "Suivez l'ordre des stades."
    )


class OrderReasonMissing(Refusal):
    """The act must be motivated in writing."""

    code = "order_reason_missing"
    sentence = "L'acte « {act} » demande un motif écrit ; aucun n'est donné. Ajoutez le motif."


class OrderRoleWrong(Refusal):
    """The act belongs to another office."""

    code = "order_role_wrong"
    sentence = (
        "L'acte « {act} » sur un ordre au stade « {stage} » n'appartient pas à {person}. "
        "Attendu : {expected} ; trouvé : {found}. Faites-le faire par la personne habilitée."
    )


ROLE_TITLES = {
    REQUESTER: "gestionnaire",
    CONTROLLER: "contrôleur financier",
    OFFICER: "ordonnateur",
    ACCOUNTANT: "comptable",
}


def moves(sequence: str = VISA_FIRST) -> tuple[Move, ...]:
    """The whole table for one sequence of visa and verification, in the order of an order's life."""
    first, second = SEQUENCES[sequence]
    before_visa = COMMITTED if first == VISA else first
    act_of = {VISA: ("visa", CONTROLLER), VERIFIED: ("verify", REQUESTER)}
    prepared = (
        Move(DRAFT, "commit", COMMITTED, REQUESTER),
        Move(COMMITTED, act_of[first][0], first, act_of[first][1]),
        Move(first, act_of[second][0], second, act_of[second][1]),
        Move(second, "authorise", AUTHORISED, OFFICER, signed=True),
        Move(before_visa, "reject", REJECTED, CONTROLLER, reason=True),
        Move(second, "reject", REJECTED, OFFICER, reason=True),
    )
    withdrawn = tuple(
        Move(stage, "cancel", CANCELLED, REQUESTER, reason=True) for stage in (DRAFT, COMMITTED, first, second)
    )
    visaed = (VISA, VERIFIED) if first == VISA else (VISA,)
    further = tuple(Move(stage, "visa", stage, CONTROLLER) for stage in visaed)  # where a threshold asks for more
    return prepared + further + withdrawn + _AFTER_SIGNATURE


_AFTER_SIGNATURE = (
    Move(AUTHORISED, "accept", ACCEPTED, ACCOUNTANT, CHARGE, posts="acceptance"),
    Move(AUTHORISED, "regularise", CLEARED, ACCOUNTANT, CHARGE, posts="regularisation"),
    Move(AUTHORISED, "suspend", SUSPENDED, ACCOUNTANT, CHARGE, reason=True),
    Move(ACCEPTED, "suspend", SUSPENDED, ACCOUNTANT, CHARGE, posts="acceptance_reversal", reason=True),
    Move(SUSPENDED, "resume", AUTHORISED, ACCOUNTANT, CHARGE, reason=True),
    Move(SUSPENDED, "requisition", REQUISITIONED, OFFICER, CHARGE, reason=True, signed=True),
    Move(SUSPENDED, "return", RETURNED, ACCOUNTANT, CHARGE, reason=True),
    Move(REQUISITIONED, "accept", ACCEPTED, ACCOUNTANT, CHARGE, posts="acceptance"),
    Move(ACCEPTED, "pay", PAID, ACCOUNTANT, CHARGE, posts="payment"),
    Move(PAID, "clear", CLEARED, ACCOUNTANT, CHARGE),
    Move(CLEARED, "unclear", PAID, ACCOUNTANT, CHARGE, reason=True),
    Move(PAID, "return", BANK_RETURNED, ACCOUNTANT, CHARGE, posts="bank_return", reason=True),
    Move(CLEARED, "return", BANK_RETURNED, ACCOUNTANT, CHARGE, posts="bank_return", reason=True),
    Move(AUTHORISED, "cancel", CANCELLED, OFFICER, CHARGE, reason=True),
    Move(SUSPENDED, "cancel", CANCELLED, OFFICER, CHARGE, reason=True),
    Move(REQUISITIONED, "cancel", CANCELLED, OFFICER, CHARGE, reason=True),
    Move(ACCEPTED, "cancel", CANCELLED, OFFICER, CHARGE, posts="acceptance_reversal", reason=True),
    Move(AUTHORISED, "confirm", AUTHORISED, OFFICER, CHARGE, signed=True),
    Move(SUSPENDED, "confirm", SUSPENDED, OFFICER, CHARGE, signed=True),
    Move(REQUISITIONED, "confirm", REQUISITIONED, OFFICER, CHARGE, signed=True),
    Move(ACCEPTED, "confirm", ACCEPTED, OFFICER, CHARGE, signed=True),
    Move(AUTHORISED, "return", RETURNED, OFFICER, CHARGE, reason=True),
    Move(REQUISITIONED, "return", RETURNED, OFFICER, CHARGE, reason=True),
    Move(ACCEPTED, "return", RETURNED, OFFICER, CHARGE, posts="acceptance_reversal", reason=True),
)

_LEAST_FIRST = (
    SUSPENDED, REQUISITIONED, AUTHORISED, ACCEPTED, BANK_RETURNED, PAID, CLEARED, RETURNED, CANCELLED,
)  # fmt: skip


def move(stage: str, act: str, sequence: str = VISA_FIRST) -> Move:
    """The move that `act` makes from `stage`; its `target` is the new stage. Refuses: order_move_illegal."""
    legal = [step for step in moves(sequence) if step.source == stage]
    for step in legal:
        if step.act == act:
            return step
    acts = sorted({act_title(step.act) for step in legal}) or ["aucun (stade final)"]
    raise OrderMoveIllegal(
        act=act_title(act), act_code=act, stage=STAGE_TITLES.get(stage, stage), legal=acts, stage_code=stage
    )


def act_title(act: str) -> str:
    """The word printed for an act; an act that does not exist is named as it was typed."""
    return ACT_TITLES.get(act, act)


def check_move(step: Move, *, person: str, roles: Iterable[str], reason: str | None) -> None:
    """The person holds the office that the move needs, and gives a reason where one is needed.

    Refuses: order_role_wrong, order_reason_missing.
    """
    held = sorted(roles)
    if step.role not in held:
        raise OrderRoleWrong(
            act=act_title(step.act),
            stage=STAGE_TITLES[step.source],
            person=person,
            expected=ROLE_TITLES[step.role],
            found=[ROLE_TITLES.get(role, role) for role in held] or "aucune fonction",
        )
    if step.reason and not (reason or "").strip():
        raise OrderReasonMissing(act=act_title(step.act))


def overall_stage(order_stage: str, charge_stages: Iterable[str]) -> str:
    """The stage printed for an order on several books: the charge that still asks for most comes first."""
    found = set(charge_stages)
    if order_stage != AUTHORISED or not found:
        return order_stage
    return next(stage for stage in _LEAST_FIRST if stage in found)
