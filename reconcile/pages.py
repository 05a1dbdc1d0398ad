"""Pages of one statement that came in several files: which files belong together."""

from collections.abc import Sequence

PAGE_MISSING = "page_missing"
PAGES_OF = "pages_of"
"""Among the facts of a missing page: what the pages at hand are pages of, in words that all its pages share."""


def belongings(faults: Sequence[tuple[str, str, dict[str, object]]]) -> frozenset[str]:
    """What a file holds pages of, when the lack of the others is all that is wrong with it; else nothing."""
    found: set[str] = set()
    for code, _, facts in faults:
        keys = facts.get(PAGES_OF)
        if code != PAGE_MISSING or not isinstance(keys, list):
            return frozenset()
        found.update(str(key) for key in keys)
    return frozenset(found)


def together(belonging: Sequence[frozenset[str]]) -> list[list[int]]:
    """The places of the files that share a message or a statement, grouped, each group in the order given."""
    groups: list[tuple[set[str], list[int]]] = []
    for place, keys in enumerate(belonging):
        mine = [group for group in groups if group[0] & keys]
        groups = [group for group in groups if not group[0] & keys]
        joined = {key for group in mine for key in group[0]} | keys
        groups.append((joined, sorted([*(one for group in mine for one in group[1]), place])))
    return sorted(places for _, places in groups)
