"""The suspense imputations of the story as acts: the line's number is looked for among the open lines."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ledger.refusal import Refusal
from portal.demo.model import Imputation
from portal.demo.places import ACCOUNTANTS
from portal.demo.script import Act

Ask = Callable[[tuple[str, ...], str], Any]
"""Gives a command as a user and answers its JSON document."""


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


def imputing(imputation: Imputation, line: int) -> Act:
    """The act of the accountant of the line's book, on the day of the story."""
    words = ("reconcile", "impute", str(line), "--account", imputation.account, "--reason", imputation.reason)
    return Act(imputation.day, ACCOUNTANTS[imputation.line.book], words)


def imputations_as_acts(imputations: Iterable[Imputation], ask: Ask) -> Iterator[Act]:
    """Each imputation as an act, in the order of days; its line is asked for once the statements are in the books.

    `ask` is called with `reconcile matches --book BOOK --status open` just before each act.
    Refuses: demo_line_missing.
    """
    taken: list[int] = []
    for one in sorted(imputations, key=lambda found: (found.day, found.line.book, found.line.amount)):
        words = ("reconcile", "matches", "--book", one.line.book, "--status", "open")
        line = line_of(one, ask(words, ACCOUNTANTS[one.line.book])["open"]["statement_lines"], taken)
        taken.append(line)
        yield imputing(one, line)
