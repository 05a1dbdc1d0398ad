"""When a bank statement may be withdrawn: pure rules over what rests on it."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from ledger.periods.rules import name_of
from ledger.refusal import Refusal

SHOWN = 5
"""Numbers that a sentence gives; the facts give all of them."""


class StatementWithdrawn(Refusal):
    """A statement is withdrawn once."""

    code = "statement_withdrawn"
    sentence = (
        "Le relevé {number} (n° {statement}) du livre {book} a déjà été retiré le {day:D} par {by} : « {reason} ». Il "
        "n'y a rien à retirer ; le relevé juste s'importe par « pcaes statement import »."
    )


class StatementAmbiguous(Refusal):
    """The bank gives the same number to several statements."""

    code = "statement_ambiguous"
    sentence = (
        "Plusieurs relevés importés portent la référence « {reference} » : {found}. Nommez le bon par son numéro dans "
        "les livres, que donne « pcaes statement list »."
    )


class WithdrawalLineMatched(Refusal):
    """A line is matched or imputed."""

    code = "withdrawal_line_matched"
    sentence = (
        "Le relevé {number} (n° {statement}) du livre {book} ne peut pas être retiré : {count:ligne est|lignes sont} "
        "encore dans un rapprochement ou une imputation en vigueur (n° {examples}). Annulez-les d'abord, un par un "
        "(« pcaes reconcile undo {first} --reason … ») ou tous ensemble (« pcaes reconcile undo --statement "
        "{statement} --reason … ») : une écriture qu'ils avaient passée est corrigée dans le même acte."
    )


class WithdrawalMonthSigned(Refusal):
    """A signed reconciliation statement rests on the statement."""

    code = "withdrawal_month_signed"
    sentence = (
        "Le relevé {number} (n° {statement}) du livre {book} ne peut pas être retiré : l'état de rapprochement de "
        "{month}, signé par {preparer} et {reviewer}, repose sur lui, et deux signatures ne se reprennent pas. "
        "Demandez à la banque de corriger par une opération sur un relevé suivant."
    )


class WithdrawalMonthClosed(Refusal):
    """A month was closed on the strength of the statement, and may be reopened."""

    code = "withdrawal_month_closed"
    sentence = (
        "Le relevé {number} (n° {statement}) du livre {book} ne peut pas être retiré : la période {period} a été close "
        "sur sa foi. Rouvrez-la d'abord par « pcaes period reopen {book} {month} --reason … »."
    )


class WithdrawalMonthFinal(Refusal):
    """A month was closed for good on the strength of the statement."""

    code = "withdrawal_month_final"
    sentence = (
        "Le relevé {number} (n° {statement}) du livre {book} ne peut pas être retiré : la période {period}, close sur "
        "sa foi, ne se rouvre plus ({state}). Demandez à la banque de corriger par une opération sur un relevé suivant."
    )


class SignedMonth(NamedTuple):
    """A month whose reconciliation statement two people signed."""

    month: str
    preparer: str
    reviewer: str


class ClosedMonth(NamedTuple):
    """A month closed after the statement came, and why it cannot be reopened, if it cannot."""

    year: int
    month: int
    final: str | None


class Resting(NamedTuple):
    """A statement of the books and what rests on it: matches in force by the lines that would go, months signed and
    closed since it came."""

    statement: int
    number: str
    book: str
    matched: Sequence[tuple[int, int]]
    """Bank line and match, for each line that a match in force holds."""
    signed: SignedMonth | None
    closed: ClosedMonth | None


class Withdrawn(NamedTuple):
    """Who withdrew a statement, when and why."""

    at: dt.datetime
    actor: str
    reason: str


def check_withdrawal(found: Resting, before: Withdrawn | None) -> None:
    """Refuse to withdraw a statement twice, or while anything rests on it. What cannot be undone is told first.

    Refuses: statement_withdrawn, withdrawal_month_signed, withdrawal_month_final, withdrawal_month_closed,
    withdrawal_line_matched.
    """
    of = {"statement": found.statement, "number": found.number, "book": found.book}
    if before is not None:
        raise StatementWithdrawn(**of, day=before.at.date(), by=before.actor, reason=before.reason)
    if found.signed is not None:
        raise WithdrawalMonthSigned(**of, **found.signed._asdict())
    if found.closed is not None:
        year, month, final = found.closed
        period = name_of((year, month))
        if final is not None:
            raise WithdrawalMonthFinal(**of, period=period, state=final)
        raise WithdrawalMonthClosed(**of, period=period, month=f"{year:04d}-{month:02d}")
    if found.matched:
        matches = sorted({match for _, match in found.matched})
        more = ", …" if len(matches) > SHOWN else ""
        raise WithdrawalLineMatched(
            **of, count=len(found.matched), examples=", ".join(map(str, matches[:SHOWN])) + more, first=matches[0],
            matches=matches, lines=sorted({line for line, _ in found.matched}),
        )  # fmt: skip
