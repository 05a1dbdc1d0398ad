"""A database that already holds books is upgraded step by step: nothing of them moves, and they go on."""

import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import whole_books
from alembic import command
from alembic.script import ScriptDirectory
from attack import Attacker
from databases import APPLICATION, Database, numbers
from levying import exempt, month, take
from ordered import Office
from posting import do, expense, receipt, seal, transfer
from sqlalchemy import Engine, inspect, text

from ledger.correct import reverse_entry
from ledger.engine import open_engine
from ledger.migrate import _config
from ledger.periods.close import close_period
from ledger.setup import create_books
from ledger.takeover import end_takeover
from ledger.unit import Ledger
from portal.verification import verify_books

# the transaction identifiers of PostgreSQL are unknown to the library
pytestmark = pytest.mark.filterwarnings("ignore:Did not recognize type:sqlalchemy.exc.SAWarning")
MAY = dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)


def journal(engine: Engine) -> None:
    """Entries, a correction, a transfer, a closed month: what the first migration can hold."""
    ledger = Ledger(engine, "essai", clock=lambda: whole_books.SETTING_UP)
    wrong = seal(ledger, receipt(key="r"), expense(day=dt.date(2026, 1, 5)), *transfer())[1]
    do(ledger, reverse_entry, wrong.reference, "negative", "essai")
    do(ledger, close_period, "BF", (2026, 1))


def offices(engine: Engine) -> None:
    """Capital, levy, people, orders, a handover, bank, a signed month, drafts, the end of the take-over."""
    first = Ledger(engine, "installation", clock=lambda: whole_books.SETTING_UP)
    for book in whole_books.BOOKS:
        do(first, whole_books.bind, book, whole_books.IBAN[book], "Banque fictive", ())
    whole_books._capital(first)
    whole_books._year(first)
    take(first, month(), exempt(), book=None)
    office = Office(engine).set_up(money=0)
    whole_books._orders(office)
    whole_books._bank(office)
    whole_books._drafts(office)
    office.perform("adm", lambda unit: end_takeover(unit, dt.date(2026, 4, 19)))


def upgraded(engine: Engine, revision: str) -> None:
    """The schema of one revision."""
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        command.upgrade(_config(connection), revision)


def columns(source: Engine, target: Engine) -> Iterator[tuple[str, str]]:
    """Each table of an older schema that holds nothing yet, with its columns."""
    wanted, found = inspect(source), inspect(target)
    with target.connect() as connection:
        for table in found.get_table_names():
            if table == "alembic_version" or connection.execute(text(f"SELECT count(*) FROM {table}")).scalar():
                continue  # what the migration itself has filled
            own = {column["name"] for column in wanted.get_columns(table)}
            names = [column["name"] for column in found.get_columns(table)]
            yield table, ", ".join(f'"{name}"' for name in names if name in own and name != "sealed_in")


def copied(source: Engine, target: Engine) -> int:
    """The rows of the newest schema brought into an older one, as it would have held them; gives how many."""
    tables = list(columns(source, target))
    source.dispose()
    target.dispose()
    if target.dialect.name == "sqlite":
        connection = sqlite3.connect(str(target.url.database), isolation_level=None)
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("ATTACH ? AS other", (source.url.database,))
        count = 0
        for table, names in tables:
            count += connection.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM other.{table}").rowcount
        for _, sql in guards:
            connection.execute(sql)
        connection.close()
        return count
    with _plain(source) as reading, _plain(target) as writing:
        writing.execute("SET session_replication_role = 'replica'")
        count = 0
        for table, names in tables:
            rows = reading.execute(f"SELECT {names} FROM {table}").fetchall()
            marks = ", ".join(["%s"] * len(names.split(", ")))
            writing.cursor().executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
            count += len(rows)
    return count


def _plain(engine: Engine) -> Any:
    return psycopg.connect(host=engine.url.query["host"], user="postgres", dbname=engine.url.database)


@pytest.fixture
def older(books: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Database]:
    """The address of a database without a single table, on the engine of `books`."""
    if books.backend == "sqlite":
        file = tmp_path / "ancienne.db"
        yield Database(url=f"sqlite:///{file}", owner_url=f"sqlite:///{file}")
        return
    server = request.getfixturevalue("postgres_server")
    name = f"pcaes_old_{next(numbers)}"
    server.create(name)
    yield Database(url=server.url(name, APPLICATION), owner_url=server.url(name))
    server.drop(name)


def sealed(engine: Engine) -> list[Any]:
    """The entries in order, with their hashes, and how many lines there are."""
    with engine.connect() as connection:
        entries = connection.execute(text("SELECT id, book, number, hash FROM entry ORDER BY id")).all()
        return [*map(tuple, entries), connection.execute(text("SELECT count(*) FROM entry_line")).scalar()]


def faults(url: str) -> list[Any]:
    """The checks of `verify` that find something."""
    engine = open_engine(url)
    with engine.connect() as connection:
        found = [one for one in verify_books(connection)["checks"] if not one["ok"]]
    engine.dispose()
    return found


@pytest.mark.parametrize(("start", "live"), [("0001", journal), ("0008", offices)])
def test_filled_books_are_upgraded_and_go_on(
    start: str, live: Callable[[Engine], None], books: Database, older: Database
) -> None:
    source, target = open_engine(books.owner_url), open_engine(older.owner_url)
    try:
        live(source)
        upgraded(target, start)
        assert copied(source, target) > 20
        before = sealed(source)
        steps = [one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()][::-1]
        for revision in steps[steps.index(start) + 1 :]:
            upgraded(target, revision)
            assert sealed(target) == before
    finally:
        source.dispose()
        target.dispose()

    create_books(older.url, older.owner_url)
    assert faults(older.url) == []

    engine = open_engine(older.url)
    person = "essai" if live is journal else "accBF"
    ledger = Ledger(engine, person, clock=lambda: MAY)
    seal(ledger, expense(day=dt.date(2026, 5, 4)))
    with ledger.read() as connection:
        chain = connection.execute(text("SELECT previous_hash, hash FROM command_log ORDER BY id DESC LIMIT 2")).all()
    engine.dispose()
    assert (chain[0].previous_hash, len(chain[0].hash)) == ("0" * 64, 64), "the chain of commands begins here"
    assert (chain[1].previous_hash, chain[1].hash) == (None, None)
    assert faults(older.url) == []

    who = Attacker(older, owner=True)
    assert who.refused("UPDATE entry SET label = 'x'") == "entry_append_only"
    assert who.refused("DELETE FROM command_log") == "command_log_append_only"
    who.close()
