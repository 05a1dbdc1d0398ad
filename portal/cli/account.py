"""`pcaes account`: bind a bank account to a book; open, close and list accounts."""

from datetime import datetime
from typing import Annotated

import typer

from portal.cli.context import answer, open_ledger, say, settings, tell, translate
from portal.cli.group import group

app = group()
DAY = ["%Y-%m-%d"]


@app.command()
def bind(
    book: Annotated[str, typer.Argument(help="Livre : BF, ML ou NE")],
    iban: Annotated[str, typer.Option("--iban", help="IBAN du compte (clé IBAN et clé RIB contrôlées)")],
    bank: Annotated[str | None, typer.Option("--bank", help="Nom de la banque")] = None,
    aliases: Annotated[
        str, typer.Option("--aliases", help="Autres écritures du numéro sur les relevés, séparées par des virgules")
    ] = "",
) -> None:
    """Rattacher un compte bancaire à un livre."""
    from ledger.bank_accounts import bind as bind_account

    names = tuple(text for text in aliases.split(",") if text.strip())
    payload = {"book": book, "iban": iban, "bank": bank, "aliases": names}
    done = open_ledger().perform(
        "account bind",
        lambda unit: bind_account(unit, book.upper(), iban, bank, names),
        payload=payload,
        key=settings.key,
    )
    answer(done, lambda: tell("Compte {iban} rattaché au livre {book} (compte {account}).", **done))


def _open_or_close(number: str, action: str, since: datetime, reason: str) -> None:
    from ledger.chart import open_or_close

    def act(unit: object) -> dict[str, object]:
        open_or_close(unit, number, action, since.date(), reason)
        return {"account": number, "action": action, "from": since.date()}

    payload = {"number": number, "from": since.date(), "reason": reason}
    done = open_ledger().perform(f"account {action}", act, payload=payload, key=settings.key)
    sentence = (
        "Compte {number} ouvert à partir du {day:D}."
        if action == "open"
        else "Compte {number} fermé à partir du {day:D}."
    )
    answer(done, lambda: tell(sentence, number=number, day=since.date()))


@app.command("open")
def open_(
    number: Annotated[str, typer.Argument(help="Numéro du compte")],
    since: Annotated[datetime, typer.Option("--from", formats=DAY, help="Date d'effet")],
    reason: Annotated[str, typer.Option("--reason", help="Motif")],
) -> None:
    """Rouvrir un compte du plan."""
    _open_or_close(number, "open", since, reason)


@app.command()
def close(
    number: Annotated[str, typer.Argument(help="Numéro du compte")],
    since: Annotated[datetime, typer.Option("--from", formats=DAY, help="Date d'effet")],
    reason: Annotated[str, typer.Option("--reason", help="Motif")],
) -> None:
    """Fermer un compte du plan."""
    _open_or_close(number, "close", since, reason)


@app.command("list")
def list_() -> None:
    """Le plan de comptes et les comptes bancaires rattachés."""
    from dataclasses import asdict

    from ledger.bank_accounts import bound_accounts
    from ledger.chart import chart_accounts

    with open_ledger().read() as connection:
        chart = list(chart_accounts(connection).values())
        bound = bound_accounts(connection)

    def show() -> None:
        for one in chart:
            mark = "" if one.postable else translate("  (regroupement)")
            say(f"{one.number:<7} {one.book or '  '}  {one.title}{mark}{'  *' if one.to_confirm else ''}")
        say()
        for account in bound:
            names = ", ".join(account.aliases)
            say(f"{account.book}  {account.iban}  {account.bank or ''}  → {account.account}  {names}")

    answer({"accounts": [asdict(one) for one in chart], "bank_accounts": [asdict(one) for one in bound]}, show)
