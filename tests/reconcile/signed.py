"""People with keys, and a month of the book BF ready to be signed."""

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from ledger.keys import Signer, register_key
from ledger.unit import Ledger
from reconcile.etat_read import parse_month
from reconcile.signoff import sign_month
from tests.reconcile.banked import NOON, Answer, Seen, bring, do, enter, march, prepared, run, seen_by, statement

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PEOPLE = (
    ("admin", "administrator", None),
    ("comptable-bf", "accountant", "BF"),
    ("comptable-ml", "accountant", "ML"),
    ("controleur", "controller", None),
    ("auditeur", "auditor", None),
)


@cache
def key_of(name: str) -> "Ed25519PrivateKey":
    """A key that is always the same for a name: it protects nothing."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))


def signer(name: str) -> Signer:
    """The key of a person, opened."""
    key = key_of(name)
    return Signer(key, key.public_key().public_bytes_raw().hex())


def with_keys(engine: Engine) -> Ledger:
    """The books seen by the accountant of BF; accountants and controller have registered their keys."""
    ledger = prepared(engine, PEOPLE)
    admin = seen_by(ledger, "admin")
    for name in ("comptable-bf", "comptable-ml", "controleur"):
        raw = key_of(name).public_key().public_bytes_raw()
        do(admin, lambda unit, n=name, r=raw: {"id": register_key(unit, n, r, "dépôt").id})
    return seen_by(ledger, "comptable-bf")


def month_of_march(ledger: Ledger) -> None:
    """March: one payment seen, one credit that the books lack, one payment that the bank has not seen."""
    enter(ledger, -40_000, march(9), "OP-2026-0012")
    enter(ledger, -7_000, march(30), "OP-2026-0013")
    bring(
        ledger,
        statement([Seen(march(10), -40_000, "VIREMENT", "OP-2026-0012"), Seen(march(20), 900_000, "VIREMENT RECU")]),
    )
    run(ledger)


def sign(ledger: Ledger, name: str, month: str = "2026-03", now: dt.datetime = NOON, book: str = "BF") -> Answer:
    """Sign a month as a person."""
    own = signer(name) if name != "auditeur" else None
    return do(seen_by(ledger, name, now), lambda unit: sign_month(unit, book, *parse_month(month), own))
