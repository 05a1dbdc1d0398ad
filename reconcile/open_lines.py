"""The lines that no active match holds: those of the bank and those of the books."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, exists, or_, select

from ledger.tables.books import bank_account
from ledger.tables.journal import entry, entry_line
from reconcile.match_tables import bank_match_entry_line, bank_match_line, match_undo
from reconcile.matching.rows import BankLine, BookLine
from reconcile.model import LineDetail
from reconcile.tables import statement, statement_line


def _line_is_matched() -> Any:
    return exists().where(
        bank_match_line.c.line_id == statement_line.c.id,
        ~exists().where(match_undo.c.match_id == bank_match_line.c.match_id),
    )


def _entry_line_is_matched(entry_id: Any, position: Any) -> Any:
    return exists().where(
        bank_match_entry_line.c.entry_id == entry_id,
        bank_match_entry_line.c.position == position,
        ~exists().where(match_undo.c.match_id == bank_match_entry_line.c.match_id),
    )


def bank_lines(
    connection: Connection, book: str, until: dt.date | None = None, *, matched: bool = False
) -> list[BankLine]:
    """The open lines of a book's statements (or, with `matched`, the settled ones), by date and place.

    Lines of notices during the day are no lines of a statement and are left out.
    """
    wanted = _line_is_matched() if matched else ~_line_is_matched()
    query = (
        select(statement_line, statement.c.number.label("statement_number"))
        .join(statement, statement.c.id == statement_line.c.statement_id)
        .where(statement_line.c.book == book, statement_line.c.kind == "statement", wanted)
        .order_by(statement_line.c.booking_date, statement_line.c.id)
    )
    if until is not None:
        query = query.where(statement_line.c.booking_date <= until)
    return [_bank_line(row) for row in connection.execute(query)]


def _bank_line(row: Any) -> BankLine:
    return BankLine(
        row.id,
        row.book,
        row.statement_number or f"n° {row.statement_id}",
        row.position,
        row.booking_date,
        row.value_date,
        row.amount,
        row.reversal,
        row.bank_reference,
        row.customer_reference,
        row.type,
        row.counterparty,
        row.label,
        tuple(LineDetail(*item) for item in json.loads(row.details)) if row.details != "[]" else (),
    )


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
    number = entry_line.c.account.in_(bank_ledger_accounts(connection, book))
    corrected_by = entry.alias("correcting")
    original = entry.alias("corrected")
    original_line = entry_line.alias("original_line")
    cancelled = exists().where(corrected_by.c.corrects == entry.c.id)
    original_matched = exists().where(
        original.c.id == entry.c.corrects,
        original_line.c.entry_id == original.c.id,
        _entry_line_is_matched(original_line.c.entry_id, original_line.c.position),
    )
    query = (
        select(entry_line, entry)
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(
            entry_line.c.book == book,
            number,
            entry.c.journal != "AN",
            ~_entry_line_is_matched(entry_line.c.entry_id, entry_line.c.position),
            ~cancelled,
            or_(entry.c.corrects.is_(None), original_matched),
        )
        .order_by(entry_line.c.date, entry_line.c.entry_id, entry_line.c.position)
    )
    if until is not None:
        query = query.where(and_(entry_line.c.date <= until))
    return [
        BookLine(
            (row.entry_id, row.position),
            row.book,
            row.date,
            row.debit - row.credit,
            (row.reference or "", row.document),
            row[entry_line.c.label] or row[entry.c.label],
            row.transfer,
        )
        for row in (_Columns(found) for found in connection.execute(query))
    ]


class _Columns:
    """A joined row whose columns are asked for by name, or by column where two tables share a name."""

    def __init__(self, row: Any) -> None:
        self._row = row

    def __getattr__(self, name: str) -> Any:
        mapping = self._row._mapping
        return mapping[entry_line.c[name]] if name in entry_line.c else mapping[entry.c[name]]

    def __getitem__(self, column: Any) -> Any:
        return self._row._mapping[column]
