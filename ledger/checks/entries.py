"""Every entry, alone: lines, balance, accounts, dates, amounts, numbers."""

from collections.abc import Iterable

from sqlalchemy import Connection, text

from ledger.check import Check, Row, sql_check

NAME = "e.book || '/' || e.journal || '/' || e.year || '/' || e.number"


def _wrong_dates(connection: Connection) -> Iterable[Row]:
    """Year and period of each entry against its date, computed here and not by the database."""
    import datetime as dt

    query = text("SELECT id, book, journal, number, year, period, date, origin, recorded_at FROM entry ORDER BY id")
    for row in connection.execute(query):
        day = row.date if isinstance(row.date, dt.date) else dt.date.fromisoformat(row.date)
        complementary = (
            row.period == 13
            and (day.month, day.day) == (12, 31)
            and (row.origin == "closing" or row.recorded_at[:7] == f"{day.year + 1}-01")
        )
        if row.year != day.year or not (row.period == day.month or complementary):
            yield {"entry": f"{row.book}/{row.journal}/{row.year}/{row.number}", "date": day, "period": row.period}


CHECKS = (
    sql_check(
        "entry_balance",
        "Chaque écriture est équilibrée : total des débits = total des crédits",
        f"SELECT {NAME} AS entry, sum(l.debit) AS debit, sum(l.credit) AS credit FROM entry e"
        " JOIN entry_line l ON l.entry_id = e.id GROUP BY e.id, e.book, e.journal, e.year, e.number"
        " HAVING sum(l.debit) <> sum(l.credit)",
    ),
    sql_check(
        "entry_lines",
        "Chaque écriture a au moins deux lignes, numérotées sans trou",
        f"SELECT {NAME} AS entry, count(l.position) AS lines, max(l.position) AS last FROM entry e"
        " LEFT JOIN entry_line l ON l.entry_id = e.id GROUP BY e.id, e.book, e.journal, e.year, e.number"
        " HAVING count(l.position) < 2 OR max(l.position) <> count(l.position)",
    ),
    sql_check(
        "line_without_entry",
        "Aucune ligne sans écriture",
        "SELECT l.entry_id, l.position, l.account FROM entry_line l LEFT JOIN entry e ON e.id = l.entry_id"
        " WHERE e.id IS NULL",
    ),
    sql_check(
        "line_amounts",
        "Chaque ligne est d'un seul côté, en francs entiers de quinze chiffres au plus ; un montant négatif n'existe"
        " que dans une correction en négatif",
        f"SELECT {NAME} AS entry, l.position, l.debit, l.credit FROM entry_line l JOIN entry e ON e.id = l.entry_id"
        " WHERE (l.debit = 0) = (l.credit = 0) OR abs(l.debit) > 999999999999999 OR abs(l.credit) > 999999999999999"
        " OR l.debit <> CAST(l.debit AS BIGINT) OR l.credit <> CAST(l.credit AS BIGINT)"
        " OR ((l.debit < 0 OR l.credit < 0) AND coalesce(e.correction, '') <> 'negative')",
    ),
    sql_check(
        "line_book_date",
        "Chaque ligne porte le livre et la date de son écriture",
        f"SELECT {NAME} AS entry, l.position, l.book, l.date FROM entry_line l JOIN entry e ON e.id = l.entry_id"
        " WHERE l.book <> e.book OR l.date <> e.date",
    ),
    sql_check(
        "line_account",
        "Chaque compte mouvementé existe, reçoit des écritures, est du livre et ouvert à la date",
        f"SELECT {NAME} AS entry, l.position, l.account FROM entry_line l JOIN entry e ON e.id = l.entry_id"
        " LEFT JOIN account a ON a.number = l.account WHERE a.number IS NULL OR NOT a.postable"
        " OR a.book <> e.book OR (SELECT v.action FROM account_event v WHERE v.account = l.account"
        # a closing decided later does not make wrong what was posted before it
        " AND v.from_date <= e.date AND v.command_id < e.command_id"
        " ORDER BY v.from_date DESC, v.id DESC LIMIT 1) = 'close'",
    ),
    Check("entry_period", "L'exercice et la période de chaque écriture sont ceux de sa date", _wrong_dates),
    sql_check(
        "document_dates",
        "La pièce d'une écriture n'est pas datée d'après son enregistrement",
        f"SELECT {NAME} AS entry, e.document_date, e.recorded_at FROM entry e WHERE e.document_date > e.date"
        " AND CAST(e.document_date AS text) > substr(e.recorded_at, 1, 10)",
    ),
    sql_check(
        "entry_sequence",
        "Les écritures se suivent sans trou dans l'ordre d'enregistrement",
        "SELECT e.id, e.recorded_at FROM entry e LEFT JOIN entry p ON p.id = e.id - 1"
        " WHERE (p.id IS NULL AND e.id <> 1) OR p.recorded_at > e.recorded_at",
    ),
    sql_check(
        "entry_numbers",
        "Les numéros de chaque journal se suivent sans trou dans l'exercice",
        "SELECT book, journal, year, count(*) AS entries, min(number) AS first, max(number) AS last FROM entry"
        " GROUP BY book, journal, year HAVING min(number) <> 1 OR max(number) <> count(*)"
        " OR count(DISTINCT number) <> count(*)",
    ),
    sql_check(
        "entry_command",
        "Chaque écriture est née d'une commande aboutie, du même auteur et au même instant",
        f"SELECT {NAME} AS entry, e.actor, e.command_id FROM entry e LEFT JOIN command_log c ON c.id = e.command_id"
        " WHERE c.id IS NULL OR c.outcome <> 'done' OR c.actor <> e.actor OR c.at <> e.recorded_at",
    ),
)
