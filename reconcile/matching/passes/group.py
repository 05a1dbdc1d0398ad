"""One line against several, found by exact subset sum and confirmed only when a reference ties them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ledger.money import format_francs
from reconcile.matching.references import canonical, exact_key
from reconcile.matching.rows import BankLine, BookId, BookLine, Match, Status
from reconcile.matching.subset_sum import SubsetSum
from reconcile.matching.table import Mentions, WorkTable, bank_order, book_order, francs, gap_text
from reconcile.matching.words import says_charge

NAME = "group"
TITLE = "Groupes"
EXPLANATION = (
    "Une ligne de relevé égale la somme de plusieurs écritures, ou l'inverse. Toutes les combinaisons sont comptées : "
    "une seule réponse et une référence commune confirment, tout le reste est montré."
)


class Side(NamedTuple):
    """The single line and the lines among which its parts are sought, in one vocabulary for both directions."""

    single: BankLine | BookLine
    day: date
    parts: Sequence[BankLine | BookLine]
    tie: str


def run(table: WorkTable) -> None:
    """Confirm the groups tied by a reference or by the bank's own details; see `group_loose` for the others."""
    decided = len(table.confirmed)
    for sought in (_one_bank_line, _one_book_line):
        sought(table, table.mentions)
        if len(table.confirmed) > decided:
            return
    _by_details(table)


def sorted_book(lines: list[BookLine]) -> Sequence[BookLine]:
    """Book lines in the order of their content."""
    return sorted(lines, key=book_order)


def sorted_bank(lines: list[BankLine]) -> Sequence[BankLine]:
    """Bank lines in the order of their content."""
    return sorted(lines, key=bank_order)


def _one_bank_line(table: WorkTable, mentions: Mentions) -> None:
    found = []
    for line in table.bank.values():
        parts = [table.book[x] for x in mentions.book_lines(line)]
        if len(parts) > 1:
            tie = ", ".join(sorted({_shared(part, mentions.of_bank[line.id]) for part in parts})[:3])
            found.append(Side(line, line.booking_date, sorted_book(parts), tie))
    _settle(table, found)


def _shared(part: BookLine, forms: frozenset[str]) -> str:
    return next((x for x in part.references if forms & set(canonical(x))), "")


def _one_book_line(table: WorkTable, mentions: Mentions) -> None:
    found = []
    for entry in table.book.values():
        parts = [table.bank[x] for x in mentions.bank_lines(entry) if x in table.bank]
        if len(parts) > 1:
            tie = next(x for x in entry.references if canonical(x))
            found.append(Side(entry, entry.date, sorted_bank(parts), tie))
    _settle(table, found)


def _settle(table: WorkTable, sides: Iterable[Side]) -> None:
    """Answer each search on the same lines, then confirm the answers that no other answer disputes."""
    answers = [(side, match) for side in sides if (match := _answer(table, side)) is not None]
    claims: dict[object, int] = {}
    for _, match in answers:
        if match.status == "confirmed":
            for claimed in (*match.bank_ids, *match.book_ids):
                claims[claimed] = claims.get(claimed, 0) + 1
    for _, match in answers:
        disputed = match.status == "confirmed" and any(claims[x] > 1 for x in (*match.bank_ids, *match.book_ids))
        if match.status == "confirmed" and not disputed:
            table.confirm(match)
    for _, match in answers:
        if all(x in table.bank for x in match.bank_ids) and all(x in table.book for x in match.book_ids):
            text = match.reason.rstrip(".") + " ; une autre ligne y prétend aussi."
            table.show(match._replace(status="ambiguous", reason=text) if match.status == "confirmed" else match)


def _answer(table: WorkTable, side: Side) -> Match | None:
    config = table.config
    near = [part for part in side.parts if abs((day_of(part) - side.day).days) <= config.reference_days]
    amounts = [part.amount for part in near]
    if len(near) < 2:
        return None
    result = sought(table, amounts, side.single.amount, config.group_candidates)
    if result.answer == "undecided":
        return undecided_group(table, side, near, result)
    if result.answer == "none":
        return None
    chosen = [near[place] for place in result.places] if result.answer == "unique" else near
    if len(chosen) < 2:
        return None
    left_out = [part for part in near if part not in chosen]
    whole = not [part for part in left_out if not _is_charge(part, table)]
    status: Status = "ambiguous" if result.answer == "several" else "confirmed" if whole else "proposed"
    return group_match(table, side, chosen, left_out, result, status)


def sought(table: WorkTable, amounts: Sequence[int], target: int, candidates_max: int) -> SubsetSum:
    """The subsets that make the target; undecided when there are more candidates than the run may look among."""
    one_sign = min(amounts) > 0 or max(amounts) < 0
    possible = len([amount for amount in amounts if not one_sign or abs(amount) <= abs(target)])
    if possible > candidates_max and not (one_sign and abs(sum(amounts)) <= abs(target)):
        return SubsetSum("undecided", 0)
    return table.subsets(amounts, target)


def _is_charge(part: BankLine | BookLine, table: WorkTable) -> bool:
    return isinstance(part, BankLine) and (part.type in table.config.charge_types or says_charge(part.label))


