"""`pcaes user`: who may act, in which role, in which book."""

from typing import Annotated

import typer

from portal.cli.context import answer, open_ledger, say, settings, tell, translate
from portal.cli.group import group

app = group()


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Nom de l'utilisateur (un office plutôt qu'une personne)")],
    role: Annotated[
        str, typer.Option("--role", help="accountant, requester, controller, officer, auditor ou administrator")
    ],
    book: Annotated[str | None, typer.Option("--book", help="Livre tenu par le comptable : BF, ML ou NE")] = None,
    nationality: Annotated[str | None, typer.Option("--nationality", help="État dont il est ressortissant")] = None,
) -> None:
    """Ajouter un utilisateur ; le premier doit être administrateur."""
    from dataclasses import asdict

    from ledger.users import ROLES, add_user

    payload = {"name": name, "role": role, "book": book, "nationality": nationality}
    done = open_ledger().perform(
        "user add",
        lambda unit: asdict(add_user(unit, name, role, book, nationality)),
        payload=payload,
        key=settings.key,
    )
    added = (
        "Utilisateur « {name} » ajouté : {role}, livre {book}." if book else "Utilisateur « {name} » ajouté : {role}."
    )
    answer(done, lambda: tell(added, name=name, role=translate(ROLES[role]), book=book))


@app.command("list")
def list_() -> None:
    """Les utilisateurs de la base."""
    from ledger.users import ROLES, list_users

    with open_ledger().read() as connection:
        users = list_users(connection)

    def show() -> None:
        for user in users:
            state = "" if user["active"] else translate("  (désactivé)")
            # names come last: that of an office is as long as it pleases
            say(f"{translate(ROLES[user['role']]):<22} {user['book'] or '—':<3} {user['name']}{state}")
        if not users:
            tell("Aucun utilisateur : la base est en cours d'installation.")

    answer({"users": users}, show)


def _set(name: str, active: bool, reason: str) -> None:
    from ledger.users import set_active

    def act(unit: object) -> dict[str, object]:
        set_active(unit, name, active, reason)
        return {"name": name, "active": active}

    command = "user enable" if active else "user disable"
    done = open_ledger().perform(command, act, payload={"name": name, "reason": reason}, key=settings.key)
    sentence = "Utilisateur « {name} » rétabli." if active else "Utilisateur « {name} » désactivé."
    answer(done, lambda: tell(sentence, name=name))


@app.command()
def disable(
    name: Annotated[str, typer.Argument(help="Utilisateur")],
    reason: Annotated[str, typer.Option("--reason", help="Motif")],
) -> None:
    """Retirer ses droits à un utilisateur ; son histoire reste."""
    _set(name, False, reason)


@app.command()
def enable(
    name: Annotated[str, typer.Argument(help="Utilisateur")],
    reason: Annotated[str, typer.Option("--reason", help="Motif")],
) -> None:
    """Rendre ses droits à un utilisateur."""
    _set(name, True, reason)
