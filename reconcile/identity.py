"""What makes a bank line the same line in two files: its content, and its rank among equal lines."""

import datetime as dt
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence

from reconcile.model import StatementLine

_BLANKS = re.compile(r"\s+")


def normal_label(label: str) -> str:
    """The label without what banks change from one export to the next: case, accents, blanks."""
    if label.isascii():
        return " ".join(label.split()).upper()
    flat = unicodedata.normalize("NFKD", label)
    return _BLANKS.sub(" ", "".join(sign for sign in flat if not unicodedata.combining(sign))).strip().upper()


def line_identity(line: StatementLine) -> str:
    """SHA-256 of the fields that identify a line: dates, amount, type, references, label."""
    return _identities([line])[0]


def _identities(lines: Iterable[StatementLine]) -> list[str]:
    sha256, texts = hashlib.sha256, DayTexts()
    return [
        sha256(
            f"{texts[line[0]]}\x1f{texts[line[1]] or ''}\x1f{line[2]}\x1f{line.type or ''}"
            f"\x1f{line.bank_reference or ''}\x1f{line.customer_reference or ''}"
            f"\x1f{normal_label(line.label)}".encode("utf-8", "replace")
        ).hexdigest()
        for line in lines
    ]


class DayTexts(dict[dt.date | None, str | None]):
    """ISO 8601 of each day, written once: the lines of a statement share few days."""

    def __missing__(self, day: dt.date | None) -> str | None:
        text = self[day] = None if day is None else day.isoformat()
        return text


def numbered(lines: Sequence[StatementLine], kind: str = "statement") -> list[tuple[str, int]]:
    """For each line of one file: its identity and its occurrence. Two equal real lines are occurrences 1 and 2.

    The line of a notice during the day is never the line of a statement: `kind` keeps them apart.
    """
    identities = _identities(lines)
    if kind != "statement":
        identities = [f"{kind}:{identity}" for identity in identities]
    if len(set(identities)) == len(identities):
        return [(identity, 1) for identity in identities]
    seen: dict[str, int] = {}
    found = []
    for identity in identities:
        seen[identity] = seen.get(identity, 0) + 1
        found.append((identity, seen[identity]))
    return found
