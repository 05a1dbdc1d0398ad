"""What the State or the bank declared beforehand, from which an open bank line can be posted by rule."""

import datetime
from typing import NamedTuple


class DeclaredRemittance(NamedTuple):
    """One row of a customs return: this office sent this amount of this period under this reference.

    `amount` is in whole francs. Several rows may bear one reference (several offices, several periods).
    `credited` is what earlier runs already tied to this row.
    """

    reference: str
    book: str
    office: str
    period: str
    amount: int
    date: datetime.date | None = None
    credited: int = 0


class Declarations(NamedTuple):
    """All that is declared at the time of the run; empty when nothing is."""

    remittances: tuple[DeclaredRemittance, ...] = ()


NOTHING_DECLARED = Declarations()
