"""What a test of the population brings: the rows that an auditor should look at, and out of how many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from reports.dataset import Column, Row, Table
from reports.request import ReportRequest

ROWS_SHOWN = 10_000
"""Rows listed by one test; what is beyond is counted, and said."""

THRESHOLDS = (1_000_000, 5_000_000, 10_000_000, 50_000_000, 100_000_000, 500_000_000, 1_000_000_000)
"""Whole francs. Round amounts that rules and habits use; an auditor gives those of the texts in force."""


@dataclass(frozen=True)
class AuditSettings:
    """What an auditor may set. `late_days`: days between accounting date and recording before an entry is late;
    `margin_percent`: how far below a threshold an amount is « just below »; `thresholds` in whole francs."""

    late_days: int = 31
    margin_percent: int = 5
    thresholds: tuple[int, ...] = THRESHOLDS
    silent_days: int = 10


@dataclass(frozen=True)
class Scope:
    """Where a test looks: the books and dates of the request, under the settings."""

    connection: Connection
    request: ReportRequest
    settings: AuditSettings


@dataclass(frozen=True)
class Finding:
    """One test done. `examined` items gave `count` rows to look at, `rows` being those shown.

    `nothing` is the sentence when there is none; `absent` says that the books hold nothing to test.
    """

    name: str
    title: str
    question: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    count: int
    examined: int
    unit: str
    parameters: str = ""
    nothing: str = "Néant."
    absent: str | None = None
    total_label: str | None = None

    @property
    def verdict(self) -> str:
        """« Néant », « Sans objet » or how many there are to look at."""
        if self.absent is not None:
            return "Sans objet"
        return "Néant" if self.count == 0 else "À examiner"

    @property
    def table(self) -> Table:
        """Its sheet: the question, what was found, then the rows."""
        notes = [self.question]
        if self.parameters:
            notes.append(f"Paramètres : {self.parameters}")
        if self.absent is not None:
            notes.append(f"Sans objet : {self.absent}")
        elif self.count == 0:
            notes.append(f"NÉANT. {self.nothing} Examinés : {self.examined} ({self.unit}).")
        elif len(self.rows) < self.count:
            notes.append(f"Les {len(self.rows)} premières lignes sur {self.count} ; réduisez la période ou le livre.")
        return Table(
            self.name, self.title, self.columns, tuple(self.rows), total_label=self.total_label, notes=tuple(notes)
        )


def shown(rows: Iterable[Row], limit: int = ROWS_SHOWN) -> tuple[list[Row], int]:
    """The first rows, and how many there are in all."""
    kept: list[Row] = []
    count = 0
    for row in rows:
        count += 1
        if count <= limit:
            kept.append(row)
    return kept, count
