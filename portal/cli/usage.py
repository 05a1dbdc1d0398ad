"""Wrong usage of the command line, said in French."""

from typing import Any

import typer


def sentence(fault: typer.TyperException) -> str:
    """One sentence for a mistake on the command line, with the command that helps."""
    context: Any = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "pcaes"
    help_ = f" Voyez « {path} --help »."
    kind = type(fault).__name__
    parameter: Any = getattr(fault, "param", None)
    name = parameter.get_error_hint() if parameter is not None else "un paramètre"
    if kind == "NoSuchOption":
        option: Any = fault
        near = f" (proches : {', '.join(option.possibilities)})" if option.possibilities else ""
        return f"L'option {option.option_name} n'existe pas{near}.{help_}"
    if kind == "MissingParameter":
        return f"Il manque {name}.{help_}"
    if isinstance(fault, typer.BadParameter):
        return f"La valeur donnée à {name} ne convient pas : {fault.message}{help_}"
    if "No such command" in fault.message:
        return f"La commande {fault.message.split(chr(39))[1]} n'existe pas.{help_}"
    return f"{fault.format_message()}{help_}"
