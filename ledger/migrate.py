"""Create or upgrade the schema: the migrations are the only thing that builds it."""

from pathlib import Path
from typing import Any

from ledger.engine import open_engine


def migrations_folder() -> Path:
    """Where the migrations are: inside the installed package, or beside it in a checkout."""
    inside = Path(__file__).parent / "alembic"
    return inside if inside.is_dir() else Path(__file__).parent.parent / "alembic"


def _config(connection: Any = None) -> Any:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The newest revision that this version of the product knows."""
    from alembic.script import ScriptDirectory

    revision = ScriptDirectory.from_config(_config()).get_current_head()
    if revision is None:
        raise RuntimeError("no migration is shipped with this installation")
    return revision


def current(url: str) -> str | None:
    """The revision of the database, or None when it holds no books yet."""
    from alembic.runtime.migration import MigrationContext

    engine = open_engine(url)
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def upgrade(url: str, owner_url: str | None = None) -> None:
    """Bring the schema to the newest revision, in one transaction, as the owner of the tables.

    `owner_url` (PostgreSQL) is the account that owns the tables; without it `url` does both. The application's
    role is created if absent, and its rights are given anew, table by table.
    Refuses: database_unknown, and what `grant_application` refuses.
    """
    from alembic import command

    from ledger.roles import grant_application, pin_guards

    engine = open_engine(owner_url or url)
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            command.upgrade(_config(connection), "head")
            if connection.dialect.name == "postgresql":
                pin_guards(connection)
                if owner_url is not None:
                    grant_application(connection, url)
    finally:
        engine.dispose()
