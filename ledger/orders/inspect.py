"""The accountant's checks on a charge: those that the program computes, joined to those that a person makes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from ledger.keys import keys_at
from ledger.mandates.mandate import Mandate
from ledger.money import format_francs
from ledger.orders.canonical import canonical_order
from ledger.orders.checks import CHECKS, CheckResult, CheckUnknown
from ledger.orders.export import OrderSignature
from ledger.orders.funds import funds_left
from ledger.orders.order import REGULARISATION
from ledger.orders.rules import thresholds
from ledger.orders.signatures import read_signatures
from ledger.orders.stored import StoredOrder, list_orders
from ledger.orders.thresholds import visas_needed
from ledger.signing import ALGORITHM, signature_holds
from ledger.tables.orders import order_check

MANUAL = tuple(check for check in CHECKS if not check.computed)
"""The checks that only a person can make."""


def computed_results(
    connection: Connection, stored: StoredOrder, book: str, mandates: Sequence[Mandate], person: str
) -> list[CheckResult]:
    """The officer's quality, the specimen, the funds and the visa, as the books and signatures show them."""
    signed = [row for row in read_signatures(connection, stored, mandates) if row.act.act in ("authorise", "confirm")]
    signed = [row for row in signed if row.act.book in (None, book)]
    in_office = bool(signed) and all(row.mandate.covers(row.act.signed_at) for row in signed)
    specimen = bool(signed) and all(_good(connection, stored, row) for row in signed)
    left = 0 if stored.order.kind == REGULARISATION else funds_left(connection, stored, list_orders(connection), book)
    given = sum(event.act == "visa" for event in stored.events)
    day = next((event.at for event in stored.events if event.act == "authorise"), stored.created_at).date()
    needed = visas_needed(thresholds(connection), stored.order.amount, day)
    facts = (
        ("officer_in_office", in_office, "signature hors de tout mandat de son auteur"),
        ("officer_specimen", specimen, "signature non conforme au spécimen déposé"),
        ("funds_available", left >= 0, f"il manque {format_francs(-left)} FCFA"),
        ("prior_visa", given >= needed, f"{given} visa(s) donné(s), {needed} attendu(s)"),
    )
    return [CheckResult(code, passed, person, "" if passed else note) for code, passed, note in facts]


def _good(connection: Connection, stored: StoredOrder, row: OrderSignature) -> bool:
    held = {key.public_key for key in keys_at(connection, row.act.person, row.act.signed_at)}
    if row.public_key not in held or row.algorithm != ALGORITHM:
        return False
    data = canonical_order(stored.order, row.act)
    return signature_holds(bytes.fromhex(row.public_key), bytes.fromhex(row.signature), data)


def all_results(
    number: str, computed: Sequence[CheckResult], given: Sequence[CheckResult], at: datetime | None = None
) -> list[CheckResult]:
    """Both together, in the order of the list; a computed check is never typed. Refuses: check_unknown."""
    typed = [row.code for row in given if row.code in {one.code for one in computed}]
    if typed:
        raise CheckUnknown(number=number, codes=typed, known=[check.code for check in MANUAL])
    order = {check.code: place for place, check in enumerate(CHECKS)}
    return sorted([*computed, *given], key=lambda row: order.get(row.code, len(order)))


def recorded_results(connection: Connection, order_id: int, position: int) -> list[CheckResult]:
    """The results recorded with one event."""
    rows = connection.execute(
        select(order_check).where(order_check.c.order_id == order_id, order_check.c.position == position)
    )
    return all_results("", [], [CheckResult(row.code, bool(row.passed), row.person, row.note) for row in rows])


def read_results(document: Any, file: str, person: str) -> list[CheckResult]:
    """The results of `{"checks": [{"code", "passed", "note"}]}`. Refuses: order_file_unreadable."""
    from ledger.orders.order_file import OrderFileUnreadable

    rows = document.get("checks") if isinstance(document, dict) else None
    if not isinstance(rows, list):
        raise OrderFileUnreadable(file=file, where="début", fault='attendu {"checks": [{"code", "passed", "note"}]}')
    found = []
    for place, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not isinstance(row.get("code"), str) or not isinstance(row.get("passed"), bool):
            raise OrderFileUnreadable(
                file=file, where=f"contrôle {place}", fault="attendu « code » (texte) et « passed » (true ou false)"
            )
        note = row.get("note") or ""
        if not isinstance(note, str):
            raise OrderFileUnreadable(file=file, where=f"contrôle {place}", fault="« note » n'est pas un texte")
        found.append(CheckResult(row["code"], row["passed"], person, note))
    return found
