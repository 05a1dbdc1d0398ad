"""Check a table against its own arithmetic: the running balance at each step, the printed balances, the totals."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import accumulate, groupby

from ledger.money import format_minor
from reconcile.model import Fault
from reconcile.readers.faults import unbalanced
from reconcile.readers.table_signs import Amounts, signed_by_balance

Order = list[int]


@dataclass(slots=True)
class Evidence:
    """What the file itself says about its movements, in file order and minor units."""

    days: list[date]
    balances: list[int | None]
    """Running balances; empty when the table has no such column."""
    opening: int | None
    closing: int | None
    totals: list[tuple[int, int, int | None, int | None]]
    """Printed totals: row number, movements above, total of debits, total of credits."""
    numbers: list[int]
    """Line numbers of the movements."""
    exponent: int
    currency: str
    settled: bool = False
    """True when the first reading of the signs is the usual one and needs no proof."""


@dataclass(slots=True)
class Proof:
    """The reading of signs and the order that the arithmetic accepts."""

    amounts: Amounts
    order: Order
    opening: int | None
    closing: int | None
    proven: bool
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Step:
    """The first step at which a running balance does not follow."""

    position: int
    expected: int
    found: int
    held: int
    """Steps that hold."""
    checked: int


def prove(evidence: Evidence, readings: list[Amounts]) -> Proof | Fault:
    """The first reading of the signs that every figure of the file agrees with, or what does not agree."""
    if any(balance is not None for balance in evidence.balances):
        return _by_running_balance(evidence, readings)
    order = next(orders(evidence.days))
    if evidence.opening is None or evidence.closing is None:
        return _without_balances(evidence, readings, order)
    for amounts in readings:
        if evidence.opening + sum(amounts) == evidence.closing:
            return Proof(amounts, order, evidence.opening, evidence.closing, True, _total_notes(evidence, amounts))
    return _unbalanced(evidence, readings[0])


def orders(days: list[date]) -> Iterator[Order]:
    """File order, then reversed, then days in order with each day reversed; newest-first files reversed first."""
    forward = list(range(len(days)))
    newest_first = len(days) > 1 and days[0] > days[-1]
    yield forward[::-1] if newest_first else forward
    yield forward if newest_first else forward[::-1]
    by_day = [list(group) for _, group in groupby(forward, key=lambda place: days[place])]
    if newest_first:
        yield [place for group in by_day[::-1] for place in group]
    else:
        yield [place for group in by_day for place in group[::-1]]


def _by_running_balance(evidence: Evidence, readings: list[Amounts]) -> Proof | Fault:
    worst: tuple[Step, Amounts, Order] | None = None
    for order in orders(evidence.days):
        balances = [evidence.balances[place] for place in order]
        for amounts in readings:
            ordered = [amounts[place] for place in order]
            step = _first_break(ordered, balances, evidence.opening)
            if step is None:
                return _proof(evidence, amounts, order, balances)
            if worst is None or step.held > worst[0].held:
                worst = step, amounts, order
        if len(readings) == 1 and all(amount >= 0 for amount in readings[0]):
            signed = signed_by_balance([readings[0][place] for place in order], balances, evidence.opening)
            if signed:
                amounts = [amount for _, amount in sorted(zip(order, signed, strict=True))]
                return _proof(evidence, amounts, order, balances)
    step, amounts, order = worst or (Step(0, 0, 0, 0, 0), readings[0], next(orders(evidence.days)))
    return _balances_set_aside(evidence, readings) or _broken(evidence, step, order)


def _balances_set_aside(evidence: Evidence, readings: list[Amounts]) -> Proof | None:
    """The movements proven by the printed opening and closing balances, where the balance column follows nothing.

    One wrong balance among right ones is an alteration and stays refused; a column of which at least two
    balances, and half of them, are wrong in every order is not a running balance.
    """
    if evidence.opening is None or evidence.closing is None:
        return None
    for amounts in readings:
        if evidence.opening + sum(amounts) != evidence.closing:
            continue
        for order in orders(evidence.days):
            reached = accumulate((amounts[place] for place in order), initial=evidence.opening)
            next(reached)
            pairs = zip(reached, (evidence.balances[place] for place in order), strict=True)
            wrong = sum(1 for expected, found in pairs if found is not None and found != expected)
            if wrong < 2 or wrong * 2 < len(order):
                return None
        order = next(orders(evidence.days))
        return Proof(amounts, order, evidence.opening, evidence.closing, True, ["running_balance_ignored"])
    return None


def _first_break(amounts: Amounts, balances: list[int | None], opening: int | None) -> Step | None:
    before = opening
    broken: tuple[int, int, int] | None = None
    held = checked = 0
    moved = 0
    for position, (amount, balance) in enumerate(zip(amounts, balances, strict=True)):
        moved += amount
        if balance is None:
            continue
        if before is not None:
            checked += 1
            if before + moved == balance:
                held += 1
            elif broken is None:
                broken = position, before + moved, balance
        before, moved = balance, 0
    return Step(*broken, held, checked) if broken else None


def _proof(evidence: Evidence, amounts: Amounts, order: Order, balances: list[int | None]) -> Proof | Fault:
    """The running balance holds: the printed opening and closing balances must agree with it."""
    ordered = [amounts[place] for place in order]
    first = next(place for place, balance in enumerate(balances) if balance is not None)
    opening = (balances[first] or 0) - sum(ordered[: first + 1])
    last = len(balances) - 1 - next(place for place, balance in enumerate(balances[::-1]) if balance is not None)
    closing = (balances[last] or 0) + sum(ordered[last + 1 :])
    wrong_opening = evidence.opening is not None and evidence.opening != opening
    wrong_closing = evidence.closing is not None and evidence.closing != closing
    if wrong_opening or wrong_closing:
        return unbalanced(
            "Le relevé",
            opening if evidence.opening is None else evidence.opening,
            sum(amounts),
            closing if evidence.closing is None else evidence.closing,
            lines=len(amounts),
            exponent=evidence.exponent,
            currency=evidence.currency,
        )
    known = evidence.opening is not None
    reaches_end = last == len(balances) - 1 or evidence.closing is not None
    every = all(balance is not None for balance in balances) and len(balances) > 1
    notes = _total_notes(evidence, amounts)
    return Proof(amounts, order, opening, closing, (known and reaches_end) or every, notes)


def _without_balances(evidence: Evidence, readings: list[Amounts], order: Order) -> Proof | Fault:
    """Only totals can choose among several readings; nothing is proven."""
    checked = [(amounts, wrong_total(evidence, amounts)) for amounts in readings]
    agreeing = [amounts for amounts, wrong in checked if wrong is None]
    if not agreeing:
        wrong = checked[0][1]
        if wrong is not None:
            return wrong
    if len(agreeing) > 1 and not evidence.totals and not evidence.settled:
        return Fault(
            "structure",
            "Le fichier porte deux signes contraires pour certains montants et aucun solde ne permet de trancher. "
            "Attendu : un seul signe par montant, ou un solde après chaque mouvement. "
            "Demandez à la banque un relevé avec les soldes.",
            {"readings": len(agreeing)},
        )
    return Proof(agreeing[0], order, evidence.opening, evidence.closing, False)


def wrong_total(evidence: Evidence, amounts: Amounts) -> Fault | None:
    """The first printed total that is neither that of the movements above nor of those since the last total."""
    since = 0
    for number, above, debit, credit in evidence.totals:
        fits = False
        for begin in (0, since):
            part = amounts[begin:above]
            out = -sum(amount for amount in part if amount < 0)
            into = sum(amount for amount in part if amount > 0)
            carried = evidence.opening or 0
            with_opening = (out + max(-carried, 0), into + max(carried, 0))
            for total_out, total_in in ((out, into), with_opening):
                fits = fits or (debit in (None, total_out, -total_out) and credit in (None, total_in))
        since = above
        if not fits:
            return _wrong_total(evidence, number, amounts[:above], debit, credit)
    return None


def _total_notes(evidence: Evidence, amounts: Amounts) -> list[str]:
    """A printed total that differs does not outweigh balances that hold; it is only noted."""
    return ["printed_total_differs"] if wrong_total(evidence, amounts) else []


def _wrong_total(evidence: Evidence, number: int, above: Amounts, debit: int | None, credit: int | None) -> Fault:
    expected = (-sum(amount for amount in above if amount < 0), sum(amount for amount in above if amount > 0))
    side, wanted, found = (
        ("débits", expected[0], debit) if debit not in (None, expected[0]) else ("crédits", expected[1], credit)
    )
    gap = (found or 0) - wanted
    show = [
        f"{format_minor(amount, evidence.exponent)} {evidence.currency}".strip() for amount in (wanted, found or 0, gap)
    ]
    return Fault(
        "statement_unbalanced",
        f"Ligne {number} : le total imprimé des {side} n'est pas celui des mouvements. Attendu {show[0]}, "
        f"lu {show[1]}, écart {show[2]}. Demandez à la banque un relevé complet.",
        {"row": number, "expected": wanted, "found": found, "difference": gap},
    )


def _unbalanced(evidence: Evidence, amounts: Amounts) -> Fault:
    return unbalanced(
        "Le relevé",
        evidence.opening or 0,
        sum(amounts),
        evidence.closing or 0,
        lines=len(amounts),
        exponent=evidence.exponent,
        currency=evidence.currency,
    )


def _broken(evidence: Evidence, step: Step, order: Order) -> Fault:
    number = evidence.numbers[order[step.position]]
    gap = step.found - step.expected
    expected, found, difference = (
        f"{format_minor(amount, evidence.exponent)} {evidence.currency}".strip()
        for amount in (step.expected, step.found, gap)
    )
    return Fault(
        "running_balance_broken",
        f"Ligne {number} : le solde imprimé ne suit pas le mouvement. Solde attendu {expected}, solde lu {found}, "
        f"écart {difference}. Demandez à la banque un relevé complet ; aucune ligne n'a été retenue.",
        {"row": number, "expected": step.expected, "found": step.found, "difference": gap},
    )
