"""The acts of the demonstration in their order: who does what, on which day, as command-line words."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portal.demo.days import later, month_end
from portal.demo.files import FileSet
from portal.demo.model import CapitalAct, Story
from portal.demo.places import ACCOUNTANTS, ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Act:
    """One command: the day it is given, who gives it, and its words after `pcaes`."""

    day: date
    user: str
    words: tuple[str, ...]


def setting_up(story: Story) -> tuple[Act, ...]:
    """Users (the administrator first), bank accounts, mandates, all on the first day."""
    acts: list[tuple[str, ...]] = []
    for user in story.users:
        book = ("--book", user.book) if user.book else ()
        acts.append(("user", "add", user.name, "--role", user.role, *book))
    for account in story.accounts:
        identity = ("--iban", account.iban, "--bank", account.bank, "--aliases", account.number)
        acts.append(("account", "bind", account.book, *identity))
    for mandate in (one for one in story.mandates if not one.handed):
        holder = ("--state", mandate.state, "--user", mandate.user)
        acts.append(("mandate", "appoint", *holder, "--from", mandate.start.isoformat(), "--act", mandate.act))
    return tuple(Act(story.first, ADMINISTRATOR, words) for words in acts)


def _capital(act: CapitalAct) -> Act:
    """A levy payment is declared at month end, once its entries are posted."""
    words = [
        "capital", act.kind, "--state", act.state, "--amount", str(act.amount), "--date", act.day.isoformat(),
        "--reference", act.reference,
    ]  # fmt: skip
    if act.due:
        words += ["--due", act.due.isoformat()]
    if act.source:
        words += ["--source", act.source]
    day = act.day
    if act.source == "levy":
        words += ["--book", act.state]
        day = month_end(f"{act.day:%Y-%m}")
    return Act(day, ACCOUNTANTS[act.state], tuple(words))


def _dated(story: Story, files: FileSet) -> Iterator[tuple[int, Act]]:
    """Every act after the setting up, with its rank inside a day: calls, entries, payments, returns, statements."""

    def command(path: Path, day: date, book: str, *words: str) -> Act:
        return Act(day, ACCOUNTANTS[book], (*words, str(path)))

    for act in story.capital:
        yield (2 if act.kind == "pay" else 0), _capital(act)
    for path, posted in files.entries:
        yield 1, command(path, posted.day, posted.book, "post")
    for path, filed in files.returns:
        yield 3, command(path, filed.filed, filed.state, "collection", "import")
    for path, month in files.statements:
        yield 4, command(path, later(month.end, 2), month.book, "statement", "import")


def playing(story: Story, files: FileSet) -> tuple[Act, ...]:
    """The acts of the eighteen months, by day: what follows needs what comes before."""
    ranked = sorted(_dated(story, files), key=lambda pair: (pair[1].day, pair[0], pair[1].words))
    return tuple(act for _, act in ranked)


REPORTS = (
    "dashboard", "trial-balance", "general-ledger", "journal", "collections", "capital", "suspense", "orders",
    "handover",
)  # fmt: skip
"""The workbooks over the three books together."""


def matching(story: Story) -> tuple[Act, ...]:
    """Each accountant matches the lines of their account, once everything has come in."""
    day = later(story.last, 5)
    return tuple(
        Act(day, ACCOUNTANTS[account.book], ("reconcile", "run", "--book", account.book)) for account in story.accounts
    )


def reporting(story: Story, folder: Path) -> tuple[Act, ...]:
    """The auditor draws the workbooks, one reconciliation a book, the exports, and has everything checked."""
    auditor = next(user.name for user in story.users if user.role == "auditor")
    day = later(story.last, 6)
    words: list[tuple[str, ...]] = [
        ("report", name, "--format", "xlsx", "--out", str(folder / f"{name}.xlsx")) for name in REPORTS
    ]
    for account in story.accounts:
        out = str(folder / f"reconciliation-{account.book}.xlsx")
        words.append(("report", "reconciliation", "--book", account.book, "--format", "xlsx", "--out", out))
    for name, file in (("fec", "fec.txt"), ("hledger", "livres.journal"), ("beancount", "livres.beancount")):
        words.append(("export", name, "--out", str(folder / file)))
    words.append(("verify",))
    return tuple(Act(day, auditor, one) for one in words)
