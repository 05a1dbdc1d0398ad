"""Payment orders with their signatures, mandates with their keys, records of handover: the signed acts of a pack."""

import json
from typing import Any

from sqlalchemy import Connection, Table, select

from ledger.tables.mandates import handover_record, mandate, signing_key, signing_key_event
from reports.audit.pack_data import cell
from reports.audit.pack_folder import PackFolder, safe_name
from reports.audit.pack_scope import PackScope

SIGNED, UNSIGNED, DETAIL = "ordres/signes", "ordres/sans-signature", "ordres/detail"


def write_json(folder: PackFolder, name: str, document: Any) -> None:
    """One JSON document, accents kept, dates and instants in ISO 8601."""
    folder.text(name, [json.dumps(document, ensure_ascii=False, indent=1, default=cell)])


def write_orders(connection: Connection, folder: PackFolder, scope: PackScope) -> tuple[int, int]:
    """Each order as the offline verifier reads it, and with all its checks as people look at it.

    Gives how many are signed and how many bear no signature yet: only the first have something to verify.
    """
    from ledger.orders.show import export_stored, view_stored
    from ledger.orders.stored import list_orders

    orders = list_orders(connection, scope.known_command if scope.past else None, scope.until)
    signed = 0
    for order in orders:
        number, document = order.number, export_stored(connection, order, scope.known_command)
        signed += bool(document["signatures"])
        where = SIGNED if document["signatures"] else UNSIGNED
        write_json(folder, f"{where}/{safe_name(number)}.json", document)
        write_json(folder, f"{DETAIL}/{safe_name(number)}.json", view_stored(connection, order, scope.known_command))
    return signed, len(orders) - signed


def write_mandates(connection: Connection, folder: PackFolder, scope: PackScope) -> tuple[int, int]:
    """Mandates in the order of their beginning, every signature key, each record of handover with its signatures.

    Gives how many mandates and how many records there are. The content of a record stands alone in a file whose
    SHA-256 is the one that was signed.
    """
    from ledger.mandates.handover import read_handover

    tables = {"mandates": mandate, "keys": signing_key, "key_events": signing_key_event}
    document = {name: _rows(connection, table, scope) for name, table in tables.items()}
    if document["mandates"] or document["keys"]:
        write_json(folder, "mandats/mandats.json", document)
    own = select(handover_record).where(*scope.rows(handover_record))
    records = connection.execute(own.order_by(handover_record.c.id)).all()
    for row in records:
        folder.content(f"mandats/remises/{row.id:04d}-contenu.json", row.content.encode())
        write_json(folder, f"mandats/remises/{row.id:04d}.json", read_handover(connection, row.id, scope.known_command))
    return len(document["mandates"]), len(records)


def _rows(connection: Connection, table: Table, scope: PackScope) -> list[dict[str, Any]]:
    query = select(table).where(*scope.rows(table)).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in connection.execute(query)]
