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
        self._actor: str = unit.user.name
        self._command: int = unit.command_id
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
        (book, journal, day, document, label, given, document_date, asked_period, origin, origin_ref, correction,
         corrects, replaces, transfer, key) = draft  # fmt: skip
        self._last_id = entry_id = self._last_id + 1
        text_day, year = day.isoformat(), day.year
        number = self._number(book, journal, year)
        last, previous = self._heads.get(book) or self._head(book)
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
