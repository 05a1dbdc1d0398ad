"""What arrives on the accounts: remittances with and without their reference, and the odd credits."""

from collections.abc import Iterable
from datetime import date

from portal.demo.days import later
from portal.demo.dice import Dice
from portal.demo.model import BankLine, BankPart, OfficeMonth
from portal.demo.places import TREASURY

NEVER_SEEN = ("NE302", "2026-02")
IN_TWO_PARTS = ("BF103", "2025-10")
WITHOUT_REFERENCE = ("BF104", "2025-06")
TOGETHER = (("ML201", "2025-09"), ("ML204", "2025-09"))
BATCHED = (("NE301", "2026-01"), ("NE303", "2026-01"), ("NE304", "2026-01"))
UNKNOWN_CREDITS = (
    ("NE", date(2025, 11, 19), 1_875_000, "VERSEMENT DEPLACE SANS MOTIF"),
    ("ML", date(2026, 5, 20), 3_250_000, "VIREMENT RECU DONNEUR D'ORDRE NON PRECISE"),
    ("ML", date(2026, 9, 30), 4_410_000, "VERSEMENT A IDENTIFIER"),
)
REVERSED_CREDIT = ("ML", date(2025, 10, 21), date(2025, 10, 22), 75_000_000)


def _credit(
    state: str, day: date, amount: int, label: str, operation: str, reference: str = "", kind: str = "remittance"
) -> BankLine:
    return BankLine(
        book=state,
        booked=day,
        value=later(day, 1),
        amount=amount,
        kind=kind,
        label=label,
        operation=operation,
        reference=reference,
        counterparty=TREASURY[state] if kind == "remittance" else "",
    )


def _alone(dice: Dice, month: OfficeMonth) -> list[BankLine]:
    """The credit or credits of one remittance."""
    key = (month.office, month.period)
    if not month.remitted or month.remitted_on is None or key == NEVER_SEEN:
        return []
    day = later(month.remitted_on, dice.between(0, 2, *key, "bank"))
    label = f"VIR RECU {month.reference} {TREASURY[month.state]} PC-AES {month.period}"
    if key == IN_TWO_PARTS:
        first = month.remitted * 3 // 5
        return [
            _credit(month.state, day, first, f"{label} 1/2", f"{month.reference}a", month.reference),
            _credit(
                month.state,
                later(day, 4),
                month.remitted - first,
                f"{label} 2/2",
                f"{month.reference}b",
                month.reference,
            ),
        ]
    if key == WITHOUT_REFERENCE:
        label = f"VIR RECU {TREASURY[month.state]} SANS REFERENCE"
        return [_credit(month.state, day, month.remitted, label, month.reference, kind="unidentified")]
    return [_credit(month.state, day, month.remitted, label, month.reference, month.reference)]


def _joint(months: list[OfficeMonth]) -> BankLine:
    """One credit whose label names several references."""
    state, day = months[0].state, max(month.remitted_on for month in months if month.remitted_on)
    names = " ".join(month.reference for month in months)
    label = f"VIR RECU {names} {TREASURY[state]}"
    return _credit(state, day, sum(month.remitted for month in months), label, f"joint {names}")


def _batch(months: list[OfficeMonth]) -> BankLine:
    """One credit of the bank for several transfers, each detailed with its own reference."""
    state, day = months[0].state, max(month.remitted_on for month in months if month.remitted_on)
    parts = tuple(
        BankPart(month.reference, month.remitted, f"{TREASURY[state]} - {month.office} (fictif)") for month in months
    )
    return BankLine(
        book=state,
        booked=day,
        value=later(day, 1),
        amount=sum(part.amount for part in parts),
        kind="remittance",
        label=f"REMISE GROUPEE DE VIREMENTS {TREASURY[state]}",
        operation=f"batch {day}",
        counterparty=TREASURY[state],
        parts=parts,
    )


def make_credits(dice: Dice, latest: Iterable[OfficeMonth]) -> list[BankLine]:
    """Every credit of the three accounts that is not a transfer, an interest or a returned payment."""
    lines: list[BankLine] = []
    held: dict[tuple[str, str], OfficeMonth] = {}
    for month in latest:
        key = (month.office, month.period)
        if key in TOGETHER or key in BATCHED:
            held[key] = month
        else:
            lines += _alone(dice, month)
    lines.append(_joint([held[key] for key in TOGETHER]))
    lines.append(_batch([held[key] for key in BATCHED]))
    lines += [
        _credit(book, day, amount, label, f"unknown {day}", kind="unidentified")
        for book, day, amount, label in UNKNOWN_CREDITS
    ]
    book, day, back, amount = REVERSED_CREDIT
    lines.append(_credit(book, day, amount, "VIR RECU COMPTE ERRONE", "error", kind="unidentified"))
    lines.append(
        BankLine(book, back, day, -amount, "reversal", "EXTOURNE VIR RECU COMPTE ERRONE", "error")
    )  # value day of the credit: the bank takes it back as if it had never been
    return lines
