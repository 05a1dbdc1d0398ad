"""The block above every sheet: banner of invented data, title, books, period, dates and short hashes."""

from ledger.plural import counted
from reports.dataset import FICTIONAL_BANNER, Provenance, Report
from reports.workbook.cells import letter, row_xml, text_cell
from reports.workbook.draft import Draft
from reports.workbook.styles import Styles
from reports.workbook.widths import height

SHORT_HASH = 12


def scope_line(provenance: Provenance) -> str:
    """« Burkina Faso (BF) · Période du 01/01/2026 au 31/03/2026 · Arrêté au … · Connu au … »."""
    parts = [provenance.books]
    if provenance.period is not None:
        start, end = provenance.period
        parts.append(f"Période du {start:%d/%m/%Y} au {end:%d/%m/%Y}")
    if provenance.as_of is not None:
        parts.append(f"Arrêté au {provenance.as_of:%d/%m/%Y}")
    if provenance.as_known is not None:
        parts.append(f"Connu au {provenance.as_known}")
    return "  ·  ".join(part for part in parts if part)


def heads_line(provenance: Provenance) -> str:
    """Each book with its number of entries and the beginning of the hash of its last one."""
    heads = [
        f"{head.book} : {counted(head.entries, 'écriture')}, {head.hash[:SHORT_HASH] or 'aucune empreinte'}"
        for head in provenance.heads
    ]
    return "Dernières écritures : " + "  ·  ".join(heads) if heads else ""


def write_line(draft: Draft, styles: Styles, style: str, text: str, points: float = 12.0, least: float = 0) -> None:
    """One line of text across the page, as high as it needs."""
    row, last = draft.row, letter(draft.columns)
    cells = [text_cell(f"A{row}", styles.number[style], text)]
    if last != "A":
        cells += [
            text_cell(f"{letter(place)}{row}", styles.number[style], None) for place in range(2, draft.columns + 1)
        ]
        draft.merges.append(f"A{row}:{last}{row}")
    room = draft.page_width * 14 / points * (0.82 if points > 12 else 1)
    draft.write(row_xml(row, cells, max(least, height(text, room, points) + 3)))


def write_head(draft: Draft, report: Report, styles: Styles, title: str = "") -> None:
    """The title block from the first row on; an empty row follows it."""
    if report.fictional:
        write_line(draft, styles, "banner", f"{FICTIONAL_BANNER} — aucun chiffre de ce classeur n'est réel", 12, 20)
    write_line(draft, styles, "title", report.title, 18, 24)
    subtitle = " — ".join(part for part in (report.subtitle, title if title != report.title else "") if part)
    if subtitle:
        write_line(draft, styles, "subtitle", subtitle, 13, 16)
    write_line(draft, styles, "meta", scope_line(report.provenance))
    heads = heads_line(report.provenance)
    if heads:
        write_line(draft, styles, "meta", heads)
