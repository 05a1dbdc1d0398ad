"""A CFONB 120 movement (04) and its complements (05) become one line of the statement."""

from dataclasses import dataclass, field

from reconcile.model import Fault, StatementLine
from reconcile.readers.cfonb120_record import Complement, Record, day_of
from reconcile.text import clean_label

_NAMES = ("NPY", "NBE", "NPO", "NBU")
"""Who paid or is paid; the ultimate debtor or creditor only where nobody nearer is named."""
_LABELS = ("LIB", "LCC", "LC2", "LCS")
_CODED = ("IPY", "IBE", "IPO", "IBU", "MMO", "CBE", "RUM", "CPY", "FEE", "RCN", "REF", *_NAMES)


@dataclass(slots=True)
class Movement:
    """A 04 with the 05 that follow it."""

    record: Record
    complements: list[Complement] = field(default_factory=list)


def line_of(movement: Movement, amount: int, faults: list[Fault]) -> StatementLine | None:
    """The statement's line; None after a fault in one of its dates."""
    text = movement.record.text
    days = []
    for name, place in (("comptable", text[34:40]), ("de valeur", text[42:48])):
        day, fine = day_of(place)
        if not fine:
            faults.append(_unreadable(movement.record.line, name, place))
            return None
        days.append(day)
    booking, value = days
    notes: tuple[str, ...] = ()
    if booking is None:
        if value is None:
            faults.append(_unreadable(movement.record.line, "comptable", text[34:40]))
            return None
        booking, notes = value, ("booking_date_from_value_date",)
    if reason := text[40:42].strip():
        notes = (*notes, f"reject_reason:{reason}")
    return StatementLine(
        booking,
        value,
        amount,
        bank_reference=clean_label(text[104:120]) or None,
        customer_reference=_customer_reference(movement),
        type=text[32:34].strip() or None,
        counterparty=_counterparty(movement),
        label=_label(movement),
        notes=notes,
    )


def _unreadable(line: int, name: str, text: str) -> Fault:
    sentence = (
        f"Ligne {line} : date {name} illisible. Attendu JJMMAA, lu « {clean_label(text)} ». "
        "Demandez à la banque un fichier correct."
    )
    return Fault("date_unreadable", sentence, {"line": line, "found": text})


def _customer_reference(movement: Movement) -> str | None:
    """The end-to-end reference (RCN), else the transaction's (REF, second half), else the batch's."""
    said = {complement.qualifier: complement.text for complement in reversed(movement.complements)}
    for reference in (said.get("RCN", "")[:35], said.get("REF", "")[35:], said.get("REF", "")[:35]):
        if plain := clean_label(reference):
            return plain
    return None


def _counterparty(movement: Movement) -> str | None:
    for name in _NAMES:
        for complement in movement.complements:
            if complement.qualifier == name and (plain := clean_label(complement.text)):
                return plain
    return None


def _label(movement: Movement) -> str:
    """The movement's own label, then its free texts; a qualifier nobody knows is kept with its text."""
    text = movement.record.text
    parts = [text[48:81] if text[79:81].strip() else text[48:79]]
    for complement in movement.complements:
        if complement.qualifier in _LABELS:
            parts.append(complement.text)
        elif complement.qualifier not in _CODED:
            parts.append(f"{complement.qualifier} {complement.text}")
    return clean_label(" ".join(parts))
