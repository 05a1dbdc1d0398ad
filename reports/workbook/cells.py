"""Cells as sheet XML: text that can never be a formula, exact numbers, real dates, formulas with their stored value."""

import re
from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape

from reports.dataset import Cell, Kind, month_of
from reports.exact import exact
from reports.text import cut, visible

_DAY_ZERO = date(1899, 12, 30).toordinal()
PLAIN_MAX = 1_000
NOT_PLAIN = re.compile("[^ !-%'-;=?-^`-~\u00a0-\u0604]")
"""Anything that may have to be escaped or shown; `_` too, for `_x000D_`."""
_ESCAPE_LIKE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def letter(column: int) -> str:
    """Column name from its number, 1 is A."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def serial(day: date) -> int:
    """A date as a spreadsheet counts it. Raises `ValueError` before March 1900, where the programs disagree."""
    number = day.toordinal() - _DAY_ZERO
    if number < 61:
        raise ValueError(f"{day.isoformat()} cannot be a spreadsheet date")
    return number


def shown(text: str) -> str:
    """Text as a workbook keeps it: every character visible, none that the file cannot hold, no escape of its own."""
    seen = cut(visible(text))
    return _ESCAPE_LIKE.sub("_x005F_", seen) if "_x" in seen else seen


def xml_text(text: str) -> str:
    """Text of a cell, visible and escaped; `_x000D_` stays these seven signs instead of becoming a carriage return."""
    if len(text) < PLAIN_MAX and NOT_PLAIN.search(text) is None:
        return text
    return escape(shown(text))


def _percent(hundredths: int) -> str:
    sign = "-" if hundredths < 0 else ""
    units, rest = divmod(abs(hundredths), 10_000)
    return f"{sign}{units}.{rest:04d}"


def number_text(kind: Kind, value: Cell) -> str:
    """What stands in `<v>` for a value that is not text."""
    if kind == "date" and isinstance(value, date):
        return str(serial(value))
    if kind == "month" and isinstance(value, str | date):
        return str(serial(month_of(value)))
    if kind == "percent":
        return _percent(exact(value))
    return str(exact(value))


def text_element(text: str) -> str:
    """The text element; spaces at its ends must be asked for."""
    content = xml_text(text)
    return f"<t>{content}</t>" if content == content.strip() else f'<t xml:space="preserve">{content}</t>'


def value_text(kind: Kind, value: Cell) -> str:
    """`<v>` of a formula whose value is known, empty when there is none."""
    return "" if value is None else f"<v>{number_text(kind, value)}</v>"


def text_cell(ref: str, style: int, text: str | None) -> str:
    """One text cell; None is an empty cell that keeps its style."""
    if text is None:
        return f'<c r="{ref}" s="{style}"/>'
    return f'<c r="{ref}" s="{style}" t="inlineStr"><is>{text_element(text)}</is></c>'


def number_cell(ref: str, style: int, kind: Kind, value: Cell) -> str:
    """One number or date."""
    return f'<c r="{ref}" s="{style}">{value_text(kind, value)}</c>'


def formula_cell(ref: str, style: int, formula: str, value: int | str) -> str:
    """One formula with the value it has now, so that readers which do not compute show it too."""
    if isinstance(value, str):
        return f'<c r="{ref}" s="{style}" t="str"><f>{escape(formula)}</f><v>{xml_text(value)}</v></c>'
    return f'<c r="{ref}" s="{style}"><f>{escape(formula)}</f><v>{exact(value)}</v></c>'


def row_xml(number: int, cells: Sequence[str], height: float | None = None) -> str:
    """One row; `height` in points."""
    size = f' ht="{height:g}" customHeight="1"' if height else ""
    return f'<row r="{number}"{size}>{"".join(cells)}</row>'
