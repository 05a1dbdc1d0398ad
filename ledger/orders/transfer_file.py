"""Write the bank's transfer file for the accepted orders of one account; a charge is in one live file at most."""

from datetime import date
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, insert, select

from ledger.bank_accounts import bound_accounts
from ledger.book import BOOK_TITLES
from ledger.chart import require_book
from ledger.keys import require_people
from ledger.mandates.appoint import read_mandates
from ledger.mandates.mandate import holder_at
from ledger.orders.act import local_day
from ledger.orders.handover import SignedUnder, awaits_confirmation
from ledger.orders.order import REGULARISATION
from ledger.orders.pain001 import Debtor, Transfer, write_pain001
from ledger.orders.stages import ACCEPTED
from ledger.orders.stored import StoredOrder, list_orders
from ledger.orders.transfer_recall import not_recalled
from ledger.refusal import Refusal
from ledger.tables.orders import payment_file, payment_file_charge
from ledger.users import allow


class TransferAccountMissing(Refusal):
    """The book has no bank account to debit."""

    code = "transfer_account_missing"
    sentence = (
        "Le livre {book} n'a pas de compte bancaire rattaché : le fichier de virements n'a pas de compte à débiter. "
        "Rattachez le compte : « pcaes account bind {book} --iban … »."
    )


class TransferDatePast(Refusal):
    """The bank cannot execute yesterday."""

    code = "transfer_date_past"
    sentence = (
        "Le fichier de virements du livre {book} ne peut pas être exécuté le {day:D}. Attendu : aujourd'hui "
        "({first:D}) ou un jour à venir. Corrigez la date d'exécution."
    )


def make_transfer_file(unit: Any, book: str, execution: date | None = None) -> tuple[dict[str, Any], bytes]:
    """Every accepted charge of the book that no file holds (or that was recalled from it), as one pain.001 file.

    Orders that wait for the confirmation of a new officer are left out. Refuses: users_undeclared, role_forbidden,
    book_forbidden, book_unknown, transfer_account_missing, transfer_date_past, transfer_file_empty, transfer_unfit,
    transfer_duplicate.
    """
    require_people(unit.user, "écrire un fichier de virements")
    allow(unit.user, "écrire un fichier de virements", "accountant", book=book)
    require_book(unit.connection, book)
    account = next((one for one in bound_accounts(unit.connection) if one.book == book), None)
    if account is None:
        raise TransferAccountMissing(book=book)
    waiting = _waiting(unit, book)
    name = f"PC-AES {BOOK_TITLES[book]}"
    today = local_day(book, unit.now)
    day = execution or today
    if day < today:
        raise TransferDatePast(book=book, day=day, first=today)
    message = _message(unit.connection, book, unit.now.year)
    transfers = [
        Transfer(
            one.number,
            one.order.payee.name,
            one.order.payee.iban,
            one.order.charge(book).amount,
            one.order.purpose,
        )
        for one, _ in waiting
    ]
    content = write_pain001(
        message, Debtor(name, account.iban), transfers, created_at=unit.now, execution=day
    )  # fmt: skip
    digest = sha256(content).hexdigest()
    unit.connection.execute(
        insert(payment_file).values(
            message_id=message,
            book=book,
            execution=day,
            sha256=digest,
            content=content,
            at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
        )
    )
    rows = [
        {"message_id": message, "order_id": one.id, "book": book, "occurrence": occurrence}
        for one, occurrence in waiting
    ]
    unit.connection.execute(insert(payment_file_charge), rows)
    total = sum(row.amount for row in transfers)
    answer = {
        "message": message,
        "book": book,
        "account": account.iban,
        "execution": day,
        "count": len(transfers),
        "amount": total,
        "sha256": digest,
        "orders": [row.number for row in transfers],
    }
    return answer, content


def _waiting(unit: Any, book: str) -> list[tuple[StoredOrder, int]]:
    connection = unit.connection
    query = select(payment_file_charge).where(payment_file_charge.c.book == book, not_recalled())
    sent = {(row.order_id, row.occurrence) for row in connection.execute(query)}
    found = []
    holder = None
    for one in list_orders(connection):
        if one.stage_of(book) != ACCEPTED or one.order.kind == REGULARISATION:
            continue
        if book not in {charge.book for charge in one.order.charges}:
            continue
        occurrence = sum(event.act == "accept" and event.book == book for event in one.events)
        signed = [
            SignedUnder(event.act, one.mandates[event.position])
            for event in one.events
            if event.position in one.mandates and event.book in (None, book)
        ]
        holder = holder or holder_at(read_mandates(connection), unit.now)
        if (one.id, occurrence) not in sent and not awaits_confirmation(ACCEPTED, signed, holder):
            found.append((one, occurrence))
    return found


def _message(connection: Connection, book: str, year: int) -> str:
    start = f"PCAES-{book}-{year}-"
    query = select(payment_file.c.message_id).where(payment_file.c.message_id.like(f"{start}%"))
    used = [int(name.removeprefix(start)) for name in connection.execute(query).scalars()]
    return f"{start}{max(used, default=0) + 1:04d}"


def stored_file(connection: Connection, message: str) -> bytes | None:
    """The bytes of a transfer file already written."""
    return connection.execute(
        select(payment_file.c.content).where(payment_file.c.message_id == message)
    ).scalar()  # fmt: skip
