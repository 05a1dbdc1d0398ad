"""What is refused before an act begins (a file, a key) is kept as evidence like what is refused inside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from portal.cli.context import open_ledger


@contextmanager
def evidence(command: str, **payload: Any) -> Iterator[None]:
    """Record, in the command log of the open books, a refusal met while the act is prepared; it is told as it is."""
    from ledger.refusal import Refusal

    try:
        yield
    except Refusal as refusal:
        open_ledger().log_refusal(command, refusal, payload)
        raise
