"""What the statements and the signed reconciliations show of the three accounts, as a handover freezes it."""

from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from ledger.standing import line_stands, statement_stands

_LINES = text(
    "SELECT s.book, count(*) AS lines, max(s.booking_date) AS last,"  # noqa: S608 - own names
    " coalesce(sum(CASE WHEN m.line_id IS NULL THEN 1 ELSE 0 END), 0) AS open_lines,"
    " coalesce(sum(CASE WHEN m.line_id IS NULL THEN s.amount ELSE 0 END), 0) AS open_amount"
    " FROM statement_line s JOIN statement t ON t.id = s.statement_id AND t.command_id <= :known"
    " LEFT JOIN (SELECT DISTINCT b.line_id FROM bank_match_line b JOIN bank_match k ON k.id = b.match_id"
    " AND k.command_id <= :known LEFT JOIN match_undo u ON u.match_id = b.match_id AND u.command_id <= :known"
    " WHERE u.match_id IS NULL) m ON m.line_id = s.id"
    " WHERE s.kind = 'statement' AND s.booking_date <= :day AND s.book = :book"
    f" AND {line_stands('s', 'known')} GROUP BY s.book"
)
_STATEMENT = text(
    "SELECT t.number, t.end_date, t.closing FROM statement t WHERE t.book = :book AND t.kind = 'statement'"  # noqa: S608 - own names
    " AND t.command_id <= :known AND t.end_date <= :day AND t.closing IS NOT NULL"
    f" AND {statement_stands('t.id', 'known')}"
    " ORDER BY t.end_date DESC, t.id DESC LIMIT 1"
)
_SIGNED = text(
    "SELECT f.id, f.year, f.month FROM reconciliation_signoff f WHERE f.book = :book AND f.command_id <= :known"
    " AND (SELECT count(*) FROM reconciliation_signature g WHERE g.signoff_id = f.id AND g.command_id <= :known) = 2"
    " ORDER BY f.year DESC, f.month DESC, f.revision DESC LIMIT 1"
)
_SIGNERS = text(
    "SELECT g.person FROM reconciliation_signature g WHERE g.signoff_id = :signoff AND g.command_id <= :known"
    " ORDER BY g.part"
)


def bank_situation(connection: Connection, book: str, day: date, known: int, balance: int) -> dict[str, Any] | None:
    """The last statement, the lines still without a match and the last month signed; None when nothing was imported.

    `difference` is the statement's closing balance less `balance`, what the books hold, in whole francs.
    """
    facts = {"book": book, "known": known, "day": day.isoformat() if _sqlite(connection) else day}
    lines = connection.execute(_LINES, facts).one_or_none()
    if lines is None:
        return None
    last = connection.execute(_STATEMENT, facts).one_or_none()
    signed = connection.execute(_SIGNED, facts).one_or_none()
    signers = [] if signed is None else list(
        connection.execute(_SIGNERS, {"signoff": signed.id, "known": known}).scalars()
    )  # fmt: skip
    return {
        "book": book,
        "last": str(lines.last),
        "lines": int(lines.lines),
        "open": int(lines.open_lines),
        "open_amount": int(lines.open_amount),
        "statement": None if last is None else last.number,
        "statement_date": None if last is None else str(last.end_date),
        "statement_closing": None if last is None else int(last.closing),
        "difference": None if last is None else int(last.closing) - balance,
        "signed_month": None if signed is None else f"{signed.year}-{signed.month:02d}",
        "signed_by": signers,
    }


def _sqlite(connection: Connection) -> bool:
    return connection.dialect.name == "sqlite"
