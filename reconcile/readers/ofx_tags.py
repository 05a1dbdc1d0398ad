"""The tags of an OFX or QFX file, SGML (1.x) or XML (2.x), in one linear pass.

SGML files close some tags and not others, so a tag is an aggregate only when its name is one; every other
tag is a value that ends at the next tag. Nothing is resolved but the five predefined entities and numeric ones.
"""

import codecs
import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from reconcile.model import Fault, FileRefused
from reconcile.text import decode

HEADER_BYTES_MAX = 4_096
"""The header lines and the XML declaration stand within this much of the beginning."""

_NAME = re.compile(r"</?[A-Za-z][A-Za-z0-9_.]{0,40}\s{0,20}/?>", re.ASCII)

_CHARSET = re.compile(r"CHARSET:\s*([A-Za-z0-9_-]{1,20})")
_XML_CODING = re.compile(r"<\?xml[^>]{0,100}encoding=[\"']([A-Za-z0-9._-]{1,40})[\"']")

_CODINGS = {"1252": "cp1252", "850": "cp850", "8859-1": "latin-1", "ISO-8859-1": "latin-1", "UTF-8": "utf-8"}


class Tag(NamedTuple):
    """`name` in capitals; `closing` for `</NAME>`; `value` is the text up to the next tag, entities resolved."""

    name: str
    closing: bool
    value: str


def text_of_ofx(data: bytes) -> str:
    """The text of the file: by its CHARSET or XML declaration, else by what its bytes are.

    Refuses: encoding, when the bytes are not in the declared charset.
    """
    if data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode(data).text
    head = data[:HEADER_BYTES_MAX].decode("latin-1")
    declared = _CHARSET.search(head) or _XML_CODING.search(head)
    name = declared[1].upper() if declared else ""
    coding = _CODINGS.get(name)
    if coding is None:
        try:
            coding = codecs.lookup(name).name if name and name not in ("NONE", "0") else None
        except LookupError:
            coding = None
    if coding in (None, "ascii", "us-ascii"):
        return decode(data).text
    if coding == "cp1252" and _is_accented_utf8(data):
        return data.decode("utf-8")  # banks that write UTF-8 under an old header
    try:
        return data.decode(coding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        if coding == "cp1252":
            return decode(data).text
        raise FileRefused(
            [
                Fault(
                    "encoding",
                    f"Le fichier OFX annonce le codage {name} mais contient d'autres caractères. "
                    "Téléchargez-le de nouveau auprès de la banque.",
                    {"declared": name},
                )
            ]
        ) from None


def tags(text: str) -> Iterator[Tag]:
    """Every tag of the text in order; comments, processing instructions and stray `<` are passed over."""
    end = len(text)
    place = text.find("<")
    while 0 <= place < end:
        if text.startswith("<!--", place):
            stop = text.find("-->", place)
            place = text.find("<", stop + 3) if stop >= 0 else -1
            continue
        found = _NAME.match(text, place)
        if found is None:
            place = text.find("<", place + 1)
            continue
        mark = found[0]
        value, place = _value(text, found.end())
        yield Tag(mark.strip("</> \t\r\n").upper(), mark.startswith("</"), value)
        if mark.endswith("/>") and not mark.startswith("</"):
            yield Tag(mark.strip("</> \t\r\n").upper(), True, "")


def _value(text: str, start: int) -> tuple[str, int]:
    """The text from `start` to the next tag, and where that tag begins (-1 at the end of the file)."""
    parts: list[str] = []
    place = start
    while True:
        found = text.find("<", place)
        if found < 0:
            parts.append(html.unescape(text[start:]))
            return "".join(parts).strip(), -1
        if text.startswith("<![CDATA[", found):
            stop = text.find("]]>", found)
            stop = len(text) if stop < 0 else stop
            parts += [html.unescape(text[start:found]), text[found + 9 : stop]]
            start = place = stop + 3
        elif text.startswith(("<!--", "<?"), found) or _NAME.match(text, found):
            parts.append(html.unescape(text[start:found]))
            return "".join(parts).strip(), found
        else:
            place = found + 1  # a `<` inside a label


def _is_accented_utf8(data: bytes) -> bool:
    if data.isascii():
        return False
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
