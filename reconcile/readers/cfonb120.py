"""Read CFONB 120 account statements, the format that ETEBAC exchanges made common in French-speaking banks."""

from dataclasses import dataclass, field
from datetime import date

from ledger.money import DIGITS_MAX
from reconcile.currency import exponent_of, is_currency
from reconcile.model import Fault, FileRefused, Statement, StatementLine
from reconcile.readers.cfonb120_line import Movement, line_of
from reconcile.readers.cfonb120_record import LENGTH, Record, amount_of, complement_of, day_of, records_of
from reconcile.readers.chain import chained
from reconcile.readers.faults import FAULTS_MAX, unbalanced
from reconcile.text import clean_label, decode

FORMAT = "cfonb120"
KINDS = ("01", "04", "05", "07")


@dataclass(slots=True)
class _Open:
    """A statement whose 07 has not come yet."""

    opening: Record
    movements: list[Movement] = field(default_factory=list)
    faulty: bool = False
    currency: str = ""
    """The first that one of its records names."""


@dataclass(slots=True)
class _Closed:
    opening: Record
    movements: list[Movement]
    closing: Record
    faulty: bool
    currency: str


def read(data: bytes, *, bound_currency: str | None = None) -> tuple[Statement, ...]:
    """Every statement of the file, or none of them. `bound_currency` serves where the bank left it out.

    Refuses: statement_file_refused, with every fault of the file: structure, file_truncated, encoding,
    amount_unreadable, date_unreadable, account_mismatch, currency_mismatch, statement_unbalanced,
    not_recognised. Source: CFONB, « Relevé de compte sur support informatique », 120 caractères, 2004 and
    2010.
    """
    records = records_of(decode(data).text)
    if not any(record.kind in KINDS for record in records):
        raise FileRefused(
            [Fault("not_recognised", "Ce fichier ne contient aucun enregistrement CFONB 120.", {})], format=FORMAT
        )
    faults: list[Fault] = []
    closed = _group(records, faults)
    notation = _Notation(closed, bound_currency)
    statements = [
        statement for found in closed if not found.faulty and (statement := _statement(found, notation, faults))
    ]
    if faults:
        raise FileRefused(sorted(faults, key=lambda fault: fault.facts.get("line", 0))[:FAULTS_MAX], format=FORMAT)
    return chained(statements)


class _Notation:
    """Currency and number of decimals of each record, found elsewhere in the file where it leaves them blank."""

    def __init__(self, closed: list[_Closed], bound_currency: str | None) -> None:
        self.bound_currency = bound_currency
        self._currencies: dict[tuple[str, str], str] = {}
        self._decimals: dict[tuple[str, str], str] = {}
        for found in closed:
            place = found.opening.place  # its movements are of the same place, or the file is refused
            for record in (*(movement.record for movement in found.movements), found.opening, found.closing):
                if place in self._currencies and place in self._decimals:
                    break
                if record.currency:
                    self._currencies.setdefault(place, record.currency)
                if record.decimals:
                    self._decimals.setdefault(place, record.decimals)

    def currency(self, found: _Closed) -> str | None:
        for code in (found.opening.currency, found.currency, self._currencies.get(found.opening.place)):
            if code:
                return code
        return self.bound_currency

    def decimals(self, record: Record, exponent: int) -> int | None:
        """How many decimals the record's amount has; None when the digit is not a digit."""
        digit = record.decimals or self._decimals.get(record.place) or str(exponent)
        return int(digit) if digit in "0123456789" else None


def _group(records: list[Record], faults: list[Fault]) -> list[_Closed]:
    """Sort the records into statements; everything that is out of place is a fault."""
    closed: list[_Closed] = []
    current: _Open | None = None
    for record in records:
        if wrong := _misshapen(record):
            faults.append(wrong)
            if current:
                current.faulty = True
            continue
        if record.kind == "01":
            if current:
                faults.append(_unfinished(current, f"un nouvel ancien solde commence à la ligne {record.line}"))
            current = _Open(record, currency=record.currency)
        elif current is None:
            faults.append(_outside(record))
        elif wrong := _elsewhere(record, current):
            faults.append(wrong)
            current.faulty = True
        elif record.kind == "04":
            current.movements.append(Movement(record))
        elif record.kind == "05":
            current.movements[-1].complements.append(complement_of(record))
        if record.kind == "07" and current:
            closed.append(_Closed(current.opening, current.movements, record, current.faulty, current.currency))
            current = None
    if current:
        faults.append(_unfinished(current, "le fichier s'arrête là"))
    return closed


def _misshapen(record: Record) -> Fault | None:
    if len(record.text) > LENGTH:
        sentence = (
            f"Ligne {record.line} : l'enregistrement est trop long. Attendu {LENGTH} caractères au plus, "
            f"lu {len(record.text)}. Demandez à la banque le fichier d'origine."
        )
        return Fault("structure", sentence, {"line": record.line, "expected": LENGTH, "found": len(record.text)})
    if record.kind not in KINDS:
        sentence = (
            f"Ligne {record.line} : code d'enregistrement « {clean_label(record.kind)} » inconnu. "
            "Attendu 01, 04, 05 ou 07."
        )
        return Fault("structure", sentence, {"line": record.line, "found": clean_label(record.kind)})
    return None


