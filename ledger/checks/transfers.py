"""Transfer files recomputed: what each holds, no charge twice in the bank's hands, none taken back unrecalled."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, select

from ledger.check import Check, Row
from ledger.orders.pain001 import read_transfers
from ledger.orders.stages import ACCEPTED
from ledger.orders.stored import WHOLE, StoredOrder, list_orders
from ledger.orders.transfer_recall import HELD_BACK
from ledger.tables.orders import order_event, payment_file, payment_file_charge, payment_file_recall

NEVER = 2**62
"""Beyond every command: the recall of a transfer that was never recalled."""


def _contents(connection: Connection) -> Iterator[Row]:
    """The bytes given to the bank say each order's number, account and amount, and no other transfer."""
    orders = {one.id: one for one in list_orders(connection)}
    held: dict[str, list[StoredOrder]] = {}
    for row in connection.execute(select(payment_file_charge)):
        held.setdefault(row.message_id, []).append(orders[row.order_id])
    for row in connection.execute(select(payment_file)):
        wanted = sorted(
            (one.number, one.order.payee.iban, one.order.charge(row.book).amount)
            for one in held.get(row.message_id, [])
        )
        if not wanted or sorted(read_transfers(row.content)) != wanted:
            yield {"message": row.message_id, "fault": "transfer_file_differs"}


def _lives(connection: Connection) -> Iterator[Row]:
    """From its file to its recall a charge is in no other file, and is not suspended, cancelled or returned."""
    files = {row.message_id: row.command_id for row in connection.execute(select(payment_file))}
    recalls = {
        (row.message_id, row.order_id, row.book): row.command_id
        for row in connection.execute(select(payment_file_recall))
    }
    events: dict[tuple[int, str], list[Any]] = {}
    for row in connection.execute(select(order_event).order_by(order_event.c.order_id, order_event.c.position)):
        events.setdefault((row.order_id, row.book), []).append(row)
    lives: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for row in connection.execute(select(payment_file_charge)):
        first = files[row.message_id]
        last = recalls.get((row.message_id, row.order_id, row.book), NEVER)
        facts = {"message": row.message_id, "order": row.order_id, "book": row.book}
        mine = events.get((row.order_id, row.book), [])
        if _stage(mine, first) != ACCEPTED or row.book == WHOLE:
            yield {**facts, "fault": "transfer_not_accepted"}
        if last != NEVER and _stage(mine, last) != ACCEPTED:
            yield {**facts, "fault": "recall_not_accepted"}
        for event in mine:
            if first < event.command_id < last and event.source == ACCEPTED and event.act in HELD_BACK:
                yield {**facts, "position": event.position, "fault": "order_in_transfer_file"}
        lives.setdefault((row.order_id, row.book), []).append((first, last))
    for (order, book), spans in lives.items():
        ordered = sorted(spans)
        for before, after in pairwise(ordered):
            if after[0] <= before[1]:
                yield {"order": order, "book": book, "fault": "transfer_once"}


def _stage(events: list[Any], command: int) -> str:
    """The stage of a charge when a command began."""
    return next((row.target for row in reversed(events) if row.command_id < command), "")


CHECKS = (
    Check("transfer_files", "Chaque fichier de virements dit ses ordres, leurs comptes et leurs montants", _contents),
    Check("transfers_in_hand", "Un ordre remis à la banque n'est ni remis deux fois ni repris sans rappel", _lives),
)
"""What holds of the files given to the bank."""
