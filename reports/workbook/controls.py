"""The sheet Contrôles: each check recomputed from cells of the workbook, its expected figure, VRAI or FAUX."""

from dataclasses import dataclass

from reports.dataset import CONTROLS_SHEET, Control, Report
from reports.workbook.cells import formula_cell, number_cell, row_xml, text_cell
from reports.workbook.draft import Draft
from reports.workbook.head import write_head, write_line
from reports.workbook.layout import Placement, resolve
from reports.workbook.styles import Styles
from reports.workbook.widths import height

_HEADINGS = ("N°", "Contrôle", "Recalculé dans le classeur", "Attendu", "Écart", "Résultat")
_WIDTHS = [6.0, 64.0, 23.0, 23.0, 20.0, 12.0]


@dataclass(frozen=True)
class Verdict:
    """Where the overall result stands and what it says; `text` is None when the report declares no control."""

    sheet: str
    row: int
    text: str | None


def overall(controls: tuple[Control, ...]) -> str | None:
    """« TOUS LES CONTRÔLES SONT VRAIS (4 sur 4) », or how many are not."""
    if not controls:
        return None
    wrong = sum(not control.holds for control in controls)
    return _sentence(wrong, len(controls))


def _sentence(wrong: int, count: int) -> str:
    if wrong == 0:
        return f"TOUS LES CONTRÔLES SONT VRAIS ({count} sur {count})"
    return f"CONTRÔLES FAUX : {wrong} sur {count}"


def foresee(report: Report, styles: Styles) -> Verdict:
    """Where the overall result will stand, before the sheet is written."""
    trial = Draft(CONTROLS_SHEET, lambda xml: None, widths=list(_WIDTHS))
    write_head(trial, report, styles, CONTROLS_SHEET)
    return Verdict(CONTROLS_SHEET, trial.row, overall(report.controls))


def write_controls(draft: Draft, report: Report, styles: Styles, placements: dict[str, Placement]) -> None:
    """The whole sheet. Raises `KeyError` when a formula names what the workbook does not have."""
    draft.widths = list(_WIDTHS)
    write_head(draft, report, styles, CONTROLS_SHEET)
    count = len(report.controls)
    result, first = draft.row, draft.row + 3
    if not count:
        write_line(draft, styles, "overall", "Ce rapport ne déclare aucun contrôle.", 14, 22)
        return
    verdicts = f"F{first}:F{first + count - 1}"
    true_count = f'COUNTIF({verdicts},"VRAI")'
    formula = (
        f"IF({true_count}=ROWS({verdicts}),"
        f'"TOUS LES CONTRÔLES SONT VRAIS ("&ROWS({verdicts})&" sur "&ROWS({verdicts})&")",'
        f'"CONTRÔLES FAUX : "&(ROWS({verdicts})-{true_count})&" sur "&ROWS({verdicts}))'
    )
    text = overall(report.controls) or ""
    draft.write(row_xml(result, [formula_cell(f"A{result}", styles.number["overall"], formula, text)], 24))
    draft.merges.append(f"A{result}:F{result}")
    draft.overall = f"A{result}"
    draft.write(row_xml(draft.row, [], 6))
    header = [
        text_cell(f"{'ABCDEF'[place]}{draft.row}", styles.number["header"], name)
        for place, name in enumerate(_HEADINGS)
    ]
    draft.print_rows = (draft.row, draft.row)
    draft.freeze_row = draft.row
    draft.write(row_xml(draft.row, header, 20))
    for number, control in enumerate(report.controls, 1):
        _line(draft, number, control, styles, placements)
    draft.verdicts.append(verdicts)


def _line(draft: Draft, number: int, control: Control, styles: Styles, placements: dict[str, Placement]) -> None:
    row = draft.row
    amount = styles.of("data", "integer")
    if isinstance(control.expected, str):
        expected = formula_cell(f"D{row}", amount, resolve(control.expected, placements), control.wanted)
    else:
        expected = number_cell(f"D{row}", amount, "integer", control.expected)
    test = f'IF(ISNUMBER(E{row}),IF(E{row}=0,"VRAI","FAUX"),"FAUX")'
    cells = [
        number_cell(f"A{row}", styles.number["boolean"], "integer", number),
        text_cell(f"B{row}", styles.of("data", "text"), control.title),
        formula_cell(f"C{row}", amount, resolve(control.formula, placements), control.value),
        expected,
        formula_cell(f"E{row}", amount, f"C{row}-D{row}", control.value - control.wanted),
        formula_cell(f"F{row}", styles.number["boolean"], test, "VRAI" if control.holds else "FAUX"),
    ]
    draft.write(row_xml(row, cells, height(control.title, _WIDTHS[1] * 1.1) + 4))
