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
            raise unsafe_workbook("deux parties portent le même nom", "names")
        total = 0
        for member in members:
            check_part(member)
            content = unpack(archive, member)
            total += len(content)
            if total > UNPACKED_BYTES_MAX:
                raise unsafe_workbook("il pèse plus de 50 Mo une fois décompressé", "size")
            if b"<!DOCTYPE" in content[:4096].replace(b"\0", b"").upper():  # UTF-16 puts a null beside each letter
                raise unsafe_workbook("un document XML y déclare un type (DOCTYPE)", "doctype")
    return names


def check_part(member: zipfile.ZipInfo) -> None:
    """Refuses: archive_unsafe, for an unusual compression, macros, links to other workbooks, an archive inside."""
    name = member.filename.replace("\\", "/").lower()
    if member.compress_type not in _READABLE:
        raise unsafe_workbook("sa compression est inconnue", "compression")
    if name.endswith("vbaproject.bin"):
        raise unsafe_workbook("il contient des macros", "macros")
    if "externallinks/" in name:
        raise unsafe_workbook("il dépend d'autres classeurs", "links")
    if name.endswith(_NESTED):
        raise unsafe_workbook("il contient une archive", "nested")


def unsafe_workbook(found: str, reason: str) -> FileRefused:
    """The refusal of a workbook for what was found in it."""
    return _refused(
        "archive_unsafe",
        f"Le classeur n'est pas sûr : {found}. Attendu : un classeur ordinaire, sans macro ni lien externe. "
        "Enregistrez-le au format CSV ou demandez à la banque un autre export.",
        reason=reason,
    )


def _refused(code: str, sentence: str, **facts: object) -> FileRefused:
    return FileRefused([Fault(code, sentence, dict(facts))], format="xlsx")
