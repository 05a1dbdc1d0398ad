"""Exact reference and equal amount, unique on both sides."""

from collections.abc import Iterable
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

from ledger.money import format_each
from ledger.plural import counted
from reconcile.matching.config import MatchConfig
from reconcile.matching.evidence import nature_objection
from reconcile.matching.facts import ReferenceFacts
from reconcile.matching.passes.reference_pairs import Found, Several, by_handfuls, reference_pairs
from reconcile.matching.rows import BankId, BankLine, BookId, BookLine, Match
from reconcile.matching.table import WorkTable, bank_order, book_order, francs, gap_text, name_bank, name_book

NAME = "reference"
TITLE = "Référence exacte"
EXPLANATION = (
    "La même référence est portée par une seule ligne de relevé et une seule ligne d'écriture du même montant, "
    "à une distance de dates raisonnable."
)

ALONE = "Aucune autre ligne d'écriture ne porte cette référence."
FAR = "les dates sont trop éloignées pour une référence qui peut resservir"


def run(table: WorkTable) -> None:
    """Confirm the pairs that one exact reference and one amount designate on both sides."""
    if table.references_settled:
        return
    pairs = reference_pairs(table.bank.values(), table.book.values())
    found, confirmed = len(pairs.alone) + len(pairs.disputed), len(table.confirmed)
    for some in by_handfuls(pairs.alone):
        sure = _decide(table, some)
        table.confirm_pairs(list(_matches(sure)), sure.bank, sure.book)
    if pairs.disputed:
        _show_ties(table, pairs.disputed)
    table.references_settled = len(table.confirmed) - confirmed == found


class _Sure(NamedTuple):
    """The columns of the pairs that are confirmed."""

    bank: list[BankId]
    book: list[BookId]
    keys: list[str]
    amounts: list[int]
    gaps: list[int]
    nearest: list[str]


def _decide(table: WorkTable, pairs: list[Found]) -> _Sure:
    """The pairs against which nothing speaks; the others are shown."""
    config, telling, charges = table.config, table.telling, table.config.charge_types
    sure = _Sure([], [], [], [], [], [])
    columns: tuple[list[Any], ...] = sure
    bank, book, keys, amounts, gaps, others = (column.append for column in columns)
    between = table.days.between
    for line, entry, key, bearers in pairs:
        # the fields by their places, at once: one by one by their names they cost three times as much
        line_id, code, _, _, seen, _, amount, reversal, _, _, kind, _, label, _ = line
        gap = 0 if seen == entry.date else between(code, seen, entry.date)
        nearest = ALONE if bearers is entry or isinstance(bearers, BookLine) else _nearest(entry, bearers)
        # only what the bank tells of the nature of a line can speak against it
        told = reversal or kind in charges or label in telling
        objection = nature_objection(line, entry, config) if told else ""
        if gap and _far(line, entry, config):
            objection = FAR
        if objection:
            _propose(table, line, entry, key, gap, objection, nearest)
            continue
        bank(line_id)
        book(entry.id)
        keys(key)
        amounts(amount)
        gaps(gap)
        others(nearest)
    return sure


def _far(line: BankLine, entry: BookLine, config: MatchConfig) -> bool:
    return abs((line.booking_date - entry.date).days) > config.reference_days


def _propose(
    table: WorkTable, line: BankLine, entry: BookLine, key: str, gap: int, objection: str, nearest: str
) -> None:
    table.show(
        Match(
            NAME,
            "proposed",
            (line.id,),
            (entry.id,),
            f"Référence {key} identique, montant {francs(line.amount)}, {gap_text(gap)} ; à confirmer : {objection}.",
            {"reference": key, "amount": line.amount, "working_days": gap},
            nearest,
        )
    )


def _matches(sure: _Sure) -> Iterable[Match]:
    told = {gap: gap_text(gap) for gap in set(sure.gaps)}
    size = len(sure.bank)
    columns: tuple[Iterable[object], ...] = (
        repeat(NAME, size),
        repeat("confirmed", size),
        zip(sure.bank, strict=True),
        zip(sure.book, strict=True),
        [
            f"Référence {key} identique, montant {amount}\u00a0F, {told[gap]}."
            for key, amount, gap in zip(sure.keys, format_each(sure.amounts), sure.gaps, strict=True)
        ],
        map(ReferenceFacts, sure.keys, sure.amounts, sure.gaps),
        sure.nearest,
        repeat(None, size),
    )
    # made by the tuple's own constructor: the named one costs three times as much, a hundred thousand times
    return map(partial(tuple.__new__, Match), zip(*columns, strict=True))


def _nearest(entry: BookLine, bearers: Several) -> str:
    best = bearers.nearest(entry)
    if best is None:
        return ALONE
    return (
        f"Écartée : {name_book(best)}, même référence, montant différent de {francs(abs(best.amount - entry.amount))}."
    )


def _show_ties(table: WorkTable, ties: list[Found]) -> None:
    pairs: dict[int, set[BookId]] = {}
    taken: dict[BookId, set[int]] = {}
    keys: dict[int, str] = {}
    for line, entry, key, _ in ties:
        pairs.setdefault(line.id, set()).add(entry.id)
        taken.setdefault(entry.id, set()).add(line.id)
        keys.setdefault(line.id, key)
    done: set[int] = set()
    for start in sorted((table.bank[line_id] for line_id in pairs), key=bank_order):
        if start.id in done:
            continue
        lines, entries, waiting = {start.id}, set[BookId](), [start.id]
        while waiting:
            for entry_id in pairs[waiting.pop()] - entries:
                entries.add(entry_id)
                fresh = taken[entry_id] - lines
                lines |= fresh
                waiting.extend(fresh)
        done |= lines
        bank = sorted((table.bank[line_id] for line_id in lines), key=bank_order)
        book = sorted((table.book[entry_id] for entry_id in entries), key=book_order)
        table.show(
            Match(
                NAME,
                "ambiguous",
                tuple(line.id for line in bank),
                tuple(entry.id for entry in book),
                f"Référence {keys[start.id]} et montant {francs(start.amount)} portés par "
                f"{counted(len(bank), 'ligne')} de relevé et {counted(len(book), 'ligne')} d'écriture : "
                "rien ne dit laquelle répond à laquelle.",
                {"reference": keys[start.id], "amount": start.amount, "bank_lines": len(bank), "book_lines": len(book)},
                f"Possibles : {name_bank(bank[0])} ; {name_book(book[0])}.",
            )
        )
