"""The migrated databases that tests are given: copies of templates, one per test."""

import itertools
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from postgres import Server

TEMPLATE = "pcaes_template"
BOOKS = "pcaes_books"
APPLICATION = "pcaes_app"
numbers = itertools.count(1)


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


def copied_file(template: Path, folder: Path) -> Database:
    """A SQLite file of one test's own."""
    file = folder / "pcaes.db"
    shutil.copyfile(template, file)
    return Database(url=f"sqlite:///{file}", owner_url=f"sqlite:///{file}")


def copied_on_server(server: Server, template: str) -> Iterator[Database]:
    """A copy of a template on the server, dropped when the test is over."""
    name = f"pcaes_{next(numbers)}"
    server.create(name, template)
    yield Database(url=server.url(name, APPLICATION), owner_url=server.url(name))
    server.drop(name)
