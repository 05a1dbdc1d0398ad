"""A file of 100 000 customs declarations imported, then as long a monthly return: rows per second and memory.

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
    print(done.get("declarations", done["rows"]), seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


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


def write_months(path: Path, count: int) -> Path:
    """A monthly return of so many rows: one taxable and nine exempt ones by office and month, over a year."""
    from levying import exempt, month, text

    periods = [f"{2025 + place // 12}-{place % 12 + 1:02d}" for place in range(3, 15)]
    rows: list[str] = []
    for place in range(count // 10):
        office, period = f"{('BF', 'ML', 'NE')[place // 12 % 3]}{place // 12:04d}", periods[place % 12]
        rows.append(month(office, period, day=f"{period}-28"))
        rows.extend(exempt(office, period, f"E0{code}", 1_000_000 + place) for code in range(1, 10))
    path.write_text(text(*rows), encoding="utf-8", newline="")
    return path


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
        months = write_months(folder / "etat.csv", count)
        rows, seconds, memory = measured(months, folder)
        speed = rows / seconds
        table.tell(
            f"état mensuel : lignes par seconde / {ROWS_PER_SECOND}", f"{speed:,.0f}", speed / ROWS_PER_SECOND, 1.0
        )
        table.tell(f"état mensuel : mémoire / {MEGABYTES} Mo", f"{memory} Mo", memory / MEGABYTES, most=1.0)
    return table.end()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        import_one(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        sys.exit(main())
