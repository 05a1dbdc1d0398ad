"""The customs returns of the story, with the incidents that a reader must find."""

from dataclasses import replace
from datetime import date

from ledger.money import share
from portal.demo.days import month_after, month_start, months, on_or_before
from portal.demo.dice import Dice
from portal.demo.model import Office, OfficeMonth, ReturnFile
from portal.demo.places import FIRST_DAY, LAST_DAY, OFFICES, STATES, YEARLY_BASE

SEASON = (94, 90, 102, 100, 98, 97, 92, 90, 98, 107, 113, 119)
"""Imports of each calendar month, January first; 100 is an average month and the twelve sum to 1,200."""

NOT_FILED = ("NE304", "2025-11")
WRONG_RATE = ("BF105", "2025-06")
EXEMPT_JUMP = ("ML203", "2026-03")
OVER_REMITTED = ("BF102", "2025-11")
OVER_REMITTED_BY = 12_500_000
PARTLY_REMITTED = ("BF105", "2026-05")
NOT_REMITTED = ("ML205", "2026-06")
RESTATED = ("BF101", "2025-09")
LATE = ("ML202", "2025-08")
LATE_ON = date(2025, 11, 4)
PRIOR_YEAR = ("NE303", "2025-12")
PRIOR_YEAR_ON = date(2026, 4, 16)


def levy(base: int) -> int:
    """0.5 % of the customs value, to the nearest franc."""
    return (base * 5 + 500) // 1000


def remittance_reference(office: str, period: str) -> str:
    """The fictional reference of a remittance: sixteen characters, what MT940 and CFONB 120 can carry."""
    return f"RVF-{office}-{period[:4]}{period[5:]}"


def _exempt(dice: Dice, office: Office, period: str, base: int) -> tuple[tuple[str, int, int], ...]:
    jumped = office.code == EXEMPT_JUMP[0] and period >= EXEMPT_JUMP[1]
    per_mille = 820 if jumped else office.exempt
    total = base * (per_mille + dice.between(-8, 8, office.code, period, "exempt")) // 1000
    weights = [dice.between(20, 60, office.code, period, code) for code in office.exemptions]
    if jumped:
        weights[-1] = 600
    parts = share(total, weights)
    return tuple(
        (code, 1 + value // 31_000_000, value) for code, value in zip(office.exemptions, parts, strict=True) if value
    )


def _base(dice: Dice, office: Office, period: str) -> int:
    state_weight = sum(other.weight for other in OFFICES if other.state == office.state)
    month = YEARLY_BASE[office.state] * SEASON[int(period[5:]) - 1] // 1200
    noise = dice.between(950, 1050, office.code, period, "base")
    base = month * office.weight // state_weight * noise // 1000 + dice.between(
        0, 99_999, office.code, period, "francs"
    )
    if office.code == EXEMPT_JUMP[0] and period >= EXEMPT_JUMP[1]:
        base = base * 58 // 100
    return base


def _collected(dice: Dice, office: str, period: str, assessed: int) -> int:
    """Most of what is assessed is paid in the month; removal credits leave a rest in one case out of three."""
    if dice.between(1, 3, office, period, "credit") > 1:
        return assessed
    return assessed * dice.between(940, 995, office, period, "collected") // 1000


def office_month(dice: Dice, office: Office, period: str) -> OfficeMonth:
    """The month of an office as its first return states it, incidents included."""
    key = (office.code, period)
    base = _base(dice, office, period)
    assessed = levy(base) if key != WRONG_RATE else base * 45 // 10_000
    collected = _collected(dice, office.code, period, assessed)
    due = month_start(month_after(period)).replace(day=15)
    remitted_on: date | None = on_or_before(due.replace(day=dice.between(8, 15, *key, "day")))
    remitted = collected
    if key == OVER_REMITTED:
        remitted += OVER_REMITTED_BY
    if key == PARTLY_REMITTED:
        remitted = collected * 6 // 10
    if key in (NOT_REMITTED, LATE, PRIOR_YEAR) or due > LAST_DAY:
        remitted, remitted_on = 0, None
    return OfficeMonth(
        state=office.state,
        office=office.code,
        period=period,
        declarations=1 + base // dice.between(17_000_000, 23_000_000, *key, "declarations"),
        base=base,
        assessed=assessed,
        collected=collected,
        remitted=remitted,
        reference=remittance_reference(*key) if remitted else "",
        remitted_on=remitted_on,
        exempt=_exempt(dice, office, period, base),
    )


def _later_return(month: OfficeMonth, filed: date, base: int, remitted_on: date | None) -> ReturnFile:
    """A file that states new totals for one office and month."""
    new = replace(
        month,
        base=base,
        assessed=levy(base),
        remitted=month.remitted or month.collected,
        reference=month.reference or remittance_reference(month.office, month.period),
        remitted_on=month.remitted_on or remitted_on,
    )
    return ReturnFile(f"FICTIF_{month.state}_{month.period}_{month.office}_rectificatif", month.state, filed, (new,))


def make_returns(dice: Dice) -> tuple[ReturnFile, ...]:
    """One file per State and month, then the later files that restate an office; by filing date."""
    files: list[ReturnFile] = []
    first_word: dict[tuple[str, str], OfficeMonth] = {}
    for period in months(FIRST_DAY, LAST_DAY):
        filed = min(month_start(month_after(period)).replace(day=18), LAST_DAY)
        for state in STATES:
            rows = tuple(
                office_month(dice, office, period)
                for office in OFFICES
                if office.state == state and (office.code, period) != NOT_FILED
            )
            first_word |= {(row.office, row.period): row for row in rows}
            files.append(ReturnFile(f"FICTIF_{state}_{period}", state, filed, rows))
    restated = first_word[RESTATED]
    files.append(_later_return(restated, date(2025, 12, 10), restated.base + 6_480_000_000, None))
    files.append(_later_return(first_word[LATE], date(2025, 11, 6), first_word[LATE].base, LATE_ON))
    prior = first_word[PRIOR_YEAR]
    files.append(_later_return(prior, date(2026, 4, 20), prior.base, PRIOR_YEAR_ON))
    return tuple(sorted(files, key=lambda file: (file.filed, file.name)))
