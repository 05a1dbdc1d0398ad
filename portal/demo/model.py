"""What the fictional data is made of: plain frozen records, amounts in whole francs.

Amounts of bank lines are signed from the account holder's side (money in is positive).
"""

from dataclasses import dataclass
from datetime import date

DEMO_SEED = 20250328
"""The one constant that all the fictional figures are drawn from."""


@dataclass(frozen=True, slots=True)
class Office:
    """A customs office; `weight` is its share of its State's imports, `exempt` its usual exempt share, per thousand."""

    state: str
    code: str
    weight: int
    exempt: int
    exemptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A PC-AES account: the bank is fictional, the RIB key and the IBAN are valid."""

    book: str
    iban: str
    bank: str
    suffix: str
    """Last digit of the accounts of this book in the chart."""

    @property
    def bank_code(self) -> str:
        """The five characters of the bank."""
        return self.iban[4:9]

    @property
    def branch(self) -> str:
        """The five digits of the branch."""
        return self.iban[9:14]

    @property
    def number(self) -> str:
        """The twelve characters of the account."""
        return self.iban[14:26]

    @property
    def ledger(self) -> str:
        """The bank account's number in the chart."""
        return f"5211{self.suffix}"


@dataclass(frozen=True, slots=True)
class User:
    """Someone who acts, named by office only."""

    name: str
    role: str
    book: str | None = None


@dataclass(frozen=True, slots=True)
class Mandate:
    """The office of authorising officer, from a date, on an act; `handed` when it begins by a signed handover."""

    state: str
    user: str
    start: date
    act: str
    handed: bool = False


@dataclass(frozen=True, slots=True)
class OfficeMonth:
    """What one customs office states for one month: totals, and the exempt value by code."""

    state: str
    office: str
    period: str
    declarations: int
    base: int
    assessed: int
    collected: int
    remitted: int
    reference: str
    remitted_on: date | None
    exempt: tuple[tuple[str, int, int], ...]
    """`(code, declarations, customs value)`."""

    @property
    def exempt_base(self) -> int:
        """The exempt value, all codes together."""
        return sum(value for _, _, value in self.exempt)


@dataclass(frozen=True, slots=True)
class ReturnFile:
    """One *état mensuel des recettes* as filed: its name without extension, the day it arrives, its office-months."""

    name: str
    state: str
    filed: date
    months: tuple[OfficeMonth, ...]


@dataclass(frozen=True, slots=True)
class BankPart:
    """One transaction inside a batched bank line."""

    reference: str
    amount: int
    name: str


@dataclass(frozen=True, slots=True)
class BankLine:
    """One movement as the bank booked it; `operation` is what the bank's own reference is made from."""

    book: str
    booked: date
    value: date
    amount: int
    kind: str
    """remittance, unidentified, payment, order, transfer, charge, tax, interest, returned or reversal."""
    label: str
    operation: str
    reference: str = ""
    counterparty: str = ""
    parts: tuple[BankPart, ...] = ()
    bank_reference: str = ""

    @property
    def reversal(self) -> bool:
        """True when the bank takes back its own movement (MT940 `RC`)."""
        return self.kind == "reversal"


@dataclass(frozen=True, slots=True)
class MonthlyStatement:
    """One month of one account: opening + lines = closing; `pending` lines are announced and not booked."""

    book: str
    period: str
    number: int
    start: date
    end: date
    opening: int
    closing: int
    lines: tuple[BankLine, ...]
    format: str
    """cfonb120, mt940, camt.053 or xlsx."""
    page_size: int | None = None
    pending: tuple[BankLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of an entry, debit or credit."""

    account: str
    debit: int = 0
    credit: int = 0
    label: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that an accountant posts; `transfer` joins the two halves of a transfer between accounts."""

    book: str
    journal: str
    day: date
    document: str
    label: str
    lines: tuple[Posting, ...]
    transfer: str = ""


@dataclass(frozen=True, slots=True)
class EntryFile:
    """Entries posted together, all or none, by the accountant of `book`."""

    name: str
    book: str
    day: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Payment:
    """A disbursement: accepted, paid by the books, then seen (or not yet) by the bank."""

    book: str
    reference: str
    purpose: str
    payee: str
    account: str
    amount: int
    accepted: date
    paid: date
    seen: date | None
    batch: str = ""
    """Reference of the bank's single debit when several payments leave together."""
    value: date | None = None
    shown: str = "reference"
    """What the bank gives back of the reference: `reference` whole, `label` garbled in the text, or `nothing`."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """Money moved from one PC-AES account to another; `seen_by_receiver` is None while it is on its way."""

    reference: str
    sender: str
    receiver: str
    amount: int
    ordered: date
    seen_by_sender: date
    seen_by_receiver: date | None


@dataclass(frozen=True, slots=True)
class CapitalAct:
    """One act of the capital register: subscribe, call or pay (`source` levy or budget)."""

    kind: str
    state: str
    amount: int
    day: date
    reference: str
    due: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Imputation:
    """A bank line that the accountant takes to a suspense account, and why."""

    line: BankLine
    account: str
    reason: str
    day: date


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """A payment order to play through its stages, up to the stage `until`; `seen` is the bank's day when it is paid."""

    key: str
    purpose: str
    payee: str
    iban: str
    account: str
    charges: tuple[tuple[str, int], ...]
    created: date
    until: str
    seen: date | None = None
    reason: str = ""

    @property
    def amount(self) -> int:
        """All the charges together."""
        return sum(amount for _, amount in self.charges)


@dataclass(frozen=True, slots=True)
class Anomaly:
    """Something planted in the data for a person to find: what it is and where it shows."""

    code: str
    state: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Story:
    """The whole fictional history, ready to be written out and played."""

    seed: int
    first: date
    last: date
    offices: tuple[Office, ...]
    accounts: tuple[BankAccount, ...]
    users: tuple[User, ...]
    mandates: tuple[Mandate, ...]
    returns: tuple[ReturnFile, ...]
    statements: tuple[MonthlyStatement, ...]
    payments: tuple[Payment, ...]
    transfers: tuple[Transfer, ...]
    entries: tuple[EntryFile, ...]
    capital: tuple[CapitalAct, ...]
    imputations: tuple[Imputation, ...]
    orders: tuple[OrderPlan, ...]
    anomalies: tuple[Anomaly, ...]

    def latest_months(self) -> dict[tuple[str, str], OfficeMonth]:
        """The last word on every office and period: a later file replaces the totals of an earlier one."""
        latest: dict[tuple[str, str], OfficeMonth] = {}
        for file in sorted(self.returns, key=lambda one: (one.filed, one.name)):
            for month in file.months:
                latest[month.office, month.period] = month
        return latest

    def bank_lines(self, book: str) -> tuple[BankLine, ...]:
        """Every booked movement of the book's account, in the bank's order."""
        return tuple(line for statement in self.statements if statement.book == book for line in statement.lines)
