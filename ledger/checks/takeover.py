"""After the take-over, what credited a bank account, found again from orders, transfers and bank lines."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, text

from ledger.check import Check, Row, sql_check

_CREDITS = text(
    "SELECT e.id, e.book, e.journal, e.year, e.number, e.origin, e.origin_ref, e.peer, e.replaces, c.credit, c.balance,"
    " (SELECT sum(l.debit - l.credit) FROM entry_line l"
    " WHERE l.entry_id = e.peer AND l.account LIKE '5211_') AS other,"
    " EXISTS (SELECT 1 FROM entry n WHERE n.corrects = e.id) AS corrected,"
    " EXISTS (SELECT 1 FROM entry_line l JOIN account a ON a.number = l.account WHERE l.entry_id = e.id"
    " AND NOT (l.account LIKE '5211_') AND NOT a.suspense) AS outside FROM entry e JOIN (SELECT"
    " l.entry_id, sum(l.credit) AS credit, sum(l.debit - l.credit) AS balance"
    " FROM entry_line l WHERE l.account LIKE '5211_'"
    " GROUP BY l.entry_id) c ON c.entry_id = e.id JOIN takeover_end t"
    # recorded since the end of the take-over, whatever its date, or dated after what the take-over covers
    " ON e.command_id > t.command_id OR e.date > t.until"
    " WHERE c.credit > 0 AND (e.corrects IS NULL OR e.correction = 'contra') ORDER BY e.id"
)
_PAYMENTS = text(
    "SELECT x.entry_id, x.order_id, x.position, g.amount, g.book FROM order_entry x JOIN order_event o"
    " ON o.order_id = x.order_id AND o.position = x.position AND o.act = 'pay'"
    " JOIN order_charge g ON g.order_id = o.order_id AND g.book = o.book"
)
_LINES = text(
    "SELECT s.id, s.book, -s.amount AS credit FROM statement_line s JOIN statement t ON t.id = s.statement_id"
    " WHERE s.kind = 'statement' AND s.amount < 0"
)
_REPLACED = text(
    "SELECT w.id, sum(l.credit) AS credit FROM entry w JOIN entry_line l ON l.entry_id = w.id"
    " AND l.account LIKE '5211_' WHERE w.id IN (SELECT replaces FROM entry) AND w.id IN (SELECT corrects FROM entry)"
    " AND w.peer IS NULL AND w.origin NOT IN ('order', 'statement', 'imputation') GROUP BY w.id"
)


def bank_credits(connection: Connection) -> Iterator[Row]:
    """Entries that credit a bank account without an order, a transfer, a bank line or an opening that allows it."""
    if connection.execute(text("SELECT count(*) FROM takeover_end")).scalar_one() == 0:
        return
    payments = {row.entry_id: row for row in connection.execute(_PAYMENTS)}
    lines = {f"statement_line:{row.id}": (row.book, row.credit) for row in connection.execute(_LINES)}
    replaced = {row.id: row.credit for row in connection.execute(_REPLACED)}
    opened = set(connection.execute(text("SELECT entry_id FROM year_event WHERE action = 'opening'")).scalars())
    used: set[Any] = set()
    for row in connection.execute(_CREDITS):
        paid = payments.get(row.id)
        if paid is not None and (paid.amount, paid.book) == (row.credit, row.book):
            act: Any = (paid.order_id, paid.position)
        elif row.origin in ("statement", "imputation") and not row.outside:
            act = row.origin_ref if lines.get(row.origin_ref) == (row.book, row.credit) else None
        elif row.id in opened or (row.peer is not None and row.balance + (row.other or 0) == 0):
            continue
        elif row.credit <= replaced.get(row.replaces, -1):
            act = ("replaces", row.replaces)
        else:
            act = None
        if act is None or act in used:
            yield {"entry": f"{row.book}/{row.journal}/{row.year}/{row.number}", "credit": row.credit,
                   "fault": "bank_credit_unfounded" if act is None else "bank_credit_twice"}  # fmt: skip
        elif not row.corrected:
            used.add(act)


CHECKS = (
    Check(
        "takeover",
        "Après la reprise, un compte bancaire n'est crédité que par un ordre, un virement ou une ligne de relevé",
        bank_credits,
    ),
    sql_check(
        "takeover_end",
        "La reprise a pris fin au plus tard dans l'année où elle a été terminée",
        "SELECT t.until, t.at FROM takeover_end t WHERE substr(CAST(t.until AS text), 1, 4) > substr(t.at, 1, 4)",
    ),
    sql_check(
        "corrected_by_hand",
        "Une écriture d'ordre, de capital ou d'exercice n'est reprise que par l'acte dont elle est née",
        "SELECT n.id, n.book, w.origin, n.origin AS found FROM entry n JOIN entry w ON w.id = n.corrects"
        " WHERE w.origin IN ('opening', 'closing') OR (w.origin IN ('order', 'capital') AND n.origin <> w.origin)",
    ),
)
