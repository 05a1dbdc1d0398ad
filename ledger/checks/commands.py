"""The command log and what it ties: commands in order, rows born of a command, rows that name others."""

from collections.abc import Iterable

from sqlalchemy import Connection, Text, and_, select, type_coerce

from ledger.check import Check, Row, sql_check
from ledger.tables import metadata
from ledger.tables.commands import command_log
from ledger.tables.types import Instant


def rows_without_command(connection: Connection) -> Iterable[Row]:
    """Rows whose command is unknown or was refused."""
    for table in metadata.sorted_tables:
        if "command_id" not in table.c:
            continue
        born = and_(command_log.c.id == table.c.command_id, command_log.c.outcome == "done")
        query = select(*table.primary_key.columns, table.c.command_id).select_from(table.outerjoin(command_log, born))
        # what a migration brought, such as the terms of the capital, has no command
        for row in connection.execute(query.where(command_log.c.id.is_(None), table.c.command_id.is_not(None))):
            yield {"table": table.name, "row": [str(value) for value in row[:-1]], "command": row.command_id}


def broken_references(connection: Connection) -> Iterable[Row]:
    """Rows that name a row which does not exist: on SQLite a plain connection does not look."""
    for table in metadata.sorted_tables:
        for key in table.foreign_key_constraints:
            target = key.referred_table.alias()
            pairs = [(table.c[one.parent.name], target.c[one.column.name]) for one in key.elements]
            joined = table.outerjoin(target, and_(*(own == other for own, other in pairs)))
            lost = select(*table.primary_key.columns).select_from(joined).where(pairs[0][1].is_(None))
            for row in connection.execute(lost.where(*(own.is_not(None) for own, _ in pairs))):
                yield {"table": table.name, "row": [str(value) for value in row], "names": key.referred_table.name}


OF_THE_ACT = frozenset({"mandate.start_at", "handover_record.cut_off"})
"""Instants that an act decides on: they may lie before or after it."""


def instants_of_commands(connection: Connection) -> Iterable[Row]:
    """Rows that say another instant than the command that wrote them."""
    for table in metadata.sorted_tables:
        if "command_id" not in table.c:
            continue
        for column in table.columns:
            if not isinstance(column.type, Instant) or f"{table.name}.{column.name}" in OF_THE_ACT:
                continue
            # as text: an instant that cannot be read differs too
            said, known = type_coerce(column, Text), type_coerce(command_log.c.at, Text)
            query = select(*table.primary_key.columns, said.label("said"), known.label("known")).select_from(
                table.join(command_log, command_log.c.id == table.c.command_id)
            )
            for row in connection.execute(query.where(said != known)):
                yield {"table": table.name, "row": [str(value) for value in row[:-2]], "at": row.said, "of": row.known}


PEOPLE = {"order_event": "person", "reconciliation_signature": "person", "handover_signature": "person"}
"""Tables whose rows name who acts under another word."""


def actors_of_commands(connection: Connection) -> Iterable[Row]:
    """Rows that name another author than the command that wrote them."""
    for table in metadata.sorted_tables:
        column = table.c.get(PEOPLE.get(table.name, "actor"))
        if "command_id" not in table.c or column is None:
            continue
        query = select(
            *table.primary_key.columns, column.label("said"), command_log.c.actor.label("known")
        ).select_from(table.join(command_log, command_log.c.id == table.c.command_id))
        for row in connection.execute(query.where(column != command_log.c.actor)):
            yield {"table": table.name, "row": [str(value) for value in row[:-2]], "actor": row.said, "of": row.known}


CHECKS = (
    sql_check(
        "command_sequence",
        "Les commandes se suivent sans trou, dans l'ordre de leurs instants",
        "SELECT c.id, c.at FROM command_log c LEFT JOIN command_log p ON p.id = c.id - 1"
        " WHERE (p.id IS NULL AND c.id <> 1) OR p.at > c.at",
    ),
    Check("row_commands", "Chaque ligne des livres est née d'une commande aboutie", rows_without_command),
    sql_check(
        "account_events",
        "Un compte se ferme et se rouvre par un administrateur ou par qui tient son livre ; un compte commun, les"
        " trois",
        "SELECT v.account, v.action, v.from_date, c.actor FROM account_event v JOIN account a ON a.number = v.account"
        " JOIN command_log c ON c.id = v.command_id LEFT JOIN app_user u ON u.name = c.actor"
        # before the first user was declared, whoever set the database up acted under any name
        " WHERE v.command_id > (SELECT min(f.command_id) FROM app_user f) AND (u.role IS NULL"
        " OR u.role NOT IN ('administrator', 'accountant')"
        " OR (u.role = 'accountant' AND u.book IS NOT NULL AND u.book <> coalesce(a.book, '')))",
    ),
    Check("act_instants", "Chaque acte porte l'instant de la commande qui l'a écrit", instants_of_commands),
    Check("act_actors", "Chaque acte porte l'auteur de la commande qui l'a écrit", actors_of_commands),
    Check("references", "Chaque ligne qui en nomme une autre nomme une ligne qui existe", broken_references),
)
