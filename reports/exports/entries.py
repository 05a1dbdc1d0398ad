"""What every export has in common: which entries, in which order, and how a text stays on one line."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, Text, select, type_coerce

from ledger.book import BOOKS
from ledger.tables.journal import entry, entry_line
from ledger.tables.periods import year_event
from reconcile.match_tables import bank_match, bank_match_entry_line, match_undo

LAST = 2**62
"""Beyond every row of the command log."""

CHUNK = 5_000
"""Rows held at a time; memory does not grow with the books."""


@dataclass(frozen=True)
class Selection:
    """Which part of the books: one book or the three, one financial year or all.

    `until` is the last accounting date; `known` the last recorded entry and `known_command` the last row of the command
    log that count. None: no limit.
    """

    book: str | None = None
    year: int | None = None
    until: dt.date | None = None
    known: int | None = None
    known_command: int | None = None

    @property
    def books(self) -> tuple[str, ...]:
        """The codes of the books."""
        return BOOKS if self.book is None else (self.book,)

    @property
    def last_command(self) -> int:
        """The last row of the command log that counts."""
        return LAST if self.known_command is None else self.known_command

    def entries(self) -> list[Any]:
        """The conditions on `entry`."""
        found: list[Any] = [entry.c.book.in_(self.books)]
        if self.year is not None:
            found.append(entry.c.year == self.year)
        if self.until is not None:
            found.append(entry.c.date <= self.until)
        if self.known is not None:
            found.append(entry.c.id <= self.known)
        return found


class ExportLine(NamedTuple):
    """One line of an entry. `match` and `matched_at`: the reconciliation that ties it to the bank, if any, and when."""

    position: int
    account: str
    debit: int
    credit: int
    label: str | None
    reference: str | None
    value_date: dt.date | None
    match: int | None
    matched_at: str | None


class ExportEntry(NamedTuple):
    """One entry with its lines. `row` has the columns of the table `entry`, instants as their text."""

    row: Any
    lines: tuple[ExportLine, ...]

    @property
    def reference(self) -> str:
        """`BF/OD/2026/12`."""
        return f"{self.row.book}/{self.row.journal}/{self.row.year}/{self.row.number}"


def _query(selection: Selection, by_date: bool) -> Select[Any]:
    undone = select(match_undo.c.match_id).where(match_undo.c.command_id <= selection.last_command)
    tied = (
        select(bank_match_entry_line.c.entry_id, bank_match_entry_line.c.position, bank_match.c.id, bank_match.c.at)
        .join(bank_match, bank_match.c.id == bank_match_entry_line.c.match_id)
        .where(bank_match.c.id.not_in(undone), bank_match.c.command_id <= selection.last_command)
        .subquery()
    )
    query = (
        select(
            *(column for column in entry.c if column.name != "recorded_at"),
            type_coerce(entry.c.recorded_at, Text).label("recorded_at"),
            entry_line.c.position.label("line_position"),
            entry_line.c.account,
            entry_line.c.debit,
            entry_line.c.credit,
            entry_line.c.label.label("line_label"),
            entry_line.c.reference.label("line_reference"),
            entry_line.c.value_date,
            tied.c.id.label("match"),
            type_coerce(tied.c.at, Text).label("matched_at"),
        )
        .join(entry_line, entry_line.c.entry_id == entry.c.id)
        .outerjoin(tied, (tied.c.entry_id == entry_line.c.entry_id) & (tied.c.position == entry_line.c.position))
        .where(*selection.entries())
    )
    order = (entry.c.date, entry.c.id) if by_date else (entry.c.id,)
    return query.order_by(*order, entry_line.c.position)


def stream(connection: Connection, selection: Selection, *, by_date: bool) -> Iterator[ExportEntry]:
    """The entries with their lines, by accounting date or in the order in which they were recorded, in flat memory."""
    rows = connection.execute(_query(selection, by_date), execution_options={"yield_per": CHUNK})
    first = -len(ExportLine._fields)
    # the columns of the line come last, in the order of its fields
    for _, group in groupby(rows, key=itemgetter(0)):
        own = list(group)
        yield ExportEntry(own[0], tuple(ExportLine(*row[first:]) for row in own))


def carried_forward(connection: Connection, selection: Selection) -> frozenset[int]:
    """Identifiers of the entries that carry a closed year's balances forward (à-nouveaux), when all years are there."""
    if selection.year is not None:
        return frozenset()
    query = select(year_event.c.entry_id).where(
        year_event.c.action == "opening",
        year_event.c.entry_id.is_not(None),
        year_event.c.command_id <= selection.last_command,
    )
    return frozenset(connection.execute(query).scalars())


def used_accounts(connection: Connection, selection: Selection) -> list[tuple[str, str]]:
    """(book, account) of every account that has a line, in order."""
    query = select(entry_line.c.book, entry_line.c.account).distinct().where(entry_line.c.book.in_(selection.books))
    if selection.until is not None:
        query = query.where(entry_line.c.date <= selection.until)
    if selection.known is not None:
        query = query.where(entry_line.c.entry_id <= selection.known)
    if selection.year is not None:
        start, end = dt.date(selection.year, 1, 1), dt.date(selection.year, 12, 31)
        query = query.where(entry_line.c.date.between(start, end))
    return sorted((book, account) for book, account in connection.execute(query))


_SPACES = re.compile(r" {2,}")


def one_line(text: str | None) -> str:
    """The text on one line: controls, line ends, tabs and format characters become spaces, runs of spaces one."""
    plain = text or ""
    if not plain.isprintable():  # nearly every text is: nothing in it has to be looked for
        plain = "".join(" " if _breaks(character) else character for character in plain)
    return (_SPACES.sub(" ", plain) if "  " in plain else plain).strip()


def _breaks(character: str) -> bool:
    category = unicodedata.category(character)
    return category.startswith("C") or (category.startswith("Z") and character not in " \u00a0\u202f")
