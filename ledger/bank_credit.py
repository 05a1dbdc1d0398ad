"""Once the take-over of history is over, money leaves a bank account by an order, a transfer or a bank line, only."""

import datetime as dt
from typing import Any

from sqlalchemy import select

from ledger.entry import EntryDraft
from ledger.entry_rules import name_of
from ledger.refusal import Refusal
from ledger.tables.periods import takeover_end

BANK = "5211"
TRANSFER = "5851"
UNTIL = select(takeover_end.c.until)


class TakeoverBankCredit(Refusal):
    """A direct entry would empty a bank account."""

    code = "takeover_bank_credit"
    sentence = (
        "L'écriture {entry}, ligne {line} : elle crédite le compte bancaire {account} de {amount:F} FCFA, alors que la "
        "reprise est terminée depuis le {until:D}. Attendu : un ordre de paiement pris en charge, un virement entre "
        "comptes par {transfer}, ou l'imputation d'une ligne de relevé. Passez par l'un de ces actes."
    )


class TakeoverContra(Refusal):
    """Taking a receipt back by swapping its sides would empty a bank account."""

    code = "takeover_contra"
    sentence = (
        "La contre-passation {entry}, ligne {line}, créditerait le compte bancaire {account} de {amount:F} FCFA, alors "
        "que la reprise est terminée depuis le {until:D} : un crédit de banque est un paiement. Reprenez l'écriture en "
        "négatif (--style negative), ou restituez la somme par un ordre de paiement."
    )


def takeover_until(connection: Any) -> dt.date | None:
    """The last day of the take-over, or None while it lasts."""
    found: dt.date | None = connection.execute(UNTIL).scalar()
    return found


def check_bank_credit(draft: EntryDraft, until: dt.date | None) -> None:
    """A bank account is credited by an act that may do so, whatever the date that the entry bears.

    Judged by when it is recorded: once the take-over is over, an old date opens nothing. The database looks closer at
    orders and bank lines. A correction with negative amounts lessens a debit and pays nobody.
    Refuses: takeover_bank_credit, takeover_contra.
    """
    contra = draft.correction == "contra"
    if until is None or (not contra and (draft.corrects is not None or draft.replaces is not None)):
        return
    if not contra and (
        draft.origin in ("order", "statement", "imputation") or (draft.origin, draft.journal) == ("opening", "AN")
    ):
        return
    credited = sum(line.credit for line in draft.lines if line.account.startswith(BANK))
    moved = sum(line.debit for line in draft.lines if line.account == TRANSFER)
    if draft.transfer is not None and credited == moved:
        return
    for place, line in enumerate(draft.lines, start=1):
        if line.credit <= 0 or not line.account.startswith(BANK):
            continue
        facts = {"entry": name_of(draft), "line": place, "account": line.account, "amount": line.credit, "until": until}
        if contra:
            raise TakeoverContra(**facts)
        raise TakeoverBankCredit(**facts, transfer=TRANSFER)
