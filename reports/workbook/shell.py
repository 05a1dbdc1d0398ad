"""Everything of a workbook but its cells, made by openpyxl: sheets, print set-up, tables, links, colours, charts."""

import io
import re
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from reports.dataset import FICTIONAL_BANNER, Chart, Report
from reports.text import visible
from reports.workbook.archive import parts
from reports.workbook.cells import letter
from reports.workbook.charts import draw
from reports.workbook.draft import Draft
from reports.workbook.layout import Placement, quoted
from reports.workbook.styles import FONT, GREEN, GREEN_INK, RED, RED_INK, Styles

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

CHART_WIDTH_MAX = 150.0
_FIRST_FONT = re.compile(rb"<font>.*?</font>", re.DOTALL)
_SHEET_DATA = re.compile(rb"<sheetData\s*/>|<sheetData>.*</sheetData>", re.DOTALL)
_DIMENSION = re.compile(rb"<dimension [^>]*/>")
_AFTER_IGNORED = re.compile(rb"<(?:drawing|legacyDrawing|tableParts)\b|</worksheet>")


def new_book() -> "Workbook":
    """An empty workbook with its style numbers not yet given."""
    from openpyxl import Workbook

    return Workbook()


def shape(book: "Workbook", drafts: list[Draft], report: Report, placements: dict[str, Placement]) -> None:
    """Give `book` one sheet per draft, with all that surrounds the cells."""
    book.remove(book.worksheets[0])
    for draft in drafts:
        sheet = book.create_sheet(draft.title)
        sheet.sheet_view.tabSelected = draft is drafts[0]
        _look(sheet, draft)
        _page(sheet, draft, report)
        _print_rows(sheet, draft)
        _ranges(sheet, draft)
        _colours(sheet, draft)
        for chart, row, columns in _chart_places(draft):
            draw(sheet, chart, placements[chart.table], row, columns)
    book.properties.title = visible(report.title)
    book.properties.creator = f"pc-aes-ledger {report.provenance.version}".strip()
    if report.fictional:
        book.properties.subject = FICTIONAL_BANNER


def _chart_places(draft: Draft) -> Iterator[tuple[Chart, int, tuple[int, int]]]:
    """Each chart with its first row and the columns that it covers, from the first, before the last."""
    whole = min(draft.columns, _chart_columns(draft))
    middle = _middle(draft)
    for place, (chart, row) in enumerate(draft.charts):
        shared = place + 1 < len(draft.charts) and draft.charts[place + 1][0].beside
        if chart.beside and place:
            yield chart, row, (middle, draft.columns)
        else:
            yield chart, row, (0, middle if shared else whole)


def _middle(draft: Draft) -> int:
    """The column at which the first half of the page ends."""
    widths = draft.widths + [9.0] * (draft.columns - len(draft.widths))
    reached = list(accumulate(widths))
    return 1 + min(range(len(reached)), key=lambda place: abs(reached[place] - reached[-1] / 2))


def _chart_columns(draft: Draft) -> int:
    """Columns that a chart may cover without becoming too flat to read."""
    width, widths = 0.0, draft.widths + [9.0] * (draft.columns - len(draft.widths))
    for count, one in enumerate(widths, 1):
        width += one
        if width >= CHART_WIDTH_MAX:
            return count
    return len(widths)


def _look(sheet: "Worksheet", draft: Draft) -> None:
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 90
    if draft.freeze_row:
        sheet.freeze_panes = f"A{draft.freeze_row + 1}"
    widths = draft.widths + [9.0] * (draft.columns - len(draft.widths))
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[letter(place)].width = width


def _page(sheet: "Worksheet", draft: Draft, report: Report) -> None:
    from openpyxl.worksheet.properties import PageSetupProperties

    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 1 if draft.one_page else 0
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = 0.6 if report.fictional else 0.45
    margins.bottom, margins.header, margins.footer = 0.6, 0.25, 0.3
    header, footer = sheet.oddHeader, sheet.oddFooter
    if header is None or footer is None:
        return
    if report.fictional:
        header.center.text = FICTIONAL_BANNER
        header.center.size, header.center.font = 9, "Arial,Bold"
        footer.center.text = FICTIONAL_BANNER
    footer.left.text = visible(f"{report.title} — {draft.title}").replace("&", "&&")[:120]
    footer.right.text = "Page &P / &N"
    for part in (footer.left, footer.right, footer.center):
        part.size, part.font = 8, "Arial,Regular"


