"""Read one row of a customs return, cell by cell; a cell that cannot be read is a fault, never a guess."""

import re
from collections.abc import Mapping
from datetime import date, datetime

from ledger.levy.return_rules import OFFICE_LENGTH_MAX, Fault, ReturnRow
from ledger.money import DIGITS_MAX
from reconcile.amount import AmountUnreadable, amount_of_number, parse_amount
from reconcile.readers.table import Cell, text_of
from reconcile.text import clean_label

HEADINGS = (
    "etat", "bureau", "periode", "declarations", "valeur_en_douane", "code_exoneration", "liquide", "recouvre",
    "reverse", "reference_reversement", "date_reversement",
)  # fmt: skip
NOTHING_DUE = ("liquide", "recouvre", "reverse")
"""Left empty on an exempt row, they are zero: no levy is due there."""

_PERIOD = re.compile(r"(20[0-9]{2}|2100)-(0[1-9]|1[0-2])")
_OFFICE = re.compile(rf"\w[\w ./'’°()&-]{{0,{OFFICE_LENGTH_MAX - 1}}}")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FRENCH = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})")
_CODE = re.compile(r"[A-Z0-9]{0,10}")
REFERENCE_LENGTH_MAX = 100


class RowReader:
    """The cells of one row under their headings, and the faults met while reading them."""

    def __init__(self, number: int, cells: Mapping[str, Cell]) -> None:
        self.number = number
        self.cells = cells
        self.faults: list[Fault] = []

    def row(self) -> ReturnRow | None:
        """The row, or None when a cell of it cannot be read (`faults` then says which)."""
        exemption = self._code()
        found = ReturnRow(
            position=self.number,
            state=self._text("etat").upper(),
            office=self._office(),
            period=self._period(),
            exemption=exemption,
            declarations=self.amount("declarations", exemption),
            value=self.amount("valeur_en_douane", exemption),
            assessed=self.amount("liquide", exemption),
            collected=self.amount("recouvre", exemption),
            remitted=self.amount("reverse", exemption),
            reference=self._reference(),
            remitted_on=self.day("date_reversement"),
        )
        return None if self.faults else found

    def _fault(self, column: str, text: str) -> None:
        self.faults.append(Fault(self.number, column, f"Ligne {self.number} : {text}."))

    def _text(self, column: str) -> str:
        return clean_label(text_of(self.cells.get(column, "")))

    def _office(self) -> str:
        text = self._text("bureau")
        if not _OFFICE.fullmatch(text):
            self._fault(
                "bureau",
                f"le code du bureau est « {text} », attendu de 1 à {OFFICE_LENGTH_MAX} lettres, chiffres ou tirets"
                if text
                else "le code du bureau est vide",
            )
        return text

    def _period(self) -> str:
        cell = self.cells.get("periode", "")
        if isinstance(cell, date) and cell.day == 1:
            return f"{cell:%Y-%m}"  # a spreadsheet makes a date of 2025-04
        text = self._text("periode")
        if not _PERIOD.fullmatch(text):
            self._fault("periode", f"la période est « {text} », attendu AAAA-MM, par exemple 2025-04")
        return text

    def _code(self) -> str:
        text = self._text("code_exoneration").upper()
        if not _CODE.fullmatch(text):
            self._fault("code_exoneration", f"le code d'exonération « {text} » n'est pas un code")
        return text

    def place(self) -> tuple[tuple[str, str, str, str], list[Fault]]:
        """State, office, period and exemption code of the row, with the faults of these cells."""
        found = (self._text("etat").upper(), self._office(), self._period(), self._code())
        return found, self.faults

    def amount(self, column: str, exemption: str) -> int:
        """The whole francs of a cell; a fault, and 0, when it holds none."""
        cell = self.cells.get(column, "")
        if isinstance(cell, str) and cell.isascii() and cell.isdecimal() and len(cell) <= DIGITS_MAX:
            return int(cell)  # nearly every amount of a file; the others are read with care
        text = self._text(column)
        if not text:
            if column == "reverse" or (exemption and column in NOTHING_DUE):
                return 0
            self._fault(column, f"« {column} » est vide, attendu un nombre entier")
            return 0
        try:
            if isinstance(cell, (int, float)):
                return amount_of_number(cell, 0)
            return parse_amount(text, 0)
        except AmountUnreadable as fault:
            self._fault(column, f"« {column} » vaut « {text} » : {fault.explanation}, attendu un nombre entier")
            return 0

    def _reference(self) -> str | None:
        text = self._text("reference_reversement")
        if len(text) > REFERENCE_LENGTH_MAX:
            self._fault("reference_reversement", f"la référence dépasse {REFERENCE_LENGTH_MAX} caractères")
        return text or None

    def day(self, column: str) -> date | None:
        """The date of a cell, None when it is empty or, with a fault, when it is no date."""
        cell = self.cells.get(column, "")
        text = self._text(column)
        if not text:
            return None
        found = cell if isinstance(cell, date) else _day_of(text)
        if isinstance(found, datetime):
            found = found.date()
        if found is None or not 2000 <= found.year <= 2100:
            self._fault(column, f"la date « {text} » n'est pas une date, attendu AAAA-MM-JJ ou JJ/MM/AAAA")
            return None
        return found


def _day_of(text: str) -> date | None:
    parts = None
    if iso := _ISO.fullmatch(text):
        parts = (int(iso[1]), int(iso[2]), int(iso[3]))
    elif french := _FRENCH.fullmatch(text):
        parts = (int(french[3]), int(french[2]), int(french[1]))
    if parts is None:
        return None
    try:
        return date(*parts)
    except ValueError:
        return None
