"""`pcaes year`: clear the transfers, close the year, look at what remains to be done."""

from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, phrase, say, settings, tell
from portal.cli.group import group

app = group()
Year = Annotated[int, typer.Option("--year", min=2000, max=2100, help="Exercice, AAAA")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait fait")]


def _dry(dry_run: bool) -> None:
    if dry_run:
        tell("Essai à blanc, rien n'est enregistré :")


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

    def show() -> None:
        _dry(dry_run)
        tell("Virements de fonds de l'exercice {year} soldés par les comptes de liaison :", year=year)
        _entries(done)

    answer(done, show)


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
        _dry(dry_run)
        sentence = (
            "Livre {book}, exercice {year} clos : excédent {amount:F}."
            if done["result"] >= 0
            else "Livre {book}, exercice {year} clos : déficit {amount:F}."
        )
        tell(sentence, book=book, year=year, amount=abs(done["result"]))
        tell("Résultat et à-nouveaux :")
        _entries(done)

    answer(done, show)


@app.command()
def status(book: Annotated[str | None, typer.Option("--book", help="Livre (tous par défaut)")] = None) -> None:
    """L'état de chaque exercice, et ce qui empêche encore de le clore."""
    from ledger.book import BOOKS
    from ledger.chart import require_book
    from ledger.years.close import year_status

    with open_ledger().read() as connection:
        if book is not None:
            require_book(connection, book.upper())
        document = year_status(connection, BOOKS if book is None else (book.upper(),))

    def show() -> None:
        for one in document["years"]:
            state = phrase("clos") if one["state"] == "closed" else phrase("ouvert")
            result = phrase("résultat {amount:F}", amount=one["result"])
            say(f"{one['book']}  {one['year']}  {state:<7} {result}")
            for account, amount in one["suspense"].items():
                say("      " + phrase("à imputer : {account}, solde {amount:F}", account=account, amount=amount))
            for account, amount in one["transfers"].items():
                say(
                    "      "
                    + phrase("virements à solder : {account}, solde {amount:F}", account=account, amount=amount)
                )
            if one["months_open"]:
                say("      " + phrase("mois ouverts : {months}", months=one["months_open"]))
            if one["drafts"]:
                say("      " + phrase("au brouillard : n° {drafts}", drafts=one["drafts"]))

    answer(document, show)
