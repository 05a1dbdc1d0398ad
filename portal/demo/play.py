"""Play the story through `pcaes` itself, act by act, each on its own day."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ledger.refusal import Refusal
from portal.cli.call import Outcome, call
from portal.cli.context import close_engines
from portal.demo.script import Act

Progress = Callable[[int, int], None]


class DemoStopped(Refusal):
    """An act of the demonstration was refused: the demonstration stops there."""

    code = "demo_stopped"
    sentence = "La démonstration s'est arrêtée à « pcaes {words} » (acte du {day:D}) : {message}"


class DemoFileTaken(Refusal):
    """There is already something at the place of the demonstration's database that is not ours to remove."""

    code = "demo_file_taken"
    sentence = (
        "Le fichier {file} existe et n'est pas une base fictive de démonstration : il n'est pas remplacé. "
        "Choisissez un autre dossier par --out."
    )


def give(act: Act, database: str) -> Outcome:
    """One act; refuses to go on when it is refused.

    Refuses: demo_stopped.
    """
    done = call(act.words, database=database, actor=act.user, now=f"{act.day.isoformat()}T09:00:00Z")
    if done.code != 0:
        words = " ".join(Path(word).name if "/" in word else word for word in act.words)
        raise DemoStopped(words=words, day=act.day, message=(done.err or done.out).strip()[:600])
    return done


def play(acts: Sequence[Act], database: str, progress: Progress) -> None:
    """Every act in order, telling how far it is.

    Refuses: demo_stopped.
    """
    for place, act in enumerate(acts, start=1):
        give(act, database)
        progress(place, len(acts))


def ask(words: Iterable[str], database: str, user: str, day: date) -> Any:
    """What a command answers in JSON.

    Refuses: demo_stopped.
    """
    return json.loads(give(Act(day, user, (*words, "--json")), database).out)


def fresh_database(file: Path) -> str:
    """The address of a database that does not exist yet; a former demonstration is removed, nothing else is.

    Refuses: demo_file_taken.
    """
    import sqlite3

    close_engines()
    if file.exists():
        try:
            connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
            try:
                row = connection.execute("SELECT fictional FROM ledger_info").fetchone()
            finally:
                connection.close()
        except sqlite3.Error as fault:
            raise DemoFileTaken(file=str(file)) from fault
        if row is not None and not row[0]:
            raise DemoFileTaken(file=str(file))
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
    return f"sqlite:///{file}"
