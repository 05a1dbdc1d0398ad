"""Payment orders with their signatures, mandates with their keys, records of handover: the signed acts of a pack."""

import json
from typing import Any

from sqlalchemy import Connection, Table, select

from ledger.tables.mandates import handover_record, mandate, signing_key, signing_key_event
from ledger.tables.orders import payment_order
from reports.audit.pack_data import cell
from reports.audit.pack_folder import PackFolder, safe_name

SIGNED, UNSIGNED, DETAIL = "ordres/signes", "ordres/sans-signature", "ordres/detail"


def write_json(folder: PackFolder, name: str, document: Any) -> None:
    """One JSON document, accents kept, dates and instants in ISO 8601."""
    folder.text(name, [json.dumps(document, ensure_ascii=False, indent=1, default=cell)])


def write_orders(connection: Connection, folder: PackFolder) -> tuple[int, int]:
    """Each order as the offline verifier reads it, and with all its checks as people look at it.

    Gives how many are signed and how many bear no signature yet: only the first have something to verify.
    """
    from ledger.orders.show import export_document, view_order

    numbers = connection.execute(select(payment_order.c.number).order_by(payment_order.c.id)).scalars().all()
    signed = 0
    for number in numbers:
        document = export_document(connection, number)
        signed += bool(document["signatures"])
        where = SIGNED if document["signatures"] else UNSIGNED
        write_json(folder, f"{where}/{safe_name(number)}.json", document)
        write_json(folder, f"{DETAIL}/{safe_name(number)}.json", view_order(connection, number))
    return signed, len(numbers) - signed


def write_mandates(connection: Connection, folder: PackFolder) -> tuple[int, int]:
    """Mandates in the order of their beginning, every signature key, each record of handover with its signatures.

    Gives how many mandates and how many records there are. The content of a record stands alone in a file whose
    SHA-256 is the one that was signed.
    """
    from ledger.mandates.handover import read_handover

    tables = {"mandates": mandate, "keys": signing_key, "key_events": signing_key_event}
    document = {name: _rows(connection, table) for name, table in tables.items()}
    if document["mandates"] or document["keys"]:
        write_json(folder, "mandats/mandats.json", document)
    records = connection.execute(select(handover_record).order_by(handover_record.c.id)).all()
    for row in records:
        folder.content(f"mandats/remises/{row.id:04d}-contenu.json", row.content.encode())
        write_json(folder, f"mandats/remises/{row.id:04d}.json", read_handover(connection, row.id))
    return len(document["mandates"]), len(records)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    query = select(table).order_by(*table.primary_key.columns)
    return [dict(row._mapping) for row in connection.execute(query)]
