"""Which two, three or four of many lines add up to this amount: where a full search would be too long."""

from collections.abc import Sequence

from reconcile.matching.subset_sum import SubsetSum

MOST_PARTS = 4


def few_that_sum(amounts: Sequence[int], target: int) -> SubsetSum:
    """The sets of two to four of `amounts` (whole francs, any sign) whose sum is `target`, counted up to two.

    Every pair is summed once: a set of four is a pair and the pair that completes it, a set of three a pair and one
    line more. With amounts of one sign, those beyond the target are left out first. The work grows with the square of
    the lines, and no larger set is looked at: the answer never says that nothing else would do. `subsets` is 2 where
    there are several.
    """
    if amounts and (min(amounts) > 0 or max(amounts) < 0):
        places = [place for place, amount in enumerate(amounts) if abs(amount) < abs(target)]
        found = _search([amounts[place] for place in places], target)
        return found._replace(places=tuple(places[place] for place in found.places))
    return _search(amounts, target)


def _search(amounts: Sequence[int], target: int) -> SubsetSum:
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
