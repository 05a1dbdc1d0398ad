"""What came to the levy from the bank: the credits that the books hold, under the references that they bear."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from sqlalchemy import Connection, exists, func, select

from ledger.book import BOOKS
from ledger.chart import account_of
from ledger.money import share
from ledger.tables.journal import entry, entry_line

NOT_FROM_BANK = ("collection", "closing", "opening")
"""Origins of entries that move these accounts without any money coming in."""

Declared = Mapping[str, Mapping[str, int]]
"""Book → reference as `reference_key` writes it → what customs declared under it, in whole francs."""

_BETWEEN = re.compile(r"[\s,;:|()]+")


class Credit(NamedTuple):
    """Money that came in for the levy, negative when it is taken back; `texts` are what it can be known by.

    A correction bears the texts of the line that it corrects, so that both cancel under the same reference.
    """

    book: str
    amount: int
    texts: tuple[str, ...]
    refund: bool = False
    """Money that the account gave back, such as an over-remittance; not the correction of a wrong entry."""


def reference_key(reference: str | None) -> str:
    """A reference as it is compared: trimmed, in capitals."""
    return (reference or "").strip().upper()


def references_in(texts: Iterable[str], declared: Mapping[str, int]) -> list[str]:
    """The declared references that the first text to bear any bears, as a whole or word by word."""
    for text in texts:
        key = reference_key(text)
        if key in declared:
            return [key]
        words = [word.strip(".-/'\"") for word in _BETWEEN.split(key)]
        words += [part for word in words if "/" in word for part in word.split("/")]
        found = [word for word in dict.fromkeys(words) if word in declared]
        if found:
            return found
    return []


def by_reference(credits: Iterable[Credit], declared: Declared) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
    """The credits under (book, declared reference), and by book what bears no declared reference.

    A credit that bears several references is shared by their declared amounts, every franc of it.
    """
    found: dict[tuple[str, str], int] = {}
    rest: dict[str, int] = {}
    for credit in credits:
        mine = declared.get(credit.book, {})
        names = references_in(credit.texts, mine)
        if not names:
            rest[credit.book] = rest.get(credit.book, 0) + credit.amount
            continue
        for name, part in zip(names, share(credit.amount, [mine[name] for name in names]), strict=True):
            found[credit.book, name] = found.get((credit.book, name), 0) + part
    return found, rest


def booked_credits(
    connection: Connection, *, book: str | None = None, as_of: dt.date | None = None, known: int | None = None
) -> list[Credit]:
    """Every movement from the bank on 4487x and on 4712x, in the order in which they were recorded.

    4712x holds what came in and is not identified yet: it bears no reference, and gives way to 4487x when the
    accountant imputes it.
    """
    codes = [code for code in BOOKS if book in (None, code)]
    levy = [account_of("4487", code) for code in codes]
    suspense = [account_of("4712", code) for code in codes]
    banks = [account_of("5211", code) for code in codes]
    corrected, first, bank_line = entry.alias("corrected"), entry_line.alias("first"), entry_line.alias("bank_line")
    paying = entry_line.alias("paying")
    on_bank = (
        select(func.min(bank_line.c.reference))
        .where(bank_line.c.entry_id == func.coalesce(entry.c.corrects, entry.c.id), bank_line.c.account.in_(banks))
        .correlate(entry)
        .scalar_subquery()
    )
    query = (
        select(
            entry_line.c.book,
            entry_line.c.account,
            (entry_line.c.credit - entry_line.c.debit).label("amount"),
            func.coalesce(first.c.reference, entry_line.c.reference).label("reference"),
            on_bank.label("bank_reference"),
            func.coalesce(corrected.c.document, entry.c.document).label("document"),
            entry.c.corrects,
            exists()
            .where(paying.c.entry_id == entry.c.id, paying.c.account.in_(banks), paying.c.credit > 0)
            .label("paid"),
        )
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .outerjoin(corrected, corrected.c.id == entry.c.corrects)
        .outerjoin(first, (first.c.entry_id == entry.c.corrects) & (first.c.position == entry_line.c.position))
        .where(
            entry_line.c.account.in_(levy + suspense),
            func.coalesce(corrected.c.origin, entry.c.origin).not_in(NOT_FROM_BANK),
        )
        .order_by(entry_line.c.entry_id, entry_line.c.position)
    )
    if as_of is not None:
        query = query.where(entry_line.c.date <= as_of)
    if known is not None:
        query = query.where(entry_line.c.entry_id <= known)
    return [
        Credit(
            row.book,
            int(row.amount),
            tuple(text for text in (row.reference, row.bank_reference, row.document) if text)
            if row.account in levy
            else (),
            row.account in levy and row.amount < 0 and row.corrects is None and row.paid,
        )
        for row in connection.execute(query)
    ]
