"""What still waits on the suspense accounts (CIP) of a book at a day, item by item, until each is zero."""

import datetime as dt
from collections import deque
from collections.abc import Hashable, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ledger.tables.books import account
from ledger.tables.journal import entry, entry_line
from reconcile.regularisations import PREFIX


class Moved(NamedTuple):
    """One line on a suspense account, debit less credit; `links` tie it to what it settles, the surest first."""

    entry_id: int
    place: str
    account: str
    date: dt.date
    amount: int
    label: str
    links: tuple[Hashable, ...]


class SuspenseItem(NamedTuple):
    """What is left of one line. `id` is the same from month to month until it is zero."""

    id: str
    account: str
    first_seen: dt.date
    label: str
    amount: int
    left: int


def open_suspense(moves: Sequence[Moved]) -> list[SuspenseItem]:
    """The items left, oldest first; their sum by account is the balance of the account.

    Lines of opposite signs settle one another: a correction with what it corrects, a regularisation with the
    imputation that it names, then the same reference, then the oldest of the account.
    """
    ordered = sorted(moves, key=lambda one: (one.date, one.entry_id, one.place))
    left = [one.amount for one in ordered]
    for rank in range(max((len(one.links) for one in ordered), default=0)):
        queues: dict[Hashable, deque[int]] = {}
        for place, one in enumerate(ordered):
            if rank < len(one.links) and one.links[rank] is not None:
                queue = queues.setdefault((one.account, one.links[rank]), deque())
                _settle(left, place, queue)
    return [
        SuspenseItem(f"C-{one.place}", one.account, one.date, one.label, one.amount, rest)
        for one, rest in zip(ordered, left, strict=True)
        if rest
    ]


def _settle(left: list[int], place: int, queue: "deque[int]") -> None:
    while left[place] and queue and (left[queue[0]] > 0) != (left[place] > 0):
        oldest = queue[0]
        amount = min(abs(left[oldest]), abs(left[place]))
        left[oldest] += amount if left[oldest] < 0 else -amount
        left[place] += amount if left[place] < 0 else -amount
        if not left[oldest]:
            queue.popleft()
    if left[place]:
        queue.append(place)


def suspense_moves(connection: Connection, book: str, day: dt.date, known: int) -> list[Moved]:
    """Every line of a book on its suspense accounts up to a day, as known; balances carried forward repeat them."""
    query = (
        select(
            entry.c.id, entry.c.book, entry.c.journal, entry.c.year, entry.c.number, entry_line.c.position,
            entry_line.c.account, entry_line.c.date, (entry_line.c.debit - entry_line.c.credit).label("amount"),
            func.coalesce(entry_line.c.label, entry.c.label).label("words"), entry.c.corrects, entry.c.origin_ref,
            entry_line.c.reference, entry.c.document,
        )
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .join(account, account.c.number == entry_line.c.account)
        .where(entry_line.c.book == book, entry_line.c.date <= day, entry_line.c.entry_id <= known, account.c.suspense)
        .where(~((entry.c.journal == "AN") & (entry.c.origin == "opening")))
    )  # fmt: skip
    rows = connection.execute(query).all()
    corrected = {row.corrects for row in rows}
    found = []
    for row in rows:
        place = f"{row.book}/{row.journal}/{row.year}/{row.number}:{row.position}"
        own = row.corrects or (row.id if row.id in corrected else None)
        of_ref = row.origin_ref or ""
        named = int(of_ref.removeprefix(PREFIX)) if of_ref.startswith(PREFIX) and not row.corrects else row.id
        links = (own, named, row.reference or row.document, "")
        found.append(Moved(row.id, place, row.account, row.date, int(row.amount), row.words, links))
    return found
