"""Read one line of a file of declarations, cell by cell, and add it to the row of the return that it belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from ledger.levy.declarations import declaration_print
from ledger.levy.return_rules import Fault, ReturnRow
from ledger.money import DIGITS_MAX
from reconcile.readers.table import Cell, is_blank, text_of
from reconcile.return_cells import RowReader
from reconcile.text import clean_label

REQUIRED = (
    "etat", "bureau", "periode", "numero_declaration", "date_declaration", "valeur_en_douane", "code_exoneration",
    "liquide", "recouvre",
)  # fmt: skip
OPTIONAL = ("importateur",)
HEADINGS = (*REQUIRED[:5], *OPTIONAL, *REQUIRED[5:])
AMOUNTS = ("valeur_en_douane", "liquide", "recouvre")
NUMBER_LENGTH_MAX = 60
IMPORTER_LENGTH_MAX = 200


@dataclass(slots=True)
class Sum:
    """A row of the return under way: what names it, and the sums of its declarations, in whole francs."""

    position: int
    state: str
    office: str
    period: str
    exemption: str
    declarations: int = 0
    value: int = 0
    assessed: int = 0
    collected: int = 0
    prints: int = 0

    def row(self) -> ReturnRow:
        """The row of the return."""
        return ReturnRow(
            self.position, self.state, self.office, self.period, self.exemption, self.declarations, self.value,
            self.assessed, self.collected, 0, None, None,
        )  # fmt: skip


class DeclarationReader:
    """Lines of declarations under the headings of one file: sums by office, month and code, and the faults met."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = names
        self.sums: dict[tuple[str, str, str, str], Sum] = {}
        self.faults: list[Fault] = []
        self._place = {name: place for place, name in enumerate(names)}
        self._key = tuple(self._place[name] for name in ("etat", "bureau", "periode", "code_exoneration"))
        self._amounts = tuple(self._place[name] for name in AMOUNTS)
        self._number, self._date = self._place["numero_declaration"], self._place["date_declaration"]
        self._importer = self._place.get("importateur")
        self._known: dict[tuple[Cell, ...], Sum] = {}
        self._days: dict[Cell, str] = {}

    def line(self, position: int, cells: list[Cell]) -> tuple[Any, ...] | None:
        """The fields of `ledger.levy.declarations.Declaration`, or None when a cell cannot be read."""
        key = tuple(cells[place] for place in self._key)
        place = self._known.get(key) or self._sum(position, cells, key)
        number, importer = self._text(position, cells[self._number]), None
        if self._importer is not None:
            importer = self._named(position, cells[self._importer])
        day = self._days.get(cells[self._date]) or self._day(position, cells)
        amounts = [
            int(cell)
            if isinstance(cell, str) and cell.isascii() and cell.isdecimal() and len(cell) <= DIGITS_MAX
            else self._amount(position, cells, name, place)
            for name, cell in zip(AMOUNTS, [cells[one] for one in self._amounts], strict=True)
        ]
        if place is None or not number or not day or None in amounts:
            return None
        value, assessed, collected = (one or 0 for one in amounts)
        if place.exemption and (assessed or collected):
            self._fault(position, "liquide", f"un prélèvement sur une valeur exonérée ({place.exemption}), attendu 0")
            return None
        place.declarations += 1
        place.value += value
        place.assessed += assessed
        place.collected += collected
        place.prints += declaration_print((number, day, importer, value, assessed, collected))
        return place.position, position, number, day, importer, value, assessed, collected

    def _fault(self, position: int, column: str, text: str) -> None:
        self.faults.append(Fault(position, column, f"Ligne {position} : {text}."))

    def _careful(self, position: int, cells: list[Cell]) -> RowReader:
        return RowReader(position, dict(zip(self.names, cells, strict=False)))

    def _sum(self, position: int, cells: list[Cell], key: tuple[Cell, ...]) -> Sum | None:
        """The row of the return that these four cells name, read once for all the lines that bear them."""
        name, faults = self._careful(position, cells).place()
        self.faults.extend(faults)
        if faults:
            return None
        found = self.sums.setdefault(name, Sum(position, *name))
        self._known[key] = found
        return found

    def _text(self, position: int, cell: Cell) -> str:
        text = clean_label(text_of(cell))
        if not text:
            self._fault(position, "numero_declaration", "le numéro de la déclaration est vide")
        elif len(text) > NUMBER_LENGTH_MAX:
            text = ""
            self._fault(position, "numero_declaration", f"le numéro dépasse {NUMBER_LENGTH_MAX} caractères")
        return text

    def _named(self, position: int, cell: Cell) -> str | None:
        if is_blank(cell):
            return None
        text = clean_label(text_of(cell))
        if len(text) > IMPORTER_LENGTH_MAX:
            self._fault(position, "importateur", f"le nom de l'importateur dépasse {IMPORTER_LENGTH_MAX} caractères")
        return text or None

    def _day(self, position: int, cells: list[Cell]) -> str | None:
        reader = self._careful(position, cells)
        found = reader.day("date_declaration")
        if found is None and not reader.faults:
            self._fault(position, "date_declaration", "la date de la déclaration est vide, attendu AAAA-MM-JJ")
        self.faults.extend(reader.faults)
        if not isinstance(found, date):
            return None
        text = found.isoformat()
        if len(self._days) < 10_000:
            self._days[cells[self._date]] = text
        return text

    def _amount(self, position: int, cells: list[Cell], name: str, place: Sum | None) -> int | None:
        cell = cells[self._place[name]]
        if isinstance(cell, int) and not isinstance(cell, bool) and 0 <= cell < 10**DIGITS_MAX:
            return cell
        reader = self._careful(position, cells)
        found = reader.amount(name, place.exemption if place is not None else "")
        self.faults.extend(reader.faults)
        if reader.faults:
            return None
        if found < 0:
            self._fault(position, name, f"« {name} » est négatif ; une déclaration a des montants positifs ou nuls")
            return None
        return found
