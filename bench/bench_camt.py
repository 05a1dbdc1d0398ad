"""How long a camt.053 takes to read, beside expat that only keeps the text of each element, in one run.

    python bench/bench_camt.py [entries]

Both read the same message, one after the other, three times. Goal: 1.5 times expat at most. The last figure
is the whole way through the child process. The import of every format is in `bench_reading.py`.
"""

import gc
import statistics
import sys
from collections.abc import Callable

from bench_reading import spent
from figures import Table
from statement_files import bare_camt, camt053

GOAL = 1.5
TURNS = 3


def ours(data: bytes) -> int:
    """The reader of the program: lines, details, sums checked."""
    from reconcile.readers import camt

    return len(camt.read(data).statements[0].lines)


def apart(data: bytes) -> int:
    """The same through the child process and back."""
    from reconcile.read import read_file

    return len(read_file(data).statements[0].lines)


def seconds(read: Callable[[bytes], int], data: bytes, entries: int) -> float:
    """Seconds of processor of one reading, collection of reference cycles off, as in the child process."""
    gc.collect()
    gc.disable()
    before = spent()
    assert read(data) == entries
    elapsed = spent() - before
    gc.enable()
    return elapsed


def main() -> int:
    """Print the medians and the ratio."""
    shown = Table("Lecture d'un camt.053")
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    data = camt053(entries)
    runs = [(seconds(bare_camt, data, entries), seconds(ours, data, entries)) for _ in range(TURNS)]
    base, own = (statistics.median(column) for column in zip(*runs, strict=True))
    shown.tell(
        f"{entries} écritures, {len(data) / 1e6:.0f} Mo / expat", f"{own:.2f} / {base:.2f} s", own / base, most=GOAL
    )
    shown.tell(f"{entries} écritures par le processus séparé", f"{seconds(apart, data, entries):.2f} s")
    return shown.end()


if __name__ == "__main__":
    sys.exit(main())
