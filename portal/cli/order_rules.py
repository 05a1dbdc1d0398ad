"""`pcaes order rules`: the rules of payment orders that change with the law, each with its dates and its act."""

from datetime import datetime
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import group
from portal.cli.instants import french_day

app = group()
DAY = ["%Y-%m-%d"]
Start = Annotated[datetime, typer.Option("--from", formats=DAY, help="Premier jour")]
Basis = Annotated[str, typer.Option("--act", help="Acte qui fonde la règle")]


def _add(kind: str, start: datetime, act: str, **values: Any) -> None:
    from ledger.orders.rules import add_rule

    payload = {"kind": kind, "from": start.date(), "act": act, **values}
    done = open_ledger().perform(
        f"order rules {kind}",
        lambda unit: add_rule(unit, kind, start.date(), act, **values),
        payload=payload,
        key=settings.key,
    )
    answer(done, lambda: say(f"Règle n° {done['id']} en vigueur à partir du {start:%d/%m/%Y}."))


@app.command()
def threshold(
    amount: Annotated[int, typer.Option("--amount", help="À partir de ce montant en francs")],
    visas: Annotated[int, typer.Option("--visas", help="Nombre de visas de personnes différentes")],
    start: Start,
    act: Basis,
) -> None:
    """Exiger des visas supplémentaires à partir d'un montant."""
    _add("threshold", start, act, amount=amount, visas=visas)


@app.command()
def nationality(start: Start, act: Basis) -> None:
    """Exiger trois nationalités pour le visa, l'ordonnancement et le paiement."""
    _add("nationality", start, act)


@app.command()
def sequence(
    order: Annotated[str, typer.Argument(help="visa_first ou verification_first")], start: Start, act: Basis
) -> None:
    """Choisir l'ordre du visa et de la liquidation, pour les ordres créés ensuite."""
    _add("sequence", start, act, sequence=order)


@app.command()
def end(
    rule: Annotated[int, typer.Argument(help="Numéro de la règle")],
    day: Annotated[datetime, typer.Option("--on", formats=DAY, help="Premier jour où elle n'est plus en vigueur")],
    act: Basis,
) -> None:
    """Mettre fin à un seuil ou à la règle des nationalités."""
    from ledger.orders.rules import end_rule

    done = open_ledger().perform(
        "order rules end",
        lambda unit: end_rule(unit, rule, day.date(), act),
        payload={"rule": rule, "on": day.date(), "act": act},
        key=settings.key,
    )
    answer(done, lambda: say(f"Règle n° {rule} : fin le {day:%d/%m/%Y}."))


@app.command("list")
def list_() -> None:
    """Les règles, en vigueur ou passées."""
    from ledger.money import format_francs
    from ledger.orders.rules import read_rules
    from ledger.plural import counted
    from ledger.refusal import plain

    with open_ledger().read() as connection:
        rows = [plain(row) for row in read_rules(connection)]

    def show() -> None:
        for row in rows:
            visas = counted(row["visas"] or 0, "visa")
            what = {
                "threshold": f"{visas} à partir de {format_francs(row['amount'] or 0)} FCFA",
                "nationality": "trois nationalités",
                "sequence": "liquidation avant visa"
                if row["sequence"] == "verification_first"
                else "visa avant liquidation",
            }[row["kind"]]
            end = f"jusqu'au {french_day(row['end'])} exclu" if row["end"] else "(en cours)"
            say(f"n° {row['id']}  {what}\n      à partir du {french_day(row['start'])} {end}  –  {row['act']}")
        if not rows:
            say("Aucune règle particulière : un visa, donné avant la liquidation.")

    answer({"rules": rows}, show)
