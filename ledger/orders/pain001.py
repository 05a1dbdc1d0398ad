"""The transfer file for the bank: ISO 20022 pain.001.001.09, in CFA francs, from one account to IBANs of the Union."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ledger.iban import check_iban
from ledger.refusal import Refusal

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"

_BARE: Any = {None: NAMESPACE}
"""The message's namespace without a prefix, as banks expect it; lxml's types do not know that None is allowed."""

ALLOWED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ")
"""The SWIFT character set « x », without line ends: what every bank of the network can print."""

REFERENCE_MAX = 35
TEXT_MAX = 140

_WRITTEN_OUT = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "’": "'", "‘": "'", "«": "'", "»": "'", "“": "'", "”": "'",
     "–": "-", "—": "-", "&": "+", "°": "o",
        "ø": "o", "Ø": "O", "ŋ": "n", "Ŋ": "N", "ɓ": "b", "Ɓ": "B", "ɗ": "d", "Ɗ": "D",
     "ƴ": "y", "Ƴ": "Y", "ɛ": "e", "Ɛ": "E", "ɔ": "o", "Ɔ": "O", "ɲ": "n", "Ɲ": "N"}
)  # fmt: skip
"""Letters that do not decompose, the alphabets of the three States included."""


@dataclass(frozen=True, slots=True)
class Debtor:
    """The account that pays: the name the bank knows, its IBAN, and its BIC when there is one."""

    name: str
    iban: str
    bic: str | None = None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One accepted charge to pay. `number` is the order's number: the reference that comes back on the statement."""

    number: str
    payee_name: str
    payee_iban: str
    amount: int
    purpose: str
    payee_bic: str | None = None


class TransferFileEmpty(Refusal):
    """There is nothing to pay."""

    code = "transfer_file_empty"
    sentence = (
        "Le fichier de virements {message} ne contient aucun ordre. Attendu : un ordre pris en charge au moins. "
        "Prenez d'abord les ordres en charge."
    )


class TransferDuplicate(Refusal):
    """An order would be paid twice by the same file."""

    code = "transfer_duplicate"
    sentence = (
        "Le fichier de virements {message} contient plusieurs fois les ordres {numbers}. "
        "Attendu : chaque ordre une seule fois. Retirez le double."
    )


class TransferUnfit(Refusal):
    """A reference, name or amount cannot be written in the bank's file without changing its meaning."""

    code = "transfer_unfit"
    sentence = (
        "Le virement {number} ne peut pas être écrit dans le fichier de la banque : {fault}. "
        "Attendu : une référence de 1 à 35 caractères latins, un nom et un montant positif. Corrigez l'ordre."
    )


