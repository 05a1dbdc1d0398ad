"""Accounts opened and closed, the tree of the chart, and who closed what: replayed from the rows."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, select

from ledger.account_rules import check_empty, check_event
from ledger.chart import chart_accounts
from ledger.chart_rules import chart_faults
from ledger.check import Check, Row, sql_check
from ledger.refusal import Refusal
from ledger.tables.books import account_event
from ledger.tables.journal import entry, entry_line
from ledger.tables.periods import year_event


def _known(connection: Connection, row: Any) -> tuple[dt.date | None, dict[str, int]]:
    """The last day of an account's lines when it was closed, and its balance before that day in each book."""
    before = row.from_date - dt.timedelta(days=1)
    base = {
        book: dt.date(year, 1, 1)
        for book, year in connection.execute(
            select(year_event.c.book, func.max(year_event.c.year))
            .where(year_event.c.action == "opening", year_event.c.year <= before.year)
            .where(year_event.c.command_id < row.command_id)
            .group_by(year_event.c.book)
        )
    }
    last: dt.date | None = None
    balances: dict[str, int] = {}
    lines = connection.execute(
        select(entry_line.c.book, entry_line.c.date, func.sum(entry_line.c.debit) - func.sum(entry_line.c.credit))
        .join(entry, entry.c.id == entry_line.c.entry_id)
        .where(entry_line.c.account == row.account, entry.c.command_id < row.command_id)
        .group_by(entry_line.c.book, entry_line.c.date)
    )
    for book, day, amount in lines:
        last = day if last is None else max(last, day)
        if base.get(book, day) <= day <= before:
            balances[book] = balances.get(book, 0) + int(amount)
    return last, balances


def wrong_account_events(connection: Connection) -> Iterable[Row]:
    """Acts on accounts that the rules would have refused at their moment, replayed one by one."""
    accounts = chart_accounts(connection)
    past: dict[str, list[tuple[dt.date, str]]] = {}
    events = connection.execute(select(account_event).order_by(account_event.c.id)).all()
    for place, row in enumerate(events, start=1):
        one, before = accounts.get(row.account), past.setdefault(row.account, [])
        told = {"event": row.id, "account": row.account, "action": row.action}
        if row.id != place:
            yield {**told, "fault": "account_event_sequence"}
        if one is None:
            continue  # `references` names it
        try:
            check_event(row.account, one.title, one.postable, before, row.action, row.from_date, row.reason)
            if row.action == "close":
                check_empty(row.account, row.from_date, *_known(connection, row))
        except Refusal as refusal:
            yield {**told, "fault": refusal.code}
        before.append((row.from_date, row.action))


def wrong_tree(connection: Connection) -> Iterable[Row]:
    """Accounts that stand under one which takes entries, or under a heading that says otherwise."""
    for fault in chart_faults(chart_accounts(connection).values()):
        yield fault._asdict()


# Before the first user was declared, whoever set the database up acted under any name.
_LATER = "{t}.command_id > (SELECT min(f.command_id) FROM app_user f)"
_ACTIVE = (
    "coalesce((SELECT w.action FROM user_event w WHERE w.user_name = u.name AND w.command_id < t.command_id"
    " ORDER BY w.id DESC LIMIT 1), 'enable') <> 'disable'"
)
_BOOK_KEEPER = (
    "SELECT '{table}' AS acts, t.id, t.actor FROM {table} t WHERE " + _LATER.format(t="t") + " AND NOT EXISTS"
    " (SELECT 1 FROM app_user u WHERE u.name = t.actor AND u.role = 'accountant' AND coalesce(u.book, t.book) = t.book"
    " AND " + _ACTIVE + ")"
)
CHECKS = (
    Check(
        "account_acts",
        "Les comptes se ferment et se rouvrent dans l'ordre, soldés, avec un motif",
        wrong_account_events,
    ),
    Check(
        "chart_tree", "Nul compte n'est sous un compte qui reçoit des écritures, ni contre son regroupement", wrong_tree
    ),
    sql_check(
        "closing_people",
        "Périodes et exercices sont clos par le comptable du livre, la reprise par un administrateur ou un comptable",
        " UNION ALL ".join(_BOOK_KEEPER.format(table=table) for table in ("period_event", "year_event"))
        + " UNION ALL SELECT 'takeover_end', t.id, t.actor FROM takeover_end t WHERE "
        + _LATER.format(t="t")
        + " AND NOT EXISTS (SELECT 1 FROM app_user u WHERE u.name = t.actor"
        " AND u.role IN ('accountant', 'administrator') AND " + _ACTIVE + ")",
    ),
)
