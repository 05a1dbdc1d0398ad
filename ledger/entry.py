"""What an entry is, before it is sealed and after."""

import datetime as dt
from typing import NamedTuple

from ledger.refusal import Refusal


class Line(NamedTuple):
    """One line of an entry: whole francs at the debit or at the credit, never both."""

    account: str
    debit: int = 0
    credit: int = 0
    label: str | None = None
    reference: str | None = None
    value_date: dt.date | None = None


class EntryDraft(NamedTuple):
    """An entry that asks to be sealed.

    `origin` says which act writes it: `direct` (posted by an accountant), `transfer`, `collection`,
    `statement`, `imputation`, `order`, `capital`, `closing`, `opening`; `origin_ref` names the act's own
    document. Halves of a pair bear the same `transfer`. `key` makes a second sending harmless.
    """

    book: str
    journal: str
    date: dt.date
    document: str
    label: str
    lines: tuple[Line, ...]
    document_date: dt.date | None = None
    period: int | None = None
    origin: str = "direct"
    origin_ref: str | None = None
    correction: str | None = None
    corrects: int | None = None
    replaces: int | None = None
    transfer: str | None = None
    key: str | None = None


class SealedEntry(NamedTuple):
    """An entry of the journal: numbered, chained, never changed."""

    id: int
    book: str
    journal: str
    year: int
    number: int
    period: int
    position: int
    date: dt.date
    document: str
    document_date: dt.date | None
    label: str
    origin: str
    origin_ref: str | None
    correction: str | None
    corrects: int | None
    replaces: int | None
    transfer: str | None
    peer: int | None
    key: str | None
    recorded_at: dt.datetime
    actor: str
    command_id: int
    previous_hash: str
    hash: str

    @property
    def reference(self) -> str:
        """How people and scripts name the entry: `BF/OD/2026/12`."""
        return f"{self.book}/{self.journal}/{self.year}/{self.number}"


class ReferenceUnreadable(Refusal):
    """The text does not name an entry."""

    code = "reference_unreadable"
    sentence = (
        "« {text} » ne désigne pas une écriture : attendu LIVRE/JOURNAL/EXERCICE/NUMÉRO, par exemple BF/OD/2026/12."
    )
    exit_code = 2


class EntryUnknown(Refusal):
    """There is no such entry."""

    code = "entry_unknown"
    sentence = "L'écriture {reference} n'existe pas. Dernier numéro de ce journal pour l'exercice : {last}."


def parse_reference(text: str) -> tuple[str, str, int, int]:
    """`BF/OD/2026/12` as book, journal, year, number.

    Refuses: reference_unreadable.
    """
    parts = text.strip().upper().split("/")
    # nine digits: what a database's whole number holds on both engines
    if len(parts) != 4 or not all(part.isascii() and part.isdecimal() and len(part) <= 9 for part in parts[2:]):
        raise ReferenceUnreadable(text=text)
    return parts[0], parts[1], int(parts[2]), int(parts[3])
