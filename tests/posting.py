"""Entries in few words for the tests of the books: build, post, read back."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, text

from ledger.entry import EntryDraft, Line, SealedEntry
from ledger.post import post_entries
from ledger.unit import Ledger

NOON = datetime(2026, 4, 2, 12, tzinfo=UTC)
BANK = {"BF": "52111", "ML": "52112", "NE": "52113"}
PAYEES = {"BF": "40111", "ML": "40112", "NE": "40113"}
REVENUE = {"BF": "7101", "ML": "7102", "NE": "7103"}


def at(ledger: Ledger, instant: datetime, actor: str | None = None) -> Ledger:
    """The same books at another instant, seen by another person."""
    return Ledger(ledger.engine, actor or ledger.actor, clock=lambda: instant)


def expense(book: str = "BF", day: date = date(2026, 3, 5), amount: int = 5_000, **fields: Any) -> EntryDraft:
    """D 65881 / C 4011x."""
    lines = (Line("65881", amount), Line(PAYEES[book], 0, amount))
    return EntryDraft(book, "OD", day, fields.pop("document", "FACT-12"), "Fournitures", lines, **fields)


def receipt(book: str = "BF", day: date = date(2026, 3, 5), amount: int = 9_000, **fields: Any) -> EntryDraft:
    """D 5211x / C 710x."""
    lines = (Line(BANK[book], amount), Line(REVENUE[book], 0, amount))
    return EntryDraft(book, "BQ", day, fields.pop("document", "REC-1"), "Recette", lines, **fields)


def payment(book: str = "BF", day: date = date(2026, 3, 5), amount: int = 9_000, **fields: Any) -> EntryDraft:
    """D 4011x / C 5211x."""
    lines = (Line(PAYEES[book], amount), Line(BANK[book], 0, amount))
    return EntryDraft(book, "BQ", day, fields.pop("document", "PAI-1"), "Paiement", lines, **fields)


def transfer(
    sender: str = "BF", receiver: str = "ML", day: date = date(2026, 3, 6), amount: int = 700, name: str = "V1"
) -> list[EntryDraft]:
    """Both halves through 5851."""
    out = (Line("5851", amount), Line(BANK[sender], 0, amount))
    into = (Line(BANK[receiver], amount), Line("5851", 0, amount))
    return [
        EntryDraft(book, "BQ", day, name, "Virement", lines, origin="transfer", transfer=name)
        for book, lines in ((sender, out), (receiver, into))
    ]


def seal(ledger: Ledger, *drafts: EntryDraft) -> list[SealedEntry]:
    """Post the entries in one act."""
    made: list[SealedEntry] = []

    def act(unit: Any) -> dict[str, Any]:
        made.extend(post_entries(unit, drafts))
        return {}

    ledger.perform("post", act, payload=[list(draft) for draft in drafts])
    return made


def do(ledger: Ledger, act: Callable[..., dict[str, Any]], *arguments: Any, **named: Any) -> dict[str, Any]:
    """One act in one unit of work."""
    return ledger.perform(act.__name__, lambda unit: act(unit, *arguments, **named))


def write(ledger: Ledger, *statements: str) -> None:
    """Raw SQL in one write transaction, as no command would send it."""
    with ledger.engine.connect().execution_options(write=True) as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement))


def rows(connection: Connection, query: str) -> list[tuple[Any, ...]]:
    """What a query answers, as plain tuples."""
    return [tuple(row) for row in connection.execute(text(query))]


def failed(ledger: Ledger) -> list[str]:
    """The names of the checks that find something."""
    from ledger.check import run_checks
    from ledger.verify import CHECKS

    with ledger.read() as connection:
        return [result["name"] for result in run_checks(connection, CHECKS) if not result["ok"]]
