"""Compose the statement lines of a table from the texts of its rows."""

from collections.abc import Iterable
from itertools import repeat
from typing import cast

from reconcile.model import StatementLine
from reconcile.readers.table import Cell, Row, Table, is_blank, text_of
from reconcile.readers.table_header import Header
from reconcile.readers.table_scan import Scan
from reconcile.text import clean_label


class Texts:
    """The texts of one table's movements: label, references, counterparty, type."""

    def __init__(self, table: Table, header: Header, scan: Scan) -> None:
        self._rows, self._scan = table.rows, scan
        columns = header.columns
        self._label = columns["label"]
        self._extras = header.extras
        self._value = columns.get("value")
        self._reference = columns.get("reference")
        self._customer = columns.get("customer_reference")
        self._type = columns.get("type")
        self._counterparty = columns.get("counterparty")

    def lines(self, positions: list[int], amounts: list[int]) -> tuple[StatementLine, ...]:
        """The lines of these movements, in this order; by whole columns where each has one label and its dates."""
        scan = self._scan
        values = [scan.values[position] for position in positions]
        if self._extras or scan.continued or scan.from_value or (self._value is not None and None in values):
            return tuple(map(self.line, positions, amounts))
        rows = [self._rows[scan.movements[position]] for position in positions]
        columns = zip(
            [scan.days[position] for position in positions], values, amounts, repeat(False),
            *(_words(rows, at) for at in (self._reference, self._customer, self._type, self._counterparty)),
            _clean_column(rows, self._label), repeat(()), repeat(()), strict=False,
        )  # fmt: skip
        return tuple(map(StatementLine._make, columns))

    def line(self, position: int, amount: int) -> StatementLine:
        """The line of one movement, whose signed amount the arithmetic has settled."""
        scan = self._scan
        row = self._rows[scan.movements[position]]
        label = clean(row[self._label])
        further = [clean(row[at]) for at in self._extras] if self._extras else []
        if position in scan.continued:
            further += [clean(text) for text in scan.continued[position]]
        if further:
            label = " ".join([label, *(text for text in further if text and text != label)]).strip()
        notes: tuple[str, ...] = ()
        value = scan.values[position]
        if scan.from_value:
            notes = ("booking_date_from_value_date",)
        elif value is None and self._value is not None and not is_blank(row[self._value]):
            notes = ("value_date_unreadable",)
        return StatementLine(
            scan.days[position],
            value,
            amount,
            False,
            clean(row[self._reference]) or None if self._reference is not None else None,
            clean(row[self._customer]) or None if self._customer is not None else None,
            clean(row[self._type]) or None if self._type is not None else None,
            clean(row[self._counterparty]) or None if self._counterparty is not None else None,
            label,
            (),
            notes,
        )


def _words(rows: list[Row], at: int | None) -> Iterable[str | None]:
    return repeat(None) if at is None else [text or None for text in _clean_column(rows, at)]


def _clean_column(rows: list[Row], at: int) -> list[str]:
    """`clean` of a column, in one go where all its cells are texts that need nothing."""
    cells = [row[at] for row in rows]
    try:
        text = "\n".join(cast("list[str]", cells))
    except TypeError:  # numbers and dates of a spreadsheet
        return list(map(clean, cells))
    plain = text.count("\n") == len(cells) - 1 and text.replace("\n", "").isprintable()
    if not plain or any(blanks in f"\n{text}\n" for blanks in ("  ", "\n ", " \n")):
        return list(map(clean, cells))
    return cast("list[str]", cells)


def clean(cell: Cell) -> str:
    """The text of a cell on one line; the common case without the general cleaning."""
    if isinstance(cell, str):
        if cell.isprintable() and "  " not in cell:
            return cell.strip() if cell[:1] == " " or cell[-1:] == " " else cell
        return clean_label(cell)
    return text_of(cell)
