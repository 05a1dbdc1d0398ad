"""`pcaes collection declarations`: from the total of a month down to each customs declaration."""

import csv
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say

SHOWN = 50


def declarations(
    book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None,
    office: Annotated[str | None, typer.Option("--office", help="Bureau de douane")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Mois, AAAA-MM")] = None,
    code: Annotated[str | None, typer.Option("--code", help="Code d'exonération ; « - » : les seules taxables")] = None,
    number: Annotated[str | None, typer.Option("--number", help="Numéro de déclaration")] = None,
    odd: Annotated[bool, typer.Option("--anomalies", help="Celles qui appellent un regard, seules")] = False,
    limit: Annotated[int, typer.Option("--limit", help="Nombre montré au plus ; 0 : toutes")] = SHOWN,
    out: Annotated[Path | None, typer.Option("--out", help="Écrire toutes les lignes dans ce fichier CSV")] = None,
) -> None:
    """Montrer les déclarations en douane derrière un total, et ce qu'elles ont d'anormal."""
    from ledger.chart import require_book
    from ledger.levy.declared import declarations as every
    from ledger.levy.law import levy_law
    from ledger.refusal import plain

    with open_ledger().read() as connection:
        state = book.strip().upper() if book else None
        if state is not None:
            require_book(connection, state)
        exemption = "" if code == "-" else code and code.strip().upper()
        rows = every(
            connection, levy_law(connection), book=state, office=office, period=period, exemption=exemption,
            number=number, odd=odd,
        )  # fmt: skip
        if out is not None:
            count = _write(out, rows)
            answer({"file": str(out), "count": count}, lambda: say(f"✓ {out} : {count} déclarations."))
            return
        found = list(itertools.islice(rows, limit or None))
        more = limit > 0 and next(rows, None) is not None
    document = {"declarations": plain([one._asdict() for one in found]), "count": len(found), "more": more}
    answer(document, lambda: _show(found, more))


HEADINGS = (
    "etat", "bureau", "periode", "version", "code_exoneration", "numero_declaration", "date_declaration",
    "importateur", "valeur_en_douane", "liquide", "attendu", "recouvre", "fichier", "ligne", "anomalies",
)  # fmt: skip


def _write(out: Path, rows: Iterable[Any]) -> int:
    from ledger.levy.declared import FAULT_TITLES
    from reports.text import inert

    count = 0
    with out.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
        writer.writerow(HEADINGS)
        for one in rows:
            odd = ", ".join(FAULT_TITLES[fault] for fault in one.faults)
            writer.writerow(
                [inert(cell) if isinstance(cell, str) else "" if cell is None else cell for cell in (*one[:-1], odd)]
            )
            count += 1
    return count


def _show(found: list[Any], more: bool) -> None:
    from ledger.levy.declared import FAULT_TITLES
    from ledger.money import format_francs

    if not found:
        say("Aucune déclaration ne répond à la demande.")
        return
    for one in found:
        odd = ", ".join(FAULT_TITLES[fault] for fault in one.faults)
        value, assessed, expected = (format_francs(x) for x in (one.value, one.assessed, one.expected))
        say(
            f"  {one.state} {one.office:<10} {one.period} {one.exemption or '-':<4} {one.number:<18}"
            f" {one.date:%d/%m/%Y} {value:>18} {assessed:>14} {expected:>14}  {odd}"
        )
    if more:
        say("  … et d'autres : --limit 0, ou --out FICHIER.csv")
