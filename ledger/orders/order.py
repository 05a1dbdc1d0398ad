"""The payment order as it is signed: what is paid, to whom, from which books, on which documents."""

import re
import unicodedata
from dataclasses import dataclass

from ledger.book import BOOKS
from ledger.iban import check_iban
from ledger.money import AMOUNT_MAX
from ledger.refusal import Refusal

PAYMENT = "payment"
REISSUE = "reissue"
REGULARISATION = "regularisation"
KINDS = (PAYMENT, REISSUE, REGULARISATION)
"""`payment`: the normal order. `reissue`: orders again a payment that the bank returned. `regularisation`:
marked « ne pas payer », gives its imputation to a debit that the bank already made."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Payee:
    """The creditor: name, and the account to credit (IBAN of the Union)."""

    name: str
    iban: str


@dataclass(frozen=True, slots=True)
class Charge:
    """The part of an order that one national book pays, in whole francs."""

    book: str
    amount: int


@dataclass(frozen=True, slots=True)
class Document:
    """One supporting document: its name, the SHA-256 of its bytes in hexadecimal, its size in bytes."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """One order. `amount` is in whole francs and equal to the sum of its charges."""

    number: str
    purpose: str
    payee: Payee
    amount: int
    account: str
    charges: tuple[Charge, ...]
    documents: tuple[Document, ...]
    kind: str = PAYMENT
    on_behalf_of: str | None = None
    """The State for which another State's account pays (a capital call): its book bears the imputation."""
    reissues: str | None = None
    """Number of the order whose payment the bank returned."""
    currency: str = "XOF"

    def charge(self, book: str) -> Charge:
        """The charge on that book. Raises `KeyError` when the order does not touch it."""
        return next((charge for charge in self.charges if charge.book == book), None) or _missing(book)


class OrderIncomplete(Refusal):
    """The order lacks what the law asks of it, or contradicts itself; every fault is listed."""

    code = "order_incomplete"
    sentence = (
        "L'ordre de paiement {number} est incomplet ou contradictoire : {faults}. "
        "Attendu : objet, bénéficiaire, montant, imputation, charges et pièces justificatives. "
        "Corrigez l'ordre, puis recommencez."
    )


class OrderChargesDiffer(Refusal):
    """The charges over the books do not add up to the order."""

    code = "order_charges_differ"
    sentence = (
        "L'ordre de paiement {number} n'est pas réparti en entier : attendu {amount:F}, réparti {charged:F}, "
        "écart {difference:F}. Corrigez les charges par livre."
    )


def payee_from(name: str, account: str) -> Payee:
    """The creditor as typed: name in composed letters and single blanks, account checked and without blanks.

    Refuses: iban_invalid.
    """
    return Payee(" ".join(unicodedata.normalize("NFC", name).split()), check_iban(account).compact)


def check_order(order: PaymentOrder) -> None:
    """The order is whole and agrees with itself.

    Refuses: order_incomplete, order_charges_differ, iban_invalid.
    """
    faults = _faults(order)
    if faults:
        raise OrderIncomplete(number=order.number, faults=faults)
    check_iban(order.payee.iban)
    charged = sum(charge.amount for charge in order.charges)
    if charged != order.amount:
        raise OrderChargesDiffer(
            number=order.number, amount=order.amount, charged=charged, difference=order.amount - charged
        )


def _faults(order: PaymentOrder) -> list[str]:
    books = [charge.book for charge in order.charges]
    hashes = [document.sha256 for document in order.documents]
    tests = (
        (any(_unreadable(text) for text in _texts(order)), "caractère de contrôle ou illisible dans un texte"),
        (not order.purpose.strip(), "objet manquant"),
        (not order.payee.name.strip(), "nom du bénéficiaire manquant"),
        (not order.payee.iban.strip(), "compte du bénéficiaire manquant"),
        (not 0 < order.amount <= AMOUNT_MAX, "montant nul, négatif ou trop grand"),
        (not order.account.isdigit(), "compte imputé manquant"),
        (not order.charges, "aucun livre chargé"),
        (any(book not in BOOKS for book in books), "livre inconnu"),
        (len(set(books)) != len(books), "livre chargé deux fois"),
        (any(charge.amount <= 0 for charge in order.charges), "charge nulle ou négative"),
        (not order.documents, "aucune pièce justificative"),
        (not all(_SHA256.fullmatch(digest) for digest in hashes), "empreinte de pièce mal formée"),
        (len(set(hashes)) != len(hashes), "même pièce jointe deux fois"),
        (order.kind not in KINDS, "nature d'ordre inconnue"),
        ((order.kind == REISSUE) != (order.reissues is not None), "ordre d'origine du virement revenu mal indiqué"),
        (order.on_behalf_of is not None and order.on_behalf_of not in BOOKS, "État bénéficiaire inconnu"),
        (order.currency != "XOF", "monnaie autre que le franc CFA (XOF)"),
    )
    return [fault for wrong, fault in tests if wrong]


def _texts(order: PaymentOrder) -> tuple[str, ...]:
    names = tuple(document.name for document in order.documents)
    return (order.number, order.purpose, order.payee.name, order.payee.iban, order.account, *names)


def _unreadable(text: str) -> bool:
    """Line ends, other control characters and halves of letters: they could not be printed as they were signed."""
    return any(unicodedata.category(letter) in ("Cc", "Cs", "Cn", "Zl", "Zp") for letter in text)


def _missing(book: str) -> Charge:
    raise KeyError(book)