def day_of(line: BankLine | BookLine) -> date:
    """The date on which a line stands on its own side."""
    return line.booking_date if isinstance(line, BankLine) else line.date


def group_match(
    table: WorkTable,
    side: Side,
    chosen: Sequence[BankLine | BookLine],
    left_out: Sequence[BankLine | BookLine],
    result: SubsetSum,
    status: Status,
) -> Match:
    """One group as a match, with its reason; shared with the groups that are only shown."""
    lines = [x for x in (side.single, *chosen) if isinstance(x, BankLine)]
    entries = [x for x in (side.single, *chosen) if isinstance(x, BookLine)]
    gap = max(table.days.between(side.single.book, day_of(part), side.day) for part in chosen)
    what = "lignes de relevé" if isinstance(side.single, BookLine) else "écritures"
    if result.answer == "several":
        of_what = "de lignes de relevé" if isinstance(side.single, BookLine) else "d'écritures"
        reason = (
            f"Plusieurs solutions : {format_francs(result.subsets)} combinaisons {of_what} font "
            f"{francs(side.single.amount)} parmi les {len(chosen)} candidates ({side.tie}) : aucune n'est choisie."
        )
        rejected = f"{format_francs(result.subsets)} combinaisons conviennent, aucune preuve ne les départage."
    else:
        extra = (
            "" if status == "confirmed" else f" ; à confirmer : {len(left_out)} autre(s) candidate(s) restent en dehors"
        )
        reason = (
            f"Somme de {len(chosen)} {what} = {francs(side.single.amount)}, seule combinaison parmi "
            f"{len(chosen) + len(left_out)} candidates ({side.tie}), {gap_text(gap)}{extra}."
        )
        rejected = (
            f"Écartée : ligne de {francs(left_out[0].amount)} du {day_of(left_out[0]):%d/%m/%Y}, de trop pour ce total."
            if left_out
            else "Aucune autre combinaison, aucune candidate laissée de côté."
        )
    facts: dict[str, int | str] = {
        "amount": side.single.amount,
        "candidates": len(chosen) + len(left_out),
        "combinations": result.subsets,
        "states": result.states,
        "tie": side.tie,
    }
    return Match(NAME, status, tuple(x.id for x in lines), tuple(x.id for x in entries), reason, facts, rejected)


def undecided_group(table: WorkTable, side: Side, near: Sequence[BankLine | BookLine], result: SubsetSum) -> Match:
    """A search that ended at its bound: the line stands alone, with the alternative that comes nearest."""
    target = side.single.amount
    what = "lignes de relevé" if isinstance(side.single, BookLine) else "écritures"
    total = sum(part.amount for part in near)
    closest = min(near, key=lambda part: (abs(part.amount - target), str(part.id)))
    bound = (
        f"plus de {format_francs(table.config.group_states)} sommes partielles"
        if result.states
        else "plus que la recherche n'en examine"
    )
    rejected = (
        f"Écartées : la somme des {len(near)} candidates, {francs(total)}, écart {francs(target - total)} ; "
        f"la plus proche seule, {francs(closest.amount)} du {day_of(closest):%d/%m/%Y}, écart "
        f"{francs(target - closest.amount)}."
    )
    return Match(
        NAME,
        "undecided",
        (side.single.id,) if isinstance(side.single, BankLine) else (),
        (side.single.id,) if isinstance(side.single, BookLine) else (),
        f"Indécis dans la limite : {len(near)} {what} peuvent entrer dans {francs(target)} ({side.tie}), {bound} ; "
        "la recherche s'arrête sans réponse.",
        {"amount": target, "candidates": len(near), "states": result.states, "tie": side.tie},
        rejected,
    )


def _by_details(table: WorkTable) -> None:
    """A batched bank line whose own details give, one by one, the reference and amount of open entries."""
    keys: dict[tuple[str, int, str], list[BookId]] = {}
    for entry in table.book.values():
        for form in {form for reference in entry.references for form in canonical(reference)}:
            keys.setdefault((entry.book, abs(entry.amount), form), []).append(entry.id)
    answers = []
    for line in table.bank.values():
        chosen: list[BookId] = []
        for detail in line.details:
            forms = canonical(detail.reference) if exact_key(detail.reference) else ()
            found = {x for form in forms for x in keys.get((line.book, abs(detail.amount or 0), form), ())}
            chosen.extend(found if len(found) == 1 else ())
        entries = [table.book[x] for x in chosen]
        if len(chosen) > 1 and len(set(chosen)) == len(line.details) and sum(x.amount for x in entries) == line.amount:
            side = Side(line, line.booking_date, sorted_book(entries), "détails du lot")
            answers.append(group_match(table, side, side.parts, (), SubsetSum("unique", 1), "confirmed"))
    claims: dict[BookId, int] = {}
    for match in answers:
        for book_id in match.book_ids:
            claims[book_id] = claims.get(book_id, 0) + 1
    for match in answers:
        if all(claims[x] == 1 for x in match.book_ids):
            table.confirm(match)
