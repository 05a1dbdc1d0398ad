"""Look into a workbook before a spreadsheet library does: it is an archive, and some archives are traps."""

import zipfile

from reconcile.model import Fault, FileRefused
from reconcile.readers.archive import UNPACKED_BYTES_MAX, looks_packed, safe_members, unpack

_NESTED = (".zip", ".xlsx", ".xlsm", ".xls", ".7z", ".gz", ".rar")
_READABLE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def check_workbook(data: bytes) -> list[str]:
    """The names of the parts of a harmless workbook; every part is unpacked once and its real bytes counted.

    Refuses (`FileRefused`, `archive_unsafe`): what `archive.safe_members` and `archive.unpack` refuse, and
    further a name used twice, an unusual compression, macros, links to other workbooks, an archive inside,
    an XML part that declares a document type. `not_recognised` when it is no archive at all.
    """
    if not looks_packed(data):
        raise _refused(
            "not_recognised",
            "Le fichier n'est pas un classeur XLSX. Attendu : un classeur .xlsx. "
            "Ouvrez-le dans un tableur et enregistrez-le au format XLSX ou CSV.",
        )
    archive, members = safe_members(data)
    with archive:
        names = [member.filename for member in members]
        if len({name.lower() for name in names}) != len(names):
            raise _unsafe("deux parties portent le même nom", "names")
        total = 0
        for member in members:
            _check_part(member)
            content = unpack(archive, member)
            total += len(content)
            if total > UNPACKED_BYTES_MAX:
                raise _unsafe("il pèse plus de 50 Mo une fois décompressé", "size")
            if b"<!DOCTYPE" in content[:4096].replace(b"\0", b"").upper():  # UTF-16 puts a null beside each letter
                raise _unsafe("un document XML y déclare un type (DOCTYPE)", "doctype")
    return names


def _check_part(member: zipfile.ZipInfo) -> None:
    name = member.filename.replace("\\", "/").lower()
    if member.compress_type not in _READABLE:
        raise _unsafe("sa compression est inconnue", "compression")
    if name.endswith("vbaproject.bin"):
        raise _unsafe("il contient des macros", "macros")
    if "externallinks/" in name:
        raise _unsafe("il dépend d'autres classeurs", "links")
    if name.endswith(_NESTED):
        raise _unsafe("il contient une archive", "nested")


def _unsafe(found: str, reason: str) -> FileRefused:
    return _refused(
        "archive_unsafe",
        f"Le classeur n'est pas sûr : {found}. Attendu : un classeur ordinaire, sans macro ni lien externe. "
        "Enregistrez-le au format CSV ou demandez à la banque un autre export.",
        reason=reason,
    )


def _refused(code: str, sentence: str, **facts: object) -> FileRefused:
    return FileRefused([Fault(code, sentence, dict(facts))], format="xlsx")
