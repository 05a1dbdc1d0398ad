"""The situation of the fund at an instant, as a handover freezes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from ledger.balance import balance_of
from ledger.book import BOOK_TITLES
from ledger.chain import GENESIS
from ledger.chart import chart_accounts
from ledger.mandates.situation_bank import bank_situation
from ledger.orders.act import local_day
from ledger.orders.handover import IN_HAND
from ledger.orders.postings import bank_account
from ledger.orders.stages import STAGE_TITLES
from ledger.orders.stored import StoredOrder, list_orders
from ledger.orders.transfer_recall import live_files
from ledger.tables.types import instant_text

OVER = ("rejected", "cancelled", "returned", "bank_returned", "cleared")
_USERS = text(
    "SELECT u.name, u.role, u.book, coalesce((SELECT e.action FROM user_event e WHERE e.user_name = u.name"
    " AND e.command_id <= :known ORDER BY e.id DESC LIMIT 1), '') AS last,"
    " (SELECT count(*) FROM signing_key k WHERE k.person = u.name AND k.command_id <= :known AND NOT EXISTS"
    " (SELECT 1 FROM signing_key_event r WHERE r.key_id = k.id AND r.command_id <= :known)) AS keys"
    " FROM app_user u WHERE u.command_id <= :known ORDER BY u.name"
)


def situation_at(connection: Connection, instant: datetime, before: int | None = None) -> dict[str, Any]:
    """Balances of the three accounts, reconciliations, suspense, orders in hand, requisitions and users' rights.

    As recorded at the instant, at its accounting date in each capital. `before` leaves out a command and those after
    it: a record already made can so be made again. Amounts in whole francs.
    """
    command = _known_command(connection, instant, before)
    known = int(
        connection.execute(
            text("SELECT coalesce(max(id), 0) FROM entry WHERE command_id <= :known"), {"known": command}
        ).scalar_one()
    )
    balances, suspense, banks = [], [], []
    for book, title in BOOK_TITLES.items():
        day = local_day(book, instant)
        account = bank_account(book)
        head = connection.execute(
            text("SELECT hash FROM entry WHERE book = :book AND id <= :known ORDER BY position DESC LIMIT 1"),
            {"book": book, "known": known},
        ).scalar()
        balance = balance_of(connection, book, account, as_of=day, known=known)
        balances.append(
            {
                "book": book,
                "title": title,
                "account": account,
                "date": day.isoformat(),
                "balance": balance,
                "head": head or GENESIS,
            }
        )
        bank = bank_situation(connection, book, day, command, balance)
        banks += [bank] if bank else []
        for one in chart_accounts(connection).values():
            if one.suspense and one.postable and one.book in (None, book):
                amount = balance_of(connection, book, one.number, as_of=day, known=known)
                if amount:
                    suspense.append({"book": book, "account": one.number, "title": one.title, "balance": amount})
    stored = list_orders(connection, command)
    orders = _in_hand(stored, live_files(connection, command))
    return {
        "known_entry": known,
        "known_command": command,
        "balances": balances,
        "reconciliations": banks,
        "suspense": suspense,
        "orders": orders,
        "to_confirm": sum(order["stage"] in IN_HAND for order in orders),
        "requisitions": _requisitions(stored),
        "users": [
            {"name": row.name, "role": row.role, "book": row.book, "active": row.last != "disable", "keys": row.keys}
            for row in connection.execute(_USERS, {"known": command})
        ],
    }


def _known_command(connection: Connection, instant: datetime, before: int | None) -> int:
    query = "SELECT coalesce(max(id), 0) FROM command_log WHERE at <= :at AND id < :before"
    facts = {"at": instant_text(instant), "before": 2**62 if before is None else before}
    return int(connection.execute(text(query), facts).scalar_one())


def _in_hand(stored: list[StoredOrder], files: dict[tuple[int, str], str]) -> list[dict[str, Any]]:
    """The charges that are neither over nor seen by the bank, with the transfer file that has them in hand."""
    orders = []
    for one in stored:
        stages = one.charge_stages()
        for charge in one.order.charges:
            stage = stages[charge.book]
            if stage not in OVER:
                orders.append(
                    {
                        "number": one.number,
                        "book": charge.book,
                        "payee": one.order.payee.name,
                        "purpose": one.order.purpose,
                        "amount": charge.amount,
                        "stage": stage,
                        "stage_title": STAGE_TITLES[stage],
                        "to_confirm": stage in IN_HAND,
                        "transfer_file": files.get((one.id, charge.book)),
                    }
                )
    return orders


def _requisitions(stored: list[StoredOrder]) -> list[dict[str, Any]]:
    return [
        {
            "number": one.number,
            "book": event.book,
            "amount": one.order.charge(event.book).amount,
            "at": instant_text(event.at),
            "person": event.person,
            "reason": event.reason,
        }
        for one in stored
        for event in one.events
        if event.act == "requisition" and event.book is not None
    ]
