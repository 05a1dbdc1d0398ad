"""`pcaes collection`: import the monthly statements of receipts of customs, follow the levy and its arrears."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings, tell
from portal.cli.declarations import declarations
from portal.cli.group import group
from portal.cli.levy_law import GROUPS

if TYPE_CHECKING:
    from sqlalchemy import Connection

app = group()
for _name, (_inner, _help) in GROUPS.items():
    app.add_typer(_inner, name=_name, help=_help)
DAY = ["%Y-%m-%d"]
app.command()(declarations)
FAULTS_SHOWN = 20
BookOption = Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")]


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(help="État mensuel des recettes, ou fichier de déclarations, CSV à points-virgules ou XLSX"),
    ],
    book: BookOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait enregistré")] = False,
) -> None:
    """Importer un état des recettes ou un fichier de déclarations et constater le prélèvement ; tout ou rien."""
    from ledger.levy.return_rules import ReturnRefused
    from reconcile.import_return import import_return

    try:
        done = import_return(open_ledger(), file, book and book.strip().upper(), dry_run=dry_run, key=settings.key)
    except ReturnRefused as refusal:
        if not settings.as_json:
            _show_faults(refusal.facts["faults"])
        raise
    answer(done, lambda: _show_import(done))


def _show_faults(faults: list[dict[str, Any]]) -> None:
    for fault in faults[:FAULTS_SHOWN]:
        typer.echo(f"    {fault['message']}", err=True)
    if len(faults) > FAULTS_SHOWN:
        typer.echo(f"    … {len(faults)} anomalies en tout (--json les donne toutes).", err=True)


def _show_import(done: dict[str, Any]) -> None:
    from ledger.levy.declared import FAULT_TITLES
    from ledger.money import format_francs
    from ledger.plural import counted

    if done["dry_run"]:
        say("Essai à blanc, rien n'est enregistré.")
    if done["status"] == "already_imported":
        say(f"= {done['file']} : déjà importé (fichier {done['first_file']}), rien à faire.")
        if done["restated_since"]:
            tell(
                "    Attention : {count:mois a été rectifié|mois ont été rectifiés} depuis par un autre état, qui "
                "reste en vigueur. Pour revenir à ces chiffres, demandez au bureau un état rectificatif daté.",
                count=len(done["restated_since"]),
            )
        return
    say(
        f"✓ {done['file']} : {counted(done['rows'], 'ligne')} ; mois déclarés : "
        f"{counted(done['new'], 'nouveau', 'nouveaux')}, {counted(done['restated'], 'rectifié')}, "
        f"{counted(done['unchanged'], 'inchangé')}."
    )
    for one in done["entries"]:
        what = "correction en négatif" if one["correction"] else "liquidé"
        say(f"    {one['reference']:<16} {one['document']:<24} {format_francs(one['amount']):>20}  {what}")
    say(f"    Variation du prélèvement constaté : {format_francs(done['assessed'])} francs.")
    if done["form"] == "declarations":
        say(f"    Déclarations conservées : {format_francs(done['declarations'])}.")
        for code, count in done["odd"].items():
            say(f"    {format_francs(count):>9}  {FAULT_TITLES[code]}")
        if done["odd"]:
            say("    Le détail : pcaes collection declarations --anomalies")


@app.command()
def status(
    book: BookOption = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=DAY, help="Date d'arrêté ; par défaut la dernière des livres")
    ] = None,
    anomalies: Annotated[bool, typer.Option("--anomalies", help="Montrer aussi chaque anomalie")] = False,
) -> None:
    """Montrer le liquidé, le recouvré, le reversé et le crédité, par État, et ce qui manque."""
    from ledger.levy.status import levy_status
    from ledger.refusal import plain
    from reconcile.proposed_regularisations import proposed_regularisations

    with open_ledger().read() as connection:
        code = _code(connection, book)
        found = levy_status(connection, book=code, as_of=as_of and as_of.date())
        proposed = proposed_regularisations(connection, code, as_of=as_of and as_of.date())
        found["regularisations"] = plain([one._asdict() for one in proposed])
    answer(found, lambda: _show_status(found, anomalies))


@app.command()
def arrears(
    book: BookOption = None,
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=DAY, help="Date d'arrêté ; par défaut la dernière des livres")
    ] = None,
) -> None:
    """Montrer ce qui est échu : reste à recouvrer et reste à reverser, par ancienneté."""
    from ledger.levy.status import levy_arrears

    with open_ledger().read() as connection:
        found = levy_arrears(connection, book=_code(connection, book), as_of=as_of and as_of.date())
    answer(found, lambda: _show_arrears(found))


def _code(connection: "Connection", book: str | None) -> str | None:
    from ledger.chart import require_book

    if book is None:
        return None
    code = book.strip().upper()
    require_book(connection, code)
    return code


CHAIN = (("assessed", "Liquidé"), ("collected", "Recouvré"), ("remitted", "Reversé"), ("credited", "Crédité"))
GAPS = (
    ("not_collected", "Non recouvré"),
    ("not_remitted", "Non reversé"),
    ("in_transit", "En route"),
    ("unexplained", "Inexpliqué"),
)


def _show_status(found: dict[str, Any], every: bool) -> None:
    from ledger.money import format_francs
    from ledger.refusal import fill

    if not found["by_state"]:
        say("Aucun état de recettes n'est importé.")
        return
    say(fill("Prélèvement confédéral au {as_of:D}, en francs CFA", **found))
    # the States side by side: an amount of each still fits a screen of eighty columns
    states = [*found["by_state"], found["all"]]
    lines = [(title, [format_francs(row[key]) for row in states]) for key, title in (*CHAIN, *GAPS)]
    width = max(len(cell) for _, cells in lines for cell in cells) + 2
    say(" " * 14 + "".join(f"{row['book']:>{width}}" for row in states))
    for title, cells in lines:
        say(f"{title:<14}" + "".join(f"{cell:>{width}}" for cell in cells))
    for row in found["by_state"]:
        if row["without_reference"]:
            say(fill("  {book} : {without_reference:F} crédités sans référence connue", **row))
    if found["regularisations"]:
        tell(
            "  {count:crédit|crédits} en imputation provisoire pour {amount:F} francs : un reversement déclaré les "
            "explique (pcaes reconcile suggestions)",
            count=len({one["entry"] for one in found["regularisations"]}),
            amount=sum(one["amount"] for one in found["regularisations"]),
        )
    say()
    for one in found["anomaly_counts"]:
        say(f"  {one['count']:>5}  {one['title']}")
    if every:
        for one in found["anomalies"]:
            say(f"  {one['book']} {one['office']:<10} {one['period']}  {one['text']}")
    elif found["anomalies"]:
        say("  Le détail : pcaes collection status --anomalies, ou pcaes report collections --out FICHIER.xlsx")


def _show_arrears(found: dict[str, Any]) -> None:
    from ledger.money import format_francs
    from ledger.refusal import fill

    if not found["arrears"]:
        say("Rien n'est échu.")
        return
    say(fill("Arriérés du prélèvement au {as_of:D}, en francs CFA", **found))
    for one in found["arrears"]:
        say(
            fill("  {book} {office} {period}  échéance {due_date:D}", **one)
            + f"  {one['days_late']:>5} j  {format_francs(one['amount']):>18}  {one['title']}"
        )
    for row in found["by_state"]:
        say(fill("{book} : reste à recouvrer échu {to_collect:F}, reste à reverser échu {to_remit:F}", **row))
