"""The sheet Provenance: what makes the same report again, and the hashes that prove it is the same."""

from reports.dataset import FICTIONAL_BANNER, PROVENANCE_SHEET, Provenance, Report
from reports.workbook.cells import number_cell, row_xml, text_cell
from reports.workbook.draft import Draft
from reports.workbook.head import write_head
from reports.workbook.layout import Placement
from reports.workbook.styles import Styles
from reports.workbook.widths import height

_WIDTHS = [44.0, 78.0]

Fact = tuple[str, str | int]


def facts(report: Report, placements: dict[str, Placement]) -> list[tuple[str, list[Fact]]]:
    """Sections of (name, value) lines."""
    source = report.provenance
    sections: list[tuple[str, list[Fact]]] = [
        ("Rapport", _identity(report)),
        (
            "Dernière écriture de chaque livre",
            [line for head in source.heads for line in _head(head.book, head.entries, head.hash)],
        ),
        ("Paramètres", list(source.parameters)),
        ("Nombres", list(source.counts)),
        (
            "Lignes du classeur",
            [(f"Lignes de « {table.title} »", placements[table.name].count) for table in report.tables],
        ),
    ]
    return [(title, lines) for title, lines in sections if lines]


def _identity(report: Report) -> list[Fact]:
    source: Provenance = report.provenance
    lines: list[Fact] = [("Nom du rapport", report.name), ("Livres", source.books)]
    if source.period is not None:
        lines.append(("Période", f"du {source.period[0]:%d/%m/%Y} au {source.period[1]:%d/%m/%Y}"))
    if source.as_of is not None:
        lines.append(("Arrêté au", f"{source.as_of:%d/%m/%Y}"))
    if source.as_known is not None:
        lines.append(("Connu au", source.as_known))
    lines.append(("Nature des données", FICTIONAL_BANNER if source.fictional else "Données des livres"))
    if source.version:
        lines.append(("Version du produit", f"pc-aes-ledger {source.version}"))
    return lines


def _head(book: str, entries: int, digest: str) -> list[Fact]:
    return [(f"{book} : écritures", entries), (f"{book} : empreinte (SHA-256)", digest or "aucune écriture")]


def write_provenance(draft: Draft, report: Report, styles: Styles, placements: dict[str, Placement]) -> None:
    """The whole sheet."""
    draft.widths = list(_WIDTHS)
    write_head(draft, report, styles, PROVENANCE_SHEET)
    for title, lines in facts(report, placements):
        draft.write(row_xml(draft.row, [], 6))
        row, style = draft.row, styles.number["header"]
        draft.write(row_xml(row, [text_cell(f"A{row}", style, title), text_cell(f"B{row}", style, None)], 18))
        draft.merges.append(f"A{row}:B{row}")
        for name, value in lines:
            row = draft.row
            label = text_cell(f"A{row}", styles.number["label"], name)
            if isinstance(value, int):
                draft.write(row_xml(row, [label, number_cell(f"B{row}", styles.number["count"], "integer", value)]))
            else:
                look = styles.number["mono" if "SHA-256" in name else "value"]
                draft.write(row_xml(row, [label, text_cell(f"B{row}", look, value)], height(value, _WIDTHS[1]) + 3))
