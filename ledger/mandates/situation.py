"""The situation of the fund at an instant, as a handover freezes it."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from ledger.balance import balance_of, known_entry
from ledger.book import BOOK_TITLES
from ledger.chain import GENESIS
from ledger.chart import chart_accounts
from ledger.orders.act import local_day
from ledger.orders.handover import IN_HAND
from ledger.orders.postings import bank_account
from ledger.orders.stages import STAGE_TITLES
from ledger.orders.stored import list_orders
from ledger.tables.types import instant_text
from ledger.users import list_users

OVER = ("rejected", "cancelled", "returned", "bank_returned", "cleared")


def situation_at(connection: Connection, instant: datetime) -> dict[str, Any]:
    """Balances of the three accounts, reconciliations, suspense, orders in hand, requisitions and users' rights.

    As recorded at the instant, at its accounting date in each capital. Amounts in whole francs.
    """
    known = known_entry(connection, instant)
    balances, suspense = [], []
    for book, title in BOOK_TITLES.items():
        day = local_day(book, instant)
        account = bank_account(book)
        head = connection.execute(
            text("SELECT hash FROM entry WHERE book = :book AND id <= :known ORDER BY position DESC LIMIT 1"),
            {"book": book, "known": known},
        ).scalar()
        balances.append(
            {
                "book": book,
                "title": title,
                "account": account,
                "date": day.isoformat(),
                "balance": balance_of(connection, book, account, as_of=day, known=known),
                "head": head or GENESIS,
            }
        )
        for one in chart_accounts(connection).values():
            if one.suspense and one.postable and one.book in (None, book):
                amount = balance_of(connection, book, one.number, as_of=day, known=known)
                if amount:
                    suspense.append({"book": book, "account": one.number, "title": one.title, "balance": amount})
    orders, requisitions = _orders(connection, instant)
    return {
        "known_entry": known,
        "balances": balances,
        "reconciliations": _reconciliations(connection, instant),
        "suspense": suspense,
        "orders": orders,
        "to_confirm": sum(order["stage"] in IN_HAND for order in orders),
        "requisitions": requisitions,
        "users": [
            {"name": user["name"], "role": user["role"], "book": user["book"], "active": user["active"]}
            for user in list_users(connection)
        ],
    }


def _orders(connection: Connection, instant: datetime) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    orders, requisitions = [], []
    query = text("SELECT coalesce(max(id), 0) FROM command_log WHERE at <= :at")
    known = int(connection.execute(query, {"at": instant_text(instant)}).scalar_one())
    for stored in list_orders(connection, known):
        stages = stored.charge_stages()
        for charge in stored.order.charges:
            if stages[charge.book] not in OVER:
                orders.append(
                    {
                        "number": stored.number,
                        "book": charge.book,
                        "payee": stored.order.payee.name,
                        "purpose": stored.order.purpose,
                        "amount": charge.amount,
                        "stage": stages[charge.book],
                        "stage_title": STAGE_TITLES[stages[charge.book]],
                    }
                )
        for event in stored.events:
            if event.act == "requisition" and event.book is not None:
                requisitions.append(
                    {
                        "number": stored.number,
                        "book": event.book,
                        "amount": stored.order.charge(event.book).amount,
                        "at": instant_text(event.at),
                        "person": event.person,
                        "reason": event.reason,
                    }
                )
    return orders, requisitions


def _reconciliations(connection: Connection, instant: datetime) -> list[dict[str, Any]]:
    """For each bound account: what the statements reach, and how many lines are still without a match."""
    query = text(
        "SELECT s.book, count(*) AS lines, max(s.booking_date) AS last, coalesce(sum(CASE WHEN EXISTS (SELECT 1"
        " FROM bank_match_line b JOIN bank_match m ON m.id = b.match_id AND m.at <= :at LEFT JOIN match_undo u"
        " ON u.match_id = b.match_id AND u.at <= :at WHERE b.line_id = s.id AND u.match_id IS NULL) THEN 0 ELSE 1 END),"
        " 0)"
        " AS open_lines FROM statement_line s JOIN statement t ON t.id = s.statement_id"
        " JOIN statement_file f ON f.id = t.file_id AND f.received_at <= :at WHERE s.kind = 'statement'"
        " GROUP BY s.book ORDER BY s.book"
    )
    return [
        {"book": row.book, "lines": row.lines, "last": str(row.last), "open": row.open_lines}
        for row in connection.execute(query, {"at": instant_text(instant)})
    ]
