"""A reference of the books found inside the bank's texts, whatever the separators, capitals and zeros."""

from ledger.plural import counted
from reconcile.matching.evidence import nature_objection, reference_objection
from reconcile.matching.references import canonical, spans
from reconcile.matching.rows import BankLine, BookLine, Match
from reconcile.matching.table import Mentions, WorkTable, book_order, francs, gap_text, name_book, texts

NAME = "reference_in_label"
TITLE = "Référence dans le libellé"
EXPLANATION = (
    "La référence d'une écriture du même montant se lit dans le libellé ou les détails, aux espaces, tirets, zéros "
    "et O/0 près. Une référence qui diffère d'un signe est seulement proposée."
)
NEAR_CANDIDATES_MAX = 20


def run(table: WorkTable) -> None:
    """Confirm the pairs whose reference is read without doubt; propose those that differ by one sign."""
    mentions = table.mentions
    by_amount: dict[tuple[str, int], list[BookLine]] = {}
    for entry in table.book.values():
        by_amount.setdefault((entry.book, entry.amount), []).append(entry)
    decided: list[Match] = []
    for line in table.bank.values():
        candidates = by_amount.get((line.book, line.amount))
        if not candidates:
            continue
        named = [table.book[x] for x in mentions.book_lines(line)]
        equal = [entry for entry in named if entry.amount == line.amount]
        if equal:
            decided.append(_decide(table, mentions, line, equal, named))
        elif not named and len(candidates) <= NEAR_CANDIDATES_MAX:
            decided.extend(_near(table, line, candidates))
    for match in decided:
        if match.status == "confirmed":
            table.confirm(match)
        else:
            table.show(match)


def _decide(
    table: WorkTable, mentions: Mentions, line: BankLine, equal: list[BookLine], named: list[BookLine]
) -> Match:
    entry = min(equal, key=lambda x: (abs((x.date - line.booking_date).days), book_order(x)))
    rivals = [x for x in mentions.bank_lines(entry) if x != line.id and table.all_bank[x].amount == line.amount]
    gap = table.days.between(line.book, line.booking_date, entry.date)
    written = min(table_form(line, entry, mentions))
    reason = f"Référence {written} lue dans les textes du relevé, montant {francs(line.amount)}, {gap_text(gap)}"
    facts: dict[str, int | str] = {"reference": written, "amount": line.amount, "working_days": gap}
    others = sorted((x for x in named if x.id != entry.id), key=book_order)
    nearest = (
        f"Écartée : {name_book(others[0])}, aussi nommée par le relevé."
        if others
        else "Aucune autre écriture ouverte n'est nommée par ce relevé."
    )
    doubt = nature_objection(line, entry, table.config)
    if abs((line.booking_date - entry.date).days) > table.config.reference_days:
        doubt = "les dates sont trop éloignées"
    if len(equal) > 1 or rivals:
        entries, lines = counted(len(equal), "écriture"), counted(len(rivals) + 1, "ligne")
        text = f"{reason} ; {entries} et {lines} de relevé conviennent."
        book_ids = tuple(x.id for x in sorted(equal, key=book_order))
        return Match(NAME, "ambiguous", (line.id,), book_ids, text, facts, nearest)
    if others or doubt:
        text = f"{reason} ; à confirmer : {doubt or 'le relevé nomme plusieurs écritures'}."
        return Match(NAME, "proposed", (line.id,), (entry.id,), text, facts, nearest)
    return Match(NAME, "confirmed", (line.id,), (entry.id,), f"{reason}.", facts, nearest)


def table_form(line: BankLine, entry: BookLine, mentions: Mentions) -> list[str]:
    """The references of the entry that the bank's texts bear, as the books write them."""
    found = mentions.of_bank[line.id]
    return [reference for reference in entry.references if found & set(canonical(reference))]


def _near(table: WorkTable, line: BankLine, candidates: list[BookLine]) -> list[Match]:
    possible = [
        (entry, reference, forms)
        for entry in candidates
        if abs((entry.date - line.booking_date).days) <= table.config.rival_days
        for reference in entry.references
        if (forms := [form for form in canonical(reference) if len(form) > 3])
    ]
    if not possible:
        return []
    from rapidfuzz.distance import OSA

    seen = {form for text in texts(line) for form in spans(text)}
    close = [
        (entry, reference)
        for entry, reference, forms in possible
        if any(
            abs(len(form) - len(text)) <= 1 and OSA.distance(form, text, score_cutoff=1) == 1
            for form in forms
            for text in seen
        )
    ]
    if len({entry.id for entry, _ in close}) != 1:
        return []
    entry, reference = close[0]
    gap = table.days.between(line.book, line.booking_date, entry.date)
    return [
        Match(
            NAME,
            "proposed",
            (line.id,),
            (entry.id,),
            f"Référence {reference} à un signe près dans les textes du relevé, "
            f"montant {francs(line.amount)} identique, {gap_text(gap)} ; à confirmer.",
            {"reference": reference, "amount": line.amount, "working_days": gap},
            "Une référence qui diffère d'un signe peut désigner une autre opération : "
            f"{reference_objection(line, entry) or 'à vérifier'}.",
        )
    ]
