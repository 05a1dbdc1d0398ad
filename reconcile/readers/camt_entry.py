"""One entry of a camt message (`Ntry`): one line of the statement, whatever the details below it say."""

from typing import TYPE_CHECKING, NamedTuple

from reconcile.currency import decimals_allowed, exponent_of
from reconcile.model import LineDetail, StatementLine
from reconcile.readers.camt_detail import Detail, read_details
from reconcile.readers.camt_xml import Names, at, code_of, shown, text_at, text_of
from reconcile.readers.faults import LineFault
from reconcile.readers.xml_amount import decimal_units, printed_date

if TYPE_CHECKING:
    from datetime import date

    from lxml import etree

SIGNS = {"CRDT": 1, "DBIT": -1}

BLOCKS = ("NtryDtls", "Btch", "TxDtls")
"""Where the details are: in `NtryDtls`, or directly in the entry (.01)."""

LABEL_MAX = 1_000
"""A label longer than this is cut: the details keep the rest."""


class Read(NamedTuple):
    """A booked entry with the currency in which it is written."""

    line: StatementLine
    currency: str


def read_entry(entry: "etree._Element", names: Names, *, owner: str | None, currency: str | None) -> Read | None:
    """The line of a booked entry; None when the entry is only pending, expected or for information.

    The sign comes from `CdtDbtInd` alone: `RvslInd` says that the entry is a reversal and never turns it
    round. `currency` is what the account declares, used where the amount bears none. Raises `LineFault`
    for what cannot be read.
    """
    parts = {names[child.tag]: child for child in entry}
    if len(parts) == len(entry):
        blocks = [parts[name] for name in BLOCKS if name in parts]
    else:
        blocks = [child for child in entry if names[child.tag] in BLOCKS]
    status = code_of(parts.get("Sts"), names)
    if status not in (None, "BOOK"):
        return None
    notes: list[str] = [] if status else ["status_missing"]
    sign = _sign(parts.get("CdtDbtInd"))
    amount, currency = _amount(parts.get("Amt"), sign, currency)
    booking, value = _dates(parts, names, notes)
    reversal = text_of(parts.get("RvslInd")) in ("true", "1")
    details, batch_reference = read_details(
        blocks, names, sign=sign, currency=currency, exponent=exponent_of(currency), owner=owner, reversal=reversal
    )
    bank_reference = _reference(parts.get("AcctSvcrRef"))
    if len(details) == 1:
        reference, own_reference, counterparty = details[0][1:4]
    else:
        reference, own_reference, counterparty = (_only(column) for column in _columns(details))
    _compare(details, amount, notes)
    line = StatementLine(
        booking,
        value,
        amount,
        reversal,
        bank_reference or own_reference,
        reference or batch_reference,
        _type(parts.get("BkTxCd"), names),
        counterparty,
        _label(parts.get("AddtlNtryInf"), details),
        tuple(LineDetail(d.amount, d.reference, d.counterparty, d.label) for d in details),
        tuple(notes),
    )
    return Read(line, currency)


def _sign(mark: "etree._Element | None") -> int:
    text = text_of(mark)
    sign = SIGNS.get(text or "")
    if sign is None:
        raise LineFault(
            "structure",
            f"le sens (CdtDbtInd) est {'absent' if text is None else f'« {text} »'} ; attendu CRDT ou DBIT.",
            found=text,
        )
    return sign


def _amount(part: "etree._Element | None", sign: int, currency: str | None) -> tuple[int, str]:
    text = text_of(part)
    if part is None or text is None:
        raise LineFault("structure", "le montant (Amt) est absent.")
    currency = part.get("Ccy") or currency
    if not currency:
        raise LineFault("currency_mismatch", "la devise du montant (Ccy) est absente.")
    try:
        return sign * decimal_units(text, exponent_of(currency)), currency
    except ValueError:
        raise LineFault(
            "amount_unreadable",
            f"le montant « {text} » {currency} n'est pas lisible : attendu un nombre positif, un point avant les "
            f"décimales, {decimals_allowed(exponent_of(currency))}.",
            found=text,
            currency=currency,
        ) from None


def _dates(parts: "dict[str, etree._Element]", names: Names, notes: list[str]) -> "tuple[date, date | None]":
    booked, valued = _day(parts.get("BookgDt"), names), _day(parts.get("ValDt"), names)
    value: date | None = None
    if valued is not None:
        try:
            value = printed_date(valued)
        except ValueError:
            notes.append("value_date_unreadable")
    if booked is None:
        if value is None:
            raise LineFault("date_unreadable", "ni date comptable (BookgDt) ni date de valeur (ValDt) lisible.")
        notes.append("booking_date_from_value_date")
        return value, value
    try:
        return printed_date(booked), value
    except ValueError:
        raise LineFault("date_unreadable", f"la date comptable « {booked} » n'existe pas.", found=booked) from None


def _day(part: "etree._Element | None", names: Names) -> str | None:
    if part is None or not len(part):
        return None
    first = part[0]
    return text_of(first) if names[first.tag] in ("Dt", "DtTm") else text_at(part, names, "Dt")


def _compare(details: list[Detail], amount: int, notes: list[str]) -> None:
    """A difference between an entry and its details (charges, most often) is shown, never corrected."""
    amounts = [detail.amount for detail in details if detail.amount is not None]
    if details and len(amounts) == len(details) and sum(amounts) != amount:
        notes.append("details_differ")


def _reference(part: "etree._Element | None") -> str | None:
    text = text_of(part)
    return None if text in (None, "NONREF", "NOTPROVIDED") else text


def _type(code: "etree._Element | None", names: Names) -> str | None:
    """`PMNT-RCDT-ESCT` from the ISO code; else the bank's own code."""
    if code is None:
        return None
    domain = at(code, names, "Domn")
    if domain is not None:
        parts = [text_of(part) for part in domain.iter() if names[part.tag] in ("Cd", "SubFmlyCd")]
        joined = "-".join(part for part in parts if part)
        if joined:
            return joined
    return text_at(code, names, "Prtry", "Cd")


def _label(additional: "etree._Element | None", details: list[Detail]) -> str:
    own = shown(text_of(additional) or "")
    if len(details) == 1:
        text = details[0].label
        return (f"{text} {own}" if own not in text else text)[:LABEL_MAX].strip()
    texts = list(dict.fromkeys(detail.label for detail in details if detail.label))
    if own and own not in texts:
        texts.append(own)
    return " ".join(texts)[:LABEL_MAX].rstrip()


def _columns(details: list[Detail]) -> list[list[str | None]]:
    return [
        [detail.reference for detail in details],
        [detail.bank_reference for detail in details],
        [detail.counterparty for detail in details],
    ]


def _only(values: list[str | None]) -> str | None:
    """The value when all details give the same one, else None: a batch has no single reference."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
