"""Read dates as banks print them: fixed patterns, one per column, and years that are left out."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

_CENTURY_PIVOT = 60
"""Two-digit years above it are of the 1900s (CFONB brochure; used for every format alike)."""

_MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars mar march",
            "avril avr april apr",
            "mai may",
            "juin jun june",
            "juillet juil jul july",
            "aout aou august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}

_TIME = r"(?:[ T]+[0-9]{1,2}[:h][0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?: ?[AP]M)?(?:Z| ?[+-][0-9]{2}:?[0-9]{2})?)?"
"""A time may follow; it never moves the date."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One way of writing dates. `name` is stable, so that a saved column mapping can hold it."""

    name: str
    shape: re.Pattern[str]

    def parse(self, text: str) -> date | None:
        """The date, or None when the text is not a date of this pattern or not in the calendar."""
        found = self.shape.fullmatch(_plain(text))
        if not found:
            return None
        month_text = found["m"]
        month = int(month_text) if month_text.isdecimal() else _MONTHS.get(month_text, 0)
        year_text = found["y"]
        year = int(year_text) if len(year_text) == 4 else full_year(int(year_text))
        return calendar_date(year, month, int(found["d"]))


def _pattern(name: str, shape: str) -> Pattern:
    return Pattern(name, re.compile(shape + _TIME, re.IGNORECASE))


PATTERNS = (
    _pattern("%d/%m/%Y", r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{4})"),
    _pattern("%d/%m/%y", r"(?P<d>[0-9]{1,2})/(?P<m>[0-9]{1,2})/(?P<y>[0-9]{2})"),
    _pattern("%d-%m-%Y", r"(?P<d>[0-9]{1,2})-(?P<m>[0-9]{1,2})-(?P<y>[0-9]{4})"),
    _pattern("%d-%m-%y", r"(?P<d>[0-9]{1,2})-(?P<m>[0-9]{1,2})-(?P<y>[0-9]{2})"),
    _pattern("%d.%m.%Y", r"(?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})"),
    _pattern("%d.%m.%y", r"(?P<d>[0-9]{1,2})\.(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{2})"),
    _pattern("%Y-%m-%d", r"(?P<y>[0-9]{4})-(?P<m>[0-9]{1,2})-(?P<d>[0-9]{1,2})"),
    _pattern("%Y/%m/%d", r"(?P<y>[0-9]{4})/(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})"),
    _pattern("%Y%m%d", r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    _pattern("%d %b %Y", r"(?P<d>[0-9]{1,2})(?:er)?[ ./-]+(?P<m>[a-z]+)\.?[ ./-]+(?P<y>[0-9]{4})"),
    _pattern("%d %b %y", r"(?P<d>[0-9]{1,2})(?:er)?[ ./-]+(?P<m>[a-z]+)\.?[ ./-]+(?P<y>[0-9]{2})"),
    _pattern("%m/%d/%Y", r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{4})"),
    _pattern("%m/%d/%y", r"(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})/(?P<y>[0-9]{2})"),
)
"""In order of preference: month-first only when a whole column cannot be read day-first."""


def column_pattern(values: Iterable[str]) -> Pattern | None:
    """The pattern that every filled cell of the column fits, day first unless the column proves otherwise.

    None when no pattern fits all of them, or when the column is empty: a file that mixes ways of writing
    dates is not guessed at.
    """
    filled = [value for value in values if value.strip()]
    if not filled:
        return None
    for pattern in PATTERNS:
        if all(pattern.parse(value) for value in filled):
            return pattern
    return None


def parse_date(text: str) -> date | None:
    """A date standing alone, such as a balance's in a title line; day first. None when it is not a date."""
    pattern = column_pattern([text])
    return pattern.parse(text) if pattern else None


def nearest_year(mmdd: str, around: date) -> date | None:
    """The date with this month and day that lies nearest to `around`; None when no year has it.

    An entry of 2 January on a value of 31 December belongs to the next year.
    """
    month, day = int(mmdd[:2]), int(mmdd[2:4])
    found = [
        candidate
        for year in (around.year, around.year - 1, around.year + 1)
        if (candidate := calendar_date(year, month, day))
    ]
    return min(found, key=lambda candidate: abs(candidate - around), default=None)


def from_yymmdd(text: str) -> date | None:
    """A SWIFT date (`YYMMDD`); None when it is not in the calendar."""
    if not _six_digits(text):
        return None
    return calendar_date(full_year(int(text[:2])), int(text[2:4]), int(text[4:6]))


def from_ddmmyy(text: str) -> date | None:
    """A CFONB date (`JJMMAA`); None when it is not in the calendar."""
    if not _six_digits(text):
        return None
    return calendar_date(full_year(int(text[4:6])), int(text[2:4]), int(text[:2]))


def _six_digits(text: str) -> bool:
    return len(text) >= 6 and text[:6].isdecimal() and text.isascii()


def full_year(two_digits: int) -> int:
    """The year meant by two digits: above 60 the 1900s, else the 2000s."""
    return (1900 if two_digits > _CENTURY_PIVOT else 2000) + two_digits


def calendar_date(year: int, month: int, day: int) -> date | None:
    """The date, or None when the calendar does not have it."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _plain(text: str) -> str:
    """Lower case, without accents nor uncommon spaces."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lower())
    return "".join(" " if char.isspace() else char for char in decomposed if not unicodedata.combining(char))
