"""`pcaes post` and `pcaes entry`: put entries in the journal, look at them."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings, tell, translate
from portal.cli.group import group

app = group()
Reference = Annotated[str, typer.Argument(help="LIVRE/JOURNAL/EXERCICE/NUMÉRO, par exemple BF/OD/2026/12")]
Reason = Annotated[str, typer.Option("--reason", help="Motif, gardé dans les livres")]
Day = Annotated[
    datetime | None,
    typer.Option(
        "--date", formats=["%Y-%m-%d"], help="Date comptable ; à défaut celle d'origine ou la première ouverte"
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait fait, sans rien enregistrer")]


def post(
    file: Annotated[Path, typer.Argument(help="Fichier JSON : une liste d'écritures")],
    dry_run: DryRun = False,
) -> None:
    """Valider les écritures d'un fichier, toutes ou aucune."""
    from ledger.commands import post as post_entries
    from ledger.entry_file import load_json, read_entries

    document = load_json(file)
    drafts = read_entries(document, file.name)
    done = open_ledger().perform(
        "post", lambda unit: post_entries(unit, drafts), payload=document, key=settings.key, dry_run=dry_run
    )

    answer(done, lambda: _list(done, dry_run))


def _list(done: dict[str, Any], dry_run: bool) -> None:
    tell("Essai à blanc, rien n'est enregistré :" if dry_run else "Écritures validées :")
    for one in done["entries"]:
        say(f"  {one['book']}/{one['journal']}/{one['year']}/{one['number']}  {one['hash'][:16]}…")


@app.command()
def correct(
    reference: Reference,
    file: Annotated[Path, typer.Argument(help="Fichier JSON de l'écriture juste (deux pour un virement)")],
    reason: Reason,
    date: Day = None,
    dry_run: DryRun = False,
) -> None:
    """Corriger une écriture en négatif : la fausse reprise en montants négatifs, puis la juste."""
    from ledger.correct import correct_entry
    from ledger.entry_file import load_json, read_entries

    document = load_json(file)
    if isinstance(document, dict) and "lines" in document:
        document = {"entries": [document]}
    drafts, day = read_entries(document, file.name), None if date is None else date.date()
    done = open_ledger().perform(
        "entry correct",
        lambda unit: correct_entry(unit, reference, drafts, reason, file.name, day),
        payload={"entry": reference, "right": document, "reason": reason, "date": day},
        key=settings.key,
        dry_run=dry_run,
    )
    answer(done, lambda: _list(done, dry_run))


@app.command()
def reverse(
    reference: Reference,
    reason: Reason,
    style: Annotated[
        str, typer.Option("--style", help="negative (erreur, montants négatifs) ou contra (débit et crédit échangés)")
    ] = "negative",
    date: Day = None,
    dry_run: DryRun = False,
) -> None:
    """Annuler une écriture : en négatif ou par contre-passation ; les deux moitiés d'un virement ensemble."""
    from ledger.correct import reverse_entry

    day = None if date is None else date.date()
    done = open_ledger().perform(
        "entry reverse",
        lambda unit: reverse_entry(unit, reference, style, reason, day),
        payload={"entry": reference, "style": style, "reason": reason, "date": day},
        key=settings.key,
        dry_run=dry_run,
    )
    answer(done, lambda: _list(done, dry_run))


@app.command()
def show(reference: Reference) -> None:
    """Montrer une écriture."""
    from ledger.entry_view import view_entry

    with open_ledger().read() as connection:
        document = view_entry(connection, reference)
    answer(document, lambda: _show(document))


def _show(one: dict[str, Any]) -> None:
    from ledger.money import format_francs

    tell("Écriture {reference}  ·  {label}", reference=one["reference"], label=one["label"])
    tell("Date {date:D}  ·  pièce {document}  ·  enregistrée le {recorded_at} par {actor}", **one)
    for name, title in (
        ("corrects", "corrige"),
        ("corrected_by", "corrigée par"),
        ("replaces", "remplace"),
        ("peer", "avec"),
    ):
        if one[name]:
            say(f"  {translate(title)} {one[name]}")
    for line in one["lines"]:
        debit, credit = (format_francs(line[side]) if line[side] else "" for side in ("debit", "credit"))
        say(f"  {line['account']:<7}{debit:>22}{credit:>22}  {line['title']}  {line['reference'] or ''}")
    tell("Empreinte {hash}", hash=one["hash"])
