"""`pcaes statement`: look at bank files, import them, follow the chain of statements."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, phrase, say, settings, tell, translate
from portal.cli.group import group
from portal.cli.statement_profile import app as profile_app

app = group()
app.add_typer(profile_app, name="profile", help="Dispositions déclarées des tableaux de banque.")
DAY = ["%Y-%m-%d"]


@app.command()
def inspect(files: Annotated[list[Path], typer.Argument(help="Fichiers de la banque")]) -> None:
    """Lire des fichiers sans les importer, quelle que soit leur monnaie."""
    from reconcile.inspect import inspect_files

    report = inspect_files(files)
    answer(report, lambda: _show_inspection(report))
    if any(one["status"] == "refused" for one in report["files"]):
        raise typer.Exit(1)


def _show_inspection(report: dict[str, Any]) -> None:
    from ledger.money import format_minor

    for file in report["files"]:
        if file["refused"]:
            say(f"✗ {file['file']}  [{file['refused']['code']}]")
            for fault in file["refused"]["facts"]["faults"]:
                say(f"    {fault['message']}")
            continue
        if file.get("page_of"):
            tell("✓ {file} : autre page du relevé de {first}.", file=file["file"], first=file["page_of"])
            continue
        say(f"✓ {file['file']}  ({file['format']})")
        for one in file["statements"]:

            def shown(amount: int | None, exponent: int = one["exponent"]) -> str:
                return "—" if amount is None else format_minor(amount, exponent)

            proof = "prouvé" if one["proven"] else "non prouvé : le fichier ne donne pas les deux soldes"
            tell(
                "    compte {account} · {currency} · n° {number} · {lines:ligne|lignes} · "
                "{opening} → {closing} · {proof}",
                account=one["account"] or translate("non indiqué"),
                currency=one["currency"] or translate("monnaie inconnue"),
                number=one["number"] or "—",
                lines=len(one["lines"]),
                opening=shown(one["opening"]),
                closing=shown(one["closing"]),
                proof=translate(proof),
            )
            _show_pending(one["pending"])


def _show_pending(count: int) -> None:
    if count:
        tell(
            "      {pending:mouvement annoncé et non passé, laissé de côté|"
            "mouvements annoncés et non passés, laissés de côté} : la banque les donnera une fois passés",
            pending=count,
        )


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="Fichiers de la banque")],
    book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None,
    profile: Annotated[str | None, typer.Option("--profile", help="Disposition déclarée (CSV, XLSX)")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait importé")] = False,
    historical: Annotated[
        bool, typer.Option("--historical", help="Admettre un relevé de plus d'un an avant tous les autres")
    ] = False,
) -> None:
    """Importer des relevés ; un fichier faux est refusé en entier, les autres passent.

    Les pages d'un même relevé, envoyées en plusieurs fichiers, se donnent ensemble, dans n'importe quel ordre.
    """
    from reconcile.import_files import import_files
    from reconcile.profiles import load_profile

    ledger = open_ledger()
    layout = None if profile is None else load_profile(ledger, profile)
    done = import_files(ledger, files, book and book.upper(), layout, dry_run, historical)
    for one in done:
        _in_the_language(one["refused"])
    answer({"files": done, "dry_run": dry_run}, lambda: _show_imports(done, dry_run))
    if any(one["status"] == "refused" for one in done):
        raise typer.Exit(1)


def _in_the_language(refused: dict[str, Any] | None) -> None:
    """A file refused beside others bears its sentence in the language asked for, like a command refused whole.

    The faults of a file that cannot be read are told as they were found.
    """
    from ledger.refusal import CATALOGUE

    if refused is not None and "faults" not in refused["facts"] and refused["code"] in CATALOGUE:
        refused["message"] = phrase(CATALOGUE[refused["code"]].sentence, **refused["facts"])


def _show_imports(done: list[dict[str, Any]], dry_run: bool) -> None:
    if dry_run:
        tell("Essai à blanc, rien n'est enregistré.")
    for file in done:
        if file["status"] == "refused":
            say(f"✗ {file['refused']['message']}  [{file['refused']['code']}]")
            for fault in file["refused"]["facts"].get("faults", [])[1:]:
                say(f"    {fault['message']}")
        elif file["status"] == "already_imported":
            first = file.get("first_file")
            known = (
                "= {file} : déjà importé (fichier {first_file}), rien à faire."
                if first
                else "= {file} : déjà importé, rien à faire."
            )
            tell(known, file=file["file"], first_file=first)
        elif file.get("page_of"):
            tell("✓ {file} : autre page du relevé de {first}.", file=file["file"], first=file["page_of"])
        else:
            _show_imported(file)


def _show_imported(file: dict[str, Any]) -> None:
    from ledger.money import format_francs

    counts = (
        "✓ {file} ({format}) : {new:ligne nouvelle|lignes nouvelles}, {known:déjà connue|déjà connues}, "
        "{late:antidatée|antidatées}"
        if file["lines_back_dated"]
        else "✓ {file} ({format}) : {new:ligne nouvelle|lignes nouvelles}, {known:déjà connue|déjà connues}"
    )
    tell(
        counts,
        file=file["file"],
        format=file["format"],
        new=file["lines_new"],
        known=file["lines_known"],
        late=file["lines_back_dated"],
    )
    for one in file["statements"]:
        opening, closing = ("—" if one[side] is None else format_francs(one[side]) for side in ("opening", "closing"))
        line = phrase(
            "    {book} n° {number} : {opening} → {closing}",
            book=one["book"],
            number=one["number"] or "—",
            opening=opening,
            closing=closing,
        )
        line += "" if one["proven"] else translate("  · non prouvé (soldes absents du fichier)")
        say(line + (translate("  · avis, pas un relevé") if one["kind"] == "notice" else ""))
        _show_pending(one["pending"])


@app.command()
def withdraw(
    reference: Annotated[str, typer.Argument(help="Numéro donné par « statement list », ou référence de la banque")],
    reason: Annotated[str | None, typer.Option("--reason", help="Motif, gardé dans les livres")] = None,
    book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait retiré")] = False,
) -> None:
    """Retirer un relevé qui n'est pas le bon : il reste comme preuve et ne compte plus nulle part.

    Le relevé juste s'importe ensuite comme si celui-ci n'était pas venu.
    """
    from reconcile.withdraw import withdraw_statement

    code = book and book.upper()
    done = open_ledger().perform(
        "statement withdraw",
        lambda unit: withdraw_statement(unit, reference, reason, code),
        payload={"statement": reference, "reason": reason, "book": code},
        key=settings.key,
        dry_run=dry_run,
    )
    answer({**done, "dry_run": dry_run}, lambda: _show_withdrawal(done, dry_run))


def _show_withdrawal(done: dict[str, Any], dry_run: bool) -> None:
    if dry_run:
        tell("Essai à blanc, rien n'est enregistré.")
    tell(
        "Relevé {number} (n° {statement}) du livre {book} retiré : "
        "{lines:ligne ne compte plus|lignes ne comptent plus}.",
        number=done["number"] or "—",
        statement=done["statement"],
        book=done["book"],
        lines=done["lines_withdrawn"],
    )
    if done["lines_kept"]:
        tell(
            "    {kept:ligne reste, donnée aussi par un autre relevé|"
            "lignes restent, données aussi par d'autres relevés}.",
            kept=done["lines_kept"],
        )
    for gap in done["gaps"]:
        say("    " + translate(gap["message"]))
    if done["gaps"]:
        tell("    Importez le relevé juste : sans lui, aucun mois qu'il touche ne peut être signé.")


@app.command("list")
def list_(book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None) -> None:
    """Les relevés importés."""
    from ledger.money import format_francs
    from ledger.refusal import plain
    from reconcile.statements import list_statements

    with open_ledger().read() as connection:
        found = plain(list_statements(connection, book and book.upper()))

    def show() -> None:
        for one in found:
            balance = "—" if one["closing"] is None else format_francs(one["closing"])
            lines = phrase("{lines:ligne|lignes}", lines=one["lines"])
            say(
                f"{one['id']:>5}  {one['book']}  {one['number'] or '—':<12} {one['from'] or '—'} → {one['to'] or '—'}  "
                f"{lines:>13}  {translate('solde')} {balance:>20}  {one['file']}{_mark(one)}"
            )

    answer({"statements": found}, show)


def _mark(one: dict[str, Any]) -> str:
    """What is said of a statement that was withdrawn."""
    gone = one["withdrawn"]
    if gone is None:
        return ""
    return phrase("  · relevé retiré le {day:D} par {by} : « {reason} »", day=gone["at"][:10], by=gone["by"],
                  reason=gone["reason"])  # fmt: skip


@app.command()
def show(number: Annotated[int, typer.Argument(help="Numéro donné par « statement list »")]) -> None:
    """Un relevé et ses lignes."""
    from ledger.money import format_francs
    from ledger.refusal import plain
    from reconcile.statements import show_statement

    with open_ledger().read() as connection:
        found = plain(show_statement(connection, number))

    def on_screen() -> None:
        head = f"Relevé {found['number'] or '—'} · livre {found['book']} · {found['file']} ({found['format']})"
        say(head + _mark(found))
        for line in found["content"]:
            mark = "  antidatée" if line["back_dated"] else ""
            say(
                f"{line['position']:>5}  {line['booking_date']}  {format_francs(line['amount']):>20}  "
                f"{line['bank_reference'] or '':<18} {line['label'][:60]}{mark}"
            )

    answer(found, on_screen)


@app.command()
def gaps(
    until: Annotated[datetime | None, typer.Option("--until", formats=DAY, help="Jour jusqu'où on attend")] = None,
    silent_days: Annotated[int, typer.Option("--silent-days", help="Compte dit muet après tant de jours")] = 10,
) -> None:
    """Ce qui manque dans la suite des relevés de chaque compte."""
    from ledger.refusal import plain
    from reconcile.statements import statement_gaps

    with open_ledger().read() as connection:
        last = None if until is None else until.date()
        found = plain(statement_gaps(connection, until=last, silent_days=silent_days))

    def on_screen() -> None:
        for gap in found:
            say(f"{gap['book']}  {translate(gap['message'])}")
        if not found:
            tell("La suite des relevés est complète.")

    answer({"gaps": found}, on_screen)
