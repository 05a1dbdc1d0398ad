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
LAST_AT = "coalesce((SELECT c.at FROM command_log c ORDER BY c.id DESC LIMIT 1), '')"
LAST = "coalesce((SELECT max(c.id) FROM command_log c), 0)"
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
BEFORE = "(SELECT c.{} FROM command_log c WHERE c.id = NEW.id - 1)"
PLACE = (
    ("command_sequence", f"NEW.id <> 1 AND {BEFORE.format('id')} IS NULL"),
    ("command_order", f"NEW.at < {BEFORE.format('at')}"),
    # books made before commands were sealed begin with such commands; none comes after a sealed one
    ("command_unsealed", f"NEW.hash IS NULL AND {BEFORE.format('hash')} IS NOT NULL"),
)
REFERENCE = (
    (
        "reference_previous_hash",
        "NEW.id <> coalesce((SELECT max(id) FROM reference_seal), 0) + 1 OR NEW.previous_hash <>"
        f" coalesce((SELECT hash FROM reference_seal ORDER BY id DESC LIMIT 1), '{ZERO}')",
    ),
)

# What bears the instant of its command, and its author: rows come before their command's own row, which closes them.
# What is wrong with the row itself is named first.
ACTS: dict[str, tuple[str, str | None]] = {
    "mandate": ("at", "actor"), "signing_key": ("at", "actor"), "signing_key_event": ("at", "actor"),
    "order_rule": ("at", "actor"), "order_rule_end": ("at", "actor"), "payment_order": ("created_at", "actor"),
    "order_event": ("at", "person"), "order_signature": ("signed_at", None), "payment_file": ("at", "actor"),
    "payment_file_recall": ("at", "actor"), "handover_record": ("at", "actor"),
    "handover_signature": ("signed_at", "person"), "document_file": ("at", None),
    "period_event": ("at", "actor"), "year_event": ("at", "actor"), "takeover_end": ("at", "actor"),
    "capital_act": ("at", "actor"), "capital_receipt": ("at", "actor"), "reconciliation_signoff": ("at", "actor"),
    "reconciliation_signature": ("signed_at", "person"), "statement_file": ("received_at", "actor"),
    "customs_return": ("received_at", "actor"), "reconcile_run": ("at", "actor"), "bank_match": ("at", "actor"),
    "match_undo": ("at", "actor"), "statement_withdrawal": ("at", "actor"),
}  # fmt: skip
# What bears the number of its command, and no instant.
BORN = ("account_event", "app_user", "user_event", "order_check")
UNDER = (
    ("act_command_over", f"NEW.command_id <= {LAST}"),
    ("act_command_ahead", f"NEW.command_id > {LAST} + 1"),
)
BACK = ("act_back_dated", f"NEW.{{at}} < {LAST_AT}")


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
    _guard("command_log", "command_log_seal", COMMAND)
    _guard("command_log", "command_log_place", PLACE, "AFTER INSERT")
    for table, (at, _) in ACTS.items():
        back = (BACK[0], BACK[1].replace("{at}", at))
        _guard(table, f"{table}_instant_guard", (*UNDER, back), "AFTER INSERT")
    for table in BORN:
        _guard(table, f"{table}_born_guard", UNDER, "AFTER INSERT")
    if _sqlite():
        _acts_sqlite()
    else:
        for table in (*ACTS, *BORN):
            # the seal of a command looks for the rows of each table that it wrote; SQLite has this index already,
            # for its deferred keys
            op.create_index(f"ix_{table}_command", table, ["command_id"])
        for table, (at, actor) in ACTS.items():
            _act_postgresql(table, at, actor)
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


def _acts_sqlite() -> None:
    """Rows are looked at when their command's own row comes: once a table, and by name only when something is wrong."""
    row = "SELECT 1 FROM {} t WHERE t.command_id = NEW.id AND ({})"
    instants = {table: f"t.{at} <> NEW.at" for table, (at, _) in ACTS.items()}
    actors = {table: f"t.{actor} <> NEW.actor" for table, (_, actor) in ACTS.items() if actor is not None}
    both = {table: " OR ".join(x[table] for x in (instants, actors) if table in x) for table in ACTS}

    def some(faults: dict[str, str]) -> str:
        return " OR ".join(f"EXISTS ({row.format(table, fault)})" for table, fault in faults.items())

    op.execute(
        "CREATE TRIGGER command_log_acts AFTER INSERT ON command_log BEGIN SELECT CASE"
        f" WHEN {some(instants)} THEN RAISE(ABORT, 'act_instant')"
        f" WHEN {some(actors)} THEN RAISE(ABORT, 'act_actor') END WHERE {some(both)}; END"
    )


def _act_postgresql(table: str, at: str, actor: str | None) -> None:
    """A row is looked at when its transaction ends, beside its command: what wrote no such row pays nothing for it.

    A row whose command is not there yet is refused too: nobody has this guard look too early.
    """
    wrong = (
        "FALSE" if actor is None else f"(SELECT c.actor FROM command_log c WHERE c.id = NEW.command_id) <> NEW.{actor}"
    )
    refuse = "RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{0}', MESSAGE = '{0}';"
    op.execute(
        f"""
        CREATE FUNCTION {table}_act_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT c.at FROM command_log c WHERE c.id = NEW.command_id) IS DISTINCT FROM NEW.{at}
            THEN {refuse.format("act_instant")} END IF;
            IF {wrong} THEN {refuse.format("act_actor")} END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"CREATE CONSTRAINT TRIGGER {table}_act_guard AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_act_guard()"
    )


def _guard(table: str, name: str, faults: tuple[tuple[str, str], ...], when: str = "BEFORE INSERT") -> None:
    if _sqlite():
        cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{fault}')" for fault, sql in faults)
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} BEGIN SELECT CASE {cases} END; END")
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
    op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
