"""`pcaes period`: close and reopen months, close quarters for good, end the take-over."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings, tell
from portal.cli.group import group

app = group()
Book = Annotated[str, typer.Option("--book", help="Livre : BF, ML ou NE")]
MONTH = "Mois AAAA-MM (AAAA-13 : période complémentaire)"
STATES = {"open": "ouverte", "closed": "close", "definitive": "définitivement close"}


def _perform(name: str, act: Callable[[Any], dict[str, Any]], payload: dict[str, Any], dry_run: bool = False) -> Any:
    return open_ledger().perform(name, act, payload=payload, key=settings.key, dry_run=dry_run)


@app.command()
def close(
    book: Book,
    month: Annotated[str | None, typer.Option("--month", help=MONTH)] = None,
    quarter: Annotated[str | None, typer.Option("--quarter", help="Trimestre AAAA-T, avec --definitive")] = None,
    definitive: Annotated[bool, typer.Option("--definitive", help="Clôture définitive du trimestre")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Montrer ce qui serait fait")] = False,
) -> None:
    """Clôturer un mois, ou définitivement un trimestre dont les trois mois sont clos."""
    from ledger.periods.close import close_period, close_quarter
    from ledger.periods.rules import PeriodUnreadable, name_of, parse_period, parse_quarter
    from ledger.plural import counted

    book = book.upper()
    if definitive and quarter is not None and month is None:
        year, number = parse_quarter(quarter)
        payload: dict[str, Any] = {"book": book, "quarter": [year, number]}
        done = _perform("period close", lambda unit: close_quarter(unit, book, year, number), payload, dry_run)
        quarterly = "Livre {book}, trimestre {year}-{quarter} : définitivement clos."
        answer(done, lambda: _told(dry_run, quarterly, book=book, year=str(year), quarter=str(number)))
        return
    if month is None or quarter is not None or definitive:
        raise PeriodUnreadable(
            text=quarter or month or "", expected="--month AAAA-MM, ou --quarter AAAA-T avec --definitive"
        )
    period = parse_period(month)
    done = _perform(
        "period close", lambda unit: close_period(unit, book, period), {"book": book, "month": list(period)}, dry_run
    )
    moved = counted(done["accounts"], "compte mouvementé")
    monthly = "Livre {book}, période {period} : close, {moved}."
    answer(done, lambda: _told(dry_run, monthly, book=book, period=name_of(period), moved=moved))


def _told(dry_run: bool, sentence: str, **facts: str) -> None:
    """What was closed, or would be."""
    if dry_run:
        tell("Essai à blanc, rien n'est enregistré :")
    tell(sentence, **facts)


@app.command()
def reopen(
    book: Book,
    month: Annotated[str, typer.Option("--month", help=MONTH)],
    reason: Annotated[str, typer.Option("--reason", help="Motif, gardé dans les livres")],
) -> None:
    """Rouvrir un mois clos ; la trace reste, avec son motif."""
    from ledger.periods.close import reopen_period
    from ledger.periods.rules import name_of, parse_period

    book, period = book.upper(), parse_period(month)
    payload = {"book": book, "month": list(period), "reason": reason}
    done = _perform("period reopen", lambda unit: reopen_period(unit, book, period, reason), payload)
    reopened = "Livre {book}, période {period} : rouverte ({reason})."
    answer(done, lambda: tell(reopened, book=book, period=name_of(period), reason=done["reason"]))


@app.command()
def status(
    book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE (tous par défaut)")] = None,
) -> None:
    """L'état de chaque période, et si la reprise est encore ouverte."""
    from ledger.book import BOOKS
    from ledger.chart import require_book
    from ledger.periods.state import period_status
    from ledger.refusal import plain

    with open_ledger().read() as connection:
        if book is not None:
            require_book(connection, book.upper())
        document = plain(period_status(connection, BOOKS if book is None else (book.upper(),)))

    def show() -> None:
        from ledger.plural import counted
        from ledger.refusal import fill

        if document["takeover"]["open"]:
            say("REPRISE OUVERTE : un compte bancaire peut encore être crédité sans ordre de paiement.")
        else:
            say(fill("Reprise terminée le {until:D}.", **document["takeover"]))
        for one in document["periods"]:
            waits = "".join(
                f" · {len(one['drafts'])} au brouillard"
                if name == "drafts"
                else " · " + counted(one[name], "ligne de relevé en attente", "lignes de relevé en attente")
                for name in ("drafts", "bank_lines_open")
                if one[name]
            )
            entries = counted(one["entries"], "écriture")
            say(f"  {one['book']}  {one['name']:<20} {STATES[one['state']]:<22} {entries:>18}{waits}")

    answer(document, show)


@app.command()
def takeover(
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Dernier jour de la reprise")],
) -> None:
    """Terminer la reprise, une fois pour toutes."""
    from ledger.takeover import end_takeover

    done = _perform("period takeover", lambda unit: end_takeover(unit, until.date()), {"until": until.date()})

    def show() -> None:
        say(f"Reprise terminée au {until:%d/%m/%Y} : elle ne se rouvre pas.")
        if left := done["takeover"]["drafts"]:
            numbers = ", ".join(f"n° {number}" for number in left)
            say(f"Brouillards qui paient sans ordre, et ne se valident plus : {numbers}. Écartez-les.")

    answer(done, show)
