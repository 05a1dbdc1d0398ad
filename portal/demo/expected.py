"""What the product must find in the story, worked out here without the product.

A small ledger kept in dictionaries beside the real one: a test plays the story through the product and
compares. Balances are debit less credit, in whole francs.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from portal.demo.credits import NEVER_SEEN, WITHOUT_REFERENCE
from portal.demo.days import month_after, month_start
from portal.demo.model import BankLine, CapitalAct, OfficeMonth, Story
from portal.demo.places import STATES, account_of


@dataclass(frozen=True, slots=True)
class ExpectedOffice:
    """The four amounts of one office and month, and what derives from them."""

    state: str
    office: str
    period: str
    base: int
    exempt_base: int
    expected: int
    assessed: int
    collected: int
    remitted: int
    credited: int

    @property
    def to_collect(self) -> int:
        """Assessed and not collected."""
        return self.assessed - self.collected

    @property
    def to_remit(self) -> int:
        """Collected and not remitted; negative when too much was remitted."""
        return self.collected - self.remitted


@dataclass(frozen=True, slots=True)
class ExpectedBook:
    """One book at the end of the story, everything imported, matched, imputed and posted."""

    book: str
    statements: int
    bank_lines: int
    bank_closing: int
    ledger_bank: int
    """Balance of 5211x: the bank's, less what is not booked, plus what the bank has not seen."""
    balances: tuple[tuple[str, int], ...]
    """`(account, debit less credit)` for every account that moved, zero balances included."""
    not_booked: tuple[BankLine, ...]
    not_seen: tuple[tuple[str, int], ...]
    """`(reference, amount)` of the book's bank lines that no statement shows yet."""


@dataclass(frozen=True, slots=True)
class ExpectedCapital:
    """One State's part of the capital at the end of the story."""

    state: str
    subscribed: int
    called: int
    paid_levy: int
    paid_budget: int

    @property
    def paid(self) -> int:
        """Paid from both sources."""
        return self.paid_levy + self.paid_budget

    @property
    def to_pay(self) -> int:
        """Called and not paid."""
        return self.called - self.paid

    @property
    def to_call(self) -> int:
        """Subscribed and not called."""
        return self.subscribed - self.called


@dataclass(frozen=True, slots=True)
class Expected:
    """Everything that a test compares with the product's reports."""

    offices: tuple[ExpectedOffice, ...]
    books: tuple[ExpectedBook, ...]
    capital: tuple[ExpectedCapital, ...]
    arrears: tuple[tuple[str, int], ...]
    """`(State, collected and not remitted of the periods already due)`, over-remittances not deducted."""
    credited_without_reference: tuple[tuple[str, int], ...]
    """`(State, credits that no declared reference explains)`, the reversed one left out."""


Balances = dict[tuple[str, str], int]


def _credited(month: OfficeMonth) -> int:
    seen = (month.office, month.period) not in (NEVER_SEEN, WITHOUT_REFERENCE)
    return month.remitted if seen else 0


def _office(month: OfficeMonth) -> ExpectedOffice:
    return ExpectedOffice(
        month.state,
        month.office,
        month.period,
        month.base,
        month.exempt_base,
        (month.base * 5 + 500) // 1000,
        month.assessed,
        month.collected,
        month.remitted,
        _credited(month),
    )


def not_booked(story: Story, book: str, orders_played: bool) -> tuple[BankLine, ...]:
    """The bank's unidentified credits that nobody imputed, and the debits of orders that were not played."""
    imputed = {one.line for one in story.imputations}
    kinds = ("unidentified", "reversal") if orders_played else ("unidentified", "reversal", "order")
    return tuple(line for line in story.bank_lines(book) if line.kind in kinds and line not in imputed)


def not_seen(story: Story, book: str) -> tuple[tuple[str, int], ...]:
    """What the books say left or entered the account and the statements do not show yet."""
    paid = [(one.reference, -one.amount) for one in story.payments if one.book == book and one.seen is None]
    arriving = [
        (one.reference, one.amount) for one in story.transfers if one.receiver == book and one.seen_by_receiver is None
    ]
    return (*paid, *arriving)


