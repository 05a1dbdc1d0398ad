"""References as people and banks write them, brought to one form."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

_DIGIT = re.compile(r"[1-9]").search
_RUN = re.compile(r"[A-Z]+|[0-9]+")
_ZERO_AFTER = re.compile(r"(?<=[0-9])O+(?![A-Z])")
_ZERO_BEFORE = re.compile(r"(?<![A-Z])O+(?=[0-9])")
_OH = re.compile(r"(?<![0-9A-Z])0(?=[A-Z])")
_ACCENT = re.compile("[\u0300-\u036f]+")
_BLANKS = " \t\n\r\v\f\x1c\x1d\x1e\x1f"
RUNS_MAX = 6


def plain_text(text: str) -> str:
    """Upper case without accents."""
    if text.isascii():
        return text.upper()
    decomposed = unicodedata.normalize("NFKD", text)
    bare = _ACCENT.sub("", decomposed)
    if bare.isascii():
        return bare.upper()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).upper()


def exact_key(reference: str | None) -> str:
    """The reference as it stands, trimmed, in capitals; empty when it says nothing (NONREF, zeros, no digit)."""
    if not reference:
        return ""
    key = reference.strip().upper()
    return key if len(key) > 2 and _DIGIT(key) else ""


def exact_keys(references: Sequence[str | None]) -> list[str]:
    """`exact_key` of a whole column."""
    return [
        key if len(key) > 2 and (key[-1] in "123456789" or _DIGIT(key)) else "" for key in written_alike(references)
    ]


def written_alike(references: Sequence[str | None]) -> list[str]:
    """A whole column of references trimmed, in capitals; most often it is already."""
    texts = [reference or "" for reference in references]
    text = "".join(texts)
    if text.isascii() and text == text.upper() and not any(blank in text for blank in _BLANKS):
        return texts
    return [*map(str.upper, map(str.strip, texts))]


@lru_cache(maxsize=1 << 17)
def runs(text: str) -> tuple[str, ...]:
    """The runs of letters and of digits of a text; a letter O among digits is read as zero."""
    plain = plain_text(text)
    if "O" in plain:
        plain = _ZERO_BEFORE.sub(lambda found: "0" * len(found[0]), _ZERO_AFTER.sub(lambda f: "0" * len(f[0]), plain))
    if "0" in plain:
        plain = _OH.sub("O", plain)
    return tuple(_RUN.findall(plain))


@lru_cache(maxsize=1 << 17)
def canonical(reference: str | None) -> tuple[str, ...]:
    """The forms under which a garbled reference is still the same one: without separators, and without zeros.

    Empty when the reference is too poor to be recognised inside a text: it needs a letter and a digit and
    three signs, or six digits.
    """
    if not exact_key(reference):
        return ()
    parts = runs(reference or "")
    whole, short = "".join(parts), "".join(part.lstrip("0") for part in parts)
    if len(short) < (3 if any(letter.isalpha() for letter in short) else 6) or not any(x.isdigit() for x in short):
        return ()
    return (whole,) if whole == short else (whole, short)


def first_runs(reference: str | None) -> tuple[str, ...]:
    """How a text that bears this reference may begin it: used to skip the rest of a label."""
    parts = runs(reference or "")
    return tuple({parts[0], parts[0].lstrip("0")}) if parts else ()


def spans(text: str, firsts: "frozenset[str] | set[str] | None" = None) -> Iterable[str]:
    """Every reference-like span of a text, in both canonical forms; only those beginning by `firsts` if given."""
    parts = runs(text)
    for start, first in enumerate(parts):
        if firsts is not None and first not in firsts and first.lstrip("0") not in firsts:
            continue
        whole = short = ""
        for part in parts[start : start + RUNS_MAX]:
            whole += part
            short += part.lstrip("0")
            yield whole
            if short != whole:
                yield short


@lru_cache(maxsize=1 << 16)
def stem(reference: str | None) -> str:
    """The letters that begin a reference: OP-0012 → OP. Empty when it begins by a digit or says nothing."""
    if not exact_key(reference):
        return ""
    parts = runs(reference or "")
    return parts[0] if parts and parts[0].isalpha() and len(parts) > 1 else ""
