"""Write sealed entries a chunk behind: the database takes one in while the next one is checked and hashed."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection

from ledger.entry import EntryDraft
from ledger.sealed_rows import write_rows

Rows = list[tuple[Any, ...]]


class Writer:
    """Holds the rows of one chunk, and writes them in their order; one chunk is on its way at most."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows: tuple[Rows, Rows] = ([], [])
        self._names: set[str] = set()

    def holds(self, drafts: Iterable[EntryDraft]) -> bool:
        """Whether a key or a transfer of these drafts is among the rows that the database has not seen yet."""
        names = self._names
        return bool(names) and any(draft.key in names or draft.transfer in names for draft in drafts)

    def take(self, entries: Rows, lines: Rows, drafts: Iterable[EntryDraft]) -> None:
        """Keep the rows of a chunk until the next `write` or `behind`."""
        self._rows = (entries, lines)
        self._names = {name for draft in drafts for name in (draft.key, draft.transfer) if name is not None}

    def write(self) -> None:
        """Write what is held, here and now."""
        (entries, lines), self._rows, self._names = self._rows, ([], []), set()
        write_rows(self._connection, entries, lines)

    @contextmanager
    def behind(self) -> Iterator[None]:
        """Write what is held while the caller works without the database; both have ended on leaving.

        What the database refuses in the chunk before is told rather than what is wrong with the next one; an
        interruption is not held back by either.
        """
        if not self._rows[0]:
            yield
            return
        from concurrent.futures import ThreadPoolExecutor

        with ThreadPoolExecutor(1) as thread:
            written = thread.submit(self.write)
            try:
                yield
            except Exception:
                written.result()
                raise
            written.result()
