"""What every command knows: the database, who acts, how to answer; and the one place where refusals are shown."""

import getpass
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

import typer

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from ledger.unit import Ledger

DEFAULT_DATABASE = "sqlite:///pcaes.db"


@dataclass
class Settings:
    """The options that stand before the command."""

    database: str = DEFAULT_DATABASE
    actor: str | None = None
    as_json: bool = False
    lang: str = "fr"
    key: str | None = None


settings = Settings()


def say(text: str = "") -> None:
    """Text for people: on stdout, or on stderr when stdout belongs to a JSON document."""
    typer.echo(text, err=settings.as_json)


def tell(sentence: str, **facts: Any) -> None:
    """A sentence for people, in their language, its facts filled in as in a refusal."""
    say(phrase(sentence, **facts))


def phrase(sentence: str, **facts: Any) -> str:
    """The sentence in the language asked for, its facts filled in as in a refusal."""
    from ledger.refusal import fill

    return fill(translate(sentence), **facts)


def answer(document: Any, show: Callable[[], None] | None = None) -> None:
    """The result of a command: one JSON document with `--json`, else what `show` prints."""
    if settings.as_json:
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
    elif show is not None:
        show()


def translate(sentence: str) -> str:
    """The sentence in the language asked for."""
    from ledger.i18n import translated

    return translated(sentence, settings.lang)


def open_ledger(*, checked: bool = True) -> "Ledger":
    """The books that `--database` names, on behalf of `--as`.

    Refuses: database_unknown, database_not_ready, database_outdated.
    """
    from ledger.setup import require_current
    from ledger.unit import Ledger

    engine = _engine(settings.database)
    if checked:
        require_current(settings.database, engine)
    return Ledger(engine, settings.actor or _login())


_engines: dict[str, "Engine"] = {}


def _engine(url: str) -> "Engine":
    """One engine for all the commands of a process: its compiled statements serve again."""
    from ledger.engine import open_engine

    if url not in _engines:
        _engines[url] = open_engine(url)
    return _engines[url]


def close_engines() -> None:
    """Let go of every open database, before its file is replaced."""
    while _engines:
        _engines.popitem()[1].dispose()


def _login() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def refuse(document: dict[str, Any], exit_code: int) -> NoReturn:
    """Say a refusal and leave with its exit code."""
    if settings.as_json:
        typer.echo(json.dumps({"refused": document}, ensure_ascii=False, indent=1))
    else:
        typer.echo(f"✗ {document['message']}  [{document['code']}]", err=True)
    raise SystemExit(exit_code)


def guarded(run: Callable[[], Any]) -> None:
    """Run the program; whatever is refused becomes one sentence and an exit code, never a traceback."""
    from ledger.refusal import Refusal

    try:
        run()
    except Refusal as refusal:
        refuse(refusal.as_json(translate), refusal.exit_code)
    except BrokenPipeError:
        # the reader of our output (a pager, `head`) has left: nothing more to say
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(0) from None
    except KeyboardInterrupt:
        refuse({"code": "interrupted", "message": phrase("Interrompu : rien n'a été enregistré."), "facts": {}}, 1)
    except Exception as fault:
        _unforeseen(fault)


def _unforeseen(fault: Exception) -> NoReturn:
    from ledger.guards import as_refusal

    origin = getattr(fault, "orig", None)
    guard = as_refusal(origin) if origin is not None else None
    if guard is not None:
        refuse(guard.as_json(translate), 1)
    kind = type(fault).__name__
    if "database is locked" in str(origin):
        message = phrase(
            "Un autre utilisateur écrit dans la base depuis plus de trente secondes. Rien n'a été enregistré : "
            "recommencez dans un instant."
        )
        refuse({"code": "database_busy", "message": message, "facts": {}}, 1)
    if kind == "DatabaseError":
        message = phrase(
            "Le fichier de la base est abîmé ou n'est pas une base de données ({fault}). Gardez-le tel quel, reprenez "
            "la dernière sauvegarde et signalez-le.",
            fault=str(origin or fault).strip()[:200],
        )
        refuse({"code": "database_damaged", "message": message, "facts": {}}, 1)
    if isinstance(fault, OverflowError):
        message = phrase("Un nombre donné est trop grand pour exister dans les livres. Vérifiez-le.")
        refuse({"code": "number_too_large", "message": message, "facts": {}}, 2)
    if kind == "OperationalError":
        message = phrase(
            "La base de données ne répond pas ou ne peut pas être ouverte : {fault}. "
            "Vérifiez l'adresse et les droits, puis recommencez.",
            fault=str(origin or fault).strip()[:300],
        )
        refuse({"code": "database_unreachable", "message": message, "facts": {}}, 1)
    if isinstance(fault, OSError):
        from ledger.system_words import system_reason

        message = phrase(
            "Le fichier {file} ne peut pas être lu ou écrit : {fault}.",
            file=fault.filename or "",
            fault=translate(system_reason(fault)),
        )
        refuse({"code": "file_unusable", "message": message, "facts": {"file": str(fault.filename)}}, 1)
    if os.environ.get("PCAES_TRACE"):
        raise fault
    message = phrase(
        "Le programme a rencontré un cas qu'il n'attendait pas ({kind} : {fault}). "
        "Rien n'a été enregistré. Gardez le fichier employé et signalez ce message (PCAES_TRACE=1 donne le détail).",
        kind=kind,
        fault=str(fault)[:300],
    )
    refuse({"code": "unforeseen", "message": message, "facts": {"type": kind}}, 1)
