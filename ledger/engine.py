"""Open a database: SQLite or PostgreSQL, with the settings that make its transactions true."""

import re
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url

from ledger.refusal import Refusal

BUSY_TIMEOUT_MS = 30_000

SYNCHRONOUS = "FULL"
"""What SQLite waits for at each commit: FULL means that a power cut loses nothing that was answered."""

WRITER_LOCK = 20250328
"""Key of the advisory lock that orders every writer on PostgreSQL; SQLite has one writer by nature."""


_TARGET = re.compile(r'\s*(?:INSERT\s+INTO|UPDATE)\s+"?(\w+)', re.IGNORECASE)
WRITTEN = "written"
"""Name, among what a connection carries, of the set of tables that its transaction wrote to."""
AS_WRITTEN = "as_written"
"""The same, of the seals of long tables that the writer itself fed, row by row."""


class DatabaseUnknown(Refusal):
    """The address is not one of a database that the product works with."""

    code = "database_unknown"
    sentence = (
        "L'adresse de base de données « {url} » n'est pas utilisable : attendu sqlite:///fichier.db ou "
        "postgresql://utilisateur@serveur/base. Corrigez --database ou PCAES_DATABASE."
    )
    exit_code = 2


class DatabaseInMemory(Refusal):
    """Books in memory would be gone with the command that wrote them."""

    code = "database_in_memory"
    sentence = (
        "L'adresse « {url} » est celle d'une base en mémoire, qui disparaît avec la commande : les livres demandent un "
        "fichier. Attendu par exemple sqlite:///livres.db. Corrigez --database ou PCAES_DATABASE."
    )
    exit_code = 2


def open_engine(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…`.

    Refuses: database_unknown, database_in_memory.
    """
    try:
        parsed = make_url(url)
    except Exception as fault:
        raise DatabaseUnknown(url=url) from fault
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        return _noting(_postgresql(parsed.set(drivername="postgresql+psycopg")))
    if backend == "sqlite":
        if parsed.database in (None, "", ":memory:") or "mode=memory" in url:
            raise DatabaseInMemory(url=url)
        return _noting(_sqlite(parsed))
    raise DatabaseUnknown(url=parsed.render_as_string(hide_password=True))


def _noting(engine: Engine) -> Engine:
    """Each transaction knows the tables that it wrote to: the command that ends it seals their rows."""

    @event.listens_for(engine, "begin")
    def forget(connection: Connection) -> None:
        connection.info[WRITTEN] = set()
        connection.info[AS_WRITTEN] = {}

    @event.listens_for(engine, "before_cursor_execute")
    def note(connection: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        target = _TARGET.match(statement)
        if target is not None:
            connection.info.setdefault(WRITTEN, set()).add(target.group(1))

    return engine


def _postgresql(url: Any) -> Engine:
    engine = create_engine(url, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("write"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITER_LOCK})")
        else:
            # a report reads one state of the books from its first line to its last
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")

    return engine


def _sqlite(url: Any) -> Engine:
    engine = create_engine(url)

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute(f"PRAGMA synchronous = {SYNCHRONOUS}")
        cursor.execute("PRAGMA recursive_triggers = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("write")
        # what a guarded statement keeps aside is small and costs a file otherwise; what a report sorts may be large
        connection.exec_driver_sql(f"PRAGMA temp_store = {'MEMORY' if writing else 'DEFAULT'}")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine
