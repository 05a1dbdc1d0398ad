"""What an entry must be before it is sealed: an ordered list of refusals, pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from ledger.chart import Account, near_accounts
from ledger.entry import EntryDraft, Line
from ledger.money import AMOUNT_MAX
from ledger.refusal import Refusal


class EntryIncomplete(Refusal):
    """A text that every entry bears is missing."""

    code = "entry_incomplete"
    sentence = "L'écriture {entry} n'a pas de {what}. Complétez-la, puis validez de nouveau."


class EntryTwoLines(Refusal):
    """Double entry needs two lines."""

    code = "entry_two_lines"
    sentence = (
        "L'écriture {entry} a {found} ligne(s) : il en faut au moins deux, l'une au débit, l'autre au crédit. "
        "Ajoutez la contrepartie."
    )


class LineAmount(Refusal):
    """A line's amount is impossible."""

    code = "line_amount"
    sentence = (
        "L'écriture {entry}, ligne {line} (compte {account}) : débit {debit:F}, crédit {credit:F} ; {fault}. "
        "Corrigez le montant."
    )


class EntryUnbalanced(Refusal):
    """Debits and credits differ."""

    code = "entry_unbalanced"
    sentence = (
        "L'écriture {entry} n'est pas équilibrée : débits {debit:F}, crédits {credit:F}, écart {difference:F} "
        "({side}). Corrigez une ligne, puis validez de nouveau."
    )


class LineAccountUnknown(Refusal):
    """A line names an account that the chart does not have."""

    code = "line_account_unknown"
    sentence = (
        "L'écriture {entry}, ligne {line} : le compte {account} n'existe pas au plan de comptes "
        "(comptes proches : {near}). Corrigez le compte."
    )


class AccountNotPostable(Refusal):
    """A heading of the chart takes no entry."""

    code = "account_not_postable"
    sentence = (
        "L'écriture {entry}, ligne {line} : {account} « {title} » est un compte de regroupement. "
        "Employez une de ses subdivisions."
    )


class AccountOfBook(Refusal):
    """The account belongs to another State's book."""

    code = "account_of_book"
    sentence = (
        "L'écriture {entry}, ligne {line} : le compte {account} appartient au livre {owner}, l'écriture est du livre "
        "{book}. Employez le compte du livre {book}."
    )


class AccountClosed(Refusal):
    """The account is closed at that date."""

    code = "account_closed"
    sentence = (
        "L'écriture {entry}, ligne {line} : le compte {account} est fermé depuis le {since:D}, l'écriture est datée "
        "du {day:D}. Employez un autre compte ou faites rouvrir celui-ci."
    )


class NegativeAmount(Refusal):
    """Negative amounts exist in corrections only."""

    code = "negative_only_in_correction"
    sentence = (
        "L'écriture {entry}, ligne {line} (compte {account}) porte un montant négatif ({amount:F}). Seule une "
        "correction en négatif peut en porter : employez « pcaes entry correct » ou « pcaes entry reverse »."
    )


class TransferInPairs(Refusal):
    """5851 and the liaison accounts are never used in one book alone."""

    code = "transfer_in_pairs"
    sentence = (
        "L'écriture {entry} passe par le compte {account}, qui s'emploie dans deux livres à la fois. Envoyez les deux "
        "écritures dans le même fichier, avec le même « transfer »."
    )


class PeriodUnknown(Refusal):
    """The complementary period takes only entries dated 31 December."""

    code = "complementary_period"
    sentence = (
        "L'écriture {entry}, datée du {day:D}, est demandée en période complémentaire : celle-ci ne reçoit, "
        "en janvier, que des écritures datées du 31 décembre de l'exercice précédent."
    )


class PeriodClosed(Refusal):
    """The month takes no more entries."""

    code = "period_closed"
    sentence = (
        "L'écriture {entry} est datée du {day:D}, dans une période close du livre {book} ({period}). Passez-la dans "
        "la première période ouverte, en gardant la date de la pièce, ou faites rouvrir la période."
    )


class DocumentDateFuture(Refusal):
    """The document of an entry does not exist yet."""

    code = "document_date_future"
    sentence = (
        "L'écriture {entry} porte une pièce datée du {day:D}, après l'écriture elle-même et après le jour de son "
        "enregistrement ({today:D}). Une pièce existe avant d'être enregistrée : corrigez sa date."
    )


