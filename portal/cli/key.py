"""`pcaes key`: make a signing key, deposit its specimen, revoke it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.evidence import evidence
from portal.cli.group import group
from portal.cli.instants import french_day
from portal.cli.passphrase import ask_passphrase

app = group()


@app.command()
def new(
    out: Annotated[Path, typer.Option("--out", help="Fichier de la clé privée ; la clé publique est à côté (.pub)")],
    passphrase_file: Annotated[
        Path | None, typer.Option("--passphrase-file", help="Fichier qui contient la phrase secrète")
    ] = None,
) -> None:
    """Créer une clé de signature, fermée par une phrase secrète (ou PCAES_PASSPHRASE)."""
    from ledger.signing import write_key

    secret = ask_passphrase(f"Phrase secrète de la clé {out.name}", passphrase_file, twice=True)
    print_of_key = write_key(out, secret)
    document = {"key": str(out), "public_key": f"{out}.pub", "fingerprint": print_of_key}

    def show() -> None:
        say(f"Clé privée : {out}  (à garder pour vous)")
        say(f"Clé publique : {out}.pub  (à faire déposer : « pcaes key register »)")
        say(f"Empreinte :\n{print_of_key}")

    answer(document, show)


@app.command()
def register(
    file: Annotated[Path, typer.Argument(help="Clé publique (.pub)")],
    user: Annotated[str, typer.Option("--user", help="À qui elle appartient")],
    act: Annotated[str, typer.Option("--act", help="Acte de dépôt du spécimen")] = "dépôt du spécimen",
) -> None:
    """Déposer le spécimen d'un utilisateur (administrateur)."""
    from ledger.keys import register_key
    from ledger.signing import load_public

    with evidence("key register", user=user, key=file.name):
        raw = load_public(file.read_bytes(), file=str(file))
    done = open_ledger().perform(
        "key register",
        lambda unit: _row(register_key(unit, user, raw, act)),
        payload={"user": user, "key": raw.hex(), "act": act},
        key=settings.key,
    )
    answer(done, lambda: say(f"Spécimen de {user} déposé. Empreinte à comparer :\n{done['fingerprint']}"))


@app.command()
def revoke(
    file: Annotated[Path, typer.Argument(help="Clé publique (.pub)")],
    user: Annotated[str, typer.Option("--user", help="À qui elle appartient")],
    reason: Annotated[str, typer.Option("--reason", help="Motif")],
) -> None:
    """Mettre fin à l'usage d'une clé ; ce qu'elle a signé reste signé (administrateur)."""
    from ledger.keys import revoke_key
    from ledger.signing import load_public

    with evidence("key revoke", user=user, key=file.name):
        raw = load_public(file.read_bytes(), file=str(file))
    done = open_ledger().perform(
        "key revoke",
        lambda unit: _row(revoke_key(unit, user, raw, reason)),
        payload={"user": user, "key": raw.hex(), "reason": reason},
        key=settings.key,
    )
    answer(done, lambda: say(f"Clé de {user} révoquée :\n{done['fingerprint']}"))


@app.command("list")
def list_() -> None:
    """Les spécimens déposés."""
    from ledger.keys import registered_keys

    with open_ledger().read() as connection:
        rows = [_row(key) for key in registered_keys(connection)]

    def show() -> None:
        for row in rows:
            state = f", révoquée le {french_day(row['revoked_at'])}" if row["revoked_at"] else ""
            say(f"{row['person']}  –  déposée le {french_day(row['at'])}{state}\n{row['fingerprint']}")
        if not rows:
            say("Aucun spécimen déposé.")

    answer({"keys": rows}, show)


def _row(key: Any) -> dict[str, Any]:
    from ledger.orders.canonical import instant_text
    from ledger.signing import fingerprint

    return {
        "id": key.id,
        "person": key.person,
        "algorithm": key.algorithm,
        "public_key": key.public_key,
        "fingerprint": fingerprint(bytes.fromhex(key.public_key)),
        "act": key.act,
        "at": instant_text(key.at),
        "revoked_at": instant_text(key.revoked_at) if key.revoked_at else None,
    }
