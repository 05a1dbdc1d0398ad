"""Closed years: the opening entry is the closing balance, account by account; the result is products less charges."""

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from ledger.check import Check, Row, sql_check
from ledger.tables.journal import entry_line
from ledger.tables.periods import year_event


def plain_balances(connection: Connection, book: str, first: dt.date | None, last: dt.date) -> dict[str, int]:
    """Debit less credit per account between two dates, added up from the lines alone."""
    query = (
        select(entry_line.c.account, func.sum(entry_line.c.debit) - func.sum(entry_line.c.credit))
        .where(entry_line.c.book == book, entry_line.c.date <= last)
        .group_by(entry_line.c.account)
    )
    if first is not None:
        query = query.where(entry_line.c.date >= first)
    return {account: int(amount) for account, amount in connection.execute(query) if amount}


def entry_balances(connection: Connection, entry_id: int | None) -> dict[str, int]:
    """Debit less credit per account of one entry."""
    query = (
        select(entry_line.c.account, func.sum(entry_line.c.debit) - func.sum(entry_line.c.credit))
        .where(entry_line.c.entry_id == entry_id)
        .group_by(entry_line.c.account)
    )
    return {account: int(amount) for account, amount in connection.execute(query) if amount}


def wrong_openings(connection: Connection) -> Iterable[Row]:
    """Accounts whose opening balance is not the closing balance of the year before."""
    openings = connection.execute(
        select(year_event).where(year_event.c.action == "opening").order_by(year_event.c.book, year_event.c.year)
    ).all()
    base: dict[str, dt.date] = {}
    for row in openings:
        closing = plain_balances(connection, row.book, base.get(row.book), dt.date(row.year - 1, 12, 31))
        opening = entry_balances(connection, row.entry_id)
        for account in sorted(closing.keys() | opening.keys()):
            before, after = closing.get(account, 0), opening.get(account, 0)
            if before != after:
                yield {"book": row.book, "year": row.year, "account": account, "closing": before, "opening": after}
        if row.entry_id is not None:
            base[row.book] = dt.date(row.year, 1, 1)


def wrong_results(connection: Connection) -> Iterable[Row]:
    """Years whose result entry is not the sum of products less charges."""
    results = connection.execute(
        select(year_event).where(year_event.c.action == "result").order_by(year_event.c.book, year_event.c.year)
    ).all()
    opened = {
        (row.book, row.year)
        for row in connection.execute(select(year_event).where(year_event.c.action == "opening"))
        if row.entry_id is not None
    }
    for row in results:
        years = [year for book, year in opened if book == row.book and year <= row.year]
        first = dt.date(max(years), 1, 1) if years else None
        closing = plain_balances(connection, row.book, first, dt.date(row.year, 12, 31))
        own = entry_balances(connection, row.entry_id)
        left = {account: amount for account, amount in closing.items() if account[0] in "678"}
        moved = sum(amount for account, amount in own.items() if account[0] in "678")
        result = sum(own.get(account, 0) for account in ("131", "139"))
        if left or moved + result != 0:
            yield {"book": row.book, "year": row.year, "left": left, "products_less_charges": moved, "result": -result}


CHECKS = (
    Check(
        "openings",
        "Les à-nouveaux de chaque exercice sont les soldes de clôture du précédent, au franc",
        wrong_openings,
    ),
    Check("results", "Le résultat de chaque exercice clos est le total des produits moins les charges", wrong_results),
    sql_check(
        "closing_entries",
        "Une écriture de clôture ou d'à-nouveaux est celle de la fin d'un exercice, ou solde des virements",
        "SELECT e.book || '/' || e.journal || '/' || e.year || '/' || e.number AS entry, e.origin FROM entry e"
        " WHERE (e.origin = 'opening' AND NOT EXISTS (SELECT 1 FROM year_event y WHERE y.action = 'opening'"
        " AND y.entry_id = e.id AND y.book = e.book AND y.year = e.year))"
        # the result and the one carried forward are written by one command; the clearing moves pairing accounts alone
        " OR (e.origin = 'closing' AND NOT EXISTS (SELECT 1 FROM year_event y WHERE y.action = 'result'"
        " AND y.command_id = e.command_id AND y.book = e.book AND y.year = e.year) AND EXISTS (SELECT 1"
        " FROM entry_line l LEFT JOIN account a ON a.number = l.account WHERE l.entry_id = e.id"
        " AND a.pairing IS NULL))",
    ),
    sql_check(
        "closed_year_entries",
        "Aucune écriture n'est entrée dans un exercice clos",
        "SELECT e.book || '/' || e.journal || '/' || e.year || '/' || e.number AS entry FROM entry e"
        " JOIN year_event y ON y.book = e.book AND y.action = 'close' AND y.year >= e.year"
        " WHERE e.command_id > y.command_id",
    ),
)
