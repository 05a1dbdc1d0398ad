"""Imported text made harmless and visible: control characters, direction marks, broken Unicode, formula signs."""

import re

CELL_TEXT_MAX = 32_767
"""Excel keeps no more characters in a cell."""

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff\ufffe\uffff]"
)
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠")


def _shown(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF) or 0xFDD0 <= code <= 0xFDEF:
        return "\ufffd"
    return f"⟨U+{code:04X}⟩"


def visible(text: str) -> str:
    """The text with every character that hides, reorders or breaks a file replaced by one that is seen."""
    return _HIDDEN.sub(_shown, text)


def cut(text: str, length_max: int = CELL_TEXT_MAX) -> str:
    """The text within `length_max` UTF-16 units, as Excel counts; what is cut is said at its end."""
    if len(text) * 2 <= length_max:
        return text
    units = text.encode("utf-16-le", "replace")
    if len(units) // 2 <= length_max:
        return text
    tail = f" […] ({len(text)} caractères au total)"
    kept = units[: (length_max - len(tail)) * 2].decode("utf-16-le", "ignore")
    return kept + tail


def inert(text: str) -> str:
    """The text for a CSV cell: visible, and with an apostrophe before a sign that a spreadsheet takes for a formula."""
    if text[:1].isalnum() and text.isprintable():
        return text  # nearly every text; the rest is looked at sign by sign
    dangerous = text.lstrip(" \u00a0\u202f").startswith(_FORMULA_SIGNS)
    return ("'" if dangerous else "") + visible(text)
