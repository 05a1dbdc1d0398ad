"""The language of the answers: French, or English with `--lang en` or `PCAES_LANG=en`."""

import os
from collections.abc import Sequence

from ledger.refusal import Refusal

LANGUAGES = ("fr", "en")
"""What `--lang` accepts; French first, it is the default."""


class LanguageUnknown(Refusal):
    """The language asked for has no catalogue. Said in both, for want of knowing the reader's."""

    code = "language_unknown"
    sentence = (
        "La langue « {lang} » n'existe pas : attendu fr ou en. — "
        "The language “{lang}” does not exist: expected fr or en."
    )
    exit_code = 2


def asked_language(arguments: Sequence[str]) -> str:
    """The language that the command line asks for, else the environment, else French.

    It is known before the line is read, since help and mistakes of usage are answered while reading it.

    Refuses: language_unknown.
    """
    lang = os.environ.get("PCAES_LANG") or LANGUAGES[0]
    for place, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument == "--lang" and place + 1 < len(arguments):
            lang = arguments[place + 1]
        elif argument.startswith("--lang="):
            lang = argument.removeprefix("--lang=")
    if lang not in LANGUAGES:
        raise LanguageUnknown(lang=lang)
    return lang
