"""Customs returns, rates, deadlines and exemptions of the levy; an office's month is sealed over its rows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOCK = 20250328
KEYS = {
    "levy_rate": "from_date = NEW.from_date",
    "levy_deadline": "from_date = NEW.from_date",
    "levy_exemption": "code = NEW.code AND from_date = NEW.from_date",
    "customs_return": "id = NEW.id OR sha256 = NEW.sha256",
    "customs_return_row": "return_id = NEW.return_id AND position = NEW.position",
    "customs_month": "state = NEW.state AND office = NEW.office AND period = NEW.period AND revision = NEW.revision",
}

SAME = "{0}.state = NEW.state AND {0}.office = NEW.office AND {0}.period = NEW.period"
ROWS = f"FROM customs_return_row r WHERE {SAME.format('r')} AND r.revision = NEW.revision"
BEFORE = f"FROM customs_month m WHERE {SAME.format('m')}"
MONTH_FAULTS = (
    (
        "customs_month_future",
        "NEW.period > substr((SELECT f.received_at FROM customs_return f WHERE f.id = NEW.return_id), 1, 7)",
    ),
    ("customs_month_revision_gap", f"NEW.revision <> coalesce((SELECT max(m.revision) {BEFORE}), 0) + 1"),
    (
        "customs_month_rows_add_up",
        # the plus keeps the planner on the month: by the return it would look through the whole file, month after month
        f"(SELECT count(*) {ROWS} AND +r.return_id = NEW.return_id) <> NEW.row_count"
        f" OR (SELECT count(*) {ROWS}) <> NEW.row_count"
        f" OR coalesce((SELECT sum(r.assessed) {ROWS}), 0) <> NEW.assessed"
        f" OR coalesce((SELECT sum(r.collected) {ROWS}), 0) <> NEW.collected"
        f" OR coalesce((SELECT sum(r.remitted) {ROWS}), 0) <> NEW.remitted",
    ),
    (
        "customs_month_entry",
        "(NEW.assessed = 0) <> (NEW.entry_id IS NULL) OR (NEW.entry_id IS NOT NULL AND ("
        "NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = NEW.entry_id AND e.book = NEW.state AND e.journal = 'PC'"
        " AND e.origin = 'collection' AND e.corrects IS NULL)"
        " OR EXISTS (SELECT 1 FROM entry e WHERE e.corrects = NEW.entry_id)"
        " OR coalesce((SELECT sum(l.credit - l.debit) FROM entry_line l WHERE l.entry_id = NEW.entry_id"
        " AND substr(l.account, 1, 3) = '710'), 0) <> NEW.assessed))",
    ),
    (
        "customs_month_previous_corrected",
        f"EXISTS (SELECT 1 {BEFORE} AND m.revision = NEW.revision - 1 AND m.entry_id IS NOT NULL"
        " AND m.entry_id <> coalesce(NEW.entry_id, 0)"
        " AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.corrects = m.entry_id))",
    ),
)
ROW_FAULTS = (
    (
        "customs_row_on_sealed_month",
        f"EXISTS (SELECT 1 {BEFORE} AND m.revision = NEW.revision)",
    ),
    (
        "customs_row_exemption_known",
        "NEW.exemption <> '' AND NOT EXISTS (SELECT 1 FROM levy_exemption x WHERE x.code = NEW.exemption)",
    ),
)
# An assessment is corrected by a later return and by nothing else: the register and the books move together.
ENTRY_FAULT = (
    "assessment_corrected_by_return",
    "NEW.corrects IS NOT NULL AND NEW.origin <> 'collection'"
    " AND EXISTS (SELECT 1 FROM entry e WHERE e.id = NEW.corrects AND e.origin = 'collection')",
)


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _check(name: str, sql: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sql, name=name)


def _fk(columns: list[str], targets: list[str], name: str, deferred: bool = False) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        columns,
        targets,
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


def _forms(name: str, whole: tuple[str, ...], days: tuple[str, ...] = ()) -> list[sa.CheckConstraint]:
    found = []
    if whole and _sqlite():
        found.append(_check(f"{name}_whole", " AND ".join(f"typeof({c}) IN ('integer', 'null')" for c in whole)))
    if days:
        found.append(_check(f"{name}_dates", " AND ".join(_is_day(column) for column in days)))
    return found


def _period(name: str) -> sa.CheckConstraint:
    month = "period GLOB '2[01][0-9][0-9]-[01][0-9]'" if _sqlite() else "period ~ '^2[01][0-9]{2}-[01][0-9]$'"
    return _check(
        f"{name}_period",
        f"length(period) = 7 AND {month} AND period BETWEEN '2000-01' AND '2100-12'"
        " AND substr(period, 6, 2) BETWEEN '01' AND '12'",
    )


def upgrade() -> None:
    """Build the tables of the levy and their guards."""
    _law()
    _returns()
    if _sqlite():
        # a row of command_log makes SQLite look for the rows that waited for it
        op.create_index("ix_customs_return_command", "customs_return", ["command_id"])
        _guards_sqlite()
    else:
        _guards_postgresql()


def _law() -> None:
    status = "status IN ('established', 'to_confirm', 'disputed')"
    op.create_table(
        "levy_rate",
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("per_ten_thousand", sa.Integer(), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_date", name="pk_levy_rate"),
        _check("levy_rate_bounds", "per_ten_thousand BETWEEN 0 AND 10000"),
        _check("levy_rate_status", status),
        _check("levy_rate_reference", "legal_reference <> ''"),
        *_forms("levy_rate", ("per_ten_thousand",), ("from_date",)),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "levy_deadline",
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("from_date", name="pk_levy_deadline"),
        _check("levy_deadline_days", "days BETWEEN 0 AND 366"),
        _check("levy_deadline_status", status),
        _check("levy_deadline_reference", "legal_reference <> ''"),
        *_forms("levy_deadline", ("days",), ("from_date",)),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "levy_exemption",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", "from_date", name="pk_levy_exemption"),
        _check("levy_exemption_code", "code <> '' AND title <> '' AND legal_reference <> ''"),
        _check("levy_exemption_status", status),
        *_forms("levy_exemption", (), ("from_date",)),
        sqlite_with_rowid=False,
    )


def _returns() -> None:
    op.create_table(
        "customs_return",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        # last: what stands after a file is only reached through the whole of it
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_customs_return"),
        sa.UniqueConstraint("sha256", name="uq_customs_return_sha256"),
        _fk(["command_id"], ["command_log.id"], "fk_customs_return_command_id", deferred=True),
        _check("customs_return_sha256", "length(sha256) = 64"),
        _check("customs_return_format", "format IN ('csv', 'xlsx')"),
        _instant("customs_return", "received_at"),
        *_forms("customs_return", ("id", "row_count")),
    )
    amounts = ("declarations", "value", "assessed", "collected", "remitted")
    op.create_table(
        "customs_month",
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("return_id", BIG, nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("assessed", BIG, nullable=False),
        sa.Column("collected", BIG, nullable=False),
        sa.Column("remitted", BIG, nullable=False),
        sa.Column("entry_id", BIG),
        sa.PrimaryKeyConstraint("state", "office", "period", "revision", name="pk_customs_month"),
        _fk(["state"], ["book.code"], "fk_customs_month_state"),
        _fk(["return_id"], ["customs_return.id"], "fk_customs_month_return_id"),
        _fk(["entry_id"], ["entry.id"], "fk_customs_month_entry_id"),
        _period("customs_month"),
        _check("customs_month_rows", "row_count > 0"),
        *_forms(
            "customs_month", ("revision", "return_id", "row_count", "assessed", "collected", "remitted", "entry_id")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "customs_return_row",
        sa.Column("return_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("office", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("exemption", sa.Text(), nullable=False),
        sa.Column("declarations", BIG, nullable=False),
        sa.Column("value", BIG, nullable=False),
        sa.Column("assessed", BIG, nullable=False),
        sa.Column("collected", BIG, nullable=False),
        sa.Column("remitted", BIG, nullable=False),
        sa.Column("reference", sa.Text()),
        sa.Column("remitted_on", sa.Date()),
        sa.PrimaryKeyConstraint("return_id", "position", name="pk_customs_return_row"),
        sa.UniqueConstraint(
            "state", "office", "period", "revision", "exemption", name="uq_customs_return_row_exemption"
        ),
        _fk(["return_id"], ["customs_return.id"], "fk_customs_return_row_return_id"),
        _fk(
            ["state", "office", "period", "revision"],
            [f"customs_month.{c}" for c in ("state", "office", "period", "revision")],
            "fk_customs_return_row_month",
            deferred=True,
        ),
        _period("customs_return_row"),
        _check(
            "customs_row_not_negative", " AND ".join(f"{column} BETWEEN 0 AND 999999999999999" for column in amounts)
        ),
        _check(
            "customs_row_exempt_pays_nothing",
            "exemption = '' OR (assessed = 0 AND collected = 0 AND remitted = 0)",
        ),
        *_forms("customs_return_row", ("return_id", "position", "revision", *amounts), ("remitted_on",)),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_customs_month_entry", "customs_month", ["entry_id"])


def _guards_sqlite() -> None:
    for table, faults in (("customs_month", MONTH_FAULTS), ("customs_return_row", ROW_FAULTS)):
        cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{name}')" for name, sql in faults)
        op.execute(f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} BEGIN SELECT CASE {cases} END; END")
    name, sql = ENTRY_FAULT
    op.execute(
        f"CREATE TRIGGER entry_assessment_guard BEFORE INSERT ON entry WHEN NEW.corrects IS NOT NULL BEGIN"
        f" SELECT RAISE(ABORT, '{name}') WHERE {sql}; END"
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
    faults_of = {
        "customs_month": MONTH_FAULTS,
        "customs_return_row": ROW_FAULTS,
        "entry": (ENTRY_FAULT,),
    }
    for table, faults in faults_of.items():
        name = "entry_assessment_guard" if table == "entry" else f"{table}_guard"
        cases = " ".join(f"WHEN {sql} THEN '{fault}'" for fault, sql in faults)
        op.execute(
            f"""
            CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
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
        when = "WHEN (NEW.corrects IS NOT NULL) " if table == "entry" else ""
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW {when}EXECUTE FUNCTION {name}()")
    op.execute(
        "CREATE TRIGGER customs_return_lock BEFORE INSERT ON customs_return FOR EACH ROW EXECUTE FUNCTION ledger_lock()"
    )
    for table in KEYS:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
