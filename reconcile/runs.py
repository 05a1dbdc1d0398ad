"""The runs of the reconciliation already made: a large one leaves several records, one for each part."""

import json
from typing import Any

from sqlalchemy import Connection, select

from reconcile.match_tables import reconcile_run
from reconcile.matching.rows import SHOWN

Row = dict[str, Any]


def list_runs(connection: Connection, book: str | None = None) -> list[Row]:
    """Every run, oldest first: who, when, up to which day, in how many parts, and what it answered.

    `finished` is false for a run that was cut, or is under way: what it confirmed by then is kept.
    """
    query = select(reconcile_run).order_by(reconcile_run.c.id)
    if book is not None:
        query = query.where(reconcile_run.c.book == book)
    runs: dict[int, Row] = {}
    for record in connection.execute(query):
        told = json.loads(record.answer)
        first = told.get("run", record.id)
        begun = runs.setdefault(first, {"id": first, "book": record.book, "until": record.until, "at": record.at,
                                        "by": record.actor})  # fmt: skip
        begun |= {name: told[name] for name in ("lines", "confirmed", "proposed", "ambiguous", "open", "passes")}
        begun |= {
            "undecided": told.get("undecided", 0),
            "parts": told.get("part", 1),
            "ended": record.at,
            "finished": told.get("finished", True),
        }
    return list(runs.values())


def last_run(connection: Connection, book: str) -> Row | None:
    """The last run of a book, as its last record tells it; None before the first."""
    query = select(reconcile_run).where(reconcile_run.c.book == book).order_by(reconcile_run.c.id.desc()).limit(1)
    record = connection.execute(query).one_or_none()
    if record is None:
        return None
    told = json.loads(record.answer)
    finished = told.get("finished", True)
    # what a run only shows is kept with its last part
    shown: Row = {name: told.get(name, 0) if finished else 0 for name in SHOWN}
    return {"id": record.id, "at": record.at, "finished": finished, **shown}
