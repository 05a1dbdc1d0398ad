"""Sentences in the reader's language. French is the source; a catalogue gives the others."""

from functools import lru_cache
from pathlib import Path


@lru_cache
def _catalogue(lang: str) -> dict[str, str]:
    from babel.messages.pofile import read_po

    path = Path(__file__).parent / "locale" / f"{lang}.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id and message.string}


def translated(sentence: str, lang: str) -> str:
    """The sentence in `lang`, or in French where the catalogue has no translation."""
    return sentence if lang == "fr" else _catalogue(lang).get(sentence, sentence)
