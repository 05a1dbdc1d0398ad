"""The look of a workbook: one sober palette, French number formats, and the style numbers that rows refer to."""

from typing import TYPE_CHECKING, Literal

from reports.dataset import Kind

if TYPE_CHECKING:
    from openpyxl.workbook.workbook import Workbook

Role = Literal["data", "subtotal", "total"]

FONT = "Arial"
INK = "1F2933"
NAVY = "1F3A5F"
PALE = "E8EDF3"
PALER = "F4F6F9"
LINE = "B8C4D0"
AMBER = "FFE8B3"
AMBER_INK = "7A4B00"
GREEN, GREEN_INK = "D6EFDC", "11602B"
RED, RED_INK = "F9D9D6", "9B1C14"
SERIES = ("1F3A5F", "E3A02B", "3B8EA5", "7A3B6B", "C9D2DC", "0F1720")
"""Chart colours that stay apart in grey print (a test says by how much) and for colour-blind readers."""

FRANCS = '[$-40C]#,##0;[Red][$-40C]-#,##0;"–"'
FRANCS_ZERO = "[$-40C]#,##0;[Red][$-40C]-#,##0;0"
FORMATS: dict[Kind, str] = {
    "text": "@",
    "francs": FRANCS,
    "integer": FRANCS_ZERO,
    "date": "DD/MM/YYYY",
    "percent": "[$-40C]0.00%",
    "month": "MM/YYYY",
}
"""In a file the separators are always the American ones; `[$-40C]` asks for French grouping where it is obeyed."""

KINDS: tuple[Kind, ...] = ("text", "francs", "integer", "date", "percent", "month")
ROLES: tuple[Role, ...] = ("data", "subtotal", "total")
_RIGHT = ("francs", "integer", "percent")


class Styles:
    """Style numbers of one workbook by name; the same names always get the same numbers, in any workbook."""

    def __init__(self, book: "Workbook") -> None:
        from openpyxl.cell.cell import Cell

        self._book = book
        self._sheet = book.worksheets[0]
        self._cell = Cell
        self.number: dict[str, int] = {}
        self.linked: dict[int, int] = {}
        for role in ROLES:
            for kind in KINDS:
                self._add_kind(role, kind)
        self._add_texts()

    def of(self, role: Role, kind: Kind) -> int:
        """Style number of a cell of a table."""
        return self.number[f"{role}:{kind}"]

    def _add(self, name: str, **parts: object) -> None:
        cell = self._cell(self._sheet, row=1, column=1)
        for part, value in parts.items():
            setattr(cell, part, value)
        self.number[name] = cell.style_id

    def _add_kind(self, role: Role, kind: Kind) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        hair, thin, double = Side("hair", LINE), Side("thin", NAVY), Side("double", NAVY)
        horizontal = "right" if kind in _RIGHT else "center" if kind in ("date", "month") else "left"
        parts: dict[str, object] = {
            "number_format": FORMATS[kind],
            "font": Font(FONT, 9, bold=role != "data", color=INK),
            "alignment": Alignment(
                horizontal=horizontal,
                vertical="top",
                wrap_text=kind == "text" and role == "data",
                indent=1 if horizontal == "left" and role == "data" else 0,
            ),
            "border": Border(bottom=hair),
        }
        if role == "subtotal":
            parts["border"] = Border(top=Side("thin", LINE), bottom=Side("thin", LINE))
            parts["fill"] = PatternFill("solid", PALER)
        if role == "total":
            parts["border"] = Border(top=thin, bottom=double)
            parts["fill"] = PatternFill("solid", PALE)
        self._add(f"{role}:{kind}", **parts)
        if role == "data":
            self._add(f"link:{kind}", **{**parts, "font": Font(FONT, 9, color="0B5394", underline="single")})
            self.linked[self.of("data", kind)] = self.number[f"link:{kind}"]

    def _add_texts(self) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

        middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
        left = Alignment(horizontal="left", vertical="center", wrap_text=True)
        top = Alignment(horizontal="left", vertical="top", wrap_text=True)
        white = Side("thin", "FFFFFF")
        frame = Border(left=white, right=white, top=white, bottom=white)
        solid = PatternFill("solid", NAVY)
        self._add(
            "banner",
            font=Font(FONT, 11, bold=True, color=AMBER_INK),
            fill=PatternFill("solid", AMBER),
            alignment=middle,
        )
        self._add("title", font=Font(FONT, 15, bold=True, color=NAVY), alignment=left)
        self._add("subtitle", font=Font(FONT, 10, color=INK), alignment=left)
        self._add("meta", font=Font(FONT, 9, color="52606D"), alignment=left)
        self._add("verdict", font=Font(FONT, 9, bold=True, color=INK), alignment=left)
        self._add("caption", font=Font(FONT, 11, bold=True, color=NAVY), alignment=left)
        self._add("note", font=Font(FONT, 8, italic=True, color="52606D"), alignment=top)
        self._add("header", font=Font(FONT, 9, bold=True, color="FFFFFF"), fill=solid, alignment=middle, border=frame)
        self._add(
            "label", font=Font(FONT, 9, bold=True, color=INK), alignment=top, border=Border(bottom=Side("hair", LINE))
        )
        self._add(
            "mono", font=Font("Courier New", 9, color=INK), alignment=top, border=Border(bottom=Side("hair", LINE))
        )
        under = Border(bottom=Side("hair", LINE))
        self._add("value", font=Font(FONT, 9, color=INK), alignment=top, border=under, number_format="@")
        count = Alignment(horizontal="left", vertical="top")
        self._add("count", font=Font(FONT, 9, color=INK), alignment=count, border=under, number_format=FRANCS_ZERO)
        self._add(
            "boolean",
            font=Font(FONT, 9, bold=True, color=INK),
            alignment=Alignment(horizontal="center", vertical="top"),
            border=Border(bottom=Side("hair", LINE)),
        )
        self._add("overall", font=Font(FONT, 12, bold=True, color=INK), alignment=left)
