"""How fast entries are posted and read back, beside the bare driver with the same rows, in one run.

    python bench/bench_books.py [--entries N] [--turns N] [--one N] [--engine sqlite|postgresql]

Each engine: bulk posting in one command (guards, numbers, chain, command log) beside `executemany` (SQLite, same
indexes) or COPY (PostgreSQL, same indexes, CHECKs and foreign keys); one durable entry a command beside one durable
entry of bare inserts; trial balance beside the bare aggregate; one account's ledger; `verify` of all the books.
"""

import argparse
import statistics
import sys
import tracemalloc
from functools import partial
from typing import Any

from books_work import (
    BOOKS,
    Books,
    bare_postgresql,
    bare_sqlite,
    drafts,
    insert_sql,
    postgresql_books,
    rows_of,
    seconds,
    sqlite_books,
)
from figures import Table

BULK_GOAL = 0.50
ONE_GOAL = 0.60
shown = Table("Livres : passer, lire, vérifier")


def tell(title: str, figure: str, ratio: float | None = None, goal: float | None = None, at_least: bool = True) -> None:
    """One line of the table."""
    shown.tell(title, figure, ratio, **({} if goal is None else {"least" if at_least else "most": goal}))


def processor(used: list[float], bare: list[float]) -> None:
    """The same measure in processor time of this process: on PostgreSQL, the server's is not in it."""
    ours, theirs = statistics.median(used), statistics.median(bare)
    tell("    en temps de processeur", f"{ours * 1e3:.2f} / {theirs * 1e3:.2f} ms", theirs / ours)


def bulk(make: Any, count: int, turns: int) -> Books:
    """Bulk posting beside the bare rows, in turn."""
    entries = list(drafts(count))
    ours, bare, used, bare_used = [], [], list[float](), list[float]()
    for _ in range(turns):
        books = make()
        ours.append(seconds(partial(books.post, entries), used))
        rows = rows_of(books)
        bare.append(_bare_bulk(books, rows, bare_used))
    del entries, rows
    ratios = [one / other for one, other in zip(bare, ours, strict=True)]
    per_second, bare_second = count / statistics.median(ours), count / statistics.median(bare)
    title = f"{count} écritures en un acte ({turns} passage(s))"
    tell(title, f"{per_second:.0f} / {bare_second:.0f} par s", statistics.median(ratios), BULK_GOAL)
    processor(used, bare_used)
    return books


def _bare_bulk(books: Books, rows: Any, used: list[float]) -> float:
    if books.engine.dialect.name == "sqlite":
        bare = bare_sqlite(books, books)

        def work() -> None:
            bare.execute("BEGIN IMMEDIATE")
            for table, (columns, given) in rows.items():
                bare.executemany(insert_sql(table, columns), given)
            bare.execute("COMMIT")

    else:
        bare = bare_postgresql(books)

        def work() -> None:
            with bare.transaction(), bare.cursor() as cursor:
                for table, (columns, given) in rows.items():
                    with cursor.copy(f"COPY bare.{table} ({', '.join(columns)}) FROM STDIN") as copy:
                        for row in given:
                            copy.write_row(row)

    try:
        return seconds(work, used)
    finally:
        bare.close()


def one_by_one(make: Any, count: int) -> None:
    """One durable entry a command, beside the bare rows committed one entry at a time."""
    books = make()
    ledger = books.ledger()
    from ledger.commands import post

    books.post(drafts(1_000, seed=5))
    entries = list(drafts(count, seed=2))
    used, bare_used = list[float](), list[float]()
    times = [
        seconds(
            lambda one=one: ledger.perform("post", lambda unit: post(unit, [one]), payload={"n": one.document}), used
        )
        for one in entries
    ]
    rows = rows_of(books)
    lines: dict[int, list[Any]] = {}
    for line in rows["entry_line"][1]:
        lines.setdefault(line[0], []).append(line)
    bare = bare_sqlite(books, books) if books.engine.dialect.name == "sqlite" else bare_postgresql(books)
    place = "" if books.engine.dialect.name == "sqlite" else "bare."
    begin = "BEGIN" if place else "BEGIN IMMEDIATE"
    mark = "?" if not place else "%s"
    line_sql = insert_sql(f"{place}entry_line", rows["entry_line"][0], mark)
    entry_sql = insert_sql(f"{place}entry", rows["entry"][0], mark)
    cursor = bare.cursor()

    def work(row: Any) -> None:
        cursor.execute(begin)
        cursor.executemany(line_sql, lines[row[0]])
        cursor.execute(entry_sql, row)
        cursor.execute("COMMIT")

    # the same thousand entries are there beforehand, in one go
    old, new = rows["entry"][1][:-count], rows["entry"][1][-count:]
    cursor.execute(begin)
    cursor.executemany(line_sql, [line for row in old for line in lines[row[0]]])
    cursor.executemany(entry_sql, old)
    cursor.execute("COMMIT")
    bare_times = [seconds(lambda row=row: work(row), bare_used) for row in new]
    bare.close()
    ours, theirs = statistics.median(times), statistics.median(bare_times)
    figures = f"{ours * 1e3:.2f} / {theirs * 1e3:.2f} ms"
    tell(f"une écriture durable par acte ({count})", figures, theirs / ours, ONE_GOAL)
    processor(used, bare_used)


