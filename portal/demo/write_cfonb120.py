"""The statement as a CFONB 120 file: records of 120 characters, decimals digit 0, overpunched signs."""

from datetime import date, timedelta

from portal.demo.model import BankAccount, BankLine, MonthlyStatement
from portal.demo.text import FICTIONAL, fold, wrapped

POSITIVE = "{ABCDEFGHI"
NEGATIVE = "}JKLMNOPQR"
RECORD = 120
LABEL_WIDTH = 31
INFORMATION_WIDTH = 70

OPERATION = {
    "remittance": "18",
    "unidentified": "18",
    "reversal": "18",
    "transfer": "21",
    "payment": "06",
    "order": "06",
    "returned": "05",
    "charge": "62",
    "tax": "62",
    "interest": "66",
}
"""Interbank operation codes, by what the bank did."""


def overpunched(amount: int) -> str:
    """A signed amount in whole francs on fourteen characters, the last one bearing the sign."""
    digits = f"{abs(amount):014d}"
    signs = POSITIVE if amount >= 0 else NEGATIVE
    return digits[:-1] + signs[int(digits[-1])]


def _day(day: date) -> str:
    return f"{day:%d%m%y}"


def _head(account: BankAccount, kind: str, operation: str = "", after: str = "  ") -> str:
    """Positions 1 to 34: record, bank, internal operation, branch, currency, decimals, account, interbank code."""
    return f"{kind}{account.bank_code}{operation:<4}{account.branch}XOF0 {account.number[1:]}{after}"


def _balance(account: BankAccount, kind: str, day: date, amount: int) -> str:
    record = f"{_head(account, kind)}{_day(day)}{'':50}{overpunched(amount)}"
    return record.ljust(RECORD)


def _movement(account: BankAccount, line: BankLine) -> list[str]:
    """The movement, then what its label could not hold and the other party."""
    code = OPERATION[line.kind]
    label, *rest = wrapped(fold(line.label), LABEL_WIDTH)
    records = [
        f"{_head(account, '04', after=code)}{_day(line.booked)}  {_day(line.value)}{label:<31}  "
        f"{line.bank_reference:>07}  {overpunched(line.amount)}{line.reference:<16}"
    ]
    complements = [("LIB", text) for text in wrapped(" ".join(rest), INFORMATION_WIDTH)] if rest else []
    if line.counterparty:
        complements.append(("NPY" if line.amount > 0 else "NBE", fold(line.counterparty)))
    records += [
        f"{_head(account, '05', after=code)}{_day(line.booked)}{'':5}{qualifier}{text:<70}  "
        for qualifier, text in complements
    ]
    return records


def write_cfonb120(account: BankAccount, statement: MonthlyStatement) -> bytes:
    """The bytes of one month: `01`, the movements with their complements, `07`; CRLF line ends.

    The opening balance bears the last day of the month before. The first movement says that the data is
    fictional; a month without movement is `01` then `07` and cannot say it.
    """
    records = [_balance(account, "01", statement.start - timedelta(days=1), statement.opening)]
    for place, line in enumerate(statement.lines):
        records += _movement(account, line)
        if place == 0:
            code = OPERATION[line.kind]
            records.append(f"{_head(account, '05', after=code)}{_day(line.booked)}{'':5}LCC{FICTIONAL:<70}  ")
    records.append(_balance(account, "07", statement.end, statement.closing))
    if any(len(record) != RECORD for record in records):
        raise ValueError("a CFONB 120 record has not 120 characters")
    return "".join(f"{record}\r\n" for record in records).encode("ascii")
