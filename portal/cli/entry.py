"""`pcaes post` and `pcaes entry`: put entries in the journal, look at them."""

from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import group

app = group()


def post(
    file: Annotated[Path, typer.Argument(help="Fichier JSON : une liste d'écritures")],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Montrer ce qui serait fait, sans rien enregistrer")
    ] = False,
) -> None:
    """Valider les écritures d'un fichier, toutes ou aucune."""
    from ledger.commands import post as post_entries
    from ledger.entry_file import load_json, read_entries

    document = load_json(file)
    drafts = read_entries(document, file.name)
    done = open_ledger().perform(
        "post", lambda unit: post_entries(unit, drafts), payload=document, key=settings.key, dry_run=dry_run
    )

    def show() -> None:
        say("Essai à blanc, rien n'est enregistré :" if dry_run else "Écritures validées :")
        for one in done["entries"]:
            say(f"  {one['book']}/{one['journal']}/{one['year']}/{one['number']}  {one['hash'][:16]}…")

    answer(done, show)


@app.command()
def show(
    reference: Annotated[str, typer.Argument(help="LIVRE/JOURNAL/EXERCICE/NUMÉRO, par exemple BF/OD/2026/12")],
) -> None:
    """Montrer une écriture."""
    from ledger.entry_view import view_entry

    with open_ledger().read() as connection:
        document = view_entry(connection, reference)
    answer(document, lambda: _show(document))


def _show(one: dict[str, Any]) -> None:
    from ledger.money import format_francs
    from ledger.refusal import fill

    say(f"Écriture {one['reference']}  ·  {one['label']}")
    say(fill("Date {date:D}  ·  pièce {document}  ·  enregistrée le {recorded_at} par {actor}", **one))
    for name, title in (
        ("corrects", "corrige"),
        ("corrected_by", "corrigée par"),
        ("replaces", "remplace"),
        ("peer", "avec"),
    ):
        if one[name]:
            say(f"  {title} {one[name]}")
    for line in one["lines"]:
        debit, credit = (format_francs(line[side]) if line[side] else "" for side in ("debit", "credit"))
        say(f"  {line['account']:<7}{debit:>22}{credit:>22}  {line['title']}  {line['reference'] or ''}")
    say(f"Empreinte {one['hash']}")
