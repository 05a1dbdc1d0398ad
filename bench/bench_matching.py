"""Matching measured against a bare pandas merge of the same lines, in one run.

`python bench/bench_matching.py [lines]`: 90 % exact, 5 % date shift without reference, 3 % grouped, 2 % open.
Prints seconds, the ratio to the merge, peak memory of each, and the time of one subset-sum search at its bound.
"""

import random
import sys
import time
import tracemalloc
from datetime import date, timedelta

from figures import Table

from reconcile.matching.config import DEFAULT_CONFIG
from reconcile.matching.engine import match
from reconcile.matching.rows import BankLine, BookLine
from reconcile.matching.subset_sum import subsets_that_sum

BOOKS = ("BF", "ML", "NE")


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
    return bank, book


def merge_seconds(bank: list[BankLine], book: list[BookLine]) -> float:
    """The bare merge on book, reference and amount."""
    import pandas as pd

    left = pd.DataFrame(
        {
            "book": [x.book for x in bank],
            "reference": [x.customer_reference or "" for x in bank],
            "amount": [x.amount for x in bank],
        }
    )
    right = pd.DataFrame(
        {
            "book": [x.book for x in book],
            "reference": [x.references[0] for x in book],
            "amount": [x.amount for x in book],
        }
    )
    start = time.perf_counter()
    left.merge(right, on=["book", "reference", "amount"])
    return time.perf_counter() - start


def main(size: int) -> None:
    """Measure and print."""
    bank, book = lines(size)
    base = sorted(merge_seconds(bank, book) for _ in range(7))[3]
    times = []
    for _ in range(5):
        start = time.perf_counter()
        outcome = match(bank, book)
        times.append(time.perf_counter() - start)
    ours = sorted(times)[2]
    shown = Table(f"Rapprochement en mémoire : {len(bank)} lignes de banque, {len(book)} de livre")
    shown.tell("toutes les passes / fusion pandas", f"{ours:.2f} / {base:.3f} s", ours / base, most=10.0)
    for step in outcome.passes:
        shown.tell(f"  {step.name}", f"{step.confirmed} confirmés, {step.proposed} proposés")
    shown.tell("  sans correspondance", f"{len(outcome.open_bank)} de banque, {len(outcome.open_book)} de livre")
    if size <= 200_000:
        tracemalloc.start()
        match(bank, book)
        shown.tell("mémoire au plus", f"{tracemalloc.get_traced_memory()[1] / 1e6:.0f} Mo")
        tracemalloc.stop()
    dice = random.Random(3)
    for count in (10, 20, 30, 34, DEFAULT_CONFIG.group_candidates):
        amounts = [dice.randrange(1, 10**9) for _ in range(count)]
        start = time.perf_counter()
        result = subsets_that_sum(amounts, sum(amounts[::3]), states_max=DEFAULT_CONFIG.group_states)
        spent = (time.perf_counter() - start) * 1000
        shown.tell(f"somme de sous-ensemble parmi {count}", f"{result.states} états, {spent:.1f} ms")
    shown.end()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
