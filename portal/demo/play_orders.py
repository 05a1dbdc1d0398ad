"""The fictional payment orders as acts: each person in turn, the officer with a key made for the demonstration."""

import shutil
from collections.abc import Iterator
from pathlib import Path

from portal.demo.days import later
from portal.demo.files import FileSet
from portal.demo.model import OrderPlan, Story
from portal.demo.places import ACCOUNTANTS, ADMINISTRATOR
from portal.demo.play_handover import handing_over
from portal.demo.script import Act

KEYS = "cles-fictives"
PHRASE = "phrase fictive de démonstration"
STAGES = ("committed", "visa", "verified", "authorised", "accepted", "paid")
"""How far an order goes; `suspended` and `cleared` end beside or after these."""


def ordering(story: Story, files: FileSet, database: str, out: Path) -> tuple[Act, ...]:
    """Every act on payment orders, by day; orders take the numbers of their year in the order of creation.

    The officer's key is made anew under `out`, closed by a passphrase that lies beside it: it protects nothing but
    invented data. The acts are to be played among the others, in the order of days.
    """
    folder = out.resolve() / KEYS
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "phrase.txt").write_text(PHRASE + "\n", encoding="utf-8")
    planned = sorted(files.orders, key=lambda pair: pair[1].created)
    acts = [*_keys(story, folder), *_receipts(story, planned[0][1])] if planned else []
    ranks: dict[int, int] = {}
    numbered: list[tuple[OrderPlan, str]] = []
    for path, order in planned:
        year = order.created.year
        ranks[year] = ranks.get(year, 0) + 1
        numbered.append((order, f"{year}-{ranks[year]:04d}"))
        acts += _life(story, path, *numbered[-1], folder)
    keys = {one.user: _key_file(story, one.user, folder) for one in story.mandates}
    acts += handing_over(story, numbered, keys, ("--passphrase-file", str(folder / "phrase.txt")))
    return tuple(sorted(acts, key=lambda act: act.day))


def _holder(story: Story, order: OrderPlan) -> str:
    """Who holds the office when the order is signed."""
    signed = later(order.created, 2)
    return max((one for one in story.mandates if one.start <= signed), key=lambda one: one.start).user


def _receipts(story: Story, first: OrderPlan) -> Iterator[Act]:
    """Receipts enter the books when the statements are matched: no order can be committed before."""
    day = later(first.created, -1)
    for account in story.accounts:
        yield Act(day, ACCOUNTANTS[account.book], ("reconcile", "run", "--book", account.book))


def _key_file(story: Story, user: str, folder: Path) -> Path:
    officers = sorted({one.user for one in story.mandates})
    return folder / f"ordonnateur-{officers.index(user) + 1}.key"


def _keys(story: Story, folder: Path) -> Iterator[Act]:
    phrase = ("--passphrase-file", str(folder / "phrase.txt"))
    for user in sorted({one.user for one in story.mandates if not one.handed}):
        file = _key_file(story, user, folder)
        yield Act(story.first, user, ("key", "new", "--out", str(file), *phrase))
        act = "Dépôt fictif du spécimen"
        yield Act(story.first, ADMINISTRATOR, ("key", "register", f"{file}.pub", "--user", user, "--act", act))


def _life(story: Story, path: Path, order: OrderPlan, number: str, folder: Path) -> Iterator[Act]:
    """The acts of one order up to the stage where the story leaves it."""
    first = order.charges[0][0]
    requester = next(one.name for one in story.users if one.role == "requester" and one.book == first)
    controller = next(one.name for one in story.users if one.role == "controller")
    reached = "paid" if order.until == "cleared" else "authorised" if order.until == "suspended" else order.until
    officer = _holder(story, order)
    key = ("--key", str(_key_file(story, officer, folder)), "--passphrase-file", str(folder / "phrase.txt"))
    day = order.created
    steps = [
        Act(day, requester, ("order", "commit", number)),
        Act(later(day, 1), controller, ("order", "visa", number)),
        Act(later(day, 1), requester, ("order", "verify", number)),
        Act(later(day, 2), officer, ("order", "authorise", number, *key)),
    ]
    yield Act(day, requester, ("order", "create", str(path)))
    yield from steps[: STAGES.index(reached) + 1]
    for book, _ in order.charges:
        accountant, charge = ACCOUNTANTS[book], (number, "--book", book)
        if order.until == "suspended":
            failed = ("--failed", "service_rendered", "--reason", order.reason)
            yield Act(later(day, 3), accountant, ("order", "suspend", *charge, *failed))
        if STAGES.index(reached) >= STAGES.index("accepted"):
            yield Act(later(day, 3), accountant, ("order", "accept", *charge, "--all-checks-made"))
        if reached == "paid":
            paid = later(order.seen, -1) if order.seen else later(day, 4)
            yield Act(paid, accountant, ("order", "pay", *charge))
