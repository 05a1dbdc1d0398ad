"""The suspense items of the story: lines that nobody can identify, taken to a provisional account."""

from collections.abc import Iterator
from typing import Any

from portal.demo.days import later
from portal.demo.model import Imputation, Story
from portal.demo.places import ACCOUNTANTS
from portal.demo.play import ask
from portal.demo.script import Act


def imputing(story: Story, database: str) -> Iterator[Act]:
    """One act a line, asked of the books by its book, day and amount: identifiers are given by the program."""
    day = later(story.last, 5)
    auditor = next(user.name for user in story.users if user.role == "auditor")
    lines = ask(("reconcile", "matches", "--status", "open"), database, auditor, day)["open"]["statement_lines"]
    for one in story.imputations:
        words = ("reconcile", "impute", str(_line_of(one, lines)), "--account", one.account, "--reason", one.reason)
        yield Act(day, ACCOUNTANTS[one.line.book], words)


def _line_of(one: Imputation, lines: list[dict[str, Any]]) -> int:
    """The identifier of the open line that the story means; the story has only one such line."""
    wanted = (one.line.book, one.line.booked.isoformat(), one.line.amount)
    (found,) = [line["id"] for line in lines if (line["book"], line["booking_date"], line["amount"]) == wanted]
    return int(found)
