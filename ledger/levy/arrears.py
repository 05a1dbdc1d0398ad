"""What is late: assessed and not collected, collected and not remitted, aged from the legal due date."""

import datetime as dt
from collections.abc import Iterable
from typing import Literal, NamedTuple

from ledger.levy.chain import Collection

Stage = Literal["to_collect", "to_remit"]
STAGES: dict[Stage, str] = {"to_collect": "Reste à recouvrer", "to_remit": "Reste à reverser"}


class Arrear(NamedTuple):
    """An amount that is past its due date at a stage of the chain; `amount_days` is amount times days late."""

    book: str
    office: str
    period: str
    stage: Stage
    amount: int
    due_date: dt.date
    days_late: int

    @property
    def amount_days(self) -> int:
        """Francs times days: what late interest would be computed on."""
        return self.amount * self.days_late


def arrears(rows: Iterable[Collection], as_of: dt.date) -> list[Arrear]:
    """The arrears of the rows of the chain at a day, the oldest first.

    An amount is late from the day after its due date. What was remitted beyond the collected amount is not set
    against what another office owes.
    """
    found: list[Arrear] = []
    for row in rows:
        if row.office is None or row.period is None or row.due_date is None or row.due_date >= as_of:
            continue
        days = (as_of - row.due_date).days
        for stage, amount in (("to_collect", row.to_collect), ("to_remit", row.to_remit)):
            if amount > 0:
                name: Stage = "to_collect" if stage == "to_collect" else "to_remit"
                found.append(Arrear(row.book, row.office, row.period, name, amount, row.due_date, days))
    return sorted(found, key=lambda one: (one.due_date, one.book, one.office, one.stage))
