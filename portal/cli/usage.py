"""Wrong usage of the command line, said in the reader's language."""

from typing import Any

import typer

from portal.cli.context import phrase, translate


def sentence(fault: typer.TyperException) -> str:
    """One sentence for a mistake on the command line, with the command that helps."""
    context: Any = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "pcaes"
    kind = type(fault).__name__
    parameter: Any = getattr(fault, "param", None)
    name = parameter.get_error_hint() if parameter is not None else translate("un paramètre")
    if kind == "NoSuchOption":
        option: Any = fault
        near = phrase(" (proches : {names})", names=list(option.possibilities)) if option.possibilities else ""
        return phrase(
            "L'option {option} n'existe pas{near}. Voyez « {path} --help ».",
            option=option.option_name,
            near=near,
            path=path,
        )
    if kind == "MissingParameter":
        return phrase("Il manque {name}. Voyez « {path} --help ».", name=name, path=path)
    if isinstance(fault, typer.BadParameter):
        return phrase(
            "La valeur donnée à {name} ne convient pas : {fault} Voyez « {path} --help ».",
            name=name,
            fault=fault.message,
            path=path,
        )
    if "No such command" in fault.message:
        return phrase(
            "La commande {name} n'existe pas. Voyez « {path} --help ».", name=fault.message.split(chr(39))[1], path=path
        )
    return phrase("{fault} Voyez « {path} --help ».", fault=fault.format_message(), path=path)
