"""Each customs return that is kept is read again, and what it says compared with what the books hold of it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, select

from ledger.check import Check, Row
from ledger.levy.declarations import Declaration
from ledger.levy.months import Key
from ledger.levy.return_rules import CustomsReturn, ReturnRow
from ledger.levy.take_declarations import file_parts
from ledger.tables.declarations import customs_declaration
from ledger.tables.levy import customs_return, customs_return_row
from reconcile.kept_source import KeptSource
from reconcile.returns_file import read_source

Line = TypeVar("Line", ReturnRow, Declaration)

BATCH = 2_000
NO_REMITTANCE = (0, None, None)

_HEADINGS = dict(
    zip(
        ReturnRow._fields,
        (
            "ligne", "etat", "bureau", "periode", "code_exoneration", "declarations", "valeur_en_douane", "liquide",
            "recouvre", "reverse", "reference_reversement", "date_reversement",
        ),
        strict=True,
    )
)  # fmt: skip
_DECLARATION_HEADINGS = dict(
    zip(
        Declaration._fields,
        (
            "ligne d'état", "ligne", "numero_declaration", "date_declaration", "importateur", "valeur_en_douane",
            "liquide", "recouvre",
        ),
        strict=True,
    )
)  # fmt: skip
"""Fields → the headings of the file, as a person knows them."""


@dataclass(slots=True)
class _Month:
    """The last word on an office's month, return after return: prints of its totals and of its declarations."""

    totals: int
    totals_without_remittance: int
    declarations: int | None
    remittance: tuple[Any, ...]


def returns_read_again(connection: Connection) -> Iterable[Row]:
    """Where a stored row or declaration is not what its file says, in the order in which the returns came.

    A month that a file states as it was already known was not stored: it is compared with what was known. Files and
    rows are read in a stream; one number by office and month is held.
    """
    known: dict[Key, _Month] = {}
    numbers = connection.execute(select(customs_return.c.id).order_by(customs_return.c.id)).scalars().all()
    for number in numbers:
        kept = connection.execute(select(customs_return).where(customs_return.c.id == number)).one()
        read = read_source(KeptSource(kept.name, file_parts(connection, number, kept.content)))
        try:
            for fault in _compared(connection, kept, read, known):
                yield {"return": number, "file": kept.name, **fault}
        finally:
            read.close()


def _compared(connection: Connection, kept: Any, read: CustomsReturn, known: dict[Key, _Month]) -> Iterator[Row]:
    if read.faults:
        yield {"fault": f"le fichier gardé ne se relit plus : {read.faults[0].message}"}
    count = len(read.rows) if read.declared is None else read.declared.count
    for column, read_now, kept_then in (("format", read.format, kept.format), ("row_count", count, kept.row_count)):
        if read_now != kept_then:
            yield {"column": column, "in_file": read_now, "in_books": kept_then}
    months = _Months(read, known)
    for told, stored in _side_by_side(iter(read.rows), _stored_rows(connection, kept.id)):
        if told is not None:
            months.told(told, missing=stored is None)
        if stored is not None:
            months.stored(stored)
            wanted = None if told is None else months.completed(told)
            yield from _differences(wanted, stored, _HEADINGS)
    yield from months.end()
    batches = read.declared.batches() if read.declared is not None else iter(())
    mine = (line for batch in batches for line in batch if line.row_position in months.positions)
    for one, found in _side_by_side(mine, _stored_declarations(connection, kept.id)):
        yield from _differences(one, found, _DECLARATION_HEADINGS)


