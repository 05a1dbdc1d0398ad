"""The chain of one franc of levy: assessed, collected, remitted, credited, by State, office and month."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select

from ledger.balance import last_date
from ledger.levy.credited import booked_credits, by_reference, reference_key
from ledger.levy.declared import DeclaredMonth, declared_months
from ledger.levy.expected import expected_levy
from ledger.levy.law import LevyLaw, levy_law
from ledger.levy.months import OfficeMonth, office_months, period_end, period_start
from ledger.levy.open_credits import open_credits
from ledger.money import share
from ledger.tables.journal import entry

Amounts = dict[tuple[str, str, str], int]
"""State, office, period → whole francs."""

TRANSIT_DAYS = 10
"""A remittance not yet seen by the bank is on its way for this many days, and unexplained after them."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One office and month, or, with `office` and `period` None, what a book received under no known reference.

    Whole francs. `expected` is base times rate, declaration by declaration when the month's total is made of them
    (`declared` sums up the declarations known, even when a later return states another total); `to_collect` =
    assessed - collected; `to_remit` = collected - remitted, negative when too much was sent. `gap` = assessed -
    credited = `not_collected` + `not_remitted` + `in_transit` + `unexplained`, each of any sign. `refunded` is what
    the account gave back under the reference: `credited` no longer holds it, the returns may still state it as
    remitted. `exempt_not_in_force` is the exempt value under codes that a later decision took away from that month.
    `days_late` counts from `due_date` to the day of the remittance, or to the day of the report while
    something is still to remit.
    """

    book: str
    office: str | None
    period: str | None
    base: int
    exempt_base: int
    expected: int
    assessed: int
    collected: int
    remitted: int
    credited: int
    to_collect: int
    to_remit: int
    due_date: dt.date | None
    days_late: int
    declarations: int = 0
    revision: int = 0
    reference: str | None = None
    remitted_on: dt.date | None = None
    not_booked: int = 0
    not_collected: int = 0
    not_remitted: int = 0
    in_transit: int = 0
    unexplained: int = 0
    refunded: int = 0
    exempt_not_in_force: int = 0
    declared: DeclaredMonth | None = None

    @property
    def gap(self) -> int:
        """What was assessed and is not on the account."""
        return self.assessed - self.credited

    @property
    def to_credit(self) -> int:
        """What was sent and the bank has not shown."""
        return self.remitted - self.credited


def collections(
    connection: Connection,
    *,
    book: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    as_of: dt.date | None = None,
    known: int | None = None,
    known_command: int | None = None,
) -> list[Collection]:
    """The chain by State, office and month, then one row per book for the credits that bear no declared reference.

    `start` and `end` keep the months that touch these dates. `as_of` is the day on which delays are counted
    (by default the last accounting date); before that date it also hides what happened after it: later months,
    remittances and credits. `known` and `known_command` show what was recorded up to an entry or a command.
    `credited` is what the bank's credits bear as reference, whether the books hold them yet (`not_booked` says
    how much they do not); one credit for several rows is shared by their declared amounts.
    """
    last = last_date(connection, 2**62 if known is None else known)
    day = as_of or last or dt.date.min
    past = last is not None and day < last
    if known_command is None and known is not None:
        known_command = _command_of(connection, known)
    law = levy_law(connection, known_command)
    months = office_months(connection, book=book, known_command=known_command)
    if past:
        months = [_as_of(one, day) for one in months if period_start(one.period) <= day]
    booked, waiting, refunded, rest = _credited(connection, months, book, day if past else None, known, known_command)
    kept = [one for one in months if _touches(one.period, start, end)]
    detail = declared_months(connection, law, book=book, known_command=known_command)
    rows = [
        replace(
            _row(one, law, day, booked.get(one.key, 0), waiting.get(one.key, 0), detail.get(one.key)),
            refunded=-refunded.get(one.key, 0),
        )
        for one in kept
    ]
    rows += [_rest(code, *amounts) for code, amounts in sorted(rest.items()) if any(amounts)]
    return rows


def _command_of(connection: Connection, known: int) -> int:
    """The act that recorded an entry: what was declared until then was known with it."""
    return int(connection.execute(select(entry.c.command_id).where(entry.c.id == known)).scalar() or 0)


def _touches(period: str, start: dt.date | None, end: dt.date | None) -> bool:
    return (start is None or period_end(period) >= start) and (end is None or period_start(period) <= end)


def _as_of(one: OfficeMonth, day: dt.date) -> OfficeMonth:
    """The month without a remittance that was made later."""
    if one.remitted_on is None or one.remitted_on <= day:
        return one
    return replace(one, remitted=0, remitted_on=None)


def _credited(
    connection: Connection,
    months: Iterable[OfficeMonth],
    book: str | None,
    as_of: dt.date | None,
    known: int | None,
    known_command: int | None,
) -> tuple[Amounts, Amounts, Amounts, dict[str, tuple[int, int]]]:
    """Booked, not yet booked and given back of each office's month, then (booked, not booked) of each book's rest."""
    declared: dict[str, dict[str, list[OfficeMonth]]] = {}
    for one in months:
        if key := reference_key(one.reference):
            declared.setdefault(one.state, {}).setdefault(key, []).append(one)
    amounts = {
        code: {key: sum(row.remitted for row in rows) for key, rows in mine.items()} for code, mine in declared.items()
    }
    in_books = booked_credits(connection, book=book, as_of=as_of, known=known)
    at_bank = open_credits(connection, amounts, book=book, as_of=as_of, known_command=known_command)
    found, rest = by_reference(in_books, amounts)
    back, _ = by_reference([one for one in in_books if one.refund], amounts)
    waiting, other = by_reference(at_bank, amounts)
    books = rest.keys() | other.keys()
    return (
        _shared(found, declared),
        _shared(waiting, declared),
        _shared(back, declared),
        {name: (rest.get(name, 0), other.get(name, 0)) for name in books},
    )


def _shared(
    amounts: Mapping[tuple[str, str], int], declared: Mapping[str, Mapping[str, list[OfficeMonth]]]
) -> dict[tuple[str, str, str], int]:
    """The amount under each reference given to the months that declared it, every franc of it."""
    found: dict[tuple[str, str, str], int] = {}
    for (code, key), amount in amounts.items():
        rows = declared[code][key]
        parts = share(amount, [row.remitted for row in rows])
        found |= {row.key: part for row, part in zip(rows, parts, strict=True)}
    return found


def _expected(one: OfficeMonth, law: LevyLaw, declared: DeclaredMonth | None) -> int:
    """By declaration when they make up the base that is stated, else on the total."""
    if declared is not None and declared.base == one.base:
        return declared.expected
    rate = law.rate(one.period)
    return expected_levy(one.base, rate.per_ten_thousand) if rate else 0


def _row(
    one: OfficeMonth, law: LevyLaw, day: dt.date, booked: int, waiting: int, declared: DeclaredMonth | None
) -> Collection:
    due = law.due_date(one.period)
    credited = booked + waiting
    to_credit = one.remitted - credited
    recent = one.remitted_on is not None and day <= one.remitted_on + dt.timedelta(days=TRANSIT_DAYS)
    until = day if one.collected > one.remitted else one.remitted_on
    return Collection(
        book=one.state,
        office=one.office,
        period=one.period,
        base=one.base,
        exempt_base=one.exempt_base,
        expected=_expected(one, law, declared),
        assessed=one.assessed,
        collected=one.collected,
        remitted=one.remitted,
        credited=credited,
        to_collect=one.assessed - one.collected,
        to_remit=one.collected - one.remitted,
        due_date=due,
        days_late=max((until - due).days, 0) if until is not None else 0,
        declarations=one.declarations,
        revision=one.revision,
        reference=one.reference,
        remitted_on=one.remitted_on,
        not_booked=waiting,
        not_collected=one.assessed - one.collected,
        not_remitted=one.collected - one.remitted,
        in_transit=to_credit if recent and to_credit > 0 else 0,
        unexplained=0 if recent and to_credit > 0 else to_credit,
        exempt_not_in_force=sum(x.value for x in one.exempt if law.exemption(x.code, one.period) is None),
        declared=declared,
    )


def _rest(code: str, booked: int, waiting: int) -> Collection:
    credited = booked + waiting
    return Collection(
        code, None, None, 0, 0, 0, 0, 0, 0, credited, 0, 0, None, 0, not_booked=waiting, unexplained=-credited
    )  # fmt: skip