def _bank_contra(line: BankLine, suffix: str) -> str | None:
    """The account that faces 5211x for the lines that no entry of the accountants covers."""
    return {
        "remittance": f"4487{suffix}",
        "charge": f"4711{suffix}",
        "tax": f"4711{suffix}",
        "interest": "771",
    }.get(line.kind)


def _capital_legs(act: CapitalAct) -> Iterator[tuple[str, int]]:
    """What the register posts itself: a levy payment is posted by its order."""
    suffix = account_of(act.state).suffix
    sides = {
        ("subscribe", ""): ("2621", "48131"),
        ("call", ""): ("48131", "48132"),
        ("pay", "budget"): ("48132", f"4731{suffix}"),
    }.get((act.kind, act.source))
    if sides:
        yield sides[0], act.amount
        yield sides[1], -act.amount


def _balances(story: Story) -> Balances:
    """The whole of the three books, account by account."""
    balances: Balances = defaultdict(int)
    for month in story.latest_months().values():
        suffix = account_of(month.state).suffix
        balances[month.state, f"4487{suffix}"] += month.assessed
        balances[month.state, f"710{suffix}"] -= month.assessed
    for file in story.entries:
        for entry in file.entries:
            for posting in entry.lines:
                balances[entry.book, posting.account] += posting.debit - posting.credit
    for book in STATES:
        account = account_of(book)
        for line in story.bank_lines(book):
            contra = _bank_contra(line, account.suffix)
            if contra:
                balances[book, account.ledger] += line.amount
                balances[book, contra] -= line.amount
    for one in story.imputations:
        balances[one.line.book, account_of(one.line.book).ledger] += one.line.amount
        balances[one.line.book, one.account] -= one.line.amount
    for act in story.capital:
        for number, amount in _capital_legs(act):
            balances[act.state, number] += amount
    return balances


def _play_orders(story: Story, balances: Balances) -> None:
    """The orders that were paid: the charge is debited, the bank credited."""
    for order in story.orders:
        for book, amount in order.charges:
            if order.seen:
                balances[book, order.account] += amount
                balances[book, account_of(book).ledger] -= amount


def _book(story: Story, book: str, balances: Balances, orders_played: bool) -> ExpectedBook:
    statements = [statement for statement in story.statements if statement.book == book]
    own = {number: amount for (where, number), amount in balances.items() if where == book}
    return ExpectedBook(
        book=book,
        statements=len(statements),
        bank_lines=len(story.bank_lines(book)),
        bank_closing=statements[-1].closing,
        ledger_bank=own[account_of(book).ledger],
        balances=tuple(sorted(own.items())),
        not_booked=not_booked(story, book, orders_played),
        not_seen=not_seen(story, book),
    )


def _capital(story: Story, state: str) -> ExpectedCapital:
    def total(kind: str, source: str = "") -> int:
        return sum(act.amount for act in story.capital if (act.state, act.kind, act.source) == (state, kind, source))

    return ExpectedCapital(state, total("subscribe"), total("call"), total("pay", "levy"), total("pay", "budget"))


def make_expected(story: Story, *, orders_played: bool = True) -> Expected:
    """The figures of the story at its last day, computed from its parts alone.

    Without the orders played, the bank's debit of the one that was paid is a line that is not booked.
    """
    offices = tuple(_office(month) for _, month in sorted(story.latest_months().items()))
    balances = _balances(story)
    if orders_played:
        _play_orders(story, balances)
    due = [one for one in offices if month_start(month_after(one.period)).replace(day=15) <= story.last]
    unexplained = ("unidentified", "reversal")
    return Expected(
        offices=offices,
        books=tuple(_book(story, book, balances, orders_played) for book in STATES),
        capital=tuple(_capital(story, state) for state in STATES),
        arrears=tuple((state, sum(max(one.to_remit, 0) for one in due if one.state == state)) for state in STATES),
        credited_without_reference=tuple(
            (book, sum(line.amount for line in story.bank_lines(book) if line.kind in unexplained)) for book in STATES
        ),
    )
