"""What is recomputed from nothing about statements and matches."""

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from ledger.check import Check, Row, sql_check
from reconcile.checks_returns import RETURNS
from reconcile.checks_signed import SIGNED
from reconcile.checks_withdrawn import WITHDRAWN
from reconcile.identity import line_identity
from reconcile.model import StatementLine
from reconcile.tables import statement_file, statement_line

MATCHES = (
    sql_check(
        "matches_balance",
        "Chaque rapprochement a des lignes, et ses deux côtés sont égaux au franc",
        """
        SELECT m.id AS match_id, coalesce(b.amount, 0) AS bank, coalesce(l.amount, 0) AS books
        FROM bank_match m
        LEFT JOIN (SELECT x.match_id, sum(s.amount) AS amount FROM bank_match_line x
                   JOIN statement_line s ON s.id = x.line_id GROUP BY x.match_id) b ON b.match_id = m.id
        LEFT JOIN (SELECT x.match_id, sum(e.debit - e.credit) AS amount FROM bank_match_entry_line x
                   JOIN entry_line e ON e.entry_id = x.entry_id AND e.position = x.position
                   GROUP BY x.match_id) l ON l.match_id = m.id
        WHERE coalesce(b.amount, 0) <> coalesce(l.amount, 0) OR (b.match_id IS NULL AND l.match_id IS NULL)
        ORDER BY m.id
        """,
    ),
    sql_check(
        "lines_matched_once",
        "Une ligne de relevé ou d'écriture n'est que dans un rapprochement en vigueur",
        """
        SELECT 'banque' AS side, x.line_id AS line, 0 AS position, count(*) AS matches
        FROM bank_match_line x LEFT JOIN match_undo u ON u.match_id = x.match_id
        WHERE u.match_id IS NULL GROUP BY x.line_id HAVING count(*) > 1
        UNION ALL
        SELECT 'livres', x.entry_id, x.position, count(*)
        FROM bank_match_entry_line x LEFT JOIN match_undo u ON u.match_id = x.match_id
        WHERE u.match_id IS NULL GROUP BY x.entry_id, x.position HAVING count(*) > 1
        """,
    ),
    sql_check(
        "matches_of_one_book",
        "Un rapprochement ne tient que des lignes de son livre, sur son compte bancaire",
        """
        SELECT m.id AS match_id, 'banque' AS side FROM bank_match m JOIN bank_match_line x ON x.match_id = m.id
        JOIN statement_line s ON s.id = x.line_id WHERE s.book <> m.book OR s.kind <> 'statement'
        UNION
        SELECT m.id, 'livres' FROM bank_match m JOIN bank_match_entry_line x ON x.match_id = m.id
        JOIN entry_line e ON e.entry_id = x.entry_id AND e.position = x.position
        WHERE e.book <> m.book OR NOT EXISTS
            (SELECT 1 FROM bank_account a WHERE a.account = e.account AND a.book = m.book)
        UNION
        SELECT x.match_id, 'sans rapprochement' FROM bank_match_line x
        WHERE NOT EXISTS (SELECT 1 FROM bank_match m WHERE m.id = x.match_id)
        UNION
        SELECT x.match_id, 'sans rapprochement' FROM bank_match_entry_line x
        WHERE NOT EXISTS (SELECT 1 FROM bank_match m WHERE m.id = x.match_id)
        """,
    ),
    sql_check(
        "match_entries_follow",
        "L'écriture d'un rapprochement en vigueur est dans ses lignes ; celle d'un rapprochement annulé est corrigée",
        """
        SELECT m.id AS match_id, m.posted_entry AS entry_id FROM bank_match m
        LEFT JOIN match_undo u ON u.match_id = m.id
        WHERE m.posted_entry IS NOT NULL AND (
            (u.match_id IS NULL AND NOT EXISTS (SELECT 1 FROM bank_match_entry_line x WHERE x.match_id = m.id
                AND x.entry_id = m.posted_entry))
            OR (u.match_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.corrects = m.posted_entry)))
        ORDER BY m.id
        """,
    ),
)

