"""How the accounts of a chart stand under one another: pure rules.

A chart lists the accounts in use: the classes and headings above them may be left out. A heading that is given holds
no entry of its own, and what it says of its book and of suspense holds for all that is under it.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple


class ChartFault(NamedTuple):
    """What is wrong between an account and the one above it: `field` None when the one above takes entries."""

    account: str
    parent: str
    field: str | None
    expected: str
    found: str


def _said(flag: bool) -> str:
    return "yes" if flag else "no"


def chart_faults(accounts: Iterable[Any]) -> Iterator[ChartFault]:
    """Each account beside every account above it, in the order of their numbers.

    `accounts`: rows with number, book, postable, suspense.
    """
    by_number = {one.number: one for one in accounts}
    for number, one in sorted(by_number.items()):
        above = (by_number[number[:size]] for size in range(2, len(number)) if number[:size] in by_number)
        for parent in above:
            if parent.postable:
                yield ChartFault(number, parent.number, None, "no", "yes")
            elif parent.book is not None and parent.book != one.book:
                yield ChartFault(number, parent.number, "book", parent.book, one.book or "")
            elif parent.suspense and not one.suspense:
                yield ChartFault(number, parent.number, "suspense", "yes", _said(one.suspense))
