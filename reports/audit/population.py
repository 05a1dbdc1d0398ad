"""A population of entry lines: who is in it, in which order, and the totals that prove it is whole."""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select

from ledger.refusal import Refusal
from ledger.tables.journal import entry, entry_line
from reports.audit.sampling import Item
from reports.request import ReportRequest

SIDES = {"both": "débits et crédits", "debit": "débits", "credit": "crédits"}
CHUNK = 5_000


class AccountPrefixInvalid(Refusal):
    """Accounts are chosen by the first figures of their number."""

    code = "account_prefix_invalid"
    sentence = "--account vaut « {text} » : attendu le début d'un numéro de compte, en chiffres (5211, 65, 40111)."
    exit_code = 2


class SideUnknown(Refusal):
    """Lines are debits or credits."""

    code = "side_unknown"
    sentence = "--side vaut « {text} » : attendu {known}."
    exit_code = 2


class PopulationLine(NamedTuple):
    """One line of the population, in whole francs."""

    ref: str
    book: str
    date: dt.date
    account: str
    debit: int
    credit: int

    @property
    def item(self) -> Item:
        """What a draw sees of the line: its identifier and its amount, whichever its side."""
        return Item(self.ref, self.debit + self.credit)

    @property
    def bytes(self) -> bytes:
        """What enters the fingerprint of the population: `REF;DATE;ACCOUNT;DEBIT;CREDIT` and a line feed."""
        return f"{self.ref};{self.date.isoformat()};{self.account};{self.debit};{self.credit}\n".encode()


@dataclass
class ControlTotals:
    """Count, sums and fingerprint of a population; `accounts` has them per (book, account)."""

    count: int = 0
    debit: int = 0
    credit: int = 0
    above: int = 0
    above_total: int = 0
    below: int = 0
    below_total: int = 0
    zero: int = 0
    sha256: str = ""
    accounts: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def add(self, line: PopulationLine) -> None:
        """One line more."""
        amount = line.debit + line.credit
        self.count += 1
        self.debit += line.debit
        self.credit += line.credit
        if amount > 0:
            self.above, self.above_total = self.above + 1, self.above_total + amount
        elif amount < 0:
            self.below, self.below_total = self.below + 1, self.below_total + amount
        else:
            self.zero += 1
        own = self.accounts.setdefault((line.book, line.account), [0, 0, 0])
        own[0], own[1], own[2] = own[0] + 1, own[1] + line.debit, own[2] + line.credit


@dataclass(frozen=True)
class Population:
    """Lines of sealed entries, in the order of recording.

    `account` keeps the accounts whose number begins so; `side` one of `both`, `debit`, `credit`.
    Refuses: account_prefix_invalid, side_unknown.
    """

    connection: Connection
    request: ReportRequest
    account: str | None = None
    side: str = "both"

    def __post_init__(self) -> None:
        if self.account is not None and not (self.account.isascii() and self.account.isdigit()):
            raise AccountPrefixInvalid(text=self.account)
        if self.side not in SIDES:
            raise SideUnknown(text=self.side, known=list(SIDES))

    def words(self) -> str:
        """The population as a person names it."""
        books = "les trois livres" if self.request.book is None else f"livre {self.request.book}"
        accounts = "tous les comptes" if self.account is None else f"comptes {self.account}…"
        span = f"du {self.request.start:%d/%m/%Y} au {self.request.end:%d/%m/%Y}"
        return f"{books}, {span}, {accounts}, {SIDES[self.side]}"

    def _chosen(self, query: Select[Any]) -> Select[Any]:
        found = query.where(
            entry_line.c.book.in_(self.request.books),
            entry_line.c.date.between(self.request.start, self.request.end),
            entry_line.c.entry_id <= self.request.known,
        )
        if self.account is not None:
            found = found.where(entry_line.c.account.startswith(self.account, autoescape=True))
        if self.side == "debit":
            found = found.where(entry_line.c.debit != 0)
        if self.side == "credit":
            found = found.where(entry_line.c.credit != 0)
        return found

    def lines(self) -> Iterator[PopulationLine]:
        """Every line from the first, each time it is called; memory stays flat."""
        query = self._chosen(
            select(
                entry.c.book, entry.c.journal, entry.c.year, entry.c.number, entry_line.c.position, entry_line.c.date,
                entry_line.c.account, entry_line.c.debit, entry_line.c.credit,
            ).join(entry, entry.c.id == entry_line.c.entry_id)
        ).order_by(entry_line.c.entry_id, entry_line.c.position)  # fmt: skip
        rows = self.connection.execute(query.execution_options(yield_per=CHUNK))
        for book, journal, year, number, position, date, account, debit, credit in rows:
            ref = f"{book}/{journal}/{year}/{number}/{position}"
            yield PopulationLine(ref, book, date, account, debit, credit)

    def items(self) -> Iterator[Item]:
        """What a draw sees of each line."""
        return (line.item for line in self.lines())

    def refs(self) -> Iterator[str]:
        """The identifier of each line."""
        return (line.ref for line in self.lines())

    def totals(self) -> ControlTotals:
        """The control totals, from one walk over every line."""
        found, digest = ControlTotals(), hashlib.sha256()
        for line in self.lines():
            found.add(line)
            digest.update(line.bytes)
        found.sha256 = digest.hexdigest()
        return found

    def summed_by_database(self) -> tuple[int, int, int]:
        """Count, debits and credits as the database adds them up: what the walk is compared with."""
        row = self.connection.execute(
            self._chosen(
                select(
                    func.count(),
                    func.coalesce(func.sum(entry_line.c.debit), 0),
                    func.coalesce(func.sum(entry_line.c.credit), 0),
                ).select_from(entry_line)
            )
        ).one()
        return int(row[0]), int(row[1]), int(row[2])


def whole_life(connection: Connection, request: ReportRequest) -> ReportRequest:
    """The request over the whole life of the books wherever no date was asked: a population is whole by default."""
    from dataclasses import replace

    first: dt.date | None = None
    if request.asked_start is None:
        first = connection.execute(select(func.min(entry.c.date)).where(entry.c.id <= request.known)).scalar()
    return request if first is None else replace(request, start=min(first, request.end))
