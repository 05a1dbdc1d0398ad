"""Native charts: French titles, amounts in milliards or millions, the figures stored beside the references."""

from typing import TYPE_CHECKING, Any

from reports.dataset import Cell, Chart
from reports.workbook.cells import number_text
from reports.workbook.layout import Placement, quoted
from reports.workbook.styles import FONT, INK, LINE, SERIES

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

ROWS, ROW_HEIGHT = 15, 15.0
"""Rows of the sheet that one chart covers, and their points: two charts stand on one landscape page."""


def scale(largest: int) -> tuple[str, str]:
    """Number format of an axis of amounts, and what its figures count."""
    if largest >= 2_000_000_000:
        return ("[$-40C]#,##0,,," if largest >= 8_000_000_000 else "[$-40C]#,##0.0,,,"), "milliards de FCFA"
    if largest >= 2_000_000:
        return ("[$-40C]#,##0,," if largest >= 8_000_000 else "[$-40C]#,##0.0,,"), "millions de FCFA"
    return "[$-40C]#,##0", "FCFA"


def draw(sheet: "Worksheet", chart: Chart, placement: Placement, row: int, columns: tuple[int, int]) -> None:
    """Put the chart on the sheet from `row` down, over the columns from the first of `columns` to before the last."""
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor

    table = placement.table
    first, last = chart.rows or (0, max(0, placement.count - 1))
    rows = list(table.each())[first : last + 1] if not table.streamed else []
    made = _plot(chart)
    kinds = {table.columns[table.place(one.column)].kind for one in chart.series}
    values = [
        abs(value) for one in chart.series for row in rows if isinstance(value := row[table.place(one.column)], int)
    ]
    number_format, unit = scale(max(values, default=0)) if kinds == {"francs"} else ("General", "")
    if kinds == {"percent"}:
        number_format = "[$-40C]0%"
    cats = _categories(chart, placement, rows, first, last)
    for number, one in enumerate(chart.series):
        made.series.append(_series(chart, placement, rows, (first, last), number, cats))
        made.series[-1].tx = _title_of(one.title or table.columns[table.place(one.column)].title)
    _dress(made, chart, number_format, unit)
    if chart.kind != "line" and all(
        value >= 0 for one in chart.series for row in rows if isinstance(value := row[table.place(one.column)], int)
    ):
        made.y_axis.scaling.min = 0
    made.anchor = TwoCellAnchor(
        "twoCell", _from=AnchorMarker(col=columns[0], row=row - 1), to=AnchorMarker(col=columns[1], row=row - 1 + ROWS)
    )
    sheet.add_chart(made)


def _plot(chart: Chart) -> Any:
    from openpyxl.chart import BarChart, LineChart

    if chart.kind == "line":
        return LineChart()
    plot = BarChart()
    plot.type = "bar" if chart.kind == "bar" else "col"
    plot.gapWidth = 60
    if chart.kind == "stacked":
        plot.grouping, plot.overlap = "stacked", 100
    return plot


def _address(placement: Placement, key: str, first: int, last: int) -> str:
    start, end = placement.spot(first), placement.spot(last)
    if start.sheet != end.sheet or end.row - start.row != last - first:
        raise ValueError(f"a chart needs rows that stand together: {placement.table.name}")
    column = placement.column(key)
    return f"{quoted(start.sheet)}${column}${start.row}:${column}${end.row}"


def _shown(value: Cell) -> str:
    if value is None:
        return ""
    return str(value)


def _categories(chart: Chart, placement: Placement, rows: list[Any], first: int, last: int) -> Any:
    from openpyxl.chart.data_source import AxDataSource, NumData, NumRef, NumVal, StrData, StrRef, StrVal

    place = placement.table.place(chart.categories)
    column = placement.table.columns[place]
    address = _address(placement, chart.categories, first, last)
    if column.kind in ("month", "date"):
        numbers = [
            NumVal(idx=index, v=number_text(column.kind, row[place])) for index, row in enumerate(rows) if row[place]
        ]
        code = "MM/YYYY" if column.kind == "month" else "DD/MM/YYYY"
        return AxDataSource(numRef=NumRef(f=address, numCache=NumData(formatCode=code, ptCount=len(rows), pt=numbers)))
    texts = [StrVal(idx=index, v=_shown(row[place])) for index, row in enumerate(rows)]
    return AxDataSource(strRef=StrRef(f=address, strCache=StrData(ptCount=len(rows), pt=texts)))


