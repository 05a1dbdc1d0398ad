"""Write matches: their lines first, then the row that seals each of them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert

from reconcile.match_tables import bank_match, bank_match_entry_line, bank_match_line


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
    bank: list[dict[str, Any]] = []
    booked: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for number, one in enumerate(matches, start=unit.next_id(bank_match)):
        bank.extend({"match_id": number, "line_id": line} for line in one.lines)
        booked.extend({"match_id": number, "entry_id": place[0], "position": place[1]} for place in one.entry_lines)
        rows.append({
            "id": number, "book": one.book, "run_id": one.run_id, "pass_name": one.pass_name, "reason": one.reason,
            "facts": json.dumps(dict(one.facts), ensure_ascii=False, sort_keys=True),
            "nearest_rejected": one.nearest_rejected, "posted_entry": one.posted_entry, "at": unit.now,
            "actor": unit.user.name, "command_id": unit.command_id,
        })  # fmt: skip
    for table, wanted in ((bank_match_line, bank), (bank_match_entry_line, booked), (bank_match, rows)):
        if wanted:
            unit.connection.execute(insert(table), wanted)
    return [row["id"] for row in rows]
