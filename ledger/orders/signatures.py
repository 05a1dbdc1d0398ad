"""Signatures of orders as they are stored, with the mandate and the specimen of each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.keys import Signer, check_specimen
from ledger.mandates.mandate import Mandate
from ledger.orders.canonical import SignedAct, canonical_order, digest
from ledger.orders.export import OrderSignature
from ledger.orders.order import PaymentOrder
from ledger.orders.stored import StoredOrder
from ledger.refusal import Refusal
from ledger.signing import ALGORITHM
from ledger.tables.orders import order_signature


class SignatureMissing(Refusal):
    """The act must be signed by the holder of the office."""

    code = "signature_missing"
    sentence = (
        "L'ordre de paiement {number} : l'acte « {act} » est signé par l'ordonnateur, et aucune clé n'est donnée. "
        "Attendu : la clé privée de {person}. Indiquez --key FICHIER."
    )


def read_signatures(
    connection: Connection, stored: StoredOrder, mandates: Sequence[Mandate]
) -> list[OrderSignature]:  # fmt: skip
    """The signatures of an order in the order of its events, with the bytes of the act that they cover."""
    known = {mandate.id: mandate for mandate in mandates}
    events = {event.position: event for event in stored.events}
    query = select(order_signature).where(order_signature.c.order_id == stored.id).order_by(order_signature.c.position)
    found = []
    for row in connection.execute(query):
        event = events.get(row.position)
        if event is None or row.mandate_id not in known:
            continue
        mandate = known[row.mandate_id]
        act = SignedAct(
            event.act, row.signed_at, event.person, mandate.state, mandate.start, event.book, event.reason
        )  # fmt: skip
        # the mandate is shown with the specimen that this signature was checked with
        shown = replace(mandate, public_key=row.public_key)
        found.append(OrderSignature(act, shown, row.public_key, row.signature, row.algorithm))
    return found


def sign_act(
    unit: Any, order_id: int, position: int, order: PaymentOrder, act: SignedAct, mandate: Mandate, signer: Signer
) -> None:
    """Sign the canonical bytes of one act with a registered key and keep the signature.

    Refuses: key_unregistered.
    """
    check_specimen(unit.connection, act.person, signer.public_key, act.signed_at)
    data = canonical_order(order, act)
    unit.connection.execute(
        insert(order_signature).values(
            order_id=order_id,
            position=position,
            signed_at=act.signed_at,
            mandate_id=mandate.id,
            algorithm=ALGORITHM,
            public_key=signer.public_key,
            signature=signer.sign(data),
            canonical_sha256=digest(data),
            command_id=unit.command_id,
        )
    )
