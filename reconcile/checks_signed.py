"""What is recomputed about signed reconciliation statements: hashes, signatures, people, order."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from ledger.check import Check, Row
from ledger.tables.signoff import reconciliation_signature, reconciliation_signoff, reconciliation_signoff_line
from ledger.tables.types import instant_text
from reconcile.signoff_rules import month_name, signed_bytes


def _still_true(connection: Connection) -> Iterable[Row]:
    """The frozen content bears its hash, adds up, lists its lines, and both signatures are good."""
    signatures: dict[int, list[Any]] = {}
    for row in connection.execute(select(reconciliation_signature).order_by(reconciliation_signature.c.part)):
        signatures.setdefault(row.signoff_id, []).append(row)
    lines: dict[int, set[int]] = {}
    for row in connection.execute(select(reconciliation_signoff_line)):
        lines.setdefault(row.signoff_id, set()).add(row.line_id)
    for row in connection.execute(select(reconciliation_signoff).order_by(reconciliation_signoff.c.id)):
        mine = signatures.pop(row.id, [])
        for fault in (*_of_content(row, lines.pop(row.id, set())), *_of_signatures(row, mine)):
            yield {"book": row.book, "month": month_name(row.year, row.month), "revision": row.revision, "fault": fault}
    for orphan in sorted(set(signatures) | set(lines)):
        yield {"signoff": orphan, "fault": "des signatures ou des lignes n'ont pas d'état"}


def _of_content(row: Any, listed: set[int]) -> Iterable[str]:
    if hashlib.sha256(row.content.encode("utf-8")).hexdigest() != row.sha256:
        yield "le contenu figé n'a pas l'empreinte enregistrée"
    content = json.loads(row.content)
    if (content["book"], content["year"], content["month"]) != (row.book, row.year, row.month):
        yield "le contenu figé est celui d'un autre livre ou d'un autre mois"
    books = content["book_balance"] + sum(item["amount"] for item in content["to_book"])
    bank = content["bank_balance"] + sum(item["amount"] for item in content["to_bank"])
    if not books == content["adjusted_book"] == content["adjusted_bank"] == bank:
        yield "les deux soldes rectifiés du contenu figé ne sont pas égaux"
    if {f"B-{line}" for line in listed} != {item["id"] for item in content["to_book"]}:
        yield "les lignes retenues ne sont pas celles du contenu figé"


def _of_signatures(row: Any, signatures: list[Any]) -> Iterable[str]:
    from ledger.signing import signature_holds

    people = {one.part: one for one in signatures}
    if "preparer" not in people:
        yield "la signature de qui l'a établi manque"
    for part, one in people.items():
        data = signed_bytes(
            book=row.book, month=month_name(row.year, row.month), revision=row.revision, sha256=row.sha256, part=part,
            person=one.person, signed_at=instant_text(one.signed_at),
        )  # fmt: skip
        if not signature_holds(bytes.fromhex(one.public_key), bytes.fromhex(one.signature), data):
            yield f"la signature de {one.person} n'est pas celle de ce contenu"
    if len(people) == 2:
        if people["preparer"].person == people["reviewer"].person:
            yield "la même personne a établi et vérifié"
        if people["reviewer"].signed_at < people["preparer"].signed_at:
            yield "la vérification est datée d'avant l'établissement"


def _in_order(connection: Connection) -> Iterable[Row]:
    """The months that two people signed follow one another, each once."""
    query = (
        select(reconciliation_signoff)
        .join(reconciliation_signature, reconciliation_signature.c.signoff_id == reconciliation_signoff.c.id)
        .where(reconciliation_signature.c.part == "reviewer")
        .order_by(reconciliation_signoff.c.book, reconciliation_signoff.c.year, reconciliation_signoff.c.month)
    )
    before: dict[str, int] = {}
    for row in connection.execute(query):
        rank = row.year * 12 + row.month
        if row.book in before and rank != before[row.book] + 1:
            yield {"book": row.book, "month": month_name(row.year, row.month), "fault": "un mois manque ou est double"}
        before[row.book] = rank


SIGNED = (
    Check(
        "signed_reconciliation_still_true",
        "Chaque état de rapprochement signé a son empreinte, ses deux soldes égaux et des signatures bonnes",
        _still_true,
    ),
    Check("signed_reconciliation_order", "Les états de rapprochement sont signés mois après mois", _in_order),
)
