"""A run of the reconciliation of one book: read what is open, match, post what the rules say, keep the record."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from ledger.chart import require_book
from ledger.post import law_of
from ledger.refusal import plain
from ledger.tables.commands import command_log
from ledger.unit import BY_KEY
from ledger.users import allow
from reconcile.decisions import respect, undone_decisions
from reconcile.declared import declarations_of
from reconcile.match_tables import match_proposal, reconcile_run
from reconcile.matching.engine import Told, match
from reconcile.matching.rows import SHOWN, Match, Outcome
from reconcile.open_lines import bank_lines, book_lines
from reconcile.rule_entry import post_rules
from reconcile.store_match import ConfirmedMatch, store_matches

Answer = dict[str, Any]
COMMAND = "reconcile run"
PART = 5_000
"""Matches kept in one transaction: a run that is killed loses no more than these."""

Kept = Callable[[int, int], None]
"""Hears, after each part: how many matches are kept, of how many."""


def run_book(unit: Any, book: str, until: dt.date | None = None) -> Answer:
    """Match the open lines of a book up to a date in one transaction. Run twice, the second time finds nothing new.

    What a person undid is proposed, never confirmed again by the machine.
    Answers `{"book", "lines", "confirmed", "proposed", "ambiguous", "undecided", "open", "passes"}`: bank lines open
    before, matches by status, bank lines still open after.
    Refuses: role_forbidden, book_forbidden, book_unknown.
    """
    run = _Run(book, until)
    run.allowed(unit)
    run.look(unit.connection)
    return run.keep(unit, last=True, part=None)


def run_in_parts(
    ledger: Any,
    book: str,
    until: dt.date | None = None,
    *,
    key: str | None = None,
    part: int = PART,
    told: Told | None = None,
    kept: Kept | None = None,
) -> Answer:
    """The same run in several transactions of at most `part` matches (a series of equal payments is never parted).

    Killed at any instant, it leaves whole parts, each with its record; the next run goes on and ends with the same
    matches, since what is decided next depends on the open lines alone. When another person writes in between, the
    run looks again before it keeps anything. `key` is that of the whole run, given with its last part.
    Refuses: role_forbidden, book_forbidden, book_unknown, key_reused.
    """
    payload = {"book": book, "until": until}
    run = _Run(book, until, told)
    with ledger.read() as connection:
        answered = key is not None and connection.execute(BY_KEY, {"key": key}).one_or_none() is not None
        if not answered:
            run.look(connection)
    if answered:
        answer: Answer = ledger.perform(COMMAND, run.keep, payload=payload, key=key)
        return answer
    while True:
        last = run.left <= part

        def act(unit: Any, last: bool = last) -> Answer:
            run.allowed(unit)
            if unit.command_id != run.seen + 1:
                run.look(unit.connection)
            return run.keep(unit, last, None if last else part)

        answer = ledger.perform(COMMAND, act, payload=payload, key=key if last else None)
        if last:
            return answer
        if kept is not None:
            kept(run.confirmed, run.confirmed + run.left)


class _Plan(NamedTuple):
    """What one look at the open lines decided."""

    lines: int
    outcome: Outcome


class _Run:
    """A run under way: what it looked at, how much of it is kept, and the records that it left."""

    def __init__(self, book: str, until: dt.date | None, told: Told | None = None) -> None:
        self.book, self.until, self.told = book, until, told
        self.seen = 0
        """The last command known when the open lines were looked at, or written by this run since."""
        self.confirmed = 0
        self._plan = _Plan(0, Outcome((), (), (), ()))
        self._place = 0
        self._lines: int | None = None
        self._first: int | None = None
        self._parts = 0
        self._passes = Counter[str]()

    @property
    def left(self) -> int:
        """Matches decided and not kept yet."""
        return len(self._plan.outcome.decided) - self._place

    def allowed(self, unit: Any) -> None:
        """Refuses: role_forbidden, book_forbidden, book_unknown."""
        allow(unit.user, "rapprocher un compte", "accountant", book=self.book)
        require_book(unit.connection, self.book)

    def look(self, connection: Connection) -> None:
        """Decide from what is open now."""
        self.seen = connection.execute(select(func.coalesce(func.max(command_log.c.id), 0))).scalar_one()
        before = bank_lines(connection, self.book, self.until)
        outcome = match(
            before,
            book_lines(connection, self.book, self.until),
            declarations_of(connection, self.book),
            settled=bank_lines(connection, self.book, self.until, matched=True),
            told=self.told,
        )
        self._plan = _Plan(len(before), respect(outcome, undone_decisions(connection, self.book)))
        self._place = 0
        if self._lines is None:
            self._lines = len(before)

    def keep(self, unit: Any, last: bool = True, part: int | None = None) -> Answer:
        """Keep the next matches with the record of this part; with the last one, what is only shown and the answer."""
        run_id = unit.next_id(reconcile_run)
        batch = self._next(part)
        _store_confirmed(unit, self.book, run_id, batch)
        self.confirmed += len(batch)
        self._passes.update(found.pass_name for found in batch)
        self._parts += 1
        self._first = self._first or run_id
        self.seen = unit.command_id
        answer = self._answer()
        record = answer | {"run": self._first, "part": self._parts, "finished": last}
        unit.connection.execute(
            insert(reconcile_run).values(
                id=run_id,
                book=self.book,
                until=self.until,
                at=unit.now,
                actor=unit.user.name,
                answer=json.dumps(record, ensure_ascii=False, sort_keys=True),
                command_id=unit.command_id,
            )
        )
        if last:
            _store_proposals(unit, run_id, self._plan.outcome)
        return answer

    def _next(self, part: int | None) -> Sequence[Match]:
        decided = self._plan.outcome.decided
        end = len(decided) if part is None else min(self._place + part, len(decided))
        # the payments of one series are kept together: half of it would read otherwise the next time
        while 0 < end < len(decided) and "series" in decided[end].facts:
            if decided[end].facts["series"] != decided[end - 1].facts.get("series"):
                break
            end += 1
        batch = decided[self._place : end]
        self._place = end
        return batch

    def _answer(self) -> Answer:
        lines, outcome = self._plan
        counts: Answer = {status: len(outcome.with_status(status)) for status in SHOWN}
        held = sum(len(found.bank_ids) for found in outcome.decided[: self._place])
        passes = [
            {"name": one.name, "title": one.title, "confirmed": self._passes[one.name], "proposed": one.proposed,
             "ambiguous": one.ambiguous, "undecided": one.undecided}
            for one in outcome.passes
        ]  # fmt: skip
        return {"book": self.book, "lines": self._lines, "confirmed": self.confirmed, **counts, "open": lines - held,
                "passes": passes}  # fmt: skip


def _store_confirmed(unit: Any, book: str, run_id: int, confirmed: Sequence[Match]) -> None:
    asked = [(found.posting, found.bank_ids[0]) for found in confirmed if found.posting is not None]
    posted = iter(post_rules(unit, law_of(unit.connection), asked) if asked else ())
    kept = []
    for found in confirmed:
        entry_lines, entry_id = list(found.book_ids), None
        if found.posting is not None:
            sealed, entry_lines = next(posted)
            entry_id = sealed.id
        kept.append(
            ConfirmedMatch(
                book, found.pass_name, found.reason, found.bank_ids, entry_lines, found.facts, found.nearest_rejected,
                entry_id, run_id,
            )
        )  # fmt: skip
    store_matches(unit, kept)


def _store_proposals(unit: Any, run_id: int, outcome: Outcome) -> None:
    shown = [found for found in outcome.matches if found.status != "confirmed"]
    first = unit.next_id(match_proposal)
    rows = [
        {
            "id": place,
            "run_id": run_id,
            "status": found.status,
            "content": json.dumps(_as_json(found), ensure_ascii=False, sort_keys=True),
        }
        for place, found in enumerate(shown, start=first)
    ]
    if rows:
        unit.connection.execute(insert(match_proposal), rows)


def _as_json(found: Match) -> Answer:
    document: Answer = found._asdict()
    if found.posting is not None:
        document["posting"] = {**found.posting._asdict(), "lines": [line._asdict() for line in found.posting.lines]}
    document["facts"] = dict(found.facts)
    return dict(plain(document))
