"""A group of commands: `pcaes NAME COMMAND`, always with its own list."""

import typer


def group() -> typer.Typer:
    """An empty group; a group of one command stays a group."""
    app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, add_completion=False)

    @app.callback()
    def _group() -> None:
        """Nothing is common to the commands of a group but the group."""

    return app
