"""OFX and QFX files (1.x SGML, 2.x XML): the booked movements of bank and card accounts.

The format has a closing ledger balance and no opening one: nothing proves that a line is not missing, so
`opening` is None and `proven` False. Source: OFX 1.6 and 2.2 specifications, chapter 11.
"""

import re
from dataclasses import dataclass, field
from datetime import date

from reconcile.amount import AmountUnreadable, parse_amount, parse_decimal
from reconcile.currency import exponent_of, is_currency
from reconcile.model import Fault, FileRefused, Statement, StatementFile, StatementLine
from reconcile.readers.faults import FAULTS_MAX, LineFault, span
from reconcile.readers.ofx_tags import Tag, tags, text_of_ofx
from reconcile.text import clean_label

STATEMENTS = frozenset({"STMTRS", "CCSTMTRS"})

AGGREGATES = STATEMENTS | {
    "BANKACCTFROM",
    "CCACCTFROM",
    "BANKTRANLIST",
    "BANKTRANLISTP",
    "STMTTRN",
    "STMTTRNP",
    "LEDGERBAL",
    "AVAILBAL",
    "BALLIST",
    "BANKACCTTO",
    "CCACCTTO",
    "PAYEE",
    "CURRENCY",
    "ORIGCURRENCY",
}
"""The aggregates whose beginning or end matters; all others are looked through."""

_AMOUNT_CHARACTERS_MAX = 40
_AMBIGUOUS = re.compile(r"[+-]?[0-9]{1,3}[.,]000")


@dataclass(slots=True)
class Draft:
    """One statement while its tags go by."""

    fields: dict[str, str] = field(default_factory=dict)
    account: dict[str, str] = field(default_factory=dict)
    ledger: dict[str, str] = field(default_factory=dict)
    movements: list[dict[str, str]] = field(default_factory=list)


def read(data: bytes, *, bound_currency: str | None = None) -> StatementFile:
    """The statements of an OFX or QFX file.

    `bound_currency` is that of the account in the books, used only where the file names none. The account is
    `bank/branch/account` where the bank gives all three, else the account identifier alone.
    Refuses: xml_doctype, encoding, file_truncated, structure, amount_unreadable, date_unreadable,
    currency_mismatch.
    """
    text = text_of_ofx(data)
    if "<!DOCTYPE" in text[:10_000].upper():
        raise _refused("xml_doctype", "Le fichier OFX déclare un type de document (DOCTYPE) : il est refusé.")
    drafts, ended = _drafts(text)
    if not ended:
        raise _refused(
            "file_truncated",
            "Le fichier OFX s'arrête avant sa fin (balise </OFX> absente). Téléchargez-le de nouveau.",
        )
    if not drafts:
        raise _refused("structure", "Le fichier OFX ne contient aucun relevé de compte (STMTRS ou CCSTMTRS).")
    faults: list[Fault] = []
    statements = [_statement(draft, bound_currency, faults) for draft in drafts]
    if faults:
        raise FileRefused(faults, format="ofx")
    return StatementFile("ofx", tuple(statement for statement in statements if statement is not None))


def _refused(code: str, sentence: str) -> FileRefused:
    return FileRefused([Fault(code, sentence, {})], format="ofx")


def _drafts(text: str) -> tuple[list[Draft], bool]:
    """The statements as they are written, and whether the file was closed as it should."""
    drafts: list[Draft] = []
    stack: list[str] = []
    ended = False
    for tag in tags(text):
        if tag.name == "OFX":
            ended = tag.closing
        elif tag.name in AGGREGATES:
            if tag.closing:
                _close(stack, tag.name)
            else:
                _open(stack, tag, drafts)
        elif not tag.closing and stack:
            _keep(drafts[-1], stack, tag)
    if stack:
        raise _refused("file_truncated", f"Le fichier OFX est incomplet : la balise {stack[-1]} n'est pas fermée.")
    return drafts, ended


def _open(stack: list[str], tag: Tag, drafts: list[Draft]) -> None:
    if tag.name in STATEMENTS:
        if stack:
            raise _refused("structure", f"Le fichier OFX est mal formé : un relevé commence dans {stack[-1]}.")
        drafts.append(Draft())
    elif not stack:
        return  # an aggregate of another message set, such as a transfer
    elif tag.name in ("STMTTRN", "STMTTRNP") and tag.name in stack:
        raise _refused("structure", "Le fichier OFX est mal formé : un mouvement commence avant la fin du précédent.")
    elif tag.name == "STMTTRN":
        drafts[-1].movements.append({})
    stack.append(tag.name)


def _close(stack: list[str], name: str) -> None:
    if name in stack:
        while stack[-1] != name:
            inner = stack.pop()
            if inner in ("STMTTRN", "LEDGERBAL", "BANKTRANLIST"):
                raise _refused("structure", f"Le fichier OFX est mal formé : {inner} n'est pas fermé avant {name}.")
        stack.pop()
    elif stack:
        raise _refused("structure", f"Le fichier OFX est mal formé : {name} est fermé sans avoir été ouvert.")


