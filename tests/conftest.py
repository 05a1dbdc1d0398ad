"""What every test may ask for: a migrated database on each engine, and quiet surroundings."""

import ipaddress
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from databases import APPLICATION, BOOKS, TEMPLATE, Database, copied_file, copied_on_server
from postgres import Server, running

import ledger.engine

# the machine that tests does not lose its power: commits need not wait for the disk
ledger.engine.SYNCHRONOUS = "OFF"

hypothesis.settings.register_profile("default", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("fuzz", max_examples=5_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("default")


def loopback_only(event: str, arguments: tuple[Any, ...]) -> None:
    """No test reaches another machine: an audit hook sees every connection that Python opens."""
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise RuntimeError(f"a test tried to connect to {host}: tests work without a network")


sys.addaudithook(loopback_only)


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in [name for name in os.environ if name.startswith("PCAES_") and name != "PCAES_SAMPLES"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server per test process, without any of the product's tables."""
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> Server:
    """The server once its template database is migrated, which also makes the application's role."""
    from ledger.migrate import upgrade

    postgres_server.create(TEMPLATE)
    upgrade(postgres_server.url(TEMPLATE, APPLICATION), owner_url=postgres_server.url(TEMPLATE))
    return postgres_server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, to be copied."""
    from ledger.migrate import upgrade

    file = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture
def postgres_database(postgres_template: Server) -> Iterator[Database]:
    """A migrated database on PostgreSQL, dropped after the test."""
    yield from copied_on_server(postgres_template, TEMPLATE)


@pytest.fixture
def empty_postgres_database(postgres_server: Server) -> Iterator[Database]:
    """A database on PostgreSQL without a single table; both addresses are the owner's."""
    postgres_server.create("pcaes_empty")
    yield Database(url=postgres_server.url("pcaes_empty"), owner_url=postgres_server.url("pcaes_empty"))
    postgres_server.drop("pcaes_empty")


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Database:
    """A migrated database in a SQLite file of its own."""
    return copied_file(sqlite_template, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated database; the test runs once on each engine."""
    wanted = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    found: Database = request.getfixturevalue(wanted)
    return found


@pytest.fixture(scope="session")
def sqlite_books_template(sqlite_template: Path) -> Path:
    """A SQLite file with the chart loaded and the three books open, marked fictional."""
    from ledger.setup import create_books

    file = sqlite_template.with_name("books.db")
    shutil.copyfile(sqlite_template, file)
    create_books(f"sqlite:///{file}", fictional=True)
    return file


@pytest.fixture(scope="session")
def postgres_books_template(postgres_template: Server) -> Server:
    """The server once it also holds a template with the chart loaded and the three books open."""
    from ledger.setup import create_books

    postgres_template.create(BOOKS, TEMPLATE)
    create_books(postgres_template.url(BOOKS, APPLICATION), postgres_template.url(BOOKS), fictional=True)
    return postgres_template


@pytest.fixture
def sqlite_books(sqlite_books_template: Path, tmp_path: Path) -> Database:
    """Fictional books without an entry, in a SQLite file of their own."""
    return copied_file(sqlite_books_template, tmp_path)


@pytest.fixture
def postgres_books(postgres_books_template: Server) -> Iterator[Database]:
    """Fictional books without an entry, on PostgreSQL."""
    yield from copied_on_server(postgres_books_template, BOOKS)


@pytest.fixture(params=["sqlite", "postgresql"])
def books(request: pytest.FixtureRequest) -> Database:
    """Fictional books without an entry or a user: chart loaded, three books open; once on each engine."""
    found: Database = request.getfixturevalue({"sqlite": "sqlite_books", "postgresql": "postgres_books"}[request.param])
    return found


@pytest.fixture
def books_engine(books: Database) -> Iterator[Any]:
    """An open engine on fictional books without an entry, on each engine in turn; closed after the test."""
    from ledger.engine import open_engine

    opened = open_engine(books.url)
    yield opened
    opened.dispose()


@pytest.fixture
def owner_engine(books: Database) -> Iterator[Any]:
    """The same books for the owner of the tables, who may try what the application has no right to."""
    from ledger.engine import open_engine

    opened = open_engine(books.owner_url)
    yield opened
    opened.dispose()


@pytest.fixture
def engine_url(database: Database) -> str:
    """The application's URL of a migrated database, on each engine in turn."""
    return database.url


@pytest.fixture
def engine(database: Database) -> Iterator[Any]:
    """An open engine on a migrated database, on each engine in turn; closed after the test."""
    from ledger.engine import open_engine

    opened = open_engine(database.url)
    yield opened
    opened.dispose()
