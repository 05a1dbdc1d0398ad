"""The fields of MT940 and MT942 messages: tags, balances, the :61: statement line, the :86: information."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from ledger.money import DIGITS_MAX
from reconcile.amount import AmountUnreadable, parse_decimal
from reconcile.dates import calendar_date, from_yymmdd, full_year, nearest_year
from reconcile.model import Fault, StatementLine
from reconcile.readers.faults import LineFault
from reconcile.text import clean_label

_TAG = re.compile(r"^:([0-9]{2}[A-Z]?|NS|[0-9]{3}):", re.MULTILINE)
_ENVELOPE_END = re.compile(r"^-\}|^\{[1-5S]:", re.MULTILINE)
_MESSAGE_END = re.compile(r"^-[ \t]*$", re.MULTILINE)

_BALANCE = re.compile(r"([CD])([0-9]{6})([A-Z]{3})?[ ]?([0-9,]+)[ ]*")
_LINE = re.compile(
    r"([0-9]{6})([0-9]{4}|[ ]{4})?(RC|RD|EC|ED|C|D)([A-Z])?[ \n]?([0-9]{1,15}(?:,[0-9]*)?|,[0-9]+)(?![0-9.,])[ ]?"
    r"((?!NONREF)[NSF][A-Z0-9 ]{3})?"
)
_LINE_START = re.compile(r"[0-9]{6}(?:[0-9]{4}|[ ]{4})?(?:RC|RD|EC|ED|C|D)[A-Z]?[ \n]?(?P<amount>[^A-Z\n]*)")
_PLAIN = re.compile(
    r"^:61:([0-9]{6})([0-9]{4})?(RC|RD|C|D)([A-Z])?([0-9]{1,15},[0-9]{0,2})((?!NONREF)[NSF][A-Z0-9]{3})"
    # no slash nor question mark in the label: they announce names and subfields
    r"([A-Z0-9]{1,16})(?://([A-Z0-9]{1,16}))?\n:86:([!-.0->@-~](?:[ -.0->@-~]{0,63}[!-.0->@-~])?)\n(?=:6[12][FM]?:)",
    re.MULTILINE,
)
_SUBFIELD = re.compile(r"\?([0-9]{2})")
_NAME = re.compile(r"/(?:NAME|ORDP|BENM)/+(?:NAME/)?([^/]+)")

_LINE_WIDTH = 65
"""A full line of :86: goes on in the next one without a blank."""

SIGN = {"C": 1, "RD": 1, "D": -1, "RC": -1, "EC": 1, "ED": -1}
REVERSALS = ("RC", "RD")
EXPECTED_MARKS = ("EC", "ED")


class Field(NamedTuple):
    """One tag with its text; `line` is where it starts in the file."""

    line: int
    tag: str
    text: str
    cut: bool = False
    """True for the last field of a file whose last line has no end: it may lack its own."""


class PlainMovement(NamedTuple):
    """A :61: and its :86:, each on one line and without anything that needs a second look."""

    line: int
    value: str
    entry: str | None
    mark: str
    funds: str | None
    amount: str
    type: str
    customer: str
    bank: str | None
    label: str

    def fields(self) -> tuple[Field, Field]:
        """As two fields, where the movement is out of place and must be named."""
        bank = "" if self.bank is None else f"//{self.bank}"
        text = (
            f"{self.value}{self.entry or ''}{self.mark}{self.funds or ''}{self.amount}{self.type}{self.customer}{bank}"
        )
        return Field(self.line, "61", text), Field(self.line + 1, "86", self.label)


class Balance(NamedTuple):
    """An opening or closing balance. `currency` is None where the bank left it out."""

    amount_text: str
    sign: int
    day: date | None
    currency: str | None

    def amount(self, exponent: int) -> int:
        """In minor units, negative when the holder owes. Raises `AmountUnreadable`."""
        return self.sign * amount_of(self.amount_text, exponent)


class Movement(NamedTuple):
    """What a :61: says, its information apart."""

    booking: date
    value: date | None
    mark: str
    amount: int
    type: str | None
    customer_reference: str | None
    bank_reference: str | None
    details: str
    notes: tuple[str, ...]

    def line(self, information: str | None) -> StatementLine:
        """The statement's line, labelled by its :86: or, without one, by the details of the :61: itself."""
        label, counterparty = label_of(self.details if information is None else information)
        return StatementLine(
            self.booking,
            self.value,
            self.amount,
            self.mark in REVERSALS,
            self.bank_reference,
            self.customer_reference,
            self.type,
            counterparty,
            label,
            (),
            self.notes,
        )


