"""The levy, recomputed: the returns against their months, the months against the entries that assess them."""

import datetime as dt
import hashlib
from collections.abc import Iterable

from sqlalchemy import Connection, select

from ledger.check import Check, Row, sql_check
from ledger.levy.chain import collections
from ledger.levy.take_declarations import file_parts
from ledger.tables.commands import command_log
from ledger.tables.declarations import levy_decision
from ledger.tables.levy import customs_return


def _files(connection: Connection) -> Iterable[Row]:
    """Each stored file, one at a time: its bytes still give its fingerprint."""
    for number in connection.execute(select(customs_return.c.id).order_by(customs_return.c.id)).scalars().all():
        row = connection.execute(select(customs_return).where(customs_return.c.id == number)).one()
        digest = hashlib.sha256()
        for part in file_parts(connection, row.id, row.content):
            digest.update(part)
        if digest.hexdigest() != row.sha256:
            yield {"return": row.id, "file": row.name, "sha256": row.sha256, "found": digest.hexdigest()}


def _gaps(connection: Connection) -> Iterable[Row]:
    """The gap of each office and month, cause by cause."""
    for row in collections(connection):
        parts = row.not_collected + row.not_remitted + row.in_transit + row.unexplained
        if parts != row.assessed - row.credited:
            yield {"book": row.book, "office": row.office, "period": row.period, "gap": row.gap, "explained": parts}


def _decisions(connection: Connection) -> Iterable[Row]:
    """In the order of their numbers, each naming the one of the same day that it replaces, retroactive when it is."""
    last: dict[tuple[str, str, dt.date], int] = {}
    rows = connection.execute(
        select(levy_decision, command_log.c.at)
        .outerjoin(command_log, command_log.c.id == levy_decision.c.command_id)
        .order_by(levy_decision.c.id)
    )
    for place, row in enumerate(rows, start=1):
        key = (row.kind, row.code, row.from_date)
        past = row.at is not None and row.from_date < row.at.date()
        if row.id != place or row.replaces != last.get(key) or row.at is None or bool(row.retroactive) != past:
            yield {"decision": row.id, "kind": row.kind, "code": row.code, "from_date": row.from_date}
        last[key] = row.id


