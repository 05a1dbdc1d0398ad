"""Closing of months and years, drafts, end of the take-over, corrections: their guards.

The tables are those of 0001. As there, the guard's name is its message, and this file freezes its own SQL.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

LOCK = 20250328


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _year(column: str) -> str:
    return f"CAST(substr({column}, 1, 4) AS INTEGER)" if _sqlite() else f"CAST(EXTRACT(YEAR FROM {column}) AS INTEGER)"


def _month(column: str) -> str:
    return f"CAST(substr({column}, 6, 2) AS INTEGER)" if _sqlite() else f"CAST(EXTRACT(MONTH FROM {column}) AS INTEGER)"


def _last_day(column: str) -> str:
    return f"substr({column}, 6, 5) = '12-31'" if _sqlite() else f"to_char({column}, 'MM-DD') = '12-31'"


def _january(year: str) -> str:
    return f"({year}) || '-01-01'" if _sqlite() else f"make_date(CAST({year} AS INTEGER), 1, 1)"


def _last(book: str, year: str, period: str) -> str:
    """The last event of a period; never closed reads as reopened."""
    return (
        f"coalesce((SELECT q.action FROM period_event q WHERE q.book = {book} AND q.year = {year}"
        f" AND q.period = {period} ORDER BY q.id DESC LIMIT 1), 'reopen')"
    )


NOW = (
    "(SELECT action FROM period_event WHERE book = NEW.book AND year = NEW.year AND period = NEW.period"
    " ORDER BY id DESC LIMIT 1)"
)
YEAR_CLOSED = "EXISTS (SELECT 1 FROM year_event WHERE book = NEW.book AND action = 'close' AND year >= NEW.year)"


def _period_faults() -> tuple[tuple[str, str], ...]:
    held = "(SELECT DISTINCT e.year, e.period FROM entry e WHERE e.book = NEW.book)"
    in_month = f"{_year('d.date')} = NEW.year AND ({_month('d.date')} = NEW.period"
    return (
        ("period_event_sequence", "NEW.id <> coalesce((SELECT max(id) FROM period_event), 0) + 1"),
        ("period_closed_for_good", f"{NOW} = 'definitive'"),
        ("period_of_closed_year", f"NEW.action = 'reopen' AND {YEAR_CLOSED}"),
        ("period_already_closed", f"NEW.action = 'close' AND {NOW} = 'close'"),
        ("period_not_closed", f"NEW.action IN ('reopen', 'definitive') AND coalesce({NOW}, 'reopen') <> 'close'"),
        ("period_reason_missing", "NEW.action = 'reopen' AND trim(coalesce(NEW.reason, '')) = ''"),
        ("period_known_entry", "NEW.known_entry <> coalesce((SELECT max(id) FROM entry), 0)"),
        (
            "period_closing_order",
            f"NEW.action = 'close' AND EXISTS (SELECT 1 FROM {held} h WHERE (h.year < NEW.year OR (h.year = NEW.year"
            f" AND h.period < NEW.period)) AND {_last('NEW.book', 'h.year', 'h.period')} = 'reopen')",
        ),
        (
            "period_drafts_remain",
            "NEW.action = 'close' AND EXISTS (SELECT 1 FROM draft d WHERE d.book = NEW.book AND d.status = 'open'"
            f" AND {in_month} OR (NEW.period = 13 AND {_last_day('d.date')})))",
        ),
        (
            "period_bank_lines_open",
            "NEW.action = 'close' AND EXISTS (SELECT 1 FROM unsettled_bank_line d WHERE d.book = NEW.book"
            f" AND {_year('d.booking_date')} = NEW.year AND {_month('d.booking_date')} = NEW.period)",
        ),
        (
            "period_quarter_open",
            "NEW.action = 'definitive' AND NEW.period < 13 AND (SELECT count(*) FROM (SELECT DISTINCT p.period"
            " FROM period_event p WHERE p.book = NEW.book AND p.year = NEW.year AND p.period < 13"
            f" AND (p.period - 1) / 3 = (NEW.period - 1) / 3 AND {_last('p.book', 'p.year', 'p.period')}"
            " <> 'reopen') m) < 3",
        ),
        (
            # the opening entry of the year is still to be written in January
            "period_year_before_open",
            f"NEW.action = 'definitive' AND EXISTS (SELECT 1 FROM {held} h WHERE h.year < NEW.year AND NOT EXISTS"
            " (SELECT 1 FROM year_event y WHERE y.book = NEW.book AND y.year = h.year AND y.action = 'close'))",
        ),
    )


def _year_faults() -> tuple[tuple[str, str], ...]:
    base = (
        "coalesce((SELECT max(y.year) FROM year_event y WHERE y.book = NEW.book AND y.action = 'opening'"
        " AND y.year <= NEW.year), 0)"
    )
    left = (
        "NEW.action = 'close' AND EXISTS (SELECT 1 FROM entry_line l JOIN account a ON a.number = l.account"
        f" WHERE l.book = NEW.book AND l.date < {_january('NEW.year + 1')}"
        f" AND {_year('l.date')} >= {base} AND {{}} GROUP BY l.account HAVING sum(l.debit) <> sum(l.credit))"
    )
    of_entry = "NEW.entry_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry e WHERE e.id = NEW.entry_id AND {})"
    held = "(SELECT DISTINCT e.year, e.period FROM entry e WHERE e.book = NEW.book)"
    return (
        ("year_event_sequence", "NEW.id <> coalesce((SELECT max(id) FROM year_event), 0) + 1"),
        ("year_already_closed", f"NEW.action <> 'opening' AND {YEAR_CLOSED}"),
        (
            "year_entry_wrong",
            "(NEW.action = 'result' AND "
            + of_entry.format("e.book = NEW.book AND e.year = NEW.year AND e.period = 13 AND e.origin = 'closing'")
            + ") OR (NEW.action = 'opening' AND "
            + of_entry.format(
                f"e.book = NEW.book AND e.date = {_january('NEW.year')} AND e.journal = 'AN' AND e.origin = 'opening'"
            )
            + ") OR (NEW.action = 'close' AND NEW.entry_id IS NOT NULL)",
        ),
        (
            "year_steps_missing",
            "NEW.action = 'close' AND (SELECT count(*) FROM year_event y WHERE y.book = NEW.book"
            " AND ((y.action = 'result' AND y.year = NEW.year) OR (y.action = 'opening' AND y.year = NEW.year + 1)))"
            " <> 2",
        ),
        (
            "year_closing_order",
            f"NEW.action = 'close' AND EXISTS (SELECT 1 FROM {held} h WHERE h.year < NEW.year AND NOT EXISTS"
            " (SELECT 1 FROM year_event y WHERE y.book = NEW.book AND y.year = h.year AND y.action = 'close'))",
        ),
        (
            "year_months_open",
            f"NEW.action = 'close' AND EXISTS (SELECT 1 FROM {held} h WHERE h.year = NEW.year"
            f" AND {_last('NEW.book', 'h.year', 'h.period')} = 'reopen')",
        ),
        ("year_suspense_left", left.format("a.suspense")),
        ("year_transfers_left", left.format("a.pairing = 'transfer'")),
        (
            "year_drafts_remain",
            "NEW.action = 'close' AND EXISTS (SELECT 1 FROM draft d WHERE d.book = NEW.book AND d.status = 'open'"
            f" AND {_year('d.date')} = NEW.year)",
        ),
    )


ENTRY_FAULTS = (
    ("entry_year_closed", YEAR_CLOSED),
    (
        "transfer_reversed_whole",
        "NEW.corrects IS NOT NULL AND (SELECT peer FROM entry WHERE id = NEW.corrects) IS NOT NULL"
        " AND (NEW.peer IS NULL OR (NEW.peer < NEW.id AND NOT EXISTS (SELECT 1 FROM entry p WHERE p.id = NEW.peer"
        " AND p.corrects = (SELECT peer FROM entry WHERE id = NEW.corrects))))",
    ),
    (
        "entry_matched",
        "NEW.corrects IS NOT NULL AND EXISTS (SELECT 1 FROM bank_match_entry_line m LEFT JOIN match_undo u"
        " ON u.match_id = m.match_id WHERE m.entry_id = NEW.corrects AND u.match_id IS NULL)",
    ),
    (
        "entry_replaces_corrected",
        "NEW.replaces IS NOT NULL AND NOT EXISTS (SELECT 1 FROM entry WHERE corrects = NEW.replaces"
        " AND correction = 'negative' AND book = NEW.book)",
    ),
)

# On PostgreSQL every question of a statement is made ready anew for each row: a fault that supposes something of the
# row is looked for only where that holds.
GATES = {
    "transfer_reversed_whole": "NEW.corrects IS NOT NULL",
    "entry_matched": "NEW.corrects IS NOT NULL",
    "entry_replaces_corrected": "NEW.replaces IS NOT NULL",
}

GUARDS_OF_ENTRIES = (
    "entry_chain_guard", "entry_closed_year_guard", "entry_credit_guard", "entry_guard", "entry_line_guard",
    "entry_lines_guard", "entry_order_guard", "entry_year_guard",
)  # fmt: skip

# The totals of a closing are written with it: the command that closed has no row in the log yet.
TOTAL_FAULTS = (
    (
        "closed_total_of_closing",
        "NOT EXISTS (SELECT 1 FROM period_event p WHERE p.id = NEW.event_id AND p.action = 'close' AND NOT EXISTS"
        " (SELECT 1 FROM command_log c WHERE c.id = p.command_id))",
    ),
)


# The take-over ends in the year in which it is ended, at the latest: never at a day that does not come.
TAKEOVER_FAULTS = (
    (
        "takeover_end_future",
        "CAST({year} AS INTEGER) > CAST(substr(NEW.at, 1, 4) AS INTEGER)",
    ),
)


def _draft_closed() -> str:
    closed = _last("NEW.book", _year("NEW.date"), "{}") + " <> 'reopen'"
    return (
        f"NEW.status = 'open' AND {closed.format(_month('NEW.date'))}"
        f" AND (NOT {_last_day('NEW.date')} OR {closed.format('13')})"
    )


def _draft_faults(verb: str) -> tuple[tuple[str, str], ...]:
    if verb == "INSERT":
        own = (
            ("draft_begins_open", "NEW.status <> 'open' OR NEW.revision <> 1"),
            ("draft_sequence", "NEW.id <> coalesce((SELECT max(id) FROM draft), 0) + 1"),
        )
    else:
        own = (
            ("draft_ended", "OLD.status <> 'open'"),
            ("draft_revision", "NEW.revision <> OLD.revision + 1"),
            ("draft_identity", "NEW.id <> OLD.id OR NEW.book <> OLD.book"),
        )
    return (*own, ("draft_period_closed", _draft_closed()))


def upgrade() -> None:
    """Build the view of the bank lines that wait, and the guards."""
    op.create_index("ix_entry_period", "entry", ["book", "year", "period"])
    op.execute(
        "CREATE VIEW unsettled_bank_line AS SELECT l.book, l.id AS line_id, l.booking_date FROM statement_line l"
        " WHERE l.kind = 'statement' AND NOT EXISTS (SELECT 1 FROM bank_match_line m LEFT JOIN match_undo u"
        " ON u.match_id = m.match_id WHERE m.line_id = l.id AND u.match_id IS NULL)"
    )
    _guard("period_event", "INSERT", _period_faults())
    _guard("year_event", "INSERT", _year_faults())
    _guard("closed_total", "INSERT", TOTAL_FAULTS)
    _guard(
        "takeover_end", "INSERT", tuple((name, sql.format(year=_year("NEW.until"))) for name, sql in TAKEOVER_FAULTS)
    )
    _guard("draft", "INSERT", _draft_faults("INSERT"))
    _guard("draft", "UPDATE", _draft_faults("UPDATE"))
    _guard("entry", "INSERT", ENTRY_FAULTS, "entry_year_guard", "NEW.corrects IS NOT NULL OR NEW.replaces IS NOT NULL")
    if not _sqlite():
        _guard_of_closed_years()
    if _sqlite():
        op.execute("CREATE TRIGGER draft_no_delete BEFORE DELETE ON draft BEGIN SELECT RAISE(ABORT, 'draft_kept'); END")
        op.execute(
            "CREATE TRIGGER draft_no_replace BEFORE INSERT ON draft WHEN EXISTS (SELECT 1 FROM draft WHERE id = NEW.id)"
            " BEGIN SELECT RAISE(ABORT, 'draft_kept'); END"
        )
    else:
        op.execute(
            "CREATE FUNCTION draft_kept() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING"
            " ERRCODE = '23514', CONSTRAINT = 'draft_kept', MESSAGE = 'draft_kept'; END $$"
        )
        op.execute(
            "CREATE TRIGGER draft_kept BEFORE DELETE OR TRUNCATE ON draft FOR EACH STATEMENT EXECUTE FUNCTION"
            " draft_kept()"
        )
        # with the values of each entry at hand, the planner would think over dozens of questions again at every row
        for name in GUARDS_OF_ENTRIES:
            op.execute(f"ALTER FUNCTION {name}() SET plan_cache_mode = force_generic_plan")
        for name in ("entry_closed_year_guard", "entry_order_guard", "entry_year_guard"):
            op.execute(f"ALTER FUNCTION {name}() SET enable_seqscan = off")


def _guard_of_closed_years() -> None:
    """The years of a statement's entries, looked at together; entries that name another one, one by one."""
    closed = YEAR_CLOSED.replace("NEW.", "n.")
    op.execute(
        f"""
        CREATE FUNCTION entry_closed_year_guard() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text := 'entry_year_closed';
        BEGIN
            IF EXISTS (SELECT 1 FROM (SELECT DISTINCT f.book, f.year FROM fresh f) n WHERE {closed}) THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault;
            END IF;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER entry_closed_year_guard AFTER INSERT ON entry REFERENCING NEW TABLE AS fresh"
        " FOR EACH STATEMENT EXECUTE FUNCTION entry_closed_year_guard()"
    )


def _guard(
    table: str, verb: str, faults: tuple[tuple[str, str], ...], name: str | None = None, when: str | None = None
) -> None:
    """`when`: on PostgreSQL, the rows that it looks at, if not all of them."""
    name = name or f"{table}_{verb.lower()}_guard"
    if _sqlite():
        cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{fault}')" for fault, sql in faults)
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT CASE {cases} END; END")
        return
    steps = " ".join(
        f"IF fault IS NULL AND {GATES.get(fault, 'TRUE')} THEN IF ({sql}) THEN fault := '{fault}'; END IF; END IF;"
        for fault, sql in faults
    )
    op.execute(
        f"""
        CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE fault text;
        BEGIN
            PERFORM pg_advisory_xact_lock({LOCK});
            IF current_setting('transaction_isolation') <> 'read committed' THEN fault := 'write_isolation'; END IF;
            {steps}
            IF fault IS NOT NULL THEN
                RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault;
            END IF;
            RETURN NEW;
        END $$
        """
    )
    rows = f"FOR EACH ROW WHEN ({when})" if when else "FOR EACH ROW"
    op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {rows} EXECUTE FUNCTION {name}()")
