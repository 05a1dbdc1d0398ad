"""Look at the statements of the books: list them, show one, find what is missing."""

import datetime as dt
import json
from typing import Any

from sqlalchemy import Connection, select

from ledger.bank_accounts import bound_accounts
from ledger.levy.decisions import holidays_decided
from ledger.refusal import Refusal
from ledger.tables.commands import command_log
from reconcile.gaps import KnownStatement, find_gaps
from reconcile.tables import statement, statement_file, statement_line, statement_line_again, statement_withdrawal


class StatementUnknown(Refusal):
    """There is no such statement."""

    code = "statement_unknown"
    sentence = "Le relevé « {id} » n'existe pas. La commande « pcaes statement list » donne les relevés importés."


def list_statements(
    connection: Connection, book: str | None = None, known_command: int | None = None
) -> list[dict[str, Any]]:
    """Every statement: its account, period, balances, file, who imported it and when; `withdrawn` tells who withdrew
    it, when and why, or is None.

    `known_command` leaves out what a later row of the command log brought: statements and withdrawals.
    """
    query = (
        select(statement, statement_file, command_log.c.at.label("came"), command_log.c.actor.label("bringer"))
        .join(statement_file, statement_file.c.id == statement.c.file_id)
        # a file is received once; its statements may come again after a withdrawal
        .outerjoin(command_log, command_log.c.id == statement.c.command_id)
        .order_by(statement.c.book, statement.c.iban, statement.c.end_date, statement.c.id)
    )
    if book is not None:
        query = query.where(statement.c.book == book)
    if known_command is not None:
        query = query.where(statement.c.command_id <= known_command)
    gone = withdrawals(connection, known_command)
    wanted = (
        "id", "book", "iban", "kind", "number", "start_date", "end_date", "opening", "closing", "proven", "line_count",
    )  # fmt: skip
    found = []
    for row in connection.execute(query):
        one: dict[str, Any] = {name: getattr(row, name) for name in wanted}
        one |= {"from": one.pop("start_date"), "to": one.pop("end_date"), "lines": one.pop("line_count")}
        one |= {"file": row.name, "format": row.format, "sha256": row.sha256, "actor": row.bringer or row.actor}
        one |= {"received_at": row.came or row.received_at, "notes": json.loads(row.notes)}
        found.append(one | {"withdrawn": gone.get(one["id"])})
    return found


def withdrawals(connection: Connection, known_command: int | None = None) -> dict[int, dict[str, Any]]:
    """Who withdrew each withdrawn statement, when and why, by its number in the books."""
    query = select(statement_withdrawal).order_by(statement_withdrawal.c.statement_id)
    if known_command is not None:
        query = query.where(statement_withdrawal.c.command_id <= known_command)
    return {
        row.statement_id: {"at": row.at, "by": row.actor, "reason": row.reason} for row in connection.execute(query)
    }


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
    connection: Connection, *, until: dt.date | None = None, silent_days: int = 10, known_command: int | None = None
) -> list[dict[str, Any]]:
    """What is missing in the chain of standing statements of each bound account, in the order of books and dates.

    `until` is the day up to which statements are expected; without it, the last day seen in any account, and only a
    long silence before it is told.
    """
    stored = _standing(connection, None, known_command)
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


def chain_gaps(connection: Connection, book: str, iban: str) -> list[dict[str, Any]]:
    """What is missing between the standing statements of one account."""
    mine = [_known(one) for one in _standing(connection, book, None) if one["iban"] == iban]
    return find_gaps(mine, book, None, 0, decided=holidays_decided(connection, book))


def _standing(connection: Connection, book: str | None, known_command: int | None) -> list[dict[str, Any]]:
    found = list_statements(connection, book, known_command)
    return [one for one in found if one["kind"] == "statement" and one["withdrawn"] is None]


def _known(one: dict[str, Any]) -> KnownStatement:
    return KnownStatement(one["id"], one["number"], one["from"], one["to"], one["opening"], one["closing"])


def stored_file(connection: Connection, digest: str) -> bytes | None:
    """The bytes of an imported file, as they were received."""
    return connection.execute(select(statement_file.c.content).where(statement_file.c.sha256 == digest)).scalar()
