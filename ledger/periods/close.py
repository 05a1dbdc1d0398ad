"""Close a month, reopen it, close a quarter for good: each leaves one dated row, nothing is rewritten."""

from typing import Any

from sqlalchemy import func, insert, select

from ledger.chart import require_book
from ledger.correction_rules import ReasonMissing
from ledger.periods.rules import (
    BookState,
    Period,
    PeriodBankLinesOpen,
    PeriodDraftsRemain,
    check_close,
    check_quarter,
    check_reopen,
    name_of,
)
from ledger.periods.state import book_state, drafts_of, unsettled
from ledger.periods.totals import write_totals
from ledger.tables.journal import entry
from ledger.tables.periods import period_event
from ledger.users import allow

Answer = dict[str, Any]


def _state(unit: Any, book: str, act: str) -> BookState:
    require_book(unit.connection, book)
    allow(unit.user, act, "accountant", book=book)
    return book_state(unit.connection, book)


def _record(unit: Any, book: str, period: Period, action: str, reason: str | None = None) -> int:
    event = unit.next_id(period_event)
    known = unit.connection.execute(select(func.coalesce(func.max(entry.c.id), 0))).scalar_one()
    unit.connection.execute(
        insert(period_event).values(
            id=event,
            book=book,
            year=period[0],
            period=period[1],
            action=action,
            reason=reason,
            known_entry=known,
            at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
        )
    )
    return int(event)


def close_period(unit: Any, book: str, period: Period) -> Answer:
    """Close a month of a book, or its complementary period, and write its totals.

    Refuses: book_unknown, role_forbidden, book_forbidden, period_already_closed, period_closing_order,
    period_drafts_remain, period_bank_lines_open.
    """
    check_close(_state(unit, book, "clôturer une période"), period)
    drafts = drafts_of(unit.connection, book, *period)
    if drafts:
        raise PeriodDraftsRemain(book=book, period=name_of(period), count=len(drafts), drafts=drafts)
    lines = unsettled(unit.connection, book, *period)
    if lines:
        raise PeriodBankLinesOpen(book=book, period=name_of(period), count=len(lines), first=lines[0])
    event = _record(unit, book, period, "close")
    accounts = write_totals(unit, event, book, period)
    return {"book": book, "year": period[0], "period": period[1], "state": "closed", "accounts": accounts}


def reopen_period(unit: Any, book: str, period: Period, reason: str) -> Answer:
    """Reopen a closed month; the trace stays, with its reason.

    Refuses: book_unknown, role_forbidden, book_forbidden, reason_missing, period_not_closed,
    period_closed_for_good, period_of_closed_year.
    """
    state = _state(unit, book, "rouvrir une période")
    if not reason.strip():
        raise ReasonMissing(what=f"le livre {book}, période {name_of(period)}")
    check_reopen(state, period)
    _record(unit, book, period, "reopen", reason.strip())
    return {"book": book, "year": period[0], "period": period[1], "state": "open", "reason": reason.strip()}


def close_quarter(unit: Any, book: str, year: int, quarter: int) -> Answer:
    """Close a quarter for good, once its three months are closed.

    Refuses: book_unknown, role_forbidden, book_forbidden, and what `check_quarter` refuses.
    """
    months = check_quarter(_state(unit, book, "clôturer définitivement un trimestre"), year, quarter)
    for month in months:
        _record(unit, book, month, "definitive")
    return {"book": book, "year": year, "quarter": quarter, "state": "definitive", "months": [m for _, m in months]}
