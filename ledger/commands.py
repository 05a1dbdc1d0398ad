"""The acts on the books that the doors offer: each takes a unit of work and returns what it answers."""

from collections.abc import Sequence
from typing import Any

from ledger.entry import EntryDraft, SealedEntry
from ledger.post import post_entries
from ledger.users import User, allow

Answer = dict[str, Any]


def allow_entries(user: User, drafts: Sequence[EntryDraft]) -> None:
    """An accountant posts in the book that is theirs; the accountant of either book may post a transfer.

    Refuses: role_forbidden, book_forbidden.
    """
    books_of: dict[str, set[str]] = {}
    for draft in drafts:
        if draft.transfer is not None:
            books_of.setdefault(draft.transfer, set()).add(draft.book)
    for draft in drafts:
        books = books_of.get(draft.transfer or "", {draft.book})
        own = user.book if user.book in books else draft.book
        allow(user, "passer une écriture", "accountant", book=own)


def answer_for(sealed: Sequence[SealedEntry]) -> Answer:
    """What posting answers: the name and the hash of each entry."""
    return {
        "entries": [
            {"book": one.book, "journal": one.journal, "year": one.year, "number": one.number, "hash": one.hash}
            for one in sealed
        ]
    }


def post(unit: Any, drafts: Sequence[EntryDraft]) -> Answer:
    """Post the entries of an accountant, all or none.

    Refuses: role_forbidden, book_forbidden, and what `post_entries` refuses.
    """
    allow_entries(unit.user, drafts)
    return answer_for(post_entries(unit, drafts))
