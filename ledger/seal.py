"""Give entries their numbers, their place in the chain and their hash."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy import bindparam, func, select

from ledger.chain import GENESIS, HEAD, Fields, field
from ledger.entry import EntryDraft
from ledger.refusal import Refusal
from ledger.tables.journal import entry, entry_line
from ledger.tables.types import instant_text

Row = tuple[Any, ...]
Rows = list[Row]

_of_book = entry.c.book == bindparam("book")
_last_position = select(func.max(entry.c.position)).where(_of_book).scalar_subquery()
HEADS = select(
    select(func.max(entry.c.id)).scalar_subquery().label("last_id"),
    select(func.max(entry_line.c.entry_id)).scalar_subquery().label("last_of_lines"),
    _last_position.label("position"),
    select(entry.c.hash).where(_of_book, entry.c.position == _last_position).scalar_subquery().label("hash"),
    select(func.max(entry.c.number))
    .where(_of_book, entry.c.journal == bindparam("journal"), entry.c.year == bindparam("year"))
    .scalar_subquery()
    .label("number"),
)
"""Where the sequence, a book's chain and a journal's year stand, in one look."""


class LinesWithoutEntry(Refusal):
    """A connection that does not look at foreign keys left lines where the next entry would take them for its own."""

    code = "lines_without_entry"
    sentence = (
        "La base contient des lignes sans écriture, au-delà de l'écriture n° {last} (jusqu'au n° {found}) : elles "
        "n'ont pas été passées par le programme, et la prochaine écriture les prendrait pour les siennes. Rien n'est "
        "enregistré. « pcaes verify » les nomme ; faites restaurer la base telle qu'elle était avant elles."
    )


class Sealer:
    """Numbers entries after those of the books; holds the heads between two chunks of one act."""

    def __init__(self, unit: Any) -> None:
        self._unit = unit
        self._recorded = instant_text(unit.now)
        self._actor: str = unit.user.name
        self._command: int = unit.command_id
        self._fields = Fields()
        self._act = field(self._recorded) + field(self._actor) + field(self._command)
        self._last_id: int | None = None
        self._heads: dict[str, tuple[int, str]] = {}
        self._numbers: dict[tuple[str, str, int], int] = {}

    def _look(self, book: str, journal: str, year: int) -> None:
        found = self._unit.connection.execute(HEADS, {"book": book, "journal": journal, "year": year}).one()
        if self._last_id is None:
            self._last_id = found.last_id or 0
            if (found.last_of_lines or 0) > self._last_id:
                raise LinesWithoutEntry(last=self._last_id, found=found.last_of_lines)
        self._heads.setdefault(book, (found.position or 0, found.hash or GENESIS))
        self._numbers[book, journal, year] = found.number or 0

    def seal(self, groups: Sequence[tuple[EntryDraft, ...]]) -> tuple[Rows, Rows]:
        """Rows of `entry` and of `entry_line` ready to be written, in the order of the drafts.

        A group is one entry, or the two halves of a transfer, which name each other.
        Refuses: lines_without_entry.
        """
        entries: Rows = []
        lines: Rows = []
        for group in groups:
            for draft in group:
                if (draft.book, draft.journal, draft.date.year) not in self._numbers:
                    self._look(draft.book, draft.journal, draft.date.year)
            first = (self._last_id or 0) + 1
            for place, draft in enumerate(group):
                peer = None if len(group) == 1 else first + 1 - place
                entries.append(self._one(draft, first + place, peer, lines))
            self._last_id = first + len(group) - 1
        return entries, lines

    def _one(self, draft: EntryDraft, entry_id: int, peer: int | None, rows: Rows) -> Row:
        """The row of the entry, hashed; its lines are added to `rows`.

        The text is `chain.encode` written out, field by field: this is the inner loop of posting, and `verify` reads
        what it wrote through `chain.encode` itself.
        """
        (book, journal, day, document, label, given, document_date, asked_period, origin, origin_ref, correction,
         corrects, replaces, transfer, key) = draft  # fmt: skip
        known = self._fields
        text_day, year = day.isoformat(), day.year
        self._numbers[book, journal, year] = number = self._numbers[book, journal, year] + 1
        last, previous = self._heads[book]
        position = last + 1
        period = asked_period or day.month
        written = None if document_date is None else document_date.isoformat()
        parts = [
            f"{HEAD}{field(entry_id)}{known[book]}{known[journal]}{known[year]}{field(number)}{known[period]}"
            f"{field(position)}{known[text_day]}{len(document)}:{document}{known[written]}{len(label)}:{label}"
            f"{known[origin]}{'-' if origin_ref is None else field(origin_ref)}{known[correction]}{known[corrects]}"
            f"{known[replaces]}{'-' if transfer is None else field(transfer)}{known[peer]}"
            f"{'-' if key is None else f'{len(key)}:{key}'}{self._act}64:{previous}{known[len(given)]}"
        ]
        for place, (account, debit, credit, text, reference, value) in enumerate(given, start=1):
            valued = None if value is None else value.isoformat()
            rows.append((entry_id, place, book, text_day, account, debit, credit, text, reference, valued))
            amount = str(debit or credit)
            amount = f"{len(amount)}:{amount}"
            parts.append(
                f"{known[place]}{known[account]}{amount if debit else '1:0'}{amount if credit else '1:0'}"
                f"{'-' if text is None else f'{len(text)}:{text}'}"
                f"{'-' if reference is None else f'{len(reference)}:{reference}'}{known[valued]}"
            )
        digest = sha256("".join(parts).encode()).hexdigest()
        self._heads[book] = (position, digest)
        return (
            entry_id, book, journal, year, number, period, position, text_day, document, written, label, origin,
            origin_ref, correction, corrects, replaces, transfer, peer, key, self._recorded, self._actor,
            self._command, previous, digest,
        )  # fmt: skip
