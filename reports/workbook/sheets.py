"""Sheets of tables: title block, headings, body, notes, and continuation sheets when one is full."""

import re
from collections.abc import Callable

from reports.dataset import Report, Table
from reports.workbook.body import Body
from reports.workbook.cells import formula_cell, letter, row_xml, shown, text_cell
from reports.workbook.controls import Verdict
from reports.workbook.draft import ROW_POINTS, Draft, NamedTable
from reports.workbook.head import write_head, write_line
from reports.workbook.layout import Placement, Span, quoted
from reports.workbook.measure import lines_in
from reports.workbook.styles import Styles
from reports.workbook.widths import column_widths, height, lines_height

HEADING_MAX = 255
"""Characters that a heading of a named table takes: Excel repairs a workbook where one is longer."""

_NOT_A_NAME = re.compile(r"\W")


class TableSheets:
    """Writes the tables of one sheet, and of those that continue it. `start` gives a new empty draft by title."""

    def __init__(
        self, report: Report, styles: Styles, verdict: Verdict, rows_max: int, start: Callable[[str], Draft]
    ) -> None:
        self.report = report
        self.styles = styles
        self.verdict = verdict
        self.rows_max = rows_max
        self.start = start
        self.placements: dict[str, Placement] = {}

    def write(self, title: str, tables: list[Table]) -> Draft:
        """All of `tables` under one another. Gives back the draft on which the last one ends."""
        draft = self._begin(title, tables)
        for number, table in enumerate(tables):
            if number:
                draft.write(row_xml(draft.row, []))
                _keep_together(draft, table)
            draft = self._table(draft, table, tables)
        return draft

    def _begin(self, title: str, tables: list[Table]) -> Draft:
        draft = self.start(title)
        sizes = [column_widths(table) for table in tables]
        deepest = max(len(size) for size in sizes)
        draft.widths = [
            max((size[place] for size in sizes if place < len(size)), default=9.0) for place in range(deepest)
        ]
        draft.printed = _printed(tables[0]) if len(tables) == 1 else None
        draft.tables = len(tables)
        write_head(draft, self.report, self.styles, tables[0].title if len(tables) == 1 else title)
        self._verdict_line(draft)
        draft.write(row_xml(draft.row, [], 6))
        return draft

    def _verdict_line(self, draft: Draft) -> None:
        if self.verdict.text is None:
            return
        row, last = draft.row, letter(draft.columns)
        cell = f"{quoted(self.verdict.sheet)}$A${self.verdict.row}"
        formula, text = f'"Contrôles : "&{cell}', f"Contrôles : {self.verdict.text}"
        draft.write(row_xml(row, [formula_cell(f"A{row}", self.styles.number["verdict"], formula, text)], 15))
        draft.merges.append(f"A{row}:{last}{row}")
        draft.links.append((f"A{row}", f"{quoted(self.verdict.sheet)}A{self.verdict.row}", "Voir les contrôles"))

    def _table(self, draft: Draft, table: Table, tables: list[Table]) -> Draft:
        if len(tables) > 1:
            write_line(draft, self.styles, "caption", table.title, 13, 18)
        self._headings(draft, table)

        def on_next_sheet(full: Draft) -> Draft:
            self._finish(full, body.placement)
            number = len(body.placement.spans) + 1
            following = self._begin(f"{table.title} ({number})", [table])
            self._headings(following, table)
            return following

        headings = draft.row - 1 - any(column.band for column in table.columns), draft.row - 1
        body = Body(table, self.styles, self.rows_max, on_next_sheet)
        draft = body.write(draft)
        if len(tables) > 1 and table is tables[-1] and len(body.placement.spans) == 1 and draft.room < 0:
            draft.print_rows = headings  # a sheet repeats the headings of one table: of the last, if it is cut
        self.placements[table.name] = body.placement
        self._finish(draft, body.placement)
        for note in table.notes:
            if draft.row < self.rows_max:
                write_line(draft, self.styles, "note", note, 11)
        return draft

    def _headings(self, draft: Draft, table: Table) -> None:
        first = draft.row
        if any(column.band for column in table.columns):
            self._bands(draft, table)
        style, row = self.styles.number["header"], draft.row
        cells = [
            text_cell(f"{letter(place)}{row}", style, column.title) for place, column in enumerate(table.columns, 1)
        ]
        sizes = [height(column.title, width - 2.5) for column, width in zip(table.columns, draft.widths, strict=False)]
        draft.write(row_xml(row, cells, max(sizes) + 8))
        if draft.tables == 1:
            draft.print_rows = (first, row)
            draft.freeze_row = row

    def _bands(self, draft: Draft, table: Table) -> None:
        style, row = self.styles.number["header"], draft.row
        bands = [column.band for column in table.columns]
        cells, place = [], 0
        while place < len(bands):
            end = place
            while bands[place] and end + 1 < len(bands) and bands[end + 1] == bands[place]:
                end += 1
            if end > place:
                draft.merges.append(f"{letter(place + 1)}{row}:{letter(end + 1)}{row}")
            cells.append(text_cell(f"{letter(place + 1)}{row}", style, bands[place] or None))
            cells.extend(text_cell(f"{letter(other + 1)}{row}", style, None) for other in range(place + 1, end + 1))
            place = end + 1
        draft.write(row_xml(row, cells, 18))

    def _finish(self, draft: Draft, placement: Placement) -> None:
        """Name the range of the table on this sheet, or give it a filter where a named table cannot stand."""
        table, span = placement.table, placement.spans[-1]
        header = placement.headers[-1].row
        if span.sheet != draft.title or span.last < span.first or table.group_by is not None:
            return
        ref = f"A{header}:{letter(len(table.columns))}{span.last}"
        titles = tuple(shown(column.title) for column in table.columns)
        if len({title.casefold() for title in titles}) == len(titles) and all(
            0 < len(title) <= HEADING_MAX for title in titles
        ):
            draft.named.append(NamedTable(self._name(placement, span), ref, titles))
        elif draft.tables == 1:
            draft.filter = ref

    def _name(self, placement: Placement, span: Span) -> str:
        name = "T_" + _NOT_A_NAME.sub("_", placement.table.name)
        number = placement.spans.index(span)
        return f"{name}__{number + 1}" if number else name


