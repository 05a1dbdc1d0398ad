"""The statements and lines that stand, as conditions of a query, and where a line that outlived its statement is."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection, Date, text

from ledger.standing import line_stands, statement_stands

KNOWN = "standing_known"

_KEPT = (
    "SELECT l.id, t.id AS statement_id, t.number, g.position FROM statement_withdrawal w"
    " JOIN statement_line l ON l.statement_id = w.statement_id JOIN statement_line_again g ON g.line_id = l.id"
    " JOIN statement t ON t.id = g.statement_id WHERE l.book = :book AND {stands}"
    " ORDER BY g.statement_id DESC, g.position DESC"
)

_LINES = (
    "SELECT x.id, x.booking_date, EXISTS (SELECT 1 FROM statement_line o WHERE o.id = x.id AND o.statement_id <> :id"
    " AND {own}) OR EXISTS (SELECT 1 FROM statement_line_again g WHERE g.line_id = x.id AND g.statement_id <> :id"
    " AND {again}) AS kept, (SELECT min(m.match_id) FROM bank_match_line m LEFT JOIN match_undo u"
    " ON u.match_id = m.match_id WHERE m.line_id = x.id AND u.match_id IS NULL) AS held"
    " FROM (SELECT l.id, l.booking_date FROM statement_line l WHERE l.statement_id = :id UNION ALL"
    " SELECT l.id, l.booking_date FROM statement_line_again g JOIN statement_line l ON l.id = g.line_id"
    " WHERE g.statement_id = :id) x ORDER BY x.id"
)


class Shown(NamedTuple):
    """The statement that shows a line, its number at the bank, and the line's place on it."""

    statement_id: int
    number: str | None
    position: int


class ShownLine(NamedTuple):
    """A line that a statement shows: whether another standing statement shows it too, and the match in force."""

    id: int
    booking_date: dt.date
    kept: bool
    held: int | None


def standing_line(known_command: int | None = None) -> Any:
    """The condition that a row of `statement_line` stands, now or as known at a command of the record."""
    if known_command is None:
        return text(line_stands("statement_line"))
    return text(line_stands("statement_line", KNOWN)).bindparams(**{KNOWN: known_command})


def gone_line() -> Any:
    """The condition that no standing statement shows a row of `statement_line` any more."""
    return text(f"NOT {line_stands('statement_line')}")


def standing_statement(known_command: int | None = None) -> Any:
    """The condition that a row of `statement` stands, now or as known at a command of the record."""
    if known_command is None:
        return text(statement_stands("statement.id"))
    return text(statement_stands("statement.id", KNOWN)).bindparams(**{KNOWN: known_command})


def kept_lines(connection: Connection, book: str, known_command: int | None = None) -> dict[int, Shown]:
    """The standing lines of a book whose own statement is withdrawn: each with the first statement that shows it."""
    known = None if known_command is None else KNOWN
    stands = statement_stands("t.id", known)
    if known is not None:
        stands += f" AND w.command_id <= :{known} AND t.command_id <= :{known}"
    rows = connection.execute(text(_KEPT.format(stands=stands)), {"book": book, KNOWN: known_command})
    # the lowest number comes last
    return {row.id: Shown(row.statement_id, row.number, row.position) for row in rows}


def shown_lines(connection: Connection, statement_id: int) -> list[ShownLine]:
    """Every line that a statement shows, its own and those that it shows again."""
    query = _LINES.format(own=statement_stands("o.statement_id"), again=statement_stands("g.statement_id"))
    rows = connection.execute(text(query).columns(booking_date=Date), {"id": statement_id})
    return [ShownLine(row.id, row.booking_date, bool(row.kept), row.held) for row in rows]
