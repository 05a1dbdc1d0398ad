"""Write a match: its lines first, then the row that seals them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import insert

from reconcile.match_tables import bank_match, bank_match_entry_line, bank_match_line


def store_match(
    unit: Any,
    *,
    match_id: int,
    book: str,
    pass_name: str,
    reason: str,
    lines: Sequence[int],
    entry_lines: Iterable[tuple[int, int]],
    facts: Mapping[str, Any] | None = None,
    nearest_rejected: str = "",
    posted_entry: int | None = None,
    run_id: int | None = None,
) -> None:
    """Store one confirmed match. The database refuses one that does not balance or whose lines are taken."""
    connection = unit.connection
    if lines:
        connection.execute(insert(bank_match_line), [{"match_id": match_id, "line_id": line} for line in lines])
    rows = [{"match_id": match_id, "entry_id": one, "position": place} for one, place in entry_lines]
    if rows:
        connection.execute(insert(bank_match_entry_line), rows)
    connection.execute(
        insert(bank_match).values(
            id=match_id,
            book=book,
            run_id=run_id,
            pass_name=pass_name,
            reason=reason,
            facts=json.dumps(dict(facts or {}), ensure_ascii=False, sort_keys=True),
            nearest_rejected=nearest_rejected,
            posted_entry=posted_entry,
            at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
        )
    )
