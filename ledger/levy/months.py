"""What customs declare for one office and one month: the rows of the latest return that is known."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, select

from ledger.month import month_end
from ledger.tables.levy import customs_month, customs_return, customs_return_row

Key = tuple[str, str, str]
"""State, office, period: what names a month of an office."""


@dataclass(frozen=True, slots=True)
class ExemptValue:
    """The value left out of the levy under one exemption code, in whole francs."""

    code: str
    declarations: int
    value: int


@dataclass(frozen=True, slots=True)
class OfficeMonth:
    """The totals that a customs office states for a month; amounts in whole francs, period `2025-04`.

    `base` is the taxable customs value, `exempt` what is declared under each exemption code. `revision` counts
    the returns that changed this month; `entry_id` is the assessment in the books, None when nothing is assessed.
    """

    state: str
    office: str
    period: str
    revision: int
    declarations: int
    base: int
    assessed: int
    collected: int
    remitted: int
    reference: str | None
    remitted_on: dt.date | None
    exempt: tuple[ExemptValue, ...]
    return_id: int
    entry_id: int | None

    @property
    def key(self) -> Key:
        """State, office, period."""
        return self.state, self.office, self.period

    @property
    def exempt_base(self) -> int:
        """The exempt value, all codes together."""
        return sum(one.value for one in self.exempt)


def period_end(period: str) -> dt.date:
    """The last day of a period `AAAA-MM`."""
    return month_end(int(period[:4]), int(period[5:]))


def period_start(period: str) -> dt.date:
    """The first day of a period `AAAA-MM`."""
    return dt.date(int(period[:4]), int(period[5:]), 1)


def next_period(period: str) -> str:
    """The period after this one."""
    year, month = int(period[:4]), int(period[5:])
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}"


def office_months(
    connection: Connection,
    *,
    book: str | None = None,
    known_command: int | None = None,
) -> list[OfficeMonth]:
    """The last word on every office and month, by State, office and period.

    `known_command` is the last row of the command log that counts: a return that came later is not seen.
    """
    conditions = [] if known_command is None else [customs_return.c.command_id <= known_command]
    if book is not None:
        conditions.append(customs_month.c.state == book)
    key = (customs_month.c.state, customs_month.c.office, customs_month.c.period)
    latest = (
        select(*key, func.max(customs_month.c.revision).label("revision"))
        .join(customs_return, customs_return.c.id == customs_month.c.return_id)
        .where(*conditions)
        .group_by(*key)
        .subquery()
    )
    names = ("state", "office", "period", "revision")
    query = (
        select(customs_return_row, customs_month.c.entry_id)
        .join(latest, and_(*(customs_return_row.c[name] == latest.c[name] for name in names)))
        .join(customs_month, and_(*(customs_return_row.c[name] == customs_month.c[name] for name in names)))
        .order_by(*(customs_return_row.c[name] for name in names), customs_return_row.c.exemption)
    )
    return list(_months(connection, query))


def _months(connection: Connection, query: Select[Any]) -> Iterator[OfficeMonth]:
    for _, rows in groupby(connection.execute(query), key=lambda row: (row.state, row.office, row.period)):
        yield _month(list(rows))


def _month(rows: list[Any]) -> OfficeMonth:
    first, taxable = rows[0], next((row for row in rows if row.exemption == ""), None)
    return OfficeMonth(
        state=first.state,
        office=first.office,
        period=first.period,
        revision=first.revision,
        declarations=taxable.declarations if taxable else 0,
        base=taxable.value if taxable else 0,
        assessed=taxable.assessed if taxable else 0,
        collected=taxable.collected if taxable else 0,
        remitted=taxable.remitted if taxable else 0,
        reference=taxable.reference if taxable else None,
        remitted_on=taxable.remitted_on if taxable else None,
        exempt=tuple(ExemptValue(row.exemption, row.declarations, row.value) for row in rows if row.exemption),
        return_id=first.return_id,
        entry_id=first.entry_id,
    )


def restated_since(connection: Connection, return_id: int) -> list[str]:
    """The office's months of a return that a later one restated: `BF/BF01/2026-03`, in order."""
    mine, later = customs_month.alias("mine"), customs_month.alias("later")
    place = (mine.c.state, mine.c.office, mine.c.period)
    same = [mine.c[name] == later.c[name] for name in ("state", "office", "period")]
    query = (
        select(*place)
        .where(mine.c.return_id == return_id, exists().where(*same, later.c.revision > mine.c.revision))
        .order_by(*place)
    )
    return ["/".join(row) for row in connection.execute(query)]
