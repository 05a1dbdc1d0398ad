"""What a check is, and how a list of them is run."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Connection, text

from ledger.refusal import plain

Row = dict[str, Any]
ROWS_SHOWN = 50
"""A check that fails everywhere still answers in one screen; the count says how many rows there are."""


@dataclass(frozen=True, slots=True)
class Check:
    """A titled rule. `find` recomputes it from the tables and yields one row per breach, nothing when good."""

    name: str
    title: str
    find: Callable[[Connection], Iterable[Row]]


def sql_check(name: str, title: str, query: str) -> Check:
    """A check whose breaches are the rows of one query that both engines understand."""

    def find(connection: Connection) -> Iterable[Row]:
        return (dict(row._mapping) for row in connection.execute(text(query)))

    return Check(name, title, find)


def run_checks(connection: Connection, checks: Sequence[Check]) -> list[dict[str, Any]]:
    """Run the checks in order; each answers `{"name", "title", "ok", "count", "rows"}`."""
    return [_run(connection, check) for check in checks]


def _run(connection: Connection, check: Check) -> dict[str, Any]:
    rows: list[Row] = []
    count = 0
    try:
        with connection.begin_nested():
            found = iter(check.find(connection))
            for row in islice(found, ROWS_SHOWN):
                rows.append(plain(row))
            count = len(rows) + sum(1 for _ in found)
    except Exception as fault:
        # whatever a damaged database makes a check stumble on is itself what the check has to tell
        rows.append({"fault": f"contrôle impossible : {type(fault).__name__} : {str(fault).splitlines()[0]}"})
        count = max(count, len(rows))
    return {"name": check.name, "title": check.title, "ok": count == 0, "count": count, "rows": rows}
