"""On PostgreSQL the application's role reads and adds; even the owner of the tables meets the guards."""

from typing import Any

import pytest
from databases import Database
from postgres import Server
from posting import NOON, expense, seal
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from ledger.engine import open_engine
from ledger.guards import guard_name
from ledger.migrate import upgrade
from ledger.refusal import Refusal
from ledger.roles import REFERENCE
from ledger.unit import Ledger

MUTABLE = {"draft"}
FORBIDDEN = (
    "UPDATE entry SET label = 'autre'",
    "DELETE FROM entry_line",
    "TRUNCATE entry CASCADE",
    "TRUNCATE draft",
    "DELETE FROM draft",
    "UPDATE command_log SET actor = 'autre'",
    "ALTER TABLE entry DISABLE TRIGGER ALL",
    "ALTER TABLE entry DISABLE TRIGGER entry_guard",
    "DROP TRIGGER entry_guard ON entry",
    "DROP TABLE entry_line",
    "ALTER TABLE entry DROP CONSTRAINT entry_year_of_date",
    "CREATE OR REPLACE FUNCTION entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "CREATE TABLE mine (id INTEGER)",
    "SET session_replication_role = 'replica'",
    "UPDATE alembic_version SET version_num = '0001'",
    "SET ROLE postgres",
)
OWNED = {
    "UPDATE entry SET label = 'autre'": "entry_append_only",
    "DELETE FROM entry_line": "entry_line_append_only",
    "TRUNCATE entry CASCADE": "entry_append_only",
    "TRUNCATE command_log CASCADE": "command_log_append_only",
    "DELETE FROM draft": "draft_kept",
    "TRUNCATE draft": "draft_kept",
}


def run(url: str, statement: str) -> None:
    """One statement of raw SQL, outside the product's engine."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


@pytest.fixture
def posted(postgres_books: Database) -> Database:
    """Books with one entry, written by the application's role."""
    engine = open_engine(postgres_books.url)
    seal(Ledger(engine, "essai", clock=lambda: NOON), expense())
    engine.dispose()
    return postgres_books


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_the_application_may_not(statement: str, posted: Database) -> None:
    with pytest.raises(DBAPIError) as told:
        run(posted.url, statement)
    assert told.value.orig is not None
    assert told.value.orig.sqlstate == "42501", "insufficient privilege"


@pytest.mark.parametrize("statement", OWNED)
def test_the_owner_meets_the_guards(statement: str, posted: Database) -> None:
    with pytest.raises(DBAPIError) as told:
        run(posted.owner_url, statement)
    assert guard_name(told.value.orig) == OWNED[statement]


def rights(url: str) -> dict[str, set[str]]:
    """What the application may do in each table, as the catalogue says."""
    engine = create_engine(url)
    query = (
        "SELECT c.relname, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a"
        " JOIN pg_roles r ON r.oid = a.grantee"
        " WHERE r.rolname = 'pcaes_app' AND c.relnamespace = 'public'::regnamespace"
    )
    found: dict[str, set[str]] = {}
    with engine.connect() as connection:
        for table, privilege in connection.execute(text(query)):
            found.setdefault(table, set()).add(privilege)
        every = set(connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars())
        views = set(connection.execute(text("SELECT viewname FROM pg_views WHERE schemaname = 'public'")).scalars())
    engine.dispose()
    assert found.keys() == every | views
    return {table: given for table, given in found.items() if table not in views}


def test_every_table_is_read_and_added_to_and_drafts_alone_change(postgres_books: Database) -> None:
    given = rights(postgres_books.owner_url)
    assert given.pop("alembic_version") == {"SELECT"}
    assert {table for table, one in given.items() if one == {"SELECT"}} == set(REFERENCE)
    assert {table for table, one in given.items() if one != {"SELECT", "INSERT"}} == MUTABLE | set(REFERENCE)
    assert given["draft"] == {"SELECT", "INSERT", "UPDATE"}


def test_rights_given_by_hand_are_taken_back_at_the_next_init(postgres_books: Database) -> None:
    run(postgres_books.owner_url, "GRANT ALL ON entry TO pcaes_app")
    upgrade(postgres_books.url, postgres_books.owner_url)
    assert rights(postgres_books.owner_url)["entry"] == {"SELECT", "INSERT"}


def test_a_role_that_could_set_the_guards_aside_is_refused(postgres_server: Server, postgres_books: Database) -> None:
    strong: Any = postgres_books.url.replace("pcaes_app@", "too_strong@")
    run(postgres_books.owner_url, "CREATE ROLE too_strong LOGIN SUPERUSER")
    with pytest.raises(Refusal) as told:
        upgrade(strong, postgres_books.owner_url)
    run(postgres_books.owner_url, "DROP ROLE too_strong")
    assert (told.value.code, told.value.facts["role"]) == ("role_too_strong", "too_strong")


def test_an_owner_who_may_not_create_roles_says_what_to_ask_for(postgres_books: Database) -> None:
    for statement in ("CREATE ROLE small_owner LOGIN", "GRANT ALL ON SCHEMA public TO small_owner"):
        run(postgres_books.owner_url, statement)
    from ledger.roles import grant_application

    engine = create_engine(postgres_books.owner_url.replace("postgres@", "small_owner@"))
    with engine.connect() as connection, pytest.raises(Refusal) as told:
        grant_application(connection, postgres_books.url.replace("pcaes_app@", "unheard_of@"))
    engine.dispose()
    assert (told.value.code, told.value.facts["role"]) == ("role_not_created", "unheard_of")


def test_a_password_with_signs_of_its_own_opens_the_door(postgres_books: Database) -> None:
    url = postgres_books.url.replace("pcaes_app@", "pcaes_other:a'b%25c@")
    given = upgrade_and_drop(url, postgres_books.owner_url)
    assert given == (True, False)


def upgrade_and_drop(url: str, owner_url: str) -> tuple[bool, bool]:
    """Whether the role was made to log in, and whether it is a superuser; it is removed again."""
    upgrade(url, owner_url)
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        row = connection.execute(text("SELECT rolcanlogin, rolsuper FROM pg_roles WHERE rolname = 'pcaes_other'")).one()
        connection.execute(text("DROP OWNED BY pcaes_other"))
        connection.execute(text("DROP ROLE pcaes_other"))
    engine.dispose()
    return row.rolcanlogin, row.rolsuper
