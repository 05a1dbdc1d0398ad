"""Reproducible samples: every draw is the SHA-256 of a text that anyone can write again by hand."""

import hashlib
import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from ledger.refusal import Refusal

VERSION = "pcaes-sample-1"
"""First word of every text that is hashed: another way of drawing would take another name."""


class SampleSizeInvalid(Refusal):
    """A sample has at least one item."""

    code = "sample_size_invalid"
    sentence = "La taille d'échantillon demandée est {size} : au moins 1 est attendu. Corrigez --size."
    exit_code = 2


class PopulationEmpty(Refusal):
    """Nothing can be drawn from nothing."""

    code = "population_empty"
    sentence = (
        "La population demandée ({scope}) ne contient rien à tirer : {found}. Élargissez le livre, la période, "
        "le côté ou le compte."
    )


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a population: its identifier, and its amount in whole francs (below zero in a correction)."""

    ref: str
    amount: int


@dataclass(frozen=True, slots=True)
class Draw:
    """One item drawn. `key` is the figure that drew it: a SHA-256, a rank or francs, as the method says.

    `certain` marks an item taken because of its size alone; `hits` counts the cells that reached it.
    """

    ref: str
    key: str
    certain: bool = False
    hits: int = 1


@dataclass(frozen=True, slots=True)
class MonetaryPlan:
    """What a monetary-unit sample looks for, before the population is walked again.

    `total` is the value of the items above zero; `certain` those that reach the interval, the largest first;
    `rest` the value left to the cells and `points` the franc drawn in each, counted from 0 along the rest.
    """

    total: int
    certain: tuple[Item, ...]
    rest: int
    points: tuple[int, ...]

    @property
    def interval(self) -> Fraction:
        """Francs per cell: the rest over the number of cells; 0 when no cell is left."""
        return Fraction(self.rest, len(self.points)) if self.points else Fraction(0)


def draw_digest(seed: str, *words: object) -> str:
    """SHA-256, in hexadecimal, of `pcaes-sample-1|SEED|WORD|…` in UTF-8."""
    return hashlib.sha256("|".join((VERSION, seed, *map(str, words))).encode()).hexdigest()


def draw_below(limit: int, seed: str, *words: object) -> int:
    """A whole number from 0 to `limit` − 1: the digest read as a number, modulo `limit` (at least 1).

    Amounts have at most fifteen digits and digests seventy-seven: no remainder is visibly favoured.
    """
    return int(draw_digest(seed, *words), 16) % limit


def draw_random(refs: Iterable[str], size: int, seed: str) -> list[Draw]:
    """The `size` items whose digest is smallest; all of them when there are fewer. Memory holds the sample alone.

    The order in which items come does not matter, and a larger sample with the same seed contains the smaller one.
    Refuses: sample_size_invalid.
    """
    _require_size(size)
    chosen = heapq.nsmallest(size, ((draw_digest(seed, "random", ref), ref) for ref in refs))
    return [Draw(ref, key) for key, ref in chosen]


def systematic_ranks(count: int, size: int, seed: str) -> list[int]:
    """Ranks, from 1, of a systematic sample of `size` among `count` items: one in each step of count ÷ size.

    The step is kept as a fraction, so that exactly `size` different ranks come out. All ranks when there are fewer.
    Refuses: sample_size_invalid.
    """
    _require_size(size)
    if count <= size:
        return list(range(1, count + 1))
    start = draw_below(count, seed, "systematic", "start")
    return [(start + place * count) // size + 1 for place in range(size)]


def monetary_plan(items: Iterable[Item], size: int, seed: str) -> MonetaryPlan:
    """The plan of a monetary-unit sample by cells; items at or below zero have no franc that could be drawn.

    An item that reaches the interval is taken for certain; the interval is computed again without it, until none
    does. Memory holds `size` items.
    Refuses: sample_size_invalid.
    """
    _require_size(size)
    total, largest = 0, _Largest(size)
    for item in items:
        if item.amount > 0:
            total += item.amount
            largest.add(item)
    rest, cells, certain = total, size, []
    for item in largest.ordered():
        if cells == 0 or item.amount * cells < rest:
            break
        certain.append(item)
        rest, cells = rest - item.amount, cells - 1
    if rest == 0:
        cells = 0
    points = tuple((cell * rest + draw_below(rest, seed, "cell", cell + 1)) // cells for cell in range(cells))
    return MonetaryPlan(total, tuple(certain), rest, points)


def draw_monetary(items: Iterable[Item], plan: MonetaryPlan) -> list[Draw]:
    """Walk the population in the order in which the plan saw it, and take the items that hold the francs drawn.

    An item across the border of two cells can be reached by both: it comes once, with two hits.
    """
    certain = {item.ref for item in plan.certain}
    found = [Draw(item.ref, "", certain=True) for item in plan.certain]
    points = iter(plan.points)
    wanted, passed = next(points, None), 0
    for item in items:
        if item.amount <= 0 or item.ref in certain:
            continue
        passed += item.amount
        reached: list[int] = []
        while wanted is not None and wanted < passed:
            reached.append(wanted)
            wanted = next(points, None)
        if reached:
            found.append(Draw(item.ref, " ; ".join(str(point + 1) for point in reached), hits=len(reached)))
    return found


def take_ranks(refs: Iterable[str], ranks: Sequence[int]) -> Iterator[Draw]:
    """The items that stand at these ranks, counted from 1, in the order of the population."""
    wanted = iter(ranks)
    rank = next(wanted, None)
    for place, ref in enumerate(refs, 1):
        if place == rank:
            yield Draw(ref, str(place))
            rank = next(wanted, None)


def _require_size(size: int) -> None:
    if size < 1:
        raise SampleSizeInvalid(size=size)


class _Largest:
    """The largest items seen so far, at most `size`; of equal amounts, those seen first."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._heap: list[tuple[int, int, Item]] = []
        self._seen = 0

    def add(self, item: Item) -> None:
        self._seen += 1
        entry = (item.amount, -self._seen, item)
        if len(self._heap) < self._size:
            heapq.heappush(self._heap, entry)
        elif entry[:2] > self._heap[0][:2]:
            heapq.heapreplace(self._heap, entry)

    def ordered(self) -> list[Item]:
        return [item for _, _, item in sorted(self._heap, reverse=True)]
