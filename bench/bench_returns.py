"""A file of 100 000 customs declarations imported: beside the csv module alone, rows per second and memory.

    python bench/bench_returns.py [declarations]

The whole import reads, checks, sums, stores each declaration, posts the assessments and seals, in a SQLite file, in a
process of its own so that its memory is seen. Processor time, so that a busy machine counts less.
"""

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import Table

sys.path[:0] = [str(Path(__file__).resolve().parent.parent), str(Path(__file__).resolve().parent.parent / "tests")]

ROWS_PER_SECOND = 20_000
MEGABYTES = 150
"""What was aimed at: that many rows a second at least, that much memory at most, whatever the length."""


def import_one(file: Path, folder: Path) -> None:
    """The import alone, for the process that is measured: seconds of processor and the most memory held."""
    from ledger.engine import open_engine
    from ledger.setup import create_books
    from ledger.unit import Ledger
    from reconcile.import_return import import_return

    url = f"sqlite:///{folder}/{file.name}.db"
    create_books(url, fictional=True)
    engine = open_engine(url)
    before = time.process_time()
    done = import_return(Ledger(engine, "mesure"), file)
    seconds = time.process_time() - before
    engine.dispose()
    print(done["declarations"], seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def measured(file: Path, folder: Path) -> tuple[int, float, int]:
    """Declarations, seconds of processor, megabytes of the import of one file."""
    words = [sys.executable, __file__, "--one", str(file), str(folder)]
    text = subprocess.run(words, check=True, capture_output=True, text=True, env=os.environ).stdout.split()
    return int(text[0]), float(text[1]), int(text[2])


def bare(file: Path) -> float:
    """The csv module over the same rows, nothing checked."""
    before = time.process_time()
    with file.open(encoding="utf-8", newline="") as stream:
        assert sum(1 for _ in csv.reader(stream, delimiter=";")) > 1
    return time.process_time() - before


def main() -> int:
    from declaring import long_rows, write_csv, write_xlsx

    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    table = Table(f"Fichier de {count} déclarations en douane, importé")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = write_csv(folder / "declarations.csv", long_rows(count))
        tenth = write_csv(folder / "dixieme.csv", long_rows(count // 10))
        book = write_xlsx(folder / "declarations.xlsx", long_rows(count))
        reading = bare(whole)
        _, _, small = measured(tenth, folder)
        for file, what in ((whole, "CSV"), (book, "XLSX")):
            rows, seconds, memory = measured(file, folder)
            speed = rows / seconds
            table.tell(
                f"{what} : lignes par seconde / {ROWS_PER_SECOND}", f"{speed:,.0f}", speed / ROWS_PER_SECOND, 1.0
            )
            table.tell(f"{what} : mémoire / {MEGABYTES} Mo", f"{memory} Mo", memory / MEGABYTES, most=1.0)
            if file is whole:
                table.tell("CSV : mémoire / celle d'un dixième du fichier", f"{small} Mo", memory / small, most=1.2)
                table.tell("CSV : import / csv seul", f"{seconds:.2f} s / {reading:.2f} s", seconds / reading)
    return table.end()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        import_one(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(main())
