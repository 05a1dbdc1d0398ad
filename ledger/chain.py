"""The hash chain of a book: what is hashed, in which order, how."""

import hashlib
from collections.abc import Iterable
from typing import Any

VERSION = "pcaes-entry-1"
"""First field of every encoding: a later encoding takes another name, old entries keep theirs."""

GENESIS = "0" * 64
"""Previous hash of the first entry of a book."""

ENTRY_FIELDS = (
    "id", "book", "journal", "year", "number", "period", "position", "date", "document", "document_date", "label",
    "origin", "origin_ref", "correction", "corrects", "replaces", "transfer", "peer", "key", "recorded_at", "actor",
    "command_id", "previous_hash",
)  # fmt: skip
LINE_FIELDS = ("position", "account", "debit", "credit", "label", "reference", "value_date")


def field(value: Any) -> str:
    """One field: its length in characters, `:`, its text; `-` alone when there is none.

    Dates and instants are given as their ISO 8601 text. The length makes the encoding unambiguous: no two
    different entries have the same bytes.
    """
    if value is None:
        return "-"
    text = str(value)
    return f"{len(text)}:{text}"


HEAD = field(VERSION)


class Fields(dict[Any, str]):
    """`field` of what comes again and again (a book, a journal, a day, an account), made once."""

    MOST = 10_000

    def __missing__(self, value: Any) -> str:
        if len(self) >= self.MOST:
            self.clear()
        self[value] = text = field(value)
        return text


def encode(entry: Iterable[Any], lines: Iterable[Iterable[Any]]) -> bytes:
    """Canonical bytes of an entry: version, its fields in order, number of lines, each line's fields in order."""
    rows = list(lines)
    # `field`, written out: this is the inner loop of verifying
    parts = [
        "-"
        if value is None
        else f"{len(value)}:{value}"
        if value.__class__ is str
        else f"{len(text := str(value))}:{text}"
        for value in entry
    ]
    parts.append(field(len(rows)))
    parts += [
        "-"
        if value is None
        else f"{len(value)}:{value}"
        if value.__class__ is str
        else f"{len(text := str(value))}:{text}"
        for row in rows
        for value in row
    ]
    return (HEAD + "".join(parts)).encode()


def entry_hash(entry: Iterable[Any], lines: Iterable[Iterable[Any]]) -> str:
    """SHA-256 of the canonical bytes, in hexadecimal."""
    return hashlib.sha256(encode(entry, lines)).hexdigest()