def _printed(table: Table) -> int:
    """How many columns are printed: those before the first that stays on the screen."""
    return next((place for place, column in enumerate(table.columns) if column.screen_only), len(table.columns))


def _keep_together(draft: Draft, table: Table) -> None:
    """A table that would be cut by the end of the page begins the next one, where that page holds it whole."""
    around = 18.0 + 18.0 * any(column.band for column in table.columns) + 32.0  # caption, bands, headings
    totals = len({row[table.place(table.group_by)] for row in table.each()}) if table.group_by else 0
    after = ROW_POINTS * (totals + 1 + len(table.notes))
    rows = list(zip(*table.each(), strict=True))
    lines = [1] * (len(rows[0]) if rows else 1)
    for column, width, texts in zip(table.columns, draft.widths, rows, strict=False):
        if column.kind == "text":
            lines = list(map(max, lines, lines_in(texts, width)))
    whole = around + sum(map(lines_height, lines)) + after
    if draft.room < whole <= draft.page_points or draft.room < around + 4 * ROW_POINTS:
        draft.break_page()


def sheet_title(title: str, taken: set[str]) -> str:
    """A name that every spreadsheet accepts: no forbidden sign, 31 characters, not used twice."""
    clean = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", title).strip("' ") or "Feuille"
    tail, number = re.search(r" \(\d+\)$", clean), 1
    suffix = tail.group() if tail else ""
    base = clean[: len(clean) - len(suffix)]
    while True:
        name = base[: 31 - len(suffix)].rstrip() + suffix
        if name.casefold() not in taken and name.casefold() != "history":
            taken.add(name.casefold())
            return name
        number += 1
        suffix = f" ({number})"
