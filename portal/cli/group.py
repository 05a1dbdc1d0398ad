"""A group of commands: `pcaes NAME COMMAND`, always with its own list, its help in French."""

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

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


def french(text: str) -> str:
    """The library's help in French."""
    for english, own in PHRASES:
        text = text.replace(english, own)
    return text


class FrenchCommand(TyperCommand):
    """A command whose help is in French."""

    def get_help(self, ctx: Any) -> str:
        """The help, its frame translated."""
        return french(super().get_help(ctx))


class FrenchGroup(TyperGroup):
    """A group whose help is in French."""

    def get_help(self, ctx: Any) -> str:
        """The help, its frame translated."""
        return french(super().get_help(ctx))


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
