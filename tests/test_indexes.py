"""A row that other rows waited for is found again without reading their whole table."""

from databases import Database
from sqlalchemy import Engine, inspect, text

from ledger.command_seal import CHAINED, SEALS, parent_of
from ledger.engine import open_engine
from ledger.tables import metadata
from portal.verification import all_checks


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
    engine = open_engine(sqlite_database.url)
    assert unindexed(engine) == []
    engine.dispose()


def test_a_deferred_key_whose_index_is_gone_is_seen(sqlite_database: Database) -> None:
    engine = open_engine(sqlite_database.url)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        connection.execute(text("DROP INDEX ix_statement_command"))
        connection.execute(text("DROP INDEX ix_entry_peer"))
    assert unindexed(engine) == ["entry(peer)", "statement(command_id)"]
    engine.dispose()


def looked_for(engine: Engine) -> list[str]:
    """The columns by which rows are looked for without an index that begins with them, as `table(columns)`.

    The seal of a command asks each table that it wrote to for its own rows: by the command, or by the row of
    another table that the command wrote.
    """
    found = []
    inspector = inspect(engine)
    for table in sorted(metadata.tables.values(), key=lambda one: one.name):
        column = table.c.get("command_id")
        if column is None:
            column = parent_of(table)
        if column is None or table.name in CHAINED | SEALS:
            continue
        ways = [inspector.get_pk_constraint(table.name)["constrained_columns"]]
        ways += [one["column_names"] for one in inspector.get_indexes(table.name)]
        ways += [one["column_names"] for one in inspector.get_unique_constraints(table.name)]
        if not any(way[:1] == [column.name] for way in ways):
            found.append(f"{table.name}({column.name})")
    return found


def test_the_rows_of_a_command_are_found_without_reading_their_table(database: Database) -> None:
    assert all_checks() != (), "importing them declares every table"
    engine = open_engine(database.url)
    assert looked_for(engine) == []
    engine.dispose()