def _print_rows(sheet: "Worksheet", draft: Draft) -> None:
    from openpyxl.worksheet.pagebreak import Break

    if draft.print_rows is not None:
        sheet.print_title_rows = f"{draft.print_rows[0]}:{draft.print_rows[1]}"
    sheet.print_area = f"A1:{letter(draft.columns)}{draft.row - 1}"
    for row in [] if draft.one_page else draft.page_breaks:
        sheet.row_breaks.append(Break(id=row))


def _ranges(sheet: "Worksheet", draft: Draft) -> None:
    from openpyxl.worksheet.filters import AutoFilter
    from openpyxl.worksheet.hyperlink import Hyperlink
    from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo

    for merge in draft.merges:
        sheet.merge_cells(merge)
    for ref, location, tip in draft.links:
        sheet[ref].hyperlink = Hyperlink(ref=ref, location=location, tooltip=tip)
    if draft.filter:
        sheet.auto_filter.ref = draft.filter
    for named in draft.named:
        columns = [TableColumn(id=place, name=title) for place, title in enumerate(named.headers, 1)]
        table = Table(
            displayName=named.name,
            name=named.name,
            ref=named.ref,
            tableColumns=columns,
            autoFilter=AutoFilter(ref=named.ref),
            tableStyleInfo=TableStyleInfo(name="TableStyleLight1", showRowStripes=False),
        )
        first = named.ref.split(":")[0]
        row = int(re.sub(r"\D", "", first))
        for place, title in enumerate(named.headers, 1):
            sheet.cell(row, place).value = title
        sheet.add_table(table)


def _colours(sheet: "Worksheet", draft: Draft) -> None:
    for ref in draft.verdicts:
        _verdict_colours(sheet, ref, f'IFERROR({ref.split(":")[0]}="VRAI",FALSE)')
    if draft.overall:
        _verdict_colours(sheet, draft.overall, f'IFERROR(LEFT({draft.overall},4)="TOUS",FALSE)')


def _verdict_colours(sheet: "Worksheet", ref: str, test: str) -> None:
    """Green where `test` holds, red in every other case, errors included."""
    from openpyxl.formatting.rule import Rule
    from openpyxl.styles import Font, PatternFill
    from openpyxl.styles.differential import DifferentialStyle

    for formula, fill, ink in ((test, GREEN, GREEN_INK), (f"NOT({test})", RED, RED_INK)):
        look = DifferentialStyle(fill=PatternFill("solid", bgColor=fill), font=Font(color=ink, bold=True))
        sheet.conditional_formatting.add(ref, Rule(type="expression", formula=[formula], dxf=look))


def saved_parts(book: "Workbook") -> dict[str, bytes]:
    """The workbook as openpyxl writes it, part by part; its ordinary font, which measures columns, is ours."""
    content = io.BytesIO()
    book.save(content)
    content.seek(0)
    made = parts(content)
    ordinary = f'<font><name val="{FONT}"/><family val="2"/><sz val="10"/></font>'.encode()
    made["xl/styles.xml"] = _FIRST_FONT.sub(ordinary, made["xl/styles.xml"], count=1)
    return made


def around(sheet_xml: bytes, draft: Draft) -> tuple[bytes, bytes]:
    """What stands before and after the rows of a sheet, with its size and its quiet about numbers kept as text."""
    match = _SHEET_DATA.search(sheet_xml)
    if match is None:
        raise ValueError("openpyxl wrote a sheet without sheetData")
    before = _DIMENSION.sub(b"", sheet_xml[: match.start()]) + b"<sheetData>"
    after = b"</sheetData>" + sheet_xml[match.end() :]
    place = _AFTER_IGNORED.search(after)
    assert place is not None, "every sheet ends in </worksheet>"  # noqa: S101  # a fact of the line above, not input
    area = f"A1:{letter(max(draft.columns, len(draft.widths)))}{max(1, draft.row - 1)}"
    quiet = f'<ignoredErrors><ignoredError sqref="{area}" numberStoredAsText="1"/></ignoredErrors>'.encode()
    return before, after[: place.start()] + quiet + after[place.start() :]


def location(sheet: str, column: str, row: int) -> str:
    """Where a link inside the workbook leads."""
    return f"{quoted(sheet)}{column}{row}"


def fresh_styles() -> tuple["Workbook", Styles]:
    """A new workbook with its styles registered, always in the same order."""
    book = new_book()
    return book, Styles(book)
