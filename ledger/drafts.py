"""The *brouillard*: entries being prepared, outside the journal, which may be unbalanced and may change."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, insert, select, update

from ledger.commands import Answer, allow_entries, answer_for
from ledger.entry import EntryDraft
from ledger.entry_file import read_entries
from ledger.entry_rules import PeriodClosed, name_of
from ledger.post import law_of, post_entries
from ledger.refusal import Refusal, plain
from ledger.tables.journal import draft


class DraftUnknown(Refusal):
    """No draft has this number."""

    code = "draft_unknown"
    sentence = "Il n'y a pas de brouillard n° {draft}. Brouillards ouverts : {known}."


class DraftEnded(Refusal):
    """The draft was posted or discarded."""

    code = "draft_ended"
    sentence = "Le brouillard n° {draft} est déjà {state} : il ne change plus. Enregistrez-en un nouveau."


class DraftChanged(Refusal):
    """Somebody changed the draft in between."""

    code = "draft_changed"
    sentence = (
        "Le brouillard n° {draft} est à la révision {found}, l'acte portait sur la révision {expected} : il a été "
        "modifié entre-temps. Relisez-le, puis recommencez."
    )


class DraftOneEntry(Refusal):
    """A draft is one entry."""

    code = "draft_one_entry"
    sentence = "Le fichier {file} doit contenir l'écriture du brouillard n° {draft} et elle seule : trouvé {found}."


class DraftBook(Refusal):
    """A draft stays in its book."""

    code = "draft_book"
    sentence = (
        "Le brouillard n° {draft} est du livre {book}, le fichier donne une écriture du livre {found}. Corrigez le "
        "livre, ou enregistrez un nouveau brouillard."
    )


STATES = {"posted": "validé", "discarded": "écarté", "open": "ouvert"}


def _one(item: Any, file: str) -> EntryDraft:
    return read_entries({"entries": [item]}, file)[0]


def _month_open(connection: Connection, one: EntryDraft) -> None:
    closed = law_of(connection).closed_periods
    month = one.period or one.date.month
    if (one.book, one.date.year, month) in closed:
        name = "période complémentaire" if month == 13 else f"{month:02d}/{one.date.year}"
        raise PeriodClosed(entry=name_of(one), day=one.date, book=one.book, period=name)


def view(row: Any) -> dict[str, Any]:
    """A draft as people and scripts see it; `entry` is the document that was sent."""
    entry = json.loads(row.content)
    lines = entry.get("lines", [])
    debit, credit = (sum(line.get(side) or 0 for line in lines) for side in ("debit", "credit"))
    found = {name: getattr(row, name) for name in ("id", "book", "date", "status", "revision", "author", "saved_at")}
    return dict(plain({**found, "debit": debit, "credit": credit, "balanced": debit == credit, "entry": entry}))


def list_drafts(connection: Connection, status: str | None = "open", book: str | None = None) -> list[dict[str, Any]]:
    """Drafts in the order of their numbers; `status` None lists those posted and discarded too."""
    query = select(draft).order_by(draft.c.id)
    if status is not None:
        query = query.where(draft.c.status == status)
    if book is not None:
        query = query.where(draft.c.book == book)
    return [view(row) for row in connection.execute(query)]


def find_draft(connection: Connection, number: int) -> Any:
    """The row of a draft.

    Refuses: draft_unknown.
    """
    row = connection.execute(select(draft).where(draft.c.id == number)).one_or_none()
    if row is None:
        known = connection.execute(select(draft.c.id).where(draft.c.status == "open").order_by(draft.c.id)).scalars()
        raise DraftUnknown(draft=number, known=list(known) or ["aucun"])
    return row


def _open(connection: Connection, number: int, revision: int | None) -> Any:
    row = find_draft(connection, number)
    if row.status != "open":
        raise DraftEnded(draft=number, state=STATES[row.status])
    if revision is not None and revision != row.revision:
        raise DraftChanged(draft=number, found=row.revision, expected=revision)
    return row


def _move(unit: Any, row: Any, **values: Any) -> None:
    """Compare and set: the row changes only if it still is what was read."""
    moved = unit.connection.execute(
        update(draft)
        .where(draft.c.id == row.id, draft.c.revision == row.revision, draft.c.status == "open")
        .values(revision=row.revision + 1, saved_at=unit.now, command_id=unit.command_id, **values)
    )
    if moved.rowcount != 1:
        raise DraftChanged(draft=row.id, found="autre", expected=row.revision)


def save_drafts(unit: Any, document: Mapping[str, Any], file: str) -> Answer:
    """Keep the entries of a file as drafts, one each; nothing of them enters the journal.

    Refuses: entry_file_unreadable, amount_not_whole, role_forbidden, book_forbidden, period_closed.
    """
    drafts = read_entries(document, file)
    allow_entries(unit.user, drafts)
    saved = []
    for item, one in zip(document["entries"], drafts, strict=True):
        _month_open(unit.connection, one)
        number = unit.next_id(draft)
        unit.connection.execute(
            insert(draft).values(
                id=number,
                book=one.book,
                date=one.date,
                status="open",
                revision=1,
                content=json.dumps(item, ensure_ascii=False, sort_keys=True),
                author=unit.user.name,
                saved_at=unit.now,
                command_id=unit.command_id,
            )
        )
        saved.append(view(find_draft(unit.connection, number)))
    return {"drafts": saved}


def amend_draft(unit: Any, number: int, document: Mapping[str, Any], file: str, revision: int | None = None) -> Answer:
    """Replace what a draft says; what it said stays in the command log.

    Refuses: draft_unknown, draft_ended, draft_changed, draft_one_entry, draft_book, entry_file_unreadable,
    amount_not_whole, role_forbidden, book_forbidden, period_closed.
    """
    row = _open(unit.connection, number, revision)
    drafts = read_entries(document, file)
    if len(drafts) != 1:
        raise DraftOneEntry(file=file, draft=number, found=f"{len(drafts)} écritures")
    if drafts[0].book != row.book:
        raise DraftBook(draft=number, book=row.book, found=drafts[0].book)
    allow_entries(unit.user, drafts)
    _month_open(unit.connection, drafts[0])
    content = json.dumps(document["entries"][0], ensure_ascii=False, sort_keys=True)
    _move(unit, row, content=content, date=drafts[0].date)
    return {"drafts": [view(find_draft(unit.connection, number))]}


def post_drafts(unit: Any, numbers: Sequence[int]) -> Answer:
    """Seal drafts as entries, all or none; both halves of a transfer are named together.

    Refuses: draft_unknown, draft_ended, role_forbidden, book_forbidden, and what `post_entries` refuses.
    """
    rows = [_open(unit.connection, number, None) for number in dict.fromkeys(numbers)]
    entries = [_one(json.loads(row.content), f"brouillard n° {row.id}") for row in rows]
    allow_entries(unit.user, entries)
    named = [
        one._replace(origin_ref=f"brouillard {row.id}", key=one.key or f"draft/{row.id}")
        for row, one in zip(rows, entries, strict=True)
    ]
    sealed = post_entries(unit, named)
    for row in rows:
        _move(unit, row, status="posted")
    return {"drafts": [row.id for row in rows], **answer_for(sealed)}


def discard_draft(unit: Any, number: int, reason: str) -> Answer:
    """Put a draft aside; it stays readable, with the reason in the command log.

    Refuses: draft_unknown, draft_ended, reason_missing, role_forbidden, book_forbidden.
    """
    from ledger.correction_rules import ReasonMissing

    row = _open(unit.connection, number, None)
    if not reason.strip():
        raise ReasonMissing(what=f"le brouillard n° {number}")
    allow_entries(unit.user, [_one(json.loads(row.content), f"brouillard n° {number}")])
    _move(unit, row, status="discarded")
    return {"draft": view(find_draft(unit.connection, number)), "reason": reason.strip()}
