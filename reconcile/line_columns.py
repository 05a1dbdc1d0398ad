"""The lines of a statement as columns, some thousands at a time: what is handed over, identified and written.

A line taken field by field costs several times what its column costs, and holds four times the memory.
"""

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, overload

from reconcile.model import LineDetail, StatementLine

SLICE = 5_000
"""Lines of one slice."""


class Columns(NamedTuple):
    """Some lines, column by column, in the order of `StatementLine`; days as ISO 8601 text, details as rows."""

    booking_date: Sequence[str]
    value_date: Sequence[str | None]
    amount: Sequence[int]
    reversal: Sequence[bool]
    bank_reference: Sequence[str | None]
    customer_reference: Sequence[str | None]
    type: Sequence[str | None]
    counterparty: Sequence[str | None]
    label: Sequence[str]
    details: Sequence[Sequence[Any]]
    notes: Sequence[Sequence[str]]


class DayTexts(dict[dt.date | None, str | None]):
    """ISO 8601 of each day, written once: the lines of a statement share few days."""

    def __missing__(self, day: dt.date | None) -> str | None:
        text = self[day] = None if day is None else day.isoformat()
        return text


class Days(dict[str | None, dt.date | None]):
    """The day of each ISO 8601 text, read once."""

    def __missing__(self, text: str | None) -> dt.date | None:
        day = self[text] = None if text is None else dt.date.fromisoformat(text)
        return day


def slices_of(lines: Sequence[StatementLine]) -> Iterator[Columns]:
    """The columns of the lines, a slice at a time."""
    if isinstance(lines, PackedLines):
        yield from lines.slices()
        return
    texts = DayTexts().__getitem__
    for start in range(0, len(lines), SLICE):
        booked, valued, *others = zip(*lines[start : start + SLICE], strict=True)
        yield Columns._make((list(map(texts, booked)), list(map(texts, valued)), *others))


def packed(columns: Columns) -> bytes:
    """A slice as bytes that `PackedLines` reads; a column of one value is that value once."""
    held = [column[:1] if column.count(column[0]) == len(column) else column for column in columns]
    return json.dumps(
        [len(columns.label), held], ensure_ascii=False, separators=(",", ":"), check_circular=False
    ).encode("utf-8", "replace")


def lines_of(columns: Columns, days: Days) -> Iterator[StatementLine]:
    """The lines of a slice."""
    details = [tuple(LineDetail(*item) for item in some) if some else () for some in columns.details]
    days_of = days.__getitem__
    rows = zip(
        map(days_of, columns.booking_date), map(days_of, columns.value_date), *columns[2:9], details,
        map(tuple, columns.notes), strict=True,
    )  # fmt: skip
    return map(StatementLine._make, rows)


class PackedLines(Sequence[StatementLine]):
    """Lines held as the bytes of their slices, read anew each time they are gone through."""

    def __init__(self, slices: Sequence[bytes | memoryview], count: int) -> None:
        self._slices = slices
        self._count = count

    def slices(self) -> Iterator[Columns]:
        """The columns, a slice at a time."""
        for data in self._slices:
            size, held = json.loads(bytes(data))
            yield Columns._make([column if len(column) == size else column * size for column in held])

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[StatementLine]:
        days = Days()
        for columns in self.slices():
            yield from lines_of(columns, days)

    @overload
    def __getitem__(self, place: int) -> StatementLine: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[StatementLine]: ...

    def __getitem__(self, place: int | slice) -> StatementLine | Sequence[StatementLine]:
        return tuple(self)[place]
