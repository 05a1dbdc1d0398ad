"""What matching reads and what it answers: plain rows that know nothing of the database.

Amounts are whole francs signed from the account holder's side: money in is positive, money out negative,
on the bank's lines and on the books' lines alike.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal, NamedTuple

from reconcile.model import LineDetail

BankId = int
BookId = tuple[int, int]
"""Identity of an entry line: the entry's id and the line's position in it."""

Status = Literal["confirmed", "proposed", "ambiguous", "undecided"]
"""`confirmed` by the machine; `proposed`, one answer that a person must accept; `ambiguous`, several answers;
`undecided`, the search for a group ended at its bound without an answer."""

SHOWN: tuple[Status, ...] = ("proposed", "ambiguous", "undecided")
"""What the machine shows to a person and does not decide."""


class BankLine(NamedTuple):
    """One line of a bank statement, as the bank booked it."""

    id: BankId
    book: str
    statement: str
    position: int
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


class BookLine(NamedTuple):
    """One line of a validated entry on a bank account: a debit is money in, so positive.

    `references` holds the line's own reference, then the entry's document; either may be empty.
    """

    id: BookId
    book: str
    date: date
    amount: int
    references: tuple[str, str] = ("", "")
    label: str = ""
    transfer: str | None = None
    counterparty: str | None = None


class PostingLine(NamedTuple):
    """One line of an entry that a rule proposes; exactly one of debit and credit is not zero."""

    account: str
    debit: int = 0
    credit: int = 0
    label: str = ""
    reference: str | None = None
    office: str | None = None
    period: str | None = None


class Posting(NamedTuple):
    """The entry that a declared rule proposes for a bank line that the books do not hold."""

    book: str
    date: date
    label: str
    document: str
    lines: tuple[PostingLine, ...]


class Match(NamedTuple):
    """One answer of one pass, with the reason that an accountant reads.

    `facts` are the figures behind the reason; `nearest_rejected` says which other line came closest and why
    it was not taken. A confirmed match balances: bank lines = book lines, or one bank line = its posting.
    """

    pass_name: str
    status: Status
    bank_ids: tuple[BankId, ...]
    book_ids: tuple[BookId, ...]
    reason: str
    facts: Mapping[str, int | str]
    nearest_rejected: str
    posting: Posting | None = None


class PassStats(NamedTuple):
    """What one pass did: counts of matches."""

    name: str
    title: str
    confirmed: int
    proposed: int
    ambiguous: int
    undecided: int = 0


class Outcome(NamedTuple):
    """The whole answer of a run, in stable order. Open lines are those that no confirmed match holds."""

    matches: tuple[Match, ...]
    open_bank: tuple[BankLine, ...]
    open_book: tuple[BookLine, ...]
    passes: tuple[PassStats, ...]
    decided: tuple[Match, ...] = ()
    """The confirmed matches in the order in which they may be kept, a part at a time."""

    def with_status(self, status: Status) -> tuple[Match, ...]:
        """The matches of one status."""
        return tuple(match for match in self.matches if match.status == status)
