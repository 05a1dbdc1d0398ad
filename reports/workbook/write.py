"""A report as an XLSX workbook: the same report always gives the same bytes."""

import os
import re
from pathlib import Path
from typing import IO

from reports.dataset import CONTROLS_SHEET, PROVENANCE_SHEET, Chart, Link, Report, Table
from reports.workbook.archive import Archive
from reports.workbook.cells import letter, row_xml
from reports.workbook.charts import ROW_HEIGHT, ROWS
from reports.workbook.controls import foresee, write_controls
from reports.workbook.draft import Draft
from reports.workbook.head import write_head
from reports.workbook.layout import SHEET_ROWS_MAX, Spot, quoted
from reports.workbook.provenance import write_provenance
from reports.workbook.sheets import TableSheets, sheet_title
from reports.workbook.shell import around, fresh_styles, saved_parts, shape
from reports.workbook.stream import StreamedSheet

_CELL = re.compile(r'<c r="([A-Z]+[0-9]+)" s="([0-9]+)"')


def write_workbook(report: Report, target: str | Path | IO[bytes], *, rows_max: int = SHEET_ROWS_MAX) -> None:
    """Write `report` to a file, whole or not at all, or to an open binary stream that can seek.

    `rows_max` is how many rows a sheet may have before the table goes on on the next one.
    Raises `ValueError` or `TypeError` for a dataset that cannot be shown exactly (a number that is no int or has more
    than fifteen digits, groups that do not stand together), `KeyError` for a formula or link that names nothing.
    """
    if not isinstance(target, str | Path):
        _Workbook(report, target, rows_max).write()
        return
    path = Path(target)
    unfinished = path.with_name(f"{path.name}.partial")
    try:
        with unfinished.open("wb") as stream:
            _Workbook(report, stream, rows_max).write()
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


class _Workbook:
    def __init__(self, report: Report, stream: IO[bytes], rows_max: int) -> None:
        self.report = report
        self.archive = Archive(stream)
        self.book, self.styles = fresh_styles()
        self.taken = {CONTROLS_SHEET.casefold(), PROVENANCE_SHEET.casefold()}
        self.drafts: list[Draft] = []
        self.rows: dict[str, list[str]] = {}
        self.by_name: dict[str, Draft] = {}
        self.streaming: StreamedSheet | None = None
        verdict = foresee(report, self.styles)
        self.sheets = TableSheets(report, self.styles, verdict, rows_max, self._small)

    def write(self) -> None:
        try:
            self._sheets()
            self._save()
        finally:
            if self.streaming is not None:
                self.streaming.abandon()
            self.archive.close()

    def _sheets(self) -> None:
        for name, tables in _by_sheet(self.report).items():
            streamed = any(table.streamed for table in tables)
            if streamed and len(tables) > 1:
                raise ValueError(f"{name}: a table that streams stands alone on its sheet")
            self.sheets.start = self._streamed if streamed else self._small
            self.by_name[name] = self.sheets.write(name, tables)
            self._end_stream()
        self._charts()
        self._links()
        write_controls(self._small(CONTROLS_SHEET, reserved=True), self.report, self.styles, self.sheets.placements)
        write_provenance(self._small(PROVENANCE_SHEET, reserved=True), self.report, self.styles, self.sheets.placements)

    def _small(self, title: str, reserved: bool = False) -> Draft:
        name = title if reserved else sheet_title(title, self.taken)
        rows = self.rows[name] = []
        draft = Draft(name, rows.append)
        self.drafts.append(draft)
        return draft

    def _streamed(self, title: str) -> Draft:
        self._end_stream()
        self.streaming = StreamedSheet(self.archive, self.report, len(self.drafts) + 1, sheet_title(title, self.taken))
        self.drafts.append(self.streaming.draft)
        return self.streaming.draft

    def _end_stream(self) -> None:
        if self.streaming is not None:
            self.streaming.close()
            self.streaming = None

    def _charts(self) -> None:
        for chart in self.report.charts:
            if not self.sheets.placements[chart.table].count:
                continue  # nothing to draw: the table itself says that it is empty
            name = chart.sheet or _sheet_of(self.report.table(chart.table))
            draft = self.by_name.get(name)
            if draft is None:
                draft = self.by_name[name] = self._chart_sheet(name)
            elif draft.title not in self.rows:
                raise ValueError(f"{chart.title}: no chart under a table that streams")
            self._chart(draft, chart)

    def _chart_sheet(self, name: str) -> Draft:
        draft = self._small(name)
        draft.widths = [9.0] * 14
        write_head(draft, self.report, self.styles, name)
        return draft

    def _chart(self, draft: Draft, chart: Chart) -> None:
        if chart.beside and draft.charts:
            draft.charts.append((chart, draft.charts[-1][1]))
            return
        if draft.points <= draft.page_points:
            draft.print_rows = None
        if draft.room < ROW_HEIGHT * (ROWS + 1):
            draft.break_page()
        draft.write(row_xml(draft.row, [], ROW_HEIGHT))
        draft.charts.append((chart, draft.row))
        for _ in range(ROWS):
            draft.write(row_xml(draft.row, [], ROW_HEIGHT))

    def _links(self) -> None:
        for table in self.report.tables:
            placement = self.sheets.placements[table.name]
            for link in table.links:
                here, there = placement.spot(link.row), self._target(link)
                draft = next(draft for draft in self.drafts if draft.title == here.sheet)
                ref = f"{letter(table.place(link.column) + 1)}{here.row}"
                draft.links.append((ref, f"{quoted(there.sheet)}A{there.row}", "Voir le détail"))

    def _target(self, link: Link) -> Spot:
        placement = self.sheets.placements[link.target]
        if link.target_group is not None:
            return placement.group_firsts[link.target_group]
        if link.target_row is not None:
            return placement.spot(link.target_row)
        return placement.headers[0]

    def _save(self) -> None:
        shape(self.book, self.drafts, self.report, self.sheets.placements)
        made = saved_parts(self.book)
        for number, draft in enumerate(self.drafts, 1):
            part = f"xl/worksheets/sheet{number}.xml"
            if draft.title in self.rows:
                before, after = around(made[part], draft)
                made[part] = before + self._linked(draft).encode() + after
        for name, content in made.items():
            if name not in self.archive.names:
                self.archive.put(name, content)

    def _linked(self, draft: Draft) -> str:
        """The rows of a sheet, with the cells that lead somewhere looking like it."""
        rows = "".join(self.rows[draft.title])
        refs = {ref for ref, _, _ in draft.links}
        if not refs:
            return rows

        def look(match: re.Match[str]) -> str:
            ref, style = match.group(1), int(match.group(2))
            return f'<c r="{ref}" s="{self.styles.linked.get(style, style) if ref in refs else style}"'

        return _CELL.sub(look, rows)


def _sheet_of(table: Table) -> str:
    return table.sheet or table.title


def _by_sheet(report: Report) -> dict[str, list[Table]]:
    sheets: dict[str, list[Table]] = {}
    for table in report.tables:
        sheets.setdefault(_sheet_of(table), []).append(table)
    return sheets