class _Months:
    """The months of one return, as its file tells them and as the books hold them."""

    def __init__(self, read: CustomsReturn, known: dict[Key, _Month]) -> None:
        self.declared = read.declared
        self.known = known
        self.positions: set[int] = set()
        """The rows that the books hold of this return."""
        self._told: dict[Key, _Month] = {}
        self._missing: dict[Key, int] = {}
        self._stored: dict[Key, _Month] = {}

    def completed(self, row: ReturnRow) -> ReturnRow:
        """The row as it must be stored: a declaration does not say what was remitted, the month known before does."""
        before = self.known.get((row.state, row.office, row.period))
        if self.declared is None:
            return row
        remitted = before.remittance if before is not None and not row.exemption else NO_REMITTANCE
        return row._replace(remitted=remitted[0], reference=remitted[1], remitted_on=remitted[2])

    def told(self, row: ReturnRow, *, missing: bool) -> None:
        """One row of the file; `missing` when the books hold none at its place."""
        if missing:
            self._missing.setdefault((row.state, row.office, row.period), row.position)
        _add(self._told, row, 0 if self.declared is None else self.declared.prints[row.position])

    def stored(self, row: ReturnRow) -> None:
        """One row of the books."""
        self.positions.add(row.position)
        _add(self._stored, row, 0 if self.declared is None else self.declared.prints.get(row.position, 0))

    def end(self) -> Iterator[Row]:
        """The months of the file that the books neither took nor knew; then what this return says is known."""
        for key, month in self._told.items():
            if key not in self._stored and not self._same(month, self.known.get(key)):
                yield {
                    "month": "/".join(key),
                    "fault": "le fichier dit autre chose que les livres, qui n'en ont rien pris",
                }
            if key in self._stored and key in self._missing:
                yield {"line": self._missing[key], "fault": "les livres n'ont pas cette ligne du fichier"}
        for key, month in self._stored.items():
            if self.declared is None:
                before = self.known.get(key)
                month.declarations = before.declarations if before is not None else None
            self.known[key] = month

    def _same(self, month: _Month, before: _Month | None) -> bool:
        if before is None:
            return False
        if self.declared is None:
            return month.totals == before.totals
        return (month.totals_without_remittance, month.declarations) == (
            before.totals_without_remittance, before.declarations,
        )  # fmt: skip


def _add(months: dict[Key, _Month], row: ReturnRow, declarations: int) -> None:
    month = months.setdefault((row.state, row.office, row.period), _Month(0, 0, 0, NO_REMITTANCE))
    if row.exemption:
        month.totals += _print(row[4:7])
        month.totals_without_remittance += _print(row[4:7])
    else:
        # a taxable row of zeros says no more than no row
        month.totals += _print(row[4:]) if any(row[5:]) else 0
        month.totals_without_remittance += _print(row[4:9]) if any(row[5:9]) else 0
        month.remittance = row[9:]
    month.declarations = (month.declarations or 0) + _print((row.exemption, declarations))


def _print(fields: Sequence[object]) -> int:
    """A number that says these fields; those of a month's rows are added up, whatever their order."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, fields)).encode()).digest()[:16], "big")


def _stored_rows(connection: Connection, number: int) -> Iterator[ReturnRow]:
    table = customs_return_row.c
    query = select(*(table[name] for name in ReturnRow._fields)).where(table.return_id == number)
    for row in connection.execute(query.order_by(table.position).execution_options(yield_per=BATCH)):
        yield ReturnRow._make(row)


def _stored_declarations(connection: Connection, number: int) -> Iterator[Declaration]:
    table = customs_declaration.c
    query = select(*(table[name] for name in Declaration._fields)).where(table.return_id == number)
    for row in connection.execute(query.order_by(table.position).execution_options(yield_per=BATCH)):
        yield Declaration._make((*row[:3], row.date.isoformat(), *row[4:]))


def _side_by_side(told: Iterator[Line], stored: Iterator[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Both sides by their place in the file, ascending; None where a side has nothing there."""
    left, right = next(told, None), next(stored, None)
    while left is not None or right is not None:
        if right is None or (left is not None and left.position < right.position):
            yield left, None
            left = next(told, None)
        elif left is None or right.position < left.position:
            yield None, right
            right = next(stored, None)
        else:
            yield left, right
            left, right = next(told, None), next(stored, None)


def _differences(told: Any, stored: Any, headings: dict[str, str]) -> Iterator[Row]:
    """Column by column what differs, or which side has nothing."""
    if told == stored:
        return
    line = (stored if told is None else told).position
    if told is None:
        yield {"line": line, "fault": "les livres ont une ligne que le fichier n'a pas"}
    elif stored is None:
        yield {"line": line, "fault": "les livres n'ont pas cette ligne du fichier"}
    else:
        for name, wanted, found in zip(told._fields, told, stored, strict=True):
            if wanted != found:
                yield {"line": line, "column": headings[name], "in_file": wanted, "in_books": found}


RETURNS = (
    Check(
        "levy_files_read_again",
        "Prélèvement : chaque état de recettes gardé, relu, dit ce que les livres en ont retenu, ligne à ligne",
        returns_read_again,
    ),
)
