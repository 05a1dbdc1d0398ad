"""`pcaes collection`: import the monthly statements of receipts of customs, follow the levy and its arrears."""

from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import group

app = group()
FAULTS_SHOWN = 20
BookOption = Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="État mensuel des recettes, CSV à points-virgules ou XLSX")],
    book: BookOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait enregistré")] = False,
) -> None:
    """Importer un état mensuel des recettes et constater le prélèvement liquidé ; tout ou rien."""
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
    from ledger.money import format_francs

    if done["dry_run"]:
        say("Essai à blanc, rien n'est enregistré.")
    if done["status"] == "already_imported":
        say(f"= {done['file']} : déjà importé (fichier {done['first_file']}), rien à faire.")
        return
    say(
        f"✓ {done['file']} : {done['rows']} lignes, {done['new']} bureaux-mois nouveaux, {done['restated']} rectifiés, "
        f"{done['unchanged']} inchangés."
    )
    for one in done["entries"]:
        what = "correction en négatif" if one["correction"] else "liquidé"
        say(f"    {one['reference']:<16} {one['document']:<24} {format_francs(one['amount']):>20}  {what}")
    say(f"    Variation du prélèvement constaté : {format_francs(done['assessed'])} francs.")
