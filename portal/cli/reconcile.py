"""`pcaes reconcile`: match the bank's lines with the books, look at the result."""

from datetime import datetime
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, phrase, say, settings, tell, translate
from portal.cli.group import group
from portal.cli.reconcile_acts import confirm, impute, regularise, suggestions, undo
from portal.cli.reconcile_sign import sign, statement

app = group()
DAY = ["%Y-%m-%d"]
_COUNTS = ("lines", "confirmed", "proposed", "ambiguous", "undecided", "open")


@app.command()
def run(
    book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE (les trois par défaut)")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=DAY, help="Dernier jour rapproché")] = None,
) -> None:
    """Rapprocher : confirmer le certain, proposer le reste, expliquer chaque fois."""
    from ledger.book import BOOKS
    from portal.cli.progress import MatchingProgress
    from reconcile.run import run_in_parts

    last = None if until is None else until.date()
    ledger = open_ledger()
    done: list[dict[str, Any]] = []
    for code in BOOKS if book is None else (book.upper(),):
        progress = MatchingProgress(code)
        key = settings.key and f"{settings.key}/{code}"
        done.append(run_in_parts(ledger, code, last, key=key, told=progress.decided, kept=progress.kept))
        progress.end()
    document = done[0] if book is not None else _together(done)
    answer(document, lambda: _show_runs(done))


def _together(done: list[dict[str, Any]]) -> dict[str, Any]:
    total = {name: sum(one.get(name, 0) for one in done) for name in _COUNTS}
    passes = [
        {**first, **{name: sum(one["passes"][place][name] for one in done) for name in ("confirmed", "proposed")}}
        for place, first in enumerate(done[0]["passes"])
    ]
    return {"book": None, **total, "passes": passes, "books": done}


def _show_runs(done: list[dict[str, Any]]) -> None:
    for one in done:
        tell(
            "{book} : {lines:ligne ouverte|lignes ouvertes} au départ · "
            "{confirmed:rapprochement confirmé|rapprochements confirmés} · {proposed:proposé|proposés} · "
            "{ambiguous:ambigu|ambigus} · {undecided:indécis|indécis} · "
            "{open:ligne reste ouverte|lignes restent ouvertes}",
            **{"undecided": 0, **one},
        )
        for step in one["passes"]:
            if step["confirmed"] or step["proposed"] or step["ambiguous"]:
                tell(
                    "    {title} : {confirmed:confirmé|confirmés}, {proposed:proposé|proposés}",
                    **{**step, "title": translate(step["title"])},
                )


@app.command()
def matches(
    book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None,
    status: Annotated[
        str | None, typer.Option("--status", help="confirmed, proposed, ambiguous, undecided ou open")
    ] = None,
) -> None:
    """Les rapprochements et leurs raisons, et ce qui reste ouvert."""
    from ledger.refusal import plain
    from reconcile.matches import list_matches

    if status not in (None, "confirmed", "proposed", "ambiguous", "undecided", "open"):
        raise typer.BadParameter("attendu confirmed, proposed, ambiguous, undecided ou open")
    with open_ledger().read() as connection:
        found = plain(list_matches(connection, book and book.upper(), status))
    answer(found, lambda: _show_matches(found))


def _show_matches(found: dict[str, Any]) -> None:
    from ledger.money import format_francs

    marks = {"confirmed": "✓", "proposed": "?", "ambiguous": "≠", "undecided": "…"}
    for one in found["matches"]:
        say(f"{marks[one['status']]} {one['id']:>6}  {one['book']}  {one['reason']}")
        for line in one["statement_lines"]:
            say(f"          banque {line['booking_date']}  {format_francs(line['amount']):>20}  {line['label'][:50]}")
        for line in one["entry_lines"]:
            name = f"{line['book']}/{line['journal']}/{line['year']}/{line['number']}"
            say(f"          livres {name:<22} {format_francs(line['amount']):>20}")
        if one["nearest_rejected"]:
            say(f"          écarté : {one['nearest_rejected']}")
    tell(
        "Restent ouvertes : {bank:ligne|lignes} de la banque, {booked:ligne|lignes} des livres.",
        bank=len(found["open"]["statement_lines"]),
        booked=len(found["open"]["entry_lines"]),
    )
    for line in found["open"]["statement_lines"]:
        place = f"{line['book']} {line['booking_date']}  {format_francs(line['amount']):>20}"
        say(f"    banque {place}  {line['label'][:60]}")
    for line in found["open"]["entry_lines"]:
        name = f"{line['book']}/{line['journal']}/{line['year']}/{line['number']}"
        say(f"    livres {name:<22} {format_francs(line['amount']):>20}  {line['label'][:60]}")


@app.command()
def status(book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None) -> None:
    """Où en est le rapprochement de chaque compte."""
    from ledger.refusal import plain
    from reconcile.matches import reconcile_status

    with open_ledger().read() as connection:
        found = plain(reconcile_status(connection, book and book.upper()))

    def show() -> None:
        for one in found:
            tell(
                "{book} : {matched:ligne rapprochée|lignes rapprochées} sur {lines} · ouvertes à la banque : "
                "{open_bank} ({open_bank_amount:F}) · dans les livres : {open_book} "
                "({open_book_amount:F}) · dernier mois signé : {signed}",
                signed=one["signed_until"] or "—",
                **one,
            )
            if one["last_run"]:
                tell(
                    "    dernière recherche : {proposed:proposé|proposés}, {ambiguous:ambigu|ambigus}, "
                    "{undecided:indécis dans la limite|indécis dans la limite}",
                    **one,
                )
            if not one["finished"]:
                tell("    interrompue avant sa fin : relancez « pcaes reconcile run », qui reprend où elle en était")

    answer({"books": found}, show)


@app.command()
def runs(book: Annotated[str | None, typer.Option("--book", help="Livre : BF, ML ou NE")] = None) -> None:
    """Les recherches déjà faites : par qui, quand, ce qu'elles ont trouvé."""
    from ledger.refusal import plain
    from reconcile.runs import list_runs

    with open_ledger().read() as connection:
        found = plain(list_runs(connection, book and book.upper()))

    def show() -> None:
        for one in found:
            until = phrase(" jusqu'au {until:D}", until=one["until"]) if one["until"] else ""
            found_then = phrase(
                "{lines:ligne|lignes}, {confirmed:rapprochement confirmé|rapprochements confirmés}, "
                "{proposed:proposé|proposés}, {open:ligne reste ouverte|lignes restent ouvertes}",
                **one,
            )
            cut = "" if one["finished"] else phrase(" (interrompue)")
            say(f"{one['id']:>5}  {one['book']}{until}  {one['at'][:19]}  {one['by']} : {found_then}{cut}")

    answer({"runs": found}, show)


for _act in (confirm, undo, impute, regularise, suggestions, statement, sign):
    app.command()(_act)