def fields_of(text: str) -> Iterator[Field]:
    """The tagged fields of the file in order, without envelopes nor end lines, whatever the line breaks."""
    return _fields(_unwrapped(text), 1, "")


def movements_and_fields(text: str) -> Iterator["Field | PlainMovement"]:
    """As `fields_of`, a :61: and its :86: of the most common form taken together: nine lines in ten of a long file."""
    text = _unwrapped(text)
    line, place = 1, 0
    for found in _PLAIN.finditer(text):
        if found.start() > place:
            yield from _fields(text[place : found.start()], line, "61")
            line += text.count("\n", place, found.start())
        yield PlainMovement(line, *found.groups())
        line += 2
        place = found.end()
    yield from _fields(text[place:], line, "")


def _unwrapped(text: str) -> str:
    if "@@:" in text:
        text = text.replace("@@", "\n")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("{4::", "{4:\n:")


def _fields(text: str, line: int, next_tag: str) -> Iterator[Field]:
    """The fields of a part of the file that begins at `line` and comes before a field of `next_tag`."""
    parts = _TAG.split(text)
    line += parts[0].count("\n")
    for place in range(1, len(parts), 2):
        tag, content = parts[place], parts[place + 1]
        start = line
        line += content.count("\n")
        if "\n{" in content or "\n-}" in content:
            content = content[: found.start()] if (found := _ENVELOPE_END.search(content)) else content
        if "\n-" in content:
            following = parts[place + 2] if place + 2 < len(parts) else next_tag
            if following in ("", "20", "25", "940", "942") and (found := _MESSAGE_END.search(content)):
                content = content[: found.start()]
        last = not next_tag and place + 2 == len(parts) and not parts[place + 1].endswith("\n")
        yield Field(start, tag, content.rstrip("\n"), last)


def amount_of(digits: str, exponent: int) -> int:
    """An unsigned amount with a comma: `1234567,`, `12,5`. Raises `AmountUnreadable`."""
    whole, _, decimals = digits.partition(",")
    plain = whole + decimals
    if len(decimals) <= exponent and plain.isdecimal() and len(whole) + exponent <= DIGITS_MAX:
        return int(plain) * int(10 ** (exponent - len(decimals)))  # nearly all of them
    return parse_decimal(digits, exponent, decimals_max=2)


def balance_of(field: Field) -> Balance:
    """The balance of a :60a:, :62a:, :64: or :65:. Raises `LineFault`."""
    text = field.text.split("\n", 1)[0].strip()
    found = _BALANCE.fullmatch(text)
    if not found:
        code = "amount_unreadable" if re.match(r"[CD][0-9]{6}[A-Z]{3}", text) else "structure"
        raise _fault(code, field, "solde illisible ; attendu C ou D, date AAMMJJ, monnaie et montant à virgule")
    day = from_yymmdd(found[2])
    if day is None and found[2] != "000000":
        raise _fault("date_unreadable", field, "date du solde hors du calendrier")
    return Balance(found[4], 1 if found[1] == "C" else -1, day, found[3])


class MovementReader:
    """Reads the :61: of one statement; remembers the days already computed, since they repeat."""

    def __init__(self, exponent: int) -> None:
        self.exponent = exponent
        self._days: dict[tuple[str, str | None], tuple[date, date | None, tuple[str, ...]] | None] = {}

    def plain(self, item: PlainMovement) -> StatementLine | None:
        """The line of a movement of the common form; None when something in it must be said at length."""
        _, value_text, entry_text, mark, _, amount_text, kind, customer, bank, label = item
        key = value_text, entry_text
        if key not in self._days:
            self._days[key] = days_of(value_text, entry_text)
        days = self._days[key]
        if days is None:
            return None
        try:
            amount = amount_of(amount_text, self.exponent)
        except AmountUnreadable:
            return None
        return StatementLine(
            days[0],
            days[1],
            SIGN[mark] * amount,
            mark in REVERSALS,
            None if bank == "NONREF" else bank,
            None if customer == "NONREF" else customer,
            kind,
            None,
            label if "  " not in label else clean_label(label),
            (),
            days[2],
        )

    def read(self, field: Field) -> Movement:
        """The movement. Raises `LineFault`."""
        text = field.text
        found = _LINE.match(text)
        if not found:
            raise _unreadable_line(field)
        value_text, entry_text, mark, _, amount_text, kind = found.groups()
        if (value_text, entry_text) not in self._days:
            self._days[value_text, entry_text] = days_of(value_text, entry_text)
        days = self._days[value_text, entry_text]
        if days is None:
            raise _fault("date_unreadable", field, "dates de valeur et d'écriture hors du calendrier")
        booking, value, notes = days
        try:
            amount = amount_of(amount_text, self.exponent)
        except AmountUnreadable as unreadable:
            raise _fault("amount_unreadable", field, unreadable.explanation) from unreadable
        first, _, details = text[found.end() :].partition("\n")
        customer, mark_of_bank, bank = first.partition("//")
        if not mark_of_bank and details.startswith("//"):
            bank, _, details = details[2:].partition("\n")
        return Movement(
            booking,
            value,
            mark,
            SIGN[mark] * amount,
            kind.strip() if kind else None,
            _reference(customer),
            _reference(bank),
            details,
            notes,
        )


