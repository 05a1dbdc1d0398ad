"""A small register of fictional capital for the tests: three shares, calls, an order of payment in the books."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Engine

from ledger.capital.levy_payment import pay_from_levy
from ledger.capital.register import call, pay_from_budget, subscribe
from ledger.commands import post
from ledger.entry import EntryDraft, Line
from ledger.unit import Ledger

BILLION = 1_000_000_000
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SHARES = {"BF": 170 * BILLION, "ML": 170 * BILLION, "NE": 160 * BILLION}


def day(text: str) -> date:
    return date.fromisoformat(text)


def opened(engine: Engine) -> Ledger:
    """The books seen by the person who sets them up."""
    return Ledger(engine, "installation", clock=lambda: NOON)


def do(ledger: Ledger, act: Any, *arguments: Any, **named: Any) -> dict[str, Any]:
    """One act in its own unit of work."""
    return ledger.perform(act.__name__, lambda unit: act(unit, *arguments, **named), payload=[*map(str, arguments)])


def subscribed(ledger: Ledger) -> None:
    """The whole capital is subscribed on 1 September 2025."""
    for state, amount in SHARES.items():
        do(ledger, subscribe, state, amount, day("2025-09-01"), f"S-{state}")


def called(ledger: Ledger, amount: int = 20 * BILLION) -> None:
    """One call on the three States, due on 15 December 2025."""
    for state in SHARES:
        do(ledger, call, state, amount, day("2025-09-15"), day("2025-12-15"), "APPEL-1")


def order_entry(book: str, reference: str, amount: int, text: str = "2025-12-10") -> EntryDraft:
    """An order taken over: D 48132 / C 4011x."""
    suffix = {"BF": "1", "ML": "2", "NE": "3"}[book]
    lines = (Line("48132", debit=amount, reference=reference), Line(f"4011{suffix}", credit=amount))
    return EntryDraft(book, "OP", day(text), reference, "Ordre de paiement (fictif)", lines)


def posted(ledger: Ledger, *drafts: EntryDraft) -> list[dict[str, Any]]:
    """Entries in the journal, as an accountant posts them."""
    found = ledger.perform("post", lambda unit: post(unit, drafts), payload=[d.document for d in drafts])
    return list(found["entries"])


def played(ledger: Ledger) -> None:
    """Everything subscribed, one call, one payment of each source in Burkina Faso."""
    subscribed(ledger)
    called(ledger)
    do(ledger, pay_from_budget, "BF", 5 * BILLION, day("2025-12-11"), "RECU-1")
    posted(ledger, order_entry("BF", "OP-1", 3 * BILLION))
    do(ledger, pay_from_levy, "BF", 3 * BILLION, day("2025-12-12"), "OP-1")
