"""The folder of a pack being made: safe names, files written little by little, then one ZIP without times or chance."""

import hashlib
import re
import shutil
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

EPOCH = (1980, 1, 1, 0, 0, 0)
SUMS = "SHA256SUMS"
NAME_MAX = 80
BLOCK = 1 << 20


def safe_name(name: str) -> str:
    """A file name that every system takes: ASCII letters, figures, dots, dashes; never a path, never hidden."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9._-]+", "_", plain.replace("\\", "/").rsplit("/", 1)[-1])
    plain = re.sub(r"\.{2,}", ".", plain).strip("._-") or "fichier"
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        return plain[:NAME_MAX]
    return f"{stem[: NAME_MAX - len(ending[:10]) - 1]}.{ending[:10]}"


def sums_line(digest: str, name: str) -> str:
    """One line of a list that `sha256sum -c` reads."""
    return f"{digest}  {name}"


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


class PackFolder:
    """A folder on disk that becomes a ZIP: memory does not grow with what is put in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, name: str) -> Path:
        """Where the file of that name stands; its folder is made. Names are relative, with `/`."""
        found = self.root / name
        found.parent.mkdir(parents=True, exist_ok=True)
        return found

    def text(self, name: str, lines: Iterable[str], line_end: str = "\n", mark: str = "") -> None:
        """A text in UTF-8, line by line. `mark` stands before the first."""
        with self.path(name).open("w", encoding="utf-8", errors="replace", newline="") as stream:
            stream.write(mark)
            for line in lines:
                stream.write(line + line_end)

    def content(self, name: str, data: bytes) -> str:
        """A file as it was received; gives its SHA-256."""
        self.path(name).write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def parts(self, name: str, parts: Iterable[bytes]) -> str:
        """A long file as it was received, part after part; gives its SHA-256."""
        digest = hashlib.sha256()
        with self.path(name).open("wb") as stream:
            for part in parts:
                digest.update(part)
                stream.write(part)
        return digest.hexdigest()

    def copy(self, name: str, source: Path) -> None:
        """A file of the product, as it stands."""
        shutil.copyfile(source, self.path(name))

    def names(self) -> list[str]:
        """Every file, in the order of names."""
        return sorted(one.relative_to(self.root).as_posix() for one in self.root.rglob("*") if one.is_file())

    def seal(self) -> int:
        """Write the list of the SHA-256 of all files but itself; gives how many there are."""
        names = [name for name in self.names() if name != SUMS]
        self.text(SUMS, (sums_line(digest_of(self.root / name), name) for name in names))
        return len(names)

    def zip_to(self, stream: IO[bytes]) -> None:
        """All files in the order of names, the same bytes for the same files."""
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in self.names():
                info = zipfile.ZipInfo(name, EPOCH)
                info.compress_type = zipfile.ZIP_STORED if name.endswith(".xlsx") else zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                info.create_system = 3
                with (self.root / name).open("rb") as source, _member(archive, info, source) as target:
                    shutil.copyfileobj(source, target, BLOCK)


@contextmanager
def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, source: IO[bytes]) -> Iterator[IO[bytes]]:
    info.file_size = source.seek(0, 2)
    source.seek(0)
    with archive.open(info, "w") as target:
        yield target
