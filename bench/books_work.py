"""What the benches of the books share: made-up entries, empty books on each engine, the bare baselines."""

import contextlib
import gc
import random
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

BOOKS = ("BF", "ML", "NE")
ACCOUNTS = 60
"""Accounts of each book."""
FIRST_DAY = date(2025, 1, 1)
DAYS = 365


def chart_text() -> str:
    """A chart of 60 postable accounts for each book."""
    rows = ["number;title;book;postable;pairing;suspense;to_confirm"]
    for rank, book in enumerate(BOOKS, start=1):
        rows += [f"6{place:03d}{rank};Compte {place} {book};{book};yes;;no;no" for place in range(ACCOUNTS)]
    return "\n".join(rows) + "\n"


def drafts(count: int, seed: int = 1, keyed: bool = True, day: date | None = None) -> Iterator[Any]:
    """Balanced entries of 2 to 4 lines over 60 accounts × 3 books, with label and reference, in a fixed order."""
    from ledger.entry import EntryDraft, Line

    dice = random.Random(seed)
    below = dice.random
    names = {book: [f"6{place:03d}{rank}" for place in range(ACCOUNTS)] for rank, book in enumerate(BOOKS, start=1)}
    for place in range(count):
        book = BOOKS[int(below() * 3)]
        accounts = names[book]
        size = 2 + int(below() * 3)
        amounts = [1 + int(below() * 9_000_000) for _ in range(size - 1)]
        lines = [
            Line(accounts[int(below() * ACCOUNTS)], amount, 0, f"Ligne {place}", f"REF-{place:08d}")
            for amount in amounts
        ]
        lines.append(Line(accounts[int(below() * ACCOUNTS)], 0, sum(amounts), f"Ligne {place}", f"REF-{place:08d}"))
        yield EntryDraft(
            book, "OD", day or FIRST_DAY + timedelta(days=place * DAYS // count), f"PIECE-{place:08d}",
            f"Écriture d'essai {place}", tuple(lines), key=f"essai-{seed}-{place}" if keyed else None,
        )  # fmt: skip


@dataclass(frozen=True)
class Books:
    """Empty books of one engine, and where a bare baseline finds the same server."""

    engine: Any
    url: str
    owner_url: str

    def ledger(self) -> Any:
        """The books as the library opens them."""
        from ledger.unit import Ledger

        return Ledger(self.engine, "banc d'essai")

    def post(self, entries: Any) -> int:
        """Post a stream of entries in one command."""
        from ledger.post import post_many

        answer = self.ledger().perform("bench", lambda unit: {"posted": post_many(unit, entries)})
        return int(answer["posted"])


@contextlib.contextmanager
def sqlite_books() -> Iterator[Callable[[], Books]]:
    """A maker of empty books in SQLite files of their own, erased at the end."""
    from ledger.engine import open_engine
    from ledger.setup import create_books

    home = Path(tempfile.mkdtemp(prefix="pcaes-bench-"))
    made: list[Any] = []
    try:
        chart = home / "chart.csv"
        chart.write_text(chart_text(), encoding="utf-8")
        template = home / "template.db"
        create_books(f"sqlite:///{template}", chart_file=chart, fictional=True)

        def make() -> Books:
            file = home / f"books-{len(made)}.db"
            shutil.copyfile(template, file)
            url = f"sqlite:///{file}"
            made.append(open_engine(url))
            return Books(made[-1], url, url)

        yield make
    finally:
        for engine in made:
            engine.dispose()
        shutil.rmtree(home, ignore_errors=True)


@contextlib.contextmanager
def postgresql_books() -> Iterator[Callable[[], Books]]:
    """A maker of empty books on a PostgreSQL server of its own, whose commits wait for the disk."""
    from postgres import running
    from psycopg import sql

    from ledger.engine import open_engine
    from ledger.setup import create_books

    made: list[Any] = []
    with running() as server, tempfile.TemporaryDirectory(prefix="pcaes-bench-") as home:
        for setting, value in (("fsync", "on"), ("synchronous_commit", "on"), ("full_page_writes", "on")):
            server.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), sql.Identifier(value)))
        for setting, value in (("shared_buffers", "256MB"), ("max_wal_size", "2GB"), ("work_mem", "64MB")):
            if setting != "shared_buffers":  # this one would need a restart
                server.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting), sql.Literal(value)))
        server.execute(sql.SQL("SELECT pg_reload_conf()"))
        chart = Path(home) / "chart.csv"
        chart.write_text(chart_text(), encoding="utf-8")
        server.create("bench_template")
        create_books(server.url("bench_template"), chart_file=chart, fictional=True)

        def make() -> Books:
            name = f"bench_{len(made)}"
            server.create(name, "bench_template")
            url = server.url(name)
            made.append(open_engine(url))
            return Books(made[-1], url, url)

        try:
            yield make
        finally:
            for engine in made:
                engine.dispose()


TABLES = ("entry_line", "entry")


def rows_of(books: Books) -> dict[str, tuple[list[str], list[tuple[Any, ...]]]]:
    """The columns and the rows that posting wrote, as the driver takes them back."""
    found = {}
    with books.ledger().read() as connection:
        for table in TABLES:
            result = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2")
            names = list(result.keys())
            keep = [place for place, name in enumerate(names) if name != "sealed_in"]
            rows = [tuple(row[place] for place in keep) for row in result]
            found[table] = ([names[place] for place in keep], rows)
    return found


