"""The handover in the middle of a month: one officer leaves, the next one signs and takes a position on the orders."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from portal.demo.model import Mandate, OrderPlan, Story
from portal.demo.places import ADMINISTRATOR
from portal.demo.script import Act

RESERVATION = "Sous réserve du service fait de l'ordre suspendu au livre Niger."


def handing_over(
    story: Story, orders: list[tuple[OrderPlan, str]], keys: dict[str, Path], phrase: tuple[str, ...]
) -> Iterator[Act]:
    """Each mandate that begins by a handover: the record, both signatures, one order confirmed on its first book.

    `orders` are the plans with their numbers; `keys` the private key file of each officer.
    """
    for before, after in pairwise(story.mandates):
        if after.handed:
            yield from _record(before, after, keys, phrase)
            yield from _confirmed(after, orders, keys[after.user], phrase)


def _record(before: Mandate, after: Mandate, keys: dict[str, Path], phrase: tuple[str, ...]) -> Iterator[Act]:
    day, file = after.start, keys[after.user]
    yield Act(day, after.user, ("key", "new", "--out", str(file), *phrase))
    taking = (
        "--to",
        after.user,
        "--state",
        after.state,
        "--at",
        day.isoformat(),
        "--act",
        after.act,
        "--key",
        f"{file}.pub",
    )
    yield Act(day, ADMINISTRATOR, ("mandate", "handover", *taking))
    sign = ("mandate", "handover-sign", "1", *phrase)
    yield Act(day, before.user, (*sign, "--key", str(keys[before.user])))
    yield Act(day, after.user, (*sign, "--key", str(file), "--reservations", RESERVATION))


def _confirmed(
    after: Mandate, orders: list[tuple[OrderPlan, str]], key: Path, phrase: tuple[str, ...]
) -> Iterator[Act]:  # fmt: skip
    """The other charges of the order wait for the new officer's decision."""
    for plan, number in orders:
        if plan.until == "authorised" and plan.created < after.start:
            book = plan.charges[0][0]
            yield Act(after.start, after.user, ("order", "confirm", number, "--book", book, "--key", str(key), *phrase))
