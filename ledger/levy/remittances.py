"""The remittances that customs declare, as the bank's credits are looked for under their references."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import Connection

from ledger.levy.credited import booked_credits, by_reference, reference_key
from ledger.levy.months import OfficeMonth, office_months, period_start
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


def declared_remittances(
    connection: Connection,
    book: str,
    *,
    as_of: dt.date | None = None,
    known: int | None = None,
    known_command: int | None = None,
) -> list[Remittance]:
    """Every remittance that the latest returns of a book declare under a reference, in the order of the returns.

    `credited` is read from the entries alone (credits of 4487x that come from the bank, corrections deducted),
    so that an undone match, whose entry is corrected, gives the remittance back whole. `as_of` leaves out what was
    sent or credited later; `known` and `known_command` what was recorded after an entry or a command.
    """
    months = [
        one
        for one in office_months(connection, book=book, known_command=known_command)
        if one.remitted and reference_key(one.reference) and (as_of is None or _sent_by(one, as_of))
    ]
    by_key: dict[str, list[OfficeMonth]] = {}
    for one in months:
        by_key.setdefault(reference_key(one.reference), []).append(one)
    amounts = {key: sum(row.remitted for row in rows) for key, rows in by_key.items()}
    credited, _ = by_reference(booked_credits(connection, book=book, as_of=as_of, known=known), {book: amounts})
    parts: dict[tuple[str, str, str], int] = {}
    for key, rows in by_key.items():
        shares = share(credited.get((book, key), 0), [row.remitted for row in rows])
        parts |= {row.key: part for row, part in zip(rows, shares, strict=True)}
    return [
        Remittance(one.reference or "", book, one.office, one.period, one.remitted, one.remitted_on, parts[one.key])
        for one in months
    ]


def _sent_by(one: OfficeMonth, day: dt.date) -> bool:
    return period_start(one.period) <= day and (one.remitted_on is None or one.remitted_on <= day)
