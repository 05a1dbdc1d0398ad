"""Turn a bank's bytes into text, and its labels into something safe to show."""

import codecs
import re
from typing import NamedTuple

DOS_BYTES = b"\x82\x8a\x85\x90"
"""é è à É in code page 850."""
WINDOWS_BYTES = b"\xe9\xe8\xe0\xc9"
"""é è à É in code page 1252."""

_WINDOWS_TABLE = "".join(bytes([code]).decode("cp1252", "ignore") or chr(code) for code in range(256))
"""Code page 1252, its five unassigned bytes read as Latin-1: every byte has a reading."""

WINDOWS_SIGNS = {place: sign for place, sign in enumerate(_WINDOWS_TABLE) if ord(sign) != place}
"""What `str.translate` takes to read code page 1252 where Latin-1 was read."""

_UNSEEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_BLANKS = re.compile(r"\s+")


class Decoded(NamedTuple):
    """The text of a file and the encoding that was found."""

    text: str
    encoding: str


def decode(data: bytes) -> Decoded:
    """The text of a file whose encoding nobody states; always succeeds, without its byte order mark.

    In order: UTF-8 or UTF-16 by their marks, strict UTF-8, then code page 850 when its French accents
    outnumber those of code page 1252, else 1252. Detection by letter frequencies was measured wrong on
    short French headers, so none is used.
    """
    if data.startswith(codecs.BOM_UTF8):
        return decode(data[len(codecs.BOM_UTF8) :])
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return Decoded(data.decode("utf-16"), "utf-16")
        except UnicodeDecodeError:
            pass
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    dos, windows = (sum(map(data.count, (bytes([code]) for code in codes))) for codes in (DOS_BYTES, WINDOWS_BYTES))
    if dos > windows:
        return Decoded(data.decode("cp850"), "cp850")
    return Decoded(codecs.charmap_decode(data, "strict", _WINDOWS_TABLE)[0], "cp1252")


def clean_label(text: str) -> str:
    """The label on one line, without control characters nor marks that reverse the direction of reading."""
    if text.isprintable() and "  " not in text:
        return text.strip()  # most labels: none of the characters below is printable
    return _BLANKS.sub(" ", _UNSEEN.sub("", text)).strip()
