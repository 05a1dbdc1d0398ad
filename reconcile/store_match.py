"""Write matches: their lines first, then the row that seals each of them."""

from collections.abc import Iterable, Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, NamedTuple

from ledger.sealed_rows import append_rows
from ledger.tables.types import instant_text
from reconcile.match_tables import bank_match

Values = tuple[Any, ...]
MATCH_COLUMNS = (
    "id", "book", "run_id", "pass", "reason", "facts", "nearest_rejected", "posted_entry", "at", "actor", "command_id",
)  # fmt: skip


class ConfirmedMatch(NamedTuple):
    """A match to be kept: the lines of both sides, why, and the entry that it posted, if any."""

    book: str
    pass_name: str
    reason: str
    lines: Sequence[int]
    entry_lines: Sequence[tuple[int, int]]
    facts: Mapping[str, Any] = {}
    nearest_rejected: str = ""
    posted_entry: int | None = None
    run_id: int | None = None


def store_matches(unit: Any, matches: Iterable[ConfirmedMatch]) -> list[int]:
    """Store confirmed matches and give their numbers.

    The database refuses one that does not balance, whose lines are taken or are another book's.
    """
    bank: list[Values] = []
    booked: list[Values] = []
    rows: list[Values] = []
    at, actor, command = instant_text(unit.now), unit.user.name, unit.command_id
    first = unit.next_id(bank_match)
    for number, one in enumerate(matches, start=first):
        bank.extend((number, line) for line in one.lines)
        booked.extend((number, entry_id, place) for entry_id, place in one.entry_lines)
        facts = facts_text(one.facts)
        rows.append((number, one.book, one.run_id, one.pass_name, one.reason, facts, one.nearest_rejected,
                     one.posted_entry, at, actor, command))  # fmt: skip
    append_rows(unit.connection, "bank_match_line", ("match_id", "line_id"), bank)
    append_rows(unit.connection, "bank_match_entry_line", ("match_id", "entry_id", "position"), booked)
    append_rows(unit.connection, "bank_match", MATCH_COLUMNS, rows)
    return list(range(first, first + len(rows)))


def facts_text(facts: Mapping[str, int | str]) -> str:
    """The figures behind a reason as JSON, names in order. A dumper made anew for each match costs several times it."""
    parts = (
        f"{encode_basestring(name)}: {encode_basestring(value) if isinstance(value, str) else value}"
        for name, value in sorted(facts.items())
    )
    return "{" + ", ".join(parts) + "}"
