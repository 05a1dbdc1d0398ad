"""Sign a month's reconciliation statement: the preparer freezes it, another person reviews it."""

import json
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledger.chart import require_book
from ledger.keys import Signer, check_specimen, keys_at, require_people
from ledger.month import month_end
from ledger.tables.signoff import reconciliation_signature, reconciliation_signoff, reconciliation_signoff_line
from ledger.tables.types import instant_text
from ledger.users import allow
from reconcile.etat import Etat
from reconcile.etat_read import etat_of
from reconcile.signoff_rules import (
    EtatChanged,
    EtatMonthNotOver,
    EtatSamePerson,
    EtatSigned,
    KeyNeeded,
    Signed,
    changes,
    check_order,
    check_signable,
    frozen,
    month_name,
    signed_bytes,
)

Answer = dict[str, Any]
ACT = "signer un état de rapprochement"


def signed_month(connection: Connection, book: str, year: int, month: int) -> Signed | None:
    """The last revision of a month's statement, if someone has prepared one."""
    table = reconciliation_signoff.c
    row = connection.execute(
        select(reconciliation_signoff)
        .where(table.book == book, table.year == year, table.month == month)
        .order_by(table.revision.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return None
    mine = select(reconciliation_signature).where(reconciliation_signature.c.signoff_id == row.id)
    people = {one.part: one.person for one in connection.execute(mine)}
    return Signed(row.id, row.revision, row.content, row.sha256, people["preparer"], people.get("reviewer"))


def signed_months(connection: Connection, book: str) -> list[tuple[int, int]]:
    """The months of a book that two people have signed, in order."""
    query = (
        select(reconciliation_signoff.c.year, reconciliation_signoff.c.month)
        .join(reconciliation_signature, reconciliation_signature.c.signoff_id == reconciliation_signoff.c.id)
        .where(reconciliation_signoff.c.book == book, reconciliation_signature.c.part == "reviewer")
    )
    return sorted((year, month) for year, month in connection.execute(query))


def changes_since(connection: Connection, signed: Signed, now: Etat) -> list[str]:
    """What a month's data says now that it did not say when its statement was frozen."""
    return changes(json.loads(signed.content), now.as_json())


def sign_month(unit: Any, book: str, year: int, month: int, signer: Signer | None) -> Answer:
    """Sign a month: the accountant of the book prepares and freezes it, then another accountant or the financial
    controller signs the same content. `signer` holds the person's key, opened for this act.

    Refuses: users_undeclared, book_unknown, role_forbidden, book_forbidden, key_needed, key_unregistered,
    etat_month_not_over, etat_signed, etat_month_order, etat_not_signable, etat_same_person, etat_changed.
    """
    connection, today = unit.connection, unit.now.date()
    require_people(unit.user, ACT)
    require_book(connection, book)
    name, end = month_name(year, month), month_end(year, month)
    if today <= end:
        raise EtatMonthNotOver(book=book, month=name, end=end, today=today)
    before = signed_month(connection, book, year, month)
    if before is not None and before.reviewer is not None:
        raise EtatSigned(book=book, month=name, preparer=before.preparer, reviewer=before.reviewer)
    check_order(book, year, month, signed_months(connection, book))
    _check_key(unit, signer)
    now = etat_of(connection, book, year, month, known_command=unit.command_id - 1)
    changed = [] if before is None else changes_since(connection, before, now)
    own = unit.user.role == "accountant" and unit.user.book in (None, book)
    if before is None or (changed and own):
        allow(unit.user, ACT, "accountant", book=book)
        check_signable(now)
        return _prepare(unit, now, signer)
    # the reviewer may be the accountant of another book: no book is asked of them
    allow(unit.user, "vérifier un état de rapprochement", "accountant", "controller")
    if before.preparer == unit.user.name:
        raise EtatSamePerson(name=unit.user.name, book=book, month=name)
    if changed:
        raise EtatChanged(book=book, month=name, preparer=before.preparer, changes=" ".join(changed[:5]))
    _sign(unit, before.signoff_id, book, name, before.revision, before.sha256, "reviewer", signer)
    return _answer(book, name, before.revision, "reviewer", unit.user.name, before.sha256)


def _check_key(unit: Any, signer: Signer | None) -> None:
    if signer is None or not keys_at(unit.connection, unit.user.name, unit.now):
        raise KeyNeeded(name=unit.user.name)
    check_specimen(unit.connection, unit.user.name, signer.public_key, unit.now)


def _prepare(unit: Any, now: Etat, signer: Signer | None) -> Answer:
    connection, table = unit.connection, reconciliation_signoff.c
    content, digest = frozen(now)
    mine = (table.book == now.book) & (table.year == now.year) & (table.month == now.month)
    revision = int(connection.execute(select(func.coalesce(func.max(table.revision), 0)).where(mine)).scalar_one()) + 1
    signoff_id = unit.next_id(reconciliation_signoff)
    rows = [{"signoff_id": signoff_id, "line_id": line} for line in now.bank_line_ids]
    if rows:
        connection.execute(insert(reconciliation_signoff_line), rows)
    connection.execute(
        insert(reconciliation_signoff).values(
            id=signoff_id, book=now.book, year=now.year, month=now.month, revision=revision, content=content,
            sha256=digest, known_entry=now.known_entry, known_command=now.known_command, at=unit.now,
            actor=unit.user.name, command_id=unit.command_id,
        )
    )  # fmt: skip
    name = month_name(now.year, now.month)
    _sign(unit, signoff_id, now.book, name, revision, digest, "preparer", signer)
    return _answer(now.book, name, revision, "preparer", unit.user.name, digest)


def _sign(
    unit: Any, signoff_id: int, book: str, month: str, revision: int, digest: str, part: str, signer: Signer | None
) -> None:
    if signer is None:
        raise KeyNeeded(name=unit.user.name)
    data = signed_bytes(
        book=book, month=month, revision=revision, sha256=digest, part=part, person=unit.user.name,
        signed_at=instant_text(unit.now),
    )  # fmt: skip
    unit.connection.execute(
        insert(reconciliation_signature).values(
            signoff_id=signoff_id, part=part, person=unit.user.name, algorithm="ed25519",
            public_key=signer.public_key, signature=signer.sign(data), signed_at=unit.now, command_id=unit.command_id,
        )
    )  # fmt: skip


def _answer(book: str, month: str, revision: int, part: str, person: str, digest: str) -> Answer:
    return {"book": book, "month": month, "revision": revision, "part": part, "person": person, "sha256": digest}
