"""Equal payments that come back, such as a rent: told apart by their dates alone, when the dates leave no choice."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from reconcile.matching.evidence import objection
from reconcile.matching.rows import BankLine, BookLine
from reconcile.matching.table import WorkTable

Pair = tuple[BankLine, BookLine, int]
"""A bank line, its entry, and the working days between them."""


def series_of(table: WorkTable, bank: Sequence[BankLine], book: Sequence[BookLine]) -> list[list[Pair]]:
    """The series among lines of one amount, both sides in date order: each with all its pairs.

    Within the reach of rivals there are as many bank lines as entries; in date order each answers the other within
    the window; any two pairs stand further apart than the dates of a pair ever do; and nothing speaks against any of
    them. If one line is missing, or stands too near, the whole series is left to a person.
    """
    found = []
    for lines, entries in _clusters(bank, book, table.config.rival_days):
        if len(lines) != len(entries) or len(lines) < 2:
            continue
        pairs = [
            (line, entry, table.days.between(line.book, line.booking_date, entry.date))
            for line, entry in zip(lines, entries, strict=True)
        ]
        if _far_apart(pairs, table) and not any(_doubtful(table, line, entry) for line, entry, _ in pairs):
            found.append(pairs)
    return found


def _clusters(
    bank: Sequence[BankLine], book: Sequence[BookLine], reach: int
) -> Iterator[tuple[list[BankLine], list[BookLine]]]:
    """Lines that follow one another with no silence longer than the reach of rivals."""
    events: list[tuple[int, BankLine | BookLine]] = [(line.booking_date.toordinal(), line) for line in bank]
    events += [(entry.date.toordinal(), entry) for entry in book]
    events.sort(key=lambda event: event[0])
    lines, entries, last = list[BankLine](), list[BookLine](), 0
    for day, event in events:
        if day - last > reach and (lines or entries):
            yield lines, entries
            lines, entries = [], []
        last = day
        if isinstance(event, BankLine):
            lines.append(event)
        else:
            entries.append(event)
    yield lines, entries


def _far_apart(pairs: Sequence[Pair], table: WorkTable) -> bool:
    if any(gap > table.config.window_working_days for _, _, gap in pairs):
        return False
    spans = [sorted((line.booking_date, entry.date)) for line, entry, _ in pairs]
    return all((after[0] - before[1]).days >= table.config.series_days_min for before, after in pairwise(spans))


def _doubtful(table: WorkTable, line: BankLine, entry: BookLine) -> bool:
    shown = line.id in table.shown_bank or entry.id in table.shown_book
    return shown or entry.transfer is not None or bool(objection(line, entry, table, table.mentions))
