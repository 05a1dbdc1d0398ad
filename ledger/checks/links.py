"""What ties entries together: transfers, liaison accounts, corrections."""

from ledger.check import sql_check

CHECKS = (
    sql_check(
        "transfers_cancel",
        "Les comptes de virement (5851) et de liaison (185x) s'annulent sur les trois livres, à toute date",
        "SELECT d.date, d.pairing, d.balance FROM (SELECT l.date, a.pairing,"
        " sum(sum(l.debit - l.credit)) OVER (PARTITION BY a.pairing ORDER BY l.date) AS balance"
        " FROM entry_line l JOIN account a ON a.number = l.account JOIN entry e ON e.id = l.entry_id"
        # an opening entry repeats balances that stand in the year before
        " WHERE a.pairing IS NOT NULL AND e.origin <> 'opening'"
        " GROUP BY l.date, a.pairing) d WHERE d.balance <> 0",
    ),
    sql_check(
        "transfer_pairs",
        "Les deux moitiés de chaque virement existent, dans deux livres, et se nomment l'une l'autre",
        "SELECT e.id, e.book, e.transfer, e.peer FROM entry e LEFT JOIN entry p ON p.id = e.peer"
        " WHERE (e.peer IS NOT NULL OR e.transfer IS NOT NULL) AND (p.id IS NULL OR p.peer <> e.id"
        " OR p.book = e.book OR p.transfer <> e.transfer OR p.date <> e.date OR NOT EXISTS (SELECT 1"
        " FROM entry_line l JOIN account a ON a.number = l.account WHERE l.entry_id = e.id"
        " AND a.pairing IS NOT NULL))",
    ),
    sql_check(
        "corrections",
        "Chaque correction vise une écriture du même livre, une seule fois, la reprend ligne à ligne et ne la précède"
        " pas",
        "SELECT n.id, n.book, n.corrects FROM entry n LEFT JOIN entry o ON o.id = n.corrects"
        " WHERE n.corrects IS NOT NULL AND (o.id IS NULL OR o.book <> n.book OR o.corrects IS NOT NULL"
        " OR n.date < o.date"
        " OR EXISTS (SELECT 1 FROM entry x WHERE x.corrects = n.corrects AND x.id <> n.id)"
        " OR (SELECT count(*) FROM entry_line WHERE entry_id = n.id) <> (SELECT count(*) FROM entry_line"
        " WHERE entry_id = o.id) OR EXISTS (SELECT 1 FROM entry_line a LEFT JOIN entry_line b ON b.entry_id = n.id"
        " AND b.position = a.position AND b.account = a.account"
        " AND ((n.correction = 'negative' AND b.debit = -a.debit AND b.credit = -a.credit)"
        " OR (n.correction = 'contra' AND b.debit = a.credit AND b.credit = a.debit))"
        " WHERE a.entry_id = o.id AND b.entry_id IS NULL))",
    ),
    sql_check(
        "replacements",
        "Chaque écriture de remplacement vise une écriture corrigée en négatif du même livre, qu'elle remplace seule",
        "SELECT n.id, n.book, n.replaces FROM entry n WHERE n.replaces IS NOT NULL AND (NOT EXISTS (SELECT 1"
        " FROM entry c WHERE c.corrects = n.replaces AND c.correction = 'negative' AND c.book = n.book)"
        " OR EXISTS (SELECT 1 FROM entry x WHERE x.replaces = n.replaces AND x.id <> n.id))",
    ),
)
