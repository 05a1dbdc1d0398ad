"""Declarations of customs under the rows that they make, files kept in parts, dated decisions on the levy."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOCK = 20250328
PART = 1_048_576
KEYS = {
    "customs_return_part": "return_id = NEW.return_id AND part = NEW.part",
    "customs_declaration": "return_id = NEW.return_id AND row_position = NEW.row_position AND position = NEW.position",
    "levy_decision": "id = NEW.id",
}
AMOUNTS = ("value", "assessed", "collected")

OWN = "FROM customs_declaration d WHERE d.return_id = NEW.return_id AND d.row_position = NEW.position"
IN_PARTS = "EXISTS (SELECT 1 FROM customs_return_part p WHERE p.return_id = NEW.return_id)"
# A row of a file of declarations is their sum; a row of a monthly return has none.
ROW_FAULT = (
    "customs_row_declarations_add_up",
    f"({IN_PARTS} OR EXISTS (SELECT 1 {OWN}))"
    f" AND ((SELECT count(*) {OWN}) <> NEW.declarations OR NEW.declarations = 0"
    + "".join(f" OR coalesce((SELECT sum(d.{name}) {OWN}), 0) <> NEW.{name}" for name in AMOUNTS)
    + f" OR NOT {IN_PARTS})",
)
PART_FAULTS = (
    (
        "customs_part_sequence",
        "NEW.part <> coalesce((SELECT max(p.part) FROM customs_return_part p WHERE p.return_id = NEW.return_id), 0) + 1"
        " OR EXISTS (SELECT 1 FROM customs_return r WHERE r.id = NEW.return_id AND length(r.content) > 0)",
    ),
    (
        "customs_part_of_its_act",
        "EXISTS (SELECT 1 FROM customs_return r JOIN command_log c ON c.id = r.command_id WHERE r.id = NEW.return_id)",
    ),
)
SEALED_ROW = "SELECT 1 FROM customs_return_row r WHERE r.return_id = {0}.return_id AND r.position = {0}.row_position"
SAME_DECISION = "FROM levy_decision d WHERE d.kind = NEW.kind AND d.code = NEW.code AND d.from_date = NEW.from_date"
LAST_DECISION = f"(SELECT max(d.id) {SAME_DECISION})"
DECISION_FAULTS = (
    ("levy_decision_sequence", "NEW.id <> coalesce((SELECT max(d.id) FROM levy_decision d), 0) + 1"),
    (
        # at each date one decision is in force: another of the same day names the one that it replaces
        "levy_decision_replaces",
        f"coalesce(NEW.replaces, 0) <> coalesce({LAST_DECISION}, 0)",
    ),
)
# As before, and the codes that were decided since.
CODE_FAULTS = (
    (
        "customs_row_on_sealed_month",
        "EXISTS (SELECT 1 FROM customs_month m WHERE m.state = NEW.state AND m.office = NEW.office"
        " AND m.period = NEW.period AND m.revision = NEW.revision)",
    ),
    (
        "customs_row_exemption_known",
        "NEW.exemption <> '' AND NOT EXISTS (SELECT 1 FROM levy_exemption x WHERE x.code = NEW.exemption)"
        " AND NOT EXISTS (SELECT 1 FROM levy_decision x WHERE x.kind = 'exemption' AND x.code = NEW.exemption)",
    ),
    ROW_FAULT,
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
    return f"({real}{column} BETWEEN '1900-01-01' AND '9999-12-31')"


def _types(table: str, whole: tuple[str, ...], days: tuple[str, ...] = ()) -> list[sa.CheckConstraint]:
    found = [_check(f"{table}_dates", " AND ".join(_is_day(column) for column in days))] if days else []
    if _sqlite():
        found.append(_check(f"{table}_whole", " AND ".join(f"typeof({c}) IN ('integer', 'null')" for c in whole)))
    return found


def upgrade() -> None:
    """Build the tables and their guards; the guard of a return's rows learns of declarations and of new codes."""
    _declarations()
    _decisions()
    if _sqlite():
        op.create_index("ix_levy_decision_command", "levy_decision", ["command_id"])
        _guards_sqlite()
    else:
        _guards_postgresql()


