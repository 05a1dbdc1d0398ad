"""Payments that the bank returned: the credit is tied to the debit it undoes, and posted to be ordered again."""

from ledger.plural import counted
from reconcile.matching.references import canonical, exact_key, spans
from reconcile.matching.rows import BankId, BankLine, Match, Posting, PostingLine
from reconcile.matching.table import WorkTable, bank_order, francs, name_bank, texts
from reconcile.matching.words import says_return

NAME = "returned_payment"
TITLE = "Virements revenus impayés"
EXPLANATION = (
    "Un crédit marqué retour ou annulation répond à un débit antérieur du même montant et de la même référence : "
    "débit banque, crédit 47129, en attendant un nouvel ordre."
)


def run(table: WorkTable) -> None:
    """Propose the entry of each returned payment; confirm it when the reference names one paid debit."""
    waiting = [line for line in table.bank.values() if line.amount > 0 and line.id not in table.shown_bank]
    waiting = sorted((line for line in waiting if line.reversal or says_return(line.label)), key=bank_order)
    sought = {(line.book, line.amount) for line in waiting}
    if not sought:
        return
    debits: dict[tuple[str, int], list[BankLine]] = {}
    credits: dict[tuple[str, int], list[BankLine]] = {}
    for line in table.all_bank.values():
        if (line.book, abs(line.amount)) not in sought:
            continue
        if line.amount < 0:
            debits.setdefault((line.book, -line.amount), []).append(line)
        elif line.reversal or says_return(line.label):
            credits.setdefault((line.book, line.amount), []).append(line)
    for line in waiting:
        key = (line.book, line.amount)
        _returned(table, line, debits.get(key, []), [x for x in credits[key] if x.id != line.id])


def _returned(table: WorkTable, line: BankLine, debits: list[BankLine], others: list[BankLine]) -> None:
    near = [x for x in debits if 0 <= (line.booking_date - x.booking_date).days <= table.config.return_days]
    if not near:
        return
    same = [x for x in near if _same_reference(line, x)]
    origins = sorted(same or near, key=bank_order)
    origin = origins[-1]
    left_out = sorted((x for x in near if x not in origins), key=bank_order)
    nearest = (
        f"Écartée : {name_bank(left_out[0])}, même montant, autre référence."
        if left_out
        else "Aucun autre débit possible."
    )
    booked = table.is_booked(origin.id)
    twice = [x for x in others if 0 <= (x.booking_date - origin.booking_date).days <= table.config.return_days]
    twice = [x for x in twice if _same_reference(x, origin)]
    doubt = ""
    if not same:
        doubt = "aucune référence commune"
    elif len(origins) > 1:
        doubt = f"{len(origins)} débits portent cette référence"
    elif twice:
        doubt = "un autre retour de même montant porte cette référence"
    elif not booked:
        doubt = "le débit d'origine n'a pas encore d'écriture"
    reason = f"Retour de {name_bank(origin)}, montant {francs(line.amount)} identique en sens contraire"
    reason += f", {counted((line.booking_date - origin.booking_date).days, 'jour')} après"
    match = Match(
        NAME,
        "ambiguous" if len(origins) > 1 else "proposed" if doubt else "confirmed",
        (line.id,),
        (),
        f"{reason} ; à confirmer : {doubt}." if doubt else f"{reason}.",
        {"amount": line.amount, "debits": len(origins)},
        nearest,
        _posting(table, line),
    )
    if doubt:
        table.show(match)
    else:
        table.confirm(match)


def _forms(line: BankLine) -> set[str]:
    fields = (line.customer_reference, line.bank_reference)
    return {form for text in fields if exact_key(text) for form in canonical(text)}


def _same_reference(line: BankLine, origin: BankLine) -> bool:
    """True when a reference field of one line stands in a field or text of the other."""
    given = _forms(origin), _forms(line)
    if given[0] & given[1]:
        return True
    return any(form in given[0] for text in texts(line) for form in spans(text)) or any(
        form in given[1] for text in texts(origin) for form in spans(text)
    )


def _posting(table: WorkTable, line: BankLine) -> Posting | None:
    accounts = table.config.accounts.get(line.book)
    if accounts is None:
        return None
    reference = exact_key(line.customer_reference) or exact_key(line.bank_reference) or None
    return Posting(
        line.book,
        line.booking_date,
        "Virement revenu impayé",
        reference or _document(line.id),
        (
            PostingLine(accounts.bank, debit=line.amount, label="Virement revenu impayé", reference=reference),
            PostingLine(accounts.returned, credit=line.amount, label="À ordonnancer de nouveau", reference=reference),
        ),
    )


def _document(bank_id: BankId) -> str:
    return f"RELEVE-{bank_id}"
