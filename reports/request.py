"""What is asked of a report: which books, which dates, known when; every default resolved from the books themselves."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from ledger.balance import known_entry, last_date
from ledger.book import BOOKS
from ledger.capital.position import last_act
from ledger.chart import require_book
from ledger.orders.register import last_day
from ledger.refusal import Refusal
from ledger.tables.books import ledger_info
from ledger.tables.commands import command_log
from ledger.tables.journal import entry
from ledger.tables.periods import takeover_end

CONSOLIDATED = "CONSOLIDATED"


class PeriodReversed(Refusal):
    """A period ends after it begins."""

    code = "period_reversed"
    sentence = (
        "La période demandée commence le {start:D} et finit le {end:D} : le début est attendu avant la fin. "
        "Corrigez --from ou --to (--as-of borne aussi la fin)."
    )
    exit_code = 2


class KnownUnreadable(Refusal):
    """What `--as-known` takes: an instant, a day or the number of a recorded entry."""

    code = "known_unreadable"
    sentence = (
        "--as-known vaut « {text} » : attendu un instant ISO 8601 (2026-03-31T17:00:00Z), un jour (2026-03-31, jusqu'à "
        "minuit UTC) ou le numéro d'enregistrement d'une écriture (de 0 à {last})."
    )
    exit_code = 2


@dataclass(frozen=True)
class ReportRequest:
    """A report asked for, with every default resolved.

    `book` None: the three books. `start` and `end` bound the accounting dates; `asked_start` and `asked_end` are what
    was asked, if anything was. `as_of` is the day on which delays and ages are counted and the last day that counts.
    `known` is the last recorded entry that counts (0: none), `known_at` when it was recorded; everything else recorded
    counts up to `known_command`, its row of the command log. `as_known` is the instant that was asked, if one was.
    """

    name: str
    book: str | None
    start: dt.date
    end: dt.date
    as_of: dt.date
    as_known: dt.datetime | None
    known: int
    known_command: int
    known_at: dt.datetime | None
    fictional: bool
    takeover_open: bool
    asked_start: dt.date | None = None
    asked_end: dt.date | None = None

    @property
    def books(self) -> tuple[str, ...]:
        """The codes of the books that the report covers."""
        return BOOKS if self.book is None else (self.book,)


def resolve(
    connection: Connection,
    name: str,
    *,
    book: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    as_of: dt.date | None = None,
    as_known: str | None = None,
) -> ReportRequest:
    """The request with its defaults: the last recorded entry, never today; from 1 January of the year of the end.

    Refuses: book_unknown, period_reversed, known_unreadable.
    """
    code = None if book is None else book.strip().upper()
    if code is not None:
        require_book(connection, code)
    instant, known, known_command = _known(connection, as_known)
    last = last_date(connection, known) or _created(connection)
    if name == "capital":
        # a payment tied to an entry may be dated after it: the register has a last date of its own
        last = max(last, last_act(connection, known_command) or last)
    if name in ("orders", "handover"):
        # an order can be created, signed or returned without any entry
        last = max(last, last_day(connection, known_command) or last)
    day = as_of or max(last, end or last)
    until = min(end or day, day)
    since = start or dt.date(until.year, 1, 1)
    if since > until:
        raise PeriodReversed(start=since, end=until)
    recorded = connection.execute(select(entry.c.recorded_at).where(entry.c.id == known)).scalar()
    ended = select(takeover_end.c.id).where(takeover_end.c.command_id <= known_command)
    return ReportRequest(
        name=name,
        book=code,
        start=since,
        end=until,
        as_of=day,
        as_known=instant,
        known=known,
        known_command=known_command,
        known_at=recorded,
        fictional=bool(connection.execute(select(ledger_info.c.fictional)).scalar()),
        takeover_open=connection.execute(ended).scalar() is None,
        asked_start=start,
        asked_end=end,
    )


def _created(connection: Connection) -> dt.date:
    created: dt.datetime = connection.execute(select(ledger_info.c.created_at)).scalar_one()
    return created.date()


def _known(connection: Connection, text: str | None) -> tuple[dt.datetime | None, int, int]:
    """The instant asked for, the last entry and the last command that count."""
    if text is None:
        every = connection.execute(select(func.coalesce(func.max(command_log.c.id), 0))).scalar_one()
        return None, known_entry(connection, None), int(every)
    text = text.strip()
    if text.isdecimal():
        return None, int(text), _command_of(connection, text)
    instant = _instant(connection, text)
    before = select(func.coalesce(func.max(command_log.c.id), 0)).where(command_log.c.at <= instant)
    return instant, known_entry(connection, instant), int(connection.execute(before).scalar_one())


def _command_of(connection: Connection, text: str) -> int:
    if int(text) == 0:
        return 0
    found = connection.execute(select(entry.c.command_id).where(entry.c.id == int(text))).scalar()
    if found is None:
        raise KnownUnreadable(text=text, last=known_entry(connection, None))
    return int(found)


def _instant(connection: Connection, text: str) -> dt.datetime:
    try:
        if len(text) == 10:
            return dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max, dt.UTC)
        found = dt.datetime.fromisoformat(text)
    except ValueError as fault:
        raise KnownUnreadable(text=text, last=known_entry(connection, None)) from fault
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
