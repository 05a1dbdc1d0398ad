"""What makes a bank line the same line in two files: its content, and its rank among equal lines."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import repeat

from reconcile.line_columns import Columns, slices_of
from reconcile.model import StatementLine

_BLANKS = re.compile(r"\s+")


def normal_label(label: str) -> str:
    """The label without what banks change from one export to the next: case, accents, blanks."""
    if label.isascii():
        return " ".join(label.split()).upper()
    flat = unicodedata.normalize("NFKD", label)
    return _BLANKS.sub(" ", "".join(sign for sign in flat if not unicodedata.combining(sign))).strip().upper()


def _normal_labels(labels: Sequence[str]) -> Iterable[str]:
    """`normal_label` of a column, in one go where all of it is ASCII and its blanks stand alone."""
    text = "\n".join(labels)
    plain = text.isascii() and text.count("\n") == len(labels) - 1 and text.replace("\n", "").isprintable()
    if not plain or any(blanks in f"\n{text}\n" for blanks in ("  ", "\n ", " \n")):
        return map(normal_label, labels)
    return text.upper().split("\n")


def line_identity(line: StatementLine) -> str:
    """SHA-256 of the fields that identify a line: dates, amount, type, references, label."""
    return next(identity for columns in slices_of([line]) for identity in _identities(columns))


def _identities(columns: Columns) -> list[str]:
    sha256 = hashlib.sha256
    rows = zip(
        columns.booking_date, _filled(columns.value_date), columns.amount, _filled(columns.type),
        _filled(columns.bank_reference), _filled(columns.customer_reference), _normal_labels(columns.label),
        strict=False,
    )  # fmt: skip
    return [
        sha256(
            f"{booked}\x1f{valued}\x1f{amount}\x1f{kind}\x1f{bank}\x1f{customer}\x1f{label}".encode("utf-8", "replace")
        ).hexdigest()
        for booked, valued, amount, kind, bank, customer, label in rows
    ]


def _filled(column: Sequence[str | None]) -> Iterable[str]:
    """The column, nothing written as an empty text."""
    if column[0] is None and column.count(None) == len(column):
        return repeat("")
    return [text or "" for text in column]


def numbered(lines: Sequence[StatementLine], kind: str = "statement") -> list[tuple[str, int]]:
    """For each line of one file: its identity and its occurrence. Two equal real lines are occurrences 1 and 2.

    The line of a notice during the day is never the line of a statement: `kind` keeps them apart.
    """
    identities = [identity for columns in slices_of(lines) for identity in _identities(columns)]
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
