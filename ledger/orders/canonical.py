"""The bytes that the officer signs: one order and one act, encoded so that two different things never look alike."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.orders.order import PaymentOrder

VERSION = "pcaes-order-v1"

Value = None | int | str | tuple["Value", ...]
"""What can be encoded. A tuple is a list of values in a fixed order."""


@dataclass(frozen=True, slots=True)
class SignedAct:
    """The act that a signature covers: which act, when (UTC), by whom and under which mandate.

    `act` is `authorise`, `requisition` or `confirm`. `book` names the charge of a requisition or a
    confirmation, None for the whole order; `reason` is the written reason, None when there is none.
    """

    act: str
    signed_at: datetime
    person: str
    state: str
    mandate_start: datetime
    book: str | None = None
    reason: str | None = None


def canonical_order(order: PaymentOrder, act: SignedAct) -> bytes:
    """Version 1 of the bytes to sign.

    Every value is written as one letter for its type (`s` text, `i` integer, `l` list, `n` nothing), its length as
    four bytes, most significant first (for a list: the number of values), then its bytes (text in UTF-8, integers
    in decimal digits). Charges are sorted by book; documents keep the order of the file. Raises `ValueError` for
    text that UTF-8 cannot hold and for an instant without time zone.
    """
    return encode(
        (
            VERSION,
            (act.act, instant_text(act.signed_at), act.person, act.state, instant_text(act.mandate_start)),
            (act.book, act.reason),
            (order.number, order.kind, order.reissues, order.on_behalf_of),
            (order.purpose, order.payee.name, order.payee.iban),
            (order.currency, order.amount, order.account),
            tuple((charge.book, charge.amount) for charge in sorted(order.charges, key=lambda row: row.book)),
            tuple((document.name, document.sha256, document.size) for document in order.documents),
        )
    )


def encode(value: Value) -> bytes:
    """One value as type, length and bytes: different values always give different bytes."""
    if value is None:
        return b"n" + _length(0)
    if isinstance(value, str):
        data = value.encode("utf-8")
        return b"s" + _length(len(data)) + data
    if isinstance(value, tuple):
        return b"l" + _length(len(value)) + b"".join(encode(item) for item in value)
    digits = str(int(value)).encode("ascii")
    return b"i" + _length(len(digits)) + digits


def instant_text(instant: datetime) -> str:
    """An instant with microseconds in UTC, always of the same length: `2026-03-05T10:00:00.000000Z`."""
    if instant.tzinfo is None:
        raise ValueError("an instant without time zone cannot be signed")
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest(canonical: bytes) -> str:
    """The SHA-256 of the canonical bytes, in hexadecimal: what is printed beside a signature."""
    return hashlib.sha256(canonical).hexdigest()


def _length(count: int) -> bytes:
    return count.to_bytes(4, "big")
