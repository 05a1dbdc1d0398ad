"""`pcaes init`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from portal.cli.context import answer, settings, tell


def init(
    chart: Annotated[Path | None, typer.Option("--chart", help="Plan de comptes (CSV) à charger", exists=True)] = None,
    fictional: Annotated[bool, typer.Option("--fictional", help="Base de données fictives, pour essayer")] = False,
) -> None:
    """Créer ou mettre à niveau la base, charger le plan de comptes, ouvrir les trois livres."""
    from ledger.setup import create_books

    owner = os.environ.get("PCAES_OWNER_DATABASE")
    done = create_books(settings.database, owner, chart, fictional)

    def show() -> None:
        from sqlalchemy.engine import make_url

        place = make_url(settings.database).render_as_string(hide_password=True)
        made = (
            "Base créée : {place} (schéma {schema})" if done["created"] else "Base à jour : {place} (schéma {schema})"
        )
        tell(made, place=place, schema=done["schema"])
        tell("Livres ouverts : BF, ML, NE · comptes ajoutés au plan : {added}", added=done["accounts_added"])
        if done["fictional"]:
            tell("DONNÉES FICTIVES : cette base est marquée fictive et le restera.")

    answer(done, show)
