"""One record of a CFONB 120 statement: positions, overpunched amounts, qualifiers of the 05 records."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from reconcile.dates import from_ddmmyy

LENGTH = 120

_POSITIVE = "{ABCDEFGHI"
_NEGATIVE = "}JKLMNOPQR"
_TRANSCODED = {"é": "{", "è": "}"}
"""What ISO 646-FR makes of the two braces."""

_QUALIFIERS = "LIB NPY IPY NBE IBE NPO IPO NBU IBU LCC LC2 LCS RCN REF MMO CBE RUM CPY FEE"
QUALIFIERS = frozenset(_QUALIFIERS.split())


class Amount(NamedTuple):
    """A signed count of units of 10^-decimals, before its decimals are known."""

    units: int
    transcoded: bool


class Record(NamedTuple):
    """A line of the file, padded to its 120 characters."""

    line: int
    text: str

    @property
    def kind(self) -> str:
        """`01` opening balance, `04` movement, `05` complement, `07` closing balance."""
        return self.text[:2]

    @property
    def bank(self) -> str:
        return self.text[2:7].strip()

    @property
    def branch(self) -> str:
        return self.text[11:16].strip()

    @property
    def account(self) -> str:
        return self.text[21:32].strip()

    @property
    def place(self) -> tuple[str, str]:
        """Branch and account: what a movement must share with its statement. Banks write the code of the
        counterpart's bank in the bank zone of movements, so that zone does not count."""
        return self.branch, self.account

    @property
    def currency(self) -> str:
        return self.text[16:19].strip()

    @property
    def decimals(self) -> str:
        """The digit that says how many decimals the amount has; empty where the bank left it out."""
        return self.text[19:20].strip()

    @property
    def amount_text(self) -> str:
        return self.text[90:104]

    @property
    def information(self) -> str:
        """What a 05 says, positions 49 to 118."""
        return self.text[48:118].rstrip()


def amount_of(text: str) -> Amount | None:
    """Thirteen digits and an overpunched last one; None when it is anything else."""
    if len(text) != 14 or not (text[:13].isascii() and text[:13].isdigit()):
        return None
    last = _TRANSCODED.get(text[13], text[13])
    transcoded = last != text[13]
    if (digit := _POSITIVE.find(last)) >= 0:
        return Amount(int(text[:13]) * 10 + digit, transcoded)
    if (digit := _NEGATIVE.find(last)) >= 0:
        return Amount(-(int(text[:13]) * 10 + digit), transcoded)
    return None


@lru_cache(maxsize=1_024)
def day_of(text: str) -> tuple[date | None, bool]:
    """The date of a `JJMMAA` zone and whether the zone can be trusted; blank or zeros are no date."""
    plain = text.strip()
    if plain in ("", "000000"):
        return None, True
    if len(plain) != 6 or not (plain.isascii() and plain.isdigit()):
        return None, False
    day = from_ddmmyy(plain)
    return day, day is not None


def records_of(text: str) -> list[Record]:
    """The records of a file, with or without line breaks; blank lines are left out, lengths not judged here.

    Without line breaks `line` counts records.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x1a", "")
    lines = plain.split("\n")
    whole = plain.strip("\n")
    if "\n" not in whole and len(whole) > LENGTH and whole[LENGTH : LENGTH + 2] in ("01", "04", "05", "07"):
        lines = [whole[start : start + LENGTH] for start in range(0, len(whole), LENGTH)]
    return [Record(number, line.ljust(LENGTH)) for number, line in enumerate(lines, start=1) if line.strip()]


class Complement(NamedTuple):
    """What a 05 record adds to its movement."""

    qualifier: str
    text: str


def complement_of(record: Record) -> Complement:
    """The qualifier and text of a 05. The older variant without qualifier carries its label in 41 to 81."""
    qualifier = record.text[45:48]
    if qualifier not in QUALIFIERS and amount_of(record.amount_text) is not None:
        return Complement("LIB", record.text[40:81].strip())
    return Complement(qualifier.strip() or "LIB", record.information)
