"""The seals of the commands, of the reference tables and of the guards, recomputed from what the database holds."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, select, text

from ledger.chain import GENESIS
from ledger.check import Check, Row
from ledger.command_seal import (
    CHAINED,
    KEPT,
    LOGGED,
    SEALS,
    command_hash,
    parent_of,
    reference_hash,
    sealed_groups,
)
from ledger.guards_seal import BEGIN, guard_digests
from ledger.reference_seal import reference_rows
from ledger.tables import metadata
from ledger.tables.commands import reference_seal

_STORED = f"SELECT {', '.join(LOGGED)}, hash FROM command_log ORDER BY id"
LOG = text(_STORED).execution_options(yield_per=2_000)
JOURNAL = text("SELECT id, hash FROM entry ORDER BY id").execution_options(yield_per=10_000)


def _log(connection: Connection) -> Iterator[Any]:
    """The commands as they are stored, instants as text."""
    yield from connection.execute(LOG)


def broken_commands(connection: Connection) -> Iterable[Row]:
    """Commands that are not what was sealed, or whose journal was cut short since."""
    previous: str | None = None
    heads: dict[int, tuple[str, int]] = {}
    for row in _log(connection):
        if row.hash is None:
            # books made before commands were sealed begin with such commands; none comes after a sealed one
            if previous is not None:
                yield {"command": row.id, "fault": "la commande n'est pas scellée"}
            continue
        if row.hash != command_hash(row._mapping):
            yield {"command": row.id, "fault": "la commande n'est pas celle qui a été scellée"}
        if row.previous_hash != (previous or GENESIS):
            yield {"command": row.id, "fault": "la commande précédente n'est plus celle qui précédait"}
        previous = row.hash
        number, head = _written(row.written)["journal"]
        heads[number] = (head, row.id)
    heads.pop(0, None)
    for number, found in connection.execute(JOURNAL):
        head, command = heads.pop(number, (found, 0))
        if head != found:
            yield {"command": command, "entry": number, "fault": "l'écriture n'est plus celle que la commande a vue"}
    for number, (_, command) in sorted(heads.items()):
        yield {"command": command, "entry": number, "fault": "l'écriture que la commande a vue n'est plus au journal"}


def _written(content: str) -> dict[str, Any]:
    """What a command wrote; nothing when its seal cannot be read, which `broken_commands` tells."""
    try:
        found = json.loads(content)
        return {"journal": [int(found["journal"][0]), found["journal"][1]], "tables": dict(found["tables"])}
    except (ValueError, KeyError, TypeError, IndexError):
        return {"journal": [0, GENESIS], "tables": {}}


def changed_rows(connection: Connection) -> Iterable[Row]:
    """Rows that are not those that their command wrote: changed, added or taken away behind the guards."""
    sealed: dict[tuple[int, str], Any] = {}
    first: int | None = None
    for row in _log(connection):
        if row.hash is None:
            continue
        first = row.id if first is None else first
        for label, digest in _written(row.written)["tables"].items():
            sealed[row.id, label] = digest
    seen: set[str] = set()
    for table in metadata.sorted_tables:
        if table.name in CHAINED | SEALS or ("command_id" not in table.c and parent_of(table) is None):
            continue
        for command, label, digest in sealed_groups(connection, table):
            seen.add(label)
            if command is None or first is None or command < first:
                continue
            if sealed.pop((command, label), None) != digest:
                yield {"table": label, "command": command, "fault": "les lignes ne sont pas celles de la commande"}
    for (command, label), _ in sorted(sealed.items()):
        # a draft that another command changed later is under that command's seal
        if label.partition("/")[0] not in KEPT or label not in seen:
            yield {"table": label, "command": command, "fault": "les lignes de la commande ne sont plus là"}


def changed_references(connection: Connection) -> Iterable[Row]:
    """Reference tables that are not what « pcaes init » sealed."""
    previous, content = GENESIS, None
    for place, row in enumerate(connection.execute(select(reference_seal).order_by(reference_seal.c.id)), start=1):
        if (row.id, row.previous_hash) != (place, previous) or row.hash != reference_hash(
            row.id, row.content, row.previous_hash
        ):
            yield {"seal": row.id, "fault": "le sceau n'est pas celui qui a été posé"}
        previous, content = row.hash, row.content
    if content is None:
        yield {"fault": "les tables de référence ne sont pas scellées : lancez « pcaes init »"}
        return
    sealed = {name: digest for name, digest in json.loads(content).items() if not name.startswith(BEGIN)}
    found = reference_rows(connection)
    for name in sorted(sealed.keys() | found.keys()):
        if sealed.get(name) != found.get(name):
            yield {"table": name, "fault": "la table n'est plus celle que « pcaes init » a scellée"}


def changed_guards(connection: Connection) -> Iterable[Row]:
    """Tables whose guards are not those that « pcaes init » put there: taken off, put to sleep, rewritten."""
    last = select(reference_seal.c.content).order_by(reference_seal.c.id.desc()).limit(1)
    content: dict[str, Any] = json.loads(connection.execute(last).scalar() or "{}")
    sealed = {name: digest for name, digest in content.items() if name.startswith(BEGIN)}
    found = guard_digests(connection)
    if not sealed:
        yield {"fault": "les gardes ne sont pas scellées : lancez « pcaes init »"}
        return
    for name in sorted(sealed.keys() | found.keys()):
        if sealed.get(name) != found.get(name):
            fault = "les gardes ne sont plus celles que « pcaes init » a posées"
            before, now = (digests.get(name, [0])[0] for digests in (sealed, found))
            yield {"table": name.removeprefix(BEGIN), "sealed": before, "found": now, "fault": fault}


def commands_head(connection: Connection, known_command: int | None = None) -> dict[str, object]:
    """How many commands, and the hash of the last one, up to `known_command`."""
    query = text("SELECT id, hash FROM command_log WHERE id <= :known ORDER BY id DESC LIMIT 1")
    row = connection.execute(query, {"known": 2**62 if known_command is None else known_command}).one_or_none()
    return {"commands": 0, "hash": GENESIS} if row is None else {"commands": row.id, "hash": row.hash or GENESIS}


CHECKS = (
    Check("command_seals", "Chaque commande porte son empreinte et celle de la précédente", broken_commands),
    Check("rows_as_sealed", "Chaque ligne des livres est celle que sa commande a écrite", changed_rows),
    Check(
        "references_as_sealed",
        "Le plan de comptes et les autres tables de référence sont ceux que l'installation a scellés",
        changed_references,
    ),
    Check("guards_in_place", "Les gardes de la base sont celles que l'installation a posées", changed_guards),
)