def balances(books: Books, closed: str, open_from: int = 1) -> None:
    """The trial balance of the year beside the bare aggregate over the covering index; one account's ledger."""
    import datetime as dt

    from sqlalchemy import select, text

    from ledger.balance import known_entry, trial_balance
    from ledger.tables.journal import entry_line

    start, end = dt.date(2025, 1, 1), dt.date(2025, 12, 31)
    opened = dt.date(2025, open_from, 1)
    aggregate = text(
        "SELECT book, account, sum(debit), sum(credit) FROM entry_line"
        " WHERE book = :book AND date BETWEEN :start AND :end GROUP BY book, account"
    )
    bounds = {"start": opened.isoformat(), "end": end.isoformat()}
    if books.engine.dialect.name == "postgresql":
        bounds = {"start": opened, "end": end}
    with books.ledger().read() as connection:

        def ours() -> None:
            known = known_entry(connection, None)
            rows = trial_balance(connection, start=start, end=end, known=known)
            assert len(rows) == 180

        def bare() -> None:
            for book in BOOKS:
                connection.execute(aggregate, {"book": book, **bounds}).all()

        turns = [(seconds(bare), seconds(ours)) for _ in range(3)]
        base, mine = (statistics.median(column) for column in zip(*turns, strict=True))
        tell(f"balance de l'année, {closed}", f"{mine * 1e3:.1f} / {base * 1e3:.1f} ms", mine / base, 2.0, False)
        query = select(entry_line).where(
            entry_line.c.account == "60001", entry_line.c.date >= start, entry_line.c.date <= end
        )

        def ledger_of_account() -> None:
            balance = 0
            for row in connection.execute(query.order_by(entry_line.c.date, entry_line.c.entry_id)):
                balance += row.debit - row.credit

        tell("grand livre d'un compte", f"{seconds(ledger_of_account) * 1e3:.1f} ms")


def close_months(books: Books) -> None:
    """Close January to November of each book."""
    from ledger.periods.close import close_period

    ledger = books.ledger()
    for book in BOOKS:
        for month in range(1, 12):
            ledger.perform("close", lambda unit, book=book, month=month: close_period(unit, book, (2025, month)))


def whole_verify(books: Books, count: int) -> None:
    """Every check of the product over the books."""
    from portal.verification import verify_books

    def work() -> None:
        with books.ledger().read() as connection:
            report = verify_books(connection)
        failed = [check["name"] for check in report["checks"] if not check["ok"]]
        assert failed == [], failed

    tell(f"verify, {count} écritures", f"{count / seconds(work):.0f} écritures par s")


def memory(make: Any) -> None:
    """Peak of Python's memory for N entries and for four times as many: flat in N."""
    peaks = []
    for count in (5_000, 20_000):
        books = make()
        tracemalloc.start()
        books.post(drafts(count, seed=3))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    figures = f"{peaks[1] / 1e6:.1f} / {peaks[0] / 1e6:.1f} Mo"
    tell("mémoire, 20 000 puis 5 000 écritures", figures, peaks[1] / peaks[0], 1.25, False)


def main() -> int:
    """Print the figures of each engine."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--turns", type=int, default=1)
    options.add_argument("--one", type=int, default=300)
    options.add_argument("--engine", choices=("sqlite", "postgresql"))
    asked = options.parse_args()
    for name, opened in (("sqlite", sqlite_books), ("postgresql", postgresql_books)):
        if asked.engine not in (None, name):
            continue
        reference = "executemany" if name == "sqlite" else "COPY"
        print(f"  — {name} (référence : {reference}, mêmes lignes, mêmes index)", flush=True)
        with opened() as make:
            one_by_one(make, asked.one)
            books = bulk(make, asked.entries, asked.turns)
            balances(books, "aucun mois clos")
            close_months(books)
            balances(books, "onze mois clos", open_from=12)
            whole_verify(books, asked.entries)
            memory(make)
    return shown.end()


if __name__ == "__main__":
    sys.exit(main())