CHECKS = (
    sql_check(
        "levy_assessed",
        "Prélèvement : le dernier total liquidé de chaque bureau et mois est celui d'une écriture en vigueur",
        "SELECT m.state, m.office, m.period, m.assessed, m.entry_id,"
        " (SELECT sum(l.credit - l.debit) FROM entry_line l WHERE l.entry_id = m.entry_id"
        " AND substr(l.account, 1, 3) = '710') AS booked FROM customs_month m"
        " WHERE m.revision = (SELECT max(n.revision) FROM customs_month n WHERE n.state = m.state"
        " AND n.office = m.office AND n.period = m.period)"
        " AND ((m.assessed = 0) <> (m.entry_id IS NULL) OR (m.entry_id IS NOT NULL AND ("
        " NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = m.entry_id AND e.book = m.state AND e.origin = 'collection'"
        " AND e.corrects IS NULL) OR EXISTS (SELECT 1 FROM entry e WHERE e.corrects = m.entry_id)"
        " OR coalesce((SELECT sum(l.credit - l.debit) FROM entry_line l WHERE l.entry_id = m.entry_id"
        " AND substr(l.account, 1, 3) = '710'), 0) <> m.assessed"
        " OR coalesce((SELECT sum(l.debit - l.credit) FROM entry_line l WHERE l.entry_id = m.entry_id"
        " AND substr(l.account, 1, 4) = '4487'), 0) <> m.assessed)))",
    ),
    sql_check(
        "levy_entries",
        "Prélèvement : chaque liquidation en vigueur est celle du dernier état d'un seul bureau et mois",
        "SELECT e.id, e.book, e.document, count(m.state) AS months FROM entry e"
        " LEFT JOIN customs_month m ON m.entry_id = e.id AND m.revision = (SELECT max(n.revision)"
        " FROM customs_month n WHERE n.state = m.state AND n.office = m.office AND n.period = m.period)"
        " WHERE e.origin = 'collection' AND e.corrects IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM entry c WHERE c.corrects = e.id)"
        " GROUP BY e.id, e.book, e.document HAVING count(m.state) <> 1",
    ),
    sql_check(
        "levy_revenue",
        "Prélèvement : par État, le liquidé des derniers états égale le produit constaté aux livres",
        "SELECT b.code AS state, coalesce((SELECT sum(m.assessed) FROM customs_month m WHERE m.state = b.code"
        " AND m.revision = (SELECT max(n.revision) FROM customs_month n WHERE n.state = m.state"
        " AND n.office = m.office AND n.period = m.period)), 0) AS declared,"
        " coalesce((SELECT sum(l.credit - l.debit) FROM entry_line l JOIN entry e ON e.id = l.entry_id"
        " WHERE e.origin = 'collection' AND e.book = b.code AND substr(l.account, 1, 3) = '710'), 0) AS booked"
        " FROM book b WHERE coalesce((SELECT sum(m.assessed) FROM customs_month m WHERE m.state = b.code"
        " AND m.revision = (SELECT max(n.revision) FROM customs_month n WHERE n.state = m.state"
        " AND n.office = m.office AND n.period = m.period)), 0)"
        " <> coalesce((SELECT sum(l.credit - l.debit) FROM entry_line l JOIN entry e ON e.id = l.entry_id"
        " WHERE e.origin = 'collection' AND e.book = b.code AND substr(l.account, 1, 3) = '710'), 0)",
    ),
    sql_check(
        "levy_months",
        "Prélèvement : chaque version d'un mois est la somme de ses lignes, les versions se suivent sans trou",
        "SELECT m.state, m.office, m.period, m.revision FROM customs_month m"
        " LEFT JOIN customs_return_row r ON r.state = m.state AND r.office = m.office AND r.period = m.period"
        " AND r.revision = m.revision"
        " GROUP BY m.state, m.office, m.period, m.revision, m.row_count, m.assessed, m.collected, m.remitted"
        " HAVING count(r.return_id) <> m.row_count OR coalesce(sum(r.assessed), 0) <> m.assessed"
        " OR coalesce(sum(r.collected), 0) <> m.collected OR coalesce(sum(r.remitted), 0) <> m.remitted"
        " OR (m.revision > 1 AND NOT EXISTS (SELECT 1 FROM customs_month p WHERE p.state = m.state"
        " AND p.office = m.office AND p.period = m.period AND p.revision = m.revision - 1))",
    ),
    sql_check(
        "levy_rows",
        "Prélèvement : chaque ligne appartient à une version, rien de négatif, rien de dû sur l'exonéré, code connu",
        "SELECT r.return_id, r.position, r.office, r.period FROM customs_return_row r WHERE r.declarations < 0"
        " OR r.value < 0 OR r.assessed < 0 OR r.collected < 0 OR r.remitted < 0"
        " OR (r.exemption <> '' AND (r.assessed <> 0 OR r.collected <> 0 OR r.remitted <> 0"
        " OR (NOT EXISTS (SELECT 1 FROM levy_exemption x WHERE x.code = r.exemption)"
        " AND NOT EXISTS (SELECT 1 FROM levy_decision x WHERE x.kind = 'exemption' AND x.code = r.exemption))))"
        " OR NOT EXISTS (SELECT 1 FROM customs_return f WHERE f.id = r.return_id)"
        " OR NOT EXISTS (SELECT 1 FROM customs_month m WHERE m.state = r.state AND m.office = r.office"
        " AND m.period = r.period AND m.revision = r.revision)",
    ),
    sql_check(
        "levy_declarations",
        "Prélèvement : chaque ligne d'un fichier de déclarations est la somme de ses déclarations, toutes rattachées",
        "SELECT r.return_id, r.position, r.office, r.period FROM customs_return_row r"
        " LEFT JOIN customs_declaration d ON d.return_id = r.return_id AND d.row_position = r.position"
        " WHERE r.return_id IN (SELECT p.return_id FROM customs_return_part p UNION"
        " SELECT o.return_id FROM customs_declaration o)"
        " GROUP BY r.return_id, r.position, r.office, r.period, r.declarations, r.value, r.assessed, r.collected"
        " HAVING count(d.return_id) <> r.declarations OR coalesce(sum(d.value), 0) <> r.value"
        " OR coalesce(sum(d.assessed), 0) <> r.assessed OR coalesce(sum(d.collected), 0) <> r.collected"
        " UNION ALL SELECT o.return_id, o.row_position, o.number, '' FROM customs_declaration o"
        " WHERE NOT EXISTS (SELECT 1 FROM customs_return_row r WHERE r.return_id = o.return_id"
        " AND r.position = o.row_position)",
    ),
    Check(
        "levy_decisions",
        "Prélèvement : à chaque date une seule décision, celle qu'elle remplace est nommée, la rétroactivité est dite",
        _decisions,
    ),
    sql_check(
        "levy_future",
        "Prélèvement : aucun état de recettes n'est d'un mois qui n'avait pas commencé quand il a été reçu",
        "SELECT m.state, m.office, m.period, f.received_at FROM customs_month m"
        " JOIN customs_return f ON f.id = m.return_id WHERE m.period > substr(f.received_at, 1, 7)",
    ),
    Check("levy_files", "Prélèvement : chaque état de recettes gardé a toujours l'empreinte de son fichier", _files),
    Check(
        "levy_gaps",
        "Prélèvement : liquidé − crédité est expliqué au franc près, bureau par bureau et mois par mois",
        _gaps,
    ),
)
