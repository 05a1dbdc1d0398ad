"""`pcaes capital`: what each State has subscribed, what is called, what is paid."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import group

app = group()
DAY = ["%Y-%m-%d"]
State = Annotated[str, typer.Option("--state", help="État actionnaire : BF, ML ou NE")]
Amount = Annotated[int, typer.Option("--amount", help="Montant en francs entiers")]
Day = Annotated[datetime, typer.Option("--date", formats=DAY, help="Date de l'acte")]
Reference = Annotated[str, typer.Option("--reference", help="Référence de la pièce")]


def _do(name: str, act: Callable[[Any], dict[str, Any]], payload: dict[str, Any], told: str) -> None:
    from ledger.refusal import fill

    done = open_ledger().perform(f"capital {name}", act, payload=payload, key=settings.key)
    answer(done, lambda: say(fill(told, **done)))


@app.command()
def subscribe(state: State, amount: Amount, date: Day, reference: Reference) -> None:
    """Enregistrer une souscription (D 2621 / C 48131)."""
    from ledger.capital.register import subscribe as act

    code, day = state.upper(), date.date()
    payload = {"state": code, "amount": amount, "date": day, "reference": reference}
    told = "Souscription {reference} de {state} : {amount:F} FCFA, écriture {entry}."
    _do("subscribe", lambda unit: act(unit, code, amount, day, reference), payload, told)


@app.command()
def call(
    state: State,
    amount: Amount,
    date: Day,
    due: Annotated[datetime, typer.Option("--due", formats=DAY, help="Échéance")],
    reference: Reference,
) -> None:
    """Enregistrer un appel de capital et son échéance (D 48131 / C 48132)."""
    from ledger.capital.register import call as act

    code, day, last = state.upper(), date.date(), due.date()
    payload = {"state": code, "amount": amount, "date": day, "due": last, "reference": reference}
    told = "Appel {reference} de {state} : {amount:F} FCFA, échéance {due:D}, écriture {entry}."
    _do("call", lambda unit: act(unit, code, amount, day, last, reference), payload, told)


@app.command()
def pay(
    state: State,
    amount: Amount,
    date: Day,
    source: Annotated[str, typer.Option("--source", help="levy (prélèvement) ou budget (budget de l'État)")],
    reference: Reference,
    book: Annotated[
        str | None,
        typer.Option("--book", help="Livre dont le compte a payé (prélèvement) ; par défaut celui de l'État"),
    ] = None,
    receipt: Annotated[str | None, typer.Option("--receipt", help="Reçu de la banque, quand il est connu")] = None,
) -> None:
    """Enregistrer un versement : rattaché à une écriture (prélèvement), ou passé sur son reçu (budget)."""
    from ledger.capital.pay import pay as act

    code, day, own = state.upper(), date.date(), book.upper() if book else None
    payload = {
        "state": code, "amount": amount, "date": day, "source": source, "reference": reference, "book": own,
        "receipt": receipt,
    }  # fmt: skip
    told = "Versement {reference} de {state} : {amount:F} FCFA, écriture {entry}."
    _do("pay", lambda unit: act(unit, code, amount, day, source, reference, own, receipt), payload, told)


@app.command()
def cancel(
    kind: Annotated[str, typer.Option("--kind", help="subscribe, call ou pay")],
    state: State,
    date: Day,
    reference: Reference,
    reason: Annotated[str, typer.Option("--reason", help="Motif")],
) -> None:
    """Annuler un acte du registre : l'acte contraire, et ses écritures reprises en négatif."""
    from ledger.capital.register import cancel as act
    from ledger.capital.rules import KINDS

    if kind not in KINDS:
        raise typer.BadParameter("attendu subscribe, call ou pay", param_hint="--kind")
    code, day = state.upper(), date.date()
    payload = {"kind": kind, "state": code, "date": day, "reference": reference, "reason": reason}
    told = "Annulé : {reference} de {state}, {amount:F} FCFA, écriture {entry}."
    _do("cancel", lambda unit: act(unit, kind, code, reference, day, reason), payload, told)


