"""The value left out of the levy, by exemption code: in such levies, where the base is lost."""

from typing import NamedTuple

from sqlalchemy import Connection

from ledger.levy.expected import expected_levy
from ledger.levy.law import LevyLaw
from ledger.levy.months import office_months


class ExemptRow(NamedTuple):
    """One code at one office and month: exempt value, and the levy it would have given, in whole francs."""

    book: str
    office: str
    period: str
    code: str
    declarations: int
    value: int
    forgone: int


def exempt_values(
    connection: Connection, law: LevyLaw, book: str | None = None, known_command: int | None = None
) -> list[ExemptRow]:
    """Every exempt value declared, by State, office, month and code; `forgone` at the rate of the month."""
    found: list[ExemptRow] = []
    for one in office_months(connection, book=book, known_command=known_command):
        rate = law.rate(one.period)
        for exempt in one.exempt:
            forgone = expected_levy(exempt.value, rate.per_ten_thousand) if rate else 0
            found.append(
                ExemptRow(one.state, one.office, one.period, exempt.code, exempt.declarations, exempt.value, forgone)
            )
    return found
