"""How far a pack looks: the last accounting day, and what was recorded by then."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, or_, select

from reports.common import known_words
from reports.exports.entries import Selection
from reports.request import resolve


@dataclass(frozen=True)
class PackScope:
    """What a pack covers. `until` None: every accounting date; `asked_known` None: everything recorded.

    `known` is the last recorded entry, `known_command` the last row of the command log that count.
    """

    until: dt.date | None
    asked_known: str | None
    known: int
    known_command: int
    known_in_words: str

    @property
    def past(self) -> bool:
        """True when the pack shows the books as they were known, not as they stand."""
        return self.asked_known is not None

    @property
    def selection(self) -> Selection:
        """The entries of the exports."""
        if not self.past:
            return Selection(until=self.until)
        return Selection(until=self.until, known=self.known, known_command=self.known_command)

    @property
    def recorded(self) -> Selection:
        """Every entry recorded by then, whatever its date: the hash chain has no meaning with holes."""
        return Selection(known=self.known, known_command=self.known_command) if self.past else Selection()

    def rows(self, table: Table) -> list[Any]:
        """The conditions that leave the rows recorded by then: by their own command, else by those they belong to."""
        return recorded_by(table, self.known_command) if self.past else []


def pack_scope(connection: Connection, as_of: dt.date | None = None, as_known: str | None = None) -> PackScope:
    """The scope asked for.

    Refuses: period_reversed, known_unreadable.
    """
    request = resolve(connection, "audit-pack", as_of=as_of, as_known=as_known)
    return PackScope(as_of, as_known, request.known, request.known_command, known_words(request))


def recorded_by(table: Table, known_command: int) -> list[Any]:
    """Conditions on the rows of `table` recorded up to a row of the command log; none for tables of reference."""
    if table.name == "command_log":
        return [table.c.id <= known_command]
    if "command_id" in table.c:
        own = table.c.command_id
        return [own <= known_command if not own.nullable else or_(own.is_(None), own <= known_command)]
    found = []
    for key in sorted(table.foreign_key_constraints, key=lambda one: str(one.name)):
        column, parent = key.columns[0], key.elements[0].column
        if len(key.elements) > 1 or column.nullable or parent.table is table:
            continue
        conditions = recorded_by(parent.table, known_command)
        if conditions:
            found.append(column.in_(select(parent).where(*conditions)))
    return found
