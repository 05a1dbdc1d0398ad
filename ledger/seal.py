"""Give entries their numbers, their place in the chain and their hash."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from ledger.chain import GENESIS, entry_hash
from ledger.entry import EntryDraft, SealedEntry
from ledger.tables.journal import entry
from ledger.tables.types import instant_text

Rows = list[tuple[Any, ...]]

_of_book = entry.c.book == bindparam("book")
_last_position = select(func.max(entry.c.position)).where(_of_book).scalar_subquery()
HEADS = select(
    select(func.max(entry.c.id)).scalar_subquery().label("last_id"),
    _last_position.label("position"),
    select(entry.c.hash).where(_of_book, entry.c.position == _last_position).scalar_subquery().label("hash"),
    select(func.max(entry.c.number))
    .where(_of_book, entry.c.journal == bindparam("journal"), entry.c.year == bindparam("year"))
    .scalar_subquery()
    .label("number"),
)
"""Where the sequence, a book's chain and a journal's year stand, in one look."""


class Sealer:
    """Numbers entries after those of the books; holds the heads between two chunks of one act."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit
        self._recorded = instant_text(unit.now)
        self._actor: str = unit.user.name
        self._command: int = unit.command_id
        self._last_id: int | None = None
        self._heads: dict[str, tuple[int, str]] = {}
        self._numbers: dict[tuple[str, str, int], int] = {}

    def _look(self, book: str, journal: str, year: int) -> None:
        found = self._unit.connection.execute(HEADS, {"book": book, "journal": journal, "year": year}).one()
        if self._last_id is None:
            self._last_id = found.last_id or 0
        self._heads.setdefault(book, (found.position or 0, found.hash or GENESIS))
        self._numbers[book, journal, year] = found.number or 0

    def seal(self, groups: Sequence[tuple[EntryDraft, ...]]) -> tuple[Rows, Rows, list[tuple[EntryDraft, SealedEntry]]]:
        """Rows of `entry` and of `entry_line` ready to be written, and each draft with its sealed entry.

        A group is one entry, or the two halves of a transfer, which name each other.
        """
        entries: Rows = []
        lines: Rows = []
        made: list[tuple[EntryDraft, SealedEntry]] = []
        for group in groups:
            for draft in group:
                if (draft.book, draft.journal, draft.date.year) not in self._numbers:
                    self._look(draft.book, draft.journal, draft.date.year)
            first = (self._last_id or 0) + 1
            for place, draft in enumerate(group):
                peer = None if len(group) == 1 else first + 1 - place
                row, own_lines, recorded = self._one(draft, first + place, peer)
                entries.append(row)
                lines.extend(own_lines)
                made.append((draft, recorded))
            self._last_id = first + len(group) - 1
        return entries, lines, made

    def _one(self, draft: EntryDraft, entry_id: int, peer: int | None) -> tuple[tuple[Any, ...], Rows, SealedEntry]:
        unit = self._unit
        (book, journal, day, document, label, given, document_date, asked_period, origin, origin_ref, correction,
         corrects, replaces, transfer, key) = draft  # fmt: skip
        text_day, year = day.isoformat(), day.year
        self._numbers[book, journal, year] = number = self._numbers[book, journal, year] + 1
        last, previous = self._heads[book]
        position = last + 1
        period = asked_period or day.month
        body = (
            entry_id, book, journal, year, number, period, position, text_day, document,
            None if document_date is None else document_date.isoformat(), label, origin, origin_ref, correction,
            corrects, replaces, transfer, peer, key, self._recorded, self._actor, self._command, previous,
        )  # fmt: skip
        own = [
            (n, a, debit, credit, text, reference, None if value is None else value.isoformat())
            for n, (a, debit, credit, text, reference, value) in enumerate(given, start=1)
        ]
        digest = entry_hash(body, own)
        self._heads[book] = (position, digest)
        sealed = SealedEntry(
            entry_id, book, journal, year, number, period, position, day, document, document_date, label, origin,
            origin_ref, correction, corrects, replaces, transfer, peer, key, unit.now, self._actor, self._command,
            previous, digest,
        )  # fmt: skip
        return (*body, digest), [(entry_id, row[0], book, text_day, *row[1:]) for row in own], sealed
