"""Look at the statements of the books: list them, show one, find what is missing."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import Connection, select

from ledger.bank_accounts import bound_accounts
from ledger.levy.decisions import holidays_decided
from ledger.refusal import Refusal
from reconcile.gaps import KnownStatement, find_gaps
from reconcile.tables import statement, statement_file, statement_line, statement_line_again


class StatementUnknown(Refusal):
    """There is no such statement."""

    code = "statement_unknown"
    sentence = "Le relevé n° {id} n'existe pas. La commande « pcaes statement list » donne les relevés importés."


def list_statements(connection: Connection, book: str | None = None) -> list[dict[str, Any]]:
    """Every statement: its account, period, balances, file, who imported it and when."""
    query = (
        select(statement, statement_file)
        .join(statement_file, statement_file.c.id == statement.c.file_id)
        .order_by(statement.c.book, statement.c.iban, statement.c.end_date, statement.c.id)
    )
    if book is not None:
        query = query.where(statement.c.book == book)
    wanted = (
        "id", "book", "iban", "kind", "number", "start_date", "end_date", "opening", "closing", "proven", "line_count",
    )  # fmt: skip
    found = []
    for row in connection.execute(query):
        one: dict[str, Any] = {name: getattr(row, name) for name in wanted}
        one |= {"from": one.pop("start_date"), "to": one.pop("end_date"), "lines": one.pop("line_count")}
        one |= {"file": row.name, "format": row.format, "sha256": row.sha256, "actor": row.actor}
        one |= {"received_at": row.received_at, "notes": json.loads(row.notes)}
        found.append(one)
    return found


def show_statement(connection: Connection, statement_id: int) -> dict[str, Any]:
    """One statement with all its lines, those that an earlier file had brought included.

    Refuses: statement_unknown.
    """
    mine = [one for one in list_statements(connection) if one["id"] == statement_id]
    if not mine:
        raise StatementUnknown(id=statement_id)
    again = statement_line_again
    own = select(statement_line.c.position.label("place"), statement_line).where(
        statement_line.c.statement_id == statement_id
    )
    shared = (
        select(again.c.position.label("place"), statement_line)
        .join(again, again.c.line_id == statement_line.c.id)
        .where(again.c.statement_id == statement_id)
    )
    rows = [*connection.execute(own), *connection.execute(shared)]
    lines = [
        {
            "position": row.place,
            "booking_date": row.booking_date,
            "value_date": row.value_date,
            "amount": row.amount,
            "type": row.type,
            "bank_reference": row.bank_reference,
            "customer_reference": row.customer_reference,
            "counterparty": row.counterparty,
            "label": row.label,
            "back_dated": row.back_dated,
            "first_seen_in": row.statement_id,
        }
        for row in sorted(rows, key=lambda row: row.place)
    ]
    return {**mine[0], "content": lines}


def statement_gaps(
    connection: Connection, *, until: dt.date | None = None, silent_days: int = 10
) -> list[dict[str, Any]]:
    """What is missing in the chain of statements of each bound account, in the order of books and dates.

    `until` is the day up to which statements are expected; without it, the last day seen in any account, and only a
    long silence before it is told.
    """
    stored = [one for one in list_statements(connection) if one["kind"] == "statement"]
    last = until or max((one["to"] for one in stored if one["to"] is not None), default=None)
    found: list[dict[str, Any]] = []
    for account in bound_accounts(connection):
        mine = [_known(one) for one in stored if one["iban"] == account.iban]
        decided = holidays_decided(connection, account.book)
        found.extend(
            {"book": account.book, "account": account.iban, **gap}
            for gap in find_gaps(mine, account.book, last, silent_days, expected=until is not None, decided=decided)
        )
    return found


def _known(one: dict[str, Any]) -> KnownStatement:
    return KnownStatement(one["id"], one["number"], one["from"], one["to"], one["opening"], one["closing"])


def stored_file(connection: Connection, digest: str) -> bytes | None:
    """The bytes of an imported file, as they were received."""
    return connection.execute(select(statement_file.c.content).where(statement_file.c.sha256 == digest)).scalar()
