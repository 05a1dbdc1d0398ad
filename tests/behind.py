"""Behind the guards: what somebody with the file or the owner's rights in hand can still change."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from databases import Database
from sqlalchemy import Connection, Engine, text

from ledger.engine import open_engine


@contextmanager
def behind_the_guards(database: Database) -> Iterator[Connection]:
    """A connection on which no trigger, key or constraint speaks."""
    engine = open_engine(database.owner_url)
    with engine.connect() as connection:
        if database.backend == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.execute("PRAGMA foreign_keys = OFF")
            driver.execute("PRAGMA ignore_check_constraints = ON")
            for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                driver.execute(f"DROP TRIGGER {name}")
        else:
            _set_aside(engine)
            connection.execution_options(write=True)
        yield connection
    engine.dispose()


def _set_aside(engine: Engine) -> None:
    checks = text(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint"
        " WHERE contype = 'c' AND connamespace = 'public'::regnamespace"
    )
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        for table, name in connection.execute(checks).all():
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


@contextmanager
def attack(connection: Connection) -> Iterator[None]:
    """A transaction that leaves no trace once its effect has been looked at."""
    transaction = connection.begin()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = 'replica'")
    try:
        yield
    finally:
        transaction.rollback()
