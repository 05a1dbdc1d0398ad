"""What a balance is made of: movements that settle one another set aside, the open items left."""

import datetime as dt
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Movement:
    """One line on an account: a debit is positive. `entry_id` and `corrects` tie corrections to what they correct."""

    entry_id: int
    entry: str
    date: dt.date
    amount: int
    reference: str | None
    document: str
    label: str
    corrects: int | None = None


@dataclass(frozen=True)
class OpenItem:
    """What is left of a movement: `open` of its `amount`, both signed as the movement."""

    movement: Movement
    open: int


def open_items(movements: Iterable[Movement]) -> list[OpenItem]:
    """The items that make up the balance of an account, oldest first; their sum is always that balance.

    A correction cancels what it corrects; then lines of opposite signs with the same reference settle one another;
    then, what names nothing settles the oldest first.
    """
    ordered = sorted(movements, key=lambda one: (one.date, one.entry_id))
    left = [one.amount for one in ordered]
    corrected = {one.corrects for one in ordered if one.corrects is not None}
    _settle(ordered, left, lambda one: one.corrects or (one.entry_id if one.entry_id in corrected else None))
    _settle(ordered, left, lambda one: one.reference or one.document)
    _settle(ordered, left, lambda one: "")
    return [OpenItem(one, amount) for one, amount in zip(ordered, left, strict=True) if amount]


def _settle(ordered: list[Movement], left: list[int], key: Callable[[Movement], object]) -> None:
    """Among movements of one key, each settles the oldest of the opposite sign; a key of None settles nothing."""
    waiting: dict[object, deque[int]] = {}
    for place, movement in enumerate(ordered):
        name = key(movement)
        if name is None or not left[place]:
            continue
        queue = waiting.setdefault(name, deque())
        while left[place] and queue and (left[queue[0]] > 0) != (left[place] > 0):
            oldest = queue[0]
            amount = min(abs(left[oldest]), abs(left[place]))
            left[oldest] += amount if left[oldest] < 0 else -amount
            left[place] += amount if left[place] < 0 else -amount
            if not left[oldest]:
                queue.popleft()
        if left[place]:
            queue.append(place)