STATEMENTS = (
    sql_check(
        "statements_recomputed",
        "Solde initial + lignes = solde final de chaque relevé, et aucune ligne ne manque",
        """
        SELECT s.id AS statement, s.book, s.opening, s.closing, s.line_count, coalesce(l.lines, 0) AS lines_found,
               coalesce(l.amount, 0) AS lines_total
        FROM statement s LEFT JOIN (
            SELECT statement_id, count(*) AS lines, sum(amount) AS amount FROM (
                SELECT statement_id, amount FROM statement_line
                UNION ALL
                SELECT g.statement_id, o.amount FROM statement_line_again g JOIN statement_line o ON o.id = g.line_id
            ) shown GROUP BY statement_id) l ON l.statement_id = s.id
        WHERE s.line_count <> coalesce(l.lines, 0) OR (s.proven AND s.opening + coalesce(l.amount, 0) <> s.closing)
        ORDER BY s.id
        """,
    ),
    sql_check(
        "statement_lines_belong",
        "Chaque ligne appartient à un relevé de son livre et de son compte, rattaché à ce livre",
        """
        SELECT l.id AS line FROM statement_line l LEFT JOIN statement s ON s.id = l.statement_id
        WHERE s.id IS NULL OR s.book <> l.book OR s.iban <> l.iban OR s.kind <> l.kind
        UNION
        SELECT l.id FROM statement_line l WHERE NOT EXISTS
            (SELECT 1 FROM bank_account a WHERE a.iban = l.iban AND a.book = l.book)
        """,
    ),
)


def _files(connection: Connection) -> Iterable[Row]:
    ids = [row.id for row in connection.execute(select(statement_file.c.id).order_by(statement_file.c.id))]
    for place in ids:
        row = connection.execute(select(statement_file).where(statement_file.c.id == place)).one()
        found = hashlib.sha256(row.content).hexdigest()
        if found != row.sha256:
            yield {"file": row.name, "expected": row.sha256, "found": found}


def _identities(connection: Connection) -> Iterable[Row]:
    """Same fields, same identity; occurrences of one identity run from 1 without a hole."""
    names = ("id", "kind", "iban", "booking_date", "value_date", "amount", "type", "bank_reference",
             "customer_reference", "label", "identity", "occurrence")  # fmt: skip
    query = select(*(statement_line.c[name] for name in names)).order_by(statement_line.c.id)
    occurrences: dict[tuple[str, str], list[int]] = {}
    # on the query alone: an option of the connection would stay for whatever is asked of it next
    for row in connection.execute(query.execution_options(yield_per=2_000)):
        prefix = "" if row.kind == "statement" else f"{row.kind}:"
        if prefix + line_identity(_line(row)) != row.identity:
            yield {"line": row.id, "fault": "le contenu de la ligne n'est pas celui de son identité"}
        if row.occurrence != 1 or (row.iban, row.identity) in occurrences:
            occurrences.setdefault((row.iban, row.identity), []).append(row.occurrence)
    for (iban, identity), found in occurrences.items():
        ranks = sorted({1, *found})
        if ranks != list(range(1, len(ranks) + 1)):
            yield {"account": iban, "identity": identity, "fault": "les occurrences d'une ligne ne se suivent pas"}


def _line(row: Any) -> StatementLine:
    day: dt.date = row.booking_date
    return StatementLine(
        day, row.value_date, row.amount, False, row.bank_reference, row.customer_reference, row.type, None, row.label
    )


CHECKS: tuple[Check, ...] = (
    *STATEMENTS,
    Check("statement_files_sealed", "Chaque fichier de la banque a l'empreinte de son contenu", _files),
    Check("statement_line_identities", "L'identité de chaque ligne de relevé est celle de son contenu", _identities),
    *MATCHES,
    *SIGNED,
    *WITHDRAWN,
    *RETURNS,
)
"""The checks that statements, reconciliation and the files of customs bring."""
