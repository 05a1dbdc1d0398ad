"""`pcaes draft`: entries being prepared, outside the journal."""

from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import group

app = group()
Number = Annotated[int, typer.Argument(help="Numéro du brouillard")]
File = Annotated[Path, typer.Argument(help="Fichier JSON, de la forme que reçoit « pcaes post »")]


def _document(file: Path) -> Any:
    from ledger.entry_file import load_json

    document = load_json(file)
    return {"entries": [document]} if isinstance(document, dict) and "lines" in document else document


def _list(drafts: list[dict[str, Any]]) -> None:
    from ledger.drafts import STATES
    from ledger.money import format_francs
    from ledger.refusal import fill

    if not drafts:
        say("Aucun brouillard.")
    for one in drafts:
        balance = "équilibré" if one["balanced"] else f"écart {format_francs(abs(one['debit'] - one['credit']))}"
        label, state = one["entry"].get("label", ""), STATES[one["status"]]
        head = fill("  n° {id}  {book}  {date:D}  révision {revision}", **{**one, "entry": ""})
        say(f"{head}  {state}  {balance}  {label}")


@app.command()
def save(file: File) -> None:
    """Enregistrer les écritures d'un fichier au brouillard ; elles peuvent n'être pas équilibrées."""
    from ledger.drafts import save_drafts

    document = _document(file)
    done = open_ledger().perform(
        "draft save", lambda unit: save_drafts(unit, document, file.name), payload=document, key=settings.key
    )
    answer(done, lambda: _list(done["drafts"]))


@app.command()
def amend(
    number: Number,
    file: File,
    revision: Annotated[int | None, typer.Option("--revision", help="Révision lue ; refus si elle a changé")] = None,
) -> None:
    """Remplacer le contenu d'un brouillard."""
    from ledger.drafts import amend_draft

    document = _document(file)
    done = open_ledger().perform(
        "draft amend",
        lambda unit: amend_draft(unit, number, document, file.name, revision),
        payload={"draft": number, "entry": document, "revision": revision},
        key=settings.key,
    )
    answer(done, lambda: _list(done["drafts"]))


@app.command("list")
def list_(
    every: Annotated[bool, typer.Option("--all", help="Aussi les brouillards validés ou écartés")] = False,
    book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None,
) -> None:
    """Les brouillards ouverts."""
    from ledger.drafts import list_drafts

    with open_ledger().read() as connection:
        drafts = list_drafts(connection, None if every else "open", None if book is None else book.upper())
    answer({"drafts": drafts}, lambda: _list(drafts))


@app.command()
def show(number: Number) -> None:
    """Montrer un brouillard, ligne par ligne."""
    from ledger.drafts import find_draft, view
    from ledger.money import format_francs

    with open_ledger().read() as connection:
        one = view(find_draft(connection, number))

    def lines() -> None:
        _list([one])
        for line in one["entry"].get("lines", []):
            debit, credit = (format_francs(line[side]) if line.get(side) else "" for side in ("debit", "credit"))
            say(f"  {line['account']:<7}{debit:>22}{credit:>22}  {line.get('reference') or ''}")

    answer(one, lines)


@app.command()
def post(
    numbers: Annotated[list[int], typer.Argument(help="Numéros des brouillards (les deux moitiés d'un virement)")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait fait")] = False,
) -> None:
    """Valider des brouillards : ils deviennent des écritures du journal, toutes ou aucune."""
    from ledger.drafts import post_drafts

    done = open_ledger().perform(
        "draft post",
        lambda unit: post_drafts(unit, numbers),
        payload={"drafts": numbers},
        key=settings.key,
        dry_run=dry_run,
    )

    def show_entries() -> None:
        for one in done["entries"]:
            say(f"  {one['book']}/{one['journal']}/{one['year']}/{one['number']}  {one['hash'][:16]}…")

    answer(done, show_entries)


@app.command()
def discard(
    number: Number, reason: Annotated[str, typer.Option("--reason", help="Motif, gardé au journal des commandes")]
) -> None:
    """Écarter un brouillard."""
    from ledger.drafts import discard_draft

    done = open_ledger().perform(
        "draft discard",
        lambda unit: discard_draft(unit, number, reason),
        payload={"draft": number, "reason": reason},
        key=settings.key,
    )
    answer(done, lambda: say(f"Brouillard n° {number} écarté."))