def days_of(value_text: str, entry_text: str | None) -> tuple[date, date | None, tuple[str, ...]] | None:
    """Booking date, value date and notes; None when no booking date can be had.

    A value date outside the calendar (30 February of the 30/360 banks) is left out, and the entry date
    books. Without an entry date the value date books, and the note says so.
    """
    value = from_yymmdd(value_text)
    if entry_text is None or not entry_text.strip():
        return (value, value, ("booking_date_from_value_date",)) if value else None
    around = value or _last_day_before(value_text)
    booking = nearest_year(entry_text, around) if around else None
    if booking is None:
        return None
    return booking, value, () if value else (f"value_date_invalid:{value_text}",)


def _last_day_before(text: str) -> date | None:
    """The end of the month of a `YYMMDD` whose day the month does not have."""
    year, month, day = full_year(int(text[:2])), int(text[2:4]), int(text[4:6])
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return None
    first = calendar_date(year + month // 12, month % 12 + 1, 1)
    return first - timedelta(days=1) if first else None


def label_of(text: str) -> tuple[str, str | None]:
    """Label and counterparty of a :86:, its lines joined: a full line goes on without a blank."""
    joined = join_lines(text)
    if "?" in joined and len(parts := _SUBFIELD.split(joined)) >= 5:
        return _structured(parts)
    named = _NAME.search(joined) if "/" in joined else None
    return clean_label(joined), (clean_label(named[1]) or None) if named else None


def join_lines(text: str) -> str:
    """The lines of a field as one: without a blank after a full line, with one otherwise."""
    if "\n" not in text:
        return text
    joined = ""
    last = _LINE_WIDTH
    for line in text.split("\n"):
        joined += line if last >= _LINE_WIDTH else f" {line}"
        last = len(line)
    return joined


def _structured(parts: list[str]) -> tuple[str, str | None]:
    """The `?nn` subfields of German banks: 00 posting text, 20-29 and 60-63 purpose, 32-33 name."""
    said: dict[str, str] = {}
    for place in range(1, len(parts) - 1, 2):
        said[parts[place]] = said.get(parts[place], "") + parts[place + 1]
    purpose = "".join(text for key, text in said.items() if "20" <= key <= "29" or "60" <= key <= "63")
    name = clean_label(said.get("32", "") + said.get("33", ""))
    return clean_label(f"{said.get('00', '')} {purpose}"), name or None


def _reference(text: str) -> str | None:
    plain = text.strip()
    if not plain or plain == "NONREF":
        return None
    return plain if plain.isascii() and plain.isprintable() else clean_label(plain) or None


def _unreadable_line(field: Field) -> LineFault:
    found = _LINE_START.match(field.text)
    if found:
        return _fault("amount_unreadable", field, "montant illisible ; attendu des chiffres et une virgule, sans signe")
    return _fault("structure", field, "mouvement illisible ; attendu date AAMMJJ, sens C, D, RC ou RD, puis montant")


def _fault(code: str, field: Field, problem: str) -> LineFault:
    shown = clean_label(field.text.split("\n", 1)[0])[:60]
    return LineFault(
        code,
        f"Ligne {field.line}, zone :{field.tag}: : {problem}. Lu « {shown} ». Demandez à la banque un fichier correct.",
        line=field.line,
        found=shown,
    )


def misplaced(field: Field, expected: str) -> Fault:
    """A field where it has no business."""
    sentence = (
        f"Ligne {field.line}, zone :{field.tag}: hors de sa place. Attendu {expected}. "
        "Demandez à la banque le fichier entier."
    )
    return Fault("structure", sentence, {"line": field.line, "tag": field.tag})
