"""Close a financial year: clear the transfers, post the result, open the next year, close for good."""

import datetime as dt
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledger.balance import base_years, known_entry, totals
from ledger.book import BOOKS
from ledger.chart import chart_accounts, require_book
from ledger.commands import Answer, answer_for
from ledger.entry import EntryDraft, SealedEntry
from ledger.periods.close import close_period, reopen_period
from ledger.periods.rules import name_of
from ledger.periods.state import book_state, drafts_of
from ledger.post import post_entries
from ledger.tables.journal import entry
from ledger.tables.periods import year_event
from ledger.users import allow
from ledger.years.rules import (
    Balances,
    YearNothingToClear,
    YearPeriodClosed,
    carried_result,
    check_balances,
    check_year,
    clearing_entries,
    months_to_close,
    opening_entry,
    result_entry,
    result_of,
)


def balances_at(connection: Connection, book: str, year: int) -> dict[str, int]:
    """Debit less credit per account at 31 December, from the year's own opening entry on where there is one."""
    known = known_entry(connection, None)
    base = base_years(connection, year, known)[book]
    since = None if base is None else dt.date(base, 1, 1)
    found = totals(connection, known=known, since=since, until=dt.date(year, 12, 31), books=(book,))
    return {account: debit - credit for (_, account), (debit, credit) in found.items()}


def _paired(connection: Connection) -> tuple[set[str], set[str]]:
    chart = chart_accounts(connection).values()
    return {one.number for one in chart if one.suspense}, {one.number for one in chart if one.pairing == "transfer"}


def clear_transfers(unit: Any, year: int) -> Answer:
    """Bring 5851 to zero in each book at 31 December against 185x, the three books in one act.

    Refuses: role_forbidden, year_nothing_to_clear, year_period_closed, and what `post_entries` refuses.
    """
    allow(unit.user, "solder les virements de fonds de l'exercice", "accountant")
    connection = unit.connection
    _, transfers = _paired(connection)
    balances: dict[str, Balances] = {book: balances_at(connection, book, year) for book in BOOKS}
    earlier = connection.execute(
        select(func.count(entry.c.id.distinct())).where(entry.c.year == year, entry.c.origin_ref.like("clearing-%"))
    ).scalar_one()
    entries = clearing_entries(year, balances, transfers, earlier + 1)
    if not entries:
        raise YearNothingToClear(year=year)
    for one in entries:
        state = book_state(connection, one.book)
        if not state.is_open((year, 13)) or year in state.years_closed:
            raise YearPeriodClosed(book=one.book, period=name_of((year, 13)), state="clôture")
    return answer_for(post_entries(unit, entries))


def _record(unit: Any, book: str, year: int, action: str, made: SealedEntry | None) -> None:
    unit.connection.execute(
        insert(year_event).values(
            id=unit.next_id(year_event),
            book=book,
            year=year,
            action=action,
            entry_id=None if made is None else made.id,
            at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
        )
    )


def _post(unit: Any, draft: EntryDraft | None) -> SealedEntry | None:
    return None if draft is None else post_entries(unit, [draft])[0]


def close_year(unit: Any, book: str, year: int) -> Answer:
    """Post the result of the year (period 13) and the opening entries of the next one, then close the year for good.

    A January already closed is reopened for the opening entry and closed again, with its trace.
    Refuses: book_unknown, role_forbidden, book_forbidden, and what `check_year`, `check_balances` and
    `post_entries` refuse.
    """
    connection = unit.connection
    require_book(connection, book)
    allow(unit.user, "clôturer un exercice", "accountant", book=book)
    state = book_state(connection, book)
    check_year(state, year, drafts_of(connection, book, year))
    suspense, transfers = _paired(connection)
    balances = balances_at(connection, book, year)
    check_balances(book, year, balances, suspense, transfers)
    carried = _post(unit, carried_result(book, year, balances))
    result = _post(unit, result_entry(book, year, balances))
    _record(unit, book, year, "result", result)
    january = not state.is_open((year + 1, 1))
    if january:
        reopen_period(unit, book, (year + 1, 1), f"À-nouveaux de l'exercice {year + 1}")
    opening = _post(unit, opening_entry(book, year + 1, balances_at(connection, book, year)))
    _record(unit, book, year + 1, "opening", opening)
    close_period(unit, book, (year, 13))
    if january:
        close_period(unit, book, (year + 1, 1))
    _record(unit, book, year, "close", None)
    made = [one for one in (carried, result, opening) if one is not None]
    return {"book": book, "year": year, "result": result_of(balances), **answer_for(made)}


def year_status(connection: Connection, books: tuple[str, ...] = BOOKS) -> dict[str, Any]:
    """For each book and year: closed or not, its result so far, and what still stands in the way."""
    suspense, transfers = _paired(connection)
    years = []
    for book in books:
        state = book_state(connection, book)
        for year in sorted({one for one, _ in state.held}):
            balances = balances_at(connection, book, year)
            closed = year in state.years_closed
            years.append(
                {
                    "book": book,
                    "year": year,
                    "state": "closed" if closed else "open",
                    "result": -sum(balances.get(number, 0) for number in ("131", "139"))
                    if closed
                    else result_of(balances),
                    "months_open": [] if closed else months_to_close(state, year),
                    "suspense": {a: b for a, b in sorted(balances.items()) if b and a in suspense},
                    "transfers": {a: b for a, b in sorted(balances.items()) if b and a in transfers},
                    "drafts": drafts_of(connection, book, year),
                }
            )
    return {"years": years}
