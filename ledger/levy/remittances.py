"""The remittances that customs declare, as the bank's credits are looked for under their references."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.levy.credited import booked_credits, by_reference, reference_key
from ledger.levy.months import OfficeMonth, office_months
from ledger.money import share


class Remittance(NamedTuple):
    """One office's month, sent under one reference; `amount` and `credited` in whole francs.

    Several rows may bear one reference: `credited` is then this row's share of what the books credited to it.
    """

    reference: str
    book: str
    office: str
    period: str
    amount: int
    date: dt.date | None
    credited: int


def declared_remittances(connection: Connection, book: str) -> list[Remittance]:
    """Every remittance that the latest returns of a book declare under a reference, in the order of the returns.

    `credited` is read from the entries alone (credits of 4487x that come from the bank, corrections deducted),
    so that an undone match, whose entry is corrected, gives the remittance back whole.
    """
    months = [one for one in office_months(connection, book=book) if one.remitted and reference_key(one.reference)]
    by_key: dict[str, list[OfficeMonth]] = {}
    for one in months:
        by_key.setdefault(reference_key(one.reference), []).append(one)
    amounts = {key: sum(row.remitted for row in rows) for key, rows in by_key.items()}
    credited, _ = by_reference(booked_credits(connection, book=book), {book: amounts})
    parts: dict[tuple[str, str, str], int] = {}
    for key, rows in by_key.items():
        shares = share(credited.get((book, key), 0), [row.remitted for row in rows])
        parts |= {row.key: part for row, part in zip(rows, shares, strict=True)}
    return [
        Remittance(one.reference or "", book, one.office, one.period, one.remitted, one.remitted_on, parts[one.key])
        for one in months
    ]
