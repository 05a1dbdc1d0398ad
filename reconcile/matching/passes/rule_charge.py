"""Bank charges and debit interest: posted to the suspense account, to be regularised by an order."""

from reconcile.matching.references import exact_key
from reconcile.matching.rows import BankLine, BookLine, Match, Posting, PostingLine
from reconcile.matching.table import WorkTable, bank_order, book_order, francs, name_book
from reconcile.matching.words import may_say_charge, says_charge, says_return

NAME = "rule_charge"
TITLE = "Règle : frais bancaires"
EXPLANATION = (
    "Un débit que la banque code ou libelle comme frais, taxe ou agios passe en débit 4711x, crédit banque, en "
    "attendant l'ordre de régularisation « ne pas payer »."
)


def run(table: WorkTable) -> None:
    """Post the charges that no open entry can be; propose the others."""
    booked: dict[str, list[BookLine]] = {}
    for entry in table.book.values():
        if entry.amount < 0 and may_say_charge(entry.label):
            booked.setdefault(entry.book, []).append(entry)
    for line in sorted(table.bank.values(), key=bank_order):
        if line.id in table.shown_bank or line.amount == 0:
            continue
        typed = line.type in table.config.charge_types
        if (typed and line.amount < 0) or (
            may_say_charge(line.label) and (line.amount < 0 or typed or says_charge(line.label))
        ):
            _charge(table, line, typed, booked.get(line.book, []))


def _charge(table: WorkTable, line: BankLine, typed: bool, booked: list[BookLine]) -> None:
    near = [
        x for x in booked if abs((x.date - line.booking_date).days) <= table.config.rival_days and x.id in table.book
    ]
    total = sorted((x for x in near if x.amount <= line.amount), key=book_order)
    doubt = ""
    if line.amount > 0:
        doubt = "c'est un remboursement de frais"
    elif line.reversal or (says_return(line.label) and not typed):
        doubt = "la banque en fait un retour ou une annulation"
    elif total:
        doubt = f"des frais déjà écrits et non rapprochés peuvent la contenir ({name_book(total[0])})"
    elif not typed and not says_charge(line.label):
        doubt = "le mot « frais » peut désigner autre chose que des frais bancaires"
    elif not typed and -line.amount > table.config.charge_amount_max:
        doubt = f"montant supérieur à {francs(table.config.charge_amount_max)}"
    sign = f"code {line.type}" if typed else f"libellé « {line.label.strip()[:60]} »"
    reason = f"Frais bancaires reconnus au {sign}, montant {francs(line.amount)}, aucune écriture ouverte n'y répond"
    match = Match(
        NAME,
        "proposed" if doubt else "confirmed",
        (line.id,),
        (),
        f"{reason} ; à confirmer : {doubt}." if doubt else f"{reason}.",
        {"amount": line.amount, "sign": sign},
        f"Écartée : {name_book(total[0])}." if total else "Aucune écriture de frais ouverte à deux mois près.",
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
    label = f"Frais bancaires : {line.label.strip()}"[:120] if line.label.strip() else "Frais bancaires"
    cost = max(-line.amount, 0), max(line.amount, 0)
    return Posting(
        line.book,
        line.booking_date,
        label,
        reference or f"RELEVE-{line.id}",
        (
            PostingLine(accounts.suspense_debit, debit=cost[0], credit=cost[1], label=label, reference=reference),
            PostingLine(accounts.bank, debit=cost[1], credit=cost[0], label=label, reference=reference),
        ),
    )