@dataclass(frozen=True, slots=True)
class Law:
    """What the books know when an entry asks to be sealed."""

    accounts: Mapping[str, Account]
    account_events: Mapping[str, list[tuple[date, str]]] = field(default_factory=dict)
    closed_periods: frozenset[tuple[str, int, int]] = frozenset()


def name_of(draft: EntryDraft) -> str:
    """How the accountant knows an entry that has no number yet."""
    return f"{draft.journal}-{draft.book} « {draft.document} » du {draft.date:%d/%m/%Y}"


def check_entry(draft: EntryDraft, law: Law) -> None:
    """Refuse an entry that the books cannot take.

    Refuses: entry_incomplete, complementary_period, period_closed, entry_two_lines,
    line_amount, negative_only_in_correction, line_account_unknown, account_not_postable, account_of_book,
    account_closed, transfer_in_pairs, entry_unbalanced.
    """
    if not draft.document.strip() or not draft.label.strip():
        raise EntryIncomplete(entry=name_of(draft), what="libellé" if draft.document.strip() else "pièce")
    if draft.period == 13 and (draft.date.month, draft.date.day) != (12, 31):
        raise PeriodUnknown(entry=name_of(draft), day=draft.date)
    period = draft.period or draft.date.month
    if (draft.book, draft.date.year, period) in law.closed_periods:
        name = "période complémentaire" if period == 13 else f"{period:02d}/{draft.date.year}"
        raise PeriodClosed(entry=name_of(draft), day=draft.date, book=draft.book, period=name)
    if len(draft.lines) < 2:
        raise EntryTwoLines(entry=name_of(draft), found=len(draft.lines))
    debit = credit = 0
    for place, line in enumerate(draft.lines, start=1):
        check_amount(draft, place, line)
        check_account(draft, place, line, law)
        debit += line.debit
        credit += line.credit
    if debit != credit:
        raise EntryUnbalanced(
            entry=name_of(draft), debit=debit, credit=credit, difference=abs(debit - credit),
            side="débit" if debit > credit else "crédit",
        )  # fmt: skip


def check_document_date(draft: EntryDraft, today: date) -> None:
    """A document exists before it is recorded; an entry dated ahead may rest on a document of its own day.

    After the accounting date is no fault: an invoice of February is entered in the complementary period of December.
    Refuses: document_date_future.
    """
    day = draft.document_date
    if day is not None and day > draft.date and day > today:
        raise DocumentDateFuture(entry=name_of(draft), day=day, today=today)


def check_amount(draft: EntryDraft, place: int, line: Line) -> None:
    """Refuses: line_amount, negative_only_in_correction."""
    debit, credit = line.debit, line.credit
    if (debit == 0) is (credit == 0):
        fault = "le montant est nul" if debit == 0 else "une ligne est d'un seul côté"
    elif not -AMOUNT_MAX <= debit + credit <= AMOUNT_MAX:
        fault = "le montant dépasse quinze chiffres"
    elif debit + credit < 0 and draft.correction != "negative":
        raise NegativeAmount(entry=name_of(draft), line=place, account=line.account, amount=debit + credit)
    else:
        return
    raise LineAmount(entry=name_of(draft), line=place, account=line.account, debit=debit, credit=credit, fault=fault)


def check_account(draft: EntryDraft, place: int, line: Line, law: Law) -> None:
    """Refuses: line_account_unknown, account_not_postable, account_of_book, account_closed, transfer_in_pairs."""
    account = law.accounts.get(line.account)
    if account is None:
        near = near_accounts((a.number for a in law.accounts.values() if a.postable), line.account)
        raise LineAccountUnknown(entry=name_of(draft), line=place, account=line.account, near=near)
    if not account.postable:
        raise AccountNotPostable(entry=name_of(draft), line=place, account=line.account, title=account.title)
    if account.book is not None and account.book != draft.book:
        raise AccountOfBook(entry=name_of(draft), line=place, account=line.account, owner=account.book, book=draft.book)
    if account.pairing is not None and draft.transfer is None and draft.origin not in ("closing", "opening"):
        raise TransferInPairs(entry=name_of(draft), account=line.account)
    if line.account in law.account_events:
        past = [(day, action) for day, action in law.account_events[line.account] if day <= draft.date]
        if past and past[-1][1] == "close":
            raise AccountClosed(
                entry=name_of(draft), line=place, account=line.account, since=past[-1][0], day=draft.date
            )
