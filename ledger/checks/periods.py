"""Months and years: the acts on them in order, the totals of closings, the entries of closed periods."""

from collections.abc import Iterable

from sqlalchemy import Connection, select, text

from ledger.check import Check, Row, sql_check
from ledger.periods.rules import BookState, Period, check_close, check_quarter, check_reopen, name_of
from ledger.refusal import Refusal
from ledger.tables.periods import closed_total, period_event, year_event

LAST_MONTH = 12
YEARS = (1900, 9999)
_PLAIN_SUMS = text(
    "SELECT p.id, l.account, sum(l.debit) AS debit, sum(l.credit) AS credit FROM period_event p"
    " JOIN entry e ON e.book = p.book AND e.year = p.year AND e.period = p.period AND e.id <= p.known_entry"
    " JOIN entry_line l ON l.entry_id = e.id WHERE p.action = 'close' GROUP BY p.id, l.account"
)


def wrong_totals(connection: Connection) -> Iterable[Row]:
    """Totals of closings that are not the sums of the lines known then."""
    stored = {(row.event_id, row.account): (row.debit, row.credit) for row in connection.execute(select(closed_total))}
    plain = {(row.id, row.account): (int(row.debit), int(row.credit)) for row in connection.execute(_PLAIN_SUMS)}
    for event, account in sorted(stored.keys() | plain.keys()):
        kept, sums = stored.get((event, account)), plain.get((event, account))
        if kept != sums:
            yield {"closing": event, "account": account, "stored": kept, "recomputed": sums}


def wrong_events(connection: Connection) -> Iterable[Row]:
    """Acts on periods that the rules would have refused at their moment, replayed one by one."""
    last: dict[str, dict[Period, str]] = {}
    # what each book held when the act was done: the first entry of each of its periods
    held = connection.execute(
        text("SELECT book, year, period, min(id) AS first FROM entry GROUP BY book, year, period")
    ).all()
    ended = {
        (row.book, row.year): row.command_id
        for row in connection.execute(select(year_event).where(year_event.c.action == "close"))
    }
    for row in connection.execute(select(period_event).order_by(period_event.c.id)):
        period = (row.year, row.period)
        acts = last.setdefault(row.book, {})
        state = BookState(
            row.book,
            frozenset((one.year, one.period) for one in held if one.book == row.book and one.first <= row.known_entry),
            acts,
            frozenset(year for (book, year), act in ended.items() if book == row.book and act < row.command_id),
        )
        if not YEARS[0] <= row.year <= YEARS[1]:
            yield {"event": row.id, "book": row.book, "period": name_of(period), "fault": "period_event_year"}
        if row.action == "reopen" and not (row.reason or "").strip():
            yield {"event": row.id, "book": row.book, "period": name_of(period), "fault": "period_reason_missing"}
        try:
            if row.action == "close":
                check_close(state, period)
            elif row.action == "reopen":
                check_reopen(state, period)
            elif period[1] > LAST_MONTH:
                yield {"event": row.id, "book": row.book, "period": name_of(period), "fault": "period_definitive_month"}
            elif period not in check_quarter(state, row.year, (row.period + 2) // 3):
                yield {"event": row.id, "book": row.book, "period": name_of(period), "fault": "period_closed_for_good"}
        except Refusal as refusal:
            yield {"event": row.id, "book": row.book, "period": name_of(period), "fault": refusal.code}
        acts[period] = row.action
    yield from _parted_quarters(last)


def _parted_quarters(last: dict[str, dict[Period, str]]) -> Iterable[Row]:
    """Quarters of which some months alone are closed for good."""
    for book, acts in sorted(last.items()):
        ended: dict[Period, list[int]] = {}
        for (year, month), action in sorted(acts.items()):
            if action == "definitive":
                ended.setdefault((year, (month + 2) // 3), []).append(month)
        for (year, quarter), months in ended.items():
            if len(months) < 3:
                yield {"book": book, "quarter": f"{year}-{quarter}", "months": months, "fault": "period_quarter_whole"}


CHECKS = (
    Check("closed_totals", "Les totaux de chaque clôture sont les sommes des lignes connues alors", wrong_totals),
    Check("period_acts", "Les clôtures et réouvertures se suivent dans l'ordre et selon les règles", wrong_events),
    sql_check(
        "closed_period_entries",
        "Aucune écriture n'est entrée dans une période close",
        "SELECT e.book || '/' || e.journal || '/' || e.year || '/' || e.number AS entry, e.period FROM period_event p"
        " JOIN entry e ON e.book = p.book AND e.year = p.year AND e.period = p.period AND e.id > p.known_entry"
        " WHERE p.action <> 'reopen' AND NOT EXISTS (SELECT 1 FROM period_event r WHERE r.book = p.book"
        " AND r.year = p.year AND r.period = p.period AND r.id > p.id AND r.known_entry < e.id)",
    ),
)
