"""What the books credited to the levy from the bank, under the reference that each credit bears."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ledger.chart import BOOKS, account_of
from ledger.tables.journal import entry, entry_line

NOT_FROM_BANK = ("collection", "closing", "opening")
"""Origins of entries that move 4487x without any money coming in."""


class Credit(NamedTuple):
    """A movement of 4487x that came from the bank, credit less debit; `names` are what it can be known by.

    A correction bears the names of the line that it corrects, so that both cancel under the same reference.
    """

    book: str
    amount: int
    names: tuple[str, ...]


def reference_key(reference: str | None) -> str:
    """A reference as it is compared: trimmed, in capitals."""
    return (reference or "").strip().upper()


def booked_credits(
    connection: Connection, *, book: str | None = None, as_of: dt.date | None = None, known: int | None = None
) -> list[Credit]:
    """Every movement of the levy accounts 4487x that came from the bank, in the order of the books."""
    accounts = [account_of("4487", code) for code, _ in BOOKS if book in (None, code)]
    banks = [account_of("5211", code) for code, _ in BOOKS]
    corrected, first = entry.alias("corrected"), entry_line.alias("first")
    bank_line = entry_line.alias("bank_line")
    own = func.coalesce(entry.c.corrects, entry.c.id)
    on_bank = (
        select(func.min(bank_line.c.reference))
        .where(bank_line.c.entry_id == own, bank_line.c.account.in_(banks))
        .correlate(entry)
        .scalar_subquery()
    )
    query = (
        select(
            entry_line.c.book,
            (entry_line.c.credit - entry_line.c.debit).label("amount"),
            func.coalesce(first.c.reference, entry_line.c.reference).label("reference"),
            on_bank.label("bank_reference"),
            func.coalesce(corrected.c.document, entry.c.document).label("document"),
        )
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .outerjoin(corrected, corrected.c.id == entry.c.corrects)
        .outerjoin(first, (first.c.entry_id == entry.c.corrects) & (first.c.position == entry_line.c.position))
        .where(
            entry_line.c.account.in_(accounts),
            func.coalesce(corrected.c.origin, entry.c.origin).not_in(NOT_FROM_BANK),
        )
        .order_by(entry_line.c.entry_id, entry_line.c.position)
    )
    if as_of is not None:
        query = query.where(entry_line.c.date <= as_of)
    if known is not None:
        query = query.where(entry_line.c.entry_id <= known)
    return [
        Credit(row.book, int(row.amount), _names(row.reference, row.bank_reference, row.document))
        for row in connection.execute(query)
    ]


def _names(*texts: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for key in map(reference_key, texts) if key))


def by_reference(
    credits: Iterable[Credit], declared: Mapping[str, Collection[str]]
) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """The credits summed under (book, declared reference), and what bears no declared reference, by book.

    `declared` holds the references that customs declared, by book, as `reference_key` writes them.
    """
    found: dict[tuple[str, str], int] = {}
    rest: dict[str, int] = {}
    for credit in credits:
        mine = declared.get(credit.book, ())
        name = next((name for name in credit.names if name in mine), None)
        if name is None:
            rest[credit.book] = rest.get(credit.book, 0) + credit.amount
        else:
            found[credit.book, name] = found.get((credit.book, name), 0) + credit.amount
    return found, rest
