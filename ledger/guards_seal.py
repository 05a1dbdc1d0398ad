"""The seal of the guards themselves: what « pcaes init » put in the database to hold the rules, table by table.

On SQLite, the text of each table, index, view and trigger. On PostgreSQL, what its catalogue says in the same words
from one version to the next: triggers and whether they fire, functions and their text, constraints, unique indexes,
rules that would answer in place of a table.
"""

from itertools import groupby
from typing import Any

from sqlalchemy import Connection, text

from ledger.command_seal import rows_digest

BEGIN = "guards/"
"""How the names of these digests begin, among those of the reference tables."""
_COLUMNS = ("place", "kind", "name", "said")
_SQLITE = (
    "SELECT tbl_name, type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND substr(name, 1, 7) <> 'sqlite_'",
)
_POSTGRESQL = (
    "SELECT c.relname::text, 'trigger', t.tgname::text, concat_ws(' ', t.tgenabled, t.tgtype, t.tgdeferrable,"
    " t.tginitdeferred, p.proname) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p"
    " ON p.oid = t.tgfoid WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal",
    # the triggers that hold a foreign key have no name of their own: they are told when they no longer fire
    "SELECT c.relname::text, 'key', k.conname::text, t.tgenabled::text FROM pg_trigger t JOIN pg_class c"
    " ON c.oid = t.tgrelid JOIN pg_constraint k ON k.oid = t.tgconstraint"
    " WHERE c.relnamespace = current_schema()::regnamespace AND t.tgisinternal AND t.tgenabled <> 'O'",
    "SELECT c.relname::text, 'constraint', k.conname::text, concat_ws(' ', k.contype, k.convalidated,"
    " k.condeferrable, k.condeferred) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid"
    " WHERE c.relnamespace = current_schema()::regnamespace AND k.contype IN ('c', 'f', 'p', 'u')",
    "SELECT c.relname::text, 'unique', i.relname::text, concat_ws(' ', x.indisvalid, x.indkey) FROM pg_index x"
    " JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid"
    " WHERE c.relnamespace = current_schema()::regnamespace AND x.indisunique",
    "SELECT c.relname::text, 'rule', r.rulename::text, concat_ws(' ', r.ev_type, r.is_instead) FROM pg_rewrite r"
    " JOIN pg_class c ON c.oid = r.ev_class"
    " WHERE c.relnamespace = current_schema()::regnamespace AND r.rulename <> '_RETURN'",
    "SELECT c.relname::text, 'rows', 'hidden', '' FROM pg_class c"
    " WHERE c.relnamespace = current_schema()::regnamespace AND c.relrowsecurity",
    "SELECT 'functions', 'function', p.proname::text, concat_ws(' ', p.prosecdef, p.proconfig::text, p.prosrc)"
    " FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace",
)


def guard_digests(connection: Connection) -> dict[str, list[Any]]:
    """For each table, and for the functions of PostgreSQL, how many guards there are and one digest of them."""
    queries = _SQLITE if connection.dialect.name == "sqlite" else _POSTGRESQL
    found = sorted(tuple(row) for query in queries for row in connection.execute(text(query)))
    return {BEGIN + place: rows_digest(_COLUMNS, list(rows)) for place, rows in groupby(found, key=lambda row: row[0])}
