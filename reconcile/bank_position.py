"""Where a book and its bank stand at a day: both balances, and the lines that only one of them has."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from ledger.balance import balance_of
from ledger.tables.journal import entry, entry_line
from reconcile.match_tables import bank_match, bank_match_entry_line, bank_match_line, match_undo
from reconcile.open_lines import bank_ledger_accounts
from reconcile.standing import kept_lines, standing_line, standing_statement
from reconcile.tables import statement, statement_line

BankKey = int
BookKey = tuple[int, int]


class SeenLine(NamedTuple):
    """A line of a statement. `amount` is signed from the holder's side: money in is positive."""

    id: BankKey
    iban: str
    statement: str
    position: int
    date: dt.date
    amount: int
    bank_reference: str | None
    customer_reference: str | None
    label: str


class BookedLine(NamedTuple):
    """A line of an entry on a bank account; a debit is money in, so positive."""

    id: BookKey
    journal: str
    year: int
    number: int
    date: dt.date
    amount: int
    reference: str
    label: str
    corrects: int | None

    @property
    def place(self) -> str:
        """`OP/2026/12, ligne 2`."""
        return f"{self.journal}/{self.year}/{self.number}, ligne {self.id[1]}"


class KnownMatch(NamedTuple):
    """A match in force: its lines on both sides, and why they belong together."""

    id: int
    pass_name: str
    reason: str
    at: dt.datetime
    actor: str
    bank: tuple[BankKey, ...]
    book: tuple[BookKey, ...]


class BankBalance(NamedTuple):
    """The bank's balance at the day, and from which statement it comes."""

    amount: int
    first_opening: int
    statement: str | None
    closed_on: dt.date | None
    lines_after: int
    proven: bool


class Position(NamedTuple):
    """One book and its bank at a day. Amounts in whole francs, signed from the holder's side.

    `to_book`: lines of the bank that the books do not have; `to_bank`: lines of the books that the bank does not have.
    `brought_forward` is what the books took over as opening balance; `settled_*` what the matches hold on each side.
    """

    book: str
    day: dt.date
    book_balance: int
    bank: BankBalance | None
    to_book: tuple[SeenLine, ...]
    to_bank: tuple[BookedLine, ...]
    matches: tuple[KnownMatch, ...]
    brought_forward: int
    settled_book: int
    settled_bank: int
    seen: int
    lines: dict[BankKey, SeenLine]
    entries: dict[BookKey, BookedLine]

    @property
    def adjusted_book(self) -> int:
        """What the books would say once the bank's lines are posted."""
        return self.book_balance + sum(line.amount for line in self.to_book)

    @property
    def adjusted_bank(self) -> int | None:
        """What the bank would say once it has seen the lines of the books."""
        return None if self.bank is None else self.bank.amount + sum(line.amount for line in self.to_bank)

    @property
    def difference(self) -> int | None:
        """Adjusted books less adjusted bank: zero, or the statement cannot be signed."""
        return None if self.adjusted_bank is None else self.adjusted_book - self.adjusted_bank

    @property
    def gaps(self) -> int:
        """What the statements received do not explain of the bank's balance: missing statements."""
        return 0 if self.bank is None else self.bank.amount - self.bank.first_opening - self.seen


def position(connection: Connection, book: str, day: dt.date, *, known: int, known_command: int) -> Position:
    """The two balances of a book at a day and their open lines, as known at an entry and a command of the record.

    A match counts when all its lines are dated up to the day; otherwise those that are remain open.
    """
    accounts = bank_ledger_accounts(connection, book)
    seen = _seen(connection, book, day, known_command)
    booked, brought = _booked(connection, book, accounts, day, known)
    matches = [
        match
        for match in _matches(connection, book, known, known_command)
        if all(one in seen for one in match.bank) and all(one in booked for one in match.book)
    ]
    held_bank = {one for match in matches for one in match.bank}
    held_book = {one for match in matches for one in match.book}
    open_book = [line for key, line in booked.items() if key not in held_book]
    return Position(
        book=book,
        day=day,
        book_balance=sum(balance_of(connection, book, one, as_of=day, known=known) for one in accounts),
        bank=_balance(connection, book, day, known_command, seen),
        to_book=tuple(line for key, line in seen.items() if key not in held_bank),
        to_bank=tuple(_without_corrected(open_book)),
        matches=tuple(matches),
        brought_forward=brought,
        settled_book=sum(booked[one].amount for one in held_book),
        settled_bank=sum(seen[one].amount for one in held_bank),
        seen=sum(line.amount for line in seen.values()),
        lines=seen,
        entries=booked,
    )


