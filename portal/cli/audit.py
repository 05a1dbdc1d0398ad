"""`pcaes audit`: samples, tests of the population, the auditors' pack. Everything here only reads."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say
from portal.cli.group import group

if TYPE_CHECKING:
    from reports.dataset import Report

app = group()
DAY = ["%Y-%m-%d"]
Day = datetime | None
Book = Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE (les trois par défaut)")]
Start = Annotated[
    Day, typer.Option("--from", formats=DAY, help="Premier jour comptable (par défaut la première écriture)")
]
End = Annotated[Day, typer.Option("--to", formats=DAY, help="Dernier jour comptable (par défaut la dernière écriture)")]
Known = Annotated[
    str | None,
    typer.Option("--as-known", help="Tel que connu alors : instant, jour ou numéro d'enregistrement d'écriture"),
]
Out = Annotated[Path, typer.Option("--out", help="Fichier à écrire (remplacé s'il existe)")]
Form = Annotated[str | None, typer.Option("--format", help="xlsx, csv ou json (par défaut d'après --out)")]


@app.command()
def sample(
    method: Annotated[str, typer.Option("--method", help="random, systematic ou monetary-unit")],
    size: Annotated[int, typer.Option("--size", help="Nombre de lignes à tirer")],
    seed: Annotated[str, typer.Option("--seed", help="Graine choisie par l'auditeur : un nombre ou un texte")],
    out: Out,
    book: Book = None,
    start: Start = None,
    end: End = None,
    account: Annotated[str | None, typer.Option("--account", help="Comptes dont le numéro commence ainsi")] = None,
    side: Annotated[str, typer.Option("--side", help="both, debit ou credit")] = "both",
    as_known: Known = None,
    form: Form = None,
) -> None:
    """Tirer un échantillon de lignes d'écritures que chacun peut refaire à la main."""
    from portal.report_file import check_place
    from reports.audit.population import whole_life
    from reports.audit.sample_report import sample_report
    from reports.request import resolve

    wanted = _format(form, out)
    check_place(out)
    with open_ledger().read() as connection:
        asked = resolve(connection, "audit-sample", book=book, start=_day(start), end=_day(end), as_known=as_known)
        request = whole_life(connection, asked)
        found = sample_report(connection, request, method=method, size=size, seed=seed, account=account, side=side)
        _write(found, wanted, out)


def _day(value: Day) -> Any:
    return None if value is None else value.date()


def _format(asked: str | None, out: Path) -> str:
    """The format: what was asked, else after the file's ending.

    Refuses: format_unknown.
    """
    from portal.report_file import FormatUnknown

    known = ["xlsx", "csv", "json"]
    wanted = (asked or out.suffix.removeprefix(".")).lower()
    if wanted not in known:
        raise FormatUnknown(format=wanted or "(aucun)", known=known)
    return wanted


def _write(found: "Report", form: str, out: Path) -> None:
    from portal.report_file import write_report

    written = write_report(found, form, out)
    wrong = [control.title for control in found.controls if not control.holds]
    document: dict[str, Any] = {
        "report": found.name,
        "format": form,
        "files": written,
        "controls": {"total": len(found.controls), "failed": len(wrong)},
    }
    for key in ("method", "seed", "size", "exhaustive", "population", "monetary"):
        if found.json is not None and key in found.json:
            document[key] = found.json[key]
    if found.json is not None and "tests" in found.json:
        wanted = ("name", "title", "examined", "count", "result")
        document["tests"] = [{key: one[key] for key in wanted} for one in found.json["tests"]]

    def show() -> None:
        say(found.subtitle)
        for one in written:
            say(f"{one['file']} · SHA-256 {one['sha256'][:16]}…")

    answer(document, show)
    for title in wrong:
        typer.echo(f"⚠ Contrôle FAUX : {title}", err=True)


@app.command("tests")
def run_tests(
    out: Out,
    book: Book = None,
    start: Start = None,
    end: End = None,
    as_known: Known = None,
    threshold: Annotated[
        list[int] | None, typer.Option("--threshold", help="Seuil en francs ; répétable (remplace la liste d'office)")
    ] = None,
    margin: Annotated[int, typer.Option("--margin", help="« Juste sous le seuil » : pour cent au plus")] = 5,
    late_days: Annotated[int, typer.Option("--late-days", help="Délai d'enregistrement admis, en jours")] = 31,
    form: Form = None,
) -> None:
    """Faire les tests d'audit : trous, doubles, jours non ouvrés, antidatées, seuils, auteurs, premiers chiffres."""
    from portal.report_file import check_place
    from reports.audit.audit_tests import audit_tests, check_settings
    from reports.audit.finding import THRESHOLDS, AuditSettings
    from reports.audit.population import whole_life
    from reports.request import resolve

    wanted = _format(form, out)
    check_place(out)
    chosen = check_settings(AuditSettings(late_days, margin, tuple(threshold or THRESHOLDS)))
    with open_ledger().read() as connection:
        asked = resolve(connection, "audit-tests", book=book, start=_day(start), end=_day(end), as_known=as_known)
        _write(audit_tests(connection, whole_life(connection, asked), chosen), wanted, out)


@app.command()
def pack(
    out: Annotated[Path, typer.Option("--out", help="Fichier ZIP à écrire (remplacé s'il existe)")],
    as_of: Annotated[
        Day, typer.Option("--as-of", formats=DAY, help="Dernier jour comptable (par défaut tous les jours des livres)")
    ] = None,
    as_known: Known = None,
) -> None:
    """Faire le dossier d'audit : classeurs, exports, fichiers reçus, vérification, vérificateurs autonomes."""
    from ledger.plural import counted
    from portal.report_file import check_place
    from portal.verification import verify_books
    from reports.audit.pack import write_pack
    from reports.audit.pack_folder import digest_of

    check_place(out)
    with open_ledger().read() as connection:
        verification = verify_books(connection)
        facts, files = write_pack(connection, verification, out, as_of=_day(as_of), as_known=as_known)
    wrong = [f"{one.file} : {title}" for one in facts.reports for title in one.wrong]
    failed = [check["title"] for check in verification["checks"] if not check["ok"]]
    document: dict[str, Any] = {
        "file": str(out),
        "sha256": digest_of(out),
        "files": files,
        "fictional": facts.fictional,
        "as_of": None if facts.scope.until is None else facts.scope.until.isoformat(),
        "known_entry": facts.scope.known,
        "entries": facts.entries,
        "debit": facts.debit,
        "credit": facts.credit,
        "heads": facts.heads,
        "verified": verification["ok"],
        "failed_checks": failed,
        "failed_controls": wrong,
        "reports": [one.file for one in facts.reports if one.file is not None],
        "orders": {"signed": facts.orders_signed, "unsigned": facts.orders_unsigned},
        "handovers": facts.handovers,
        "mandates": facts.mandates,
        "missing": list(facts.missing),
    }

    def show() -> None:
        say(f"{out} · {counted(files, 'fichier')} · SHA-256 {document['sha256'][:16]}…")
        for text in facts.missing:
            say(f"  absent : {text}")

    answer(document, show)
    for text in (*failed, *wrong):
        typer.echo(f"⚠ Contrôle en échec : {text}", err=True)