def _declarations() -> None:
    op.create_table(
        "customs_return_part",
        sa.Column("return_id", BIG, nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("return_id", "part", name="pk_customs_return_part"),
        _fk(["return_id"], ["customs_return.id"], "fk_customs_return_part_return_id"),
        _check("customs_part_size", f"length(content) BETWEEN 1 AND {PART}"),
        *_types("customs_return_part", ("return_id", "part")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "customs_declaration",
        sa.Column("return_id", BIG, nullable=False),
        sa.Column("row_position", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("importer", sa.Text()),
        *(sa.Column(name, BIG, nullable=False) for name in AMOUNTS),
        sa.PrimaryKeyConstraint("return_id", "row_position", "position", name="pk_customs_declaration"),
        _fk(["return_id"], ["customs_return.id"], "fk_customs_declaration_return_id"),
        _fk(
            ["return_id", "row_position"],
            ["customs_return_row.return_id", "customs_return_row.position"],
            "fk_customs_declaration_row",
            deferred=True,
        ),
        _check("customs_declaration_number", "number <> ''"),
        _check(
            "customs_declaration_not_negative",
            " AND ".join(f"{name} BETWEEN 0 AND 999999999999999" for name in AMOUNTS),
        ),
        *_types("customs_declaration", ("return_id", "row_position", "position", *AMOUNTS), ("date",)),
        # the declarations of a row lie side by side, and a hundred thousand of them have one index to keep, not two
        sqlite_with_rowid=False,
    )


def _decisions() -> None:
    op.create_table(
        "levy_decision",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("value", sa.Integer()),
        sa.Column("in_force", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("retroactive", sa.Boolean(), nullable=False),
        sa.Column("replaces", BIG),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_levy_decision"),
        _fk(["replaces"], ["levy_decision.id"], "fk_levy_decision_replaces"),
        _fk(["command_id"], ["command_log.id"], "fk_levy_decision_command_id", deferred=True),
        _check(
            "levy_decision_kind",
            "kind IN ('rate', 'deadline', 'exemption', 'holiday')"
            " AND (kind IN ('rate', 'deadline')) = (value IS NOT NULL)"
            " AND (kind IN ('rate', 'deadline')) = (code = '')"
            " AND (kind IN ('exemption', 'holiday') OR in_force)",
        ),
        _check(
            "levy_decision_value",
            "value IS NULL OR (value >= 0 AND value <= CASE kind WHEN 'rate' THEN 10000 ELSE 366 END)",
        ),
        _check("levy_decision_book", "kind <> 'holiday' OR code IN ('BF', 'ML', 'NE')"),
        _check("levy_decision_texts", "legal_reference <> '' AND reason <> '' AND title <> ''"),
        _check("levy_decision_status", "status IN ('established', 'to_confirm', 'disputed')"),
        *_types("levy_decision", ("id", "value", "replaces"), ("from_date",)),
    )


def _guards_sqlite() -> None:
    for old in ("customs_return_row_guard", "customs_return_row_no_replace"):
        op.execute(f"DROP TRIGGER {old}")
    declaration = ("declaration_on_sealed_row", f"EXISTS ({SEALED_ROW.format('NEW')})")
    for table, faults in (
        ("customs_return_row", CODE_FAULTS),
        ("customs_return_part", PART_FAULTS),
        ("customs_declaration", (declaration,)),
        ("levy_decision", DECISION_FAULTS),
    ):
        cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{name}')" for name, sql in faults)
        op.execute(f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} BEGIN SELECT CASE {cases} END; END")
    # the trigger made last speaks first: that of a replacement stays the first one of the rows too
    for table, key in (("customs_return_row", "return_id = NEW.return_id AND position = NEW.position"), *KEYS.items()):
        refusal = f"BEGIN SELECT RAISE(ABORT, '{table}_append_only'); END"
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS"
            f" (SELECT 1 FROM {table} WHERE {key}) {refusal}"
        )
        if table not in KEYS:
            continue
        for verb in ("UPDATE", "DELETE"):
            op.execute(f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} {refusal}")


ISOLATION = "current_setting('transaction_isolation') <> 'read committed'"
RAISE = "RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault;"


def _guards_postgresql() -> None:
    for table, faults in (
        ("customs_return_row", CODE_FAULTS),
        ("customs_return_part", PART_FAULTS),
        ("levy_decision", DECISION_FAULTS),
    ):
        cases = " ".join(f"WHEN {sql} THEN '{fault}'" for fault, sql in faults)
        verb = "CREATE OR REPLACE" if table == "customs_return_row" else "CREATE"
        op.execute(
            f"""
            {verb} FUNCTION {table}_guard() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE fault text;
            BEGIN
                PERFORM pg_advisory_xact_lock({LOCK});
                fault := CASE WHEN {ISOLATION} THEN 'write_isolation' {cases} END;
                IF fault IS NOT NULL THEN {RAISE} END IF;
                RETURN NEW;
            END $$
            """
        )
        if table != "customs_return_row":
            op.execute(
                f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_guard()"
            )
    # declarations come by tens of thousands: one look at all those of a statement, once they are there
    op.execute(
        f"""
        CREATE FUNCTION customs_declaration_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            fault := CASE WHEN {ISOLATION} THEN 'write_isolation'
                WHEN EXISTS (SELECT 1 FROM fresh WHERE EXISTS ({SEALED_ROW.format("fresh")}))
                THEN 'declaration_on_sealed_row' END;
            IF fault IS NOT NULL THEN {RAISE} END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER customs_declaration_lock BEFORE INSERT ON customs_declaration"
        " FOR EACH STATEMENT EXECUTE FUNCTION ledger_lock()"
    )
    op.execute(
        "CREATE TRIGGER customs_declaration_guard AFTER INSERT ON customs_declaration REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION customs_declaration_guard()"
    )
    for table in KEYS:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
