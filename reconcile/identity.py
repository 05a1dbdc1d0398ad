"""What makes a bank line the same line in two files: its content, and its rank among equal lines."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable

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
    fields = (
        line.booking_date.isoformat(),
        "" if line.value_date is None else line.value_date.isoformat(),
        str(line.amount),
        line.type or "",
        line.bank_reference or "",
        line.customer_reference or "",
        normal_label(line.label),
    )
    return hashlib.sha256("\x1f".join(fields).encode("utf-8", "replace")).hexdigest()


def numbered(lines: Iterable[StatementLine], kind: str = "statement") -> list[tuple[str, int]]:
    """For each line of one file: its identity and its occurrence. Two equal real lines are occurrences 1 and 2.

    The line of a notice during the day is never the line of a statement: `kind` keeps them apart.
    """
    prefix = "" if kind == "statement" else f"{kind}:"
    seen: dict[str, int] = {}
    found = []
    for line in lines:
        identity = prefix + line_identity(line)
        seen[identity] = seen.get(identity, 0) + 1
        found.append((identity, seen[identity]))
    return found
