"""Writes docs/commands.md from the commands themselves. Run as a program (`make docs`) it rewrites the page."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "commands.md"

HEAD = """# Commandes de `pcaes`

Cette page est écrite d'après le code (`make docs`). Les options communes se mettent n'importe où sur la ligne. Code de
sortie : 0 fait, 1 refusé par une règle, 2 commande mal employée.
"""


def commands() -> Iterator[tuple[str, Any]]:
    """Every command that does something, with its whole name, groups opened, in the order of the help."""
    import typer

    from portal.cli.main import app

    root = typer.main.get_command(app)
    yield "pcaes", root
    for name in root.list_commands(None):
        yield from opened(f"pcaes {name}", root.get_command(None, name))


def opened(name: str, found: Any) -> Iterator[tuple[str, Any]]:
    """The command, or those of the group, whatever its depth."""
    if not hasattr(found, "commands"):
        yield name, found
        return
    for inner, command in found.commands.items():
        yield from opened(f"{name} {inner}", command)


def page() -> str:
    """The page: one heading per command, one row per argument and option."""
    lines = [HEAD]
    for name, command in commands():
        lines.append(f"## `{name}`\n")
        lines.append(f"{(command.help or '').strip()}\n")
        shown = [parameter for parameter in command.params if parameter.name != "help" and not is_hidden(parameter)]
        if shown:
            lines.append("| | |\n|---|---|")
            lines.extend(f"| {written(parameter)} | {explained(parameter)} |" for parameter in shown)
            lines.append("")
    return "\n".join(lines)


def is_hidden(parameter: Any) -> bool:
    """Whether the help leaves the option out."""
    return bool(getattr(parameter, "hidden", False))


def written(parameter: Any) -> str:
    """The option as it is typed, or the argument in capitals."""
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper().rstrip('_')}{'...' if parameter.nargs == -1 else ''}`"
    return ", ".join(f"`{name}`" for name in (*parameter.opts, *parameter.secondary_opts))


def explained(parameter: Any) -> str:
    """What it is for, whether it is needed, the variable that replaces it."""
    text = (getattr(parameter, "help", None) or "").strip().rstrip(".").replace("|", "\\|")
    needed = " · obligatoire" if parameter.required else ""
    variable = f" · `{parameter.envvar}`" if parameter.envvar else ""
    return f"{text}{needed}{variable}"


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    PAGE.write_text(page(), encoding="utf-8")
