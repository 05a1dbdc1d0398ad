"""`pcaes statement profile`: the declared layouts of a bank's tables."""

from pathlib import Path
from typing import Annotated

import typer

from portal.cli.context import answer, open_ledger, say, settings
from portal.cli.group import group

app = group()


@app.command()
def declare(file: Annotated[Path, typer.Argument(help="Disposition, en JSON")]) -> None:
    """Déclarer la disposition d'un tableau de banque ; la dernière du même nom est en vigueur."""
    from reconcile.profiles import declare_profile, read_profile

    profile = read_profile(file)
    done = open_ledger().perform(
        "statement profile",
        lambda unit: declare_profile(unit, profile),
        payload={"profile": profile.to_json()},
        key=settings.key,
    )
    answer(done, lambda: say(f"Disposition « {done['profile']} » déclarée."))


@app.command("list")
def list_() -> None:
    """Les dispositions en vigueur."""
    from reconcile.profiles import list_profiles

    with open_ledger().read() as connection:
        found = list_profiles(connection)

    def show() -> None:
        for one in found:
            say(f"{one['name']} : {', '.join(f'{place} {meaning}' for place, meaning in one['columns'])}")
        if not found:
            say("Aucune disposition n'est déclarée.")

    answer({"profiles": found}, show)
