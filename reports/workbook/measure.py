"""How many lines a text takes in a column: by its length where that settles it, else by the widths of its letters."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from reports.dataset import Cell

_WIDTHS = {
    191: "'",
    222: "ijl’‘",
    260: "|",
    278: " !,./:;I[\\]ft·\u00a0",
    333: "()-`r",
    334: "{}",
    355: '"',
    389: "*",
    400: "°",
    469: "^",
    500: "Jcksvxyz",
    556: "#$0123456789?L_abdeghnopqu–«»",
    584: "+<=>~×",
    611: "FTZ",
    667: "&ABEKPSVXY",
    722: "CDHNRUw",
    778: "GOQ",
    833: "Mm",
    889: "%",
    944: "W",
    1000: "—…→œŒ",
    1015: "@",
}
"""Thousandths of the size of the letters → the signs of Arial that are so wide (its published metrics)."""

WIDTH = {sign: width for width, signs in _WIDTHS.items() for sign in signs}
UNKNOWN = 900
"""A sign that is not in the table counts as a wide one."""

PIXELS, POINTS = 7, 12
"""Pixels of one character of column width (a figure of Arial 10), and of the body of the text (9 points)."""

MARGIN = 14
"""Pixels that the indent and the two edges of a cell take."""


def letter_width(sign: str) -> int:
    """Thousandths of the body; an accent takes no room."""
    found = WIDTH.get(sign)
    if found is None:
        found = WIDTH.get(unicodedata.normalize("NFD", sign)[0], UNKNOWN)
        WIDTH[sign] = found
    return found


@lru_cache(maxsize=20_000)
def measured_lines(text: str, width: float) -> int:
    """Lines that the text takes when it is broken between words, in a column of so many characters."""
    room = max(1, int((PIXELS * width - MARGIN) * 1000 / POINTS))
    lines, used = 1, 0
    for word in text.split(" "):
        size = sum(map(letter_width, word))
        if used and used + 278 + size > room:
            lines, used = lines + 1, 0
        used += size + (278 if used else 0)
        if used > room:  # a word longer than the line is broken anywhere
            more = -(-used // room) - 1
            lines, used = lines + more, used - more * room
    return lines


def line_room(width: float) -> int:
    """Characters that one line of a column surely holds."""
    return max(4, int(width * 1.05 - 2))


def lines_in(texts: Sequence[Cell], width: float) -> list[int]:
    """The lines of each text; 1 for what is no text."""
    least, most = line_room(width), max(4, int(width * 1.3))
    lengths = [len(text) if isinstance(text, str) else 0 for text in texts]
    shortest, longest = min(lengths), max(lengths)
    if shortest > least and -(-longest // least) == -(-shortest // most):
        return [-(-longest // least)] * len(texts)  # all alike, as labels made by a program are
    return [
        1
        if not isinstance(text, str) or len(text) <= least
        else lines
        if (lines := -(-len(text) // least)) == -(-len(text) // most)
        else measured_lines(text, width)
        for text in texts
    ]
