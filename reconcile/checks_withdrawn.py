"""What is recomputed from nothing about withdrawn statements: what rested on them, and the lines that came anew."""

from ledger.check import sql_check
from ledger.standing import line_stands

_DAYS = (
    "(SELECT l.statement_id, l.booking_date AS day FROM statement_line l"
    " UNION ALL SELECT g.statement_id, l.booking_date FROM statement_line_again g JOIN statement_line l"
    " ON l.id = g.line_id UNION ALL SELECT t.id, t.start_date FROM statement t"
    " UNION ALL SELECT t.id, t.end_date FROM statement t)"
)
_YEAR, _MONTH = (f"CAST(substr(CAST(d.day AS text), {part}) AS integer)" for part in ("1, 4", "6, 2"))
_RANK = f"{_YEAR} * 12 + {_MONTH}"
_SPANS = (
    f"(SELECT w.statement_id, min({_RANK}) AS first, max({_RANK}) AS last FROM statement_withdrawal w"  # noqa: S608 - own names
    f" JOIN {_DAYS} d ON d.statement_id = w.statement_id GROUP BY w.statement_id)"
)
_SAME = "o.iban = l.iban AND o.booking_date = l.booking_date AND o.identity = l.identity"

WITHDRAWN = (
    sql_check(
        "withdrawals_free",
        "Un retrait est motivé ; d'un relevé retiré, aucune ligne n'est rapprochée ni passée en écriture",
        f"""
        SELECT w.statement_id AS statement, 0 AS line, 'retrait sans relevé ou sans motif' AS fault
        FROM statement_withdrawal w LEFT JOIN statement t ON t.id = w.statement_id
        WHERE t.id IS NULL OR trim(w.reason) = ''
        UNION ALL
        SELECT l.statement_id, l.id, 'rapprochement en vigueur' FROM statement_withdrawal w
        JOIN statement_line l ON l.statement_id = w.statement_id JOIN bank_match_line m ON m.line_id = l.id
        LEFT JOIN match_undo u ON u.match_id = m.match_id WHERE u.match_id IS NULL AND NOT {line_stands("l")}
        UNION ALL
        SELECT l.statement_id, l.id, 'écriture non corrigée' FROM statement_withdrawal w
        JOIN statement_line l ON l.statement_id = w.statement_id
        JOIN entry e ON e.origin IN ('statement', 'imputation') AND e.origin_ref = 'statement_line:' || l.id
        WHERE e.corrects IS NULL AND NOT EXISTS (SELECT 1 FROM entry c WHERE c.corrects = e.id)
        AND NOT {line_stands("l")}
        """,  # noqa: S608 - own names
    ),
    sql_check(
        "withdrawals_before_signing",
        "Aucun relevé n'a été retiré quand un état signé ou un mois clos reposait sur lui",
        f"""
        SELECT w.statement_id AS statement, s.year, s.month, 'état signé' AS fault FROM statement_withdrawal w
        JOIN statement t ON t.id = w.statement_id JOIN {_SPANS} x ON x.statement_id = w.statement_id
        JOIN reconciliation_signoff s ON s.book = t.book AND s.known_command >= t.command_id
        AND s.year * 12 + s.month >= x.first JOIN reconciliation_signature g ON g.signoff_id = s.id
        AND g.part = 'reviewer' AND g.command_id < w.command_id WHERE t.kind = 'statement'
        UNION ALL
        SELECT w.statement_id, p.year, p.period, 'mois clos' FROM statement_withdrawal w
        JOIN statement t ON t.id = w.statement_id JOIN {_SPANS} x ON x.statement_id = w.statement_id
        JOIN period_event p ON p.book = t.book AND p.action = 'close' AND p.period <= 12
        AND p.command_id > t.command_id AND p.command_id < w.command_id
        AND p.year * 12 + p.period BETWEEN x.first AND x.last
        WHERE t.kind = 'statement' AND NOT EXISTS (SELECT 1 FROM period_event r WHERE r.book = p.book
        AND r.year = p.year AND r.period = p.period AND r.id > p.id AND r.action = 'reopen'
        AND r.command_id < w.command_id)
        """,  # noqa: S608 - own names
    ),
    sql_check(
        "line_editions",
        "Une ligne ne revient qu'après le retrait du relevé qui l'avait apportée, et ne compte qu'une fois",
        f"""
        SELECT l.id AS line, l.edition, 'édition sans retrait' AS fault FROM statement_line l
        JOIN statement t ON t.id = l.statement_id WHERE l.edition <> 0 AND NOT EXISTS (SELECT 1 FROM statement_line o
        JOIN statement_withdrawal w ON w.statement_id = o.statement_id AND w.command_id < t.command_id
        WHERE {_SAME} AND o.occurrence = l.occurrence AND o.edition = l.edition - 1 AND NOT {line_stands("o")})
        UNION ALL
        SELECT l.id, l.edition, 'rang sans le précédent' FROM statement_line l
        WHERE l.occurrence > 1 AND {line_stands("l")} AND NOT EXISTS (SELECT 1 FROM statement_line o
        WHERE {_SAME} AND o.occurrence = l.occurrence - 1 AND {line_stands("o")})
        UNION ALL
        SELECT l.id, l.edition, 'redonnée après son retrait' FROM statement_line_again a
        JOIN statement t ON t.id = a.statement_id JOIN statement_line l ON l.id = a.line_id
        JOIN statement_withdrawal w ON w.statement_id = l.statement_id AND w.command_id < t.command_id
        WHERE NOT EXISTS (SELECT 1 FROM statement_line_again h JOIN statement r ON r.id = h.statement_id
        AND r.command_id < t.command_id WHERE h.line_id = l.id AND NOT EXISTS (SELECT 1 FROM statement_withdrawal v
        WHERE v.statement_id = h.statement_id AND v.command_id < t.command_id))
        """,  # noqa: S608 - own names
    ),
)
"""The checks of withdrawn statements."""
