"""One entry as people and scripts look at it."""

from typing import Any

from sqlalchemy import Connection, select

from ledger.chart import chart_accounts
from ledger.read import find_by_id, find_entry, lines_of
from ledger.refusal import plain
from ledger.tables.journal import entry


def view_entry(connection: Connection, reference: str) -> dict[str, Any]:
    """Every field of an entry, its lines with the titles of their accounts, and what it is linked to.

    Refuses: reference_unreadable, entry_unknown.
    """
    one = find_entry(connection, reference)
    titles = chart_accounts(connection)
    linked = {
        name: None if (other := getattr(one, name)) is None else find_by_id(connection, other).reference
        for name in ("corrects", "replaces", "peer")
    }
    correcting = connection.execute(select(entry.c.id).where(entry.c.corrects == one.id)).scalar()
    document = {**one._asdict(), **linked, "reference": one.reference}
    document["corrected_by"] = None if correcting is None else find_by_id(connection, correcting).reference
    document["lines"] = [
        {**line._asdict(), "title": titles[line.account].title if line.account in titles else None}
        for line in lines_of(connection, one.id)
    ]
    return dict(plain(document))
