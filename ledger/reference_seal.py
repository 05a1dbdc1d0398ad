"""The seal of what no command writes: books, chart, law of the levy, moves and checks of an order, and the guards."""

import json
from importlib import import_module
from typing import Any

from sqlalchemy import Connection, Table, insert, select

from ledger.chain import GENESIS
from ledger.command_seal import is_reference, reference_hash, sealed_groups
from ledger.guards_seal import BEGIN, guard_digests
from ledger.tables import metadata
from ledger.tables.commands import reference_seal


def reference_tables() -> list[Table]:
    """The tables, or parts of tables, that « pcaes init » alone fills."""
    for name in ("books", "capital", "commands", "levy", "mandates", "orders"):
        import_module(f"ledger.tables.{name}")
    return [table for _, table in sorted(metadata.tables.items()) if is_reference(table) or _partly(table)]


def _partly(table: Table) -> bool:
    """Whether some rows were born of a command and others, such as the first terms of the capital, were not."""
    return "command_id" in table.c and bool(table.c.command_id.nullable)


def reference_digests(connection: Connection) -> dict[str, list[Any]]:
    """What a seal says: the rows of the reference tables, and the guards of every table."""
    return guard_digests(connection) | reference_rows(connection)


def reference_rows(connection: Connection) -> dict[str, list[Any]]:
    """Each table with how many rows no command wrote, and their digest."""
    found = {}
    for table in reference_tables():
        for command, label, digest in sealed_groups(connection, table):
            if command is None:
                found[label] = digest
    return found


def seal_references(connection: Connection, before: dict[str, list[Any]] | None) -> None:
    """Add a seal when the reference tables are not what the last one says.

    `before` is what they were when the work began: when nothing was added since, a table changed behind the guards
    does not get a seal of its own. None after an upgrade, which changes them itself.
    """
    last = connection.execute(select(reference_seal).order_by(reference_seal.c.id.desc()).limit(1)).one_or_none()
    now = reference_digests(connection)
    content = json.dumps(now, sort_keys=True)
    # books sealed before the guards were are sealed anew
    guarded = last is not None and f'"{BEGIN}' in last.content
    if last is not None and (last.content == content or (now == before and guarded)):
        return
    number, previous = (1, GENESIS) if last is None else (last.id + 1, last.hash)
    connection.execute(
        insert(reference_seal).values(
            id=number, content=content, previous_hash=previous, hash=reference_hash(number, content, previous)
        )
    )
