"""Look entries up: by reference, by key, in the order of a journal."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, bindparam, func, select

from ledger.entry import EntryUnknown, Line, SealedEntry, parse_reference
from ledger.tables.journal import entry, entry_line

FIELDS = SealedEntry._fields
_VALUES = attrgetter(*FIELDS)
BY_KEYS = select(entry).where(entry.c.key.in_(bindparam("keys", expanding=True)))


def _sealed(row: Any) -> SealedEntry:
    return SealedEntry._make(_VALUES(row))


def find_entry(connection: Connection, reference: str) -> SealedEntry:
    """The entry that `BF/OD/2026/12` names.

    Refuses: reference_unreadable, entry_unknown.
    """
    book, journal, year, number = parse_reference(reference)
    mine = (entry.c.book == book) & (entry.c.journal == journal) & (entry.c.year == year)
    row = connection.execute(select(entry).where(mine, entry.c.number == number)).one_or_none()
    if row is None:
        last = connection.execute(select(func.max(entry.c.number)).where(mine)).scalar()
        raise EntryUnknown(reference=reference, last=last or "aucun")
    return _sealed(row)


def find_by_id(connection: Connection, entry_id: int) -> SealedEntry:
    """The entry recorded at that place of the sequence; it must exist."""
    return _sealed(connection.execute(select(entry).where(entry.c.id == entry_id)).one())


def find_by_keys(connection: Connection, keys: Sequence[str]) -> dict[str, SealedEntry]:
    """The entries that bear one of these idempotency keys."""
    found: dict[str, SealedEntry] = {}
    for start in range(0, len(keys), 500):
        rows = connection.execute(BY_KEYS, {"keys": keys[start : start + 500]})
        found.update({row.key: _sealed(row) for row in rows})
    return found


def lines_of(connection: Connection, entry_id: int) -> list[Line]:
    """The lines of one entry, in their order."""
    rows = connection.execute(
        select(entry_line).where(entry_line.c.entry_id == entry_id).order_by(entry_line.c.position)
    )
    return [Line(row.account, row.debit, row.credit, row.label, row.reference, row.value_date) for row in rows]


def journal_entries(
    connection: Connection, where: Iterable[Any] = (), chunk: int = 2_000
) -> Iterator[tuple[SealedEntry, list[Any]]]:
    """Entries in the order in which they were recorded, each with its rows of `entry_line`, in flat memory.

    `where` restricts on columns of `entry`.
    """
    conditions = list(where)
    after = 0
    while True:
        rows = connection.execute(
            select(entry).where(entry.c.id > after, *conditions).order_by(entry.c.id).limit(chunk)
        ).all()
        if not rows:
            return
        lines: dict[int, list[Any]] = {}
        for row in connection.execute(
            select(entry_line)
            .where(entry_line.c.entry_id.between(rows[0].id, rows[-1].id))
            .order_by(entry_line.c.entry_id, entry_line.c.position)
        ):
            lines.setdefault(row.entry_id, []).append(row)
        for row in rows:
            yield _sealed(row), lines.get(row.id, [])
        after = rows[-1].id
