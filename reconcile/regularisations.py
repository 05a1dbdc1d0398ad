"""What is waiting on a suspense account for an imputation, and what has already left it."""

from typing import NamedTuple

from sqlalchemy import Connection, exists, select

from ledger.entry import SealedEntry
from ledger.read import FIELDS, lines_of
from ledger.tables.books import account
from ledger.tables.journal import entry

PREFIX = "regularises:"
"""How a regularisation names, in `origin_ref`, the entry whose suspense it settles."""


class Waiting(NamedTuple):
    """What an entry left on a suspense account: the account, debit less credit, what is left of it."""

    account: str
    amount: int
    left: int


def regularisations_of(connection: Connection, entry_id: int) -> list[SealedEntry]:
    """The regularisations in force of an entry: those that were not taken back."""
    correcting = entry.alias("correcting")
    query = (
        select(entry)
        .where(
            entry.c.origin_ref == f"{PREFIX}{entry_id}",
            entry.c.corrects.is_(None),
            ~exists().where(correcting.c.corrects == entry.c.id),
        )
        .order_by(entry.c.id)
    )
    return [SealedEntry(*(getattr(row, name) for name in FIELDS)) for row in connection.execute(query)]


def waiting(connection: Connection, entry_id: int) -> Waiting | None:
    """What the entry still has on a suspense account, or None when it never had anything there."""
    suspense = {
        row.number
        for row in connection.execute(select(account.c.number).where(account.c.suspense, account.c.postable))
    }  # fmt: skip
    mine = [line for line in lines_of(connection, entry_id) if line.account in suspense]
    if not mine:
        return None
    number = mine[0].account
    amount = sum(line.debit - line.credit for line in mine if line.account == number)
    gone = sum(
        line.debit - line.credit
        for one in regularisations_of(connection, entry_id)
        for line in lines_of(connection, one.id)
        if line.account == number
    )
    return Waiting(number, amount, amount + gone)
