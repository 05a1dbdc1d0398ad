"""Where the release of the capital is heading: three stated assumptions, month by month, pure."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.capital.position import CallPosition
from ledger.capital.rules import Act
from ledger.money import share

ASSUMPTIONS = (
    "Appels connus : chaque appel est versé à son échéance, ceux en retard le mois suivant ; aucun appel nouveau.",
    "Rythme : la moyenne mensuelle des douze derniers mois continue, sans dépasser le capital.",
    "Nécessaire : le reste du capital est versé en parts mensuelles égales jusqu'à la date limite.",
)


class ProjectionRow(NamedTuple):
    """Total paid at the end of a month under each assumption, in whole francs."""

    month: dt.date
    scheduled: int
    pace: int
    needed: int


class Projection(NamedTuple):
    """The three curves and what they rest on; amounts per month in whole francs, rounded up."""

    rows: tuple[ProjectionRow, ...]
    last_twelve_months: int
    pace_per_month: int
    needed_per_month: int
    months_left: int
    missing_at_pace: int


def month_start(day: dt.date, plus: int = 0) -> dt.date:
    """First day of the month that is `plus` months after the month of `day`."""
    months = day.year * 12 + day.month - 1 + plus
    return dt.date(months // 12, months % 12 + 1, 1)


def paid_since(acts: Iterable[Act], start: dt.date, end: dt.date) -> int:
    """What was paid after `start` and up to `end`, cancellations included."""
    return sum(act.amount for act in acts if act.kind == "pay" and start < act.date <= end)


def project(
    *, total: int, paid: int, as_of: dt.date, deadline: dt.date, calls: Sequence[CallPosition], acts: Sequence[Act]
) -> Projection:
    """Total paid at the end of each month, from that of `as_of` to that of `deadline`, both included.

    The year before `as_of` gives the pace; a pace is never negative. Nothing is projected once the deadline is past.
    """
    year_before = as_of.replace(year=as_of.year - 1, day=min(as_of.day, 28) if as_of.month == 2 else as_of.day)
    recent = max(0, paid_since(acts, year_before, as_of))
    months = (deadline.year - as_of.year) * 12 + deadline.month - as_of.month
    missing = max(0, total - paid)
    if months < 0:
        return Projection((), recent, -(-recent // 12), missing, 0, missing)
    parts = share(missing, [1] * months) if months else []
    rows, scheduled, needed = [], paid, paid
    for step in range(months + 1):
        month = month_start(as_of, step)
        scheduled += sum(one.remaining for one in calls if _month_of(one, as_of) == month)
        needed += parts[step - 1] if step else 0
        pace = min(max(total, paid), paid + recent * step // 12)
        rows.append(ProjectionRow(month, scheduled, pace, needed))
    return Projection(
        tuple(rows),
        recent,
        -(-recent // 12),
        -(-missing // months) if months else missing,
        months,
        max(0, total - rows[-1].pace),
    )


def _month_of(call: CallPosition, as_of: dt.date) -> dt.date:
    """The month in which the schedule expects the rest of a call."""
    return month_start(call.due) if call.due > as_of else month_start(as_of, 1)
