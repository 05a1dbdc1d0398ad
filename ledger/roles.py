"""PostgreSQL: the application's role may read and add, and change drafts; the tables belong to another role."""

from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from ledger.refusal import Refusal

REFERENCE = (
    "account", "account_crosswalk", "book", "check_item", "journal", "ledger_info", "levy_deadline", "levy_exemption",
    "levy_rate", "order_move", "reference_seal",
)  # fmt: skip
"""What « pcaes init » alone fills, with the owner's rights: the application reads it and adds nothing."""

# Tables and what the application may do in each, read from the catalogue once all migrations have run:
# an UPDATE is given only where a guard of its own looks at each changed row.
_RIGHTS = text(
    "SELECT c.relname AS name, CASE WHEN c.relkind = 'v' OR c.relname = 'alembic_version'"
    " OR c.relname = ANY (:reference) THEN 'SELECT'"
    " WHEN EXISTS (SELECT 1 FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgrelid = c.oid"
    " AND NOT t.tgisinternal AND p.proname <> 'append_only' AND t.tgtype & 1 = 1 AND t.tgtype & 16 = 16)"
    " THEN 'SELECT, INSERT, UPDATE' ELSE 'SELECT, INSERT' END AS rights"
    " FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') ORDER BY c.relname"
)


class RoleNotCreated(Refusal):
    """The owner may not create the application's role."""

    code = "role_not_created"
    sentence = (
        "Le rôle PostgreSQL « {role} » n'existe pas et « {owner} » n'a pas le droit de le créer. Faites exécuter par "
        "l'administrateur du serveur : CREATE ROLE {role} LOGIN, avec son mot de passe ; puis recommencez."
    )


class RoleTooStrong(Refusal):
    """The application must not be able to set its own guards aside."""

    code = "role_too_strong"
    sentence = (
        "Le rôle PostgreSQL « {role} » de l'application {fault}. Il pourrait écarter les gardes des livres : donnez à "
        "l'application un rôle ordinaire, distinct du propriétaire « {owner} »."
    )


# A temporary table comes before any other of its name: without a path of its own, a guard would read the empty
# `takeover_end` or the balanced `entry_line` that the caller has just made.
_PINNED = text(
    "DO $$ DECLARE one regprocedure; BEGIN FOR one IN SELECT oid FROM pg_proc"
    " WHERE pronamespace = current_schema()::regnamespace LOOP"
    " EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, %I, pg_temp', one, current_schema());"
    " END LOOP; END $$"
)


def pin_guards(connection: Connection) -> None:
    """Make the guards look at the tables of the books, whatever the caller has put before them.

    Runs after the migrations, for whatever functions they have made. `connection` is the owner's.
    """
    connection.execute(_PINNED)


def grant_application(connection: Connection, url: str) -> dict[str, str]:
    """Give the role of `url` what the product needs in this database, and nothing else; create it if absent.

    `connection` is the owner's. Returns the rights given, per table.
    Refuses: role_not_created, role_too_strong.
    """
    parsed = make_url(url)
    owner, role = connection.execute(text("SELECT current_user")).scalar_one(), parsed.username
    if role is None or role == owner:
        return {}
    quoted = connection.dialect.identifier_preparer.quote_identifier(role)
    found = connection.execute(
        text(
            "SELECT rolsuper, rolcreaterole, pg_has_role(oid, CAST(:owner AS name), 'MEMBER') AS member"
            " FROM pg_roles WHERE rolname = :role"
        ),
        {"role": role, "owner": owner},
    ).one_or_none()
    if found is None:
        _create(connection, quoted, role, owner, parsed.password)
    elif found.rolsuper or found.rolcreaterole or found.member:
        fault = "est superutilisateur" if found.rolsuper else "peut créer des rôles ou agir comme le propriétaire"
        raise RoleTooStrong(role=role, owner=owner, fault=fault)
    database = connection.dialect.identifier_preparer.quote_identifier(
        connection.execute(text("SELECT current_database()")).scalar_one()
    )
    for statement in (
        f"GRANT CONNECT ON DATABASE {database} TO {quoted}",
        f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {quoted}",
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        f"REVOKE ALL ON SCHEMA public FROM {quoted}",
        f"GRANT USAGE ON SCHEMA public TO {quoted}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {quoted}",
        f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {quoted}",
    ):
        connection.exec_driver_sql(statement)
    rights = {row.name: row.rights for row in connection.execute(_RIGHTS, {"reference": list(REFERENCE)})}
    for table, given in rights.items():
        name = connection.dialect.identifier_preparer.quote_identifier(table)
        connection.exec_driver_sql(f"GRANT {given} ON {name} TO {quoted}")
    return rights


def _create(connection: Connection, quoted: str, role: str, owner: Any, password: Any) -> None:
    may = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    if not connection.execute(text(may)).scalar_one():
        raise RoleNotCreated(role=role, owner=owner)
    secret = ""
    if password is not None:
        literal = connection.execute(text("SELECT quote_literal(:secret)"), {"secret": str(password)}).scalar_one()
        # a DDL statement takes no parameters, and the driver reads % as one
        secret = " PASSWORD " + str(literal).replace("%", "%%")
    connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE{secret}")
