"""A group of commands: `pcaes NAME COMMAND`, always with its own list, its help in the reader's language."""

from collections.abc import Callable
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
    ("[env var:", "[variable :"),
    ("; default:", " ; par défaut :"),
    ("; required]", " ; obligatoire]"),
)
"""What the library writes around our texts → its French."""


def framed(text: str) -> str:
    """The library's help, its frame in French when French is spoken."""
    if settings.lang == "fr":
        for english, own in PHRASES:
            text = text.replace(english, own)
    return text


def in_language(text: str) -> str:
    """A help text in the language asked for; line breaks of a docstring do not count."""
    whole = " ".join(text.split())
    told = translate(whole)
    return text if told == whole else told


def _translate_help(command: Any) -> None:
    """Put the command's own texts in the reader's language; a command object serves one call."""
    command.help = command.help and in_language(command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = in_language(parameter.help)


class FrenchCommand(TyperCommand):
    """A command whose help is in French, or in the language asked for."""

    def get_help(self, ctx: Any) -> str:
        """The help, its frame translated."""
        _translate_help(self)
        return framed(super().get_help(ctx))


class FrenchGroup(TyperGroup):
    """A group whose help is in French, or in the language asked for."""

    def get_help(self, ctx: Any) -> str:
        """The help, its frame translated."""
        _translate_help(self)
        for command in self.commands.values():
            _translate_help(command)
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