def write_pain001(
    message: str, debtor: Debtor, transfers: Sequence[Transfer], *, created_at: datetime, execution: date
) -> bytes:
    """The file for one debited account, as bytes in UTF-8; the same input always gives the same bytes.

    `message` identifies the file (35 characters at most) and must be new for each file. Amounts are whole francs,
    written without decimals (XOF has none in ISO 4217). The control sum and count are those of the transfers.
    Agents are named by their BIC, or by the bank code that an IBAN of the Union begins with.
    Refuses: transfer_file_empty, transfer_duplicate, transfer_unfit, iban_invalid.
    """
    from lxml import etree

    if not transfers:
        raise TransferFileEmpty(message=message)
    twice = sorted(number for number, count in Counter(row.number for row in transfers).items() if count > 1)
    if twice:
        raise TransferDuplicate(message=message, numbers=twice)
    _check_reference(message, message)
    for row in transfers:
        _check(row)
    root = etree.Element(f"{{{NAMESPACE}}}Document", nsmap=_BARE)
    body = _child(root, "CstmrCdtTrfInitn")
    total = str(sum(row.amount for row in transfers))
    header = _child(body, "GrpHdr")
    _text(header, "MsgId", message)
    _text(header, "CreDtTm", created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _text(header, "NbOfTxs", str(len(transfers)))
    _text(header, "CtrlSum", total)
    _text(header, "InitgPty/Nm", latin(debtor.name))
    block = _child(body, "PmtInf")
    _text(block, "PmtInfId", message)
    _text(block, "PmtMtd", "TRF")
    _text(block, "BtchBookg", "false")
    _text(block, "NbOfTxs", str(len(transfers)))
    _text(block, "CtrlSum", total)
    _text(block, "ReqdExctnDt/Dt", execution.isoformat())
    _text(block, "Dbtr/Nm", latin(debtor.name))
    account = _text(block, "DbtrAcct/Id/IBAN", check_iban(debtor.iban).compact).getparent().getparent()
    _text(account, "Ccy", "XOF")
    _agent(block, "DbtrAgt", debtor.iban, debtor.bic)
    _text(block, "ChrgBr", "SHAR")
    for row in transfers:
        _transfer(block, row)
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def latin(text: str, length: int = TEXT_MAX) -> str:
    """The text in the characters every bank can print: accents dropped, the rest replaced by a space, cut to length."""
    spelled = unicodedata.normalize("NFKD", text.translate(_WRITTEN_OUT))
    kept = "".join(
        letter if letter in ALLOWED else " " for letter in spelled if not unicodedata.combining(letter)
    )  # fmt: skip
    return " ".join(kept.split())[:length].strip()


def _transfer(block: Any, row: Transfer) -> None:
    node = _child(block, "CdtTrfTxInf")
    _text(node, "PmtId/EndToEndId", row.number)
    _text(node, "Amt/InstdAmt", str(row.amount)).set("Ccy", "XOF")
    _agent(node, "CdtrAgt", row.payee_iban, row.payee_bic)
    _text(node, "Cdtr/Nm", latin(row.payee_name))
    _text(node, "CdtrAcct/Id/IBAN", check_iban(row.payee_iban).compact)
    _text(node, "RmtInf/Ustrd", latin(f"{row.number} {row.purpose}"))


def _agent(parent: Any, name: str, iban: str, bic: str | None) -> None:
    if bic:
        _text(parent, f"{name}/FinInstnId/BICFI", bic)
    else:
        _text(parent, f"{name}/FinInstnId/ClrSysMmbId/MmbId", check_iban(iban).bank)


def _text(parent: Any, path: str, text: str) -> Any:
    """Add the elements of `path` below `parent` and write the text in the last one."""
    for name in path.split("/"):
        parent = _child(parent, name)
    parent.text = text
    return parent


def _child(parent: Any, name: str) -> Any:
    from lxml import etree

    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _check(row: Transfer) -> None:
    _check_reference(row.number, row.number)
    if row.amount <= 0:
        raise TransferUnfit(number=row.number, fault=f"montant {row.amount}")
    if not row.payee_bic and not check_iban(row.payee_iban).is_uemoa:
        raise TransferUnfit(number=row.number, fault="compte hors UEMOA sans code BIC de la banque")
    if not latin(row.payee_name):
        raise TransferUnfit(number=row.number, fault="nom du bénéficiaire sans aucun caractère latin")


def _check_reference(number: str, reference: str) -> None:
    fits = 0 < len(reference) <= REFERENCE_MAX and set(reference) <= ALLOWED and reference == reference.strip()
    if not fits or reference.startswith("/") or reference.endswith("/") or "//" in reference:
        raise TransferUnfit(number=number, fault=f"référence « {reference} »")


def read_transfers(content: bytes) -> list[tuple[str, str, int]]:
    """What a file of ours asks for: number of the order, account credited, whole francs; nothing if unreadable."""
    from lxml import etree

    names = {"p": NAMESPACE}
    closed = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, closed)
        return [
            (
                str(node.findtext("p:PmtId/p:EndToEndId", namespaces=names)),
                str(node.findtext("p:CdtrAcct/p:Id/p:IBAN", namespaces=names)),
                int(str(node.findtext("p:Amt/p:InstdAmt", namespaces=names))),
            )
            for node in root.iterfind(".//p:CdtTrfTxInf", names)
        ]
    except (etree.XMLSyntaxError, ValueError):
        return []
