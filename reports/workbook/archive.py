"""The ZIP of a workbook without times or chance: the same parts always give the same bytes."""

import re
import zipfile
from datetime import UTC, datetime
from typing import IO

EPOCH = (1980, 1, 1, 0, 0, 0)
LARGE_LEVEL = 4
"""Compression of a large sheet: files an eighth smaller than at level 1, for a tenth more time (docs/decisions.md)."""

_CREATED = datetime(2000, 1, 1, tzinfo=UTC)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


class Archive:
    """A workbook's ZIP being written, part by part."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)
        self.names: set[str] = set()

    @staticmethod
    def _info(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        info.create_system = 3
        return info

    def put(self, name: str, content: bytes) -> None:
        """One whole part."""
        self.names.add(name)
        if name == "docProps/core.xml":
            stamp = _CREATED.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
            content = _TIMES.sub(rb"\g<1>" + stamp, content)
        self._zip.writestr(self._info(name), content, compresslevel=6)

    def open(self, name: str) -> IO[bytes]:
        """A large part, written little by little; nothing else may be put meanwhile."""
        self.names.add(name)
        info = self._info(name)
        info._compresslevel = LARGE_LEVEL  # type: ignore[attr-defined]  # zipfile has no public way before Python 3.13
        return self._zip.open(info, "w", force_zip64=True)

    def close(self) -> None:
        """Write the directory."""
        self._zip.close()


def parts(content: IO[bytes]) -> dict[str, bytes]:
    """The parts of a workbook made by openpyxl, content types first, then by name."""
    with zipfile.ZipFile(content) as made:
        names = sorted(made.namelist(), key=lambda name: (name != "[Content_Types].xml", name))
        return {name: made.read(name) for name in names}
