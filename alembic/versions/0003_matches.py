"""Runs of the reconciliation and matches: sealed over their lines, never changed, undone by an act of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOCK = 20250328
KEYS = {
    "reconcile_run": "id = NEW.id",
    "bank_match": "id = NEW.id",
    "bank_match_line": "match_id = NEW.match_id AND line_id = NEW.line_id",
    "bank_match_entry_line": "match_id = NEW.match_id AND entry_id = NEW.entry_id AND position = NEW.position",
    "match_proposal": "id = NEW.id",
    "match_undo": "match_id = NEW.match_id",
}

BANK = (
    "(SELECT coalesce(sum(l.amount), 0) FROM bank_match_line m JOIN statement_line l ON l.id = m.line_id"
    " WHERE m.match_id = NEW.id)"
)
BOOKS = (
    "(SELECT coalesce(sum(l.debit - l.credit), 0) FROM bank_match_entry_line m JOIN entry_line l"
    " ON l.entry_id = m.entry_id AND l.position = m.position WHERE m.match_id = NEW.id)"
)
FAULTS = (
    (
        "match_has_lines",
        "NOT EXISTS (SELECT 1 FROM bank_match_line WHERE match_id = NEW.id)"
        " AND NOT EXISTS (SELECT 1 FROM bank_match_entry_line WHERE match_id = NEW.id)",
    ),
    ("match_balances", f"{BANK} <> {BOOKS}"),
    (
        "match_of_one_book",
        "EXISTS (SELECT 1 FROM bank_match_line m JOIN statement_line l ON l.id = m.line_id WHERE m.match_id = NEW.id"
        " AND (l.book <> NEW.book OR l.kind <> 'statement'))"
        " OR EXISTS (SELECT 1 FROM bank_match_entry_line m JOIN entry_line l ON l.entry_id = m.entry_id"
        " AND l.position = m.position WHERE m.match_id = NEW.id AND l.book <> NEW.book)",
    ),
    (
        "match_of_bank_account",
        "EXISTS (SELECT 1 FROM bank_match_entry_line m JOIN entry_line l ON l.entry_id = m.entry_id"
        " AND l.position = m.position WHERE m.match_id = NEW.id"
        " AND NOT EXISTS (SELECT 1 FROM bank_account b WHERE b.account = l.account AND b.book = NEW.book))",
    ),
    (
        "match_line_withdrawn",
        "EXISTS (SELECT 1 FROM bank_match_line m JOIN statement_line l ON l.id = m.line_id WHERE m.match_id = NEW.id"
        " AND l.statement_id IN (SELECT w.statement_id FROM statement_withdrawal w) AND NOT EXISTS (SELECT 1"
        " FROM statement_line_again g WHERE g.line_id = l.id AND g.statement_id NOT IN (SELECT w.statement_id"
        " FROM statement_withdrawal w)))",
    ),
)
TAKEN = {
    "bank_match_line": "EXISTS (SELECT 1 FROM bank_match_line m LEFT JOIN match_undo u ON u.match_id = m.match_id"
    " WHERE m.line_id = NEW.line_id AND u.match_id IS NULL)",
    "bank_match_entry_line": "EXISTS (SELECT 1 FROM bank_match_entry_line m LEFT JOIN match_undo u"
    " ON u.match_id = m.match_id WHERE m.entry_id = NEW.entry_id AND m.position = NEW.position"
    " AND u.match_id IS NULL)",
}
SEALED = "EXISTS (SELECT 1 FROM bank_match WHERE id = NEW.match_id)"


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _fk(columns: list[str], targets: list[str], name: str, deferred: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns,
        targets,
        name=name,
        ondelete="RESTRICT",
        deferrable=True if deferred else None,
        initially="DEFERRED" if deferred else None,
    )


def _command(table: str) -> sa.ForeignKeyConstraint:
    return _fk(["command_id"], ["command_log.id"], f"fk_{table}_command_id", deferred=True)


def _is_day(column: str) -> str:
    """A day of the calendar that every program reads: SQLite keeps any text, PostgreSQL years without end."""
    real = f"{column} IS date({column}, '+0 days') AND " if _sqlite() else ""
    return f"({column} IS NULL OR ({real}{column} BETWEEN '1900-01-01' AND '9999-12-31'))"


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
    """Build the tables of the reconciliation and their guards."""
    _runs()
    _matches()
    if _sqlite():
        _indexes_sqlite()
        _guards_sqlite()
    else:
        _guards_postgresql()


def _runs() -> None:
    op.create_table(
        "reconcile_run",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reconcile_run"),
        _fk(["book"], ["book.code"], "fk_reconcile_run_book"),
        _command("reconcile_run"),
        _instant("reconcile_run", "at"),
        sa.CheckConstraint(_is_day("until"), name="reconcile_run_dates"),
    )
    op.create_table(
        "match_proposal",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("run_id", BIG, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_match_proposal"),
        _fk(["run_id"], ["reconcile_run.id"], "fk_match_proposal_run_id"),
        sa.CheckConstraint("status IN ('proposed', 'ambiguous', 'undecided')", name="match_proposal_status"),
    )
    op.create_index("ix_match_proposal_run", "match_proposal", ["run_id"])


def _matches() -> None:
    op.create_table(
        "bank_match",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("run_id", BIG),
        sa.Column("pass", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("nearest_rejected", sa.Text(), nullable=False),
        sa.Column("posted_entry", BIG),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bank_match"),
        _fk(["book"], ["book.code"], "fk_bank_match_book"),
        _fk(["run_id"], ["reconcile_run.id"], "fk_bank_match_run_id", deferred=True),
        _fk(["posted_entry"], ["entry.id"], "fk_bank_match_posted_entry"),
        _command("bank_match"),
        _instant("bank_match", "at"),
        sa.CheckConstraint("reason <> ''", name="bank_match_reason"),
    )
    # SQLite looks for the rows that wait for a parent each time one is written: never by reading them all
    op.create_index("ix_bank_match_posted_entry", "bank_match", ["posted_entry"])
    op.create_index("ix_bank_match_run", "bank_match", ["run_id"])
    op.create_table(
        "bank_match_line",
        sa.Column("match_id", BIG, nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("match_id", "line_id", name="pk_bank_match_line"),
        _fk(["match_id"], ["bank_match.id"], "fk_bank_match_line_match_id", deferred=True),
        _fk(["line_id"], ["statement_line.id"], "fk_bank_match_line_line_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bank_match_line_line", "bank_match_line", ["line_id"])
    op.create_table(
        "bank_match_entry_line",
        sa.Column("match_id", BIG, nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("match_id", "entry_id", "position", name="pk_bank_match_entry_line"),
        _fk(["match_id"], ["bank_match.id"], "fk_bank_match_entry_line_match_id", deferred=True),
        _fk(["entry_id", "position"], ["entry_line.entry_id", "entry_line.position"], "fk_bank_match_entry_line_line"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_bank_match_entry_line_line", "bank_match_entry_line", ["entry_id", "position"])
    op.create_table(
        "match_undo",
        sa.Column("match_id", BIG, nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("match_id", name="pk_match_undo"),
        _fk(["match_id"], ["bank_match.id"], "fk_match_undo_match_id"),
        _command("match_undo"),
        _instant("match_undo", "at"),
        sa.CheckConstraint("reason <> ''", name="match_undo_reason"),
    )


def _indexes_sqlite() -> None:
    """A row that satisfies a deferred key makes SQLite look, in every child table, for the rows that waited for it."""
    for table in ("reconcile_run", "bank_match", "match_undo"):
        op.create_index(f"ix_{table}_command", table, ["command_id"])


def _guards_sqlite() -> None:
    cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{name}')" for name, sql in FAULTS)
    op.execute(f"CREATE TRIGGER bank_match_guard BEFORE INSERT ON bank_match BEGIN SELECT CASE {cases} END; END")
    for table, taken in TAKEN.items():
        op.execute(
            f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} BEGIN SELECT CASE"
            f" WHEN {SEALED} THEN RAISE(ABORT, 'line_on_sealed_match')"
            f" WHEN {taken} THEN RAISE(ABORT, 'line_matched_once') END; END"
        )
    for table, key in KEYS.items():
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table}_append_only'); END"
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refusal}")
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS"
            f" (SELECT 1 FROM {table} WHERE {key}) {refusal}"
        )


def _guards_postgresql() -> None:
    raise_ = "RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault;"

    def guard(table: str, cases: str) -> None:
        op.execute(
            f"""
            CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE fault text;
            BEGIN
                PERFORM pg_advisory_xact_lock({LOCK});
                fault := CASE WHEN current_setting('transaction_isolation') <> 'read committed' THEN 'write_isolation'
                    {cases} END;
                IF fault IS NOT NULL THEN {raise_} END IF;
                RETURN NEW;
            END $$
            """
        )
        op.execute(
            f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()"
        )

    guard("bank_match", " ".join(f"WHEN {sql} THEN '{name}'" for name, sql in FAULTS))
    for table, taken in TAKEN.items():
        guard(table, f"WHEN {SEALED} THEN 'line_on_sealed_match' WHEN {taken} THEN 'line_matched_once'")
    for table in KEYS:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
