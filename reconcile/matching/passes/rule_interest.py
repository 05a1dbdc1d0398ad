"""Interest that the bank pays on the account."""

from reconcile.matching.references import exact_key
from reconcile.matching.rows import BankLine, Match, Posting, PostingLine
from reconcile.matching.table import WorkTable, bank_order, francs, name_book
from reconcile.matching.words import says_interest, says_return

NAME = "rule_interest"
TITLE = "Règle : intérêts reçus"
EXPLANATION = "Un crédit que la banque code ou libelle comme intérêts passe en débit banque, crédit 771."


def run(table: WorkTable) -> None:
    """Post the interest received that no open entry can be; propose the others."""
    for line in sorted(table.bank.values(), key=bank_order):
        typed = line.type in table.config.interest_types
        if line.amount > 0 and line.id not in table.shown_bank and (typed or says_interest(line.label)):
            _interest(table, line, typed)


def _interest(table: WorkTable, line: BankLine, typed: bool) -> None:
    near = sorted(
        (
            entry
            for entry in table.book.values()
            if entry.book == line.book
            and entry.amount > 0
            and says_interest(entry.label)
            and abs((entry.date - line.booking_date).days) <= table.config.rival_days
        ),
        key=lambda entry: (abs(entry.amount - line.amount), entry.id),
    )
    doubt = ""
    if line.reversal or says_return(line.label):
        doubt = "la banque en fait un retour ou une annulation"
    elif near:
        doubt = f"des intérêts déjà écrits ne sont pas rapprochés ({name_book(near[0])})"
    elif not typed and exact_key(line.customer_reference):
        doubt = f"elle porte la référence {line.customer_reference} d'un donneur d'ordre"
    sign = f"code {line.type}" if typed else f"libellé « {line.label.strip()[:60]} »"
    reason = f"Intérêts reçus reconnus au {sign}, montant {francs(line.amount)}, aucune écriture ouverte n'y répond"
    match = Match(
        NAME,
        "proposed" if doubt else "confirmed",
        (line.id,),
        (),
        f"{reason} ; à confirmer : {doubt}." if doubt else f"{reason}.",
        {"amount": line.amount, "sign": sign},
        f"Écartée : {name_book(near[0])}." if near else "Aucune écriture d'intérêts ouverte à deux mois près.",
        _posting(table, line),
    )
    if doubt:
        table.show(match)
    else:
        table.confirm(match)


def _posting(table: WorkTable, line: BankLine) -> Posting | None:
    accounts = table.config.accounts.get(line.book)
    if accounts is None:
        return None
    reference = exact_key(line.bank_reference) or exact_key(line.customer_reference) or None
    label = f"Intérêts reçus : {line.label.strip()}"[:120] if line.label.strip() else "Intérêts reçus"
    return Posting(
        line.book,
        line.booking_date,
        label,
        reference or f"RELEVE-{line.id}",
        (
            PostingLine(accounts.bank, debit=line.amount, label=label, reference=reference),
            PostingLine(accounts.interest, credit=line.amount, label=label, reference=reference),
        ),
    )
