"""The suspense imputations of the story as acts: the line's number is looked for among the open lines."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ledger.refusal import Refusal
from portal.demo.model import Imputation, Story
from portal.demo.places import ACCOUNTANTS
from portal.demo.play import ask
from portal.demo.script import Act


class DemoLineMissing(Refusal):
    """The line to impute is not among the open lines."""

    code = "demo_line_missing"
    sentence = (
        "La démonstration attend une ligne ouverte du livre {book}, du {day:D}, de {amount:F}, « {label} » : trouvé "
        "{found}. Relancez la démonstration dans un dossier neuf."
    )


def line_of(imputation: Imputation, open_lines: Iterable[Mapping[str, Any]], taken: Sequence[int] = ()) -> int:
    """The number of the open bank line that the imputation is about, by date, amount and label.

    `open_lines` are the `open.statement_lines` of `reconcile matches --json`; lines already `taken` are passed over.
    Refuses: demo_line_missing.
    """
    line = imputation.line
    place = (line.booked.isoformat(), line.amount)
    same = [
        one for one in open_lines if (one["booking_date"], one["amount"]) == place and one["id"] not in taken
    ]  # fmt: skip
    named = [one for one in same if line.label in one["label"] or one["label"] in line.label]
    for one in named or same:
        return int(one["id"])
    raise DemoLineMissing(book=line.book, day=line.booked, amount=line.amount, label=line.label, found="aucune")


def act_of(imputation: Imputation, line: int) -> Act:
    """The act of the accountant of the line's book, on the day of the story."""
    words = ("reconcile", "impute", str(line), "--account", imputation.account, "--reason", imputation.reason)
    return Act(imputation.day, ACCOUNTANTS[imputation.line.book], words)


def imputing(story: Story, database: str) -> tuple[Act, ...]:
    """The story's imputations as acts, in the order of days; the statements must be in the books already.

    Refuses: demo_line_missing, demo_stopped.
    """

    def look(book: str) -> Any:
        words = ("reconcile", "matches", "--book", book, "--status", "open")
        return ask(words, database, ACCOUNTANTS[book], story.last)["open"]["statement_lines"]

    planned = sorted(story.imputations, key=lambda one: (one.day, one.line.book, one.line.amount))
    open_lines = {book: look(book) for book in {one.line.book for one in planned}}
    taken: list[int] = []
    acts = []
    for one in planned:
        line = line_of(one, open_lines[one.line.book], taken)
        taken.append(line)
        acts.append(act_of(one, line))
    return tuple(acts)