def _outside(record: Record) -> Fault:
    sentence = (
        f"Ligne {record.line} : enregistrement {record.kind} en dehors d'un relevé. "
        "Attendu d'abord un ancien solde (01). Le fichier est un fragment : demandez-le entier à la banque."
    )
    return Fault("structure", sentence, {"line": record.line, "record": record.kind})


def _unfinished(current: _Open, found: str) -> Fault:
    sentence = (
        f"Relevé ouvert à la ligne {current.opening.line} : le nouveau solde (07) manque ; {found}. "
        "Demandez le fichier entier à la banque."
    )
    return Fault("file_truncated", sentence, {"line": current.opening.line, "expected": "07"})


def _elsewhere(record: Record, current: _Open) -> Fault | None:
    """A record of another account or currency than its statement, or a 05 that follows no movement."""
    text, opening = record.text, current.opening.text
    alike = text[11:16] == opening[11:16] and text[21:32] == opening[21:32]
    if not alike and record.place != current.opening.place:
        expected, found = (" ".join(place) for place in (current.opening.place, record.place))
        return Fault(
            "account_mismatch",
            f"Ligne {record.line} : l'enregistrement {record.kind} est d'un autre compte que son relevé. "
            f"Attendu {expected}, lu {found}. Demandez à la banque un fichier correct.",
            {"line": record.line, "expected": expected, "found": found},
        )
    found = record.currency
    current.currency = expected = current.currency or found
    if expected and found and expected != found:
        return Fault(
            "currency_mismatch",
            f"Ligne {record.line} : l'enregistrement {record.kind} est dans une autre monnaie que son relevé. "
            f"Attendu {expected}, lu {found}. Demandez à la banque un fichier correct.",
            {"line": record.line, "expected": expected, "found": found},
        )
    if record.kind == "05" and not current.movements:
        return Fault(
            "structure",
            f"Ligne {record.line} : complément (05) sans mouvement (04) avant lui. Demandez le fichier entier.",
            {"line": record.line, "record": "05"},
        )
    return None


def _statement(found: _Closed, notation: _Notation, faults: list[Fault]) -> Statement | None:
    opening, closing = found.opening, found.closing
    currency = notation.currency(found)
    if currency is None or not is_currency(currency):
        sentence = (
            f"Relevé de la ligne {opening.line} : la monnaie n'est écrite nulle part. Attendu un code de trois "
            f"lettres, lu « {currency or ''} ». Rattachez le compte, ou demandez à la banque un fichier complet."
        )
        faults.append(Fault("currency_mismatch", sentence, {"line": opening.line, "found": currency or ""}))
        return None
    exponent = exponent_of(currency)
    known = len(faults)
    transcoded: set[int] = set()
    start, end = (_balance_day(record, faults) for record in (opening, closing))
    opens, closes = (_amount(record, notation, exponent, transcoded, faults) for record in (opening, closing))
    lines: list[StatementLine] = []
    for movement in found.movements:
        amount = _amount(movement.record, notation, exponent, transcoded, faults)
        line = line_of(movement, amount or 0, faults)
        if line is not None:
            lines.append(line)
    if len(faults) > known or opens is None or closes is None:
        return None
    total = sum(line.amount for line in lines)
    account = " ".join((opening.bank, opening.branch, opening.account))
    if opens + total != closes:
        name = f"Relevé du compte {account}, lignes {opening.line} à {closing.line}"
        wrong = unbalanced(name, opens, total, closes, lines=len(lines), exponent=exponent, currency=currency)
        faults.append(wrong._replace(facts={"line": closing.line, **wrong.facts}))
        return None
    notes = ("overpunch_transcoded",) if transcoded else ()
    return Statement(
        account, currency, exponent, None, start, end, opens, closes, proven=True, lines=tuple(lines), notes=notes
    )


def _balance_day(record: Record, faults: list[Fault]) -> date | None:
    day, fine = day_of(record.text[34:40])
    if not fine:
        sentence = (
            f"Ligne {record.line} : date du solde illisible. Attendu JJMMAA, lu « {clean_label(record.text[34:40])} »."
        )
        faults.append(Fault("date_unreadable", sentence, {"line": record.line, "found": record.text[34:40]}))
    return day


def _amount(
    record: Record, notation: _Notation, exponent: int, transcoded: set[int], faults: list[Fault]
) -> int | None:
    """The record's amount in the currency's minor unit; None after a fault."""
    problem = "treize chiffres et un dernier chiffre porteur du signe attendus"
    amount = amount_of(record.amount_text)
    decimals = notation.decimals(record, exponent)
    if amount is not None and decimals is None:
        problem = f"nombre de décimales « {record.decimals} » inconnu"
    elif amount is not None and decimals is not None:
        scaled = abs(amount.units) * int(10**exponent)
        minor, rest = divmod(scaled, int(10**decimals))
        if rest:
            problem = f"{decimals} décimales écrites, la monnaie en a {exponent}"
        elif minor >= 10**DIGITS_MAX:
            problem = f"plus de {DIGITS_MAX} chiffres"
        else:
            if amount.transcoded:
                transcoded.add(record.line)
            return -minor if amount.units < 0 else minor
    sentence = (
        f"Ligne {record.line} : montant illisible ; {problem}, lu « {clean_label(record.amount_text)} ». "
        "Demandez à la banque un fichier correct."
    )
    faults.append(Fault("amount_unreadable", sentence, {"line": record.line, "found": record.amount_text}))
    return None
