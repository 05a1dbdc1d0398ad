"""Orders as they are sent: the JSON document of `pcaes order create`, read strictly, and its documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ledger.book import BOOKS
from ledger.entry_file import AmountNotWhole
from ledger.money import share
from ledger.orders.order import KINDS, PAYMENT, Charge, Document, Payee, PaymentOrder, payee_from
from ledger.refusal import Refusal
from ledger.system_words import system_reason

ORDER_KEYS = {
    "purpose", "payee", "amount", "charges", "account", "documents", "key", "kind", "reissues", "on_behalf_of",
}  # fmt: skip
TEXT_MAX = 500
SHARE_MAX = 1_000_000
DOCUMENT_MAX = 20 * 1024 * 1024
"""Bytes of one supporting document: a scanned file of many pages, not an archive."""


class OrderFileUnreadable(Refusal):
    """The file is not the JSON document that the command expects."""

    code = "order_file_unreadable"
    sentence = "Le fichier d'ordres {file} ne peut pas être lu ({where}) : {fault}. Corrigez-le, puis recommencez."


class DocumentUnusable(Refusal):
    """A supporting document is missing or cannot be kept."""

    code = "document_unusable"
    sentence = (
        "Le fichier d'ordres {file} ({where}) : la pièce justificative « {document} » ne peut pas être jointe, "
        "{fault}. Attendu : un fichier lisible, nommé par rapport au fichier d'ordres. "
        "Joignez la pièce, puis recommencez."
    )


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order that asks to be created (its number is still empty), with the bytes of its documents by SHA-256."""

    order: PaymentOrder
    contents: Mapping[str, bytes]
    key: str | None


def read_orders(document: Any, file: str, folder: Path) -> list[OrderRequest]:
    """The orders of `{"orders": [...]}`; documents are looked for beside the file.

    Refuses: order_file_unreadable, amount_not_whole, document_unusable, iban_invalid.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("orders"), list) or not document["orders"]:
        raise OrderFileUnreadable(file=file, where="début", fault='attendu {"orders": [ … ]} avec au moins un ordre')
    unknown = sorted(set(document) - {"orders"})
    if unknown:
        raise OrderFileUnreadable(file=file, where="début", fault=f"champ inconnu : {', '.join(unknown)}")
    return [_request(item, _Place(file, f"ordre {n}"), folder) for n, item in enumerate(document["orders"], start=1)]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the file we are, for the sentence of a refusal."""

    file: str
    where: str

    def fault(self, text: str) -> OrderFileUnreadable:
        return OrderFileUnreadable(file=self.file, where=self.where, fault=text)

    def object(self, item: Any, known: set[str]) -> Mapping[str, Any]:
        if not isinstance(item, Mapping):
            raise self.fault("attendu un objet JSON")
        unknown = sorted(set(item) - known)
        if unknown:
            raise self.fault(f"champ inconnu : {', '.join(unknown)}")
        return item

    def text(self, item: Mapping[str, Any], name: str) -> str:
        value = item.get(name)
        if not isinstance(value, str) or not value.strip():
            raise self.fault(f"« {name} » manque ou n'est pas un texte")
        if len(value) > TEXT_MAX:
            raise self.fault(f"« {name} » dépasse {TEXT_MAX} caractères")
        return value.strip()

    def optional(self, item: Mapping[str, Any], name: str) -> str | None:
        return None if item.get(name) is None else self.text(item, name)

    def amount(self, item: Mapping[str, Any]) -> int:
        """Refuses: amount_not_whole."""
        value = item.get("amount")
        if isinstance(value, bool) or not isinstance(value, int):
            raise AmountNotWhole(file=self.file, where=self.where, found=str(value))
        return value

    def list(self, item: Mapping[str, Any], name: str, what: str) -> list[Any]:
        value = item.get(name)
        if not isinstance(value, list) or not value:
            raise self.fault(f"« {name} » manque : {what}")
        return value


def _request(item: Any, at: _Place, folder: Path) -> OrderRequest:
    at.object(item, ORDER_KEYS)
    payee = at.object(item.get("payee"), {"name", "iban"})
    creditor: Payee = payee_from(at.text(payee, "name"), at.text(payee, "iban"))
    kind = at.optional(item, "kind") or PAYMENT
    if kind not in KINDS:
        raise at.fault(f"« kind » vaut « {kind} », attendu {', '.join(KINDS)}")
    documents, contents = _documents(item, at, folder)
    order = PaymentOrder(
        number="",
        purpose=" ".join(at.text(item, "purpose").split()),
        payee=creditor,
        amount=at.amount(item),
        account=at.text(item, "account"),
        charges=_charges(item, at, at.amount(item)),
        documents=documents,
        kind=kind,
        on_behalf_of=at.optional(item, "on_behalf_of"),
        reissues=at.optional(item, "reissues"),
    )
    return OrderRequest(order, contents, at.optional(item, "key"))


def _charges(item: Mapping[str, Any], at: _Place, amount: int) -> tuple[Charge, ...]:
    """The part of each book, in francs; or all by `share`, the order's amount then given away to the last franc."""
    rows = at.list(item, "charges", "attendu la part de chaque livre, dont la somme est le montant de l'ordre")
    books = [_book(row, at) for row in rows]
    shared = [row for row in rows if "share" in row]
    if not shared:
        found = [Charge(book, at.amount(row)) for book, row in zip(books, rows, strict=True)]
        return tuple(sorted(found, key=lambda charge: BOOKS.index(charge.book)))
    if len(shared) < len(rows) or any("amount" in row for row in rows):
        raise at.fault("« charges » mêle « amount » et « share » : attendu l'un ou l'autre pour toutes")
    if len(set(books)) < len(books):
        raise at.fault("un livre est chargé deux fois")
    if any(type(row["share"]) is not int or not 0 < row["share"] <= SHARE_MAX for row in rows):
        raise at.fault(f"« share » est un nombre entier de 1 à {SHARE_MAX}")
    weights = sorted(zip(books, (row["share"] for row in rows), strict=True), key=lambda pair: BOOKS.index(pair[0]))
    parts = share(amount, [weight for _, weight in weights])
    return tuple(Charge(book, part) for (book, _), part in zip(weights, parts, strict=True))


def _book(row: Any, at: _Place) -> str:
    book = at.text(at.object(row, {"book", "amount", "share"}), "book")
    if book not in BOOKS:
        raise at.fault(f"le livre « {book} » n'existe pas ({', '.join(BOOKS)})")
    return book


def _documents(
    item: Mapping[str, Any], at: _Place, folder: Path
) -> tuple[tuple[Document, ...], dict[str, bytes]]:  # fmt: skip
    documents, contents = [], {}
    for name in at.list(item, "documents", "attendu au moins une pièce justificative"):
        if not isinstance(name, str) or not name.strip():
            raise at.fault("« documents » contient autre chose que des chemins de fichiers")
        path = folder / name
        try:
            size = path.stat().st_size
            if size > DOCUMENT_MAX:
                raise DocumentUnusable(file=at.file, where=at.where, document=name, fault=f"{size} octets, trop grande")
            content = path.read_bytes()
        except (OSError, ValueError) as fault:
            reason = system_reason(fault) if isinstance(fault, OSError) else "ce nom n'est pas celui d'un fichier"
            raise DocumentUnusable(file=at.file, where=at.where, document=name, fault=reason) from fault
        if not content:
            raise DocumentUnusable(file=at.file, where=at.where, document=name, fault="le fichier est vide")
        digest = sha256(content).hexdigest()
        documents.append(Document(path.name, digest, len(content)))
        contents[digest] = content
    return tuple(documents), contents
