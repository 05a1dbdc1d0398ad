"""Find the row that names the columns of a bank's table."""

import re
from dataclasses import dataclass, field

from reconcile.readers.table import Row, is_blank, normal, text_of
from reconcile.readers.table_words import meaning_of

SEARCH_ROWS = 40
"""The header is looked for in this many rows from the top."""


@dataclass(slots=True)
class Header:
    """Where each column is. `first` is the index of the first row below; `top` that of the header itself."""

    columns: dict[str, int]
    names: list[str]
    top: int
    first: int
    currency: str | None = None
    """The currency that the name of an amount column states."""
    extras: list[int] = field(default_factory=list)
    """Further columns of label text."""
    notes: list[str] = field(default_factory=list)

    @property
    def split(self) -> bool:
        """True when debits and credits have a column each."""
        return "debit" in self.columns and "credit" in self.columns

    def day_column(self) -> int | None:
        """The column of the booking date: the accounting date, else the operation's, else a plain date."""
        return next((self.columns[name] for name in ("booking", "transaction", "date") if name in self.columns), None)

    def complete(self) -> bool:
        """True when a date, a label and an amount are all named."""
        dated = self.day_column() is not None or "value" in self.columns
        labelled = "label" in self.columns
        return dated and labelled and (self.split or "amount" in self.columns)


def find_header(rows: list[Row]) -> Header | None:
    """The first row of the top forty that maps a date, a label and an amount; None when there is none.

    Two rows are read as one header when neither is enough alone: the cells merged across the upper row are
    carried to the right and the two names are joined.
    """
    for top, row in enumerate(rows[:SEARCH_ROWS]):
        names = [text_of(cell) for cell in row]
        if sum(1 for name in names if name) < 3:
            continue
        header = map_names(names, top, top + 1)
        if header.complete():
            return header
        lower = [text_of(cell) for cell in rows[top + 1]] if top + 1 < len(rows) else []
        if lower and not _has_digits(rows[top + 1]) and not map_names(lower, top, top).complete():
            header = map_names(_joined(names, lower), top, top + 2)
            if header.complete():
                return header
    return None


def map_names(names: list[str], top: int, first: int) -> Header:
    """The columns that these names describe; the first of two columns with one meaning is kept."""
    header = Header({}, names, top, first)
    labels: list[tuple[int, str]] = []
    for place, name in enumerate(names):
        meaning, currency = meaning_of(name)
        if meaning is None:
            continue
        if currency and meaning in ("debit", "credit", "amount", "balance"):
            header.currency = header.currency or currency
        if meaning == "label":
            labels.append((place, normal(name)))
        elif meaning == "extra":
            header.extras.append(place)
        else:
            header.columns.setdefault(meaning, place)
    if labels:
        header.columns["label"] = min(labels, key=_label_rank)[0]
    elif header.extras:
        header.columns["label"] = header.extras.pop(0)
    else:
        for stand_in in ("type", "counterparty", "reference"):
            if stand_in in header.columns:
                header.columns["label"] = header.columns[stand_in]
                break
    if "foreign_amount" in header.columns and "currency" in header.columns:
        header.columns.setdefault("foreign_currency", header.columns["currency"])
        del header.columns["currency"]
    return header


def _label_rank(found: tuple[int, str]) -> tuple[int, int]:
    """`Libellé` before `Description` before everything else, then from left to right."""
    order = ("libelle", "descri", "narrati", "particulars", "designation")
    rank = next((place for place, word in enumerate(order) if found[1].startswith(word)), len(order))
    return rank, found[0]


def _joined(upper: list[str], lower: list[str]) -> list[str]:
    width = max(len(upper), len(lower))
    upper = upper + [""] * (width - len(upper))
    lower = lower + [""] * (width - len(lower))
    names: list[str] = []
    carried = ""
    for above, below in zip(upper, lower, strict=True):
        if above:
            carried = above
        elif not below:
            carried = ""
        over = above or (carried if below else "")
        joined = f"{over} {below}".strip()
        if meaning_of(joined)[0] is None and meaning_of(below)[0]:
            joined = below
        names.append(joined)
    return names


def _has_digits(row: Row) -> bool:
    """True for a row of data: the lower half of a header holds words only."""
    return any(not is_blank(cell) and re.search(r"\d{2}", text_of(cell)) is not None for cell in row)
