"""Accounts closed at zero, a chart without totals that are accounts, closings looked at whole: their guards.

What one row cannot say, such as the totals of a closing being all there, is looked at when the act ends: on SQLite
when its command's own row comes, on PostgreSQL when its transaction is committed. The other guards come after those of
the tables: what these already name keeps its name.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

LOCK = 20250328


def _sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _year(column: str) -> str:
    return f"CAST(substr({column}, 1, 4) AS INTEGER)" if _sqlite() else f"CAST(EXTRACT(YEAR FROM {column}) AS INTEGER)"


def _january(year: str) -> str:
    return f"printf('%04d-01-01', {year})" if _sqlite() else f"make_date(CAST({year} AS INTEGER), 1, 1)"


def _day_before(column: str) -> str:
    return f"date({column}, '-1 day')" if _sqlite() else f"({column} - 1)"


def _base(book: str, year: str) -> str:
    """The year from whose opening entry on the balances of a book are summed."""
    return (
        f"coalesce((SELECT max(y.year) FROM year_event y WHERE y.book = {book} AND y.action = 'opening'"
        f" AND y.year <= {year}), 1)"
    )


def _blank(column: str) -> str:
    """No word: spaces, tabs and ends of line alone."""
    if _sqlite():
        return f"trim({column}, ' ' || char(9) || char(10) || char(11) || char(12) || char(13) || char(160)) = ''"
    return f"{column} ~ '^[\\s\u00a0]*$'"


ACTIVE = (
    "coalesce((SELECT w.action FROM user_event w WHERE w.user_name = u.name ORDER BY w.id DESC LIMIT 1), 'enable')"
    " <> 'disable'"
)
# Whoever keeps the book, once a first user is declared.
KEEPER = (
    "EXISTS (SELECT 1 FROM app_user) AND NOT EXISTS (SELECT 1 FROM app_user u WHERE u.name = NEW.actor"
    f" AND u.role = 'accountant' AND coalesce(u.book, NEW.book) = NEW.book AND {ACTIVE})"
)
LAST_EVENT = (
    "(SELECT v.{} FROM account_event v WHERE v.account = NEW.account AND v.id < NEW.id ORDER BY v.id DESC LIMIT 1)"
)


def _account_faults() -> tuple[tuple[str, str], ...]:
    base = _january(_base("b.code", _year(_day_before("NEW.from_date"))))
    return (
        (
            "account_event_sequence",
            "NEW.id <> 1 AND NOT EXISTS (SELECT 1 FROM account_event v WHERE v.id = NEW.id - 1)",
        ),
        ("account_reason_missing", _blank("NEW.reason")),
        ("account_heading", "EXISTS (SELECT 1 FROM account a WHERE a.number = NEW.account AND NOT a.postable)"),
        ("account_event_order", f"NEW.from_date < {LAST_EVENT.format('from_date')}"),
        ("account_already_closed", f"NEW.action = 'close' AND {LAST_EVENT.format('action')} = 'close'"),
        ("account_not_closed", f"NEW.action = 'open' AND coalesce({LAST_EVENT.format('action')}, 'open') = 'open'"),
        (
            "account_used_after",
            "NEW.action = 'close' AND EXISTS (SELECT 1 FROM entry_line l WHERE l.account = NEW.account"
            " AND l.date >= NEW.from_date)",
        ),
        (
            "account_balance_left",
            "NEW.action = 'close' AND EXISTS (SELECT 1 FROM book b WHERE (SELECT sum(l.debit - l.credit)"
            " FROM entry_line l WHERE l.account = NEW.account AND l.book = b.code AND l.date < NEW.from_date"
            f" AND l.date >= {base}) <> 0)",
        ),
    )


def _under(number: str, heading: str) -> str:
    return f"substr({number}, 1, length({heading})) = {heading}"


CHART_FAULTS = (
    (
        "account_parent_postable",
        "EXISTS (SELECT 1 FROM account a WHERE a.number <> NEW.number"
        f" AND ((a.postable AND {_under('NEW.number', 'a.number')})"
        f" OR (NEW.postable AND {_under('a.number', 'NEW.number')})))",
    ),
    (
        "account_parent_differs",
        f"EXISTS (SELECT 1 FROM account a WHERE a.number <> NEW.number AND (({_under('NEW.number', 'a.number')}"
        " AND (a.book <> coalesce(NEW.book, '') OR (a.suspense AND NOT NEW.suspense)))"
        f" OR ({_under('a.number', 'NEW.number')}"
        " AND (NEW.book <> coalesce(a.book, '') OR (NEW.suspense AND NOT a.suspense)))))",
    ),
)

# The months alone are closed for good: the complementary period stays open for the closing of the year.


def _period_faults() -> tuple[tuple[str, str], ...]:
    return (
        ("period_event_year", "NEW.year NOT BETWEEN 1900 AND 9999"),
        ("period_reason_missing", f"NEW.action = 'reopen' AND {_blank('NEW.reason')}"),
        ("period_definitive_month", "NEW.action = 'definitive' AND NEW.period > 12"),
        ("period_person_role", KEEPER),
    )


def _total_faults() -> tuple[tuple[str, str], ...]:
    """A total is the sum of the lines known to its closing, found by the account and the days of the month."""
    if _sqlite():
        first, last = ("printf('%04d-%02d-" + day + "', p.year, min(p.period, 12))" for day in ("01", "31"))
        join = "CROSS JOIN"  # in this order
    else:
        first = "make_date(p.year, least(p.period, 12), 1)"
        last = f"CAST({first} + interval '1 month' AS date) - 1"
        join = "JOIN"
    on = "" if _sqlite() else " ON TRUE"
    return (
        (
            "closed_total_adds_up",
            f"NOT EXISTS (SELECT 1 FROM period_event p {join} entry_line l{on} {join} entry e{on}"
            f" WHERE p.id = NEW.event_id AND l.account = NEW.account AND l.date BETWEEN {first} AND {last}"
            " AND e.id = l.entry_id AND e.book = p.book AND e.year = p.year AND e.period = p.period"
            " AND e.id <= p.known_entry GROUP BY p.id HAVING sum(l.debit) = NEW.debit AND sum(l.credit) = NEW.credit)",
        ),
    )


def _year_faults() -> tuple[tuple[str, str], ...]:
    since, until = _january(_base("NEW.book", "NEW.year")), _january("NEW.year + 1")
    own = f"l.book = NEW.book AND l.date >= {since} AND l.date < {until}"
    opening = (
        "(SELECT y.entry_id FROM year_event y WHERE y.book = NEW.book AND y.action = 'opening'"
        " AND y.year = NEW.year + 1)"
    )
    return (
        ("year_event_year", "NEW.year NOT BETWEEN 1900 AND 9999"),
        ("year_person_role", KEEPER),
        (
            "year_result_left",
            f"NEW.action = 'close' AND EXISTS (SELECT 1 FROM entry_line l WHERE {own}"
            " AND substr(l.account, 1, 1) IN ('6', '7', '8') GROUP BY l.account HAVING sum(l.debit) <> sum(l.credit))",
        ),
        (
            "year_opening_differs",
            "NEW.action = 'close' AND EXISTS (SELECT 1 FROM (SELECT l.account, l.debit - l.credit AS amount"
            f" FROM entry_line l WHERE {own} UNION ALL SELECT l.account, l.credit - l.debit FROM entry_line l"
            f" WHERE l.entry_id = {opening}) x GROUP BY x.account HAVING sum(x.amount) <> 0)",
        ),
    )


TAKEOVER_FAULTS = (
    (
        "takeover_person_role",
        "EXISTS (SELECT 1 FROM app_user) AND NOT EXISTS (SELECT 1 FROM app_user u WHERE u.name = NEW.actor"
        f" AND u.role IN ('administrator', 'accountant') AND {ACTIVE})",
    ),
    (
        "takeover_entries_after",
        "EXISTS (SELECT 1 FROM entry e JOIN entry_line l ON l.entry_id = e.id WHERE e.date > NEW.until"
        " AND l.account IN ('52111', '52112', '52113') AND l.credit > 0"
        " AND ((e.origin IN ('direct', 'capital', 'collection') AND e.correction IS NULL)"
        " OR (e.correction = 'contra' AND e.peer IS NULL)))",
    ),
)

# Looked at when the act ends: {mine} are the rows of the act, {actor} who does it, {command} its number.
ENDS: dict[str, tuple[tuple[str, str], ...]] = {
    "account_event": (
        (
            # before the first user was declared, whoever set the database up acted under any name
            "account_event_actor",
            "{command} > (SELECT min(f.command_id) FROM app_user f) AND EXISTS (SELECT 1 FROM account_event t"
            " JOIN account a ON a.number = t.account WHERE {mine} AND NOT EXISTS (SELECT 1 FROM app_user u"
            " WHERE u.name = {actor} AND (u.role = 'administrator'"
            " OR (u.role = 'accountant' AND (u.book IS NULL OR u.book = a.book)))))",
        ),
    ),
    "period_event": (
        (
            "closed_total_missing",
            "EXISTS (SELECT 1 FROM period_event t WHERE {mine} AND t.action = 'close'"
            " AND (SELECT count(*) FROM closed_total x WHERE x.event_id = t.id) <> (SELECT count(DISTINCT l.account)"
            " FROM entry e JOIN entry_line l ON l.entry_id = e.id WHERE e.book = t.book AND e.year = t.year"
            " AND e.period = t.period AND e.id <= t.known_entry))",
        ),
        (
            "period_quarter_whole",
            "EXISTS (SELECT 1 FROM period_event t WHERE {mine} AND t.action = 'definitive' AND (SELECT count(*)"
            " FROM period_event q WHERE q.book = t.book AND q.year = t.year AND q.action = 'definitive'"
            " AND (q.period - 1) / 3 = (t.period - 1) / 3) <> 3)",
        ),
    ),
}
# Whole numbers of tables that had no such guard: SQLite keeps half a month unless told not to.
WHOLE = {
    "period_event": ("id", "year", "period", "known_entry"),
    "year_event": ("id", "year"),
    "account_event": ("id",),
}


# The seal of a command looks for its rows in each table that it wrote to; on SQLite deferred keys have their index.
SOUGHT = (
    "bank_account", "bank_account_alias", "capital_terms", "draft", "levy_decision", "order_entry", "statement",
    "statement_profile",
)  # fmt: skip


def upgrade() -> None:
    """Add the guards to the tables of the books, and the indexes by which a command finds its rows."""
    op.create_index("ix_customs_month_return", "customs_month", ["return_id"])
    for table in () if _sqlite() else SOUGHT:
        op.create_index(f"ix_{table}_command", table, ["command_id"])
    for table, faults in (
        ("account_event", _account_faults()),
        ("account", CHART_FAULTS),
        ("period_event", _period_faults()),
        ("closed_total", _total_faults()),
        ("year_event", _year_faults()),
        ("takeover_end", TAKEOVER_FAULTS),
    ):
        _guard(table, f"{table}_rules_guard", "AFTER INSERT", faults)
    if _sqlite():
        for table, columns in WHOLE.items():
            half = " OR ".join(f"typeof(NEW.{column}) <> 'integer'" for column in columns)
            _guard(table, f"{table}_whole_guard", "BEFORE INSERT", ((f"{table}_whole", half),))
        names = {"mine": "t.command_id = NEW.id", "actor": "NEW.actor", "command": "NEW.id"}
        for table, faults in ENDS.items():
            ends = tuple((name, sql.format(**names)) for name, sql in faults)
            _guard("command_log", f"{table}_end_guard", "AFTER INSERT", ends)
        return
    actor = "(SELECT c.actor FROM command_log c WHERE c.id = NEW.command_id)"
    names = {"mine": "t.id = NEW.id", "actor": actor, "command": "NEW.command_id"}
    for table, faults in ENDS.items():
        _at_the_end(table, tuple((name, sql.format(**names)) for name, sql in faults))


def _cases(faults: tuple[tuple[str, str], ...]) -> str:
    return " ".join(f"IF fault IS NULL AND ({sql}) THEN fault := '{name}'; END IF;" for name, sql in faults)


RAISED = (
    "IF fault IS NOT NULL THEN RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = fault, MESSAGE = fault; END IF;"
)


def _guard(table: str, name: str, when: str, faults: tuple[tuple[str, str], ...]) -> None:
    if _sqlite():
        cases = " ".join(f"WHEN {sql} THEN RAISE(ABORT, '{fault}')" for fault, sql in faults)
        op.execute(f"CREATE TRIGGER {name} {when} ON {table} BEGIN SELECT CASE {cases} END; END")
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE fault text; BEGIN"
        f" PERFORM pg_advisory_xact_lock({LOCK}); {_cases(faults)} {RAISED} RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _at_the_end(table: str, faults: tuple[tuple[str, str], ...]) -> None:
    name = f"{table}_end_guard"
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE fault text; BEGIN"
        f" {_cases(faults)} {RAISED} RETURN NULL; END $$"
    )
    op.execute(
        f"CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
        f" FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
