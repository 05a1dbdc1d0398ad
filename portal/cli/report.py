"""`pcaes report NAME`: a report as a workbook, CSV, JSON, or on the screen."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import Group

if TYPE_CHECKING:
    from reports.dataset import Report

app = Group(no_args_is_help=True, rich_markup_mode=None, add_completion=False)
DAY = ["%Y-%m-%d"]
FORMATS = ("xlsx", "csv", "json")
Day = datetime | None


@app.command()
def report(
    name: Annotated[
        str,
        typer.Argument(
            help="dashboard, collections, capital, trial-balance, general-ledger, journal, reconciliation, orders, "
            "suspense ou handover"
        ),
    ],
    book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE (les trois par défaut)")] = None,
    start: Annotated[
        Day, typer.Option("--from", formats=DAY, help="Premier jour (par défaut le 1er janvier de l'année de la fin)")
    ] = None,
    end: Annotated[Day, typer.Option("--to", formats=DAY, help="Dernier jour (par défaut celui de --as-of)")] = None,
    as_of: Annotated[
        Day, typer.Option("--as-of", formats=DAY, help="Date comptable d'arrêté (par défaut la dernière enregistrée)")
    ] = None,
    as_known: Annotated[
        str | None,
        typer.Option("--as-known", help="Tel que connu alors : instant, jour ou numéro d'enregistrement d'écriture"),
    ] = None,
    form: Annotated[
        str | None, typer.Option("--format", help="xlsx, csv ou json (par défaut d'après --out, sinon l'écran)")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Fichier à écrire (remplacé s'il existe)")] = None,
) -> None:
    """Faire un état : classeur, CSV, JSON, ou à l'écran."""
    from reports.catalogue import compute, report_function

    report_function(name)
    wanted = _format(form, out)
    if out is not None:
        _check_place(out)
    with open_ledger().read() as connection:
        found = compute(
            connection, name, book=book, start=_day(start), end=_day(end), as_of=_day(as_of), as_known=as_known
        )
        if out is not None:
            _write(found, wanted, out)
        else:
            _to_stdout(found, wanted)


def _day(value: Day) -> Any:
    return None if value is None else value.date()


def _format(asked: str | None, out: Path | None) -> str:
    """The format: what was asked, else after the file's ending, else JSON with `--json`, else the screen."""
    from portal.report_file import FormatUnknown, OutMissing

    wanted = asked.lower() if asked is not None else None
    if wanted is None and out is not None:
        wanted = out.suffix.lower().removeprefix(".")
    if wanted is None:
        return "json" if settings.as_json else "screen"
    if wanted not in FORMATS:
        raise FormatUnknown(format=wanted or "(aucun)", known=list(FORMATS))
    if wanted == "xlsx" and out is None:
        raise OutMissing(format=wanted)
    return wanted


def _check_place(out: Path) -> None:
    from portal.report_file import check_place

    check_place(out)


def _write(found: "Report", form: str, out: Path) -> None:
    from portal.report_file import write_report

    written = write_report(found, form, out)
    document = {
        "report": found.name,
        "format": form,
        "files": written,
        "controls": {"total": len(found.controls), "failed": sum(not one.holds for one in found.controls)},
    }

    def show() -> None:
        for one in written:
            say(f"{one['file']} · SHA-256 {one['sha256'][:16]}…")

    answer(document, show)
    _warn(found)


def _to_stdout(found: "Report", form: str) -> None:
    if form == "json":
        from reports.json_file import json_pieces

        for piece in json_pieces(found):
            typer.echo(piece, nl=False)
    elif form == "csv":
        from reports.csv_file import BYTE_ORDER_MARK, csv_lines

        typer.echo(BYTE_ORDER_MARK, nl=False)
        for text in csv_lines(found.tables[0]):
            typer.echo(text, nl=False)
        if len(found.tables) > 1:
            rest = len(found.tables) - 1
            typer.echo(f"Premier tableau seulement ; avec --out, les {rest} autres sont écrits à côté.", err=True)
    else:
        from rich.console import Console

        from reports.screen import print_report

        print_report(found, Console())
    _warn(found)


def _warn(found: "Report") -> None:
    wrong = [control.title for control in found.controls if not control.holds]
    for title in wrong:
        typer.echo(f"⚠ Contrôle FAUX : {title}", err=True)
