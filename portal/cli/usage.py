"""Wrong usage of the command line, said in the reader's language."""

from typing import Any

import typer

from portal.cli.context import phrase, translate

EXPECTED = (
    ("%Y-%m-%d", "attendu une date AAAA-MM-JJ."),
    ("valid integer", "attendu un nombre entier."),
    ("unable to parse string as an integer", "attendu un nombre entier."),
    ("valid decimal", "attendu un nombre."),
    ("does not exist", "ce fichier n'existe pas."),
    ("is a directory", "attendu un fichier, non un dossier."),
    ("is not one of", "cette valeur n'est pas parmi celles qui sont possibles."),
)
"""What the library says of a wrong value → its French."""


def _expected(message: str) -> str:
    for english, own in EXPECTED:
        if english in message:
            return translate(own)
    return message


def sentence(fault: typer.TyperException) -> str:
    """One sentence for a mistake on the command line, with the command that helps."""
    context: Any = getattr(fault, "ctx", None)
    path = context.command_path if context is not None else "pcaes"
    kind = type(fault).__name__
    parameter: Any = getattr(fault, "param", None)
    hint = getattr(fault, "param_hint", None) or translate("un paramètre")
    name = parameter.get_error_hint() if parameter is not None else str(hint)
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
            fault=_expected(fault.message),
            path=path,
        )
    if "No such command" in fault.message:
        return phrase(
            "La commande {name} n'existe pas. Voyez « {path} --help ».", name=fault.message.split(chr(39))[1], path=path
        )
    if "Missing command" in fault.message:
        return phrase("Il manque la commande. Voyez « {path} --help ».", path=path)
    if "unexpected extra argument" in fault.message:
        extra = fault.message.partition("(")[2].rpartition(")")[0].removeprefix("s) (")
        return phrase("Un mot de trop : {extra}. Voyez « {path} --help ».", extra=extra, path=path)
    return phrase("{fault} Voyez « {path} --help ».", fault=fault.format_message(), path=path)
