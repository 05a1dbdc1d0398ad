"""The bank reconciliation statement of a month: look at it, sign it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.passphrase import ask_passphrase

Book = Annotated[str, typer.Option("--book", help="Livre : BF, ML ou NE")]
Month = Annotated[str, typer.Option("--month", help="Mois, AAAA-MM")]


def statement(book: Book, month: Month) -> None:
    """L'état de rapprochement d'un mois : deux blocs, deux soldes rectifiés égaux au franc."""
    from ledger.chart import require_book
    from reconcile.etat_read import etat_of, parse_month
    from reconcile.signoff import changes_since, signed_month

    year, number = parse_month(month)
    with open_ledger().read() as connection:
        require_book(connection, book.upper())
        etat = etat_of(connection, book.upper(), year, number)
        signed = signed_month(connection, book.upper(), year, number)
        changed = [] if signed is None else changes_since(connection, signed, etat)
    told = None if signed is None else {
        "revision": signed.revision, "sha256": signed.sha256, "preparer": signed.preparer,
        "reviewer": signed.reviewer, "changes": changed,
    }  # fmt: skip
    document = {**etat.as_json(), "signed": told}
    answer(document, lambda: _show(document))


def _show(one: dict[str, Any]) -> None:
    from ledger.money import format_francs

    def amount(value: int | None) -> str:
        return f"{'—' if value is None else format_francs(value):>22}"

    say(f"État de rapprochement du livre {one['book']} au {one['end']}")
    for title, balance, block, adjusted in (
        ("Solde des livres", "book_balance", "to_book", "adjusted_book"),
        (f"Solde de la banque (relevé {one['bank_statement'] or '—'})", "bank_balance", "to_bank", "adjusted_bank"),
    ):
        say(f"{title:<60}{amount(one[balance])}")
        for item in one[block]:
            text = f"{item['id']}  {item['first_seen']}  {item['age_days']} j  {item['label']}"
            say(f"    {text[:54]:<56}{amount(item['amount'])}")
        say(f"{'Solde rectifié':<60}{amount(one[adjusted])}")
    say(f"{'Écart':<60}{amount(one['difference'])}")
    if one["suspense"]:
        say("En imputation provisoire :")
    for item in one["suspense"]:
        text = f"{item['id']}  {item['account']}  {item['age_days']} j  {item['label']}"
        say(f"    {text[:54]:<56}{amount(item['left'])}")
    for fault in one["faults"]:
        say(f"✗ {fault['message']}  [{fault['code']}]")
    signed = one["signed"]
    if signed is None:
        say("Non signé.")
        return
    say(f"Établi par {signed['preparer']}, vérifié par {signed['reviewer'] or '(attendu)'}, {signed['sha256'][:16]}…")
    for change in signed["changes"]:
        say(f"  depuis : {change}")


def sign(
    book: Book,
    month: Month,
    key: Annotated[Path | None, typer.Option("--key", help="Clé privée de qui signe")] = None,
    passphrase_file: Annotated[
        Path | None, typer.Option("--passphrase-file", help="Fichier qui contient la phrase secrète")
    ] = None,
) -> None:
    """Signer l'état d'un mois : le comptable l'établit, une autre personne le vérifie."""
    from ledger.keys import open_signer
    from reconcile.etat_read import parse_month
    from reconcile.signoff import sign_month

    year, number = parse_month(month)
    signer = None
    if key is not None:
        signer = open_signer(key, ask_passphrase(f"Phrase secrète de {key.name}", passphrase_file))
    done = open_ledger().perform(
        "reconcile sign",
        lambda unit: sign_month(unit, book.upper(), year, number, signer),
        payload={"book": book.upper(), "month": month, "key": signer and signer.public_key},
        key=settings.key,
    )
    act = "établi et signé" if done["part"] == "preparer" else "vérifié et signé"
    answer(done, lambda: say(f"État du livre {done['book']} pour {done['month']} {act} par {done['person']}."))
