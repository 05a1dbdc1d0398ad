"""ZIP archives of statements: what is in them is looked at before a byte is unpacked, and counted while it is."""

import io
from typing import TYPE_CHECKING

from reconcile.model import Fault, FileRefused

if TYPE_CHECKING:
    import zipfile

ENTRIES_MAX = 200
UNPACKED_BYTES_MAX = 50 * 1024 * 1024
RATIO_MAX = 100
RATIO_FREE_BYTES = 100 * 1024
"""An entry smaller than this may be packed as tightly as it likes."""

_CHUNK = 64 * 1024


def looks_packed(data: bytes) -> bool:
    """True for the signature of a ZIP archive, empty ones included."""
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"))


def names_in(data: bytes) -> list[str]:
    """The names in the archive, unchecked: enough to tell a workbook from a delivery of statements.

    Refuses: archive_unsafe, for an archive whose directory cannot be read.
    """
    archive, members = _directory(data)
    archive.close()
    return [member.filename for member in members]


def _directory(data: bytes) -> "tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]":
    import zipfile

    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        return archive, archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise _unsafe("l'archive ZIP est abîmée ou incomplète", reason=str(error)) from error


def safe_members(data: bytes, bytes_max: int = UNPACKED_BYTES_MAX) -> "tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]":
    """The archive and its files, folders left out.

    Refuses: archive_unsafe, for a broken or encrypted archive, more than 200 entries, more than `bytes_max` (50 MB)
    unpacked, an entry packed more than 100 times, a name that leaves the folder.
    """
    archive, members = _directory(data)
    if len(members) > ENTRIES_MAX:
        raise _unsafe(
            f"l'archive ZIP contient {len(members)} fichiers, au plus {ENTRIES_MAX} sont admis", entries=len(members)
        )
    total = sum(member.file_size for member in members)
    if total > bytes_max:
        limit = bytes_max // 1024 // 1024
        raise _unsafe(f"l'archive ZIP pèse {total} octets une fois décompressée, au plus {limit} Mo", bytes=total)
    for member in members:
        check_member(member)
    return archive, [member for member in members if not member.is_dir()]


def unpack(archive: "zipfile.ZipFile", member: "zipfile.ZipInfo", bytes_max: int = UNPACKED_BYTES_MAX) -> bytes:
    """The content of one file, counted while it is unpacked: what the archive declares may be a lie.

    Refuses: archive_unsafe.
    """
    import zipfile
    import zlib

    parts: list[bytes] = []
    size = 0
    allowed = max(member.compress_size * RATIO_MAX, RATIO_FREE_BYTES)
    try:
        with archive.open(member) as stream:
            while part := stream.read(_CHUNK):
                size += len(part)
                if size > min(allowed, bytes_max):
                    raise _unsafe(
                        "un fichier de l'archive se décompresse bien au-delà de ce qu'elle annonce", bytes=size
                    )
                parts.append(part)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        # ValueError: the archive places a file before its own beginning
        raise _unsafe("l'archive ZIP est abîmée ou incomplète", reason=str(error)) from error
    return b"".join(parts)


def check_member(member: "zipfile.ZipInfo") -> None:
    """Refuses: archive_unsafe, for a name that leaves the folder, a password, an entry packed more than 100 times."""
    name = member.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":":
        raise _unsafe("un nom de fichier de l'archive sort du dossier", name=name[:100])
    if member.flag_bits & 0x1:
        raise _unsafe("l'archive ZIP est protégée par un mot de passe", name=name[:100])
    if member.file_size > max(member.compress_size * RATIO_MAX, RATIO_FREE_BYTES):
        raise _unsafe(
            f"un fichier de l'archive est compressé plus de {RATIO_MAX} fois",
            packed=member.compress_size,
            unpacked=member.file_size,
        )


def _unsafe(what: str, **facts: object) -> FileRefused:
    sentence = (
        f"Fichier compressé refusé : {what}. "
        "Demandez à la banque un autre export, ou importez les relevés un à un, sans les compresser."
    )
    return FileRefused([Fault("archive_unsafe", sentence, dict(facts))])
