"""Credits that wait on 4712x and look like a remittance declared since: proposed for regularisation, never posted."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.book import BOOKS
from ledger.chart import account_of
from ledger.levy.remittances import declared_remittances
from ledger.money import format_francs
from ledger.tables.journal import entry, entry_line
from reconcile.match_tables import bank_match, bank_match_line, match_undo
from reconcile.matching.references import canonical, exact_key, spans
from reconcile.suspense import Moved, SuspenseItem, open_suspense, suspense_moves
from reconcile.tables import statement_line

DAYS_APART = 31
"""A credit without the reference is recognised by its amount up to so many days from the declared remittance."""

_EVER = 2**62


class ProposedRegularisation(NamedTuple):
    """What `reconcile regularise` would be told: `amount` of `entry` from `account` to `to`, under `reference`.

    `left` is what waits of the entry, `rest` what was declared under the reference and never credited; whole francs.
    `found_by` is `reference` or `amount`; `reason` says it to a person.
    """

    book: str
    entry: str
    date: dt.date
    label: str
    account: str
    left: int
    to: str
    reference: str
    rest: int
    amount: int
    found_by: str
    reason: str


class _Declared(NamedTuple):
    reference: str
    forms: frozenset[str]
    rest: int
    date: dt.date | None


def proposed_regularisations(connection: Connection, book: str | None = None) -> list[ProposedRegularisation]:
    """The credits imputed to 4712x that a declared and still uncredited remittance explains, oldest first.

    A credit that bears the reference comes first; then one whose amount is that of one remittance alone, which answers
    to no other credit, within 31 days. A remittance is proposed once, and never for more than its rest.
    """
    found: list[ProposedRegularisation] = []
    for code in BOOKS if book is None else (book,):
        found.extend(_of_book(connection, code))
    return found


def _of_book(connection: Connection, book: str) -> list[ProposedRegularisation]:
    account = account_of("4712", book)
    moves = [one for one in suspense_moves(connection, book, dt.date.max, _EVER) if one.account == account]
    items = [one for one in open_suspense(moves) if one.left < 0]
    if not items:
        return []
    declared = _declared(connection, book)
    if not declared:
        return []
    texts = _texts(connection, items, moves)
    rests = {key: one.rest for key, one in declared.items()}
    lefts = {item.id: -item.left for item in items}
    found: list[ProposedRegularisation] = []
    for item in items:
        for key in _borne(texts.get(item.id, ()), declared):
            amount = min(lefts[item.id], rests[key])
            if amount:
                found.append(_made(book, item, lefts[item.id], declared[key], rests[key], amount, "reference"))
                lefts[item.id] -= amount
                rests[key] -= amount
    named = {one.entry for one in found}
    unnamed = [one for one in items if _entry(one) not in named]
    for item in unnamed:
        only = _only(item, unnamed, declared, rests)
        if only is not None:
            found.append(_made(book, item, lefts[item.id], declared[only], rests[only], lefts[item.id], "amount"))
    return sorted(found, key=lambda one: (one.date, one.entry, one.reference))


def _declared(connection: Connection, book: str) -> dict[str, _Declared]:
    """By reference in capitals: what was declared under it and that the books have not credited yet."""
    found: dict[str, _Declared] = {}
    for row in declared_remittances(connection, book):
        key = exact_key(row.reference)
        if key:
            before = found.get(key)
            days = [day for day in (row.date, before and before.date) if day is not None]
            rest = row.amount - row.credited + (before.rest if before else 0)
            forms = frozenset((key, *canonical(key)))
            found[key] = _Declared(row.reference.strip(), forms, rest, min(days) if days else None)
    return {key: one for key, one in found.items() if one.rest > 0}


def _texts(connection: Connection, items: Sequence[SuspenseItem], moves: Sequence[Moved]) -> dict[str, tuple[str, ...]]:
    """What each open item can be known by: its own words, its document and reference, its bank line."""
    open_ids = {item.id for item in items}
    lines = {f"C-{one.place}": one for one in moves}
    ids = sorted({lines[place].entry_id for place in open_ids})
    words: dict[int, tuple[str, ...]] = {}
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        own = (
            select(entry.c.id, entry.c.document, entry_line.c.reference)
            .join(entry_line, entry_line.c.entry_id == entry.c.id)
            .where(entry.c.id.in_(some), entry_line.c.account == lines[items[0].id].account)
        )
        seen = (
            select(
                bank_match.c.posted_entry, statement_line.c.customer_reference, statement_line.c.bank_reference,
                statement_line.c.label, statement_line.c.details,
            )
            .join(bank_match_line, bank_match_line.c.match_id == bank_match.c.id)
            .join(statement_line, statement_line.c.id == bank_match_line.c.line_id)
            .outerjoin(match_undo, match_undo.c.match_id == bank_match.c.id)
            .where(bank_match.c.posted_entry.in_(some), match_undo.c.match_id.is_(None))
        )  # fmt: skip
        for query in (own, seen):
            for row in connection.execute(query):
                words[row[0]] = (*words.get(row[0], ()), *(text for text in row[1:] if text))
    return {place: (*words.get(lines[place].entry_id, ()), lines[place].label) for place in open_ids}


def _borne(texts: Sequence[str], declared: dict[str, _Declared]) -> list[str]:
    """The references that the texts bear, in one of the ways in which banks garble them."""
    read = {form for text in texts for form in (exact_key(text), *spans(text))}
    return sorted(key for key, one in declared.items() if one.forms & read)


def _only(
    item: SuspenseItem, others: Sequence[SuspenseItem], declared: dict[str, _Declared], rests: dict[str, int]
) -> str | None:
    """The one remittance whose rest is this credit to the franc, when no other credit is as much."""
    keys = [
        key
        for key, one in declared.items()
        if rests[key] == -item.left and one.date is not None and abs((one.date - item.first_seen).days) <= DAYS_APART
    ]
    alike = [one for one in others if one.left == item.left]
    return keys[0] if len(keys) == 1 and len(alike) == 1 else None


def _entry(item: SuspenseItem) -> str:
    return item.id.removeprefix("C-").partition(":")[0]


def _made(
    book: str, item: SuspenseItem, left: int, one: _Declared, rest: int, amount: int, found_by: str
) -> ProposedRegularisation:
    on = f" du {one.date:%d/%m/%Y}" if one.date is not None else ""
    if found_by == "reference":
        reason = f"Porte la référence {one.reference}, déclarée depuis ; reste à créditer {format_francs(rest)}"
    else:
        reason = f"Sans la référence, mais du montant exact du seul reversement {one.reference}{on} resté sans crédit"
    if amount < left:
        reason += f" ; {format_francs(left - amount)} restent à expliquer"
    return ProposedRegularisation(
        book, _entry(item), item.first_seen, item.label, item.account, left, account_of("4487", book), one.reference,
        rest, amount, found_by, f"{reason}.",
    )  # fmt: skip
