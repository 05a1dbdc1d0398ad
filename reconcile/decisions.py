"""What people decided against: a match that was undone is proposed again, never confirmed by the machine."""

from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from reconcile.match_tables import bank_match, bank_match_entry_line, bank_match_line, match_undo
from reconcile.matching.rows import BankId, BookId, Match, Outcome, PassStats


class Undone(NamedTuple):
    """Pairs of lines that a person parted, and bank lines whose entry a person took back; each with the reason."""

    pairs: dict[tuple[BankId, BookId], str]
    postings: dict[BankId, str]


def undone_decisions(connection: Connection, book: str) -> Undone:
    """All that was ever undone in a book."""
    found = Undone({}, {})
    query = (
        select(match_undo.c.match_id, match_undo.c.reason, bank_match.c.posted_entry)
        .join(bank_match, bank_match.c.id == match_undo.c.match_id)
        .where(bank_match.c.book == book)
        .order_by(match_undo.c.command_id, match_undo.c.match_id)
    )
    for match_id, reason, posted in connection.execute(query).all():
        lines = connection.execute(select(bank_match_line.c.line_id).where(bank_match_line.c.match_id == match_id))
        bank = [int(row[0]) for row in lines]
        if posted is not None:
            found.postings.update(dict.fromkeys(bank, reason))
            continue
        held = bank_match_entry_line
        booked = connection.execute(select(held.c.entry_id, held.c.position).where(held.c.match_id == match_id)).all()
        found.pairs.update({(line, (row[0], row[1])): reason for line in bank for row in booked})
    return found


def respect(outcome: Outcome, undone: Undone) -> Outcome:
    """The outcome in which whatever a person undid is only proposed; nothing else changes."""
    matches = tuple(_respected(found, undone) for found in outcome.matches)
    changed = [(old, new) for old, new in zip(outcome.matches, matches, strict=True) if old is not new]
    if not changed:
        return outcome
    passes = tuple(_counted(one, [old for old, _ in changed]) for one in outcome.passes)
    parted = {id(old) for old, _ in changed}
    decided = tuple(found for found in outcome.decided if id(found) not in parted)
    return outcome._replace(matches=matches, passes=passes, decided=decided)


def _respected(found: Match, undone: Undone) -> Match:
    if found.status != "confirmed":
        return found
    reason = None
    if found.posting is not None:
        reason = next((undone.postings[line] for line in found.bank_ids if line in undone.postings), None)
    elif undone.pairs:
        pairs: Any = ((line, place) for line in found.bank_ids for place in found.book_ids)
        reason = next((undone.pairs[pair] for pair in pairs if pair in undone.pairs), None)
    if reason is None:
        return found
    told = f"{found.reason.rstrip('.')} ; à confirmer : ce rapprochement a été annulé (« {reason} »)."
    return found._replace(status="proposed", reason=told)


def _counted(one: PassStats, demoted: list[Match]) -> PassStats:
    moved = len([match for match in demoted if match.pass_name == one.name])
    return one._replace(confirmed=one.confirmed - moved, proposed=one.proposed + moved)