def _series(
    chart: Chart, placement: Placement, rows: list[Any], limits: tuple[int, int], number: int, categories: Any
) -> Any:
    from openpyxl.chart.data_source import NumData, NumDataSource, NumRef, NumVal
    from openpyxl.chart.marker import Marker
    from openpyxl.chart.series import Series
    from openpyxl.chart.shapes import GraphicalProperties

    key = chart.series[number].column
    place = placement.table.place(key)
    kind = placement.table.columns[place].kind
    points = [
        NumVal(idx=index, v=number_text(kind, row[place])) for index, row in enumerate(rows) if row[place] is not None
    ]
    cache = NumData(formatCode="General", ptCount=len(rows), pt=points)
    source = NumDataSource(numRef=NumRef(f=_address(placement, key, *limits), numCache=cache))
    series = Series(idx=number, order=number, cat=categories, val=source)
    colour = SERIES[number % len(SERIES)]
    if chart.kind == "line":
        series.graphicalProperties = GraphicalProperties()
        series.graphicalProperties.line.solidFill = colour
        series.graphicalProperties.line.width = 28_000
        series.marker = Marker(symbol=("circle", "square", "triangle", "diamond")[number % 4], size=6)
        series.marker.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.marker.graphicalProperties.line.solidFill = colour
        series.smooth = False
    else:
        series.graphicalProperties = GraphicalProperties(solidFill=colour)
        series.invertIfNegative = False
    return series


def _title_of(text: str) -> Any:
    from openpyxl.chart.series import SeriesLabel

    return SeriesLabel(v=text)


def _rich(text: str, size: int, bold: bool) -> Any:
    from openpyxl.chart.text import RichText, Text
    from openpyxl.chart.title import Title
    from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties, RegularTextRun

    look = CharacterProperties(sz=size * 100, b=bold, solidFill=INK, latin=Font(typeface=FONT))
    run = RegularTextRun(rPr=look, t=text)
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=look), r=[run])
    return Title(tx=Text(rich=RichText(p=[paragraph])), overlay=False)


def _small() -> Any:
    from openpyxl.chart.text import RichText
    from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties

    look = CharacterProperties(sz=900, solidFill=INK, latin=Font(typeface=FONT))
    return RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), endParaRPr=look)])


def _dress(made: Any, chart: Chart, number_format: str, unit: str) -> None:
    from openpyxl.chart.axis import ChartLines
    from openpyxl.chart.shapes import GraphicalProperties

    made.title = _rich(chart.title, 13, bold=True)
    made.legend.position, made.legend.overlay, made.legend.txPr = "r", False, _small()
    if len(chart.series) == 1:
        made.legend = None
    made.x_axis.delete = made.y_axis.delete = False
    made.y_axis.number_format = number_format
    made.y_axis.numFmt.sourceLinked = False
    made.y_axis.majorGridlines = ChartLines(spPr=GraphicalProperties())
    made.y_axis.majorGridlines.spPr.line.solidFill = LINE
    made.x_axis.tickLblPos = "low"
    made.x_axis.txPr, made.y_axis.txPr = _small(), _small()
    y_title = f"{chart.y_title} ({unit})" if chart.y_title and unit else chart.y_title or unit
    if y_title:
        made.y_axis.title = _rich(y_title, 9, bold=False)
    if chart.x_title:
        made.x_axis.title = _rich(chart.x_title, 9, bold=False)
    if chart.kind == "bar":
        made.x_axis.scaling.orientation = "maxMin"
        made.y_axis.crosses = "max"
    made.roundedCorners = False
