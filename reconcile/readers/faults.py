"""How a reader says what is wrong with a file: the sentences that several formats share."""

from datetime import date
from typing import Any

from ledger.money import format_minor
from ledger.plural import counted
from reconcile.model import Fault, StatementLine

FAULTS_MAX = 1_000
"""A reader stops listing what is wrong after this many: the file must be asked for again anyway."""


class LineFault(Exception):
    """One thing wrong at one place: caught by the reader, which goes on to list the others."""

    def __init__(self, code: str, sentence: str, **facts: Any) -> None:
        self.fault = Fault(code, sentence, facts)
        super().__init__(sentence)


def unbalanced(name: str, opening: int, total: int, closing: int, *, lines: int, exponent: int, currency: str) -> Fault:
    """The statement whose opening balance and lines do not give its closing balance."""
    expected = opening + total
    wanted, found, gap = (
        f"{format_minor(amount, exponent)} {currency}".rstrip() for amount in (expected, closing, closing - expected)
    )
    return Fault(
        "statement_unbalanced",
        f"{name} : le solde initial et {counted(lines, 'mouvement')} ne donnent pas le solde final. "
        f"Solde final attendu {wanted}, solde final lu {found}, écart {gap}. "
        "Demandez à la banque un relevé complet ; aucune ligne n'a été retenue.",
        {
            "opening": opening,
            "total": total,
            "expected": expected,
            "found": closing,
            "difference": closing - expected,
            "exponent": exponent,
            "currency": currency,
            "lines": lines,
        },
    )


def total_of(lines: tuple[StatementLine, ...] | list[StatementLine]) -> int:
    """The sum of the lines, signed from the account holder's side."""
    return sum(line.amount for line in lines)


def span(lines: tuple[StatementLine, ...] | list[StatementLine]) -> tuple[date | None, date | None]:
    """First and last booking dates of the lines; two None when there is no line."""
    if not lines:
        return None, None
    days = [line.booking_date for line in lines]
    return min(days), max(days)
