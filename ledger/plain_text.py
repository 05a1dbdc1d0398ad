"""Which signs a text of the books may hold: those that people see, and that a printed page keeps in their place."""

import re

_UNFIT = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # control characters, line breaks among them
    "\u2028\u2029"  # line and paragraph separators
    "\u202a-\u202e\u2066-\u2069"  # overrides of the direction of writing: an amount would read backwards
    "\ud800-\udfff"  # halves of a character
    "\ufdd0-\ufdef\ufffe\uffff"  # never characters; no workbook can hold them
    "]"
)


def unfit_sign(text: str) -> str | None:
    """The first sign of a text that the books do not take, or None."""
    found = _UNFIT.search(text)
    return None if found is None else found.group()


def visible(text: str) -> str:
    """The text as a message can bear it: what the books do not take is written by its number."""
    return _UNFIT.sub(lambda sign: f"\\u{ord(sign.group()):04x}", text)
