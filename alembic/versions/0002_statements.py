"""Bank statements: stored files, statements, lines, withdrawals, declared layouts; a statement is sealed like an
entry."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOCK = 20250328
KEYS = {
    "statement_file": "id = NEW.id OR sha256 = NEW.sha256",
    "statement": "id = NEW.id OR (file_id = NEW.file_id AND position = NEW.position)",
    "statement_line": "id = NEW.id OR (iban = NEW.iban AND booking_date = NEW.booking_date"
    " AND identity = NEW.identity AND occurrence = NEW.occurrence AND edition = NEW.edition)",
    "statement_line_again": "statement_id = NEW.statement_id AND position = NEW.position",
    "statement_profile": "id = NEW.id",
    "statement_withdrawal": "statement_id = NEW.statement_id",
}

# The lines that a statement brought and those that it shows again: their number and their sum.
LINES = (
    "(SELECT count(*) FROM statement_line WHERE statement_id = NEW.id)"
    " + (SELECT count(*) FROM statement_line_again WHERE statement_id = NEW.id)"
)
SUM = (
    "(SELECT coalesce(sum(amount), 0) FROM statement_line WHERE statement_id = NEW.id)"
    " + (SELECT coalesce(sum(l.amount), 0) FROM statement_line_again s JOIN statement_line l ON l.id = s.line_id"
    " WHERE s.statement_id = NEW.id)"
)
FAULTS = (
    ("statement_lines_counted", f"NEW.line_count <> {LINES}"),
    ("statement_balances", f"NEW.proven AND NEW.opening + {SUM} <> NEW.closing"),
    (
        "statement_account_bound",
        "NOT EXISTS (SELECT 1 FROM bank_account WHERE iban = NEW.iban AND book = NEW.book)",
    ),
)

# A line stands while a statement that shows it is not withdrawn: the one that brought it, or one that shows it again.
WITHDRAWN = "(SELECT w.statement_id FROM statement_withdrawal w)"
GONE = (
    f"{{line}}.statement_id IN {WITHDRAWN} AND NOT EXISTS (SELECT 1 FROM statement_line_again g"
    f" WHERE g.line_id = {{line}}.id AND g.statement_id NOT IN {WITHDRAWN})"
)
# The same line brought anew after a withdrawal is its next edition.
EDITION = (
    "NEW.edition <> 0 AND NOT EXISTS (SELECT 1 FROM statement_line o WHERE o.iban = NEW.iban"
    " AND o.booking_date = NEW.booking_date AND o.identity = NEW.identity AND o.occurrence = NEW.occurrence"
    f" AND o.edition = NEW.edition - 1 AND {GONE.format(line='o')})"
)
AGAIN = f"EXISTS (SELECT 1 FROM statement_line o WHERE o.id = NEW.line_id AND {GONE.format(line='o')})"
# What else is asked of a line, and of a line shown again.
LINE_FAULTS = {
    "statement_line": ("line_edition", EDITION),
    "statement_line_again": ("line_again_withdrawn", AGAIN),
}


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _check(name: str, sql: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sql, name=name)


def _fk(column: str, target: str, name: str, deferred: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [target],
        name=name,
        ondelete="RESTRICT",
        deferrable=True if deferred else None,
        initially="DEFERRED" if deferred else None,
    )


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


def _forms(name: str, whole: tuple[str, ...], days: tuple[str, ...]) -> list[sa.CheckConstraint]:
    found = [_check(f"{name}_dates", " AND ".join(_is_day(column) for column in days))]
    if _sqlite():
        found.append(_check(f"{name}_whole", " AND ".join(f"typeof({c}) IN ('integer', 'null')" for c in whole)))
    return found


def upgrade() -> None:
    """Build the tables of statements and their guards."""
    _tables()
    _lines()
    _withdrawals()
    if _sqlite():
        _indexes_sqlite()
        _guards_sqlite()
    else:
        _guards_postgresql()


def _tables() -> None:
    op.create_table(
        "statement_file",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statement_file"),
        sa.UniqueConstraint("sha256", name="uq_statement_file_sha256"),
        _fk("command_id", "command_log.id", "fk_statement_file_command_id", deferred=True),
        _check("statement_file_sha256", "length(sha256) = 64"),
        _instant("statement_file", "received_at"),
    )
    op.create_table(
        "statement_profile",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statement_profile"),
        _fk("command_id", "command_log.id", "fk_statement_profile_command_id", deferred=True),
    )
    op.create_table(
        "statement",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("file_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("number", sa.Text()),
        sa.Column("start_date", sa.Date()),
        sa.Column("end_date", sa.Date()),
        sa.Column("opening", BIG),
        sa.Column("closing", BIG),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_statement"),
        sa.UniqueConstraint("file_id", "position", name="uq_statement_position"),
        _fk("file_id", "statement_file.id", "fk_statement_file_id"),
        _fk("book", "book.code", "fk_statement_book"),
        _fk("iban", "bank_account.iban", "fk_statement_iban"),
        _fk("command_id", "command_log.id", "fk_statement_command_id", deferred=True),
        _check("statement_kind", "kind IN ('statement', 'notice')"),
        _check("statement_currency", "currency = 'XOF'"),
        _check("statement_proven_balances", "NOT proven OR (opening IS NOT NULL AND closing IS NOT NULL)"),
        *_forms("statement", ("id", "opening", "closing", "line_count"), ("start_date", "end_date")),
    )
    op.create_index("ix_statement_iban", "statement", ["iban", "end_date"])


def _lines() -> None:
    op.create_table(
        "statement_line",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("statement_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("booking_date", sa.Date(), nullable=False),
        sa.Column("value_date", sa.Date()),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("reversal", sa.Boolean(), nullable=False),
        sa.Column("bank_reference", sa.Text()),
        sa.Column("customer_reference", sa.Text()),
        sa.Column("type", sa.Text()),
        sa.Column("counterparty", sa.Text()),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.Integer(), nullable=False),
        sa.Column("back_dated", sa.Boolean(), nullable=False),
        # nought but for a line brought anew after the statement that had brought it was withdrawn
        sa.Column("edition", sa.Integer(), nullable=False, server_default="0"),
        sa.PrimaryKeyConstraint("id", name="pk_statement_line"),
        sa.UniqueConstraint("statement_id", "position", name="uq_statement_line_position"),
        # the day first: an identity is drawn at random, and the lines of a file come day after day; it serves to find
        # the lines of a period too
        sa.UniqueConstraint(
            "iban", "booking_date", "identity", "occurrence", "edition", name="uq_statement_line_identity"
        ),
        _fk("statement_id", "statement.id", "fk_statement_line_statement_id", deferred=True),
        _fk("iban", "bank_account.iban", "fk_statement_line_iban"),
        _check("statement_line_kind", "kind IN ('statement', 'notice')"),
        _check("statement_line_digits", "amount BETWEEN -999999999999999 AND 999999999999999"),
        _check("statement_line_edition", "edition >= 0"),
        *_forms(
            "statement_line", ("id", "amount", "position", "occurrence", "edition"), ("booking_date", "value_date")
        ),
    )
    op.create_table(
        "statement_line_again",
        sa.Column("statement_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("line_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("statement_id", "position", name="pk_statement_line_again"),
        _fk("statement_id", "statement.id", "fk_statement_line_again_statement_id", deferred=True),
        _fk("line_id", "statement_line.id", "fk_statement_line_again_line_id"),
        sqlite_with_rowid=False,
    )
    # SQLite looks for the rows that wait for a line each time one is written: never by reading them all
    op.create_index("ix_statement_line_again_line", "statement_line_again", ["line_id"])


def _withdrawals() -> None:
    """A statement withdrawn stays with its lines, as evidence; its guard comes with the tables that it looks at."""
    op.create_table(
        "statement_withdrawal",
        sa.Column("statement_id", BIG, nullable=False, autoincrement=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("statement_id", name="pk_statement_withdrawal"),
        _fk("statement_id", "statement.id", "fk_statement_withdrawal_statement_id"),
        _fk("command_id", "command_log.id", "fk_statement_withdrawal_command_id", deferred=True),
        _instant("statement_withdrawal", "at"),
        _check("statement_withdrawal_reason", "trim(reason) <> ''"),
    )


def _indexes_sqlite() -> None:
    """A row that satisfies a deferred key makes SQLite look, in every child table, for the rows that waited for it."""
    for table in ("statement_file", "statement_profile", "statement", "statement_withdrawal"):
        op.create_index(f"ix_{table}_command", table, ["command_id"])


def _guards_sqlite() -> None:
    cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{name}')" for name, sql in FAULTS)
    op.execute(f"CREATE TRIGGER statement_guard BEFORE INSERT ON statement BEGIN SELECT CASE {cases} END; END")
    for table, (name, sql) in LINE_FAULTS.items():
        op.execute(
            f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} BEGIN SELECT CASE"
            " WHEN EXISTS (SELECT 1 FROM statement WHERE id = NEW.statement_id)"
            f" THEN RAISE(ABORT, 'line_on_sealed_statement') WHEN {sql} THEN RAISE(ABORT, '{name}') END; END"
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
    cases = " ".join(f"WHEN {sql} THEN '{name}'" for name, sql in FAULTS)
    op.execute(
        f"""
        CREATE FUNCTION statement_guard() RETURNS trigger LANGUAGE plpgsql AS $$
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
        "CREATE TRIGGER statement_guard BEFORE INSERT ON statement FOR EACH ROW EXECUTE FUNCTION statement_guard()"
    )
    # the lock makes a second connection wait until the statement it would add to is sealed and seen
    for table, (name, sql) in LINE_FAULTS.items():
        asked = "NEW.edition <> 0" if table == "statement_line" else "TRUE"
        op.execute(
            f"""
            CREATE FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE fault text := 'line_on_sealed_statement';
            BEGIN
                PERFORM pg_advisory_xact_lock({LOCK});
                IF EXISTS (SELECT 1 FROM statement WHERE id = NEW.statement_id) THEN {raise_} END IF;
                IF {asked} THEN
                    fault := '{name}';
                    IF {sql} THEN {raise_} END IF;
                END IF;
                RETURN NEW;
            END $$
            """
        )
        op.execute(
            f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()"
        )
    for table in KEYS:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
