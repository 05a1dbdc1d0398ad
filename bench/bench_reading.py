"""A statement of 50 000 lines in each format: read, then imported, beside the bare reading of the same bytes.

    python bench/bench_reading.py [lines]

The bare readings are in `statement_files.py`. The whole import reads in the child process, checks, identifies and
stores in a SQLite file; the child is already awake, as for a second file. Each format is measured in a process of its
own, which gives its memory; seconds are those of the processors, ours and the child's.
"""

import gc
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from figures import Table
from statement_files import FORMATS, iban

TURNS = 3
SMALL = 10_000
"""Lines of the statement whose memory the long one is compared with."""


def spent() -> float:
    """Seconds of processor of this process and of the children that live: they are found where the system tells."""
    used = time.process_time()
    for child in _children():
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        used += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return used


def _children() -> list[int]:
    from reconcile.sandbox import _idle

    return [child.process.pid for child in _idle._children]


def memory() -> int:
    """The most memory that this process and its children ever held, in bytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for child in _children():
        told = dict(line.split(":", 1) for line in Path(f"/proc/{child}/status").read_text().splitlines())
        peak += int(told["VmHWM"].split()[0])
    return peak * 1024


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of processor of one run, the collector's debts paid beforehand."""
    gc.collect()
    before = spent()
    found = work()
    return spent() - before, found


def imported(home: Path, turn: int, file: Path) -> float:
    """The whole import in books of their own."""
    from ledger.bank_accounts import bind
    from ledger.engine import open_engine
    from ledger.setup import create_books
    from ledger.unit import Ledger
    from reconcile.import_files import import_file

    url = f"sqlite:///{home / f'books-{turn}.db'}"
    create_books(url, fictional=True)
    ledger = Ledger(open_engine(url), "bench")
    ledger.perform("bind", lambda unit: bind(unit, "BF", iban()))
    elapsed, answer = timed(lambda: import_file(ledger, file, "BF"))
    ledger.engine.dispose()
    assert answer["status"] == "imported", answer
    return elapsed


def one(name: str, file: Path, lines: int) -> dict[str, float]:
    """The medians of one format, in this process."""
    from reconcile.read import read_file

    form = FORMATS[name]
    read_file(form.make(10), bound_currency="XOF")
    runs = []
    with tempfile.TemporaryDirectory(prefix="pcaes-bench-") as folder:
        for turn in range(TURNS):
            whole = imported(Path(folder), turn, file)
            peak = memory()  # before the bare reading, which holds more
            data = file.read_bytes()
            read, statements = timed(lambda data=data: read_file(data, bound_currency="XOF"))
            assert sum(len(found.lines) for found in statements.statements) == lines
            del statements
            base, found = timed(lambda data=data: form.bare(data))
            assert found == lines, (name, found)
            runs.append((base, read, whole, peak if turn == 0 else 0))
    base, read, whole = (statistics.median(column) for column in zip(*(run[:3] for run in runs), strict=True))
    return {"base": base, "read": read, "whole": whole, "memory": runs[0][3]}


def apart(name: str, lines: int, folder: Path) -> dict[str, float]:
    """The same in a process of its own."""
    file = folder / f"{name}-{lines}"
    file.write_bytes(FORMATS[name].make(lines))
    done = subprocess.run(
        [sys.executable, __file__, "--one", name, str(file), str(lines)], check=True, capture_output=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found | {"bytes": file.stat().st_size}


def main() -> int:
    """Print the figures of every format."""
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]))))
        return 0
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    shown = Table(f"Import d'un relevé de {lines} lignes")
    with tempfile.TemporaryDirectory(prefix="pcaes-bench-") as folder:
        for name, form in FORMATS.items():
            got = apart(name, lines, Path(folder))
            base, read, whole = got["base"], got["read"], got["whole"]
            shown.tell(f"{name} : lecture / {form.reference}", f"{read:.2f} s / {base:.2f} s", read / base)
            shown.tell(f"{name} : import / {form.reference}", f"{whole:.2f} s / {base:.2f} s", whole / base,
                       most=form.goal)  # fmt: skip
            small = apart(name, SMALL, Path(folder))["memory"]
            peak = f"{lines / whole:.0f} lignes par s, {got['memory'] / 1e6:.0f} Mo"
            shown.tell(f"{name} : {got['bytes'] / 1e6:.0f} Mo ; mémoire / celle de {SMALL} lignes", peak,
                       got["memory"] / small)  # fmt: skip
    return shown.end()


if __name__ == "__main__":
    sys.exit(main())
