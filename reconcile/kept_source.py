"""A long file from outside, copied once to a temporary file: hashed, its encoding known, read as often as wanted."""

import codecs
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO

from ledger.system_words import system_reason
from reconcile.model import Fault, FileRefused
from reconcile.text import DOS_BYTES, WINDOWS_BYTES, WINDOWS_SIGNS

BYTES_MAX = 512 * 1024 * 1024
PART = 1 << 20


class KeptSource:
    """The bytes of a file as they were when it was opened; nothing of it is held in memory.

    Refuses (`FileRefused`): file_too_large.
    """

    def __init__(self, name: str, parts: Iterable[bytes], bytes_max: int = BYTES_MAX) -> None:
        self.name = name
        self.stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`
        digest = hashlib.sha256()
        self.size = 0
        try:
            for part in parts:
                self.size += len(part)
                if self.size > bytes_max:
                    raise FileRefused([_too_large(bytes_max)])
                digest.update(part)
                self.stream.write(part)
        except BaseException:
            self.close()
            raise
        self.sha256 = digest.hexdigest()

    def close(self) -> None:
        """Let go of the temporary file."""
        self.stream.close()

    def parts(self) -> Iterator[bytes]:
        """The bytes, a mebibyte at a time."""
        self.stream.seek(0)
        while part := self.stream.read(PART):
            yield part

    def lines(self) -> Iterator[str]:
        """The text line by line, line ends kept, in the encoding that the whole file shows (as `reconcile.text`)."""
        encoding, errors = self._encoding()
        # another handle on the same file: whoever stops in the middle closes that one only
        with open(os.dup(self.stream.fileno()), encoding=encoding, errors=errors, newline="") as text:
            text.seek(0)
            if encoding == "latin-1":
                yield from (line.translate(WINDOWS_SIGNS) for line in text)
            else:
                yield from text

    def null_line(self) -> int | None:
        """The line of the first null character of a text, or None."""
        lines = 0
        for part in self.parts():
            if (place := part.find(b"\0")) >= 0:
                return lines + part.count(b"\n", 0, place) + 1
            lines += part.count(b"\n")
        return None

    def _encoding(self) -> tuple[str, str]:
        decoder = codecs.getincrementaldecoder("utf-8")()
        dos = windows = 0
        utf8 = True
        for place, part in enumerate(self.parts()):
            if place == 0 and part.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                return "utf-16", "replace"
            if utf8:
                try:
                    decoder.decode(part)
                except UnicodeDecodeError:
                    utf8 = False
            dos += sum(part.count(bytes([code])) for code in DOS_BYTES)
            windows += sum(part.count(bytes([code])) for code in WINDOWS_BYTES)
        if utf8 and not decoder.getstate()[0]:
            return "utf-8-sig", "strict"
        # Latin-1 first: code page 1252 leaves five bytes without a reading
        return ("cp850" if dos > windows else "latin-1"), "strict"


def source_of(path: Path) -> KeptSource:
    """The file at `path`, copied. Refuses: statement_file_refused (file_unreadable, file_too_large)."""
    try:
        with path.open("rb") as source:
            return KeptSource(path.name, iter(lambda: source.read(PART), b""))
    except OSError as error:
        sentence = f"Le fichier ne peut pas être ouvert ({system_reason(error)}). Vérifiez son nom et vos droits."
        raise FileRefused([Fault("file_unreadable", sentence, {"reason": system_reason(error)})]) from error


def _too_large(limit: int) -> Fault:
    return Fault(
        "file_too_large",
        f"Le fichier dépasse {limit // (1024 * 1024)} Mo. Demandez au bureau un fichier par mois.",
        {"limit": limit},
    )
