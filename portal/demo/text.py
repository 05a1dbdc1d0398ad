"""Text as old bank formats carry it."""

import textwrap
import unicodedata

FICTIONAL = "DONNEES FICTIVES"
"""What every statement says of itself, without accents where the format has none."""


def fold(text: str) -> str:
    """The text in plain ASCII: accents dropped, typographic signs replaced."""
    text = text.replace("°", "o").replace("–", "-").replace("’", "'").replace("œ", "oe")
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, cut between words where that is possible."""
    return textwrap.wrap(text, width, break_long_words=True, break_on_hyphens=False) or [""]
