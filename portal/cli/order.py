"""`pcaes order`: payment orders through their stages, each act by the person whose part it is."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.evidence import evidence
from portal.cli.group import group
from portal.cli.order_checks import checks_given
from portal.cli.order_rules import app as rules_app
from portal.cli.order_transfer import recall, transfer_file, transfers
from portal.cli.passphrase import ask_passphrase

app = group()
app.add_typer(rules_app, name="rules", help="Règles datées : seuils de visa, nationalités, ordre du visa")
DAY = ["%Y-%m-%d"]
Id = Annotated[str, typer.Argument(metavar="ORDRE", help="Numéro (2026-0012) ou identifiant de l'ordre")]
Book = Annotated[str | None, typer.Option("--book", help="Livre de la charge : BF, ML ou NE")]
Reason = Annotated[str, typer.Option("--reason", help="Motif écrit")]
On = Annotated[datetime | None, typer.Option("--date", formats=DAY, help="Date comptable (par défaut : ce jour)")]
Key = Annotated[Path, typer.Option("--key", help="Clé privée de l'ordonnateur")]
Phrase = Annotated[Path | None, typer.Option("--passphrase-file", help="Fichier qui contient la phrase secrète")]
Checks = Annotated[Path | None, typer.Option("--checks", help="Résultats des contrôles (fichier JSON)")]
AllMade = Annotated[
    bool, typer.Option("--all-checks-made", help="Je déclare satisfait chacun des contrôles qui me reviennent")
]
Failed = Annotated[list[str] | None, typer.Option("--failed", help="Contrôle non satisfait : CODE ou CODE=motif")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait fait, sans rien enregistrer")]


@app.command()
def create(
    file: Annotated[Path, typer.Argument(help="Fichier JSON : une liste d'ordres")], dry_run: DryRun = False
) -> None:
    """Créer les ordres d'un fichier, avec leurs pièces, tous ou aucun."""
    from ledger.entry_file import load_json
    from ledger.orders.create import create_orders
    from ledger.orders.order_file import read_orders

    with evidence("order create", file=file.name):
        document = load_json(file)
        requests = read_orders(document, file.name, file.parent)
    payload = {"orders": document, "documents": [sorted(one.contents) for one in requests]}
    done = open_ledger().perform(
        "order create", lambda unit: create_orders(unit, requests), payload=payload, key=settings.key, dry_run=dry_run
    )

    def show() -> None:
        from ledger.orders.stages import STAGE_TITLES

        for one in done["orders"]:
            say(f"Ordre de paiement {one['number']} : {STAGE_TITLES[one['stage']]}.")

    answer(done, show)


def _act(
    reference: str, name: str, *, book: str | None = None, reason: str | None = None, signer: Any = None,
    results: tuple[Any, ...] = (), day: datetime | None = None,
) -> None:  # fmt: skip
    from ledger.money import format_francs
    from ledger.orders.act import Given, act_on
    from ledger.orders.stages import STAGE_TITLES

    given = Given(book.upper() if book else None, reason, signer, results, day.date() if day else None)
    payload = {
        "order": reference,
        "book": given.book,
        "reason": reason,
        "key": signer.public_key if signer else None,
        "checks": [(row.code, row.passed, row.note) for row in results],
        "date": given.day,
    }
    done = open_ledger().perform(
        f"order {name}", lambda unit: act_on(unit, reference, name, given), payload=payload, key=settings.key
    )

    def show() -> None:
        say(f"Ordre de paiement {done['number']} : {STAGE_TITLES[done['stage']]}.")
        for one in done["charges"]:
            say(f"  {one['book']}  {format_francs(one['amount']):>22}  {STAGE_TITLES[one['stage']]}")
        for entry in done["entries"]:
            say(f"  écriture {entry}")

    answer(done, show)


def _signer(act: str, reference: str, key: Path, passphrase_file: Path | None) -> Any:
    from ledger.keys import open_signer

    phrase = ask_passphrase(f"Phrase secrète de {key.name}", passphrase_file)
    with evidence(f"order {act}", order=reference, key=key.name):
        return open_signer(key, phrase)


@app.command()
def commit(reference: Id) -> None:
    """Engager : réserver les fonds (gestionnaire)."""
    _act(reference, "commit")


@app.command()
def visa(reference: Id) -> None:
    """Donner le visa (contrôleur financier)."""
    _act(reference, "visa")


@app.command()
def verify(reference: Id) -> None:
    """Liquider : certifier la créance et son montant (gestionnaire)."""
    _act(reference, "verify")


@app.command()
def authorise(reference: Id, key: Key, passphrase_file: Phrase = None) -> None:
    """Ordonnancer : signer l'ordre (ordonnateur en fonction)."""
    _act(reference, "authorise", signer=_signer("authorise", reference, key, passphrase_file))


@app.command()
def reject(reference: Id, reason: Reason) -> None:
    """Rejeter l'ordre (contrôleur financier ou ordonnateur)."""
    _act(reference, "reject", reason=reason)


