"""Rows of cells: what a CSV file and a spreadsheet have in common once opened."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from reconcile.model import Fault, FileRefused

Cell = str | int | float | date
"""Text as printed; a number or a date only where a spreadsheet holds one. An empty cell is `""`."""

Row = list[Cell]

ROWS_MAX = 100_000
COLUMNS_MAX = 60

_OTHER = re.compile(r"[^a-z0-9]+")


@dataclass(slots=True)
class Table:
    """The rows of one CSV file or of one sheet, each with its line number in the file."""

    format: str
    rows: list[Row]
    numbers: list[int]
    name: str = ""
    """The sheet, for people; empty for CSV."""
    since_1904: bool = False
    """True when the workbook counts days from 1904."""
    notes: list[str] = field(default_factory=list)

    def place(self, index: int) -> str:
        """Where a row is, for a sentence."""
        number = self.numbers[index] if index < len(self.numbers) else index + 1
        return f"Feuille « {self.name} », ligne {number}" if self.name else f"Ligne {number}"

    def refusal(self, code: str, sentence: str, **facts: Any) -> FileRefused:
        """The file refused for one reason."""
        return FileRefused([Fault(code, sentence, facts)], format=self.format)


def text_of(cell: Cell) -> str:
    """The cell as text; a whole number held as a double loses its `.0`."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def is_blank(cell: Cell) -> bool:
    """True for an empty cell."""
    return isinstance(cell, str) and not cell.strip()


@lru_cache(maxsize=4096)
def normal(text: str) -> str:
    """Lower case, without accents nor punctuation: `N° pièce` is `n piece`."""
    decomposed = unicodedata.normalize("NFKD", text[:200].lower().replace("œ", "oe"))
    plain = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _OTHER.sub(" ", plain).strip()
