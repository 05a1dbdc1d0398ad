"""A whole run through the database: open lines read, matched, stored with their reasons, then looked at.

`python bench/bench_reconcile.py [lines]`: the lines of `bench_matching`, all in one book of a SQLite file.
Prints processor seconds of each step, and the peak memory of the process.
"""

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from bench_matching import lines
from figures import Table

from ledger.bank_accounts import bind
from ledger.engine import open_engine
from ledger.entry import EntryDraft, Line
from ledger.iban import check_digits, rib_key
from ledger.post import post_many
from ledger.setup import create_books
from ledger.unit import Ledger
from reconcile.import_statement import Received, store
from reconcile.matches import list_matches
from reconcile.matching.rows import BookLine
from reconcile.model import Statement, StatementFile, StatementLine
from reconcile.run import run_in_parts


def entries(book: list[BookLine]) -> Iterator[EntryDraft]:
    """Each group of book lines as one entry of BF."""
    groups: dict[int, list[BookLine]] = {}
    for line in book:
        groups.setdefault(line.id[0], []).append(line)
    for group in groups.values():
        paid = [
            Line("52111", credit=-one.amount, label=one.label, reference=one.references[0] or None) for one in group
        ]
        total = Line("65881", debit=-sum(one.amount for one in group))
        document = group[0].references[1] or group[0].references[0] or "P"
        yield EntryDraft("BF", "BQ", group[0].date, document, group[0].label, (*paid, total))


shown = Table("Rapprochement entier, livres compris (temps de processeur)")


def step(title: str, act: Callable[[], Any]) -> Any:
    """Do it and print its processor time."""
    start = time.process_time()
    found = act()
    shown.tell(title, f"{time.process_time() - start:.2f} s")
    return found


def main(size: int) -> None:
    """Measure a run over `size` lines on each side, the second run, and the look at the matches."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        create_books(url, fictional=True)
        ledger = Ledger(open_engine(url), "bench")
        bban = f"BF99901001{1:012d}"
        bban += rib_key(bban[:5], bban[5:10], bban[10:])
        ledger.perform("bind", lambda unit: bind(unit, "BF", f"BF{check_digits('BF', bban)}{bban}"))
        bank, book = lines(size)
        step(
            "passer les écritures",
            lambda: ledger.perform("post", lambda unit: {"entries": post_many(unit, entries(book))}),
        )
        rows = tuple(
            StatementLine(one.booking_date, one.value_date, one.amount, False, one.bank_reference,
                          one.customer_reference, one.type, None, one.label)
            for one in sorted(bank, key=lambda one: (one.booking_date, one.id))
        )  # fmt: skip
        opening = 10**12
        closing = opening + sum(row.amount for row in rows)
        year = (date(2026, 1, 1), date(2026, 12, 31))
        file = StatementFile("mt940", (Statement("", "XOF", 0, "1", *year, opening, closing, True, rows),))
        step(
            "importer les lignes",
            lambda: ledger.perform("import", lambda unit: store(unit, file, [Received("b", b"", "0" * 64)], "BF")),
        )
        for title in ("rapprocher", "rapprocher de nouveau"):
            told = step(title, lambda: run_in_parts(ledger, "BF"))
            shown.tell("", f"{told['confirmed']} rapprochés, {told['open']} en attente")
        with ledger.read() as connection:
            step("relire les rapprochements", lambda: list_matches(connection, "BF"))
        ledger.engine.dispose()
    shown.tell("mémoire au plus", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} Mo")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
