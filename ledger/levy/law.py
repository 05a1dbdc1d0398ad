"""What the law says of the levy at each date: rate, day of remittance, exemptions. Dated rows, each with its act."""

import csv
import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, TypeVar

from sqlalchemy import Connection, Table, insert, select

from ledger.levy.months import period_end
from ledger.tables.declarations import levy_decision
from ledger.tables.levy import levy_deadline, levy_exemption, levy_rate

STATUS = {"established": "établi", "to_confirm": "à confirmer", "disputed": "contesté"}
"""How sure the legal reference is, as a reader sees it."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many francs for ten thousand francs of customs value, from a date on."""

    from_date: dt.date
    per_ten_thousand: int
    legal_reference: str
    status: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """So many days after the end of the month to remit what was collected, from a date on."""

    from_date: dt.date
    days: int
    legal_reference: str
    status: str


@dataclass(frozen=True, slots=True)
class Exemption:
    """A ground for leaving a value out of the levy; `in_force` False ends it from that date."""

    code: str
    from_date: dt.date
    in_force: bool
    title: str
    legal_reference: str
    status: str


@dataclass(frozen=True, slots=True)
class LevyLaw:
    """Every dated row, the oldest first. Nothing of it is a constant: a decision adds a row."""

    rates: tuple[Rate, ...]
    deadlines: tuple[Deadline, ...]
    exemptions: tuple[Exemption, ...]

    def rate(self, period: str) -> Rate | None:
        """The rate of a month `2025-04`: the one in force on its last day; None before the levy existed."""
        return _in_force(self.rates, period_end(period))

    def due_date(self, period: str) -> dt.date:
        """The last day for remitting what was collected in a month; the month's end when no deadline is set."""
        deadline = _in_force(self.deadlines, period_end(period))
        return period_end(period) + dt.timedelta(days=deadline.days if deadline else 0)

    def exemption(self, code: str, period: str) -> Exemption | None:
        """The exemption in force under that code on the last day of the month."""
        found = _in_force([one for one in self.exemptions if one.code == code], period_end(period))
        return found if found is not None and found.in_force else None

    def codes(self, period: str) -> dict[str, str]:
        """The codes in force in a month, with their titles."""
        known = sorted({one.code for one in self.exemptions})
        return {code: one.title for code in known if (one := self.exemption(code, period)) is not None}


T = TypeVar("T", Rate, Deadline, Exemption)


def _in_force(rows: Sequence[T], day: dt.date) -> T | None:
    past = [row for row in rows if row.from_date <= day]
    return past[-1] if past else None


def levy_law(connection: Connection, known_command: int | None = None) -> LevyLaw:
    """The law as the books hold it: what is shipped, then what was decided since, the last word at each date.

    `known_command` is the last row of the command log that counts: a decision recorded later is not seen.
    """

    def rows(table: Table) -> Iterator[dict[str, Any]]:
        return (dict(row._mapping) for row in connection.execute(select(table).order_by(table.c.from_date)))

    rates = {row["from_date"]: Rate(**row) for row in rows(levy_rate)}
    deadlines = {row["from_date"]: Deadline(**row) for row in rows(levy_deadline)}
    exemptions = {(row["from_date"], row["code"]): Exemption(**row) for row in rows(levy_exemption)}
    decided = select(levy_decision).order_by(levy_decision.c.id)
    if known_command is not None:
        decided = decided.where(levy_decision.c.command_id <= known_command)
    for row in connection.execute(decided):
        day, act = row.from_date, (row.legal_reference, row.status)
        if row.kind == "rate":
            rates[day] = Rate(day, row.value, *act)
        elif row.kind == "deadline":
            deadlines[day] = Deadline(day, row.value, *act)
        elif row.kind == "exemption":
            exemptions[day, row.code] = Exemption(row.code, day, row.in_force, row.title, *act)
    return LevyLaw(
        tuple(rates[day] for day in sorted(rates)),
        tuple(deadlines[day] for day in sorted(deadlines)),
        tuple(exemptions[key] for key in sorted(exemptions)),
    )


def load_levy_law(connection: Connection) -> int:
    """Add the rows of the shipped files that the books do not have yet; returns how many. A row never changes."""
    added = 0
    for table, file in (
        (levy_rate, "levy_rates.csv"),
        (levy_deadline, "levy_deadlines.csv"),
        (levy_exemption, "levy_exemptions.csv"),
    ):
        keys = [column.name for column in table.primary_key]
        present = {tuple(row) for row in connection.execute(select(*(table.c[key] for key in keys)))}
        fresh = [row for row in _shipped(file) if tuple(row[key] for key in keys) not in present]
        if fresh:
            connection.execute(insert(table), fresh)
        added += len(fresh)
    return added


def _shipped(file: str) -> list[dict[str, Any]]:
    text = resources.files("ledger").joinpath("data", file).read_text(encoding="utf-8")
    return [_typed(row) for row in csv.DictReader(text.splitlines(), delimiter=";")]


def _typed(row: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {**row, "from_date": dt.date.fromisoformat(row["from"])}
    del found["from"]
    for name in ("per_ten_thousand", "days"):
        if name in found:
            found[name] = int(found[name])
    if "in_force" in found:
        found["in_force"] = found["in_force"] == "yes"
    return found
