"""The levy in one look: the chain by State with its gaps, what deserves a look, what is late."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, select

from ledger.balance import known_entry, last_date
from ledger.book import BOOKS
from ledger.levy.anomalies import TITLES, anomalies
from ledger.levy.arrears import STAGES, arrears
from ledger.levy.chain import Collection, collections
from ledger.levy.law import levy_law
from ledger.refusal import plain
from ledger.tables.books import ledger_info

Answer = dict[str, Any]
SUMMED = (
    "base", "exempt_base", "expected", "assessed", "collected", "remitted", "credited", "to_collect", "to_remit",
    "not_collected", "not_remitted", "in_transit", "unexplained",
)  # fmt: skip


def levy_status(connection: Connection, *, book: str | None = None, as_of: dt.date | None = None) -> Answer:
    """The chain by State and for all, then the anomalies and how many of each kind. Whole francs.

    The sums of a State leave out its credits without a known reference, which stand under `without_reference`.
    """
    day = _day(connection, as_of)
    rows = collections(connection, book=book, as_of=day)
    found = anomalies(rows, levy_law(connection))
    counts = Counter(one.code for one in found)
    by_state = [_sums(code, [row for row in rows if row.book == code]) for code in _books(rows)]
    document = {
        "as_of": day,
        "by_state": by_state,
        "all": _sums("TOTAL", rows),
        "anomaly_counts": [{"code": code, "title": TITLES[code], "count": counts[code]} for code in sorted(counts)],
        "anomalies": [one._asdict() for one in found],
    }
    return dict(plain(document))


def levy_arrears(connection: Connection, *, book: str | None = None, as_of: dt.date | None = None) -> Answer:
    """What is past its due date at a day, one by one and by State."""
    day = _day(connection, as_of)
    rows = collections(connection, book=book, as_of=day)
    late = arrears(rows, day)
    document = {
        "as_of": day,
        "arrears": [{**one._asdict(), "title": STAGES[one.stage], "amount_days": one.amount_days} for one in late],
        "by_state": [
            {"book": code}
            | {stage: sum(x.amount for x in late if (x.book, x.stage) == (code, stage)) for stage in STAGES}
            for code in _books(rows)
        ],
    }
    return dict(plain(document))


def _day(connection: Connection, as_of: dt.date | None) -> dt.date:
    """The day asked for, else the last accounting date, else that of the creation of the books."""
    if as_of is not None:
        return as_of
    created: dt.datetime = connection.execute(select(ledger_info.c.created_at)).scalar_one()
    return last_date(connection, known_entry(connection, None)) or created.date()


def _books(rows: Iterable[Collection]) -> list[str]:
    present = {row.book for row in rows}
    return [code for code in BOOKS if code in present]


def _sums(name: str, rows: Sequence[Collection]) -> dict[str, Any]:
    own = [row for row in rows if row.office is not None]
    unnamed = sum(row.credited for row in rows if row.office is None)
    return {
        "book": name,
        **{field: sum(getattr(row, field) for row in own) for field in SUMMED},
        "without_reference": unnamed,
    }
