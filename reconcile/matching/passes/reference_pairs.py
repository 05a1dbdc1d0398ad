"""Which bank line and which entry share a reference and an amount: nine lines in ten, so whole columns at a time.

A loop that asks each line for its fields would cost several times as much as the search itself.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple, TypeVar

from reconcile.matching.references import exact_keys, written_alike
from reconcile.matching.rows import BankLine, BookLine
from reconcile.matching.table import book_order


class Several:
    """The entries of one book that bear the same reference, by amount."""

    __slots__ = ("_ordered", "by_amount")

    def __init__(self) -> None:
        self.by_amount: dict[int, list[BookLine]] = {}
        self._ordered: list[int] = []

    def enter(self, entry: BookLine) -> None:
        """One more bearer of the reference."""
        self.by_amount.setdefault(entry.amount, []).append(entry)

    def nearest(self, entry: BookLine) -> BookLine | None:
        """The bearer of another amount whose amount is nearest to the entry's."""
        if len(self._ordered) != len(self.by_amount):
            self._ordered = sorted(self.by_amount)
        place = bisect_left(self._ordered, entry.amount)
        around = self._ordered[max(place - 1, 0) : place] + self._ordered[place + 1 : place + 2]
        closest = min((abs(amount - entry.amount) for amount in around), default=0)
        found = [one for amount in around if abs(amount - entry.amount) == closest for one in self.by_amount[amount]]
        return min(found, key=book_order, default=None)


Bearers = BookLine | Several
Index = dict[str, Bearers]
Found = tuple[BankLine, BookLine, str, Bearers]
"""A bank line, an entry of its reference and amount, that reference, and all the entries that bear it."""


class Pairs(NamedTuple):
    """The pairs whose two lines are in no other pair, and those that share a line with another pair."""

    alone: list[Found]
    disputed: list[Found]


def reference_pairs(bank: Iterable[BankLine], book: Iterable[BookLine]) -> Pairs:
    """Every pair of a bank line and an entry of one book that have a telling reference and the amount in common."""
    pairs: list[Found] = []
    lines, entries = _by_book(bank), _by_book(book)
    for code in lines.keys() & entries.keys():
        index = index_by_reference(entries[code])
        for some in by_handfuls(lines[code]):
            _pair(some, index, pairs)
    # a pair is alone when no other pair has its line or its entry: most often none has
    if len(set(map(id, map(_LINE, pairs)))) == len(pairs) == len(set(map(id, map(_ENTRY, pairs)))):
        return Pairs(pairs, [])
    seen, booked = [id(found[0]) for found in pairs], [id(found[1]) for found in pairs]
    uses = Counter(seen), Counter(booked)
    alone, disputed = list[Found](), list[Found]()
    for found, line, entry in zip(pairs, seen, booked, strict=True):
        (alone if uses[0][line] == uses[1][entry] == 1 else disputed).append(found)
    return Pairs(alone, disputed)


_LINE, _ENTRY = itemgetter(0), itemgetter(1)

Row = TypeVar("Row", BankLine, BookLine)
Item = TypeVar("Item")
HANDFUL = 500
"""Rows worked on together: what one step has read, the next finds again in the processor's own memory."""


def by_handfuls(rows: list[Item]) -> Iterator[list[Item]]:
    """The rows, so many at a time."""
    for start in range(0, len(rows), HANDFUL):
        yield rows[start : start + HANDFUL]


def _by_book(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        held = found.get(row.book)
        if held is None:
            held = found[row.book] = []
        held.append(row)
    return found


def index_by_reference(entries: list[BookLine]) -> Index:
    """The entries of one book by each telling reference that they bear: the entry itself, or several."""
    index: Index = {}
    keys: list[str] = []
    further: list[tuple[BookLine, str]] = []
    for some in by_handfuls(entries):
        both = [entry.references for entry in some]
        own, documents = exact_keys([pair[0] for pair in both]), exact_keys([pair[1] for pair in both])
        chosen = [one or other for one, other in zip(own, documents, strict=True)]
        index.update(zip(chosen, some, strict=True))
        keys += chosen
        further += [
            (entry, other)
            for one, other, entry in zip(own, documents, some, strict=True)
            if one and other and one != other
        ]
    index.pop("", None)
    if len(index) < len(keys) - keys.count(""):
        # the last bearer of a reference took the place of the others
        shared = {key for key, entry in zip(keys, entries, strict=True) if key and index[key] is not entry}
        index.update((key, Several()) for key in shared)
        for key, entry in zip(keys, entries, strict=True):
            if key in shared:
                _enter(index, entry, key)
    for entry, other in further:
        _enter(index, entry, other)
    return index


def _enter(index: Index, entry: BookLine, key: str) -> None:
    held = index.setdefault(key, entry)
    if isinstance(held, Several):
        held.enter(entry)
    elif held is not entry:
        several = index[key] = Several()
        several.enter(held)
        several.enter(entry)


def _pair(lines: Sequence[BankLine], index: Index, pairs: list[Found]) -> None:
    # the index holds telling references only, so the bank's texts need no check of their own
    keys = written_alike([line.customer_reference for line in lines])
    others = written_alike([line.bank_reference for line in lines])
    borne = map(index.get, keys), map(index.get, others)
    for line, key, one, other, bank_key in zip(lines, keys, *borne, others, strict=True):
        if isinstance(one, BookLine) and (other is None or other is one):
            if one.amount == line.amount:
                pairs.append((line, one, key, one))
        elif one is not None or other is not None:
            answers = {
                entry.id: (line, entry, text, held)
                for text, held in ((bank_key, other), (key, one))
                if held is not None
                for entry in _of_amount(held, line.amount)
            }
            pairs.extend(answers.values())


def _of_amount(held: Bearers, amount: int) -> Sequence[BookLine]:
    if isinstance(held, Several):
        return held.by_amount.get(amount, ())
    return (held,) if held.amount == amount else ()