def _seen(connection: Connection, book: str, day: dt.date, known_command: int) -> dict[BankKey, SeenLine]:
    line = statement_line.c
    query = (
        select(
            line.id, line.iban, statement.c.number, statement.c.id.label("statement_id"), line.position,
            line.booking_date, line.amount, line.bank_reference, line.customer_reference, line.label,
        )
        .join(statement, statement.c.id == line.statement_id)
        .where(line.book == book, line.kind == "statement", line.booking_date <= day)
        .where(statement.c.command_id <= known_command, standing_line(known_command))
        .order_by(line.booking_date, line.id)
    )  # fmt: skip
    kept = kept_lines(connection, book, known_command)
    found = {}
    for row in connection.execute(query):
        shown = kept.get(row.id, row)
        name = shown.number or f"n° {shown.statement_id}"
        found[row.id] = SeenLine(
            row.id, row.iban, name, shown.position, row.booking_date, row.amount, row.bank_reference,
            row.customer_reference, row.label,
        )  # fmt: skip
    return found


def _booked(
    connection: Connection, book: str, accounts: Any, day: dt.date, known: int
) -> tuple[dict[BookKey, BookedLine], int]:
    """Lines of the bank accounts, without balances carried forward; and the balance taken over at the start."""
    line = entry_line.c
    query = (
        select(
            line.entry_id, line.position, entry.c.journal, entry.c.year, entry.c.number, line.date,
            (line.debit - line.credit).label("amount"), line.reference, entry.c.document,
            func.coalesce(line.label, entry.c.label).label("words"), entry.c.corrects, entry.c.origin,
        )
        .join(entry, entry.c.id == line.entry_id)
        .where(line.book == book, line.account.in_(accounts), line.date <= day, line.entry_id <= known)
        .order_by(line.date, line.entry_id, line.position)
    )  # fmt: skip
    found, brought = {}, 0
    for row in connection.execute(query):
        if row.journal == "AN":
            brought += int(row.amount) if row.origin != "opening" else 0
            continue
        key = (row.entry_id, row.position)
        reference = row.reference or row.document
        place = (row.journal, row.year, row.number, row.date, int(row.amount), reference, row.words, row.corrects)
        found[key] = BookedLine(key, *place)
    return found, brought


def _without_corrected(lines: list[BookedLine]) -> list[BookedLine]:
    """An entry corrected before the bank saw it cancels with its correction: neither is shown."""
    sums: dict[int, int] = {}
    for line in lines:
        key = line.corrects or line.id[0]
        sums[key] = sums.get(key, 0) + line.amount
    corrected = {line.corrects for line in lines if line.corrects is not None}
    gone = {key for key in corrected if key is not None and sums[key] == 0}
    return [line for line in lines if (line.corrects or line.id[0]) not in gone]


def _matches(connection: Connection, book: str, known: int, known_command: int) -> list[KnownMatch]:
    undone = select(match_undo.c.match_id).where(match_undo.c.command_id <= known_command)
    bank: dict[int, list[BankKey]] = {}
    for match_id, line_id in connection.execute(
        select(bank_match_line.c.match_id, bank_match_line.c.line_id).order_by(bank_match_line.c.line_id)
    ):
        bank.setdefault(match_id, []).append(line_id)
    booked: dict[int, list[BookKey]] = {}
    held = bank_match_entry_line.c
    for match_id, entry_id, place in connection.execute(
        select(held.match_id, held.entry_id, held.position).order_by(held.entry_id, held.position)
    ):
        booked.setdefault(match_id, []).append((entry_id, place))
    query = (
        select(bank_match)
        .where(bank_match.c.book == book, bank_match.c.command_id <= known_command, bank_match.c.id.not_in(undone))
        .order_by(bank_match.c.id)
    )
    found = [
        KnownMatch(
            row.id,
            row.pass_name,
            row.reason,
            row.at,
            row.actor,
            tuple(bank.get(row.id, ())),
            tuple(booked.get(row.id, ())),
        )
        for row in connection.execute(query)
    ]
    return [match for match in found if all(entry_id <= known for entry_id, _ in match.book)]


def _balance(
    connection: Connection, book: str, day: dt.date, known_command: int, seen: dict[BankKey, SeenLine]
) -> BankBalance | None:
    """The closing of each account's last statement at or before the day, plus the lines booked since."""
    rows = connection.execute(
        select(statement)
        .where(statement.c.book == book, statement.c.kind == "statement", statement.c.command_id <= known_command)
        .where(standing_statement(known_command))
        .order_by(statement.c.iban, statement.c.end_date, statement.c.id)
    ).all()
    amount = first = after = 0
    last: Any = None
    proven, known_any = True, False
    for iban in sorted({row.iban for row in rows} | {line.iban for line in seen.values()}):
        mine = [row for row in rows if row.iban == iban]
        closed = [row for row in mine if row.closing is not None and row.end_date is not None and row.end_date <= day]
        opened = [row for row in mine if row.opening is not None]
        earliest = opened[0].opening if opened else 0
        since = closed[-1].end_date if closed else None
        later = [line for line in seen.values() if line.iban == iban and (since is None or line.date > since)]
        amount += (closed[-1].closing if closed else earliest) + sum(line.amount for line in later)
        first += earliest
        after += len(later)
        known_any = known_any or bool(opened or closed)
        if closed:
            last = closed[-1]
            proven = proven and bool(last.proven)
    if not known_any and not seen:
        return None
    name = None if last is None else last.number or f"n° {last.id}"
    return BankBalance(amount, first, name, None if last is None else last.end_date, after, proven and last is not None)
