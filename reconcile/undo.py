"""Undo a match: the lines are open again, and the entry that the match had posted is taken back."""

from typing import Any

from sqlalchemy import insert, select

from ledger.correct import reverse_entry
from ledger.read import find_by_id
from ledger.users import allow
from reconcile.act_rules import ImputationRegularised, MatchUndone, MatchUnknown
from reconcile.match_tables import bank_match, match_undo
from reconcile.regularisations import regularisations_of
from reconcile.settle_lines import require_reason
from reconcile.standing import shown_lines
from reconcile.statements import StatementUnknown
from reconcile.tables import statement

Answer = dict[str, Any]


def undo_match(unit: Any, match_id: int, reason: str | None) -> Answer:
    """Undo a match for a reason that stays in the books; nothing is rewritten.

    An entry that the match posted is corrected *en négatif* in the same act. The machine proposes what was
    undone, and never confirms it again by itself.
    Refuses: match_unknown, match_undone, reason_missing, imputation_regularised, role_forbidden, book_forbidden,
    and what `reverse_entry` refuses.
    """
    connection = unit.connection
    row = connection.execute(select(bank_match).where(bank_match.c.id == match_id)).one_or_none()
    if row is None:
        raise MatchUnknown(match=match_id)
    allow(unit.user, "annuler un rapprochement", "accountant", book=row.book)
    before = connection.execute(select(match_undo).where(match_undo.c.match_id == match_id)).one_or_none()
    if before is not None:
        raise MatchUndone(match=match_id, by=before.actor, reason=before.reason)
    why = require_reason(reason, f"le rapprochement n° {match_id}")
    connection.execute(
        insert(match_undo).values(
            match_id=match_id, reason=why, at=unit.now, actor=unit.user.name, command_id=unit.command_id
        )
    )
    answer: Answer = {"match": match_id, "book": row.book, "corrected": None, "entries": []}
    if row.posted_entry is not None:
        posted = find_by_id(connection, row.posted_entry)
        regularised = regularisations_of(connection, posted.id)
        if regularised:
            raise ImputationRegularised(entry=posted.reference, regularised=regularised[0].reference)
        done = reverse_entry(unit, posted.reference, "negative", why)
        answer |= {"corrected": posted.reference, "entries": done["entries"]}
    return answer


def undo_statement(unit: Any, statement_id: int, reason: str | None) -> Answer:
    """Undo, in one act and for one reason, every match in force of the lines that only this statement shows: what
    stands in the way of its withdrawal. `undone` tells each as `undo_match` does; none when nothing was matched.

    Refuses: statement_unknown, role_forbidden, book_forbidden, reason_missing, and what `undo_match` refuses.
    """
    book = unit.connection.execute(select(statement.c.book).where(statement.c.id == statement_id)).scalar()
    if book is None:
        raise StatementUnknown(id=statement_id)
    allow(unit.user, "annuler un rapprochement", "accountant", book=book)
    why = require_reason(reason, f"le relevé n° {statement_id}")
    lines = shown_lines(unit.connection, statement_id)
    matches = sorted({line.held for line in lines if line.held is not None and not line.kept})
    return {"statement": statement_id, "book": book, "undone": [undo_match(unit, match, why) for match in matches]}
