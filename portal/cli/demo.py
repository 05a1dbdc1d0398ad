"""`pcaes demo`: a fictional year and a half through every step, and what was found, on one screen."""

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from portal.cli.context import answer, say, settings

DATABASE = "demonstration-fictive.db"
SHOWN = (".xlsx", ".txt", ".journal", ".beancount", ".zip", ".db")


def demo(
    out: Annotated[Path, typer.Option("--out", help="Dossier où déposer fichiers, base et classeurs")] = Path("out"),
) -> None:
    """Une année et demie fictive de bout en bout : fichiers, livres, rapprochement, classeurs, contrôles."""
    from portal.demo.files import write_files
    from portal.demo.play import ask, fresh_database, give, play
    from portal.demo.play_imputations import imputing
    from portal.demo.play_orders import ordering
    from portal.demo.script import Act, matching, playing, reporting, setting_up
    from portal.demo.story import make_story
    from portal.demo.summary import gather, screen

    started = time.monotonic()
    out.mkdir(parents=True, exist_ok=True)
    say("DONNÉES FICTIVES — démonstration des comptes du prélèvement confédéral")
    database = fresh_database(out.resolve() / DATABASE)
    story = make_story()
    files = write_files(story, out / "fichiers-fictifs")
    give(Act(story.first, "installation", ("init", "--fictional")), database)
    auditor = next(user.name for user in story.users if user.role == "auditor")
    played = sorted([*playing(story, files), *ordering(story, files, database, out)], key=lambda act: act.day)
    play(list(setting_up(story)), database, _progress("Utilisateurs, comptes bancaires, mandats"))
    play(played, database, _progress("États des recettes, écritures, capital, relevés, ordres"))
    play(list(imputing(story, database)), database, _progress("Imputations provisoires"))
    play(list(matching(story)), database, _progress("Rapprochement des trois comptes"))
    play(list(reporting(story, out)), database, _progress("Classeurs, exports, contrôles"))
    found = gather(story, lambda *words: ask(words, database, auditor, story.last))
    found["seconds"] = round(time.monotonic() - started, 1)
    found["files"] = sorted(path.name for path in out.iterdir() if path.suffix in SHOWN)
    answer(found, lambda: screen(found, out))


def _progress(title: str) -> Any:
    """A line that advances on a terminal, one line a step elsewhere; silent when a JSON document is asked."""
    live = sys.stderr.isatty() and not settings.as_json

    def tell(done: int, total: int) -> None:
        if live:
            typer.echo(f"\r  {title:<58} {done:>4}/{total}", err=True, nl=done == total)
        elif done == total:
            typer.echo(f"  {title:<58} {done:>4}/{total}", err=True)

    return tell
