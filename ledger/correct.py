"""Correct an entry: take it back, once and linked, and put the right one in its place."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, text

from ledger.commands import Answer, allow_entries, answer_for
from ledger.correction_rules import ReasonMissing, ReplacementWrong, check_correctable, first_open, mirror
from ledger.entry import EntryDraft, SealedEntry
from ledger.post import law_of, post_entries
from ledger.read import find_by_id, find_entry, lines_of
from ledger.tables.journal import entry

# The reconciliation's own tables: read here by name, since no import goes upward.
_ACTIVE_MATCH = text(
    "SELECT min(m.match_id) FROM bank_match_entry_line m LEFT JOIN match_undo u ON u.match_id = m.match_id"
    " WHERE m.entry_id = :entry AND u.match_id IS NULL"
)


def active_match(connection: Connection, entry_id: int) -> int | None:
    """The match that ties a line of the entry to the bank statement, unless undone."""
    found = connection.execute(_ACTIVE_MATCH, {"entry": entry_id}).scalar()
    return None if found is None else int(found)


def reverse_entry(unit: Any, reference: str, style: str, reason: str, day: dt.date | None = None) -> Answer:
    """Take an entry back *en négatif* (`negative`) or by *contre-passation* (`contra`); both halves of a transfer.

    Dated as the entry while its period is open, else at the first open date; or at `day`.
    Refuses: reason_missing, entry_unknown, reference_unreadable, what `check_correctable`, `mirror` and
    `post_entries` refuse, role_forbidden, book_forbidden.
    """
    wrong = _entries_of_the_act(unit.connection, reference)
    drafts = _mirrors(unit, wrong, style, reason, day)
    allow_entries(unit.user, drafts)
    return {"corrects": [one.reference for one in wrong], "style": style, **answer_for(post_entries(unit, drafts))}


def correct_entry(
    unit: Any, reference: str, replacements: Sequence[EntryDraft], reason: str, file: str, day: dt.date | None = None
) -> Answer:
    """Enter the wrong entry again with negative amounts, then the right one, linked to it (AUDCIF art. 20).

    A transfer is replaced by a transfer between the same books, under a name of its own. `day` dates the
    negative entry; the right one bears its own date.
    Refuses: as `reverse_entry`, replacement_wrong.
    """
    wrong = _entries_of_the_act(unit.connection, reference)
    drafts = _mirrors(unit, wrong, "negative", reason, day)
    by_book = {one.book: one.id for one in wrong}
    asked, given = sorted(by_book), sorted(draft.book for draft in replacements)
    if asked != given or {draft.transfer is None for draft in replacements} != {wrong[0].transfer is None}:
        kind = "une écriture" if len(wrong) == 1 else "les deux écritures d'un virement (même « transfer »)"
        raise ReplacementWrong(
            file=file,
            entry=reference,
            expected=f"{kind}, livre {' et '.join(asked)}",
            found=f"{len(replacements)} écriture(s), livre {' et '.join(given)}",
        )
    right = [
        draft._replace(replaces=by_book[draft.book], origin=wrong[0].origin, origin_ref=reference)
        for draft in replacements
    ]
    allow_entries(unit.user, drafts)
    sealed = post_entries(unit, [*drafts, *right])
    return {"corrects": [one.reference for one in wrong], "style": "negative", **answer_for(sealed)}


def _entries_of_the_act(connection: Connection, reference: str) -> list[SealedEntry]:
    """The entry named, and the other half when it is half of a transfer."""
    one = find_entry(connection, reference)
    return [one] if one.peer is None else [one, find_by_id(connection, one.peer)]


def _mirrors(unit: Any, wrong: Sequence[SealedEntry], style: str, reason: str, day: dt.date | None) -> list[EntryDraft]:
    connection = unit.connection
    if not reason.strip():
        raise ReasonMissing(what=f"l'écriture {wrong[0].reference}")
    for one in wrong:
        after = connection.execute(select(entry.c.id).where(entry.c.corrects == one.id)).scalar()
        check_correctable(
            one,
            corrected_by=None if after is None else find_by_id(connection, after).reference,
            corrects=None if one.corrects is None else find_by_id(connection, one.corrects).reference,
            match=active_match(connection, one.id),
        )
    closed, books = law_of(connection).closed_periods, {one.book for one in wrong}
    if day is None:
        when = first_open(wrong[0].date, wrong[0].period, books, closed, unit.now.date())
    else:
        late = (day.month, day.day) == (12, 31) and any((book, day.year, 12) in closed for book in books)
        when = (day, 13 if late else day.month)
    return [mirror(one, lines_of(connection, one.id), style, reason, when) for one in wrong]
