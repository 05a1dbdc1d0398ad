"""The books: chart, users, command log, sealed entries, drafts, periods, and the guards that hold them.

The guard's name is its message: on SQLite through RAISE(ABORT), on PostgreSQL through ERRCODE 23514 with the
name as constraint. This file freezes its own SQL and imports nothing of the product.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = (
    "ledger_info", "book", "journal", "account", "account_event", "account_crosswalk", "bank_account",
    "bank_account_alias", "app_user", "user_event", "command_log", "entry", "entry_line", "period_event",
    "closed_total", "year_event", "takeover_end",
)  # fmt: skip
AMOUNT = "BETWEEN -999999999999999 AND 999999999999999"
LOCK = 20250328  # the key of the one lock that every writer of the ledger takes on PostgreSQL


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _check(name: str, sql: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(sql, name=name)


def _whole(name: str, *columns: str) -> list[sa.CheckConstraint]:
    """SQLite stores half a franc in an INTEGER column unless told not to."""
    if not _sqlite():
        return []
    return [_check(f"{name}_whole", " AND ".join(f"typeof({column}) = 'integer'" for column in columns))]


def _texts(name: str, given: tuple[str, ...], free: tuple[str, ...]) -> list[sa.CheckConstraint]:
    """SQLite keeps bytes in a TEXT column unless told not to, and no guard compares them as text."""
    if not _sqlite():
        return []
    said = [f"typeof({one}) = 'text'" for one in given] + [f"typeof({one}) IN ('text', 'null')" for one in free]
    return [_check(f"{name}_texts", " AND ".join(said))]


def _day(name: str, *columns: str) -> list[sa.CheckConstraint]:
    """SQLite stores any text in a DATE column unless told not to; PostgreSQL, years that no program reads."""
    real = "{c} IS date({c}, '+0 days') AND " if _sqlite() else ""
    one = f"({{c}} IS NULL OR ({real}{{c}} BETWEEN '1900-01-01' AND '9999-12-31'))"
    return [_check(f"{name}_dates", " AND ".join(one.replace("{c}", column) for column in columns))]


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


def _fk(columns: str, target: str, name: str, deferred: bool = False) -> sa.ForeignKeyConstraint:
    table = target.split(".")[0]
    return sa.ForeignKeyConstraint(
        columns.split(), [f"{table}.{c}" for c in target.split(".")[1].split()], name=name, ondelete="RESTRICT",
        deferrable=True if deferred else None, initially="DEFERRED" if deferred else None,
    )  # fmt: skip


def _command(table: str) -> sa.ForeignKeyConstraint:
    return _fk("command_id", "command_log.id", f"fk_{table}_command_id", deferred=True)


def upgrade() -> None:
    """Build the books."""
    _command_log()
    _tables_of_reference()
    _tables_of_users()
    _tables_of_journal()
    _tables_of_periods()
    if _sqlite():
        _indexes_sqlite()
        _guards_sqlite()
    else:
        _guards_postgresql()


def _command_log() -> None:
    op.create_table(
        "command_log",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command", sa.Text(), nullable=False),
        sa.Column("key", sa.Text()),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_command_log"),
        _check("command_log_outcome", "outcome IN ('done', 'refused')"),
        _check("command_log_code", "(outcome = 'refused') = (code IS NOT NULL)"),
        _check("command_log_actor", "actor <> ''"),
        _instant("command_log", "at"),
    )
    op.create_index(
        "uq_command_log_key", "command_log", ["key"], unique=True,
        sqlite_where=sa.text("key IS NOT NULL AND outcome = 'done'"),
        postgresql_where=sa.text("key IS NOT NULL AND outcome = 'done'"),
    )  # fmt: skip


def _tables_of_reference() -> None:
    digits = "number NOT GLOB '*[^0-9]*'" if _sqlite() else "number ~ '^[0-9]+$'"
    op.create_table(
        "ledger_info",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("fictional", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("chart", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_ledger_info"),
        _check("ledger_info_single", "id = 1"),
        _instant("ledger_info", "created_at"),
    )
    op.create_table(
        "book",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_book"),
        _check("book_code", "code IN ('BF', 'ML', 'NE') AND title <> ''"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "journal",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("code", name="pk_journal"),
        _check("journal_code", "code IN ('BQ', 'PC', 'OP', 'CA', 'OD', 'AN') AND title <> ''"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("book", sa.Text()),
        sa.Column("postable", sa.Boolean(), nullable=False),
        sa.Column("pairing", sa.Text()),
        sa.Column("suspense", sa.Boolean(), nullable=False),
        sa.Column("to_confirm", sa.Boolean(), nullable=False),
        sa.Column("chart", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_account"),
        _fk("book", "book.code", "fk_account_book"),
        _check("account_pairing", "pairing IN ('transfer', 'liaison')"),
        _check("account_number", f"{digits} AND length(number) BETWEEN 2 AND 12 AND title <> ''"),
        # the guards know a bank account by its number: there are three, each of its own book
        _check(
            "account_bank",
            "substr(number, 1, 4) <> '5211' OR (number = '5211' AND NOT postable AND book IS NULL)"
            " OR (number = '52111' AND coalesce(book, '') = 'BF') OR (number = '52112' AND coalesce(book, '') = 'ML')"
            " OR (number = '52113' AND coalesce(book, '') = 'NE')",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "account_event",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_account_event"),
        _fk("account", "account.number", "fk_account_event_account"),
        _command("account_event"),
        _check("account_event_action", "action IN ('open', 'close')"),
        *_day("account_event", "from_date"),
    )
    op.create_index("ix_account_event_account", "account_event", ["account"])
    op.create_table(
        "account_crosswalk",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.PrimaryKeyConstraint("account", "plan", name="pk_account_crosswalk"),
        _fk("account", "account.number", "fk_account_crosswalk_account"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bank_account",
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("bank", sa.Text()),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("iban", name="pk_bank_account"),
        _fk("book", "book.code", "fk_bank_account_book"),
        _fk("account", "account.number", "fk_bank_account_account"),
        _command("bank_account"),
        _check("bank_account_currency", "currency = 'XOF'"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "bank_account_alias",
        sa.Column("alias", sa.Text(), nullable=False),
        sa.Column("iban", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("alias", name="pk_bank_account_alias"),
        _fk("iban", "bank_account.iban", "fk_bank_account_alias_iban"),
        _command("bank_account_alias"),
        sqlite_with_rowid=False,
    )


def _tables_of_users() -> None:
    op.create_table(
        "app_user",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("book", sa.Text()),
        sa.Column("nationality", sa.Text()),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_app_user"),
        _fk("book", "book.code", "fk_app_user_book"),
        _command("app_user"),
        _check(
            "app_user_role",
            "role IN ('accountant', 'requester', 'controller', 'officer', 'auditor', 'administrator')",
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "user_event",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("user_name", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_user_event"),
        _fk("user_name", "app_user.name", "fk_user_event_user_name"),
        _command("user_event"),
        _check("user_event_action", "action IN ('disable', 'enable')"),
    )


def _tables_of_journal() -> None:
    year = "CAST(substr(date, 1, 4) AS INTEGER)" if _sqlite() else "EXTRACT(YEAR FROM date)"
    month = "CAST(substr(date, 6, 2) AS INTEGER)" if _sqlite() else "EXTRACT(MONTH FROM date)"
    written = "document_date" if _sqlite() else "to_char(document_date, 'YYYY-MM-DD')"
    day = "CAST(substr(date, 9, 2) AS INTEGER)" if _sqlite() else "EXTRACT(DAY FROM date)"
    op.create_table(
        "entry",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("journal", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("document_date", sa.Date()),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("origin_ref", sa.Text()),
        sa.Column("correction", sa.Text()),
        sa.Column("corrects", BIG),
        sa.Column("replaces", BIG),
        sa.Column("transfer", sa.Text()),
        sa.Column("peer", BIG),
        sa.Column("key", sa.Text()),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        *([] if _sqlite() else [sa.Column("sealed_in", sa.Text(), nullable=False)]),
        sa.PrimaryKeyConstraint("id", name="pk_entry"),
        sa.UniqueConstraint("book", "journal", "year", "number", name="uq_entry_number"),
        sa.UniqueConstraint("book", "position", name="uq_entry_position"),
        _fk("book", "book.code", "fk_entry_book"),
        _fk("journal", "journal.code", "fk_entry_journal"),
        _fk("corrects", "entry.id", "fk_entry_corrects"),
        _fk("replaces", "entry.id", "fk_entry_replaces"),
        _fk("peer", "entry.id", "fk_entry_peer", deferred=True),
        _command("entry"),
        _check("entry_year_of_date", f"year = {year}"),
        _check(
            "entry_period_of_date",
            f"period = {month} OR (period = 13 AND {month} = 12 AND {day} = 31"
            " AND (origin = 'closing' OR substr(recorded_at, 1, 7) = (year + 1) || '-01'))",
        ),
        _check("entry_correction_link", "(correction IS NULL) = (corrects IS NULL)"),
        _check("entry_correction_style", "correction IN ('negative', 'contra')"),
        _check("entry_transfer_peer", "transfer IS NULL OR peer IS NOT NULL"),
        _check("entry_document_given", "document <> '' AND label <> '' AND actor <> ''"),
        # a document exists before it is recorded; an entry dated ahead may rest on a document of its own day
        _check(
            "entry_document_date",
            f"document_date IS NULL OR document_date <= date OR {written} <= substr(recorded_at, 1, 10)",
        ),
        _check("entry_hash_shape", "length(hash) = 64 AND length(previous_hash) = 64"),
        # on SQLite, `entry_guard` reads an instant digit by digit, unless it is that of the entry before
        *([] if _sqlite() else [_instant("entry_recorded", "recorded_at")]),
        # the codes that `book` and `journal` have, for a connection that does not look at foreign keys
        _check("entry_book_code", "book IN ('BF', 'ML', 'NE') AND journal IN ('BQ', 'PC', 'OP', 'CA', 'OD', 'AN')"),
        _check(
            "entry_origin",
            "origin IN ('direct', 'transfer', 'collection', 'statement', 'imputation', 'order', 'capital', 'closing',"
            " 'opening')",
        ),
        _check(
            "entry_origin_of_year",
            f"origin NOT IN ('opening', 'closing') OR (origin = 'closing' AND period = 13)"
            f" OR (origin = 'opening' AND journal = 'AN' AND {month} = 1 AND {day} = 1)",
        ),
        *_texts("entry", ("document", "label", "actor", "hash"), ("key", "origin_ref", "transfer")),
        *_day("entry", "date", "document_date"),
    )
    for column in ("corrects", "replaces", "key"):
        name = f"uq_entry_{column}"
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(name, "entry", [column], unique=True, sqlite_where=where, postgresql_where=where)
    where = sa.text("transfer IS NOT NULL")
    op.create_index(
        "uq_entry_transfer", "entry", ["transfer", "book", "origin"], unique=True, sqlite_where=where,
        postgresql_where=where,
    )  # fmt: skip
    op.create_table(
        "entry_line",
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("debit", BIG, nullable=False),
        sa.Column("credit", BIG, nullable=False),
        sa.Column("label", sa.Text()),
        sa.Column("reference", sa.Text()),
        sa.Column("value_date", sa.Date()),
        *([] if _sqlite() else [sa.Column("sealed_in", sa.Text(), nullable=False)]),
        sa.PrimaryKeyConstraint("entry_id", "position", name="pk_entry_line"),
        *([_fk("entry_id", "entry.id", "fk_entry_line_entry", deferred=True)] if _sqlite() else []),
        _fk("account", "account.number", "fk_entry_line_account"),
        _check("line_one_side", "(debit = 0) <> (credit = 0)"),
        _check("line_amount_digits", f"debit {AMOUNT} AND credit {AMOUNT}"),
        *_whole("line_amount", "debit", "credit", "position", "entry_id"),
        *_texts("line", (), ("label", "reference")),
        *_day("entry_line", "value_date"),
        # the day is that of the entry, on the calendar, when the entry is sealed: read once there, not once a line
        _check("entry_line_date", "date BETWEEN '1900-01-01' AND '9999-12-31'"),
        sqlite_with_rowid=False,
    )
    if not _sqlite():
        # sealed_in is the transaction that wrote the row: a line can only belong to an entry of its own transaction
        for table in ("entry", "entry_line"):
            op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed_in TYPE xid8 USING sealed_in::xid8")
            op.execute(f"ALTER TABLE {table} ALTER COLUMN sealed_in SET DEFAULT pg_current_xact_id()")
        op.execute("ALTER TABLE entry ADD CONSTRAINT uq_entry_sealed_in UNIQUE (id, sealed_in)")
        op.execute(
            "ALTER TABLE entry_line ADD CONSTRAINT fk_entry_line_entry FOREIGN KEY (entry_id, sealed_in)"
            " REFERENCES entry (id, sealed_in) ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED"
        )
    # on SQLite the primary key is in every index of the table
    op.create_index(
        "ix_entry_line_balance", "entry_line", ["book", "date", "account", "debit", "credit"],
        postgresql_include=["entry_id"],
    )  # fmt: skip
    op.create_index("ix_entry_line_account", "entry_line", ["account", "date"])
    op.create_table(
        "draft",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        _fk("book", "book.code", "fk_draft_book"),
        _command("draft"),
        _check("draft_status", "status IN ('open', 'posted', 'discarded')"),
        _instant("draft", "saved_at"),
        *_day("draft", "date"),
    )


def _tables_of_periods() -> None:
    op.create_table(
        "period_event",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("known_entry", BIG, nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_period_event"),
        _fk("book", "book.code", "fk_period_event_book"),
        _command("period_event"),
        _check("period_event_action", "action IN ('close', 'reopen', 'definitive')"),
        _check("period_event_reason", "action <> 'reopen' OR reason <> ''"),
        _check("period_event_period", "period BETWEEN 1 AND 13"),
        _instant("period_event", "at"),
    )
    op.create_index("ix_period_event_period", "period_event", ["book", "year", "period", "id"])
    op.create_table(
        "closed_total",
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("debit", BIG, nullable=False),
        sa.Column("credit", BIG, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "account", name="pk_closed_total"),
        _fk("event_id", "period_event.id", "fk_closed_total_event_id"),
        _fk("account", "account.number", "fk_closed_total_account"),
        *_whole("closed_total", "debit", "credit"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "year_event",
        sa.Column("id", BIG, nullable=False, autoincrement=False),
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entry_id", BIG),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_year_event"),
        _fk("book", "book.code", "fk_year_event_book"),
        _fk("entry_id", "entry.id", "fk_year_event_entry_id"),
        _command("year_event"),
        _check("year_event_action", "action IN ('result', 'opening', 'close')"),
        _instant("year_event", "at"),
        sa.UniqueConstraint("book", "year", "action", name="uq_year_event_once"),
    )
    op.create_table(
        "takeover_end",
        sa.Column("id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("command_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_takeover_end"),
        _command("takeover_end"),
        _check("takeover_end_once", "id = 1"),
        _instant("takeover_end", "at"),
        *_day("takeover_end", "until"),
    )


OF_A_COMMAND = (
    "account_event", "bank_account", "bank_account_alias", "app_user", "user_event", "entry", "draft", "period_event",
    "year_event", "takeover_end",
)  # fmt: skip


def _indexes_sqlite() -> None:
    """A row that satisfies a deferred key makes SQLite look, in every child table, for the rows that waited for it."""
    op.create_index("ix_entry_peer", "entry", ["peer"], sqlite_where=sa.text("peer IS NOT NULL"))
    for table in OF_A_COMMAND:
        op.create_index(f"ix_{table}_command", table, ["command_id"])


# What an entry's lines must be, as one look-up on their own primary key; the first fault found is named.
FAULTS = (
    ("entry_two_lines", "count(*) < 2"),
    ("entry_balances", "sum(l.debit) <> sum(l.credit)"),
    ("line_of_its_entry", "sum(CASE WHEN l.book <> NEW.book OR l.date <> NEW.date THEN 1 ELSE 0 END) > 0"),
    ("account_unknown", "sum(CASE WHEN a.number IS NULL THEN 1 ELSE 0 END) > 0"),
    ("account_not_postable", "sum(CASE WHEN a.postable THEN 0 ELSE 1 END) > 0"),
    ("account_of_book", "sum(CASE WHEN a.book <> NEW.book THEN 1 ELSE 0 END) > 0"),
    (
        "account_closed",
        "sum(CASE WHEN (SELECT e.action FROM account_event e WHERE e.account = l.account AND e.from_date <= NEW.date"
        " ORDER BY e.from_date DESC, e.id DESC LIMIT 1) = 'close' THEN 1 ELSE 0 END) > 0",
    ),
    (
        "negative_only_in_correction",
        "sum(CASE WHEN l.debit < 0 OR l.credit < 0 THEN 1 ELSE 0 END) > 0"
        " AND coalesce(NEW.correction, '') <> 'negative'",
    ),
    (
        "transfer_in_pairs",
        "sum(CASE WHEN a.pairing IS NULL THEN 0 ELSE 1 END) > 0 AND NEW.peer IS NULL"
        " AND NEW.origin NOT IN ('closing', 'opening')",
    ),
)
LINES = "FROM entry_line l LEFT JOIN account a ON a.number = l.account WHERE l.entry_id = NEW.id"

# The entry itself: sequence, number, chain, period, links.
ENTRY_FAULTS = (
    ("entry_sequence", "NEW.id <> coalesce((SELECT max(id) FROM entry), 0) + 1"),
    (
        "entry_number_gap",
        "NEW.number <> coalesce((SELECT max(number) FROM entry WHERE book = NEW.book AND journal = NEW.journal"
        " AND year = NEW.year), 0) + 1",
    ),
    ("entry_position_gap", "NEW.position <> coalesce((SELECT max(position) FROM entry WHERE book = NEW.book), 0) + 1"),
    (
        "entry_previous_hash",
        "NEW.previous_hash <> coalesce((SELECT hash FROM entry WHERE book = NEW.book AND position = NEW.position - 1),"
        " '0000000000000000000000000000000000000000000000000000000000000000')",
    ),
    (
        "entry_recorded_order",
        "NEW.recorded_at < coalesce((SELECT recorded_at FROM entry WHERE id = NEW.id - 1), '')",
    ),
    (
        "period_closed",
        "coalesce((SELECT action FROM period_event WHERE book = NEW.book AND year = NEW.year AND period = NEW.period"
        " ORDER BY id DESC LIMIT 1), 'reopen') <> 'reopen'",
    ),
    ("entry_key_used", "NEW.key IS NOT NULL AND EXISTS (SELECT 1 FROM entry WHERE key = NEW.key)"),
    ("entry_corrected_once", "NEW.corrects IS NOT NULL AND EXISTS (SELECT 1 FROM entry WHERE corrects = NEW.corrects)"),
    (
        "entry_corrects_same_book",
        "NEW.corrects IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry WHERE id = NEW.corrects AND book = NEW.book"
        " AND corrects IS NULL)",
    ),
    (
        "entry_corrects_earlier",
        "NEW.corrects IS NOT NULL AND EXISTS (SELECT 1 FROM entry WHERE id = NEW.corrects AND date > NEW.date)",
    ),
    ("entry_replaced_once", "NEW.replaces IS NOT NULL AND EXISTS (SELECT 1 FROM entry WHERE replaces = NEW.replaces)"),
    # a half alone waits for the other one, which comes at once: no entry takes its place
    (
        "transfer_pair",
        "NEW.peer > NEW.id + 1 OR NEW.peer = NEW.id"
        " OR ((SELECT peer FROM entry WHERE id = NEW.id - 1) = NEW.id AND coalesce(NEW.peer, 0) <> NEW.id - 1)",
    ),
    (
        "transfer_of_two_books",
        "NEW.transfer IS NOT NULL AND EXISTS (SELECT 1 FROM entry WHERE transfer = NEW.transfer"
        " AND origin = NEW.origin AND (book = NEW.book OR peer <> NEW.id OR NEW.peer <> id))",
    ),
)

# A correction is the mirror of what it corrects: negative amounts on the same side, or the same amounts swapped.
MIRROR = (
    "NEW.corrects IS NOT NULL AND ((SELECT count(*) FROM entry_line WHERE entry_id = NEW.id)"
    " <> (SELECT count(*) FROM entry_line WHERE entry_id = NEW.corrects) OR EXISTS ("
    "SELECT 1 FROM entry_line o LEFT JOIN entry_line n ON n.entry_id = NEW.id AND n.position = o.position"
    " AND n.account = o.account AND ((NEW.correction = 'negative' AND n.debit = -o.debit AND n.credit = -o.credit)"
    " OR (NEW.correction = 'contra' AND n.debit = o.credit AND n.credit = o.debit))"
    " WHERE o.entry_id = NEW.corrects AND n.entry_id IS NULL))"
)

# The second half of a pair: the two entries together leave each kind of pairing account at zero, in two different
# books, and each of them moves one.
PAIR = (
    "NEW.peer IS NOT NULL AND NEW.peer < NEW.id AND ("
    "NOT EXISTS (SELECT 1 FROM entry p WHERE p.id = NEW.peer AND p.peer = NEW.id AND p.book <> NEW.book"
    " AND p.date = NEW.date AND coalesce(p.transfer, '') = coalesce(NEW.transfer, ''))"
    " OR EXISTS (SELECT 1 FROM entry_line l JOIN account a ON a.number = l.account"
    " WHERE l.entry_id IN (NEW.id, NEW.peer) AND a.pairing IS NOT NULL GROUP BY a.pairing"
    " HAVING sum(l.debit - l.credit) <> 0)"
    " OR (SELECT count(DISTINCT l.entry_id) FROM entry_line l JOIN account a ON a.number = l.account"
    " WHERE l.entry_id IN (NEW.id, NEW.peer) AND a.pairing IS NOT NULL) < 2)"
)


# True when the lines have none of these faults for sure: the usual entry is told good by three sums, and only the
# others are looked at fault by fault.
GOOD = (
    "SELECT count(*) > 1 AND sum(l.debit - l.credit) = 0 AND sum(CASE WHEN l.book = NEW.book AND l.date = NEW.date"
    " AND a.postable AND coalesce(a.book = NEW.book, TRUE) AND a.pairing IS NULL AND l.debit >= 0 AND l.credit >= 0"
    " AND NOT EXISTS (SELECT 1 FROM account_event e WHERE e.account = l.account) THEN 0 ELSE 1 END) = 0"
)


def _cases_sqlite() -> str:
    inner = " ".join(f"WHEN {sql} THEN {place}" for place, (_, sql) in enumerate(FAULTS))
    outer = " ".join(f"WHEN {place} THEN RAISE(ABORT, '{name}')" for place, (name, _) in enumerate(FAULTS))
    return f"SELECT CASE (SELECT CASE {inner} END {LINES}) {outer} END WHERE NOT ({GOOD} {LINES});"


# True when an entry that is tied to no other one has none of the faults for sure: the entries before it are each looked
# at once, through the last key of an index, and only what this does not tell good is looked at fault by fault.
USUAL = (
    "NEW.corrects IS NULL AND NEW.replaces IS NULL AND NEW.peer IS NULL AND NEW.transfer IS NULL"
    " AND (SELECT p.id = NEW.id - 1 AND p.recorded_at = NEW.recorded_at AND p.peer IS NOT NEW.id FROM entry p"
    " ORDER BY p.id DESC LIMIT 1)"
    " AND (SELECT p.position = NEW.position - 1 AND p.hash = NEW.previous_hash FROM entry p WHERE p.book = NEW.book"
    " ORDER BY p.position DESC LIMIT 1)"
    " AND (SELECT p.number = NEW.number - 1 FROM entry p WHERE p.book = NEW.book AND p.journal = NEW.journal"
    " AND p.year = NEW.year ORDER BY p.number DESC LIMIT 1)"
    " AND NOT EXISTS (SELECT 1 FROM period_event e WHERE e.book = NEW.book AND e.year = NEW.year"
    " AND e.period = NEW.period)"
    " AND (NEW.key IS NULL OR NOT EXISTS (SELECT 1 FROM entry p WHERE p.key = NEW.key))"
    f" AND ({GOOD} {LINES})"
)


def _guards_sqlite() -> None:
    faults = [*ENTRY_FAULTS, ("entry_recorded_instant", f"NOT ({_is_instant('NEW.recorded_at')})")]
    entry_faults = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{name}')" for name, sql in faults)
    # INSERT OR REPLACE deletes without firing the delete trigger: a key that exists is refused first
    op.execute(
        f"CREATE TRIGGER entry_guard BEFORE INSERT ON entry WHEN ({USUAL}) IS NOT TRUE BEGIN"
        " SELECT RAISE(ABORT, 'entry_append_only') WHERE EXISTS (SELECT 1 FROM entry WHERE id = NEW.id);"
        f" SELECT CASE {entry_faults} END; {_cases_sqlite()}"
        f" SELECT RAISE(ABORT, 'correction_mirrors') WHERE {MIRROR};"
        f" SELECT RAISE(ABORT, 'transfer_pair') WHERE {PAIR}; END"
    )
    # a line that would take the place of another one is named first; before its entry is sealed, the key refuses it
    op.execute(
        "CREATE TRIGGER entry_line_guard BEFORE INSERT ON entry_line"
        " WHEN EXISTS (SELECT 1 FROM entry WHERE id = NEW.entry_id) BEGIN SELECT CASE WHEN EXISTS (SELECT 1 FROM"
        " entry_line WHERE entry_id = NEW.entry_id AND position = NEW.position) THEN RAISE(ABORT,"
        " 'entry_line_append_only') ELSE RAISE(ABORT, 'line_on_sealed_entry') END; END"
    )
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} BEGIN"
                f" SELECT RAISE(ABORT, '{table}_append_only'); END"
            )
        if table in ("entry", "entry_line"):
            continue  # their own guards do it
        # INSERT OR REPLACE deletes without firing the delete trigger: refuse a key that exists
        key = _key_of(table)
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS"
            f" (SELECT 1 FROM {table} WHERE {key}) BEGIN SELECT RAISE(ABORT, '{table}_append_only'); END"
        )


KEYS = {
    "book": ("code",), "journal": ("code",), "account": ("number",), "bank_account": ("iban",),
    "account_crosswalk": ("account", "plan"), "bank_account_alias": ("alias",), "app_user": ("name",),
    "closed_total": ("event_id", "account"),
}  # fmt: skip


# What else names a row: a new row of another key would take its place as well.
NAMES = {
    "command_log": "(key = NEW.key AND outcome = 'done' AND NEW.outcome = 'done')",
    "year_event": "(book = NEW.book AND year = NEW.year AND action = NEW.action)",
}


def _key_of(table: str) -> str:
    key = " AND ".join(f"{column} = NEW.{column}" for column in KEYS.get(table, ("id",)))
    return f"{key} OR {NAMES[table]}" if table in NAMES else key


def _refuse(name_sql: str) -> str:
    return f"RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = {name_sql}, MESSAGE = {name_sql};"


# An entry of which nothing else is asked than its place, its month and its lines: judged with the other rows of its
# statement. The others are looked at one by one, before they come in.
LINKED = "NEW.corrects IS NOT NULL OR NEW.replaces IS NOT NULL OR NEW.peer IS NOT NULL OR NEW.transfer IS NOT NULL"


def _guards_postgresql() -> None:
    # What a writer sees must not move while the guards look, nor be older than what the writer before it has committed.
    op.execute(
        f"""
        CREATE FUNCTION entry_lock() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_advisory_xact_lock({LOCK});
            IF current_setting('transaction_isolation') <> 'read committed' THEN {_refuse("'write_isolation'")} END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute("CREATE TRIGGER entry_lock BEFORE INSERT ON entry FOR EACH STATEMENT EXECUTE FUNCTION entry_lock()")
    entry_cases = " ".join(f"WHEN {sql} THEN '{name}'" for name, sql in ENTRY_FAULTS)
    op.execute(
        f"""
        CREATE FUNCTION entry_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            fault := CASE {entry_cases} END;
            IF NEW.corrects IS NOT NULL THEN
                IF fault IS NULL AND {MIRROR} THEN fault := 'correction_mirrors'; END IF;
            END IF;
            IF NEW.peer IS NOT NULL THEN
                IF fault IS NULL AND {PAIR} THEN fault := 'transfer_pair'; END IF;
            END IF;
            IF fault IS NOT NULL THEN {_refuse("fault")} END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER entry_guard BEFORE INSERT ON entry FOR EACH ROW WHEN ({LINKED}) EXECUTE FUNCTION entry_guard()"
    )
    _guard_of_places_postgresql()
    _guards_of_lines_postgresql()
    op.execute(
        f"""
        CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE name text := TG_TABLE_NAME || '_append_only';
        BEGIN {_refuse("name")} END $$
        """
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION append_only()"
        )
    # every writer of a period or of the command log waits for the one before it
    op.execute(
        f"""
        CREATE FUNCTION ledger_lock() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_advisory_xact_lock({LOCK}); RETURN NEW; END $$
        """
    )
    for table in ("period_event", "account_event", "takeover_end", "year_event"):
        op.execute(f"CREATE TRIGGER {table}_lock BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION ledger_lock()")


# Each entry of a statement beside the one before it in the whole journal, in its book and in its journal's year: the
# one that the same statement wrote or, for the first, that of the table. Keys being unique, when every row follows
# the one before it there is no gap anywhere, whatever the order in which the statement wrote its rows.
LAST_OF_BOOK = (
    "(SELECT e.{} FROM entry e WHERE e.book = n.book AND e.position < n.position AND e.id < n.id"
    " ORDER BY e.position DESC LIMIT 1)"
)
LAST_OF_JOURNAL = (
    "(SELECT e.number FROM entry e WHERE e.book = n.book AND e.journal = n.journal AND e.year = n.year"
    " AND e.number < n.number AND e.id < n.id ORDER BY e.number DESC LIMIT 1)"
)
BEFORE = "(SELECT e.{} FROM entry e WHERE e.id = n.id - 1)"
PLACES = (
    ("entry_sequence", f"n.id <> 1 AND coalesce(n.last_id, {BEFORE.format('id')}, 0) <> n.id - 1"),
    ("entry_number_gap", f"n.number <> coalesce(n.last_number, {LAST_OF_JOURNAL}, 0) + 1"),
    ("entry_position_gap", f"n.position <> coalesce(n.last_position, {LAST_OF_BOOK.format('position')}, 0) + 1"),
    (
        "entry_previous_hash",
        f"n.previous_hash <> coalesce(n.last_hash, {LAST_OF_BOOK.format('hash')}, repeat('0', 64))",
    ),
    ("entry_recorded_order", f"n.recorded_at < coalesce(n.last_at, {BEFORE.format('recorded_at')}, '')"),
    (
        "period_closed",
        "(SELECT v.action FROM period_event v WHERE v.book = n.book AND v.year = n.year AND v.period = n.period"
        " ORDER BY v.id DESC LIMIT 1) <> 'reopen'",
    ),
    (
        "transfer_pair",
        f"CASE WHEN n.last_id IS NULL THEN {BEFORE.format('peer')} ELSE n.last_peer END = n.id"
        " AND coalesce(n.peer, 0) <> n.id - 1",
    ),
    # the transaction that an entry says it was sealed in is the one in which its lines can come
    ("line_on_sealed_entry", "n.sealed_in IS DISTINCT FROM pg_current_xact_id()"),
)
PLACED = """
    SELECT f.*, lag(f.id) OVER whole AS last_id, lag(f.recorded_at) OVER whole AS last_at,
        lag(f.peer) OVER whole AS last_peer, lag(f.position) OVER book AS last_position,
        lag(f.hash) OVER book AS last_hash, lag(f.number) OVER journal AS last_number FROM fresh f
    WINDOW whole AS (ORDER BY f.id), book AS (PARTITION BY f.book COLLATE "C" ORDER BY f.id),
        journal AS (PARTITION BY f.book COLLATE "C", f.journal COLLATE "C", f.year ORDER BY f.id)
"""


def _guard_of_places_postgresql() -> None:
    """The place of entries in the chain and in the numbers, looked at together, once per statement."""
    cases = " ".join(f"WHEN {sql} THEN '{name}'" for name, sql in PLACES)
    op.execute(
        f"""
        CREATE FUNCTION entry_chain_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            SELECT j.fault INTO fault FROM (SELECT n.id, CASE {cases} END AS fault FROM ({PLACED}) n) j
                WHERE j.fault IS NOT NULL ORDER BY j.id LIMIT 1;
            IF fault IS NOT NULL THEN {_refuse("fault")} END IF;
            RETURN NULL;
        END $$
        """
    )


def _guards_of_lines_postgresql() -> None:
    """Lines are looked at together, once per statement, whatever the number of rows; entries, each with its lines."""
    line_cases = " ".join(f"WHEN {sql} THEN '{name}'" for name, sql in FAULTS)
    faults, good = (sql.replace("NEW.", "n.") for sql in (f"SELECT CASE {line_cases} END {LINES}", f"{GOOD} {LINES}"))
    op.execute(
        f"""
        CREATE FUNCTION entry_lines_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            IF EXISTS (SELECT 1 FROM fresh n CROSS JOIN LATERAL ({good}) l (good) WHERE l.good IS NOT TRUE) THEN
                SELECT l.fault INTO fault FROM fresh n CROSS JOIN LATERAL ({faults}) l (fault)
                    WHERE l.fault IS NOT NULL ORDER BY n.id LIMIT 1;
            END IF;
            IF fault IS NOT NULL THEN {_refuse("fault")} END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        f"""
        CREATE FUNCTION entry_line_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            -- entries are numbered without a gap: a line beyond the last one is on none of them
            IF EXISTS (SELECT 1 FROM fresh n WHERE n.sealed_in IS DISTINCT FROM pg_current_xact_id()
                OR n.entry_id <= (SELECT e.id FROM entry e ORDER BY e.id DESC LIMIT 1))
            THEN {_refuse("'line_on_sealed_entry'")} END IF;
            RETURN NULL;
        END $$
        """
    )
    # of the triggers of one table, the first by its name: places are named before lines
    for table, name in (
        ("entry", "entry_chain_guard"), ("entry", "entry_lines_guard"), ("entry_line", "entry_line_guard"),
    ):  # fmt: skip
        op.execute(
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS fresh"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
        # a plan made while a table is still small is kept while it grows: by key, always
        for way in ("seqscan", "hashjoin", "mergejoin"):
            op.execute(f"ALTER FUNCTION {name}() SET enable_{way} = off")
    # only the index of the key itself gives the last of a book or a journal without sorting: no other is taken for it.
    # The sorts of this guard that cannot be helped would look so dear that the server compiled it at each statement.
    op.execute("ALTER FUNCTION entry_chain_guard() SET enable_sort = off")
    op.execute("ALTER FUNCTION entry_chain_guard() SET jit = off")
    op.execute("ALTER FUNCTION entry_guard() SET enable_seqscan = off")
