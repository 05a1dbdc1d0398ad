"""Which two, three or four of many lines add up to this amount: where a full search would be too long."""

from collections.abc import Sequence

from reconcile.matching.subset_sum import SubsetSum

MOST_PARTS = 4


def few_that_sum(amounts: Sequence[int], target: int) -> SubsetSum:
    """The sets of two to four of `amounts` (whole francs, any sign) whose sum is `target`, counted up to two.

    Every pair is summed once: a set of four is a pair and the pair that completes it, a set of three a pair and one
    line more. The work grows with the square of the lines, and no larger set is looked at: the answer never says
    that nothing else would do. `subsets` is 2 where there are several.
    """
    pairs: dict[int, list[tuple[int, int]]] = {}
    for second, later in enumerate(amounts):
        for first in range(second):
            pairs.setdefault(amounts[first] + later, []).append((first, second))
    found: list[tuple[int, ...]] = [*pairs.get(target, ())][:2]
    for last, amount in enumerate(amounts):
        if len(found) > 1:
            break
        found += [(*pair, last) for pair in pairs.get(target - amount, ()) if pair[1] < last]
    for total, lower in pairs.items():
        if len(found) > 1:
            break
        found += [(*low, *high) for high in pairs.get(target - total, ()) for low in lower if low[1] < high[0]]
    if len(found) > 1:
        return SubsetSum("several", 2, (), len(pairs))
    if not found:
        return SubsetSum("none", 0, (), len(pairs))
    return SubsetSum("unique", 1, found[0], len(pairs))
