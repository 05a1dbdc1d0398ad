"""Signed reconciliation statements: frozen content, two signatures by two people, months in order; a bank statement
on which one rests is not withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOCK = 20250328
KEYS = {
    "reconciliation_signoff": "id = NEW.id",
    "reconciliation_signoff_line": "signoff_id = NEW.signoff_id AND line_id = NEW.line_id",
    "reconciliation_signature": "signoff_id = NEW.signoff_id AND part = NEW.part",
}

# Months of a book that two people have signed, as one number each: twelve times the year, plus the month.
SIGNED = (
    "SELECT 1 FROM reconciliation_signoff s JOIN reconciliation_signature g ON g.signoff_id = s.id"
    " AND g.part = 'reviewer' WHERE s.book = NEW.book"
)
RANK = "NEW.year * 12 + NEW.month"
OF_SIGNOFF = "SELECT 1 FROM reconciliation_signoff s WHERE s.id = NEW.signoff_id"
PREPARER = "SELECT 1 FROM reconciliation_signature p WHERE p.signoff_id = NEW.signoff_id AND p.part = 'preparer'"
FAULTS = {
    "reconciliation_signoff": (
        ("signoff_month_signed", f"EXISTS ({SIGNED} AND s.year * 12 + s.month >= {RANK})"),
        (
            "signoff_month_order",
            f"EXISTS ({SIGNED}) AND NOT EXISTS ({SIGNED} AND s.year * 12 + s.month = {RANK} - 1)",
        ),
        (
            "signoff_too_early",
            f"CAST(substr(NEW.at, 1, 4) AS INTEGER) * 12 + CAST(substr(NEW.at, 6, 2) AS INTEGER) <= {RANK}",
        ),
        (
            "signoff_revision",
            "NEW.revision <> coalesce((SELECT max(s.revision) FROM reconciliation_signoff s WHERE s.book = NEW.book"
            " AND s.year = NEW.year AND s.month = NEW.month), 0) + 1",
        ),
    ),
    "reconciliation_signoff_line": (("signoff_sealed", OF_SIGNOFF.join(("EXISTS (", ")"))),),
    "reconciliation_signature": (
        ("signoff_unknown", f"NOT EXISTS ({OF_SIGNOFF})"),
        ("signoff_preparer_first", f"NEW.part = 'reviewer' AND NOT EXISTS ({PREPARER})"),
        ("signoff_reviewer_differs", f"NEW.part = 'reviewer' AND EXISTS ({PREPARER} AND p.person = NEW.person)"),
        ("signoff_date_order", f"NEW.part = 'reviewer' AND EXISTS ({PREPARER} AND p.signed_at > NEW.signed_at)"),
        (
            "signoff_superseded",
            f"EXISTS ({OF_SIGNOFF} AND EXISTS (SELECT 1 FROM reconciliation_signoff n WHERE n.book = s.book"
            " AND n.year = s.year AND n.month = s.month AND n.revision > s.revision))",
        ),
        (
            "signoff_person_role",
            f"NOT EXISTS ({OF_SIGNOFF} AND EXISTS (SELECT 1 FROM app_user u WHERE u.name = NEW.person"
            " AND ((u.role = 'accountant' AND (NEW.part = 'reviewer' OR u.book IS NULL OR u.book = s.book))"
            " OR (u.role = 'controller' AND NEW.part = 'reviewer'))))",
        ),
        (
            "signoff_key_of_person",
            "NOT EXISTS (SELECT 1 FROM signing_key k WHERE k.person = NEW.person AND k.public_key = NEW.public_key)",
        ),
    ),
}
# A statement is withdrawn while nothing rests on it. Its lines are those that no other standing statement shows.
WITHDRAWN = "(SELECT w.statement_id FROM statement_withdrawal w)"
SHOWN = (
    "(SELECT o.id AS line_id, o.booking_date FROM statement_line o WHERE o.statement_id = NEW.statement_id"
    " UNION ALL SELECT o.id, o.booking_date FROM statement_line_again g JOIN statement_line o ON o.id = g.line_id"
    " WHERE g.statement_id = NEW.statement_id)"
)
OTHERWISE = (
    "(EXISTS (SELECT 1 FROM statement_line o WHERE o.id = x.line_id AND o.statement_id <> NEW.statement_id"
    f" AND o.statement_id NOT IN {WITHDRAWN}) OR EXISTS (SELECT 1 FROM statement_line_again g"
    f" WHERE g.line_id = x.line_id AND g.statement_id <> NEW.statement_id AND g.statement_id NOT IN {WITHDRAWN}))"
)
OF_STATEMENT = "SELECT 1 FROM statement t WHERE t.id = NEW.statement_id"
DAYS = (
    f"(SELECT x.booking_date AS day FROM {SHOWN} x UNION ALL SELECT t.start_date FROM statement t"
    " WHERE t.id = NEW.statement_id UNION ALL SELECT t.end_date FROM statement t WHERE t.id = NEW.statement_id)"
)
OPEN_LINES = (
    "SELECT l.book, l.id AS line_id, l.booking_date FROM statement_line l"
    f" WHERE l.kind = 'statement' AND (l.statement_id NOT IN {WITHDRAWN} OR EXISTS (SELECT 1"
    f" FROM statement_line_again g WHERE g.line_id = l.id AND g.statement_id NOT IN {WITHDRAWN}))"
    " AND NOT EXISTS (SELECT 1 FROM bank_match_line m LEFT JOIN match_undo u"
    " ON u.match_id = m.match_id WHERE m.line_id = l.id AND u.match_id IS NULL)"
    " AND NOT EXISTS (SELECT 1 FROM reconciliation_signoff_line s JOIN reconciliation_signature g"
    " ON g.signoff_id = s.signoff_id AND g.part = 'reviewer' WHERE s.line_id = l.id)"
)


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _rank(day: str) -> str:
    """The month of a day as one number: twelve times the year, plus the month."""
    if _sqlite():
        return f"(CAST(substr({day}, 1, 4) AS INTEGER) * 12 + CAST(substr({day}, 6, 2) AS INTEGER))"
    return f"CAST(EXTRACT(YEAR FROM {day}) * 12 + EXTRACT(MONTH FROM {day}) AS INTEGER)"


def _withdrawal_faults() -> tuple[tuple[str, str], ...]:
    # what was signed or closed before the statement came does not rest on it, nor on a notice
    of = f"EXISTS ({OF_STATEMENT} AND t.kind = 'statement' AND "
    first, last = (f"(SELECT {which}({_rank('d.day')}) FROM {DAYS} d)" for which in ("min", "max"))
    return (
        ("withdrawal_statement_unknown", f"NOT EXISTS ({OF_STATEMENT})"),
        (
            "withdrawal_line_matched",
            f"EXISTS (SELECT 1 FROM {SHOWN} x JOIN bank_match_line m ON m.line_id = x.line_id LEFT JOIN match_undo u"
            f" ON u.match_id = m.match_id WHERE u.match_id IS NULL AND NOT {OTHERWISE})",
        ),
        (
            "withdrawal_line_posted",
            f"EXISTS (SELECT 1 FROM {SHOWN} x JOIN entry e ON e.origin IN ('statement', 'imputation')"
            " AND e.origin_ref = 'statement_line:' || x.line_id WHERE e.corrects IS NULL AND NOT EXISTS"
            f" (SELECT 1 FROM entry c WHERE c.corrects = e.id) AND NOT {OTHERWISE})",
        ),
        (
            "withdrawal_month_signed",
            f"{of}EXISTS (SELECT 1 FROM reconciliation_signoff s JOIN reconciliation_signature g ON g.signoff_id = s.id"
            " AND g.part = 'reviewer' WHERE s.book = t.book AND s.known_command >= t.command_id"
            f" AND s.year * 12 + s.month >= {first}))",
        ),
        (
            "withdrawal_month_closed",
            f"{of}EXISTS (SELECT 1 FROM period_event p WHERE p.book = t.book AND p.action = 'close' AND p.period <= 12"
            f" AND p.command_id > t.command_id AND p.year * 12 + p.period BETWEEN {first} AND {last}"
            " AND NOT EXISTS (SELECT 1 FROM period_event r WHERE r.book = p.book AND r.year = p.year"
            " AND r.period = p.period AND r.id > p.id AND r.action = 'reopen')))",
        ),
    )


def _big(name: str) -> sa.Column:
    return sa.Column(name, BIG, nullable=False, autoincrement=False)


def _text(name: str) -> sa.Column:
    return sa.Column(name, sa.Text(), nullable=False)


def _whole(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _fk(table: str, column: str, target: str, deferred: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [target],
        name=f"fk_{table}_{column}",
        ondelete="RESTRICT",
        deferrable=True if deferred else None,
        initially="DEFERRED" if deferred else None,
    )


def _is_instant(column: str) -> str:
    """An instant in universal time, digit by digit, on a day of the calendar."""
    if _sqlite():
        digits = "[0-9][0-9][0-9][0-9]-[0-1][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]." + "[0-9]" * 6 + "Z"
        day = f"substr({column}, 1, 10)"
        return (
            f"typeof({column}) = 'text' AND {column} GLOB '{digits}' AND substr({column}, 12, 2) < '24'"
            f" AND {day} IS date({day}, '+0 days') AND {column} > '1900'"
        )
    day = "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9]))"
    leap = f"CAST(substr({column}, 1, 4) AS integer)"
    return (
        f"CASE WHEN {column} !~ '^(19|[2-9][0-9])[0-9]{{2}}-{day}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
        f"[.][0-9]{{6}}Z$' THEN FALSE WHEN substr({column}, 6, 5) = '02-29'"
        f" THEN {leap} % 4 = 0 AND ({leap} % 100 <> 0 OR {leap} % 400 = 0) ELSE TRUE END"
    )


def _instant(name: str, *columns: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(" AND ".join(f"({_is_instant(column)})" for column in columns), name=f"{name}_instant")


def upgrade() -> None:
    """Build the tables of signed reconciliation statements; a line listed on one no longer holds up its month."""
    _tables()
    if _sqlite():
        _indexes_sqlite()
    for table, faults in FAULTS.items():
        _guard(table, faults)
    _guard("statement_withdrawal", _withdrawal_faults())
    _append_only()
    op.execute("DROP VIEW IF EXISTS unsettled_bank_line")
    op.execute(f"CREATE VIEW unsettled_bank_line AS {OPEN_LINES}")


def _tables() -> None:
    name = "reconciliation_signoff"
    op.create_table(
        name, _big("id"), _text("book"), _whole("year"), _whole("month"), _whole("revision"), _text("content"),
        _text("sha256"), _big("known_entry"), _big("known_command"), _text("at"), _text("actor"), _big("command_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
        sa.UniqueConstraint("book", "year", "month", "revision", name=f"uq_{name}_revision"),
        _fk(name, "book", "book.code"),
        _fk(name, "command_id", "command_log.id", deferred=True),
        sa.CheckConstraint("month BETWEEN 1 AND 12", name="signoff_month"),
        sa.CheckConstraint("length(sha256) = 64", name="signoff_sha256"),
        _instant("signoff", "at"),
    )  # fmt: skip
    name = "reconciliation_signoff_line"
    op.create_table(
        name, _big("signoff_id"), _big("line_id"),
        sa.PrimaryKeyConstraint("signoff_id", "line_id", name=f"pk_{name}"),
        _fk(name, "signoff_id", "reconciliation_signoff.id", deferred=True),
        _fk(name, "line_id", "statement_line.id"), sqlite_with_rowid=False,
    )  # fmt: skip
    op.create_index("ix_reconciliation_signoff_line_line", name, ["line_id"])
    name = "reconciliation_signature"
    op.create_table(
        name, _big("signoff_id"), _text("part"), _text("person"), _text("algorithm"), _text("public_key"),
        _text("signature"), _text("signed_at"), _big("command_id"),
        sa.PrimaryKeyConstraint("signoff_id", "part", name=f"pk_{name}"),
        _fk(name, "signoff_id", "reconciliation_signoff.id"),
        _fk(name, "person", "app_user.name"),
        _fk(name, "command_id", "command_log.id", deferred=True),
        sa.CheckConstraint("part IN ('preparer', 'reviewer')", name="signoff_part"),
        sa.CheckConstraint("algorithm = 'ed25519' AND length(signature) = 128", name="signoff_signature"),
        _instant("signoff_signed", "signed_at"), sqlite_with_rowid=False,
    )  # fmt: skip


def _indexes_sqlite() -> None:
    """A row that satisfies a deferred key makes SQLite look, in every child table, for the rows that waited for it."""
    for table in ("reconciliation_signoff", "reconciliation_signature"):
        op.create_index(f"ix_{table}_command", table, ["command_id"])


def _guard(table: str, faults: tuple[tuple[str, str], ...]) -> None:
    if _sqlite():
        cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{name}')" for name, sql in faults)
        op.execute(f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} BEGIN SELECT CASE {cases} END; END")
        return
    cases = " ".join(f"WHEN {sql} THEN '{name}'" for name, sql in faults)
    op.execute(
        f"""
        CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            PERFORM pg_advisory_xact_lock({LOCK});
            fault := CASE WHEN current_setting('transaction_isolation') <> 'read committed' THEN 'write_isolation'
                {cases} END;
            IF fault IS NOT NULL THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault;
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()")


def _append_only() -> None:
    for table, key in KEYS.items():
        if not _sqlite():
            op.execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
            )
            continue
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table}_append_only'); END"
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refusal}")
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS"
            f" (SELECT 1 FROM {table} WHERE {key}) {refusal}"
        )
