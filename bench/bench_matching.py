"""Matching measured against a bare pandas merge of the same lines, in one run.

`python bench/bench_matching.py [lines…]`: 90 % exact, 5 % date shift without reference, 3 % grouped, 2 % open; 5 000
and 100 000 lines on each side by default, 1 000 000 on demand. Prints processor seconds, each the least of several
taken in turn, the ratio to the merge on reference and amount and to the merge with a window of dates, the peak memory
of a process that only reads the lines and matches them, and the time of one subset-sum search at its bound.
"""

import pickle
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import IO, Any

from figures import Table

from reconcile.matching.config import DEFAULT_CONFIG
from reconcile.matching.engine import match
from reconcile.matching.rows import BankLine, BookLine
from reconcile.matching.subset_sum import SubsetSum, subsets_that_sum

BOOKS = ("BF", "ML", "NE")
TOGETHER = 10_000
"""Lines read from a file at a time, so that reading them leaves nothing behind."""


def seen(number: int, state: str, day: date, amount: int, reference: str | None) -> BankLine:
    """One line as the bank shows it."""
    return BankLine(
        number,
        state,
        "1/1",
        number,
        day,
        day,
        amount,
        False,
        f"BK{number:09d}",
        reference,
        "NTRF",
        None,
        "VIREMENT EMIS",
    )