@app.command()
def receipt(
    state: State,
    reference: Reference,
    number: Annotated[str, typer.Option("--receipt", help="Référence du reçu de la banque")],
    date: Day,
    file: Annotated[Path | None, typer.Option("--file", help="Reçu numérisé : son empreinte est gardée")] = None,
) -> None:
    """Rattacher le reçu de la banque à un versement."""
    import hashlib

    from ledger.capital.register import add_receipt

    code, day = state.upper(), date.date()
    digest = None if file is None else hashlib.sha256(file.read_bytes()).hexdigest()
    payload = {"state": code, "reference": reference, "receipt": number, "date": day, "sha256": digest}
    told = "Reçu {receipt} du {date:D} rattaché au versement {reference} de {state}."
    _do("receipt", lambda unit: add_receipt(unit, code, reference, number, day, digest), payload, told)


@app.command()
def terms(
    total: Annotated[int | None, typer.Option("--total", help="Capital en francs entiers")] = None,
    since: Annotated[datetime | None, typer.Option("--from", formats=DAY, help="Date d'effet")] = None,
    paid_by: Annotated[
        datetime | None, typer.Option("--paid-by", formats=DAY, help="Date limite de libération")
    ] = None,
    act: Annotated[str, typer.Option("--act", help="Référence juridique")] = "",
) -> None:
    """Montrer ce que les textes fixent ; avec --total, --from, --paid-by et --act, enregistrer un texte."""
    from ledger.capital.rules import Terms
    from ledger.capital.terms import read_terms, set_terms

    ledger = open_ledger()
    if total is not None or since is not None or paid_by is not None:
        if total is None or since is None or paid_by is None:
            raise typer.BadParameter("--total, --from et --paid-by vont ensemble")
        new = Terms(since.date(), total, paid_by.date(), act)
        ledger.perform("capital terms", lambda unit: set_terms(unit, new), payload=new._asdict(), key=settings.key)
    with ledger.read() as connection:
        known = read_terms(connection)

    def show() -> None:
        from ledger.refusal import fill

        for one in known:
            say(
                fill(
                    "À compter du {from_date:D} : {total:F} FCFA, à libérer au plus tard le {paid_by:D}.",
                    **one._asdict(),
                )
            )
            say(f"  {one.legal_reference}")

    from ledger.refusal import plain

    answer({"terms": [plain(one._asdict()) for one in known]}, show)


@app.command()
def status(
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", formats=DAY, help="Date d'arrêté ; par défaut la dernière des livres")
    ] = None,
) -> None:
    """Montrer le capital : souscrit, appelé, libéré, retards, par État."""
    from ledger.capital.status import capital_status

    with open_ledger().read() as connection:
        document = capital_status(connection, None if as_of is None else as_of.date())
    answer(document, lambda: _show(document))


def _show(found: dict[str, Any]) -> None:
    from ledger.money import format_francs
    from ledger.refusal import fill

    say(fill("Capital de la BCID-AES au {as_of:D} : {total:F} FCFA, libéré {paid:F} ({percent} %)", **found))
    say(found["legal_reference"] or "Aucun texte ne fixe le capital à cette date.")
    titles = ("Souscrit", "Appelé", "Libéré", "Reste à verser", "Reste à appeler", "En retard")
    say("     " + "".join(f"{title:>20}" for title in titles) + "   Jours")
    for row in [*found["by_state"], found["all"]]:
        figures = (row[name] for name in ("subscribed", "called", "paid", "to_pay", "to_call", "late"))
        say(f"{row['state']:<5}" + "".join(f"{format_francs(one):>20}" for one in figures) + f"{row['days_late']:>8}")
    say(fill("Non souscrit : {not_subscribed:F} FCFA · à libérer au plus tard le {paid_by:D}", **found))
    for one in found["calls"]:
        if one["remaining"]:
            say(
                fill(
                    "  Appel {reference} de {state}, échéance {due:D} : reste {remaining:F}, {days_late} j de retard",
                    **one,
                )
            )
