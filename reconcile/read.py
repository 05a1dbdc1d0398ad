"""Read a bank file, whatever its format, without trusting a byte of it."""

from collections.abc import Sequence
from os import PathLike
from pathlib import Path
from typing import Any

from ledger.system_words import system_reason
from reconcile.model import Fault, FileRefused, StatementFile
from reconcile.readers.detect import FILE_BYTES_MAX, too_large
from reconcile.sandbox import read_apart, read_pages_apart


def read_file(
    path_or_bytes: str | PathLike[str] | bytes, *, profile: Any = None, bound_currency: str | None = None,
    keep_packed: bool = False,
) -> StatementFile:  # fmt: skip
    """Every statement of the file, or none: a file that is wrong somewhere is refused whole.

    `profile` is the saved mapping of a CSV or XLSX export; `bound_currency` the currency of the account in
    the books, for the formats that may leave it out. The reading itself is done in a child process with
    little memory and little time. With `keep_packed` the lines are a sequence that is read anew from their bytes
    each time it is gone through, for who goes through them once.
    Refuses: statement_file_refused, whose faults bear the codes of the readers, or file_unreadable,
    file_too_large, not_recognised, archive_unsafe, reading_aborted, reading_too_long, reader_failed.
    """
    if isinstance(path_or_bytes, bytes):
        return _read(path_or_bytes, profile, bound_currency, keep_packed)
    path = Path(path_or_bytes)
    try:
        return _read(bytes_of(path), profile, bound_currency, keep_packed)
    except FileRefused as refusal:
        raise refusal.named(path.name) from refusal


def bytes_of(path: Path) -> bytes:
    """The bytes of the file, read once and only up to the limit. Refuses: file_unreadable, file_too_large."""
    try:
        with path.open("rb") as stream:
            data = stream.read(FILE_BYTES_MAX + 1)
            size = path.stat().st_size
    except OSError as error:
        raise FileRefused([_unreadable(error)]) from error
    if len(data) > FILE_BYTES_MAX:
        raise too_large(max(size, len(data)))
    return data


def _unreadable(error: OSError) -> Fault:
    """Why the system does not give the file, in words."""
    if isinstance(error, FileNotFoundError):
        why = "aucun fichier ne porte ce nom. Vérifiez le nom et le dossier"
    elif isinstance(error, IsADirectoryError):
        why = "c'est un dossier, non un fichier. Donnez les fichiers qu'il contient"
    elif isinstance(error, PermissionError):
        why = "vous n'avez pas le droit de le lire. Demandez ce droit, ou copiez le fichier dans votre dossier"
    else:
        why = f"{system_reason(error)}. Copiez-le sur ce poste et recommencez"
    return Fault("file_unreadable", f"Le fichier ne peut pas être ouvert : {why}.", {"reason": system_reason(error)})


def read_together(documents: Sequence[bytes], *, bound_currency: str | None = None) -> StatementFile:
    """The statements of files that are pages of one another, all of them or none.

    Refuses: what `read_file` refuses.
    """
    total = sum(map(len, documents))
    if total > FILE_BYTES_MAX:
        raise too_large(total)
    read = read_pages_apart(documents, bound_currency=bound_currency)
    if isinstance(read, FileRefused):
        raise read
    return read


def _read(data: bytes, profile: Any, bound_currency: str | None, keep_packed: bool) -> StatementFile:
    if len(data) > FILE_BYTES_MAX:
        raise too_large(len(data))
    read = read_apart(data, profile=profile, bound_currency=bound_currency, keep_packed=keep_packed)
    if isinstance(read, FileRefused):
        raise read
    return read
