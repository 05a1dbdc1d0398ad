"""Commands sealed with what they wrote, one after another; seals of the tables that no command writes to."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOCK = 20250328
ZERO = "0" * 64
COMMAND = (
    (
        "command_hash",
        "(NEW.hash IS NULL) <> (NEW.written IS NULL) OR (NEW.hash IS NULL) <> (NEW.previous_hash IS NULL)"
        " OR length(NEW.hash) <> 64",
    ),
    (
        "command_previous_hash",
        "NEW.hash IS NOT NULL AND NEW.previous_hash <>"
        f" coalesce((SELECT hash FROM command_log WHERE id = NEW.id - 1), '{ZERO}')",
    ),
)
REFERENCE = (
    (
        "reference_previous_hash",
        "NEW.id <> coalesce((SELECT max(id) FROM reference_seal), 0) + 1 OR NEW.previous_hash <>"
        f" coalesce((SELECT hash FROM reference_seal ORDER BY id DESC LIMIT 1), '{ZERO}')",
    ),
)

# What binds people bears the instant of its command: rows come before their command's own row, which closes them.
ACTS = {
    "mandate": "at", "signing_key": "at", "signing_key_event": "at", "order_rule": "at", "order_rule_end": "at",
    "payment_order": "created_at", "order_event": "at", "order_signature": "signed_at", "payment_file": "at",
    "payment_file_recall": "at", "handover_record": "at", "handover_signature": "signed_at",
}  # fmt: skip
ACT = (
    ("act_command_over", "EXISTS (SELECT 1 FROM command_log c WHERE c.id = NEW.command_id)"),
    ("act_back_dated", "NEW.{at} < coalesce((SELECT c.at FROM command_log c ORDER BY c.id DESC LIMIT 1), '')"),
)
ACT_INSTANT = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} t WHERE t.command_id = NEW.id AND t.{at} <> NEW.at)" for table, at in ACTS.items()
)


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def upgrade() -> None:
    """Commands already in the log stay as they are: the chain begins with the next one."""
    for name in ("written", "previous_hash", "hash"):
        op.add_column("command_log", sa.Column(name, sa.Text(), nullable=True))
    op.create_table(
        "reference_seal",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("content", "previous_hash", "hash")),
        sa.PrimaryKeyConstraint("id", name="pk_reference_seal"),
    )
    _guard("command_log", "command_log_seal", (*COMMAND, ("act_instant", ACT_INSTANT)))
    for table, at in ACTS.items():
        _guard(table, f"{table}_instant_guard", tuple((name, sql.replace("{at}", at)) for name, sql in ACT))
        if not _sqlite():
            # SQLite has this index already, for its deferred keys
            op.create_index(f"ix_{table}_command", table, ["command_id"])
    _guard("reference_seal", "reference_seal_guard", REFERENCE)
    if not _sqlite():
        op.execute(
            "CREATE TRIGGER reference_seal_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON reference_seal"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
        return
    refusal = "BEGIN SELECT RAISE(ABORT, 'reference_seal_append_only'); END"
    for verb in ("UPDATE", "DELETE"):
        op.execute(f"CREATE TRIGGER reference_seal_no_{verb.lower()} BEFORE {verb} ON reference_seal {refusal}")
    op.execute(
        "CREATE TRIGGER reference_seal_no_replace BEFORE INSERT ON reference_seal"
        f" WHEN EXISTS (SELECT 1 FROM reference_seal WHERE id = NEW.id) {refusal}"
    )


def _guard(table: str, name: str, faults: tuple[tuple[str, str], ...]) -> None:
    if _sqlite():
        cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{fault}')" for fault, sql in faults)
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} BEGIN SELECT CASE {cases} END; END")
        return
    cases = " ".join(f"WHEN {sql} THEN '{fault}'" for fault, sql in faults)
    op.execute(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            PERFORM pg_advisory_xact_lock({LOCK});
            fault := CASE {cases} END;
            IF fault IS NOT NULL THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault;
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
