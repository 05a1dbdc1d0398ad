"""How fast entries are posted and read back, beside the bare driver with the same rows, in one run.

    python bench/bench_books.py [--entries N] [--turns N] [--one N] [--engine sqlite|postgresql]

Each engine: bulk posting in one command (guards, numbers, chain, command log) beside `executemany` (SQLite, same
indexes) or COPY (PostgreSQL, same indexes, CHECKs and foreign keys); one durable entry a command beside one durable
entry of bare inserts; trial balance beside the bare aggregate; one account's ledger; `verify` of all the books.
"""

import argparse
import gc
import statistics
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from books_work import (
    BOOKS,
    TABLES,
    Books,
    Clocked,
    bare_postgresql,
    bare_sqlite,
    batches,
    drafts,
    insert_sql,
    postgresql_books,
    rows_of,
    seconds,
    server_of,
    server_seconds,
    settle,
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
    """The same measure in processor time, that of the process that serves us on PostgreSQL included."""
    ours, theirs = statistics.median(used), statistics.median(bare)
    tell("    en temps de processeur", f"{ours * 1e3:.2f} / {theirs * 1e3:.2f} ms", theirs / ours)


def processor_of_reading(used: list[float], bare: list[float]) -> None:
    """The same, without a goal: PostgreSQL may share a large sum among processes that are not counted."""
    ours, theirs = statistics.median(used), statistics.median(bare)
    tell("    en temps de processeur", f"{ours * 1e3:.2f} / {theirs * 1e3:.2f} ms", ours / theirs)


def bulk(make: Any, count: int, turns: int) -> Books:
    """Bulk posting beside the bare rows, in turn; neither pays for making the entries or reading the rows."""
    ours, bare, used, bare_used = [], [], list[float](), list[float]()
    for _ in range(turns):
        books = make()
        stream = Clocked(drafts(count))
        with books.engine.connect() as connection:  # the pool has one, which the act takes again
            server = server_of(connection)
        ours.append(seconds(partial(books.post, stream), used, server=server) - stream.seconds)
        used[-1] -= stream.processor
        settle(books)
        bare.append(_bare_bulk(books, bare_used))
    ratios = [one / other for one, other in zip(bare, ours, strict=True)]
    per_second, bare_second = count / statistics.median(ours), count / statistics.median(bare)
    title = f"{count} écritures en un acte ({turns} passage(s))"
    tell(title, f"{per_second:.0f} / {bare_second:.0f} par s", statistics.median(ratios), BULK_GOAL)
    processor(used, bare_used)
    return books


def _bare_bulk(books: Books, used: list[float]) -> float:
    """The same rows by the bare driver, in one transaction; the seconds of writing alone."""
    took, spent = 0.0, list[float]()
    if books.engine.dialect.name == "sqlite":
        bare: Any = bare_sqlite(books, books)
        took += seconds(partial(bare.execute, "BEGIN IMMEDIATE"), spent)
        for table in TABLES:
            for columns, rows in batches(books, table):
                took += seconds(partial(bare.executemany, insert_sql(table, columns), rows), spent)
        took += seconds(partial(bare.execute, "COMMIT"), spent)
    else:
        bare = bare_postgresql(books)
        server = server_of(bare)

        def write(copy: Any, rows: list[Any]) -> None:
            for row in rows:
                copy.write_row(row)

        bare.execute("BEGIN")
        for table in TABLES:
            parts = batches(books, table)
            columns, rows = next(parts)
            copying = bare.cursor().copy(f"COPY bare.{table} ({', '.join(columns)}) FROM STDIN")
            copy = copying.__enter__()
            took += seconds(partial(write, copy, rows), spent, server=server)
            for _, rows in parts:
                took += seconds(partial(write, copy, rows), spent, server=server)
            took += seconds(partial(copying.__exit__, None, None, None), spent, server=server)
        took += seconds(partial(bare.execute, "COMMIT"), spent, server=server)
    bare.close()
    used.append(sum(spent))
    return took


def one_by_one(make: Any, count: int) -> None:
    """One durable entry a command, beside the bare rows committed one entry at a time."""
    books = make()
    ledger = books.ledger()
    from ledger.commands import post

    books.post(drafts(1_000, seed=5))
    entries = list(drafts(count, seed=2))
    used, bare_used = list[float](), list[float]()

    def perform(one: Any) -> None:
        ledger.perform("post", lambda unit: post(unit, [one]), payload={"n": one.document})

    # a series, as a day's entries are: collecting between two of them would empty the processor's caches each time
    gc.collect()
    with books.engine.connect() as connection:
        server = server_of(connection)
    times = [seconds(partial(perform, one), used, collected=False, server=server) for one in entries]
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
    gc.collect()
    server = server_of(bare)
    bare_times = [seconds(partial(work, row), bare_used, collected=False, server=server) for row in new]
    bare.close()
    ours, theirs = statistics.median(times), statistics.median(bare_times)
    figures = f"{ours * 1e3:.2f} / {theirs * 1e3:.2f} ms"
    tell(f"une écriture durable par acte ({count})", figures, theirs / ours, ONE_GOAL)
    processor(used, bare_used)


def balances(books: Books, closed: str, open_from: int = 1) -> None:
    """The trial balance of the year beside the bare aggregate over the covering index; one account's ledger."""
    import datetime as dt

    from sqlalchemy import text

    from ledger.balance import known_entry, trial_balance

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

        used, bare_used = list[float](), list[float]()
        server = server_of(connection)
        enough = 21 if seconds(bare) < 0.5 else 3
        turns = [(seconds(bare, bare_used, server=server), seconds(ours, used, server=server)) for _ in range(enough)]
        base, mine = (statistics.median(column) for column in zip(*turns, strict=True))
        tell(f"balance de l'année, {closed}", f"{mine * 1e3:.1f} / {base * 1e3:.1f} ms", mine / base, 2.0, False)
        processor_of_reading(used, bare_used)
        _ledger_of_account(connection, start, end)


def _ledger_of_account(connection: Any, start: Any, end: Any) -> None:
    """All the lines of one account beside plain rows and a running sum; fifty of them from a key on."""
    from sqlalchemy import select, text, tuple_

    from ledger.tables.journal import entry_line

    columns = (entry_line.c.date, entry_line.c.entry_id, entry_line.c.position, entry_line.c.debit, entry_line.c.credit)
    mine = select(*columns).where(entry_line.c.account == "60001", entry_line.c.date.between(start, end))
    order = (entry_line.c.date, entry_line.c.entry_id, entry_line.c.position)
    plain = text(
        "SELECT date, entry_id, position, debit, credit FROM entry_line WHERE account = '60001'"
        " AND date BETWEEN :start AND :end ORDER BY date, entry_id, position"
    )
    bounds = {"start": start, "end": end}
    if connection.dialect.name == "sqlite":
        bounds = {name: day.isoformat() for name, day in bounds.items()}

    def run(query: Any, *given: Any) -> int:
        balance = 0
        for *_, debit, credit in connection.execute(query, *given):
            balance += debit - credit
        return balance

    turns = [(seconds(lambda: run(plain, bounds)), seconds(lambda: run(mine.order_by(*order)))) for _ in range(3)]
    base, ours = (statistics.median(column) for column in zip(*turns, strict=True))
    tell("grand livre d'un compte", f"{ours * 1e3:.1f} / {base * 1e3:.1f} ms", ours / base, 1.5, False)
    middle = connection.execute(mine.order_by(*order).offset(len(connection.execute(mine).all()) // 2).limit(1)).one()
    # one lower bound alone: the key itself
    later = (entry_line.c.account == "60001", entry_line.c.date <= end, tuple_(*order) > tuple_(*middle[:3]))
    page = select(*columns).where(*later).order_by(*order).limit(50)
    spent = list[float]()
    server = server_of(connection)
    took = statistics.median(seconds(lambda: connection.execute(page).all(), spent, server=server) for _ in range(21))
    alone = "" if server is None else f", dont serveur {_of_server(connection, page, server) * 1e3:.2f}"
    figures = f"{took * 1e3:.2f} ms ; processeur {statistics.median(spent) * 1e3:.2f}{alone}"
    tell("cinquante lignes du compte à partir d'une clé", figures)


def _of_server(connection: Any, query: Any, server: int) -> float:
    """What one query takes of the database's own processor."""
    times = []
    for _ in range(21):
        before = server_seconds(server)
        connection.execute(query).all()
        times.append(server_seconds(server) - before)
    return statistics.median(times)


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


def memory(name: str, counts: tuple[int, int]) -> None:
    """Peak of memory of a process that posts a stream of N entries, then many times as many: flat in N."""
    peaks = []
    for count in counts:
        told = subprocess.run(
            [sys.executable, __file__, "--peak", "--engine", name, "--entries", str(count)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        peaks.append(int(told.stdout.split()[-1]))
    figures = f"{peaks[1] / 1e3:.0f} / {peaks[0] / 1e3:.0f} Mo"
    tell(f"mémoire, {counts[1]} puis {counts[0]} écritures", figures, peaks[1] / peaks[0], 1.25, False)


def highest() -> int:
    """The most memory that this program has held, in kilobytes; `ru_maxrss` would begin at its parent's."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def peak(opened: Any, count: int) -> int:
    """Post a stream of entries and print the peak of this process, in kilobytes."""
    with opened() as make:
        make().post(drafts(count))
        print(highest())
    return 0


def main() -> int:
    """Print the figures of each engine."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--turns", type=int, default=1)
    options.add_argument("--one", type=int, default=300)
    options.add_argument("--engine", choices=("sqlite", "postgresql"))
    options.add_argument("--peak", action="store_true", help="the memory of one posting, alone")
    asked = options.parse_args()
    for name, opened in (("sqlite", sqlite_books), ("postgresql", postgresql_books)):
        if asked.engine not in (None, name):
            continue
        if asked.peak:
            return peak(opened, asked.entries)
        reference = "executemany" if name == "sqlite" else "COPY"
        print(f"  — {name} (référence : {reference}, mêmes lignes, mêmes index)", flush=True)
        with opened() as make:
            one_by_one(make, asked.one)
            books = bulk(make, asked.entries, asked.turns)
            balances(books, "aucun mois clos")
            close_months(books)
            settle(books)
            balances(books, "onze mois clos", open_from=12)
            whole_verify(books, asked.entries)
        # beyond this many, memory is only slower to measure
        memory(name, (10_000, min(asked.entries, 200_000)))
    return shown.end()


if __name__ == "__main__":
    sys.exit(main())
