"""What every test may ask for: a migrated database on each engine, and quiet surroundings."""

import ipaddress
import itertools
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from postgres import Server, running

hypothesis.settings.register_profile("default", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("fuzz", max_examples=5_000, deadline=None, print_blob=True)
hypothesis.settings.load_profile("default")

TEMPLATE = "pcaes_template"
APPLICATION = "pcaes_app"
numbers = itertools.count(1)


def loopback_only(event: str, arguments: tuple[Any, ...]) -> None:
    """No test reaches another machine: an audit hook sees every connection that Python opens."""
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    host = str(arguments[1][0])
    if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
        raise RuntimeError(f"a test tried to connect to {host}: tests work without a network")


sys.addaudithook(loopback_only)


@dataclass(frozen=True)
class Database:
    """A migrated database that belongs to one test.

    `url` is the application's: on PostgreSQL a role that may do no more than the product needs. `owner_url`
    belongs to whoever owns the tables: migrations use it, and tests that look behind the guards.
    """

    url: str
    owner_url: str

    @property
    def backend(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.url.partition(":")[0].partition("+")[0]


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
    """The server once its template database is migrated and the application's role exists."""
    from psycopg import sql

    from ledger.migrate import upgrade

    postgres_server.create(TEMPLATE)
    postgres_server.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(APPLICATION)))
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
    name = f"pcaes_{next(numbers)}"
    postgres_template.create(name, TEMPLATE)
    owner_url = postgres_template.url(name)
    limited = postgres_template.may_read(name, APPLICATION, "alembic_version")
    yield Database(url=postgres_template.url(name, APPLICATION) if limited else owner_url, owner_url=owner_url)
    postgres_template.drop(name)


@pytest.fixture
def empty_postgres_database(postgres_server: Server) -> Iterator[Database]:
    """A database on PostgreSQL without a single table; both addresses are the owner's."""
    name = f"pcaes_{next(numbers)}"
    postgres_server.create(name)
    yield Database(url=postgres_server.url(name), owner_url=postgres_server.url(name))
    postgres_server.drop(name)


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Database:
    """A migrated database in a SQLite file of its own."""
    file = tmp_path / "pcaes.db"
    shutil.copyfile(sqlite_template, file)
    return Database(url=f"sqlite:///{file}", owner_url=f"sqlite:///{file}")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Database:
    """A migrated database; the test runs once on each engine."""
    wanted = {"sqlite": "sqlite_database", "postgresql": "postgres_database"}[request.param]
    found: Database = request.getfixturevalue(wanted)
    return found


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
