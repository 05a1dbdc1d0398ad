"""`pcaes year`: clear the transfers, close the year, look at what remains to be done."""

from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import group

app = group()
Year = Annotated[int, typer.Option("--year", min=2000, max=2100, help="Exercice, AAAA")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait fait")]


def _entries(done: dict[str, Any]) -> None:
    for one in done["entries"]:
        say(f"  {one['book']}/{one['journal']}/{one['year']}/{one['number']}  {one['hash'][:16]}…")


@app.command()
def clear(year: Year, dry_run: DryRun = False) -> None:
    """Solder le compte de virement 5851 par les comptes de liaison au 31 décembre, dans les trois livres."""
    from ledger.years.close import clear_transfers

    done = open_ledger().perform(
        "year clear", lambda unit: clear_transfers(unit, year), payload={"year": year}, key=settings.key,
        dry_run=dry_run,
    )  # fmt: skip
    answer(done, lambda: _entries(done))


@app.command()
def close(
    book: Annotated[str, typer.Option("--book", help="Livre : BF, ML ou NE")], year: Year, dry_run: DryRun = False
) -> None:
    """Passer le résultat et les à-nouveaux, et clore l'exercice."""
    from ledger.years.close import close_year

    book = book.upper()
    done = open_ledger().perform(
        "year close", lambda unit: close_year(unit, book, year), payload={"book": book, "year": year},
        key=settings.key, dry_run=dry_run,
    )  # fmt: skip

    def show() -> None:
        from ledger.money import format_francs

        word = "excédent" if done["result"] >= 0 else "déficit"
        say(f"Livre {book}, exercice {year} clos : {word} {format_francs(abs(done['result']))}")
        _entries(done)

    answer(done, show)


@app.command()
def status(book: Annotated[str | None, typer.Option("--book", help="Livre (tous par défaut)")] = None) -> None:
    """L'état de chaque exercice, et ce qui empêche encore de le clore."""
    from ledger.book import BOOKS
    from ledger.chart import require_book
    from ledger.money import format_francs
    from ledger.years.close import year_status

    with open_ledger().read() as connection:
        if book is not None:
            require_book(connection, book.upper())
        document = year_status(connection, BOOKS if book is None else (book.upper(),))

    def show() -> None:
        for one in document["years"]:
            state = "clos" if one["state"] == "closed" else "ouvert"
            say(f"{one['book']}  {one['year']}  {state:<7} résultat {format_francs(one['result'])}")
            for name, title in (("suspense", "à imputer"), ("transfers", "virements à solder")):
                for account, amount in one[name].items():
                    say(f"      {title} : {account}  {format_francs(amount)}")
            if one["months_open"]:
                say(f"      mois ouverts : {', '.join(one['months_open'])}")
            if one["drafts"]:
                say(f"      au brouillard : {', '.join(map(str, one['drafts']))}")

    answer(document, show)