def _keep(draft: Draft, stack: list[str], tag: Tag) -> None:
    where = stack[-1]
    if where in STATEMENTS:
        draft.fields.setdefault(tag.name, tag.value)
    elif where in ("BANKACCTFROM", "CCACCTFROM"):
        draft.account.setdefault(tag.name, tag.value)
    elif where == "BANKTRANLIST":
        known = draft.fields.get(tag.name)
        if tag.name == "DTSTART":
            draft.fields[tag.name] = min(known or tag.value, tag.value)
        elif tag.name == "DTEND":
            draft.fields[tag.name] = max(known or tag.value, tag.value)
    elif where == "STMTTRN":
        draft.movements[-1].setdefault(tag.name, tag.value)
    elif where in ("PAYEE", "CURRENCY") and "STMTTRN" in stack:
        draft.movements[-1].setdefault(f"{where}.{tag.name}", tag.value)
    elif where == "LEDGERBAL":
        draft.ledger.setdefault(tag.name, tag.value)


def _statement(draft: Draft, bound_currency: str | None, faults: list[Fault]) -> Statement | None:
    account = _account(draft.account)
    name = f"Relevé OFX du compte {account or 'non précisé'}"
    before = len(faults)
    currency = draft.fields.get("CURDEF") or bound_currency or ""
    if not account:
        faults.append(Fault("structure", f"{name} : le numéro de compte (ACCTID) est absent.", {}))
    if not is_currency(currency):
        sentence = f"{name} : la devise (CURDEF) est absente ou illisible : « {currency} »."
        faults.append(Fault("currency_mismatch", sentence, {"found": currency}))
        return None
    exponent = exponent_of(currency)
    lines: list[StatementLine] = []
    for place, movement in enumerate(draft.movements, 1):
        if len(faults) >= FAULTS_MAX:
            break
        try:
            lines.append(_line(movement, exponent, currency))
        except LineFault as wrong:
            code, sentence, facts = wrong.fault
            faults.append(Fault(code, f"{name}, mouvement n° {place} : {sentence}", {"entry": place, **facts}))
    closing, start, end = None, None, None
    try:
        if draft.ledger.get("BALAMT"):
            closing = _amount(draft.ledger["BALAMT"], exponent)
        start, end = _day(draft.fields.get("DTSTART"), "DTSTART"), _day(draft.fields.get("DTEND"), "DTEND")
    except LineFault as wrong:
        faults.append(Fault(wrong.fault.code, f"{name} : {wrong.fault.sentence}", wrong.fault.facts))
    if len(faults) > before:
        return None
    first, last = span(lines)
    return Statement(
        account=account,
        currency=currency,
        exponent=exponent,
        number=None,
        start=start or first,
        end=end or last,
        opening=None,
        closing=closing,
        proven=False,
        lines=tuple(lines),
    )


def _account(fields: dict[str, str]) -> str:
    account = "".join(fields.get("ACCTID", "").split())
    if not account or not fields.get("BANKID") or not fields.get("BRANCHID"):
        return account
    return "/".join("".join(part.split()) for part in (fields["BANKID"], fields["BRANCHID"], account))


def _line(movement: dict[str, str], exponent: int, currency: str) -> StatementLine:
    own = movement.get("CURRENCY.CURSYM")
    if own and own != currency:
        raise LineFault("currency_mismatch", f"le montant est en {own}, le compte en {currency}.", found=own)
    if not movement.get("TRNAMT"):
        raise LineFault("structure", "le montant (TRNAMT) est absent.")
    booking = _day(movement.get("DTPOSTED"), "DTPOSTED")
    if booking is None:
        raise LineFault("date_unreadable", "la date comptable (DTPOSTED) est absente.")
    notes: tuple[str, ...] = ()
    try:
        value = _day(movement.get("DTAVAIL"), "DTAVAIL")
    except LineFault:
        value, notes = None, ("value_date_unreadable",)
    check = movement.get("CHECKNUM", "")
    label, memo = clean_label(movement.get("NAME", "")), clean_label(movement.get("MEMO", ""))
    if memo and memo != label:
        label = memo if memo.startswith(label) else f"{label} {memo}"
    return StatementLine(
        booking_date=booking,
        value_date=value,
        amount=_amount(movement["TRNAMT"], exponent),
        bank_reference=movement.get("FITID") or None,
        customer_reference=check if check.strip("0") else movement.get("REFNUM") or None,
        type=movement.get("TRNTYPE") or None,
        counterparty=clean_label(movement.get("PAYEE.NAME", "")) or None,
        label=label,
        notes=notes,
    )


def _amount(text: str, exponent: int) -> int:
    """A signed amount with a decimal point or comma. `1.000` is refused: one franc or a thousand, nobody knows."""
    try:
        if len(text) > _AMOUNT_CHARACTERS_MAX or (exponent < 3 and _AMBIGUOUS.fullmatch(text)):
            raise ValueError(text)
        bare = text.lstrip("+-")
        if len(text) - len(bare) <= 1 and bare and not any(mark in bare for mark in " \u00a0\u202f"):
            units = parse_decimal(bare, exponent)
            return -units if text.startswith("-") else units
        return parse_amount(text, exponent)
    except (ValueError, AmountUnreadable):
        raise LineFault(
            "amount_unreadable",
            f"le montant « {text[:_AMOUNT_CHARACTERS_MAX]} » n'est pas lisible.",
            found=text[:_AMOUNT_CHARACTERS_MAX],
        ) from None


def _day(text: str | None, tag: str) -> date | None:
    """The first eight digits as a date: the hour and the time zone that follow would only move it."""
    if not text:
        return None
    digits = text[:8]
    try:
        if len(digits) != 8 or not digits.isascii() or not digits.isdigit():
            raise ValueError(text)
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        raise LineFault("date_unreadable", f"la date « {text[:40]} » ({tag}) n'existe pas.", found=text[:40]) from None
