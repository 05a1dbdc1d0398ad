"""What the declarations of an office's month say: their sums, the levy that each should give, what is strange."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, Subquery, Text, and_, case, cast, func, or_, select

from ledger.levy.law import LevyLaw
from ledger.levy.months import Key
from ledger.tables.declarations import customs_declaration, customs_return_part
from ledger.tables.levy import customs_return, customs_return_row

D, R = customs_declaration.c, customs_return_row.c
ROUNDING = 1
"""A declaration that is one franc off the rate was rounded another way; further off, it is of another rate."""


@dataclass(frozen=True, slots=True)
class DeclaredMonth:
    """The declarations of an office's month, whole francs; `revision` is the version of the return that gave them.

    `expected` is the levy of each declaration at the rate of its own date, rounded declaration by declaration.
    `rate_lines` are further than a franc from it, `rounded_lines` a franc off; `date_lines` are dated in another
    month; `over_lines` collect more than they assess; `twice_lines` bear a number already seen at that office in
    the year, under the same code, for `twice_assessed`.
    """

    revision: int
    lines: int
    base: int
    exempt_base: int
    assessed: int
    collected: int
    expected: int
    rate_lines: int
    rate_difference: int
    rounded_lines: int
    rounded_difference: int
    date_lines: int
    over_lines: int
    over_collected: int
    twice_lines: int
    twice_assessed: int


SUMS = tuple(DeclaredMonth.__slots__[:-2])


class DeclarationRow(NamedTuple):
    """One declaration as an auditor reads it; `expected` at the rate of its date, `faults` the codes of what is odd."""

    state: str
    office: str
    period: str
    revision: int
    exemption: str
    number: str
    date: dt.date
    importer: str | None
    value: int
    assessed: int
    expected: int
    collected: int
    file: str
    line: int
    faults: tuple[str, ...]


def in_force(known_command: int | None = None) -> Subquery:
    """The rows of returns that have declarations under them, in the last version that gave any, by office and month."""
    detailed = select(customs_return_part.c.return_id).where(customs_return_part.c.part == 1)
    source = select(R.state, R.office, R.period, func.max(R.revision).label("revision")).where(
        R.return_id.in_(detailed)
    )
    if known_command is not None:
        source = source.join(customs_return, customs_return.c.id == R.return_id).where(
            customs_return.c.command_id <= known_command
        )
    return source.group_by(R.state, R.office, R.period).subquery("detailed")


def _of_version(latest: Subquery) -> ColumnElement[bool]:
    return and_(*(R[name] == latest.c[name] for name in ("state", "office", "period", "revision")))


def _under_row() -> ColumnElement[bool]:
    return and_(D.return_id == R.return_id, D.row_position == R.position)


def expected_of(law: LevyLaw) -> ColumnElement[int]:
    """The levy of a declaration: its value at the rate of its date, to the nearest franc; none on an exempt value."""
    rates = [(D.date >= rate.from_date, rate.per_ten_thousand) for rate in reversed(law.rates)]
    rate: ColumnElement[int] = case(*rates, else_=0) if rates else case((D.value < 0, 0), else_=0)
    # francs by ten thousand first: a value of fifteen digits times a rate would pass the 64 bits of the engines
    levy = (D.value // 10_000) * rate + ((D.value % 10_000) * rate + 5_000) // 10_000
    return case((R.exemption == "", levy), else_=0)


def _elsewhere() -> ColumnElement[bool]:
    return func.substr(cast(D.date, Text), 1, 7) != R.period


def declared_months(
    connection: Connection,
    law: LevyLaw,
    *,
    book: str | None = None,
    known_command: int | None = None,
    return_id: int | None = None,
) -> dict[Key, DeclaredMonth]:
    """The declarations in force, summed by State, office and month; `return_id` keeps those of one file."""
    latest = in_force(known_command)
    off = D.assessed - expected_of(law)
    far, near = func.abs(off) > ROUNDING, func.abs(off) == ROUNDING
    over = D.collected > D.assessed
    taxable = R.exemption == ""

    def counted(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    def summed(condition: ColumnElement[bool], amount: ColumnElement[int]) -> ColumnElement[int]:
        return func.sum(case((condition, amount), else_=0))

    query = (
        select(
            R.state, R.office, R.period, R.revision, func.count().label("lines"),
            summed(taxable, D.value).label("base"), summed(~taxable, D.value).label("exempt_base"),
            func.sum(D.assessed).label("assessed"), func.sum(D.collected).label("collected"),
            func.sum(expected_of(law)).label("expected"),
            counted(far).label("rate_lines"), summed(far, off).label("rate_difference"),
            counted(near).label("rounded_lines"), summed(near, off).label("rounded_difference"),
            counted(_elsewhere()).label("date_lines"),
            counted(over).label("over_lines"), summed(over, D.collected - D.assessed).label("over_collected"),
        )
        .join(latest, _of_version(latest))
        .join(customs_declaration, _under_row())
        .group_by(R.state, R.office, R.period, R.revision)
    )  # fmt: skip
    if book is not None:
        query = query.where(R.state == book)
    if return_id is not None:
        query = query.where(R.return_id == return_id)
    twice = _twice_by_month(connection, latest, book)
    found: dict[Key, DeclaredMonth] = {}
    for row in connection.execute(query):
        key = (row.state, row.office, row.period)
        lines, assessed = twice.get(key, (0, 0))
        sums = {name: int(row._mapping[name]) for name in SUMS}
        found[key] = DeclaredMonth(**sums, twice_lines=lines, twice_assessed=assessed)
    return found


ODD = {
    "declaration_rate": ("rate_lines", "rate_difference"),
    "declaration_rounding": ("rounded_lines", "rounded_difference"),
    "declaration_date": ("date_lines", None),
    "declaration_over_collected": ("over_lines", "over_collected"),
    "declaration_twice": ("twice_lines", "twice_assessed"),
}
"""What is odd in declarations: code → how many in a month, and the francs at stake."""

FAULT_TITLES = {
    "declaration_rate": "autre taux",
    "declaration_rounding": "arrondi",
    "declaration_date": "hors du mois",
    "declaration_over_collected": "recouvré au-delà du liquidé",
    "declaration_twice": "en double",
}
"""What is odd in one declaration: code → how a column says it."""


def odd_counts(connection: Connection, law: LevyLaw, return_id: int) -> dict[str, int]:
    """How many declarations of one file are odd, by code; codes without any are left out."""
    months = declared_months(connection, law, return_id=return_id).values()
    counts = {code: sum(getattr(one, lines) for one in months) for code, (lines, _) in ODD.items()}
    return {code: count for code, count in counts.items() if count}


def _same_number() -> tuple[Any, ...]:
    """What names a declaration: numbers begin again each year at each office."""
    return R.state, R.office, D.number, R.exemption, func.substr(cast(D.date, Text), 1, 4)


def _repeated(latest: Subquery, book: str | None) -> Select[Any]:
    """The declarations that bear a number already borne, with their rank among those that bear it."""
    rank = func.row_number().over(partition_by=_same_number(), order_by=(R.period, D.return_id, D.position))
    numbered = (
        select(R.state, R.office, R.period, D.return_id, D.row_position, D.position, D.assessed, rank.label("rank"))
        .join(latest, _of_version(latest))
        .join(customs_declaration, _under_row())
    )
    if book is not None:
        numbered = numbered.where(R.state == book)
    ranked = numbered.subquery("ranked")
    return select(ranked).where(ranked.c.rank > 1)


def _twice_by_month(connection: Connection, latest: Subquery, book: str | None) -> dict[Key, tuple[int, int]]:
    again = _repeated(latest, book).subquery("again")
    place = (again.c.state, again.c.office, again.c.period)
    query = select(*place, func.count(), func.sum(again.c.assessed)).group_by(*place)
    return {(row[0], row[1], row[2]): (int(row[3]), int(row[4])) for row in connection.execute(query)}


def declarations(
    connection: Connection,
    law: LevyLaw,
    *,
    book: str | None = None,
    office: str | None = None,
    period: str | None = None,
    exemption: str | None = None,
    number: str | None = None,
    odd: bool = False,
    known_command: int | None = None,
) -> Iterator[DeclarationRow]:
    """The declarations in force one by one, in the order of offices, months and files, in a stream.

    `odd` keeps those that deserve a look: rate, rounding, date, collected, twice the same.
    """
    latest = in_force(known_command)
    expected = expected_of(law)
    again = _repeated(latest, book).subquery("again")
    off = D.assessed - expected
    query = (
        select(
            R.state, R.office, R.period, R.revision, R.exemption, D.number, D.date, D.importer, D.value, D.assessed,
            expected.label("expected"), D.collected, customs_return.c.name.label("file"), D.position,
            _elsewhere().label("elsewhere"), again.c.rank,
        )
        .join(latest, _of_version(latest))
        .join(customs_declaration, _under_row())
        .join(customs_return, customs_return.c.id == R.return_id)
        .outerjoin(
            again, and_(*(again.c[name] == D[name] for name in ("return_id", "row_position", "position")))
        )
        .order_by(R.state, R.office, R.period, D.return_id, D.position)
        .execution_options(yield_per=2_000)
    )  # fmt: skip
    for column, wanted in ((R.state, book), (R.office, office), (R.period, period), (D.number, number)):
        if wanted is not None:
            query = query.where(column == wanted)
    if exemption is not None:
        query = query.where(R.exemption == exemption)
    if odd:
        query = query.where(or_(off != 0, _elsewhere(), D.collected > D.assessed, again.c.rank.is_not(None)))
    for row in connection.execute(query):
        fields = {name: row._mapping[name] for name in DeclarationRow._fields[:-2]}
        yield DeclarationRow(**{**fields, "expected": int(row.expected)}, line=row.position, faults=tuple(_faults(row)))


def _faults(row: Any) -> Iterator[str]:
    off = abs(row.assessed - int(row.expected))
    if off:
        yield "declaration_rate" if off > ROUNDING else "declaration_rounding"
    if row.elsewhere:
        yield "declaration_date"
    if row.collected > row.assessed:
        yield "declaration_over_collected"
    if row.rank is not None:
        yield "declaration_twice"
