"""What a statement brings anew after a withdrawal: its file is kept once, its lines take their next edition."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from reconcile.import_rules import period_of
from reconcile.model import Statement
from reconcile.standing import gone_line, standing_statement
from reconcile.tables import statement, statement_file, statement_line

Editions = dict[tuple[str, int], int]
"""Identity and occurrence of a line → the edition that it takes."""

_SAME = ("kind", "iban", "number", "start_date", "end_date", "opening", "closing", "line_count")


def editions(connection: Connection, iban: str, start: dt.date, end: dt.date, kind: str) -> Editions:
    """The lines of the period whose every bringer was withdrawn, with the edition that comes next."""
    line = statement_line.c
    query = (
        select(line.identity, line.occurrence, func.max(line.edition) + 1)
        .where(line.iban == iban, line.booking_date.between(start, end), line.kind == kind, gone_line())
        .group_by(line.identity, line.occurrence)
    )
    return {(identity, occurrence): int(edition) for identity, occurrence, edition in connection.execute(query)}


def stored_files(connection: Connection, digests: Sequence[str]) -> dict[str, int]:
    """SHA-256 → number, of those files that the books hold already."""
    query = select(statement_file.c.sha256, statement_file.c.id).where(statement_file.c.sha256.in_(list(digests)))
    return {row.sha256: int(row.id) for row in connection.execute(query)}


def to_take_again(connection: Connection, file: Any) -> bool:
    """Whether statements that a stored file brought, alone or with its other pages, were withdrawn and not brought
    anew: fewer stand now than it gave the first time."""
    born = statement.c.command_id == file.command_id
    of_pages = statement.c.file_id.in_(
        select(statement_file.c.id).where(statement_file.c.command_id == file.command_id)
    )
    given = select(func.count()).select_from(statement).where(born)
    standing = select(func.count()).select_from(statement).where(born | of_pages, standing_statement())
    return int(connection.execute(standing).scalar_one()) < int(connection.execute(given).scalar_one())


def standing_of(connection: Connection, file_ids: Sequence[int]) -> Counter[tuple[Any, ...]]:
    """The statements of stored files that still stand, by what tells them apart: they are not stored twice."""
    query = select(*(statement.c[name] for name in _SAME))
    mine = query.where(statement.c.file_id.in_(list(file_ids)), standing_statement())
    return Counter(tuple(row) for row in connection.execute(mine))


def told_apart(one: Statement, iban: str, kind: str) -> tuple[Any, ...]:
    """What tells a statement from the others of its file, as `standing_of` counts them."""
    return (kind, iban, one.number, *period_of(one), one.opening, one.closing, len(one.lines))


def next_position(connection: Connection, file_id: int) -> int:
    """The place of the next statement that is stored under a file."""
    query = select(func.coalesce(func.max(statement.c.position), 0) + 1).where(statement.c.file_id == file_id)
    return int(connection.execute(query).scalar_one())
