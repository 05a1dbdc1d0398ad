"""Who has signed a month's reconciliation statement, as known then."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from ledger.tables.signoff import reconciliation_signature, reconciliation_signoff


class EtatSignature(NamedTuple):
    """One signature: `part` is `preparer` or `reviewer`; `sha256` is that of the content signed."""

    part: str
    person: str
    signed_at: dt.datetime
    sha256: str


def signatures(connection: Connection, book: str, day: dt.date, known_command: int) -> list[EtatSignature]:
    """The signatures of the last statement prepared for the month that ends on `day`; none for another day."""
    if (day + dt.timedelta(days=1)).day != 1:
        return []
    frozen, signed = reconciliation_signoff.c, reconciliation_signature.c
    last = connection.execute(
        select(frozen.id, frozen.sha256)
        .where(frozen.book == book, frozen.year == day.year, frozen.month == day.month)
        .where(frozen.command_id <= known_command)
        .order_by(frozen.revision.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return []
    rows = connection.execute(
        select(signed.part, signed.person, signed.signed_at)
        .where(signed.signoff_id == last.id, signed.command_id <= known_command)
        .order_by(signed.part)
    )
    return [EtatSignature(row.part, row.person, row.signed_at, last.sha256) for row in rows]


def signature_notes(found: list[EtatSignature]) -> tuple[str, str]:
    """The two lines under a statement: who signed and when, or the place where to sign."""
    by_part = {one.part: one for one in found}
    parts = (
        ("preparer", "Établi par le comptable du livre"),
        ("reviewer", "Vérifié par un autre comptable ou le contrôleur financier"),
    )
    lines = []
    for part, words in parts:
        one = by_part.get(part)
        if one is None:
            lines.append(f"{words} : pas encore signé.   Nom, date et signature :")
        else:
            at = one.signed_at.astimezone(dt.UTC)
            seal = f"empreinte {one.sha256[:12]}"
            lines.append(f"{words} : {one.person}, signé le {at:%d/%m/%Y à %H:%M} UTC (Ed25519, {seal}).")
    return lines[0], lines[1]


def signature_json(found: list[EtatSignature]) -> dict[str, Any]:
    """`{"preparer": name or null, "reviewer": name or null, "sha256": … or null}`."""
    people = {one.part: one.person for one in found}
    return {
        "preparer": people.get("preparer"),
        "reviewer": people.get("reviewer"),
        "sha256": found[0].sha256 if found else None,
    }
