"""A row that other rows waited for is found again without reading their whole table."""

from databases import Database
from sqlalchemy import Engine, inspect, text


def unindexed(engine: Engine) -> list[str]:
    """The deferred foreign keys of SQLite whose columns do not begin any index, as `table(columns)`.

    SQLite looks up the rows of the child each time a row of the parent comes while a deferred key waits: without an
    index, posting reads the whole child table once an entry.
    """
    found = []
    inspector = inspect(engine)
    for table in inspector.get_table_names():
        ways = [inspector.get_pk_constraint(table)["constrained_columns"]]
        ways += [one["column_names"] for one in inspector.get_indexes(table)]
        ways += [one["column_names"] for one in inspector.get_unique_constraints(table)]
        for key in inspector.get_foreign_keys(table):
            columns = key["constrained_columns"]
            if "deferrable" in key["options"] and not any(set(way[: len(columns)]) == set(columns) for way in ways):
                found.append(f"{table}({', '.join(columns)})")
    return sorted(found)


def test_every_deferred_key_of_sqlite_has_an_index_on_its_columns(sqlite_database: Database) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_database.url)
    assert unindexed(engine) == []
    engine.dispose()


def test_a_deferred_key_whose_index_is_gone_is_seen(sqlite_database: Database) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_database.url)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("DROP INDEX ix_statement_command"))
        connection.execute(text("DROP INDEX ix_entry_peer"))
    assert unindexed(engine) == ["entry(peer)", "statement(command_id)"]
    engine.dispose()
