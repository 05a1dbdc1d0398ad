"""What a customs return must be before the books take it: every fault of the file is listed, none is repaired."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ledger.book import BOOKS
from ledger.levy.declarations import Declared
from ledger.levy.law import LevyLaw
from ledger.money import AMOUNT_MAX, format_francs
from ledger.refusal import Refusal

OFFICE_LENGTH_MAX = 40
FAULTS_SHOWN = 20
"""The sentence names the first fault and the facts list them all; a screen shows this many."""


class Fault(NamedTuple):
    """One thing wrong: the row of the file (the heading is row 1), the heading concerned, and a French sentence."""

    row: int | None
    column: str | None
    message: str


class ReturnRow(NamedTuple):
    """One row of a customs return: an office, a month and an exemption code (empty: taxable), in whole francs."""

    position: int
    state: str
    office: str
    period: str
    exemption: str
    declarations: int
    value: int
    assessed: int
    collected: int
    remitted: int
    reference: str | None
    remitted_on: dt.date | None


@dataclass(frozen=True, slots=True)
class CustomsReturn:
    """A file as it was received, read: its rows, its bytes, and what could not be read in it."""

    name: str
    sha256: str
    format: str
    content: bytes
    rows: tuple[ReturnRow, ...]
    faults: tuple[Fault, ...] = ()
    declared: Declared | None = None
    """The declarations that the rows sum up, when the file gives them; `content` is then empty."""

    def close(self) -> None:
        """Let go of the temporary files of a long return."""
        if self.declared is not None:
            self.declared.close()


class ReturnRefused(Refusal):
    """The customs return cannot be taken; every fault is in `facts.faults`."""

    code = "return_refused"
    sentence = (
        "L'état des recettes {file} est refusé : {count} anomalie(s). {first} Rien n'a été enregistré. Faites "
        "corriger le fichier par le bureau qui l'a établi, puis importez-le de nouveau."
    )

    def __init__(self, file: str, faults: Sequence[Fault]) -> None:
        listed = [{"row": one.row, "column": one.column, "message": one.message} for one in faults]
        super().__init__(file=file, count=len(listed), first=faults[0].message, faults=listed)


def check_rows(
    rows: Sequence[ReturnRow],
    law: LevyLaw,
    offices: Mapping[str, Iterable[str]],
    book: str | None = None,
    month: str = "9999-12",
) -> list[Fault]:
    """The faults of the rows of one file, in the order of the file.

    `offices` holds the office codes that each State has used before; `book` limits the file to one State.
    `month` (AAAA-MM) is the month in which the return is received: nothing was yet assessed of those that follow.
    """
    faults: list[Fault] = []
    spelt = {(state, code.casefold()): code for state, codes in offices.items() for code in codes}
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        faults.extend(_of_state(row, book))
        faults.extend(_of_month(row, month))
        faults.extend(_of_amounts(row))
        faults.extend(_of_exemption(row, law))
        usual = spelt.setdefault((row.state, row.office.casefold()), row.office)
        if usual != row.office:
            faults.append(
                _fault(row, "bureau", f"le bureau est écrit « {row.office} », attendu « {usual} » comme auparavant")
            )
        key = (row.state, row.office, row.period, row.exemption)
        first = seen.setdefault(key, row.position)
        if first != row.position:
            code = row.exemption or "vide (taxable)"
            text = f"le bureau {row.office}, la période {row.period} et le code {code} figurent déjà ligne {first}"
            faults.append(_fault(row, "code_exoneration", text))
    return faults


def _fault(row: ReturnRow, column: str, text: str) -> Fault:
    return Fault(row.position, column, f"Ligne {row.position} : {text}.")


def _of_state(row: ReturnRow, book: str | None) -> Iterator[Fault]:
    if row.state not in BOOKS:
        yield _fault(row, "etat", f"l'État « {row.state} » est inconnu, attendu {', '.join(BOOKS)}")
    elif book is not None and row.state != book:
        yield _fault(row, "etat", f"la ligne est de l'État {row.state}, l'import est demandé pour le livre {book}")


def _of_month(row: ReturnRow, month: str) -> Iterator[Fault]:
    if row.period > month:
        text = f"la période {row.period} n'a pas commencé, attendu au plus tard le mois de la réception ({month})"
        yield _fault(row, "periode", text)


def _of_amounts(row: ReturnRow) -> Iterator[Fault]:
    amounts = {
        "declarations": row.declarations,
        "valeur_en_douane": row.value,
        "liquide": row.assessed,
        "recouvre": row.collected,
        "reverse": row.remitted,
    }
    for column, amount in amounts.items():
        if amount < 0:
            shown = format_francs(amount)
            yield _fault(
                row, column, f"« {column} » est négatif ({shown}) ; un état donne des totaux, positifs ou nuls"
            )
        elif amount > AMOUNT_MAX:
            yield _fault(row, column, f"« {column} » a plus de quinze chiffres")
    if row.exemption:
        for column in ("liquide", "recouvre", "reverse"):
            if amounts[column]:
                found = format_francs(amounts[column])
                text = f"« {column} » vaut {found} sur une valeur exonérée ({row.exemption}), attendu 0"
                yield _fault(row, column, text)


def _of_exemption(row: ReturnRow, law: LevyLaw) -> Iterator[Fault]:
    if row.exemption and law.exemption(row.exemption, row.period) is None:
        known = ", ".join(law.codes(row.period)) or "aucun"
        text = (
            f"le code d'exonération « {row.exemption} » n'est pas en vigueur pour {row.period}, codes connus : {known}"
        )
        yield _fault(row, "code_exoneration", text)
