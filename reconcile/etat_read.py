"""Read what a reconciliation statement is made of, as it is known now or was known at a point of the record."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from ledger.levy.decisions import holidays_decided
from ledger.month import month_end
from ledger.refusal import Refusal
from ledger.tables.commands import command_log
from ledger.tables.journal import entry
from reconcile.bank_position import position
from reconcile.banking_days import last_open_day
from reconcile.etat import Etat, make_etat
from reconcile.standing import standing_statement
from reconcile.suspense import open_suspense, suspense_moves
from reconcile.tables import statement


class MonthUnreadable(Refusal):
    """A month is written with its year."""

    code = "month_unreadable"
    sentence = "Le mois « {text} » ne se lit pas : attendu AAAA-MM, par exemple 2026-03."
    exit_code = 2


def parse_month(text: str) -> tuple[int, int]:
    """`2026-03` as year and month. Refuses: month_unreadable."""
    year, _, month = text.strip().partition("-")
    fits = len(year) == 4 and len(month) == 2 and f"{year}{month}".isdecimal()
    if not fits or not 1 <= int(month) <= 12 or int(year) < 2000:
        raise MonthUnreadable(text=text)
    return int(year), int(month)


def etat_of(
    connection: Connection, book: str, year: int, month: int, *,
    known_entry: int | None = None, known_command: int | None = None,
) -> Etat:  # fmt: skip
    """The reconciliation statement of a book at a month's end, as known at a point of the record (now by default)."""
    if known_entry is None:
        known_entry = int(connection.execute(select(func.coalesce(func.max(entry.c.id), 0))).scalar_one())
    if known_command is None:
        known_command = int(connection.execute(select(func.coalesce(func.max(command_log.c.id), 0))).scalar_one())
    end = month_end(year, month)
    at = position(connection, book, end, known=known_entry, known_command=known_command)
    suspense = open_suspense(suspense_moves(connection, book, end, known_entry))
    covered = covered_until(_statements(connection, book, known_command), end)
    expected = last_open_day(book, end, holidays_decided(connection, book))
    return make_etat(at, covered, expected, suspense, known_entry, known_command)


def _statements(connection: Connection, book: str, known_command: int) -> Sequence[Any]:
    return connection.execute(
        select(statement)
        .where(statement.c.book == book, statement.c.kind == "statement", statement.c.command_id <= known_command)
        .where(standing_statement(known_command))
        .order_by(statement.c.iban, statement.c.end_date, statement.c.id)
    ).all()


def covered_until(statements: Sequence[Any], end: dt.date) -> dt.date | None:
    """The last day up to `end` that the statements of every account answer for.

    A later statement that opens on the balance on which the earlier one closed answers for the days between.
    """
    days = []
    for iban in sorted({one.iban for one in statements}):
        mine = [one for one in statements if one.iban == iban and one.end_date is not None]
        before = [one for one in mine if one.end_date <= end]
        after = [one for one in mine if one.end_date > end]
        chained = before and after and before[-1].closing is not None and after[0].opening == before[-1].closing
        if chained or (after and (after[0].start_date or end) <= end):
            days.append(end)
        elif before:
            days.append(before[-1].end_date)
        else:
            return None
    return min(days, default=None)
