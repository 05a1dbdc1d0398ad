"""One order as a file that can be checked anywhere: its data, signatures, mandates and events."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.mandates.mandate import Mandate
from ledger.orders.canonical import SignedAct, canonical_order, digest, instant_text
from ledger.orders.order import PaymentOrder

FORMAT = "pcaes-order-export-v1"


@dataclass(frozen=True, slots=True)
class OrderSignature:
    """A stored signature: the act it covers, the specimen it was checked with, the mandate it was given under."""

    act: SignedAct
    mandate: Mandate
    public_key: str
    signature: str
    algorithm: str = "ed25519"


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One event of the order's life, in the order of recording. `book` is None for the whole order."""

    position: int
    act: str
    source: str
    target: str
    role: str
    person: str
    at: datetime
    book: str | None = None
    reason: str | None = None


def export_order(
    order: PaymentOrder, signatures: Sequence[OrderSignature], events: Iterable[OrderEvent]
) -> dict[str, Any]:
    """The document that the offline verifier reads, in types that JSON knows."""
    return {
        "format": FORMAT,
        "order": _order(order),
        "signatures": [_signature(order, row) for row in signatures],
        "events": [_event(row) for row in events],
    }


def _order(order: PaymentOrder) -> dict[str, Any]:
    return {
        "number": order.number,
        "kind": order.kind,
        "reissues": order.reissues,
        "on_behalf_of": order.on_behalf_of,
        "purpose": order.purpose,
        "payee": {"name": order.payee.name, "iban": order.payee.iban},
        "currency": order.currency,
        "amount": order.amount,
        "account": order.account,
        "charges": [{"book": row.book, "amount": row.amount} for row in order.charges],
        "documents": [{"name": row.name, "sha256": row.sha256, "size": row.size} for row in order.documents],
    }


def _signature(order: PaymentOrder, row: OrderSignature) -> dict[str, Any]:
    mandate = row.mandate
    return {
        "act": row.act.act,
        "signed_at": instant_text(row.act.signed_at),
        "person": row.act.person,
        "state": row.act.state,
        "book": row.act.book,
        "reason": row.act.reason,
        "algorithm": row.algorithm,
        "public_key": row.public_key,
        "signature": row.signature,
        "canonical_sha256": digest(canonical_order(order, row.act)),
        "mandate": {
            "id": mandate.id,
            "state": mandate.state,
            "person": mandate.person,
            "start": instant_text(mandate.start),
            "end": instant_text(mandate.end) if mandate.end else None,
            "act": mandate.act,
            "public_key": mandate.public_key,
        },
    }


def _event(row: OrderEvent) -> dict[str, Any]:
    return {
        "position": row.position,
        "act": row.act,
        "from": row.source,
        "to": row.target,
        "role": row.role,
        "book": row.book,
        "person": row.person,
        "at": instant_text(row.at),
        "reason": row.reason,
    }
