"""A statement of 100 000 lines, read and imported, beside the bare reading of the same bytes, in one run.

    python bench/bench_reading.py [lines]

MT940 beside a compiled regular expression that takes the fields of each line apart, CSV beside the csv module. The
whole import reads in the child process, checks, identifies and stores in a SQLite file.
"""

import csv
import gc
import io
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from figures import Table

GOAL = 4.0
TURNS = 3
FIRST = date(2025, 1, 1)
LINE = re.compile(
    rb":61:(\d{6})(\d{4})?(R?[CD])([\d,]+)([A-Z]\w{3})([^\r\n/]*)(?://([^\r\n]*))?\r\n:86:((?:[^\r\n]*(?:\r\n(?![:-]))?)*)"
)


def iban() -> str:
    """A fictional account of BF with true check digits."""
    from ledger.iban import check_digits, rib_key

    bban = f"BF99901001{1:012d}"
    bban += rib_key(bban[:5], bban[5:10], bban[10:])
    return f"BF{check_digits('BF', bban)}{bban}"


def amounts(lines: int) -> list[int]:
    """Signed whole francs, no two neighbours alike."""
    return [(1_000 + place * 7) * (1 if place % 3 else -1) for place in range(lines)]


def day(place: int, lines: int) -> date:
    """The lines of a year, in order."""
    return FIRST + timedelta(days=place * 365 // lines)


def mt940(lines: int) -> bytes:
    """One message whose balances join."""
    opening, parts = 10**12, []
    for place, amount in enumerate(amounts(lines)):
        on = day(place, lines)
        parts.append(
            f":61:{on:%y%m%d}{on:%m%d}{'C' if amount > 0 else 'D'}{abs(amount)},NTRFE{place:08d}//R{place:08d}\r\n"
            f":86:REVERSEMENT FICTIF DU BUREAU {place % 50} DECLARATION {place}\r\n"
        )
    closing = opening + sum(amounts(lines))
    head = f":20:FICTIF\r\n:25:{iban()}\r\n:28C:1/1\r\n:60F:C250101XOF{opening},\r\n"
    return f"{head}{''.join(parts)}:62F:C251231XOF{closing},\r\n-\r\n".encode()


def table(lines: int) -> bytes:
    """The same lines as a bank's table, with a running balance."""
    balance, rows = 10**9, ["Date;Date valeur;Référence;Libellé;Débit;Crédit;Solde"]
    for place, amount in enumerate(amounts(lines)):
        balance += amount
        on = f"{day(place, lines):%d/%m/%Y}"
        debit, credit = ("", amount) if amount > 0 else (-amount, "")
        label = f"REVERSEMENT FICTIF DU BUREAU {place % 50} DECLARATION {place}"
        rows.append(f"{on};{on};R{place:08d};{label};{debit};{credit};{balance}")
    return ("\n".join(rows) + "\n").encode()


def by_expression(data: bytes) -> int:
    """The fields of every line, nothing checked."""
    return len(LINE.findall(data))


def by_csv(data: bytes) -> int:
    """The cells of every row, nothing checked."""
    return len(list(csv.reader(io.StringIO(data.decode()), delimiter=";"))) - 1


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds of one run, the collector's debts paid beforehand."""
    gc.collect()
    before = time.perf_counter()
    found = work()
    return time.perf_counter() - before, found


def imported(home: Path, turn: int, data: bytes, suffix: str) -> float:
    """The whole import in books of their own; the child process is already awake, as for a second file."""
    from ledger.bank_accounts import bind
    from ledger.engine import open_engine
    from ledger.setup import create_books
    from ledger.unit import Ledger
    from reconcile.import_files import import_file

    url = f"sqlite:///{home / f'books-{suffix}-{turn}.db'}"
    create_books(url, fictional=True)
    ledger = Ledger(open_engine(url), "bench")
    ledger.perform("bind", lambda unit: bind(unit, "BF", iban()))
    file = home / f"statement-{turn}.{suffix}"
    file.write_bytes(data)
    elapsed, answer = timed(lambda: import_file(ledger, file, "BF"))
    ledger.engine.dispose()
    assert answer["status"] == "imported", answer
    return elapsed


def main() -> int:
    """Print the figures of both formats."""
    from reconcile.read import read_file

    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    shown = Table(f"Lecture d'un relevé de {lines} lignes")
    with tempfile.TemporaryDirectory(prefix="pcaes-bench-") as folder:
        for name, make, bare in (("MT940", mt940, by_expression), ("CSV", table, by_csv)):
            data = make(lines)
            file = Path(folder) / f"plain.{name}"
            file.write_bytes(data)
            bytes_alone = timed(file.read_bytes)[0]
            runs = []
            for turn in range(TURNS):
                base, found = timed(lambda data=data, bare=bare: bare(data))
                assert found == lines, (name, found)
                read, statements = timed(lambda data=data: read_file(data, bound_currency="XOF"))
                assert sum(len(one.lines) for one in statements.statements) == lines
                runs.append((base, read, imported(Path(folder), turn, data, name.lower())))
                del statements
            base, read, whole = (statistics.median(column) for column in zip(*runs, strict=True))
            reference = "expression régulière" if name == "MT940" else "module csv"
            shown.tell(f"{name} : octets seuls, {len(data) / 1e6:.0f} Mo", f"{bytes_alone * 1e3:.0f} ms")
            shown.tell(f"{name} : lecture / {reference}", f"{read:.2f} s / {base:.2f} s", read / base)
            shown.tell(f"{name} : import / {reference}", f"{whole:.2f} s / {base:.2f} s", whole / base, most=GOAL)
            shown.tell(f"{name} : import / lecture seule", f"{whole:.2f} s / {read:.2f} s", whole / read)
    return shown.end()


if __name__ == "__main__":
    sys.exit(main())
