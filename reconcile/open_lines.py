"""The lines that no active match holds: those of the bank and those of the books."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, select

from ledger.tables.books import bank_account
from ledger.tables.journal import entry, entry_line
from reconcile.match_tables import bank_match_entry_line, bank_match_line, match_undo
from reconcile.matching.rows import BankLine, BookLine
from reconcile.model import LineDetail
from reconcile.standing import kept_lines, standing_line
from reconcile.tables import statement, statement_line

_LINE = (
    "id", "book", "statement_id", "position", "booking_date", "value_date", "amount", "reversal", "bank_reference",
    "customer_reference", "type", "counterparty", "label", "details",
)  # fmt: skip


def _active(match_id: Any) -> Any:
    return ~exists().where(match_undo.c.match_id == match_id)


def bank_lines(
    connection: Connection, book: str, until: dt.date | None = None, *, matched: bool = False
) -> list[BankLine]:
    """The open lines of a book's statements (or, with `matched`, the settled ones), by date and place.

    Lines of notices during the day are no lines of a statement and are left out.
    """
    held = exists().where(bank_match_line.c.line_id == statement_line.c.id, _active(bank_match_line.c.match_id))
    return select_bank_lines(connection, book, until, held if matched else ~held)


def select_bank_lines(connection: Connection, book: str, until: dt.date | None, *wanted: Any) -> list[BankLine]:
    """The standing lines of a book's statements that meet the conditions, by date and place.

    A line whose own statement was withdrawn is named by the statement that still shows it.
    """
    query = (
        select(*(statement_line.c[name] for name in _LINE))
        .where(statement_line.c.book == book, statement_line.c.kind == "statement", standing_line(), *wanted)
        .order_by(statement_line.c.booking_date, statement_line.c.id)
    )
    if until is not None:
        query = query.where(statement_line.c.booking_date <= until)
    numbers, kept = statement_numbers(connection, book), kept_lines(connection, book)
    found = [
        BankLine._make((row[0], row[1], numbers[row[2]], *row[3:13], () if row[13] == "[]" else _details(row[13])))
        for row in connection.execute(query).all()
    ]
    if kept:
        found = [
            one._replace(statement=numbers[kept[one.id].statement_id], position=kept[one.id].position)
            if one.id in kept else one
            for one in found
        ]  # fmt: skip
    return found


def statement_numbers(connection: Connection, book: str) -> dict[int, str]:
    """How people know each statement of a book: the bank's number, or ours where the bank gives none."""
    query = select(statement.c.id, statement.c.number).where(statement.c.book == book)
    return {place: number or f"n° {place}" for place, number in connection.execute(query)}


def _details(text: str) -> tuple[LineDetail, ...]:
    return tuple(LineDetail(*item) for item in json.loads(text))


def bank_ledger_accounts(connection: Connection, book: str) -> Sequence[str]:
    """The accounts of the chart that stand for the bound bank accounts of a book."""
    return sorted(
        {str(row[0]) for row in connection.execute(select(bank_account.c.account).where(bank_account.c.book == book))}
    )


def book_lines(connection: Connection, book: str, until: dt.date | None = None) -> list[BookLine]:
    """The open lines of a book's entries on its bank accounts, by date and place in the journal.

    Balances carried from a former year are no movement. An entry corrected before the bank showed it, and
    its correction, cancel each other: both are left out.
    """
    held = exists().where(
        bank_match_entry_line.c.entry_id == entry_line.c.entry_id,
        bank_match_entry_line.c.position == entry_line.c.position,
        _active(bank_match_entry_line.c.match_id),
    )
    query = (
        select(
            entry_line.c.entry_id, entry_line.c.position, entry_line.c.book, entry_line.c.date,
            entry_line.c.debit - entry_line.c.credit, entry_line.c.reference, entry.c.document, entry_line.c.label,
            entry.c.label.label("entry_label"), entry.c.transfer,
        )
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(
            entry_line.c.book == book,
            entry_line.c.account.in_(bank_ledger_accounts(connection, book)),
            entry.c.journal != "AN",
            ~held,
        )
        .order_by(entry_line.c.date, entry_line.c.entry_id, entry_line.c.position)
    )  # fmt: skip
    if until is not None:
        query = query.where(entry_line.c.date <= until)
    rows = connection.execute(query).all()
    cancelled = _cancelled(connection, book, {(row[0], row[1]) for row in rows})
    return [
        BookLine((row[0], row[1]), row[2], row[3], row[4], (row[5] or "", row[6]), row[7] or row[8], row[9])
        for row in rows
        if (row[0], row[1]) not in cancelled
    ]


def _cancelled(connection: Connection, book: str, unheld: set[tuple[int, int]]) -> set[tuple[int, int]]:
    """The open lines of corrected entries and of their corrections, where both are open: line answers to line."""
    query = select(entry.c.id, entry.c.corrects).where(entry.c.book == book, entry.c.corrects.is_not(None))
    original = {row.id: row.corrects for row in connection.execute(query)}
    pairs = {
        (correcting, position): (original[correcting], position)
        for correcting, position in unheld
        if correcting in original and (original[correcting], position) in unheld
    }
    return {*pairs, *pairs.values()}