@app.command()
def accept(
    reference: Id, book: Book = None, checks: Checks = None, all_checks_made: AllMade = False, date: On = None
) -> None:
    """Prendre en charge, contrôles faits un par un (comptable)."""
    with evidence("order accept", order=reference):
        results = checks_given(open_ledger().actor or "", checks, all_checks_made)
    _act(reference, "accept", book=book, results=results, day=date)


@app.command()
def regularise(
    reference: Id, book: Book = None, checks: Checks = None, all_checks_made: AllMade = False, date: On = None
) -> None:
    """Régulariser un ordre « ne pas payer » (comptable)."""
    with evidence("order regularise", order=reference):
        results = checks_given(open_ledger().actor or "", checks, all_checks_made)
    _act(reference, "regularise", book=book, results=results, day=date)


@app.command()
def suspend(
    reference: Id,
    book: Book = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Motifs notifiés à l'ordonnateur")] = None,
    failed: Failed = None,
    checks: Checks = None,
    date: On = None,
) -> None:
    """Suspendre le paiement : un contrôle au moins n'est pas satisfait (comptable)."""
    with evidence("order suspend", order=reference):
        results = checks_given(open_ledger().actor or "", checks, False, failed or (), reason)
    _act(reference, "suspend", book=book, reason=reason, results=results, day=date)


@app.command()
def resume(reference: Id, reason: Reason, book: Book = None) -> None:
    """Lever la suspension (comptable)."""
    _act(reference, "resume", book=book, reason=reason)


@app.command()
def requisition(
    reference: Id, reason: Reason, key: Key, book: Book = None, passphrase_file: Phrase = None
) -> None:  # fmt: skip
    """Réquisitionner le comptable, par écrit et sous signature (ordonnateur en fonction)."""
    _act(
        reference,
        "requisition",
        book=book,
        reason=reason,
        signer=_signer("requisition", reference, key, passphrase_file),
    )


@app.command()
def confirm(reference: Id, key: Key, book: Book = None, passphrase_file: Phrase = None) -> None:
    """Confirmer l'ordre d'un prédécesseur, sous signature (ordonnateur en fonction)."""
    _act(reference, "confirm", book=book, signer=_signer("confirm", reference, key, passphrase_file))


@app.command()
def pay(reference: Id, book: Book = None, date: On = None) -> None:
    """Payer : débiter le compte bancaire (comptable)."""
    _act(reference, "pay", book=book, day=date)


@app.command("return")
def return_(reference: Id, reason: Reason, book: Book = None, date: On = None) -> None:
    """Retour : virement revenu impayé, ou ordre renvoyé (comptable, ordonnateur entrant)."""
    _act(reference, "return", book=book, reason=reason, day=date)


@app.command()
def cancel(reference: Id, reason: Reason, book: Book = None, date: On = None) -> None:
    """Annuler (gestionnaire avant la signature, ordonnateur après)."""
    _act(reference, "cancel", book=book, reason=reason, day=date)


app.command("transfer-file")(transfer_file)
app.command()(recall)
app.command()(transfers)


@app.command("list")
def list_(
    stage: Annotated[str | None, typer.Option("--stage", help="Seulement les ordres à ce stade")] = None,
    book: Book = None,
) -> None:
    """Les ordres de paiement et leur stade."""
    from ledger.money import format_francs
    from ledger.orders.register import order_rows
    from ledger.orders.stages import STAGE_TITLES

    if stage is not None and stage not in STAGE_TITLES:
        known = ", ".join(f"{code} ({title})" for code, title in STAGE_TITLES.items())
        raise typer.BadParameter(f"attendu {known}.", param_hint="--stage")
    with open_ledger().read() as connection:
        rows = order_rows(connection)
    if stage is not None:
        rows = [row for row in rows if row["stage"] == stage]
    if book is not None:
        rows = [row for row in rows if any(one["book"] == book.upper() for one in row["charges"])]

    def show() -> None:
        from textwrap import shorten

        for row in rows:
            amount = format_francs(row["amount"])
            payee = shorten(row["payee"], 24, placeholder="…")
            say(f"{row['number']:<10} {amount:>19}  {row['stage_title']:<22} {payee}")
            say(f"{'':<10} {shorten(row['purpose'], 69, placeholder='…')}")
        if not rows:
            say("Aucun ordre de paiement.")

    answer({"orders": rows}, show)


@app.command()
def show(reference: Id) -> None:
    """Un ordre : stade, événements, contrôles, signature."""
    from ledger.orders.show import view_order
    from portal.cli.order_show import show_order

    with open_ledger().read() as connection:
        document = view_order(connection, reference)
    answer(document, lambda: show_order(document))


@app.command()
def export(
    reference: Id, out: Annotated[Path, typer.Option("--out", help="Fichier à écrire")]
) -> None:  # fmt: skip
    """Écrire ce que le vérificateur hors ligne demande."""
    import json

    from ledger.orders.show import export_document
    from ledger.plural import counted

    with open_ledger().read() as connection:
        document = export_document(connection, reference)
    out.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    done = {"file": str(out), "number": document["order"]["number"], "signatures": len(document["signatures"])}
    signed = counted(done["signatures"], "signature")
    answer(done, lambda: say(f"Ordre {done['number']} écrit dans {out} ({signed})."))
