"""Python's search for reference cycles, at rest while a great many rows are made."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Suspend the cycle collector: hundreds of thousands of rows hold no cycle, and scanning them again and again
    would take a third of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            # what was made goes to the oldest generation unread: waking up would otherwise begin by scanning it all
            gc.freeze()
            gc.unfreeze()
            gc.enable()
