"""Which State presides the Confederation: dated history with its legal references, no persons."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from importlib import resources

from ledger.mandates.mandate import Mandate, local_midnight

FILE = "presidency.csv"


@dataclass(frozen=True, slots=True)
class Presidency:
    """One term: local days, `start` included, `end` excluded (None while it runs)."""

    state: str
    start: date
    end: date | None
    legal_reference: str
    source: str
    certainty: str

    def covers(self, instant: datetime) -> bool:
        """True when the State presides at `instant`; the day begins at midnight in its own capital."""
        if instant < local_midnight(self.state, self.start):
            return False
        return self.end is None or instant < local_midnight(self.state, self.end)


def load_presidency() -> tuple[Presidency, ...]:
    """The shipped history, oldest term first. The next term is added to the file when its act is known."""
    text = resources.files("ledger").joinpath("data", FILE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    return tuple(
        Presidency(
            state=row["state"],
            start=date.fromisoformat(row["from"]),
            end=date.fromisoformat(row["to"]) if row["to"] else None,
            legal_reference=row["legal_reference"],
            source=row["source"],
            certainty=row["certainty"],
        )
        for row in rows
    )


def presiding_state(history: Iterable[Presidency], instant: datetime) -> str | None:
    """The State that presides at `instant`, or None before the first term."""
    return next((term.state for term in reversed(list(history)) if term.covers(instant)), None)


def against_history(mandates: Iterable[Mandate], history: Iterable[Presidency]) -> list[Mandate]:
    """Mandates held for a State that did not preside when they began: shown to the auditor, not refused.

    The history is a file that may be late; the legal act of the appointment is what counts.
    """
    terms = list(history)
    return [mandate for mandate in mandates if presiding_state(terms, mandate.start) != mandate.state]
