"""The tables as the product sees them are those that the migrations build, on both engines."""

import importlib
import pkgutil
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from databases import Database
from sqlalchemy import Column, Engine, Table, Text

from ledger.tables import metadata
from ledger.tables.types import Instant

# the transaction identifiers of PostgreSQL are unknown to the library
pytestmark = pytest.mark.filterwarnings("ignore:Did not recognize type:sqlalchemy.exc.SAWarning")

NOT_COMPARED = {
    # constraints, indexes and foreign keys are written in the migrations alone, where raw SQL meets them: each has
    # a name there and an attack in the tests of the guards
    "add_index", "remove_index", "add_fk", "remove_fk", "add_constraint", "remove_constraint",
}  # fmt: skip
OF_POSTGRESQL = {("entry", "sealed_in"), ("entry_line", "sealed_in")}
"""Columns that exist on PostgreSQL only: the transaction that sealed the row, which the product never names."""


def declare_every_table() -> None:
    """Import whatever declares tables."""
    for package in ("ledger", "reconcile", "portal"):
        found = importlib.import_module(package)
        for module in pkgutil.walk_packages(found.__path__, f"{package}."):
            if "tables" in module.name:
                importlib.import_module(module.name)


def same_type(context: Any, _inspected: Any, column: Any, found: Any, declared: Any) -> bool | None:
    """Whether a column's types differ; an instant is kept as text."""
    if isinstance(declared, Instant):
        return not str(found).upper().startswith("TEXT")
    return None


def differences(engine: Engine) -> list[tuple[Any, ...]]:
    """What a migration would still have to do, as (operation, table, column…)."""
    declare_every_table()
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": same_type})
        flat = []
        for change in compare_metadata(context, metadata):
            flat.extend(change if isinstance(change, list) else [change])
    told = []
    for change in flat:
        operation = str(change[0])
        if operation in NOT_COMPARED:
            continue
        if operation.endswith("_table"):
            told.append((operation, change[1].name))
        elif operation.endswith("_column"):
            told.append((operation, change[2], change[3].name))
        else:
            told.append((operation, change[2], change[3], str(change[-2]), str(change[-1])))
    return told


def test_the_tables_declared_are_those_of_the_newest_migration(database: Database, engine: Engine) -> None:
    found = [one for one in differences(engine) if one != ("remove_table", "alembic_version")]
    expected = (
        {("remove_column", table, column) for table, column in OF_POSTGRESQL}
        if database.backend == "postgresql"
        else set()
    )
    assert set(found) == expected


def test_a_column_that_no_migration_makes_is_seen(engine: Engine) -> None:
    extra = Table("surplus", metadata, Column("name", Text))
    try:
        assert ("add_table", "surplus") in differences(engine)
    finally:
        metadata.remove(extra)
