"""Exact reference and equal amount, unique on both sides."""

from ledger.plural import counted
from reconcile.matching.evidence import nature_objection
from reconcile.matching.references import exact_key
from reconcile.matching.rows import BankLine, BookId, BookLine, Match, Status
from reconcile.matching.table import WorkTable, bank_order, book_order, francs, gap_text, name_bank, name_book

NAME = "reference"
TITLE = "Référence exacte"
EXPLANATION = (
    "La même référence est portée par une seule ligne de relevé et une seule ligne d'écriture du même montant, "
    "à une distance de dates raisonnable."
)

ByReference = dict[str, dict[str, list[BookLine]]]
"""Book → exact reference → its open lines. Nested, because a pair of texts as key costs twice the time."""

Found = tuple[BankLine, BookLine, str]


def run(table: WorkTable) -> None:
    """Confirm the pairs that one exact reference and one amount designate on both sides."""
    by_reference = _index(table)
    pairs: list[Found] = []
    claims: dict[BookId, int] = {}
    several: set[int] = set()
    nothing: dict[str, list[BookLine]] = {}
    for line in table.bank.values():
        known = by_reference.get(line.book, nothing)
        first: BookId | None = None
        for text in (line.customer_reference, line.bank_reference):
            if not text:
                continue
            # The index holds telling references only, so the bank's text needs no check of its own.
            key = text.strip().upper()
            for entry in known.get(key, ()):
                if entry.amount != line.amount or entry.id == first:
                    continue
                if first is not None:
                    several.add(line.id)
                first = first or entry.id
                pairs.append((line, entry, key))
                claims[entry.id] = claims.get(entry.id, 0) + 1
    ties: list[Found] = []
    for pair in pairs:
        if pair[0].id in several or claims[pair[1].id] > 1:
            ties.append(pair)
        else:
            _decide(table, *pair, by_reference[pair[0].book][pair[2]])
    if ties:
        _show_ties(table, ties)


def _index(table: WorkTable) -> ByReference:
    by_reference: ByReference = {}
    for entry in table.book.values():
        known = by_reference.setdefault(entry.book, {})
        one, other = entry.references
        first, second = exact_key(one), exact_key(other)
        if first:
            known.setdefault(first, []).append(entry)
        if second and second != first:
            known.setdefault(second, []).append(entry)
    return by_reference


def _decide(table: WorkTable, line: BankLine, entry: BookLine, key: str, bearers: list[BookLine]) -> None:
    seen, booked = line.booking_date, entry.date
    gap = 0 if seen == booked else table.days.between(line.book, seen, booked)
    objection = nature_objection(line, entry, table.config)
    if gap and abs((seen - booked).days) > table.config.reference_days:
        objection = "les dates sont trop éloignées pour une référence qui peut resservir"
    status: Status = "proposed" if objection else "confirmed"
    reason = f"Référence {key} identique, montant {francs(line.amount)}, {gap_text(gap)}"
    match = Match(
        NAME,
        status,
        (line.id,),
        (entry.id,),
        f"{reason} ; à confirmer : {objection}." if objection else f"{reason}.",
        {"reference": key, "amount": line.amount, "working_days": gap},
        _nearest(entry, bearers),
    )
    if objection:
        table.show(match)
    else:
        table.confirm(match)


def _nearest(entry: BookLine, same_reference: list[BookLine]) -> str:
    if len(same_reference) == 1:
        return "Aucune autre ligne d'écriture ne porte cette référence."
    others = sorted(
        (other for other in same_reference if other is not entry), key=lambda x: abs(x.amount - entry.amount)
    )
    best = min(
        (other for other in others if abs(other.amount - entry.amount) == abs(others[0].amount - entry.amount)),
        key=book_order,
    )
    return (
        f"Écartée : {name_book(best)}, même référence, montant différent de {francs(abs(best.amount - entry.amount))}."
    )


def _show_ties(table: WorkTable, ties: list[Found]) -> None:
    pairs: dict[int, set[BookId]] = {}
    taken: dict[BookId, set[int]] = {}
    keys: dict[int, str] = {}
    for line, entry, key in ties:
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
