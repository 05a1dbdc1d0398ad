"""Write an export whole or not at all, and say what it is."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def write_lines(path: Path, lines: Iterable[str], line_end: str = "\n") -> tuple[int, str]:
    """Write the lines in UTF-8 as they come; how many, and the SHA-256 of the file."""
    unfinished = path.with_name(f"{path.name}.partial")
    digest = hashlib.sha256()
    count = 0
    try:
        with unfinished.open("wb") as stream:
            for line in lines:
                data = f"{line}{line_end}".encode("utf-8", "replace")
                digest.update(data)
                stream.write(data)
                count += 1
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)
    return count, digest.hexdigest()
