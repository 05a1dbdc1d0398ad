"""Compose the statement lines of a table from the texts of its rows."""

from reconcile.model import StatementLine
from reconcile.readers.table import Cell, Table, is_blank, text_of
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


def clean(cell: Cell) -> str:
    """The text of a cell on one line; the common case without the general cleaning."""
    if isinstance(cell, str):
        if cell.isprintable() and "  " not in cell:
            return cell.strip() if cell[:1] == " " or cell[-1:] == " " else cell
        return clean_label(cell)
    return text_of(cell)
