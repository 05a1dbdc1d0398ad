"""Credits that bear the reference of a remittance declared by customs."""

from ledger.money import share
from reconcile.matching.declarations import DeclaredRemittance
from reconcile.matching.references import canonical, exact_key, first_runs, spans
from reconcile.matching.rows import BankLine, Match, Posting, PostingLine
from reconcile.matching.table import WorkTable, bank_order, francs, texts
from reconcile.matching.words import says_return

NAME = "rule_remittance"
TITLE = "Règle : reversements déclarés"
EXPLANATION = (
    "Un crédit qui porte la référence d'un reversement déclaré passe en débit banque, crédit 4487x ; un crédit pour "
    "plusieurs références est réparti selon leurs montants déclarés, au franc près."
)

_ByForm = dict[str, set[str]]
_ByReference = dict[str, list[DeclaredRemittance]]


def run(table: WorkTable) -> None:
    """Post the credits whose declared references are certain and cover them; propose the others."""
    by_reference: _ByReference = {}
    by_form: _ByForm = {}
    firsts: set[str] = set()
    for row in sorted(table.declarations.remittances):
        key = exact_key(row.reference)
        if key:
            by_reference.setdefault(key, []).append(row)
            firsts.update(first_runs(key))
            for form in canonical(key):
                by_form.setdefault(form, set()).add(key)
    if not by_reference:
        return
    for line in sorted(table.bank.values(), key=bank_order):
        if line.amount > 0 and line.id not in table.shown_bank:
            found = {exact_key(text) for text in (line.customer_reference, line.bank_reference)} & by_reference.keys()
            groups = [by_form[form] for text in texts(line) for form in spans(text, firsts) if form in by_form]
            references = found | {key for group in groups for key in group}
            if references:
                unsure = any(len(group) > 1 and not group & found for group in groups)
                _remittance(table, line, sorted(references), by_reference, unsure)


def _remittance(table: WorkTable, line: BankLine, keys: list[str], by_reference: _ByReference, unsure: bool) -> None:
    rows = [row for key in keys for row in by_reference[key]]
    declared = sum(row.amount for row in rows)
    before = sum(row.credited for row in rows) + sum(table.credited[line.book, key] for key in keys)
    doubt = ""
    if {row.book for row in rows} != {line.book}:
        doubt = "la référence est déclarée pour un autre État"
    elif line.reversal or says_return(line.label):
        doubt = "la banque en fait un retour ou une annulation"
    elif unsure:
        doubt = "plusieurs reversements déclarés s'écrivent ainsi"
    elif line.amount + before > declared:
        doubt = f"le crédit dépasse de {francs(line.amount + before - declared)} ce qui est déclaré"
    elif len(keys) > 1 and line.amount != declared:
        doubt = "le crédit ne solde pas les références qu'il nomme"
    late = declared - before - line.amount
    reason = (
        f"Reversement déclaré {', '.join(keys)} : crédit {francs(line.amount)}, déclaré {francs(declared)}"
        + (f", déjà crédité {francs(before)}" if before else "")
        + (f", reste {francs(late)}" if late > 0 else "")
    )
    match = Match(
        NAME,
        "proposed" if doubt else "confirmed",
        (line.id,),
        (),
        f"{reason} ; à confirmer : {doubt}." if doubt else f"{reason}.",
        {"amount": line.amount, "declared": declared, "references": ", ".join(keys)},
        "Aucune écriture ouverte ne répond à ce crédit.",
        None if {row.book for row in rows} != {line.book} else _posting(table, line, keys, rows),
    )
    if doubt:
        table.show(match)
        return
    table.confirm(match)
    for key, part in zip(keys, share(line.amount, [sum(r.amount for r in by_reference[k]) for k in keys]), strict=True):
        table.credited[line.book, key] += part


def _posting(table: WorkTable, line: BankLine, keys: list[str], rows: list[DeclaredRemittance]) -> Posting | None:
    accounts = table.config.accounts.get(line.book)
    if accounts is None or any(row.amount < 0 for row in rows):
        return None
    document = keys[0] if len(keys) == 1 else exact_key(line.bank_reference) or f"RELEVE-{line.id}"
    parts = share(line.amount, [row.amount for row in rows])
    label = f"Reversement {', '.join(keys)}"[:120]
    return Posting(
        line.book,
        line.booking_date,
        label,
        document,
        (
            PostingLine(accounts.bank, debit=line.amount, label=label, reference=keys[0] if len(keys) == 1 else None),
            *(
                PostingLine(
                    accounts.levy_to_remit,
                    credit=part,
                    label=f"Reversement {row.reference}, bureau {row.office}, {row.period}",
                    reference=row.reference,
                    office=row.office,
                    period=row.period,
                )
                for row, part in zip(rows, parts, strict=True)
                if part
            ),
        ),
    )
