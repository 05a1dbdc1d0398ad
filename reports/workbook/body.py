"""The rows of one table as sheet XML: data in runs, sub-totals by group, a grand total, all totals as formulas."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice, repeat
from typing import Literal, get_args
from xml.sax.saxutils import escape

from reports.dataset import Cell, Column, Row, Table
from reports.workbook.cells import formula_cell, letter, row_xml, text_cell
from reports.workbook.column_parts import PartsOf, parts_of
from reports.workbook.draft import ROW_POINTS, Draft
from reports.workbook.layout import Placement, Span, Spot, ranges
from reports.workbook.measure import line_room, lines_in
from reports.workbook.styles import Role, Styles
from reports.workbook.widths import LINES_MAX, lines_height

RUN_ROWS = 1_000
ROW, ABOVE, HEIGHT = 0, -1, -2
OPENING = '<row r="'
NOTHING = "Néant"

Where = Literal["first", "cut", "next"]
"""A row that opens a table or group, opens a continuation sheet, or follows another."""

_CELL_NAME = re.compile(r"\[(\w+)(@-1)?\]")


def _longest(texts: Sequence[Cell]) -> int:
    try:
        return max(map(len, filter(None, texts)), default=0)  # type: ignore[arg-type]  # most runs hold text alone; the others come below
    except TypeError:
        return max(len(text) if isinstance(text, str) else 0 for text in texts)


Piece = str | int | PartsOf
"""What stands somewhere in every row: the same text, a number (`ROW`, `ABOVE`, `HEIGHT`), or the cells of a column."""


@dataclass(frozen=True)
class Pattern:
    """One row, compiled: its pieces from left to right, and for each piece that is a column, which one.

    Each piece holds as much of the constant text around it as it can: a row is then one join of few strings.
    The text that opens a row stands at the end of the row before it, `OPENING` before the first.
    """

    pieces: tuple[Piece, ...]
    places: tuple[int, ...]


class Body:
    """Writes one table into a draft; `on_next_sheet` gives the draft that follows a full one."""

    def __init__(self, table: Table, styles: Styles, rows_max: int, on_next_sheet: Callable[[Draft], Draft]) -> None:
        self.table = table
        self.styles = styles
        self.rows_max = rows_max
        self.on_next_sheet = on_next_sheet
        self.placement = Placement(table)
        self.placement.totals = {column.key: 0 for column in table.columns if column.total}
        self._wrapping = [place for place, column in enumerate(table.columns) if column.kind == "text"]
        self._heights_by_lines = ['"><c r="A'] * 2 + [
            f'" ht="{lines_height(n):g}" customHeight="1"><c r="A' for n in range(2, LINES_MAX + 1)
        ]
        self._patterns: dict[Where, Pattern] = {where: self._pattern(where) for where in get_args(Where)}
        self._summed = [(place, column.key) for place, column in enumerate(table.columns) if column.total]
        self._looks_up = any(column.first_formula or "@-1" in (column.formula or "") for column in table.columns)

    def write(self, draft: Draft) -> Draft:
        """All rows and totals from the draft's next row on. Gives back the draft on which the table ends."""
        self._open_span(draft)
        if self.table.group_by is None:
            draft = self._runs(draft, self.table.each(), self.placement.totals)
        else:
            draft = self._groups(draft)
        if self.placement.count == 0:
            draft = self._nothing(draft)
        if self.table.totalled and self.table.total_label is not None:
            draft = self._room(draft)
            function = "SUM" if self.table.group_by is None else "SUBTOTAL"
            body = [span for span in self.placement.spans if span.last >= span.first]
            self.placement.total = Spot(draft.title, draft.row)
            self._total_row(draft, self.table.total_label, "total", function, body, self.placement.totals)
        return draft

    def _open_span(self, draft: Draft) -> None:
        self.placement.headers.append(Spot(draft.title, draft.row - 1))
        self.placement.spans.append(Span(draft.title, draft.row, draft.row - 1))

    def _grow(self, draft: Draft) -> None:
        last = self.placement.spans[-1]
        self.placement.spans[-1] = Span(last.sheet, last.first, draft.row - 1)

    def _room(self, draft: Draft) -> Draft:
        if draft.row <= self.rows_max:
            return draft
        draft = self.on_next_sheet(draft)
        self._open_span(draft)
        return draft

    def _groups(self, draft: Draft) -> Draft:
        key = self.table.place(self.table.group_by or "")
        seen: set[str] = set()
        for value, rows in groupby(self.table.each(), key=lambda row: str(row[key])):
            if value in seen:
                raise ValueError(f"{self.table.name}: the rows of group {value} do not stand together")
            seen.add(value)
            draft = self._room(draft)
            self.placement.group_firsts[value] = Spot(draft.title, draft.row)
            first_span, first_row = len(self.placement.spans) - 1, draft.row
            totals = dict.fromkeys(self.placement.totals, 0)
            draft = self._room(self._runs(draft, rows, totals))
            for name, amount in totals.items():
                self.placement.totals[name] += amount
            if totals:
                own = self.placement.spans[first_span:]
                own[0] = Span(own[0].sheet, first_row, own[0].last)
                own = [span for span in own if span.last >= span.first]
                self.placement.group_totals[value] = Spot(draft.title, draft.row)
                title = (self.table.group_titles or {}).get(value, value)
                self._total_row(draft, f"TOTAL {title}", "subtotal", "SUBTOTAL", own, totals)
                self._grow(draft)
        return draft

    def _runs(self, draft: Draft, rows: Iterator[Row], totals: dict[str, int]) -> Draft:
        where: Where = "first" if self._looks_up else "next"
        rows = iter(rows)
        while run := list(islice(rows, 1 if where != "next" else RUN_ROWS)):
            while run:
                if draft.row > self.rows_max:
                    draft = self._room(draft)
                    where = "cut" if self._looks_up and where == "next" else where
                size = 1 if where != "next" else self.rows_max - draft.row + 1
                self._run(draft, run[:size], self._patterns[where], totals)
                run, where = run[size:], "next"
        return draft

    def _run(self, draft: Draft, run: Sequence[Row], pattern: Pattern, totals: dict[str, int]) -> None:
        columns = list(zip(*run, strict=True))
        if len(columns) != len(self.table.columns):
            raise ValueError(f"{self.table.name}: {len(columns)} cells for {len(self.table.columns)} columns")
        for place, key in self._summed:
            totals[key] += sum(filter(None, columns[place]))
        start, count = draft.row, len(run)
        numbers = list(map(str, range(start - 1, start + count)))
        heights, points = self._heights(draft, columns)
        counted: dict[Piece, Sequence[str]] = {ROW: numbers[1:], ABOVE: numbers, HEIGHT: heights}
        filling: list[Iterable[str]] = []
        for piece, place in zip(pattern.pieces, pattern.places, strict=True):
            if isinstance(piece, str):
                filling.append(repeat(piece))
            else:
                filling.append(counted[piece] if isinstance(piece, int) else piece(columns[place]))
        # the shortest of them, never the texts that repeat, says how many rows there are
        xml = "".join(chain.from_iterable(zip(*filling, strict=False)))
        draft.write(OPENING + xml.removesuffix(OPENING), count, points)
        self.placement.add_run(draft.title, start, count)
        self._grow(draft)

    def _heights(self, draft: Draft, columns: Sequence[Sequence[Cell]]) -> tuple[list[str], float]:
        """The height of each row, unsaid where one line is enough, and the points of all.

        No program is sure to find it by itself.
        """
        count = len(columns[0])
        lines: list[int] = []
        for place in self._wrapping:
            width, texts = draft.widths[place], columns[place]
            if _longest(texts) > line_room(width):
                own = lines_in(texts, width)
                lines = list(map(max, lines, own)) if lines else own
        if not lines:
            return [self._heights_by_lines[1]] * count, ROW_POINTS * count
        lines = [min(one, LINES_MAX) for one in lines]
        points = sum(map(lines_height, lines)) if draft.tables > 1 or not self.table.streamed else 0.0
        return [self._heights_by_lines[one] for one in lines], points or ROW_POINTS * count

    def _pattern(self, where: Where) -> Pattern:
        pieces: list[Piece] = [ROW, HEIGHT]
        places = [0, 0]
        last = len(self.table.columns) - 1
        for place, column in enumerate(self.table.columns):
            style = f'" s="{self.styles.of("data", column.kind)}"'
            after = f'<c r="{letter(place + 2)}' if place < last else f"</row>{OPENING}"
            formula = self._formula(column, where)
            pieces.append(ROW)
            if formula is None:
                pieces.append(parts_of(column.kind, style, after))
            else:
                first, *named = self._cells_of(formula)
                pieces += [f"{style}><f>{first}", *named, parts_of(column.kind, "</f>", after, live=True)]
            places += [place] * (len(pieces) - len(places))
        return Pattern(tuple(pieces), tuple(places))

    @staticmethod
    def _formula(column: Column, where: Where) -> str | None:
        if where == "first" and column.first_formula is not None:
            return column.first_formula
        looks_up = column.formula is not None and "@-1" in column.formula
        return None if looks_up and where != "next" else column.formula

    def _cells_of(self, formula: str) -> list[str | int]:
        """The formula as texts and row numbers by turns, a text first and last."""
        found: list[str | int] = []
        text, end = "", 0
        for match in _CELL_NAME.finditer(formula):
            text += escape(formula[end : match.start()]) + letter(self.table.place(match.group(1)) + 1)
            found += [text, ABOVE if match.group(2) else ROW]
            text, end = "", match.end()
        return [*found, text + escape(formula[end:])]

    def _total_row(
        self, draft: Draft, label: str, role: Role, function: str, spans: list[Span], totals: dict[str, int]
    ) -> None:
        cells = []
        for place, column in enumerate(self.table.columns):
            name = letter(place + 1)
            ref, style = f"{name}{draft.row}", self.styles.of(role, column.kind)
            if place == 0:
                cells.append(text_cell(ref, self.styles.of(role, "text"), label))
            elif column.total:
                code = "9," if function == "SUBTOTAL" else ""
                formula = f"{function}({code}{ranges(spans, name, draft.title)})"
                cells.append(formula_cell(ref, style, formula, totals[column.key]))
            else:
                cells.append(text_cell(ref, style, None))
        draft.write(row_xml(draft.row, cells))

    def _nothing(self, draft: Draft) -> Draft:
        cells = [
            text_cell(
                f"{letter(place + 1)}{draft.row}", self.styles.of("data", "text"), NOTHING if place == 0 else None
            )
            for place in range(len(self.table.columns))
        ]
        draft.write(row_xml(draft.row, cells))
        self._grow(draft)
        return draft
