"""What each move of an order enters in the books, as proposals that the posting command seals."""

from dataclasses import dataclass, replace

from ledger.book import SUFFIX
from ledger.orders.order import REGULARISATION, REISSUE, Charge, PaymentOrder
from ledger.orders.stages import Move, act_title
from ledger.refusal import Refusal

RETURNED_TRANSFERS = "47129"

KIND_TITLES = {"payment": "à payer", "reissue": "virement réémis", "regularisation": "ne pas payer"}
"""The nature of an order in words."""

_ONLY_WHEN_PAID = ("accept", "requisition", "pay", "clear", "unclear")


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """One line, in whole francs; exactly one of the two amounts is not zero."""

    account: str
    debit: int
    credit: int
    label: str


@dataclass(frozen=True, slots=True)
class ProposedEntry:
    """An entry to seal: one book, one journal, a document number, balanced lines.

    `pair` is the same on the two entries of an act that touches two books: both are sealed or none.
    `corrects` names the posting of the same charge that this entry takes back with negative amounts.
    """

    book: str
    journal: str
    document: str
    label: str
    lines: tuple[ProposedLine, ...]
    pair: str | None = None
    corrects: str | None = None


class OrderKindWrong(Refusal):
    """The move does not fit the nature of the order."""

    code = "order_kind_wrong"
    sentence = (
        "L'ordre de paiement {number} : l'acte « {act} » ne convient pas à sa nature « {kind} ». {advice} "
        "Choisissez l'acte qui convient."
    )


class OrderAccountWrong(Refusal):
    """The account imputed contradicts the nature of the order."""

    code = "order_account_wrong"
    sentence = (
        "L'ordre de paiement {number} : le compte imputé {account} ne convient pas. Attendu : {expected}. "
        "Corrigez l'imputation."
    )


def payee_account(book: str) -> str:
    """4011x, where every accepted order stands until it is paid."""
    return f"4011{SUFFIX[book]}"


def bank_account(book: str) -> str:
    """5211x, the bank account of the book."""
    return f"5211{SUFFIX[book]}"


def suspense_debit_account(book: str) -> str:
    """4711x, where a bank debit without order waits."""
    return f"4711{SUFFIX[book]}"


def liaison_account(state: str) -> str:
    """185x, what one national book owes to or claims from that of `state`."""
    return f"185{SUFFIX[state]}"


def entries_for(step: Move, order: PaymentOrder, book: str, occurrence: int = 1) -> tuple[ProposedEntry, ...]:
    """The entries that a move of one charge posts; none when the move posts nothing.

    `occurrence` counts the acceptances of this charge (a suspended charge may be accepted again), so that each
    pair of entries has a name of its own; a reversal bears that of the acceptance it takes back.
    Refuses: order_kind_wrong, order_account_wrong.
    """
    check_kind(step, order)
    if step.posts is None:
        return ()
    entries = _POSTINGS[step.posts](order, order.charge(book))
    return tuple(replace(entry, pair=f"{entry.pair}/{occurrence}" if entry.pair else None) for entry in entries)


def check_kind(step: Move, order: PaymentOrder) -> None:
    """An order « ne pas payer » is regularised and nothing else; every other order is never regularised.

    Refuses: order_kind_wrong.
    """
    regularisation = order.kind == REGULARISATION
    if step.act == "regularise" and not regularisation:
        advice = "Un ordre à payer est pris en charge puis payé."
    elif regularisation and (step.act in _ONLY_WHEN_PAID or step.posts == "bank_return"):
        advice = "Un ordre « ne pas payer » est seulement régularisé : la banque a déjà débité le compte."
    else:
        return
    raise OrderKindWrong(number=order.number, act=act_title(step.act), kind=KIND_TITLES[order.kind], advice=advice)


def check_account(order: PaymentOrder) -> None:
    """The imputation fits the nature: 47129 for a returned payment ordered again and only for it; never the
    bank, payee, liaison or transfer accounts, which the moves themselves use. Refuses: order_account_wrong.
    """
    reserved = ("5", "4011", "185", "4711", RETURNED_TRANSFERS)
    if order.kind == REISSUE:
        fits, expected = order.account == RETURNED_TRANSFERS, f"{RETURNED_TRANSFERS} (virements revenus impayés)"
    else:
        fits = not order.account.startswith(reserved)
        expected = "un compte de charge, de produit à restituer ou de capital, hors comptes de trésorerie et d'attente"
    if not fits:
        raise OrderAccountWrong(number=order.number, account=order.account, expected=expected)


def acceptance(order: PaymentOrder, charge: Charge) -> tuple[ProposedEntry, ...]:
    """D account imputed / C 4011x; through 185x, in two books, when one State's account pays for another."""
    return _imputation(order, charge, payee_account(charge.book), "Prise en charge")


def regularisation(order: PaymentOrder, charge: Charge) -> tuple[ProposedEntry, ...]:
    """D account imputed / C 4711x: an order « ne pas payer » never touches 4011x."""
    return _imputation(order, charge, suspense_debit_account(charge.book), "Régularisation (ne pas payer)")


def payment(order: PaymentOrder, charge: Charge) -> tuple[ProposedEntry, ...]:
    """D 4011x / C 5211x, in the bank journal."""
    return (
        _entry(order, charge, "BQ", "Paiement", payee_account(charge.book), bank_account(charge.book)),
    )  # fmt: skip


def bank_return(order: PaymentOrder, charge: Charge) -> tuple[ProposedEntry, ...]:
    """D 5211x / C 47129: the money is back, the expense stays, the payment will be ordered again."""
    return (_entry(order, charge, "BQ", "Virement revenu impayé", bank_account(charge.book), RETURNED_TRANSFERS),)


def acceptance_reversal(order: PaymentOrder, charge: Charge) -> tuple[ProposedEntry, ...]:
    """The acceptance again with negative amounts on the same sides (AUDCIF, article 20)."""
    return tuple(
        ProposedEntry(
            book=entry.book,
            journal=entry.journal,
            document=entry.document,
            label=f"Annulation – {entry.label}",
            lines=tuple(ProposedLine(line.account, -line.debit, -line.credit, line.label) for line in entry.lines),
            pair=f"{entry.pair}/annulation" if entry.pair else None,
            corrects="acceptance",
        )
        for entry in acceptance(order, charge)
    )


def _imputation(order: PaymentOrder, charge: Charge, credit: str, act: str) -> tuple[ProposedEntry, ...]:
    bearer = order.on_behalf_of
    if bearer is None or bearer == charge.book:
        return (_entry(order, charge, "OP", act, order.account, credit),)
    pair = f"{order.number}/{charge.book}-{bearer}"
    borne = Charge(bearer, charge.amount)
    return (
        _entry(order, charge, "OP", f"{act} pour {bearer}", liaison_account(bearer), credit, pair),
        _entry(order, borne, "OP", f"{act} par {charge.book}", order.account, liaison_account(charge.book), pair),
    )


def _entry(
    order: PaymentOrder, charge: Charge, journal: str, act: str, debit: str, credit: str, pair: str | None = None
) -> ProposedEntry:
    label = f"{act} – ordre {order.number} – {order.payee.name}"
    debited = ProposedLine(debit, charge.amount, 0, order.purpose)
    credited = ProposedLine(credit, 0, charge.amount, order.purpose)
    return ProposedEntry(charge.book, journal, order.number, label, (debited, credited), pair)


_POSTINGS = {
    "acceptance": acceptance,
    "acceptance_reversal": acceptance_reversal,
    "regularisation": regularisation,
    "payment": payment,
    "bank_return": bank_return,
}
