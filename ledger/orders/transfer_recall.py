"""Orders in the hands of the bank: what a transfer file holds back, its copy, and its recall."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, insert, select

from ledger.keys import require_people
from ledger.orders.stages import ACCEPTED, STAGE_TITLES, act_title
from ledger.orders.stored import StoredOrder, find_order
from ledger.refusal import Refusal
from ledger.tables.orders import payment_file, payment_file_charge, payment_file_recall, payment_order
from ledger.users import allow

HELD_BACK = ("suspend", "cancel", "return")
"""Acts that take back an accepted charge: none is possible while the bank may pay it."""


class OrderInTransferFile(Refusal):
    """The bank has the order in hand."""

    code = "order_in_transfer_file"
    sentence = (
        "L'ordre de paiement {number}, livre {book} : l'acte « {act} » n'est pas possible, le fichier de virements "
        "{message} l'a remis à la banque. Attendu : le rappel de ce virement, accordé par la banque, ou le paiement "
        "puis le retour de la banque. « pcaes order recall {message} » enregistre le rappel."
    )


class TransferFileUnknown(Refusal):
    """No such transfer file was written."""

    code = "transfer_file_unknown"
    sentence = (
        "Le fichier de virements « {message} » n'existe pas. Derniers fichiers écrits : {known}. "
        "« pcaes order transfers » les donne tous."
    )


class TransferRecallWrong(Refusal):
    """The recall does not fit the file."""

    code = "transfer_recall_wrong"
    sentence = (
        "Le rappel du fichier de virements {message} ne peut pas être enregistré : {fault}. Attendu : des virements "
        "de ce fichier, ni payés ni déjà rappelés, un motif et la référence de l'accord de la banque. "
        "Corrigez le rappel."
    )


class TransferRecalled(Refusal):
    """The file, given to the bank again, would pay what was recalled."""

    code = "transfer_recalled"
    sentence = (
        "Le fichier de virements {message} ne peut pas être remis de nouveau : les ordres {numbers} en ont été "
        "rappelés, la banque les paierait. Attendu : un fichier dont aucun virement n'est rappelé. "
        "Écrivez un nouveau fichier des ordres qui attendent."
    )


def check_not_sent(number: str, act: str, book: str, message: str | None) -> None:
    """A charge in a live transfer file is not taken back. Refuses: order_in_transfer_file."""
    if message is not None and act in HELD_BACK:
        raise OrderInTransferFile(number=number, book=book, act=act_title(act), message=message)


def live_file(connection: Connection, stored: StoredOrder, book: str) -> str | None:
    """The transfer file by which the bank has this acceptance of the charge in hand, or None."""
    occurrence = sum(event.act == "accept" and event.book == book for event in stored.events)
    query = select(payment_file_charge.c.message_id).where(
        payment_file_charge.c.order_id == stored.id,
        payment_file_charge.c.book == book,
        payment_file_charge.c.occurrence == occurrence,
        not_recalled(),
    )
    found = connection.execute(query).scalar()
    return None if found is None else str(found)


def not_recalled(known: int | None = None) -> Any:
    """The condition on `payment_file_charge`: this transfer was not recalled (as recorded up to a command)."""
    own, recalled = payment_file_charge.c, payment_file_recall.c
    same = [recalled.message_id == own.message_id, recalled.order_id == own.order_id, recalled.book == own.book]
    return ~exists().where(*same, *([] if known is None else [recalled.command_id <= known]))


def live_files(connection: Connection, known: int) -> dict[tuple[int, str], str]:
    """(order, book) → the last transfer file that has the charge in hand, as recorded up to a command."""
    query = (
        select(payment_file_charge)
        .join(payment_file, payment_file.c.message_id == payment_file_charge.c.message_id)
        .where(payment_file.c.command_id <= known, not_recalled(known))
        .order_by(payment_file.c.command_id)
    )
    return {(row.order_id, row.book): str(row.message_id) for row in connection.execute(query)}


def transfer_files(
    connection: Connection, book: str | None = None, known_command: int | None = None
) -> list[dict[str, Any]]:
    """Every transfer file with its orders, oldest first; an order is in hand, paid or recalled.

    `known_command` leaves out what a later row of the command log brought.
    """
    last = 2**62 if known_command is None else known_command
    recalls = connection.execute(select(payment_file_recall).where(payment_file_recall.c.command_id <= last))
    recalled = {(row.message_id, row.order_id): row for row in recalls}
    numbers: dict[int, str] = {}
    for row in connection.execute(select(payment_order.c.id, payment_order.c.number)):
        numbers[row.id] = row.number
    charges: dict[str, list[dict[str, Any]]] = {}
    query = select(payment_file_charge).order_by(payment_file_charge.c.order_id)
    for row in connection.execute(query):
        one = recalled.get((row.message_id, row.order_id))
        charges.setdefault(row.message_id, []).append(
            {
                "order": numbers[row.order_id],
                "recalled": None
                if one is None
                else {"at": one.at, "by": one.actor, "reason": one.reason, "bank_reference": one.bank_reference},
            }
        )
    columns = [payment_file.c[name] for name in ("message_id", "book", "execution", "sha256", "at", "actor")]
    return [
        {
            "message": row.message_id,
            "book": row.book,
            "execution": row.execution,
            "sha256": row.sha256,
            "at": row.at,
            "by": row.actor,
            "orders": charges.get(row.message_id, []),
        }
        for row in connection.execute(
            select(*columns).where(payment_file.c.command_id <= last).order_by(payment_file.c.command_id)
        )
        if book in (None, row.book)
    ]


def find_file(connection: Connection, message: str) -> dict[str, Any]:
    """One transfer file by its message identifier. Refuses: transfer_file_unknown."""
    files = transfer_files(connection)
    asked = message.strip().upper()
    found = next((one for one in files if one["message"].upper() == asked), None)
    if found is None:
        raise TransferFileUnknown(message=message, known=[one["message"] for one in files[-5:]] or "aucun")
    return found


def recall_transfers(
    unit: Any, message: str, reason: str, bank_reference: str, orders: Sequence[str] = ()
) -> dict[str, Any]:
    """Record that the bank gave back transfers before it paid them: all of the file's that are unpaid, or `orders`.

    The charge stays accepted: it may then be suspended, cancelled, or put into another file. Refuses:
    users_undeclared, role_forbidden, book_forbidden, transfer_file_unknown, order_unknown, transfer_recall_wrong.
    """
    require_people(unit.user, "rappeler un virement")
    file = find_file(unit.connection, message)
    book = file["book"]
    allow(unit.user, "rappeler un virement", "accountant", book=book)
    why, agreed = " ".join(reason.split()), " ".join(bank_reference.split())
    if not why or not agreed:
        raise TransferRecallWrong(message=file["message"], fault="motif ou référence de la banque manquants")
    asked = [find_order(unit.connection, one) for one in dict.fromkeys(orders)]
    held = {one["order"]: one["recalled"] for one in file["orders"]}
    stored = asked or [find_order(unit.connection, number) for number, back in held.items() if back is None]
    taken = [one for one in stored if asked or one.stage_of(book) == ACCEPTED]
    for one in taken:
        fault = _fault(one, book, held)
        if fault:
            raise TransferRecallWrong(message=file["message"], fault=fault)
    if not taken:
        raise TransferRecallWrong(message=file["message"], fault="tous ses virements sont payés ou déjà rappelés")
    rows = [
        {
            "message_id": file["message"], "order_id": one.id, "book": book, "reason": why, "bank_reference": agreed,
            "at": unit.now, "actor": unit.user.name, "command_id": unit.command_id,
        }
        for one in taken
    ]  # fmt: skip
    unit.connection.execute(insert(payment_file_recall), rows)
    numbers = [one.number for one in taken]
    return {
        "message": file["message"],
        "book": book,
        "orders": numbers,
        "amount": sum(one.order.charge(book).amount for one in taken),
        "left": [number for number, back in held.items() if back is None and number not in numbers],
    }


def _fault(one: StoredOrder, book: str, held: dict[str, Any]) -> str | None:
    if one.number not in held:
        return f"l'ordre {one.number} n'y est pas"
    if held[one.number] is not None:
        return f"l'ordre {one.number} en est déjà rappelé"
    if one.stage_of(book) != ACCEPTED:
        return f"l'ordre {one.number} est au stade « {STAGE_TITLES[one.stage_of(book)]} »"
    return None


def copy_transfer_file(unit: Any, message: str) -> dict[str, Any]:
    """The same file again, byte for byte, for an accountant who lost it; the copy is recorded as an act.

    Refuses: users_undeclared, role_forbidden, book_forbidden, transfer_file_unknown, transfer_recalled.
    """
    require_people(unit.user, "écrire un fichier de virements")
    file = find_file(unit.connection, message)
    allow(unit.user, "écrire un fichier de virements", "accountant", book=file["book"])
    back = [one["order"] for one in file["orders"] if one["recalled"] is not None]
    if back:
        raise TransferRecalled(message=file["message"], numbers=back)
    names = [one["order"] for one in file["orders"]]
    total = sum(find_order(unit.connection, number).order.charge(file["book"]).amount for number in names)
    kept = {name: file[name] for name in ("message", "book", "execution", "sha256")}
    return {**kept, "count": len(names), "amount": total, "orders": names, "copy": True}