def batches(books: Books, table: str, size: int = 20_000) -> Iterator[tuple[list[str], list[tuple[Any, ...]]]]:
    """The rows of a table as the driver takes them back, so many at a time, in the order in which they were written."""
    with books.ledger().read() as connection:
        columns = list(connection.exec_driver_sql(f"SELECT * FROM {table} LIMIT 0").keys())
        names = [name for name in columns if name != "sealed_in"]
        rows = connection.exec_driver_sql(
            f"SELECT {', '.join(names)} FROM {table} ORDER BY 1, 2", execution_options={"yield_per": size}
        )
        for part in rows.partitions(size):
            yield names, [tuple(row) for row in part]


class Clocked:
    """A stream, and the seconds that making it took: they are nobody's work."""

    def __init__(self, stream: Iterator[Any]) -> None:
        self.seconds = self.processor = 0.0
        self._stream = stream

    def __iter__(self) -> Iterator[Any]:
        while True:
            before, processor = time.perf_counter(), time.process_time()
            # a thousand at a time: the clock costs too
            part = list(islice(self._stream, 1_000))
            self.seconds += time.perf_counter() - before
            self.processor += time.process_time() - processor
            if not part:
                return
            yield from part


def settle(books: Books) -> None:
    """What PostgreSQL does by itself within a minute of a large change: statistics, and pages seen by everyone."""
    if books.engine.dialect.name == "postgresql":
        import psycopg

        with psycopg.connect(books.owner_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as owner:
            owner.execute("VACUUM (ANALYZE)")


def file_of(books: Books) -> str:
    """The SQLite file of the books."""
    return books.url.removeprefix("sqlite:///")


def bare_sqlite(books: Books, like: Books) -> sqlite3.Connection:
    """Tables of the same columns, keys and indexes, without a rule, in the place of the books of `books`."""
    source = sqlite3.connect(file_of(like))
    columns = {table: source.execute(f"PRAGMA table_info({table})").fetchall() for table in TABLES}
    indexes = [
        sql
        for (sql,) in source.execute(
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (?, ?)", TABLES
        )
    ]
    source.close()
    file = Path(file_of(books)).with_suffix(".bare.db")
    file.unlink(missing_ok=True)
    bare = sqlite3.connect(file, isolation_level=None)
    bare.execute("PRAGMA journal_mode = WAL")
    bare.execute("PRAGMA synchronous = FULL")
    keys = {
        "entry": "PRIMARY KEY (id), UNIQUE (book, journal, year, number), UNIQUE (book, position)",
        "entry_line": "PRIMARY KEY (entry_id, position)",
    }
    for table in TABLES:
        named = ", ".join(f"{name} {kind}" for _, name, kind, *_ in columns[table])
        ending = " WITHOUT ROWID" if table == "entry_line" else ""
        bare.execute(f"CREATE TABLE {table} ({named}, {keys[table]}){ending}")
    for sql in indexes:
        bare.execute(sql)
    return bare


def insert_sql(table: str, columns: list[str], mark: str = "?") -> str:
    """An INSERT of every column."""
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join([mark] * len(columns))})"


def bare_postgresql(books: Books) -> Any:
    """The same tables with the same indexes, CHECKs and foreign keys, without triggers, in a schema of their own."""
    import psycopg

    bare = psycopg.connect(books.owner_url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
    bare.execute("CREATE SCHEMA bare")
    for table in reversed(TABLES):
        bare.execute(f"CREATE TABLE bare.{table} (LIKE public.{table} INCLUDING ALL)")
    for table in reversed(TABLES):
        keys = bare.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'"
            f" AND conrelid = 'public.{table}'::regclass"
        ).fetchall()
        for name, definition in keys:
            if "command_log" in definition:  # the command's own row is not among the rows compared
                continue
            for other in TABLES:
                definition = definition.replace(f"REFERENCES {other}(", f"REFERENCES bare.{other}(")
            bare.execute(f"ALTER TABLE bare.{table} ADD CONSTRAINT {name} {definition}")
    return bare


def server_of(connection: Any) -> int | None:
    """The process that serves a connection on PostgreSQL: a driver's own, or one of the engine."""
    driver = getattr(getattr(connection, "connection", None), "driver_connection", connection)
    return getattr(getattr(driver, "info", None), "backend_pid", None)


def server_seconds(server: int | None) -> float:
    """Seconds of processor of the process that serves us, as Linux tells them to the nanosecond; its helpers aside."""
    if server is None:
        return 0.0
    return int(Path(f"/proc/{server}/schedstat").read_text().split()[0]) / 1e9


def seconds(
    work: Callable[[], Any], used: list[float] | None = None, collected: bool = True, server: int | None = None
) -> float:
    """One run; `used` receives the seconds of processor, those of the process `server` included.

    The collector's debts are paid beforehand, unless `collected` is false: one of a series, whose caller paid them.
    """
    if collected:
        gc.collect()
    spent = time.process_time() + server_seconds(server)
    before = time.perf_counter()
    work()
    took = time.perf_counter() - before
    if used is not None:
        used.append(time.process_time() + server_seconds(server) - spent)
    return took
