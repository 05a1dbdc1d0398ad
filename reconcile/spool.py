"""Rows set aside in a temporary file while the rest is read, then read again as often as wanted."""

import json
import tempfile
from collections.abc import Iterator
from typing import IO, Any

BATCH = 2_000


class Spool:
    """A list of rows of text and whole numbers that is not in memory."""

    def __init__(self) -> None:
        self._stream: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed by `close`
        self._waiting: list[Any] = []
        self.count = 0

    def add(self, row: Any) -> None:
        """One more row."""
        self._waiting.append(row)
        self.count += 1
        if len(self._waiting) >= BATCH:
            self._write()

    def _write(self) -> None:
        self._stream.write(json.dumps(self._waiting, separators=(",", ":")).encode() + b"\n")
        self._waiting.clear()

    def batches(self) -> Iterator[list[Any]]:
        """The rows as they came, some thousands at a time; a row is a list."""
        if self._waiting:
            self._write()
        self._stream.seek(0)
        for line in self._stream:
            yield json.loads(line)

    def close(self) -> None:
        """Let go of the temporary file."""
        self._stream.close()