def lines(size: int, seed: int = 7) -> tuple[list[BankLine], list[BookLine]]:
    """Bank lines and book lines of one year, about `size` on each side."""
    dice = random.Random(seed)
    amounts = dice.sample(range(10_000, 10_000 + 40 * size), size + size // 10)
    bank: list[BankLine] = []
    book: list[BookLine] = []
    for number in range(size):
        state, day = BOOKS[number % 3], date(2026, 1, 5) + timedelta(days=dice.randrange(330))
        amount, kind, reference = -amounts[number], number % 100, f"OP-2026-{number:07d}"

        if kind < 90:
            book.append(BookLine((number, 1), state, day, amount, (reference, ""), "paiement"))
            bank.append(seen(number, state, day, amount, reference))
        elif kind < 95:
            book.append(BookLine((number, 1), state, day, amount, ("", ""), "paiement"))
            bank.append(seen(number, state, day + timedelta(days=dice.choice((1, 2))), amount, None))
        elif kind < 98:
            parts = [dice.randrange(10_000, 900_000) for _ in range(3)]
            for place, part in enumerate(parts, 1):
                book.append(
                    BookLine((number, place), state, day, -part, (f"L{number}{place}", f"BORD-{number}"), "lot")
                )
            bank.append(seen(number, state, day, -sum(parts), f"BORD-{number}"))
        elif kind == 98:
            book.append(BookLine((number, 1), state, day, amount, (reference, ""), "non vu"))
        else:
            bank.append(seen(number, state, day, amount, f"EXT-{number}"))
    dice.shuffle(bank)
    dice.shuffle(book)
    # as a run reads them: by date, one after the other, lines of one day in any order
    bank.sort(key=lambda line: line.booking_date)
    book.sort(key=lambda line: line.date)
    return pickle.loads(pickle.dumps(bank)), pickle.loads(pickle.dumps(book))  # noqa: S301 - our own rows


def frames(bank: list[BankLine], book: list[BookLine]) -> tuple[Any, Any]:
    """The same lines as two data frames."""
    import pandas as pd

    columns = ("id", "book", "booking_date", "amount", "customer_reference", "label")
    left = pd.DataFrame({name: [getattr(line, name) for line in bank] for name in columns})
    right = pd.DataFrame({name: [getattr(line, name) for line in book] for name in ("book", "date", "amount", "label")})
    right["id"] = list(range(len(book)))
    right["customer_reference"] = [line.references[0] or None for line in book]
    for frame, name in ((left, "booking_date"), (right, "date")):
        frame[name] = pd.to_datetime(frame[name])
    return left, right


def bare(left: Any, right: Any) -> Any:
    """The bare merge: book, reference and amount, nothing else and no reason."""
    keys = ["book", "customer_reference", "amount"]
    return left.dropna(subset="customer_reference").merge(right.dropna(subset="customer_reference"), on=keys)


def windowed(left: Any, right: Any) -> Any:
    """The bare merge, then what is left by amount within five days."""
    import pandas as pd

    found = bare(left, right)
    rest = left[~left["id"].isin(found["id_x"])].merge(
        right[~right["id"].isin(found["id_y"])], on=["book", "amount"], suffixes=("_x", "_y")
    )
    return rest[(rest["booking_date"] - rest["date"]).abs() <= pd.Timedelta(days=5)]


def seconds(act: Callable[[], object]) -> float:
    """Processor time of one act."""
    start = time.process_time()
    found = act()
    spent = time.process_time() - start
    del found
    return spent


def memory(size: int) -> tuple[int, int]:
    """Megabytes of a fresh process that has read the lines, and the most that it held once it had matched them."""
    with tempfile.NamedTemporaryFile() as file:
        for rows in lines(size):
            pickle.dump(len(rows), file)
            for start in range(0, len(rows), TOGETHER):
                pickle.dump(rows[start : start + TOGETHER], file)
        file.flush()
        done = subprocess.run([sys.executable, __file__, "--memory", file.name], check=True, capture_output=True)
    before, most = map(int, done.stdout.split())
    return before, most


def match_alone(name: str) -> None:
    """Match the lines kept in the file, and print what the process held before and at most."""
    with open(name, "rb") as file:
        bank, book = _read(file), _read(file)
    before = held("VmRSS")
    outcome = match(bank, book)
    print(before, held("VmHWM"))
    assert outcome.open_bank


def _read(file: IO[bytes]) -> list[Any]:
    rows: list[Any] = []
    count = pickle.load(file)  # noqa: S301 - our own rows
    while len(rows) < count:
        rows += pickle.load(file)  # noqa: S301 - our own rows
    return rows


def held(what: str) -> int:
    """Megabytes that the process holds (`VmRSS`), or has held at most (`VmHWM`), as Linux tells."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in status if line.startswith(what))


def measure(size: int) -> None:
    """Measure and print one size."""
    bank, book = lines(size)
    outcome = match(bank, book)
    left, right = frames(bank, book)
    repeats = 3 if size > 200_000 else 7
    taken = [
        (seconds(lambda: bare(left, right)), seconds(lambda: windowed(left, right)), seconds(lambda: match(bank, book)))
        for _ in range(repeats)
    ]
    base, dated, ours = (min(column) for column in zip(*taken, strict=True))
    shown = Table(f"Rapprochement en mémoire : {len(bank)} lignes de banque, {len(book)} de livre (processeur)")
    shown.tell("toutes les passes / fusion pandas", f"{ours:.2f} / {base:.3f} s", ours / base, most=10.0)
    shown.tell("  / fusion, puis fenêtre de dates", f"{ours:.2f} / {dated:.3f} s", ours / dated)
    for step in outcome.passes:
        if step.confirmed or step.proposed or step.ambiguous or step.undecided:
            shown.tell(f"  {step.name}", f"{step.confirmed} confirmés, {step.proposed} proposés")
    shown.tell("  sans correspondance", f"{len(outcome.open_bank)} de banque, {len(outcome.open_book)} de livre")
    before, most = memory(size)
    shown.tell("mémoire d'un processus : ses lignes, puis au plus", f"{before}, {most} Mo")
    shown.end()


def measure_groups() -> None:
    """One search for a group, up to its bound."""
    shown = Table("Somme de sous-ensemble, une recherche (processeur)")
    dice = random.Random(3)
    for count in (10, 20, 30, 34, DEFAULT_CONFIG.group_candidates):
        amounts = [dice.randrange(1, 10**9) for _ in range(count)]
        found: list[SubsetSum] = []

        def search(amounts: list[int] = amounts, found: list[SubsetSum] = found) -> None:
            found.append(subsets_that_sum(amounts, sum(amounts[::3]), states_max=DEFAULT_CONFIG.group_states))

        spent = min(seconds(search) for _ in range(3)) * 1000
        shown.tell(f"parmi {count}", f"{spent:.1f} ms, {found[0].answer}, {found[0].states} sommes partielles")
    shown.end()


def main(*sizes: int) -> None:
    """Measure every size, then the groups."""
    for size in sizes or (5_000, 100_000):
        measure(size)
    measure_groups()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--memory"]:
        match_alone(sys.argv[2])
    else:
        main(*map(int, sys.argv[1:]))
