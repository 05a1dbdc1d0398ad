"""Credits that wait on 4712x and look like a remittance declared since: proposed for regularisation, never posted."""

import datetime as dt
import shlex
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from ledger.balance import last_date
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
    `item` is the name of the open item in `open_suspense`; `found_by` is `reference` or `amount`; `reason` says it to
    a person.
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
    item: str

    @property
    def command(self) -> str:
        """What the accountant types to accept the proposal; its motive is kept in the books."""
        motive = f"reversement {self.reference} déclaré depuis"
        return (
            f"pcaes reconcile regularise {self.entry} --account {self.to} --reference {shlex.quote(self.reference)} "
            f"--amount {self.amount} --reason {shlex.quote(motive)}"
        )


class _Declared(NamedTuple):
    reference: str
    forms: frozenset[str]
    rest: int
    date: dt.date | None


class _Seen(NamedTuple):
    """What counts: until a day (None: the whole books), an entry and a command recorded."""

    day: dt.date | None
    known: int
    known_command: int


def proposed_regularisations(
    connection: Connection,
    book: str | None = None,
    *,
    as_of: dt.date | None = None,
    known: int | None = None,
    known_command: int | None = None,
) -> list[ProposedRegularisation]:
    """The credits imputed to 4712x that a declared and still uncredited remittance explains, oldest first.

    A credit that bears the reference comes first; then one whose amount is that of one remittance alone, which answers
    to no other credit, within 31 days. A remittance is proposed once, and never for more than its rest.
    `as_of` before the last accounting date hides what came later; `known` and `known_command` what was recorded later.
    """
    last = last_date(connection, _EVER if known is None else known)
    past = as_of is not None and last is not None and as_of < last
    seen = _Seen(
        as_of if past else None, _EVER if known is None else known, _EVER if known_command is None else known_command
    )
    found: list[ProposedRegularisation] = []
    for code in BOOKS if book is None else (book,):
        found.extend(_of_book(connection, code, seen))
    return found


def _of_book(connection: Connection, book: str, seen: _Seen) -> list[ProposedRegularisation]:
    account = account_of("4712", book)
    moves = suspense_moves(connection, book, seen.day or dt.date.max, seen.known)
    moves = [one for one in moves if one.account == account]
    items = [one for one in open_suspense(moves) if one.left < 0]
    if not items:
        return []
    declared = _declared(connection, book, seen)
    if not declared:
        return []
    texts = _texts(connection, items, moves, seen)
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


def _declared(connection: Connection, book: str, seen: _Seen) -> dict[str, _Declared]:
    """By reference in capitals: what was declared under it and that the books have not credited yet."""
    found: dict[str, _Declared] = {}
    for row in declared_remittances(
        connection, book, as_of=seen.day, known=seen.known, known_command=seen.known_command
    ):
        key = exact_key(row.reference)
        if key:
            before = found.get(key)
            days = [day for day in (row.date, before and before.date) if day is not None]
            rest = row.amount - row.credited + (before.rest if before else 0)
            forms = frozenset((key, *canonical(key)))
            found[key] = _Declared(row.reference.strip(), forms, rest, min(days) if days else None)
    return {key: one for key, one in found.items() if one.rest > 0}


def _texts(
    connection: Connection, items: Sequence[SuspenseItem], moves: Sequence[Moved], seen: _Seen
) -> dict[str, tuple[str, ...]]:
    """What each open item can be known by: its own words, its document and reference, its bank line."""
    open_ids = {item.id for item in items}
    lines = {f"C-{one.place}": one for one in moves}
    ids = sorted({lines[place].entry_id for place in open_ids})
    words: dict[int, tuple[str, ...]] = {}
    undone = and_(match_undo.c.match_id == bank_match.c.id, match_undo.c.command_id <= seen.known_command)
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        own = (
            select(entry.c.id, entry.c.document, entry_line.c.reference)
            .join(entry_line, entry_line.c.entry_id == entry.c.id)
            .where(entry.c.id.in_(some), entry_line.c.account == lines[items[0].id].account)
        )
        at_bank = (
            select(
                bank_match.c.posted_entry, statement_line.c.customer_reference, statement_line.c.bank_reference,
                statement_line.c.label, statement_line.c.details,
            )
            .join(bank_match_line, bank_match_line.c.match_id == bank_match.c.id)
            .join(statement_line, statement_line.c.id == bank_match_line.c.line_id)
            .outerjoin(match_undo, undone)
            .where(bank_match.c.posted_entry.in_(some), match_undo.c.match_id.is_(None))
        )  # fmt: skip
        for query in (own, at_bank):
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
        rest, amount, found_by, f"{reason}.", item.id,
    )  # fmt: skip
