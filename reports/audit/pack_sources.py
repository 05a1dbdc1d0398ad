"""The files that came from outside, byte for byte, under the fingerprint that was recorded when they came in."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from ledger.levy.take_declarations import file_parts
from ledger.tables.levy import customs_return
from ledger.tables.orders import document_file, order_document, payment_file
from reconcile.tables import statement_file
from reports.audit.pack_folder import SUMS, PackFolder, safe_name, sums_line
from reports.audit.pack_scope import PackScope

Source = tuple[str, str, Iterable[bytes]]
"""The name of a file in the pack, the fingerprint recorded on receipt, its bytes part by part."""


@dataclass(frozen=True)
class SourceFolder:
    """One kind of files: where they go, what they are, how many there were, and those whose bytes changed."""

    where: str
    title: str
    count: int
    altered: tuple[str, ...]


def write_sources(connection: Connection, folder: PackFolder, scope: PackScope) -> list[SourceFolder]:
    """Statements, customs returns, documents of orders, transfer files: each folder with its own SHA256SUMS.

    That list holds the fingerprints recorded on receipt, not those computed now: `sha256sum -c` proves that the files
    are those that were imported.
    """
    kinds = (
        ("sources/releves", "Relevés de compte importés", _files(connection, scope, statement_file, "name")),
        (
            "sources/etats-des-recettes",
            "États mensuels des recettes importés",
            _returns(connection, scope),
        ),
        ("sources/pieces", "Pièces justificatives des ordres", _documents(connection, scope)),
        (
            "sources/virements",
            "Fichiers de virement remis aux banques",
            _files(connection, scope, payment_file, "message_id", ".xml"),
        ),
    )
    return [_write(folder, where, title, files) for where, title, files in kinds]


def _write(folder: PackFolder, where: str, title: str, files: Iterator[Source]) -> SourceFolder:
    lines, altered = [], []
    for name, recorded, content in files:
        found = folder.parts(f"{where}/{name}", content)
        lines.append(sums_line(recorded, name))
        if found != recorded:
            altered.append(name)
    if lines:
        folder.text(f"{where}/{SUMS}", lines)
    return SourceFolder(where, title, len(lines), tuple(altered))


def _files(connection: Connection, scope: PackScope, table: Any, name: str, ending: str = "") -> Iterator[Source]:
    """Files in the order of their key, one in memory at a time."""
    keys = connection.execute(
        select(*table.primary_key.columns, table.c[name].label("name"), table.c.sha256)
        .where(*scope.rows(table))
        .order_by(*table.primary_key.columns)
    ).all()
    for place, row in enumerate(keys, 1):
        content = connection.execute(select(table.c.content).where(*_same(table, row))).scalar_one()
        yield f"{place:05d}-{safe_name(row.name + ending)}", row.sha256, [bytes(content)]


def _returns(connection: Connection, scope: PackScope) -> Iterator[Source]:
    """Customs returns; a long file of declarations is kept in parts."""
    for name, recorded, content in _files(connection, scope, customs_return, "name"):
        number = connection.execute(select(customs_return.c.id).where(customs_return.c.sha256 == recorded)).scalar_one()
        yield name, recorded, file_parts(connection, number, b"".join(content))


def _same(table: Any, row: Any) -> list[Any]:
    return [column == value for column, value in zip(table.primary_key.columns, row, strict=False)]


def _documents(connection: Connection, scope: PackScope) -> Iterator[Source]:
    """Each document once, under the first name that an order gave it."""
    names: dict[str, str] = {}
    own = select(order_document).where(*scope.rows(order_document))
    for row in connection.execute(own.order_by(order_document.c.order_id, order_document.c.position)):
        names.setdefault(row.sha256, row.name)
    kept = select(document_file.c.sha256).where(*scope.rows(document_file))
    digests = connection.execute(kept.order_by(document_file.c.sha256)).scalars().all()
    for digest in digests:
        content = connection.execute(
            select(document_file.c.content).where(document_file.c.sha256 == digest)
        ).scalar_one()
        yield f"{digest[:16]}-{safe_name(names.get(digest, 'piece'))}", digest, [bytes(content)]
