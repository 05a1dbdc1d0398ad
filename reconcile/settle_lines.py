"""The open lines that a person names: found, checked to be of the book and still open."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, exists, select

from ledger.correction_rules import ReasonMissing
from ledger.entry import parse_reference
from ledger.read import find_entry
from ledger.tables.journal import entry_line
from reconcile.act_rules import (
    BankLineMatched,
    BankLineUnknown,
    BankLineWithdrawn,
    EntryLineMatched,
    EntryLineUnknown,
)
from reconcile.match_tables import bank_match_entry_line, bank_match_line, match_undo
from reconcile.matching.rows import BankLine
from reconcile.open_lines import bank_ledger_accounts, select_bank_lines
from reconcile.standing import gone_line
from reconcile.tables import statement_line, statement_withdrawal

Place = tuple[int, int]


def require_reason(reason: str | None, what: str) -> str:
    """The reason of an act, without blanks around. Refuses: reason_missing."""
    if not (reason or "").strip():
        raise ReasonMissing(what=what)
    return (reason or "").strip()


def book_of_line(connection: Connection, line: int) -> str:
    """The book of a statement's line. Refuses: bank_line_unknown, bank_line_withdrawn."""
    query = select(statement_line.c.book).where(statement_line.c.id == line, statement_line.c.kind == "statement")
    found = connection.execute(query).scalar()
    if found is None:
        raise BankLineUnknown(line=line)
    _require_standing(connection, line)
    return str(found)


def _require_standing(connection: Connection, line: int) -> None:
    gone = statement_withdrawal
    query = (
        select(gone.c.statement_id, gone.c.actor, gone.c.reason)
        .join(statement_line, statement_line.c.statement_id == gone.c.statement_id)
        .where(statement_line.c.id == line, gone_line())
    )
    row = connection.execute(query).one_or_none()
    if row is not None:
        raise BankLineWithdrawn(line=line, statement=row.statement_id, by=row.actor, reason=row.reason)


def open_bank_line(connection: Connection, book: str, line: int) -> BankLine:
    """The open line of that number. Refuses: bank_line_unknown, bank_line_matched."""
    found = select_bank_lines(connection, book, None, statement_line.c.id == line)
    if not found:
        raise BankLineUnknown(line=line)
    held = match_of_line(connection, line)
    if held is not None:
        raise BankLineMatched(line=line, match=held)
    return found[0]


def match_of_line(connection: Connection, line: int) -> int | None:
    """The match in force that holds a bank line."""
    return _in_force(connection, bank_match_line.c.match_id, bank_match_line.c.line_id == line)


def match_of_place(connection: Connection, place: Place) -> int | None:
    """The match in force that holds an entry line."""
    held = bank_match_entry_line.c
    return _in_force(connection, held.match_id, (held.entry_id == place[0]) & (held.position == place[1]))


def _in_force(connection: Connection, match_id: Any, condition: Any) -> int | None:
    undone = exists().where(match_undo.c.match_id == match_id)
    found = connection.execute(select(match_id).where(condition, ~undone)).scalar()
    return None if found is None else int(found)


def open_entry_lines(connection: Connection, book: str, names: Iterable[str]) -> list[tuple[Place, int]]:
    """The open lines on the bank account that `BF/OD/2026/12:2` names, with their signed amounts.

    Refuses: entry_line_unknown, entry_line_matched, reference_unreadable, entry_unknown.
    """
    accounts = bank_ledger_accounts(connection, book)
    return [_entry_line(connection, book, accounts, name) for name in names]


def _entry_line(connection: Connection, book: str, accounts: Sequence[str], name: str) -> tuple[Place, int]:
    reference, _, position = name.strip().rpartition(":")
    if not position.isdecimal() or parse_reference(reference)[0] != book:
        raise EntryLineUnknown(place=name, book=book)
    entry_id = find_entry(connection, reference).id
    row = connection.execute(
        select(entry_line).where(entry_line.c.entry_id == entry_id, entry_line.c.position == int(position))
    ).one_or_none()
    if row is None or row.account not in accounts:
        raise EntryLineUnknown(place=name, book=book)
    place = (entry_id, int(position))
    held = match_of_place(connection, place)
    if held is not None:
        raise EntryLineMatched(place=name, match=held)
    return place, row.debit - row.credit
