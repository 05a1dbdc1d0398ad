"""The ways in which a bank may have meant the signs of its amounts; arithmetic chooses among them."""

from collections.abc import Iterator
from dataclasses import dataclass

from reconcile.readers.table import normal

Amounts = list[int]

_SIGNS = {
    word: sign
    for sign, words in (
        (-1, "d dr debit debits deb debiteur k ki s soll db dbit dbt sortie retrait"),
        (1, "c cr credit credits cred crediteur j jovairas be h haben crdt entree versement depot"),
    )
    for word in words.split()
}


def mark_sign(text: str) -> int:
    """-1 for a debit mark, 1 for a credit mark, 0 for anything else."""
    if text.strip() in ("-", "+"):
        return -1 if text.strip() == "-" else 1
    return _SIGNS.get(normal(text), 0)


@dataclass(slots=True)
class Printed:
    """The amounts of the movements as printed, in minor units; a table has either two columns or one."""

    debits: list[int | None]
    credits: list[int | None]
    amounts: list[int | None]
    marks: list[int]
    """By movement, -1 or 1; empty when the table has no such column."""


def readings(printed: Printed) -> list[Amounts]:
    """Every distinct reading of the signs, the most usual first."""
    found: list[Amounts] = []
    for reading in _readings(printed):
        if reading not in found:
            found.append(reading)
    return found


def settled(printed: Printed) -> bool:
    """True when the first reading needs no proof: debits all printed negative is a habit, not a doubt."""
    return not printed.amounts and all((debit or 0) <= 0 for debit in printed.debits)


def _readings(printed: Printed) -> Iterator[Amounts]:
    if not printed.amounts:
        yield from _two_columns(printed)
        return
    amounts = [amount or 0 for amount in printed.amounts]
    if not printed.marks:
        yield amounts
        return
    pairs = list(zip(amounts, printed.marks, strict=True))
    if all((amount < 0) == (mark < 0) or amount == 0 for amount, mark in pairs):
        yield amounts
        return
    yield [abs(amount) * mark for amount, mark in pairs]
    yield [amount * mark for amount, mark in pairs]


def _two_columns(printed: Printed) -> Iterator[Amounts]:
    """Debits are usually printed without sign; some banks write them all negative."""
    debits = [amount or 0 for amount in printed.debits]
    credits = [amount or 0 for amount in printed.credits]
    if any(debit < 0 for debit in debits) and all(debit <= 0 for debit in debits):
        yield [credit + debit for debit, credit in zip(debits, credits, strict=True)]
    yield [credit - debit for debit, credit in zip(debits, credits, strict=True)]
    if any(debit < 0 for debit in debits):
        yield [credit - abs(debit) for debit, credit in zip(debits, credits, strict=True)]


def signed_by_balance(amounts: Amounts, balances: list[int | None], opening: int | None) -> Amounts | None:
    """The amounts with the signs that a running balance gives them; None when one step has another size."""
    signed: Amounts = []
    before = opening
    for amount, balance in zip(amounts, balances, strict=True):
        if balance is None or before is None or abs(balance - before) != abs(amount):
            return None
        signed.append(balance - before)
        before = balance
    return signed
