"""Give entries their numbers, their place in the chain and their hash."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from ledger.chain import GENESIS, entry_hash
from ledger.entry import EntryDraft, SealedEntry
from ledger.tables.journal import entry
from ledger.tables.types import instant_text

Rows = list[tuple[Any, ...]]


class Sealer:
    """Numbers entries after those of the books; holds the heads between two chunks of one act."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit
        self._recorded = instant_text(unit.now)
        self._last_id: int = unit.connection.execute(select(func.coalesce(func.max(entry.c.id), 0))).scalar_one()
        self._heads: dict[str, tuple[int, str]] = {}
        self._numbers: dict[tuple[str, str, int], int] = {}

    def _head(self, book: str) -> tuple[int, str]:
        if book not in self._heads:
            newest = (
                select(entry.c.position, entry.c.hash)
                .where(entry.c.book == book)
                .order_by(entry.c.position.desc())
                .limit(1)
            )
            row = self._unit.connection.execute(newest).one_or_none()
            self._heads[book] = (0, GENESIS) if row is None else (row.position, row.hash)
        return self._heads[book]

    def _number(self, book: str, journal: str, year: int) -> int:
        key = (book, journal, year)
        if key not in self._numbers:
            last = select(func.coalesce(func.max(entry.c.number), 0)).where(
                entry.c.book == book, entry.c.journal == journal, entry.c.year == year
            )
            self._numbers[key] = int(self._unit.connection.execute(last).scalar_one())
        self._numbers[key] += 1
        return self._numbers[key]

    def seal(self, groups: Sequence[tuple[EntryDraft, ...]]) -> tuple[Rows, Rows, list[tuple[EntryDraft, SealedEntry]]]:
        """Rows of `entry` and of `entry_line` ready to be written, and each draft with its sealed entry.

        A group is one entry, or the two halves of a transfer, which name each other.
        """
        entries: Rows = []
        lines: Rows = []
        made: list[tuple[EntryDraft, SealedEntry]] = []
        for group in groups:
            for place, draft in enumerate(group):
                peer = None if len(group) == 1 else self._last_id + (2 if place == 0 else 0)
                row, own_lines, recorded = self._one(draft, peer)
                entries.append(row)
                lines.extend(own_lines)
                made.append((draft, recorded))
        return entries, lines, made

    def _one(self, draft: EntryDraft, peer: int | None) -> tuple[tuple[Any, ...], Rows, SealedEntry]:
        unit = self._unit
        self._last_id += 1
        book, day = draft.book, draft.date
        text_day = day.isoformat()
        number = self._number(book, draft.journal, day.year)
        position, previous = self._head(book)
        position += 1
        period = draft.period or day.month
        document_day = None if draft.document_date is None else draft.document_date.isoformat()
        body = (
            self._last_id, book, draft.journal, day.year, number, period, position, text_day, draft.document,
            document_day, draft.label, draft.origin, draft.origin_ref, draft.correction, draft.corrects,
            draft.replaces, draft.transfer, peer, draft.key, self._recorded, unit.user.name, unit.command_id, previous,
        )  # fmt: skip
        own = [
            (n, a, debit, credit, label, reference, None if value is None else value.isoformat())
            for n, (a, debit, credit, label, reference, value) in enumerate(draft.lines, start=1)
        ]
        digest = entry_hash(body, own)
        self._heads[book] = (position, digest)
        sealed = SealedEntry(
            self._last_id, book, draft.journal, day.year, number, period, position, day, draft.document,
            draft.document_date, draft.label, draft.origin, draft.origin_ref, draft.correction, draft.corrects,
            draft.replaces, draft.transfer, peer, draft.key, unit.now, unit.user.name, unit.command_id, previous,
            digest,
        )  # fmt: skip
        rows = [(self._last_id, n, book, text_day, *rest) for n, *rest in own]
        return (*body, digest), rows, sealed
