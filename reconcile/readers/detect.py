"""Which format a file has, from its content alone: names and extensions are often wrong."""

import re

from reconcile.model import Fault, FileRefused
from reconcile.readers.archive import looks_packed, names_in
from reconcile.text import decode

MEGABYTE = 1024 * 1024
FILE_BYTES_MAX = 100 * MEGABYTE
"""No file is larger: a camt of more than a hundred thousand entries, read element by element."""
TEXT_BYTES_MAX = 40 * MEGABYTE
"""A text is held whole while it is read."""
PACKED_BYTES_MAX = 20 * MEGABYTE
"""A workbook or an archive, before it is unpacked."""

HEAD_BYTES = 8_192
"""Enough of a text file to know its format."""

_ASK = "Formats lus : MT940, MT942, camt.052, 053 et 054, CFONB 120, OFX, CSV et XLSX."

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The part of an old container that holds a workbook under a password."""

_KNOWN_OTHERS: tuple[tuple[bytes, str], ...] = (
    (
        b"%PDF",
        "C'est un document PDF : il ne s'importe pas. Demandez à la banque l'export MT940, CFONB 120, camt ou CSV.",
    ),
    (b"\xd0\xcf\x11\xe0", "C'est un ancien classeur Excel (.xls) : ouvrez-le et enregistrez en xlsx ou csv."),
    (b"\x89PNG", "C'est une image. Demandez à la banque le relevé sous forme de fichier de données."),
    (b"\xff\xd8\xff", "C'est une image. Demandez à la banque le relevé sous forme de fichier de données."),
    (b"GIF8", "C'est une image. Demandez à la banque le relevé sous forme de fichier de données."),
    (b"II*\x00", "C'est une image. Demandez à la banque le relevé sous forme de fichier de données."),
    (b"MM\x00*", "C'est une image. Demandez à la banque le relevé sous forme de fichier de données."),
    (b"BM", "C'est une image. Demandez à la banque le relevé sous forme de fichier de données."),
    (b"\x1f\x8b", "C'est un fichier compressé (gzip) : décompressez-le, puis importez le relevé."),
    (b"7z\xbc\xaf", "C'est un fichier compressé (7z) : décompressez-le, puis importez le relevé."),
    (b"Rar!", "C'est un fichier compressé (RAR) : décompressez-le, puis importez le relevé."),
    (b"{\\rtf", "C'est un document de traitement de texte. Demandez à la banque le relevé en fichier de données."),
)

_SWIFT_TAG = re.compile(r"(?:\A|[\r\n]|@@):(?:20|25P?|28C?|60[FM]|61):")
_SWIFT_TYPE = re.compile(r"\{2:[IO](940|942|950)")
_SWIFT_BALANCE = re.compile(r"(?:\A|[\r\n]|@@):6[02][FM]:")
_SWIFT_INTERIM = re.compile(r"(?:\A|[\r\n]|@@):(?:34F|13D?|90[CD]):")
_CFONB = re.compile(r"0[1457][0-9A-Z ]{5}.{4}[0-9A-Z ]{5}[A-Z ]{3}[0-9 ]", re.DOTALL)
_CFONB_LENGTH_MIN = 90
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|table)\b", re.IGNORECASE)


def detect(data: bytes) -> str:
    """The format, one of `reconcile.model.FORMATS`; a ZIP of camt documents is what its documents are.

    Refuses: file_too_large, archive_unsafe, xml_doctype, file_truncated, structure, encoding (for XML that
    cannot even be begun), and not_recognised with what to do for the formats people try.
    """
    if len(data) > FILE_BYTES_MAX:
        raise too_large(len(data))
    if not data[:HEAD_BYTES].strip() and not data.strip():
        raise _other("Le fichier est vide. Téléchargez-le de nouveau auprès de la banque.")
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise _other(
            "C'est un classeur protégé par un mot de passe : ouvrez-le avec ce mot de passe, enregistrez-le sans "
            "protection, puis importez-le."
        )
    for mark, sentence in _KNOWN_OTHERS:
        if data.startswith(mark) and (mark != b"BM" or b"\x00" in data[:32]):
            raise _other(sentence)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        raise _other(_KNOWN_OTHERS[2][1])
    if looks_packed(data):
        if len(data) > PACKED_BYTES_MAX:
            raise too_large(len(data), PACKED_BYTES_MAX)
        return _packed(data)
    head = decode(data[:HEAD_BYTES]).text.lstrip()
    ofx = "OFXHEADER" in head or "<OFX>" in head.upper()
    if not ofx and head.startswith("<"):
        return _xml(data, head)
    if len(data) > TEXT_BYTES_MAX:
        raise too_large(len(data), TEXT_BYTES_MAX)
    return "ofx" if ofx else _text(data, head)


def too_large(size: int, limit: int = FILE_BYTES_MAX) -> FileRefused:
    """The refusal of a file over the limit of its kind."""
    sentence = (
        f"Le fichier est trop grand : {size / MEGABYTE:.1f} Mo. Attendu : {limit // MEGABYTE} Mo au plus pour un "
        "fichier de cette sorte. Demandez à la banque une période plus courte."
    ).replace(".", ",", 1)
    return FileRefused([Fault("file_too_large", sentence, {"bytes": size, "bytes_max": limit})])


def _packed(data: bytes) -> str:
    names = set(names_in(data))
    if "[Content_Types].xml" in names:
        if any(name.startswith("xl/") for name in names):
            return "xlsx"
        raise _other(
            "C'est un document bureautique, pas un classeur. Demandez à la banque un relevé en fichier de données."
        )
    if "mimetype" in names and "content.xml" in names:
        raise _other("C'est un document OpenDocument : enregistrez en xlsx ou csv.")
    from reconcile.readers.camt_archive import format_of

    kind = format_of(data)
    if kind is None:
        raise _other("L'archive ZIP contient un document XML qui n'est pas un relevé camt.052, 053 ou 054.")
    return kind


def _xml(data: bytes, head: str) -> str:
    if _HTML.search(head[:2_000]):
        raise _other("C'est une page HTML : ouvrez-la dans un tableur et enregistrez en xlsx ou csv.")
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        raise _other("C'est un classeur Excel XML 2003 : ouvrez-le et enregistrez en xlsx ou csv.")
    from reconcile.readers.camt import family

    kind = family(data)
    if kind is None:
        raise _other(f"C'est un document XML qui n'est pas un relevé camt.052, 053 ou 054. {_ASK}")
    return kind


def _text(data: bytes, head: str) -> str:
    typed = _SWIFT_TYPE.search(head)
    if typed or _SWIFT_TAG.search(head):
        if typed:
            return "mt942" if typed[1] == "942" else "mt940"
        whole = decode(data).text
        return "mt942" if _SWIFT_INTERIM.search(whole) and not _SWIFT_BALANCE.search(whole) else "mt940"
    first = next((line for line in head.splitlines() if line.strip()), "")
    if len(first) >= _CFONB_LENGTH_MIN and _CFONB.match(first):
        return "cfonb120"
    if _tabular(head):
        return "csv"
    raise _other(f"Le contenu de ce fichier n'est celui d'aucun format de relevé connu. {_ASK}")


def _tabular(head: str) -> bool:
    """True when one delimiter stands at least twice on at least two of the first lines, and nothing is binary."""
    if "\x00" in head:
        return False
    lines = [line for line in head.splitlines() if line.strip()][:60]
    return any(sum(line.count(mark) >= 2 for line in lines) >= 2 for mark in (";", "\t", "|", ","))


def _other(sentence: str) -> FileRefused:
    return FileRefused([Fault("not_recognised", sentence, {})])
