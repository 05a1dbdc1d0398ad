"""`pcaes export`: the complete books for other programs."""

from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from portal.cli.context import answer, open_ledger, say
from portal.cli.group import group

app = group()
Out = Annotated[Path, typer.Option("--out", help="Fichier à écrire")]
Book = Annotated[str | None, typer.Option("--book", help="Un seul livre : BF, ML ou NE")]
Year = Annotated[int | None, typer.Option("--year", help="Un seul exercice")]


def _export(name: str, out: Path, book: str | None, year: int | None) -> None:
    from ledger.chart import require_book
    from ledger.plural import counted
    from reports.exports.entries import Selection
    from reports.exports.file import write_lines

    module = import_module(f"reports.exports.{name}")
    with open_ledger().read() as connection:
        if book is not None:
            require_book(connection, book.upper())
        selection = Selection(None if book is None else book.upper(), year)
        lines = getattr(module, name)(connection, selection)
        count, digest = write_lines(out, lines, getattr(module, "LINE_END", "\n"))
    document = {"file": str(out), "format": name, "lines": count, "sha256": digest, "book": book, "year": year}
    answer(document, lambda: say(f"{out} · {counted(count, 'ligne')} · SHA-256 {digest[:16]}…"))


@app.command()
def fec(out: Out, book: Book = None, year: Year = None) -> None:
    """Fichier des écritures comptables (FEC, 18 colonnes)."""
    _export("fec", out, book, year)


@app.command()
def hledger(out: Out, book: Book = None, year: Year = None) -> None:
    """Journal hledger (« hledger check --strict »)."""
    _export("hledger", out, book, year)


@app.command()
def beancount(out: Out, book: Book = None, year: Year = None) -> None:
    """Fichier beancount (« bean-check »)."""
    _export("beancount", out, book, year)


@app.command()
def chain(out: Out, book: Book = None) -> None:
    """Chaîne d'empreintes, une écriture par ligne (JSON), pour la vérifier sans ce programme."""
    _export("chain", out, book, None)
