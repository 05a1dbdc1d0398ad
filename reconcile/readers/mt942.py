"""Read MT942 interim reports: booked movements of the day, without balances, so never proven."""

import re
from dataclasses import dataclass, field
from datetime import date

from reconcile.amount import AmountUnreadable
from reconcile.currency import exponent_of
from reconcile.dates import from_yymmdd
from reconcile.model import Fault, FileRefused, Statement, StatementLine
from reconcile.readers.faults import FAULTS_MAX, LineFault, span
from reconcile.readers.mt940_fields import (
    EXPECTED_MARKS,
    Field,
    Movement,
    MovementReader,
    amount_of,
    fields_of,
    misplaced,
)
from reconcile.text import clean_label, decode

FORMAT = "mt942"

_FLOOR = re.compile(r"([A-Z]{3})([CD])?[0-9,]*")
_TOTAL = re.compile(r"([0-9]{1,5})([A-Z]{3})([0-9,]+)")


@dataclass(slots=True)
class _Report:
    """A report being read."""

    line: int
    account: str | None = None
    number: str | None = None
    currency: str = ""
    day: date | None = None
    lines: list[StatementLine] = field(default_factory=list)
    expected: int = 0
    totals: list[Field] = field(default_factory=list)
    faulty: bool = False
    reader: MovementReader | None = None

    @property
    def begun(self) -> bool:
        return bool(self.lines or self.totals or self.currency or self.expected or self.faulty)


def read(data: bytes, *, bound_currency: str | None = None) -> tuple[Statement, ...]:
    """The reports of the file, or none of them: no balances, not proven, expected entries (EC, ED) left out.

    `bound_currency` serves where the bank states no floor limit (:34F:).
    Refuses: statement_file_refused, with every fault of the file: structure, amount_unreadable,
    date_unreadable, currency_mismatch, not_recognised. Source: SWIFT User Handbook, category 9, MT942.
    """
    faults: list[Fault] = []
    reports = _reports(data, bound_currency or "", faults)
    if not reports and not faults:
        faults.append(Fault("not_recognised", "Ce fichier ne contient aucun relevé MT942.", {}))
    statements = [_statement(report, faults) for report in reports if not report.faulty]
    if faults:
        raise FileRefused(sorted(faults, key=lambda fault: fault.facts.get("line", 0))[:FAULTS_MAX], format=FORMAT)
    return tuple(statements)


def _reports(data: bytes, currency: str, faults: list[Fault]) -> list[_Report]:
    reports: list[_Report] = []
    waiting: Movement | None = None
    for item in fields_of(decode(data).text):
        if waiting is not None:
            reports[-1].lines.append(waiting.line(item.text if item.tag == "86" else None))
            waiting = None
            if item.tag == "86":
                continue
        if item.tag == "20" or (item.tag in ("25", "25P") and reports and reports[-1].begun):
            reports.append(_Report(item.line, currency=""))
        if not reports:
            if item.tag == "61":
                faults.append(misplaced(item, "un en-tête (:20:, :25:)"))
            continue
        try:
            waiting = _take(item, reports[-1], currency)
        except LineFault as wrong:
            faults.append(wrong.fault)
            reports[-1].faulty = True
    if waiting is not None:
        reports[-1].lines.append(waiting.line(None))
    return reports


def _take(item: Field, report: _Report, currency: str) -> Movement | None:
    """Add the field to the report; the movement of a :61: waits for its :86:."""
    text = clean_label(item.text.split("\n", 1)[0])
    match item.tag:
        case "25" | "25P":
            report.account = text
        case "28" | "28C":
            report.number = text
        case "34F":
            if found := _FLOOR.fullmatch(text):
                report.currency = found[1]
        case "13" | "13D":
            report.day = from_yymmdd(text) if text[:6].isdecimal() and text[:6].isascii() else None
        case "90C" | "90D":
            report.totals.append(item)
        case "60F" | "60M" | "62F" | "62M":
            fault = misplaced(item, "aucun solde dans un MT942")
            raise LineFault(fault.code, fault.sentence, **fault.facts)
        case "61":
            return _movement(item, report, currency)
    return None


def _movement(item: Field, report: _Report, currency: str) -> Movement | None:
    if report.reader is None:
        report.currency = report.currency or currency
        if not report.currency:
            raise LineFault(
                "currency_mismatch",
                f"Ligne {item.line} : le relevé n'a pas de monnaie (:34F:). Attendu un code de trois lettres. "
                "Rattachez le compte, ou demandez à la banque un fichier complet.",
                line=item.line,
            )
        report.reader = MovementReader(exponent_of(report.currency))
    found = report.reader.read(item)
    if found.mark in EXPECTED_MARKS:
        report.expected += 1
        return None
    return found


def _statement(report: _Report, faults: list[Fault]) -> Statement:
    currency = report.currency
    if report.account is None:
        faults.append(
            Fault("structure", f"Relevé de la ligne {report.line} : le compte (:25:) manque.", {"line": report.line})
        )
    notes: tuple[str, ...] = ("expected_entries_left_out",) if report.expected else ()
    for total in report.totals:
        found = _TOTAL.fullmatch(clean_label(total.text.split("\n", 1)[0]))
        if not found:
            continue
        if currency and found[2] != currency:
            faults.append(_other_currency(total, currency, found[2]))
        currency = currency or found[2]
        if not report.expected and not _agrees(report, total.tag, found, exponent_of(currency)):
            notes = (*notes, "sums_differ")
    start, end = span(report.lines)
    return Statement(
        report.account or "",
        currency,
        exponent_of(currency),
        report.number,
        start or report.day,
        end or report.day,
        None,
        None,
        proven=False,
        lines=tuple(report.lines),
        notes=tuple(dict.fromkeys(notes)),
    )


def _agrees(report: _Report, tag: str, found: re.Match[str], exponent: int) -> bool:
    """Whether the bank's count and sum of debits (90D) or credits (90C) are those of the movements read."""
    sign = 1 if tag == "90C" else -1
    amounts = [line.amount for line in report.lines if line.amount * sign > 0]
    try:
        return (int(found[1]), amount_of(found[3], exponent)) == (len(amounts), abs(sum(amounts)))
    except AmountUnreadable:
        return False


def _other_currency(total: Field, expected: str, found: str) -> Fault:
    sentence = (
        f"Ligne {total.line}, zone :{total.tag}: dans une autre monnaie que le relevé. Attendu {expected}, lu {found}. "
        "Demandez à la banque un fichier correct."
    )
    return Fault("currency_mismatch", sentence, {"line": total.line, "expected": expected, "found": found})
