"""One order as people and scripts look at it, and as the offline verifier takes it."""

from typing import Any

from sqlalchemy import Connection, select

from ledger.mandates.appoint import read_mandates
from ledger.orders.canonical import canonical_order, digest, instant_text
from ledger.orders.checks import CHECKS
from ledger.orders.export import export_order
from ledger.orders.inspect import recorded_results
from ledger.orders.signatures import read_signatures
from ledger.orders.stages import STAGE_TITLES
from ledger.orders.stored import StoredOrder, find_order
from ledger.orders.transfer_recall import transfer_files
from ledger.refusal import plain
from ledger.signing import fingerprint
from ledger.tables.journal import entry
from ledger.tables.orders import order_entry

TITLES = {check.code: check.title for check in CHECKS}


def view_order(connection: Connection, reference: str) -> dict[str, Any]:
    """Every field of an order, its stage, events, checks, signatures, entries and bank files.

    Refuses: order_unknown.
    """
    return view_stored(connection, find_order(connection, reference))


def view_stored(connection: Connection, stored: StoredOrder, known_command: int | None = None) -> dict[str, Any]:
    """The same for an order already read, perhaps as it was known up to a row of the command log."""
    order = stored.order
    stages = stored.charge_stages()
    signatures = _signatures(connection, stored, known_command)
    return {
        "id": stored.id,
        "number": stored.number,
        "stage": stored.stage,
        "stage_title": STAGE_TITLES[stored.stage],
        "purpose": order.purpose,
        "payee": {"name": order.payee.name, "iban": order.payee.iban},
        "amount": order.amount,
        "currency": order.currency,
        "account": order.account,
        "kind": order.kind,
        "reissues": order.reissues,
        "on_behalf_of": order.on_behalf_of,
        "sequence": stored.sequence,
        "created_at": instant_text(stored.created_at),
        "created_by": stored.actor,
        "charges": [{"book": one.book, "amount": one.amount, "stage": stages[one.book]} for one in order.charges],
        "documents": [{"name": one.name, "sha256": one.sha256, "size": one.size} for one in order.documents],
        "events": _events(connection, stored),
        "checks": _checks(connection, stored),
        "signature": next((row for row in signatures if row["act"] == "authorise"), None),
        "signatures": signatures,
        "payment_files": _files(connection, stored, known_command),
    }


def _events(connection: Connection, stored: StoredOrder) -> list[dict[str, Any]]:
    query = (
        select(order_entry.c.position, entry.c.book, entry.c.journal, entry.c.year, entry.c.number)
        .join(entry, entry.c.id == order_entry.c.entry_id)
        .where(order_entry.c.order_id == stored.id)
        .order_by(order_entry.c.entry_id)
    )
    posted: dict[int, list[str]] = {}
    for row in connection.execute(query):
        posted.setdefault(row.position, []).append(f"{row.book}/{row.journal}/{row.year}/{row.number}")
    return [
        {
            "position": event.position,
            "act": event.act,
            "from": event.source,
            "to": event.target,
            "role": event.role,
            "book": event.book,
            "person": event.person,
            "at": instant_text(event.at),
            "reason": event.reason,
            "mandate": stored.mandates.get(event.position),
            "entries": posted.get(event.position, []),
        }
        for event in stored.events
    ]


def _checks(connection: Connection, stored: StoredOrder) -> list[dict[str, Any]]:
    found = []
    for event in stored.events:
        if event.act not in ("accept", "regularise", "suspend"):
            continue
        for row in recorded_results(connection, stored.id, event.position):
            found.append(
                {
                    "position": event.position,
                    "book": event.book,
                    "code": row.code,
                    "title": TITLES.get(row.code, row.code),
                    "passed": row.passed,
                    "person": row.person,
                    "note": row.note,
                }
            )
    return found


def _signatures(connection: Connection, stored: StoredOrder, known_command: int | None) -> list[dict[str, Any]]:
    return [
        {
            "act": row.act.act,
            "book": row.act.book,
            "person": row.act.person,
            "state": row.act.state,
            "signed_at": instant_text(row.act.signed_at),
            "mandate": row.mandate.id,
            "mandate_act": row.mandate.act,
            "algorithm": row.algorithm,
            "public_key": row.public_key,
            "fingerprint": fingerprint(bytes.fromhex(row.public_key)),
            "signature": row.signature,
            "canonical_sha256": digest(canonical_order(stored.order, row.act)),
        }
        for row in read_signatures(connection, stored, read_mandates(connection, known_command))
    ]


def _files(connection: Connection, stored: StoredOrder, known_command: int | None) -> list[dict[str, Any]]:
    return [
        {"message": file["message"], "book": file["book"], "recalled": one["recalled"]}
        for file in map(plain, transfer_files(connection, known_command=known_command))
        for one in file["orders"]
        if one["order"] == stored.number
    ]


def export_document(connection: Connection, reference: str) -> dict[str, Any]:
    """What `offline_verifier.py` reads: the order, its signatures with their mandates, its events.

    Refuses: order_unknown.
    """
    return export_stored(connection, find_order(connection, reference))


def export_stored(connection: Connection, stored: StoredOrder, known_command: int | None = None) -> dict[str, Any]:
    """The same for an order already read, perhaps as it was known up to a row of the command log."""
    mandates = read_mandates(connection, known_command)
    return export_order(stored.order, read_signatures(connection, stored, mandates), stored.events)
