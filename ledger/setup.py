"""Create the books, or bring them to this version: schema, chart, journals."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, insert, select, text

from ledger.book import BOOKS
from ledger.capital.terms import load_terms
from ledger.chart import DEFAULT_CHART, default_chart, load_books, load_chart, read_chart
from ledger.clock import clock_for
from ledger.engine import open_engine
from ledger.levy.law import load_levy_law
from ledger.migrate import current, head, upgrade
from ledger.reference_seal import reference_digests, seal_references
from ledger.refusal import Refusal
from ledger.tables.books import ledger_info
from ledger.unit import DatabaseNotReady, DatabaseOutdated


class FictionalForever(Refusal):
    """Real books never become fictional ones, nor the reverse."""

    code = "fictional_forever"
    sentence = (
        "La base existe déjà et n'est pas marquée fictive : cette marque ne se donne qu'à la création. "
        "Créez une autre base pour les essais."
    )


def create_books(
    url: str, owner_url: str | None = None, chart_file: Path | None = None, fictional: bool = False
) -> dict[str, object]:
    """Create or upgrade the database, load the chart, open the three books. Harmless when done twice.

    Refuses: database_unknown, chart_unreadable, chart_conflict, fictional_forever.
    """
    version = current(owner_url or url)
    upgrade(url, owner_url)
    engine = open_engine(owner_url or url)
    try:
        with engine.connect().execution_options(write=True) as connection, connection.begin():
            info = connection.execute(select(ledger_info)).one_or_none()
            if info is not None and fictional and not info.fictional:
                raise FictionalForever()
            before = reference_digests(connection) if version == head() else None
            load_books(connection)
            load_terms(connection)
            if chart_file is not None:
                accounts = read_chart(chart_file.read_text(encoding="utf-8-sig"), chart_file.name)
            else:
                accounts = default_chart() if info is None else []
            name = chart_file.stem if chart_file is not None else DEFAULT_CHART
            file = chart_file.name if chart_file is not None else "chart.csv"
            added = load_chart(connection, accounts, name, file)
            load_levy_law(connection)
            if info is None:
                now = clock_for(fictional)() if fictional else datetime.now(UTC)
                connection.execute(insert(ledger_info).values(id=1, fictional=fictional, created_at=now, chart=name))
            seal_references(connection, before)
            return {
                "created": info is None,
                "accounts_added": added,
                "books": list(BOOKS),
                "fictional": fictional if info is None else info.fictional,
                "schema": connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one(),
            }
    finally:
        engine.dispose()


def require_current(url: str, engine: Engine | None = None) -> None:
    """Refuse a database that holds no books, or those of another schema; `engine` when it is open already.

    Refuses: database_not_ready, database_outdated.
    """
    from sqlalchemy.engine import make_url
    from sqlalchemy.exc import OperationalError, ProgrammingError

    from ledger.migrate import migrations_folder

    parsed = make_url(url)
    shown = parsed.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite" and parsed.database and not Path(parsed.database).exists():
        raise DatabaseNotReady(database=shown)
    opened = engine or open_engine(url)
    try:
        with opened.connect() as connection:
            try:
                found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
            except (OperationalError, ProgrammingError) as fault:
                raise DatabaseNotReady(database=shown) from fault
    finally:
        if engine is None:
            opened.dispose()
    expected = max(file.name[:4] for file in (migrations_folder() / "versions").glob("[0-9]*.py"))
    if found != expected:
        raise DatabaseOutdated(database=shown, found=found, expected=expected)
