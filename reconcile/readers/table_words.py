"""The words by which banks name the columns of their tables."""

import re

from reconcile.readers.table import normal

_WORDS = {
    "booking": "date comptable|date de comptabilisation|date compta|date cpt|dt cpt|dt comptable|date ecriture|"
    "date d ecriture|booking date|posting date|post date|date posted|entry date|buchungstag|buchungsdatum|"
    "konyveles datuma|data contabile|fecha contable|boekdatum|data lancamento",
    "transaction": "date operation|date d operation|date de l operation|date de operation|date des operations|date ope|"
    "date op|date oper|dt ope|dt op|dt oper|date transaction|date de transaction|transaction date|trans date|tran date|"
    "tranzakcio datuma|date mouvement|date du mouvement|date mvt|data operazione|fecha operacion|date execution",
    "date": "date|dates|jour|data|datum|fecha|dt",
    "value": "date valeur|date de valeur|valeur|dt val|dt valeur|date val|val|value date|value|valuta|valutadatum|"
    "wertstellung|wertstellungstag|wert|data valuta|fecha valor|date de la valeur|value dt",
    "label": "libelle|libelles|libelle operation|libelle de l operation|libelle des operations|libelle de operation|"
    "libelle ecriture|libelle mouvement|libelle du mouvement|designation|nature|nature operation|"
    "nature de l operation|nature des operations|description|descriptions|motif|intitule|operation|operations|detail|"
    "details|narration|narrative|particulars|label|remarks|wording|verwendungszweck|buchungstext|megnevezes|"
    "descrizione|concepto|omschrijving|historique|libelle simplifie|memo|transaction description|"
    "transaction details|designation des operations|details operation|libelle complet",
    "extra": "libelle 2|libelle complementaire|complement|informations complementaires|information complementaire|"
    "commentaire|commentaires|kozlemeny|descrizione completa|observations|detail operation|libelle suite",
    "debit": "debit|debits|"
    "retrait|retraits|sortie|sorties|mouvement debit|mouvements debit|montant debit|"
    "debit montant|mouvements debiteurs|mouvement debiteur|debiteur|au debit|montant au debit|withdrawal|"
    "withdrawals|paid out|"
    "money out|debit amount|uscite|soll|depense|depenses|dr|dare|operations debit|montant debiteur|cargo",
    "credit": "credit|credits|versement|versements|entree|entrees|depot|depots|mouvement credit|mouvements credit|"
    "montant credit|credit montant|mouvements crediteurs|mouvement crediteur|crediteur|au credit|montant au credit|"
    "deposit|deposits|paid in|money in|credit amount|entrate|haben|recette|recettes|cr|avere|operations credit|"
    "montant crediteur|abono",
    "amount": "montant|montants|amount|betrag|osszeg|importo|importe|montant operation|montant de l operation|"
    "montant mouvement|somme|transaction amount|montant net|montant de la transaction|umsatz|bedrag|mouvement",
    "mark": "sens|d c|c d|dr cr|cr dr|dc|debit credit|credit debit|sens operation|sens de l operation|sens d c|"
    "signe|be ki|soll haben|debit credit indicator|cdtdbtind|indicateur d c|sens du mouvement|type d c",
    "balance": "solde|soldes|balance|nouveau solde|solde progressif|solde apres operation|solde courant|"
    "running balance|solde comptable|solde apres|saldo|kontostand|solde cumule|solde apres mouvement|closing balance|"
    "balance after|ledger balance|solde intermediaire|solde fin",
    "reference": "reference|references|"
    "ref|n piece|no piece|num piece|numero piece|numero de piece|piece|numero|"
    "n operation|no operation|numero operation|numero d operation|n d operation|n cheque|no cheque|num cheque|"
    "numero de cheque|numero cheque|check or slip|check number|cheque|cheque no|reference number|"
    "reference operation|reference banque|"
    "ref operation|reference de l operation|transaction id|transaction reference|n ref|bank reference|ref banque|"
    "reference bancaire|n ecriture|id operation|transaction ref|ref no|no ref|tran id",
    "customer_reference": "reference client|ref client|customer reference|votre reference|end to end|end to end id|"
    "endtoendid|reference donneur d ordre|reference du donneur d ordre|your reference",
    "currency": "devise|"
    "devises|currency|ccy|monnaie|dev|code devise|waehrung|wahrung|penznem|moneda|divisa|devise compte",
    "account": "compte|n compte|no compte|numero compte|numero de compte|num compte|account|account number|"
    "account no|iban|rib|konto|kontonummer|szamlaszam|compte bancaire|n de compte|auftragskonto",
    "partner_account": "bank account|partner account|partner szamlaszama|compte beneficiaire|iban contrepartie|"
    "compte contrepartie|compte tiers|compte du beneficiaire|iban beneficiaire|compte donneur d ordre",
    "counterparty": "partner name|"
    "partner|beneficiaire|contrepartie|tiers|donneur d ordre|payee|counterparty|"
    "partner neve|nom du tiers|emetteur|nom beneficiaire|nom contrepartie|nom|name|nom du beneficiaire|beneficiary",
    "status": "statut|etat|status|stato|state|situation|statut operation|allapot",
    "type": "type|type operation|type d operation|type de mouvement|code operation|code op|kategoria|transaction type|"
    "code|categorie|type mouvement|canal",
    "foreign_amount": "amount currency|montant devise|montant en devise|montant d origine|montant devise d origine|"
    "original amount|foreign amount|montant initial",
    "foreign_currency": "original currency|devise d origine|foreign currency|devise origine|devise operation",
}

MEANINGS = tuple(_WORDS)
"""What a column can mean; a declared mapping uses the same words."""

_MEANING = {word: meaning for meaning, words in _WORDS.items() for word in words.split("|")}

_CURRENCY_NAMES = {
    "xof": "XOF",
    "fcfa": "XOF",
    "f cfa": "XOF",
    "cfa": "XOF",
    "francs cfa": "XOF",
    "franc cfa": "XOF",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "usd": "USD",
    "gbp": "GBP",
    "chf": "CHF",
    "xaf": "XAF",
}

_SUFFIX = re.compile(rf"(.+?)(?: (?:en|in))? ({'|'.join(sorted(_CURRENCY_NAMES, key=len, reverse=True))})")


def meaning_of(name: str) -> tuple[str | None, str | None]:
    """What a column of this name holds, and the currency that its name states, each None when unknown."""
    words = normal(name)
    found = _MEANING.get(words)
    if found:
        return found, None
    suffixed = _SUFFIX.fullmatch(words)
    if suffixed and (found := _MEANING.get(suffixed[1])):
        return found, _CURRENCY_NAMES[suffixed[2]]
    return None, None


def currency_named(text: str) -> str | None:
    """The currency named by a text such as `F CFA`, `XOF` or `Franc CFA`; None when there is none."""
    words = normal(text)
    if words in _CURRENCY_NAMES:
        return _CURRENCY_NAMES[words]
    code = re.match(r"(?:franc cfa |francs cfa )?([a-z]{3})\b", words)
    if code and code[1].upper() == text.strip()[:3] and re.fullmatch(r"[A-Z]{3}(?![A-Za-z]).*", text.strip()):
        return code[1].upper()
    return next((_CURRENCY_NAMES[word] for word in ("fcfa", "f cfa", "xof") if word in words), None)
