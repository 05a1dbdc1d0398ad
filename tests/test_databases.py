"""The databases that tests are given are what they say."""

import socket

import pytest
from databases import TEMPLATE, Database
from postgres import Server
from sqlalchemy import Engine, text

from ledger.engine import open_engine
from ledger.migrate import current, head


def test_a_database_is_at_the_newest_revision(database: Database) -> None:
    assert current(database.url) == head()


@pytest.mark.parametrize("turn", ["first", "second"])
def test_two_tests_do_not_see_each_other(turn: str, database: Database) -> None:
    """The second turn would find the table of the first."""
    owner = open_engine(database.owner_url)
    with owner.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("CREATE TABLE left_behind (id INTEGER)"))
    with owner.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM left_behind")).scalar_one() == 0
    owner.dispose()


def test_the_template_stays_as_migrated(postgres_template: Server, postgres_database: Database) -> None:
    template = open_engine(postgres_template.url(TEMPLATE))
    with template.connect() as connection:
        assert connection.execute(text("SELECT to_regclass('left_behind')")).scalar_one() is None
    template.dispose()


def test_each_engine_has_its_turn(database: Database, engine: Engine) -> None:
    assert engine.dialect.name == database.backend


def test_fictional_books_are_open_and_empty(books_engine: Engine) -> None:
    with books_engine.connect() as connection:
        assert connection.execute(text("SELECT fictional FROM ledger_info")).scalar_one() == 1
        assert connection.execute(text("SELECT count(*) FROM entry")).scalar_one() == 0


def test_postgresql_loses_no_time_on_the_disk(postgres_database: Database) -> None:
    owner = open_engine(postgres_database.owner_url)
    with owner.connect() as connection:
        assert connection.execute(text("SHOW fsync")).scalar_one() == "off"
        assert connection.execute(text("SHOW listen_addresses")).scalar_one() == ""
    owner.dispose()


def test_no_test_reaches_another_machine() -> None:
    with socket.socket() as door, pytest.raises(RuntimeError, match=r"203\.0\.113\.1"):
        door.connect(("203.0.113.1", 80))
