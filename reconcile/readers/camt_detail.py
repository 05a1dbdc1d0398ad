"""The transactions below one camt entry (`TxDtls`): they help matching and never change the entry's amount."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from reconcile.readers.camt_xml import Names, at, shown, text_at, text_of
from reconcile.readers.xml_amount import decimal_units

if TYPE_CHECKING:
    from lxml import etree

NOT_GIVEN = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOTAVAILABLE"})

REFERENCES = ("EndToEndId", "TxId", "InstrId", "PmtInfId", "ChqNb", "UETR")
"""Which reference names the transaction, the customer's own first."""

SIGNS = {"CRDT": 1, "DBIT": -1}


class Detail(NamedTuple):
    """One transaction of an entry, signed as the entry is."""

    amount: int | None
    reference: str | None
    bank_reference: str | None
    counterparty: str | None
    label: str


def read_details(
    blocks: "list[etree._Element]",
    names: Names,
    *,
    sign: int,
    currency: str,
    exponent: int,
    owner: str | None,
    reversal: bool,
) -> tuple[list[Detail], str | None]:
    """The details of an entry and the reference of its batch, if it says one.

    `blocks` are the `NtryDtls` of the entry, or its `TxDtls` and `Btch` (.01).
    """
    details: list[Detail] = []
    batch_reference: str | None = None
    for name, element in _unfolded(blocks, names):
        if name == "Btch":
            batch_reference = batch_reference or text_at(element, names, "PmtInfId") or text_at(element, names, "MsgId")
        else:
            parts = {names[child.tag]: child for child in element}
            amount = _amount(parts, names, sign, currency, exponent)
            reference, bank_reference = _references(parts.get("Refs"), names)
            party = _counterparty(parts, names, sign, owner, reversal)
            details.append(Detail(amount, reference, bank_reference, party, _label(parts, names)))
    return details, batch_reference


def _unfolded(blocks: "list[etree._Element]", names: Names) -> "Iterator[tuple[str, etree._Element]]":
    for block in blocks:
        name = names[block.tag]
        if name != "NtryDtls":
            yield name, block
            continue
        for child in block:
            inner = names[child.tag]
            if inner in ("Btch", "TxDtls"):
                yield inner, child


def _amount(parts: "dict[str, etree._Element]", names: Names, sign: int, currency: str, exponent: int) -> int | None:
    """`Amt`, else `AmtDtls/TxAmt`, else `AmtDtls/InstdAmt`, when it is in the currency of the entry."""
    amount, more = parts.get("Amt"), parts.get("AmtDtls")
    candidates = [amount]
    if amount is None and more is not None:
        candidates = [at(more, names, "TxAmt", "Amt"), at(more, names, "InstdAmt", "Amt")]
    sign = SIGNS.get(text_of(parts.get("CdtDbtInd")) or "", sign)
    for candidate in candidates:
        text = text_of(candidate)
        if candidate is None or text is None or candidate.get("Ccy", currency) != currency:
            continue
        try:
            return sign * decimal_units(text, exponent)
        except ValueError:
            return None
    return None


def _references(refs: "etree._Element | None", names: Names) -> tuple[str | None, str | None]:
    if refs is None:
        return None, None
    given: dict[str, str] = {}
    for child in refs:
        text = text_of(child)
        if text and text.upper() not in NOT_GIVEN:
            given[names[child.tag]] = text
    return next((given[name] for name in REFERENCES if name in given), None), given.get("AcctSvcrRef")


def _counterparty(
    parts: "dict[str, etree._Element]", names: Names, sign: int, owner: str | None, reversal: bool
) -> str | None:
    """The other party: the debtor of money in, the creditor of money out; the other way round in a return.

    A returned operation keeps the roles of the original one. A party that bears the account owner's name is
    only given when there is no other.
    """
    related = parts.get("RltdPties")
    if related is None:
        return None
    found: dict[str, str] = {}
    for child in related:
        name = names[child.tag]
        if name in ("Dbtr", "Cdtr", "UltmtDbtr", "UltmtCdtr"):
            text = _name(child, names)
            if text:
                found[name] = shown(text)
    credit = (sign > 0) != (reversal or "RtrInf" in parts)
    order = ("Dbtr", "UltmtDbtr", "Cdtr", "UltmtCdtr") if credit else ("Cdtr", "UltmtCdtr", "Dbtr", "UltmtDbtr")
    if len(found) == 1:
        return next(iter(found.values()))
    known = [found[name] for name in order if name in found]
    others = [name for name in known if owner is None or name.casefold() != owner.casefold()]
    return next(iter(others or known), None)


def _name(party: "etree._Element", names: Names) -> str | None:
    """The name of a party: `Nm` (.02 to .06), `Pty/Nm` or `Agt/FinInstnId/Nm` (.07 and later)."""
    for child in party:
        name = names[child.tag]
        if name == "Nm":
            return text_of(child)
        if name == "Pty":
            return text_at(child, names, "Nm")
        if name == "Agt":
            return text_at(child, names, "FinInstnId", "Nm")
    return None


def _label(parts: "dict[str, etree._Element]", names: Names) -> str:
    texts: list[str] = []
    remittance = parts.get("RmtInf")
    if remittance is not None:
        for child in remittance:
            if names[child.tag] == "Ustrd":
                texts.append(text_of(child) or "")
            elif names[child.tag] == "Strd":
                texts += [
                    text_at(child, names, "CdtrRefInf", "Ref") or "",
                    text_at(child, names, "RfrdDocInf", "Nb") or "",
                    text_at(child, names, "AddtlRmtInf") or "",
                ]
    additional = text_of(parts.get("AddtlTxInf"))
    if additional:
        texts.append(additional)
    returned = parts.get("RtrInf")
    if returned is not None:
        texts += [text_at(returned, names, "Rsn", "Cd") or "", text_at(returned, names, "AddtlInf") or ""]
    return shown(texts[0] if len(texts) == 1 else " ".join(dict.fromkeys(text for text in texts if text)))
