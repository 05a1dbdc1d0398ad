"""Create payment orders: the request of the *gestionnaire*, numbered without gaps, its documents kept with it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.chart import AccountUnknown, chart_accounts, near_accounts
from ledger.keys import require_people
from ledger.orders.order import REISSUE, PaymentOrder, check_order
from ledger.orders.order_file import OrderRequest
from ledger.orders.postings import OrderAccountWrong, check_account
from ledger.orders.rules import sequence_on
from ledger.orders.stages import BANK_RETURNED, CANCELLED, REJECTED, RETURNED
from ledger.orders.stored import StoredOrder, find_order, list_orders, next_number
from ledger.refusal import Refusal
from ledger.tables.orders import document_file, order_charge, order_document, payment_order
from ledger.users import allow


class OrderKeyReused(Refusal):
    """The key of an order already names another order."""

    code = "order_key_reused"
    sentence = (
        "La clé « {key} » désigne déjà l'ordre de paiement {number}, dont le contenu diffère. "
        "Employez une clé neuve pour un ordre nouveau, ou renvoyez exactement le même contenu."
    )


class OrderReissueWrong(Refusal):
    """The payment to order again did not come back, or is already ordered again."""

    code = "order_reissue_unreturned"
    sentence = (
        "L'ordre de paiement {number} veut réémettre l'ordre {reissues} : {fault}. Attendu : pour chaque livre, la "
        "charge revenue impayée, du même montant, qui n'est pas déjà réémise. Corrigez l'ordre."
    )


def create_orders(unit: Any, requests: Sequence[OrderRequest]) -> dict[str, Any]:
    """Create the orders of a file, all or none; one whose key is known with the same content stands as it is.

    Refuses: users_undeclared, role_forbidden, order_incomplete, order_charges_differ, order_account_wrong,
    account_unknown, order_key_reused, order_reissue_unreturned, iban_invalid.
    """
    require_people(unit.user, "créer un ordre de paiement")
    allow(unit.user, "créer un ordre de paiement", "requester")
    made = []
    for request in requests:
        stored = _known(unit.connection, request) or _create(unit, request)
        made.append({"id": stored.id, "number": stored.number, "stage": stored.stage})
    return {"orders": made}


def _known(connection: Connection, request: OrderRequest) -> StoredOrder | None:
    if request.key is None:
        return None
    number = connection.execute(select(payment_order.c.number).where(payment_order.c.key == request.key)).scalar()
    if number is None:
        return None
    stored = find_order(connection, number)
    if replace(stored.order, number="") != request.order:
        raise OrderKeyReused(key=request.key, number=number)
    return stored


def _create(unit: Any, request: OrderRequest) -> StoredOrder:
    year = unit.now.year
    rank, number = next_number(unit.connection, year)
    order = replace(request.order, number=number)
    check_order(order)
    check_account(order)
    _check_chart(unit.connection, order)
    if order.kind == REISSUE:
        _check_reissue(unit.connection, order)
    order_id = unit.next_id(payment_order)
    _keep_documents(unit, order_id, order, request)
    charges = [{"order_id": order_id, "book": one.book, "amount": one.amount} for one in order.charges]
    unit.connection.execute(insert(order_charge), charges)
    unit.connection.execute(
        insert(payment_order).values(
            id=order_id,
            year=year,
            rank=rank,
            number=number,
            purpose=order.purpose,
            payee_name=order.payee.name,
            payee_iban=order.payee.iban,
            amount=order.amount,
            currency=order.currency,
            account=order.account,
            kind=order.kind,
            reissues=order.reissues,
            on_behalf_of=order.on_behalf_of,
            sequence=sequence_on(unit.connection, unit.now.date()),
            key=request.key,
            created_at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
        )
    )
    return find_order(unit.connection, number)


def _keep_documents(unit: Any, order_id: int, order: PaymentOrder, request: OrderRequest) -> None:
    for place, document in enumerate(order.documents, start=1):
        known = select(document_file.c.sha256).where(document_file.c.sha256 == document.sha256)
        if unit.connection.execute(known).scalar() is None:
            unit.connection.execute(
                insert(document_file).values(
                    sha256=document.sha256,
                    content=request.contents[document.sha256],
                    at=unit.now,
                    command_id=unit.command_id,
                )
            )
        unit.connection.execute(
            insert(order_document).values(
                order_id=order_id, position=place, name=document.name, sha256=document.sha256, size=document.size
            )
        )


def _check_chart(connection: Connection, order: PaymentOrder) -> None:
    accounts = chart_accounts(connection)
    account = accounts.get(order.account)
    if account is None:
        near = near_accounts((one.number for one in accounts.values() if one.postable), order.account)
        raise AccountUnknown(account=order.account, near=near)
    bearers = {order.on_behalf_of or charge.book for charge in order.charges}
    if not account.postable:
        expected = "un compte qui reçoit des écritures, non un compte de regroupement"
    elif account.book is not None and bearers != {account.book}:
        expected = f"un compte des livres {', '.join(sorted(bearers))} ; celui-ci est du livre {account.book}"
    else:
        return
    raise OrderAccountWrong(number=order.number, account=order.account, expected=expected)


def _check_reissue(connection: Connection, order: PaymentOrder) -> None:
    stored = list_orders(connection)
    original = next((one for one in stored if one.number == order.reissues), None)
    fault = None
    if original is None:
        fault = "cet ordre n'existe pas"
    else:
        due = {one.book: one.amount for one in original.order.charges if original.stage_of(one.book) == BANK_RETURNED}
        again = set(_reissued_books(stored, original.number))
        for charge in order.charges:
            if due.get(charge.book) != charge.amount:
                found = due.get(charge.book)
                fault = f"livre {charge.book}, attendu {found if found is not None else 'aucun retour'}"
            elif charge.book in again:
                fault = f"livre {charge.book}, déjà réémis"
    if fault:
        raise OrderReissueWrong(number=order.number, reissues=order.reissues or "", fault=fault)


def _reissued_books(stored: Iterable[StoredOrder], number: str) -> Iterable[str]:
    # one that came back in its turn is ordered again under its own number
    dead = (REJECTED, CANCELLED, RETURNED)
    for one in stored:
        if one.order.reissues == number:
            yield from (charge.book for charge in one.order.charges if one.stage_of(charge.book) not in dead)
