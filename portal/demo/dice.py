"""Figures that look drawn and never change: each one is a function of the seed and of its own name."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Dice:
    """Draws by name: the same seed and names give the same figure, whatever else is drawn before it."""

    def __init__(self, seed: int) -> None:
        self._seed = str(seed)

    def between(self, low: int, high: int, *names: object) -> int:
        """A whole number from `low` to `high`, both included."""
        text = "\x1f".join((self._seed, *(str(name) for name in names)))
        drawn = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
        return low + drawn % (high - low + 1)

    def one_of(self, items: Sequence[Item], *names: object) -> Item:
        """One of the items."""
        return items[self.between(0, len(items) - 1, *names)]
