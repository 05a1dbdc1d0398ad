"""A group of commands: `pcaes NAME COMMAND`, always with its own list, its help in the reader's language."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from portal.cli.context import settings, translate

Function = TypeVar("Function", bound=Callable[..., Any])

PHRASES = (
    ("Usage: ", "Usage : "),
    ("[OPTIONS] COMMAND [ARGS]...", "[OPTIONS] COMMANDE [ARGUMENTS]…"),
    ("\nOptions:\n", "\nOptions :\n"),
    ("\nArguments:\n", "\nArguments :\n"),
    ("\nCommands:\n", "\nCommandes :\n"),
    ("\nCommandes:\n", "\nCommandes :\n"),
    ("Show this message and exit.", "Montrer cette aide."),
    ("[required]", "[obligatoire]"),
    ("[default:", "[par défaut :"),
    ("; default:", " ; par défaut :"),
    ("; required]", " ; obligatoire]"),
)
"""What the library writes around our texts → its French."""

KINDS = {
    "fr": {
        "<str>": "<texte>",
        "<int>": "<nombre>",
        "<path>": "<chemin>",
        "<file>": "<fichier>",
        "<directory>": "<dossier>",
        "<list[str]>": "<texte>…",
        "<list[int]>": "<nombre>…",
        "<list[Path]>": "<chemin>…",
        "<%Y-%m-%d>": "<AAAA-MM-JJ>",
    },
    "en": {
        "<str>": "<text>",
        "<int>": "<number>",
        "<list[str]>": "<text>…",
        "<list[Path]>": "<path>…",
        "<%Y-%m-%d>": "<YYYY-MM-DD>",
    },
}
"""What the library shows for the value of an option → what the reader knows it by."""


def framed(text: str) -> str:
    """The library's help, its frame in French when French is spoken."""
    if settings.lang == "fr":
        for english, own in PHRASES:
            text = text.replace(english, own)
        text = re.sub(r"\[env(\s+)var:", r"[variable\1:", text)
    return text


def in_language(text: str) -> str:
    """A help text in the language asked for; line breaks of a docstring do not count."""
    whole = " ".join(text.split())
    told = translate(whole)
    return text if told == whole else told


def _translate_help(command: Any, ctx: Any) -> None:
    """Put the command's own texts in the reader's language; a command object serves one call."""
    command.help = command.help and in_language(command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = in_language(parameter.help)
        shown = parameter.display_type(ctx) if hasattr(parameter, "display_type") else ""
        kind = KINDS.get(settings.lang, {}).get(shown)
        if kind is not None:
            parameter.display_type = partial(_kind, kind)


def _kind(kind: str, _ctx: Any) -> str:
    return kind


class FrenchCommand(TyperCommand):
    """A command whose help is in French, or in the language asked for."""

    def get_help(self, ctx: Any) -> str:
        """The help, its frame translated."""
        _translate_help(self, ctx)
        return framed(super().get_help(ctx))


class FrenchGroup(TyperGroup):
    """A group whose help is in French, or in the language asked for."""

    def get_help(self, ctx: Any) -> str:
        """The help, its frame translated."""
        _translate_help(self, ctx)
        for command in self.commands.values():
            _translate_help(command, ctx)
        return framed(super().get_help(ctx))


class Group(typer.Typer):
    """A group of commands that are `FrenchCommand`s."""

    def command(self, name: str | None = None, **options: Any) -> Callable[[Function], Function]:
        """Declare a command of the group."""
        return super().command(name, **{"cls": FrenchCommand, **options})


def group() -> Group:
    """An empty group; a group of one command stays a group."""
    app = Group(cls=FrenchGroup, no_args_is_help=True, rich_markup_mode=None, add_completion=False)

    @app.callback()
    def _group() -> None:
        """Nothing is common to the commands of a group but the group."""

    return app
