"""Withdraw a bank statement that is not the right one: it stays as evidence, and counts nowhere any more."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, text

from ledger.tables.periods import period_event, year_event
from ledger.users import allow
from reconcile.settle_lines import require_reason
from reconcile.signoff_rules import month_name
from reconcile.standing import ShownLine, shown_lines
from reconcile.statements import StatementUnknown, chain_gaps
from reconcile.tables import statement, statement_withdrawal
from reconcile.withdrawal_rules import (
    ClosedMonth,
    Resting,
    SignedMonth,
    StatementAmbiguous,
    Withdrawn,
    check_withdrawal,
)

Answer = dict[str, Any]

_SIGNED = text(
    "SELECT s.year, s.month, (SELECT g.person FROM reconciliation_signature g WHERE g.signoff_id = s.id"
    " AND g.part = 'preparer') AS preparer, r.person AS reviewer FROM reconciliation_signoff s"
    " JOIN reconciliation_signature r ON r.signoff_id = s.id AND r.part = 'reviewer'"
    " WHERE s.book = :book AND s.known_command >= :command AND s.year * 12 + s.month >= :first"
    " ORDER BY s.year, s.month LIMIT 1"
)


def named_statement(connection: Connection, reference: str, book: str | None = None) -> int:
    """The number in the books of the statement that a person names: that number itself, or the bank's reference.

    A reference names a standing statement, unless all that bear it are withdrawn.
    Refuses: statement_unknown, statement_ambiguous.
    """
    name = reference.strip()
    query = select(statement.c.id, statement.c.book, statement.c.start_date, statement.c.end_date)
    query = query.where(statement.c.id == int(name) if name.isdecimal() else statement.c.number == name)
    if book is not None:
        query = query.where(statement.c.book == book)
    rows = connection.execute(query.order_by(statement.c.id)).all() if len(name) <= 18 else []
    gone = set(connection.execute(select(statement_withdrawal.c.statement_id)).scalars())
    rows = [row for row in rows if row.id not in gone] or rows
    if not rows:
        raise StatementUnknown(id=reference)
    if len(rows) > 1:
        found = ", ".join(f"n° {row.id} ({row.book}, {_days(row.start_date, row.end_date)})" for row in rows)
        raise StatementAmbiguous(reference=name, found=found, statements=[row.id for row in rows])
    return int(rows[0].id)


def _days(start: dt.date | None, end: dt.date | None) -> str:
    return " – ".join("—" if day is None else f"{day:%d/%m/%Y}" for day in (start, end))


def withdraw_statement(unit: Any, reference: str, reason: str | None, book: str | None = None) -> Answer:
    """Withdraw a statement for a reason that stays in the books; nothing is deleted nor rewritten.

    Its lines that no other standing statement shows count nowhere any more, from this instant of the record on. The
    right statement is then imported as if this one had never come. Days that it leaves without a statement, or
    balances that do not follow any more, are in the answer (`gaps`), and no month that they touch can be signed.
    Refuses: statement_unknown, statement_ambiguous, reason_missing, role_forbidden, book_forbidden, and what
    `check_withdrawal` refuses.
    """
    connection = unit.connection
    number = named_statement(connection, reference, book)
    row = connection.execute(select(statement).where(statement.c.id == number)).one()
    allow(unit.user, "retirer un relevé", "accountant", book=row.book)
    lines = shown_lines(connection, number)
    before = connection.execute(
        select(statement_withdrawal).where(statement_withdrawal.c.statement_id == number)
    ).one_or_none()
    check_withdrawal(
        _resting(connection, row, lines), None if before is None else Withdrawn(before.at, before.actor, before.reason)
    )
    why = require_reason(reason, f"le relevé {_name(row)} (n° {number})")
    known = chain_gaps(connection, row.book, row.iban)
    connection.execute(
        insert(statement_withdrawal).values(
            statement_id=number, reason=why, at=unit.now, actor=unit.user.name, command_id=unit.command_id
        )
    )
    gaps = [gap for gap in chain_gaps(connection, row.book, row.iban) if gap not in known]
    kept = sum(line.kept for line in lines)
    return {
        "statement": number, "book": row.book, "account": row.iban, "number": row.number, "kind": row.kind,
        "from": row.start_date, "to": row.end_date, "opening": row.opening, "closing": row.closing,
        "lines": len(lines), "lines_withdrawn": len(lines) - kept, "lines_kept": kept, "reason": why,
        "at": unit.now, "by": unit.user.name, "gaps": gaps,
    }  # fmt: skip


def _name(row: Any) -> str:
    return row.number or "sans numéro"


def _resting(connection: Connection, row: Any, lines: Sequence[ShownLine]) -> Resting:
    days = [line.booking_date for line in lines]
    days += [day for day in (row.start_date, row.end_date) if day is not None]
    return Resting(
        row.id,
        _name(row),
        row.book,
        [(line.id, line.held) for line in lines if line.held is not None and not line.kept],
        _signed(connection, row, min(days)) if days and row.kind == "statement" else None,
        _closed(connection, row, min(days), max(days)) if days and row.kind == "statement" else None,
    )


def _signed(connection: Connection, row: Any, first: dt.date) -> SignedMonth | None:
    """The first signed month that knew of the statement and does not end before it begins."""
    facts = {"book": row.book, "command": row.command_id, "first": first.year * 12 + first.month}
    found = connection.execute(_SIGNED, facts).one_or_none()
    return None if found is None else SignedMonth(month_name(found.year, found.month), found.preparer, found.reviewer)


def _closed(connection: Connection, row: Any, first: dt.date, last: dt.date) -> ClosedMonth | None:
    """The first month of its days that was closed after the statement came and is closed still; those that cannot be
    reopened before the others."""
    acts: dict[tuple[int, int], list[Any]] = {}
    query = select(period_event).where(period_event.c.book == row.book, period_event.c.period <= 12)
    for event in connection.execute(query.order_by(period_event.c.id)):
        if (first.year, first.month) <= (event.year, event.period) <= (last.year, last.month):
            acts.setdefault((event.year, event.period), []).append(event)
    years = select(year_event.c.year).where(year_event.c.book == row.book, year_event.c.action == "close")
    over = set(connection.execute(years).scalars())
    found = []
    for (year, month), events in sorted(acts.items()):
        closing = [one.command_id for one in events if one.action == "close"]
        if events[-1].action != "reopen" and closing[-1] > row.command_id:
            final = "clôture définitive" if events[-1].action == "definitive" else None
            found.append(ClosedMonth(year, month, f"exercice {year} clos" if year in over else final))
    return min(found, key=lambda one: (one.final is None, one), default=None)
