"""The statement as SWIFT MT940 messages: bare account, funds code F, whole francs, pages when they are asked for."""

from collections.abc import Sequence

from portal.demo.model import BankAccount, BankLine, MonthlyStatement
from portal.demo.text import FICTIONAL, fold, wrapped

TYPES = {
    "remittance": "NTRF",
    "unidentified": "NTRF",
    "reversal": "NTRF",
    "transfer": "NTRF",
    "payment": "NTRF",
    "order": "NTRF",
    "returned": "NRTI",
    "charge": "NCOM",
    "tax": "NTAX",
    "interest": "NINT",
}
TEXT_WIDTH = 65


def _balance(tag: str, day: str, amount: int) -> str:
    return f":{tag}:{'C' if amount >= 0 else 'D'}{day}XOF{abs(amount)},"


def _mark(line: BankLine) -> str:
    """Credit or debit; `RC` when the bank takes a credit back, `RD` when it takes a debit back."""
    if line.reversal:
        return "RC" if line.amount < 0 else "RD"
    return "C" if line.amount > 0 else "D"


def _movement(line: BankLine) -> list[str]:
    reference = line.reference or "NONREF"
    text = fold(f"{line.label} / {line.counterparty}" if line.counterparty not in line.label else line.label)
    return [
        f":61:{line.value:%y%m%d}{line.booked:%m%d}{_mark(line)}F{abs(line.amount)},{TYPES[line.kind]}"
        f"{reference}//{line.bank_reference}",
        FICTIONAL,
        *(f"{':86:' if place == 0 else ''}{piece}" for place, piece in enumerate(wrapped(text, TEXT_WIDTH))),
    ]


def _pages(lines: Sequence[BankLine], size: int | None) -> list[Sequence[BankLine]]:
    if not size or len(lines) <= size:
        return [lines]
    return [lines[start : start + size] for start in range(0, len(lines), size)]


def write_mt940(account: BankAccount, statement: MonthlyStatement) -> bytes:
    """The bytes of one month, one message a page (`60M`/`62M` between pages), CRLF line ends.

    The account is given by its twelve digits alone, as some banks of the zone do: it has to be bound by alias.
    """
    pages = _pages(statement.lines, statement.page_size)
    rows: list[str] = []
    balance = statement.opening
    first_day, last_day = f"{statement.start:%y%m%d}", f"{statement.end:%y%m%d}"
    day = first_day
    for number, page in enumerate(pages, start=1):
        rows += [
            f":20:FICTIF{statement.period.replace('-', '')}P{number}",
            f":25:{account.number}",
            f":28C:{statement.number:05d}/{number:03d}",
            _balance("60F" if number == 1 else "60M", day, balance),
        ]
        for line in page:
            rows += _movement(line)
        balance += sum(line.amount for line in page)
        final = number == len(pages)
        day = last_day if final else f"{page[-1].booked:%y%m%d}"
        rows.append(_balance("62F" if final else "62M", day, balance))
        rows.append(f":86:{FICTIONAL} - {fold(account.bank).upper()}")
        rows.append("-")
    return "".join(f"{row}\r\n" for row in rows).encode("ascii")
