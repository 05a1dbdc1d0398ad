"""Fictional books with a bound bank account each, and statements written as an accountant would jot them down."""

import datetime as dt
import hashlib
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine

from ledger.bank_accounts import bind
from ledger.commands import post
from ledger.entry_file import read_entries
from ledger.iban import check_digits, rib_key
from ledger.unit import Ledger
from ledger.users import add_user
from reconcile.import_statement import Received, store
from reconcile.model import Statement, StatementFile, StatementLine
from reconcile.run import run_book

NOON = dt.datetime(2026, 4, 20, 12, tzinfo=dt.UTC)
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
BOOKS = ("BF", "ML", "NE")
Answer = dict[str, Any]


def fictional_iban(country: str, number: str) -> str:
    """A valid IBAN of a bank that does not exist."""
    bank, branch = f"{country}999", "01001"
    bban = f"{bank}{branch}{number}{rib_key(bank, branch, number)}"
    return f"{country}{check_digits(country, bban)}{bban}"


IBAN = {book: fictional_iban(book, f"{place:012d}") for place, book in enumerate(BOOKS, start=1)}


class Seen(NamedTuple):
    """One line of a statement: day of the month, amount, label, references, type."""

    day: dt.date
    amount: int
    label: str = "VIREMENT"
    reference: str | None = None
    bank_reference: str | None = None
    type: str | None = None


def march(day: int) -> dt.date:
    """A day of March 2026."""
    return dt.date(2026, 3, day)


def do(ledger: Ledger, act: Callable[[Any], Answer]) -> Answer:
    """Perform an act in its own transaction."""
    return ledger.perform("essai", act)


def prepared(engine: Engine, people: Sequence[tuple[str, str, str | None]] = ()) -> Ledger:
    """The three bank accounts bound by the person who sets up; then the users declared, if any."""
    ledger = Ledger(engine, "installation", clock=lambda: NOON)
    for book in BOOKS:
        do(ledger, lambda unit, book=book: bind(unit, book, IBAN[book]))
    for place, (name, role, book) in enumerate(people):
        actor = Ledger(engine, people[0][0] if place else None, clock=lambda: NOON)
        do(actor, lambda unit, n=name, r=role, b=book: {"name": add_user(unit, n, r, b).name})
    return ledger


def seen_by(ledger: Ledger, name: str, now: dt.datetime = NOON) -> Ledger:
    """The same books in another person's hands, or at another time."""
    return Ledger(ledger.engine, name, clock=lambda: now)


def statement(
    lines: Sequence[Seen], number: str = "3", opening: int = 0, start: dt.date = FIRST, end: dt.date = LAST
) -> Statement:
    """A proven statement of these lines, without its account."""
    rows = tuple(
        StatementLine(one.day, one.day, one.amount, False, one.bank_reference, one.reference, one.type, None, one.label)
        for one in lines
    )
    closing = opening + sum(one.amount for one in lines)
    return Statement("", "XOF", 0, number, start, end, opening, closing, True, rows)


def bring(ledger: Ledger, one: Statement, book: str = "BF", format_: str = "mt940") -> Answer:
    """Import a statement as a file of its own."""
    data = repr((book, format_, one)).encode()
    file = StatementFile(format_, (one,))
    digest = hashlib.sha256(data).hexdigest()
    return do(ledger, lambda unit: store(unit, file, [Received(f"releve-{one.number}.txt", data, digest)], book))


def enter(
    ledger: Ledger,
    amount: int,
    day: dt.date,
    reference: str = "",
    *,
    book: str = "BF",
    other: str = "65881",
    label: str = "Paiement",
) -> str:
    """Post an entry on the bank account (money in is positive) and give its name, such as `BF/BQ/2026/1`."""
    bank = f"5211{BOOKS.index(book) + 1}"
    sides = ("debit", "credit") if amount > 0 else ("credit", "debit")
    first = {"account": bank, sides[0]: abs(amount)} | ({"reference": reference} if reference else {})
    document = {"entries": [{"book": book, "journal": "BQ", "date": day.isoformat(), "document": reference or "P",
                "label": label, "lines": [first, {"account": other, sides[1]: abs(amount)}]}]}  # fmt: skip
    done = do(ledger, lambda unit: post(unit, read_entries(document, "essai.json")))
    one = done["entries"][0]
    return f"{one['book']}/{one['journal']}/{one['year']}/{one['number']}"


def run(ledger: Ledger, book: str = "BF", until: dt.date | None = None) -> Answer:
    """Reconcile a book."""
    return do(ledger, lambda unit: run_book(unit, book, until))
