"""Capital of the bank: its dated terms, subscriptions, calls, payments, receipts, and the guards that hold them.

The register is append-only: an act is cancelled by another act of the opposite amount. Sums are taken at every
date from the act's own on, so that an act dated in the past cannot break what came after it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
LOCK = 20250328
KEYS = {
    "capital_terms": "id = NEW.id OR from_date = NEW.from_date",
    "capital_act": "id = NEW.id OR cancels = NEW.cancels"
    " OR (kind = NEW.kind AND state = NEW.state AND reference = NEW.reference)",
    "capital_receipt": "id = NEW.id OR act_id = NEW.act_id",
}


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


def _types(table: str, whole: tuple[str, ...], days: tuple[str, ...]) -> list[sa.CheckConstraint]:
    """SQLite stores half a franc or any text unless told not to."""
    found = [_check(f"{table}_dates", " AND ".join(_is_day(column) for column in days))]
    if _sqlite():
        found.append(_check(f"{table}_whole", " AND ".join(f"typeof({column}) = 'integer'" for column in whole)))
    return found


def upgrade() -> None:
    """Build the register and its guards."""
    _terms()
    _acts()
    _receipts()
    if _sqlite():
        _indexes_sqlite()
        _guards_sqlite()
    else:
        _guards_postgresql()


def _terms() -> None:
    op.create_table(
        "capital_terms",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("total", BIG, nullable=False),
        sa.Column("paid_by", sa.Date(), nullable=False),
        sa.Column("legal_reference", sa.Text(), nullable=False),
        sa.Column("command_id", BIG),
        sa.PrimaryKeyConstraint("id", name="pk_capital_terms"),
        sa.UniqueConstraint("from_date", name="uq_capital_terms_from_date"),
        _command("capital_terms"),
        _check("capital_terms_total", "total BETWEEN 1 AND 999999999999999"),
        _check("capital_terms_paid_by", "paid_by >= from_date"),
        _check("capital_terms_reference", "legal_reference <> ''"),
        *_types("capital_terms", ("id", "total"), ("from_date", "paid_by")),
    )


def _acts() -> None:
    op.create_table(
        "capital_act",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("amount", BIG, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("due", sa.Date()),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("source_entry", BIG),
        sa.Column("source_position", sa.Integer()),
        sa.Column("payment_order", sa.Text()),
        sa.Column("cancels", BIG),
        sa.Column("reason", sa.Text()),
        sa.Column("known_entry", BIG, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_capital_act"),
        sa.UniqueConstraint("kind", "state", "reference", name="uq_capital_act_reference"),
        sa.UniqueConstraint("cancels", name="uq_capital_act_cancels"),
        _fk(["state"], ["book.code"], "fk_capital_act_state"),
        _fk(["book"], ["book.code"], "fk_capital_act_book"),
        _fk(["entry_id"], ["entry.id"], "fk_capital_act_entry_id"),
        _fk(["source_entry", "source_position"], ["entry_line.entry_id", "entry_line.position"], "fk_capital_act_line"),
        _fk(["cancels"], ["capital_act.id"], "fk_capital_act_cancels"),
        _command("capital_act"),
        _check("capital_kind", "kind IN ('subscribe', 'call', 'pay')"),
        _check(
            "capital_amount",
            "(cancels IS NULL AND amount BETWEEN 1 AND 999999999999999)"
            " OR (cancels IS NOT NULL AND amount BETWEEN -999999999999999 AND -1)",
        ),
        _check(
            "capital_due", "(kind = 'call' AND cancels IS NULL) = (due IS NOT NULL) AND (due IS NULL OR due >= date)"
        ),
        _check(
            "capital_source",
            "(kind = 'pay') = (source IS NOT NULL) AND (source IS NULL OR source IN ('levy', 'budget'))",
        ),
        _check(
            "capital_source_line",
            "coalesce(source = 'levy', FALSE) = (source_entry IS NOT NULL)"
            " AND (source_entry IS NULL) = (source_position IS NULL)"
            " AND (book = state OR coalesce(source = 'levy', FALSE))",
        ),
        _check("capital_reference", "reference <> '' AND actor <> ''"),
        _check("capital_cancel_reason", "cancels IS NULL OR (reason IS NOT NULL AND reason <> '')"),
        _instant("capital_act", "at"),
        *_types("capital_act", ("id", "amount", "entry_id", "known_entry"), ("date", "due")),
    )
    op.create_index("ix_capital_act_state", "capital_act", ["state", "date"])
    op.create_index("ix_capital_act_entry", "capital_act", ["entry_id"])


def _receipts() -> None:
    op.create_table(
        "capital_receipt",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("act_id", BIG, nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("sha256", sa.Text()),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_capital_receipt"),
        sa.UniqueConstraint("act_id", name="uq_capital_receipt_act_id"),
        _fk(["act_id"], ["capital_act.id"], "fk_capital_receipt_act_id"),
        _command("capital_receipt"),
        _check("capital_receipt_named", "receipt <> '' AND actor <> ''"),
        _check("capital_receipt_sha256", "sha256 IS NULL OR length(sha256) = 64"),
        _instant("capital_receipt", "at"),
        *_types("capital_receipt", ("id", "act_id"), ("date",)),
    )


# Every date from the act's own on at which a sum changes.
DAYS = (
    "(SELECT NEW.date AS day UNION SELECT date FROM capital_act WHERE date > NEW.date"
    " UNION SELECT from_date FROM capital_terms WHERE from_date > NEW.date) days"
)


def _sum(kind: str, one_state: bool = True) -> str:
    """What the register says at `days.day` once the new act is in it."""
    state = " AND a.state = NEW.state" if one_state else ""
    return (
        f"((SELECT coalesce(sum(a.amount), 0) FROM capital_act a WHERE a.kind = '{kind}'{state}"
        f" AND a.date <= days.day) + CASE WHEN NEW.kind = '{kind}' THEN NEW.amount ELSE 0 END)"
    )


TERMS = "(SELECT t.total FROM capital_terms t WHERE t.from_date <= days.day ORDER BY t.from_date DESC LIMIT 1)"


def _net(accounts: str) -> str:
    """What the act's entry leaves on an account of the State's own book."""
    return (
        "(SELECT coalesce(sum(l.debit - l.credit), 0) FROM entry_line l"
        f" WHERE l.entry_id = NEW.entry_id AND l.book = NEW.state AND l.account LIKE '{accounts}')"
    )


FAULTS = (
    (
        "capital_terms_missing",
        "NEW.kind = 'subscribe' AND NOT EXISTS (SELECT 1 FROM capital_terms WHERE from_date <= NEW.date)",
    ),
    (
        "capital_cancel_mirrors",
        "NEW.cancels IS NOT NULL AND NOT EXISTS (SELECT 1 FROM capital_act o WHERE o.id = NEW.cancels"
        " AND o.cancels IS NULL AND o.kind = NEW.kind AND o.state = NEW.state AND o.amount = -NEW.amount"
        " AND o.book = NEW.book AND o.date <= NEW.date AND coalesce(o.source, '') = coalesce(NEW.source, ''))",
    ),
    (
        "capital_oversubscribed",
        f"NEW.kind = 'subscribe' AND EXISTS (SELECT 1 FROM {DAYS} WHERE {_sum('subscribe', False)} > {TERMS})",
    ),
    (
        "capital_called_beyond_subscribed",
        f"NEW.kind <> 'pay' AND EXISTS (SELECT 1 FROM {DAYS} WHERE {_sum('call')} > {_sum('subscribe')})",
    ),
    (
        "capital_paid_beyond_called",
        f"NEW.kind <> 'subscribe' AND EXISTS (SELECT 1 FROM {DAYS} WHERE {_sum('pay')} > {_sum('call')})",
    ),
    (
        # the books say the same: the act's entry is in the State's book and moves its accounts by its amount
        "capital_entry_differs",
        "NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id AND book = NEW.state)"
        " OR CASE NEW.kind"
        f" WHEN 'subscribe' THEN {_net('2621')} <> NEW.amount OR {_net('48131')} <> -NEW.amount"
        f" WHEN 'call' THEN {_net('48131')} <> NEW.amount OR {_net('48132')} <> -NEW.amount"
        f" ELSE CASE WHEN NEW.source = 'budget' THEN {_net('48132')} <> NEW.amount"
        f" OR {_net('4731_')} <> -NEW.amount"
        f" WHEN NEW.book <> NEW.state THEN {_net('48132')} <> NEW.amount ELSE FALSE END END",
    ),
    (
        "capital_source_differs",
        "NEW.source = 'levy' AND NOT EXISTS (SELECT 1 FROM entry_line l JOIN entry e ON e.id = l.entry_id"
        " WHERE l.entry_id = NEW.source_entry AND l.position = NEW.source_position AND l.account = '48132'"
        " AND l.book = NEW.book AND l.debit = abs(NEW.amount) AND e.corrects IS NULL)"
        " OR (NEW.source = 'levy' AND NEW.cancels IS NULL"
        " AND EXISTS (SELECT 1 FROM entry WHERE corrects = NEW.source_entry))"
        " OR (NEW.source = 'levy' AND NEW.book = NEW.state AND NEW.entry_id <> NEW.source_entry)",
    ),
    (
        "capital_source_once",
        "NEW.source = 'levy' AND NEW.cancels IS NULL AND (SELECT coalesce(sum(CASE WHEN a.cancels IS NULL THEN 1"
        " ELSE -1 END), 0) FROM capital_act a WHERE a.source_entry = NEW.source_entry"
        " AND a.source_position = NEW.source_position) > 0",
    ),
    (
        "capital_entry_once",
        "(NEW.source IS NULL OR NEW.source <> 'levy' OR NEW.book <> NEW.state)"
        " AND EXISTS (SELECT 1 FROM capital_act WHERE entry_id = NEW.entry_id)",
    ),
)  # fmt: skip

NEXT_TERMS = "coalesce((SELECT min(t.from_date) FROM capital_terms t WHERE t.from_date > NEW.from_date), {end})"
SUBSCRIBED = "(SELECT coalesce(sum(a.amount), 0) FROM capital_act a WHERE a.kind = 'subscribe' AND a.date <= days.day)"


def _terms_fault() -> str:
    end = "'9999-12-31'" if _sqlite() else "DATE '9999-12-31'"
    return (
        "EXISTS (SELECT 1 FROM (SELECT NEW.from_date AS day UNION SELECT date FROM capital_act"
        f" WHERE date > NEW.from_date) days WHERE days.day < {NEXT_TERMS.format(end=end)} AND {SUBSCRIBED} > NEW.total)"
    )


RECEIPT_FAULT = "NOT EXISTS (SELECT 1 FROM capital_act WHERE id = NEW.act_id AND kind = 'pay' AND cancels IS NULL)"


def _guards() -> dict[str, tuple[tuple[str, str], ...]]:
    return {
        "capital_act": FAULTS,
        "capital_terms": (("capital_terms_below_subscribed", _terms_fault()),),
        "capital_receipt": (("capital_receipt_of_payment", RECEIPT_FAULT),),
    }


def _indexes_sqlite() -> None:
    """A row that satisfies a deferred key makes SQLite look, in every child table, for the rows that waited for it."""
    for table in ("capital_terms", "capital_act", "capital_receipt"):
        op.create_index(f"ix_{table}_command", table, ["command_id"])


def _guards_sqlite() -> None:
    for table, faults in _guards().items():
        cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{name}')" for name, sql in faults)
        op.execute(f"CREATE TRIGGER {table}_guard BEFORE INSERT ON {table} BEGIN SELECT CASE {cases} END; END")
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
    for table, faults in _guards().items():
        cases = " ".join(f"WHEN {sql} THEN '{name}'" for name, sql in faults)
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
    for table in KEYS:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
