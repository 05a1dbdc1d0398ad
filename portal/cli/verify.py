"""`pcaes verify`: every check, recomputed from nothing."""

from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, tell, translate


def verify(
    expect_heads: Annotated[
        Path | None, typer.Option("--expect-heads", help="Têtes notées auparavant (JSON de « pcaes verify --json »)")
    ] = None,
) -> None:
    """Recalculer et contrôler tous les livres ; code de retour 1 si un contrôle échoue."""
    from portal.verification import read_heads, verify_books

    expected, commands = None, None
    if expect_heads is not None:
        from ledger.entry_file import load_json

        expected, commands = read_heads(load_json(expect_heads), expect_heads.name)
    with open_ledger().read() as connection:
        report = verify_books(connection, expected, commands)
    answer(report, lambda: _show(report))
    if not report["ok"]:
        raise typer.Exit(1)


def _show(report: dict[str, Any]) -> None:
    for check in report["checks"]:
        say(f"{'✓' if check['ok'] else '✗'} {translate(check['title'])}")
        for row in check["rows"][:10]:
            say("    " + " · ".join(f"{name} {value}" for name, value in row.items()))
        if check["count"] > 10:
            tell("    … {count:ligne|lignes} en tout", count=check["count"])
    for book, head in report["heads"].items():
        tell(
            "  {book} : {entries:écriture|écritures}, tête {head}…",
            book=book,
            entries=head["entries"],
            head=str(head["hash"])[:16],
        )
    failed = sum(not check["ok"] for check in report["checks"])
    tell("Tous les contrôles sont bons." if report["ok"] else "{failed:contrôle|contrôles} en échec.", failed=failed)
