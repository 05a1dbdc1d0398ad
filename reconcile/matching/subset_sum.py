"""Which lines add up to this amount, exactly: all the answers are counted, and the work is bounded."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Answer = Literal["unique", "several", "none", "undecided"]


class SubsetSum(NamedTuple):
    """The answer of a search. `subsets` is their exact number unless undecided; `places` the unique one."""

    answer: Answer
    subsets: int
    places: tuple[int, ...] = ()
    states: int = 0
    """Partial sums that were kept: the work done."""


_Sums = dict[int, tuple[int, int]]
"""A sum → (number of subsets that reach it, one such subset as a bit mask)."""


def _sums(amounts: Sequence[int], offset: int, states_max: int, most: int | None) -> _Sums | None:
    sums: _Sums = {0: (1, 0)}
    for place, amount in enumerate(amounts):
        bit = 1 << (offset + place)
        for total, (count, mask) in list(sums.items()):
            if most is not None and total + amount > most:
                continue
            known = sums.get(total + amount)
            sums[total + amount] = (count, mask | bit) if known is None else (known[0] + count, known[1])
        if len(sums) > states_max:
            return None
    return sums


def subsets_that_sum(amounts: Sequence[int], target: int, *, states_max: int = 1 << 16) -> SubsetSum:
    """The subsets of `amounts` (whole francs, any sign) whose sum is `target`; the empty subset never counts.

    Meet in the middle: all partial sums of each half are kept with their number of ways, equal sums merged,
    so the count is exact. When a half would need more than `states_max` sums the answer is `undecided`.
    Shortcuts, with amounts of one sign: when their total is the target, the whole set is the only answer; an amount
    beyond the target is in no answer, and no partial sum beyond it is kept.
    """
    if amounts and max(amounts) < 0:
        return subsets_that_sum([-amount for amount in amounts], -target, states_max=states_max)
    if amounts and min(amounts) > 0:
        return _among_positive(amounts, target, states_max)
    return _search(amounts, target, states_max, None)


def _among_positive(amounts: Sequence[int], target: int, states_max: int) -> SubsetSum:
    possible = [place for place, amount in enumerate(amounts) if amount <= target]
    total = sum(amounts[place] for place in possible)
    if total < target or not possible:
        return SubsetSum("none", 0)
    if total == target:
        return SubsetSum("unique", 1, tuple(possible), 1)
    found = _search([amounts[place] for place in possible], target, states_max, target)
    return found._replace(places=tuple(possible[place] for place in found.places))


def _search(amounts: Sequence[int], target: int, states_max: int, most: int | None) -> SubsetSum:
    size = len(amounts)
    order = sorted(range(size), key=lambda place: (abs(amounts[place]), amounts[place], place))
    # Large and small amounts alternate between the halves, so that equal amounts merge on both sides.
    halves = (order[0::2], order[1::2])
    left = _sums([amounts[place] for place in halves[0]], 0, states_max, most)
    right = None if left is None else _sums([amounts[place] for place in halves[1]], len(halves[0]), states_max, most)
    if left is None or right is None:
        return SubsetSum("undecided", 0, (), states_max)
    count, found = -1 if target == 0 else 0, 0
    for total, (ways, mask) in left.items():
        other = right.get(target - total)
        if other is not None:
            count += ways * other[0]
            if mask | other[1]:
                found = mask | other[1]
    states = len(left) + len(right)
    if count == 0:
        return SubsetSum("none", 0, (), states)
    if count > 1:
        return SubsetSum("several", count, (), states)
    if not found:
        # The only non-empty answer to zero hides behind the empty set's mask inside one half.
        found = _zero_subset(amounts, halves)
    places = halves[0] + halves[1]
    return SubsetSum("unique", 1, tuple(sorted(places[i] for i in range(size) if found >> i & 1)), states)


def _zero_subset(amounts: Sequence[int], halves: tuple[list[int], list[int]]) -> int:
    """The mask of the only non-empty subset of one half that adds up to zero."""
    offset = 0
    for half in halves:
        sums: _Sums = {}
        for place, at in enumerate(half):
            bit, amount = 1 << (offset + place), amounts[at]
            for total, (count, mask) in [*sums.items(), (0, (1, 0))]:
                if total + amount == 0:
                    return mask | bit
                sums.setdefault(total + amount, (count, mask | bit))
        offset += len(half)
    raise AssertionError("the zero subset was counted and must exist")
