"""What every bank file becomes once read, whatever its format.

Amounts are integers in the minor unit of the statement's currency (XOF: whole francs; EUR: cents), signed
from the account holder's side: money in is positive, money out negative. Dates are calendar dates as
printed by the bank, never moved by a time zone.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ledger.refusal import Refusal
from reconcile.pages import belongings

FORMATS = ("mt940", "mt942", "camt.052", "camt.053", "camt.054", "cfonb120", "ofx", "csv", "xlsx")


class LineDetail(NamedTuple):
    """One transaction inside a batched line. Helps matching; never changes the amount of its line."""

    amount: int | None
    reference: str | None
    counterparty: str | None
    label: str


class StatementLine(NamedTuple):
    """One booked movement of a bank account."""

    booking_date: date
    value_date: date | None
    amount: int
    reversal: bool = False
    bank_reference: str | None = None
    customer_reference: str | None = None
    type: str | None = None
    counterparty: str | None = None
    label: str = ""
    details: tuple[LineDetail, ...] = ()
    notes: tuple[str, ...] = ()
    """Codes of what the reader had to assume, such as `booking_date_from_value_date`."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of one account: the pages of a paged statement are one statement here.

    `opening` and `closing` are None where the format has none. `proven` is True only where
    opening + lines = closing was checked on this very file.
    """

    account: str
    currency: str
    exponent: int
    number: str | None
    start: date | None
    end: date | None
    opening: int | None
    closing: int | None
    proven: bool
    lines: Sequence[StatementLine]
    notes: tuple[str, ...] = ()
    """Codes of what deserves a look, such as `missing_statement_before` or `copy`."""
    pending: int = 0
    """Movements that the bank shows but has not booked: announced, authorised, waiting. None of them is a line."""


class Fault(NamedTuple):
    """One thing wrong in a file, for the person who must ask the bank for a better one."""

    code: str
    """Stable, English, such as `statement_unbalanced`."""
    sentence: str
    """French: where, what is wrong, expected, found, difference."""
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A file that was read whole."""

    format: str
    statements: tuple[Statement, ...]
    notes: tuple[str, ...] = field(default=())


class FileRefused(Refusal):
    """A bank file that cannot be trusted: nothing of it is kept."""

    code = "statement_file_refused"
    sentence = "Le fichier {file} est refusé : {first}{more}"

    def __init__(self, faults: list[Fault] | tuple[Fault, ...], *, file: str = "", format: str | None = None) -> None:
        self.faults = tuple(faults)
        self.format = format
        others = len(self.faults) - 1
        plural = "s" if others > 1 else ""
        super().__init__(
            file=file or "lu",
            first=self.faults[0].sentence,
            more=f" ({others} autre{plural} anomalie{plural} dans ce fichier.)" if others else "",
            fault=self.faults[0].code,
            faults=[{"code": fault.code, "message": fault.sentence, **fault.facts} for fault in self.faults],
        )

    @property
    def pages_of(self) -> frozenset[str]:
        """What the file holds pages of, when the lack of the others is all that is wrong with it."""
        return belongings(self.faults)

    def named(self, file: str) -> "FileRefused":
        """The same refusal, bearing the name of the file."""
        return FileRefused(self.faults, file=file, format=self.format)
