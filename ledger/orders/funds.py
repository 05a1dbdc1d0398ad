"""What a book may still commit: what its bank account holds in the books, less what is committed and not paid."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from ledger.orders.order import REGULARISATION
from ledger.orders.postings import bank_account
from ledger.orders.stages import (
    ACCEPTED,
    BANK_RETURNED,
    CANCELLED,
    CLEARED,
    DRAFT,
    PAID,
    REJECTED,
    RETURNED,
)  # fmt: skip
from ledger.orders.stored import StoredOrder
from ledger.refusal import Refusal
from ledger.tables.journal import entry_line
from ledger.tables.periods import year_event

UNCOMMITTED = (DRAFT, PAID, CLEARED, REJECTED, CANCELLED, RETURNED, BANK_RETURNED)
"""Stages in which a charge holds nothing back: not committed yet, paid, or ended."""


class OrderFunds(Refusal):
    """The account does not hold what the order needs."""

    code = "order_funds"
    sentence = (
        "L'ordre de paiement {number} demande {needed:F} FCFA sur le compte {account} : solde en écritures "
        "{balance:F}, déjà engagé et non payé {reserved:F}, disponible {available:F}, manquant {missing:F}. "
        "Attendez la rentrée de fonds, ou réduisez ou répartissez l'ordre autrement."
    )


def bank_balance(connection: Connection, book: str) -> int:
    """Debit less credit of the bank account of a book, from its last opening entries on, in whole francs."""
    account = bank_account(book)
    base = connection.execute(
        select(func.max(year_event.c.year)).where(year_event.c.book == book, year_event.c.action == "opening")
    ).scalar()
    query = select(func.coalesce(func.sum(entry_line.c.debit - entry_line.c.credit), 0)).where(
        entry_line.c.account == account, entry_line.c.book == book
    )
    if base is not None:
        from datetime import date

        query = query.where(entry_line.c.date >= date(int(base), 1, 1))
    return int(connection.execute(query).scalar_one())


def reserved(orders: Iterable[StoredOrder], book: str, but: int, stages: tuple[str, ...] = ()) -> int:
    """What the other orders hold back on a book; `stages` limits it to charges at those stages."""
    total = 0
    for stored in orders:
        if stored.id == but or stored.order.kind == REGULARISATION:
            continue
        for charge in stored.order.charges:
            stage = stored.stage_of(charge.book)
            held = stage in stages if stages else stage not in UNCOMMITTED
            if charge.book == book and held and any(event.act == "commit" for event in stored.events):
                total += charge.amount
    return total


def check_funds(connection: Connection, stored: StoredOrder, others: Iterable[StoredOrder]) -> None:
    """Every charge finds its funds beside what is committed already. Refuses: order_funds."""
    if stored.order.kind == REGULARISATION:
        return
    known = list(others)
    for charge in stored.order.charges:
        balance, held = bank_balance(connection, charge.book), reserved(known, charge.book, stored.id)
        if charge.amount > balance - held:
            raise OrderFunds(
                number=stored.number,
                needed=charge.amount,
                account=bank_account(charge.book),
                balance=balance,
                reserved=held,
                available=balance - held,
                missing=charge.amount - balance + held,
            )


def check_payment_funds(connection: Connection, stored: StoredOrder, book: str) -> None:
    """The account holds the charge when it is paid. Refuses: order_funds."""
    amount, balance = stored.order.charge(book).amount, bank_balance(connection, book)
    if amount > balance:
        raise OrderFunds(
            number=stored.number, needed=amount, account=bank_account(book), balance=balance, reserved=0,
            available=balance, missing=amount - balance,
        )  # fmt: skip


def funds_left(connection: Connection, stored: StoredOrder, others: Iterable[StoredOrder], book: str) -> int:
    """What the account would still hold after this charge and every other accepted one: negative when it lacks."""
    held = reserved(others, book, stored.id, (ACCEPTED,))
    return bank_balance(connection, book) - held - stored.order.charge(book).amount
