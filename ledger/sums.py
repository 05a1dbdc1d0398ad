"""Sums of lines, and of what closings kept of them: every question of a balance is asked at once."""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import CompoundSelect, Connection, Integer, Select, bindparam, func, literal_column, select, union_all

from ledger.periods.rules import COMPLEMENTARY
from ledger.tables.journal import entry, entry_line
from ledger.tables.periods import closed_total, period_event

Totals = dict[tuple[str, str], tuple[int, int]]
"""(book, account) → total of debits, total of credits, in whole francs."""
TOGETHER = 500
"""Closings or entries named by one question."""


class Part(NamedTuple):
    """Lines to be added up: their source, and the values that say which ones."""

    source: str
    values: dict[str, Any]


def between(book: str, start: dt.date | None, end: dt.date | None) -> Part:
    """The lines of one book between two accounting dates, both included."""
    given = {"book": book, "start": start, "end": end}
    return Part("between", {name: value for name, value in given.items() if value is not None})


def complementary(book: str, year: int) -> Part:
    """The lines of an open complementary period whose December is closed: both bear the date of 31 December."""
    return Part("complementary", {"book": book, "year": year})


def of_entries(entries: Sequence[int]) -> list[Part]:
    """The lines of these entries."""
    return [Part("entries", {"ids": entries[at : at + TOGETHER]}) for at in range(0, len(entries), TOGETHER)]


def of_closings(events: Sequence[int]) -> list[Part]:
    """What these closings kept."""
    return [Part("closings", {"ids": events[at : at + TOGETHER]}) for at in range(0, len(events), TOGETHER)]


def add_up(connection: Connection, groups: Sequence[Sequence[Part]], known: int, account: str | None) -> list[Totals]:
    """The totals of each group of parts, over entries up to `known` and, if it is given, of one account alone."""
    found: list[Totals] = [{} for _ in groups]
    shape: list[tuple[int, str, frozenset[str]]] = []
    values: dict[str, Any] = {"known": known, "account": account}
    for place, group in enumerate(groups):
        for part in group:
            values.update({f"{name}_{len(shape)}": value for name, value in part.values.items()})
            shape.append((place, part.source, frozenset(part.values)))
    if not shape:
        return found
    asked = _statement(tuple(shape), account is not None)
    for place, book, number, debit, credit in connection.execute(asked, values).all():
        key, totals = (book, number), found[place]
        if key in totals:
            debit, credit = debit + totals[key][0], credit + totals[key][1]
        totals[key] = (int(debit), int(credit))
    return found


@lru_cache(maxsize=128)
def _statement(shape: tuple[tuple[int, str, frozenset[str]], ...], of_account: bool) -> CompoundSelect[Any]:
    """The question of parts of these shapes: making it anew takes longer than the database takes to answer it."""
    return union_all(*(_select(*one, mark, of_account) for mark, one in enumerate(shape)))


def _select(place: int, source: str, names: frozenset[str], mark: int, of_account: bool) -> Select[Any]:
    def given(name: str) -> Any:
        return bindparam(f"{name}_{mark}", expanding=name == "ids")

    lines = closed_total if source == "closings" else entry_line
    book = period_event.c.book if source == "closings" else entry_line.c.book
    sums = func.sum(lines.c.debit), func.sum(lines.c.credit)
    query: Select[Any] = select(literal_column(str(place), Integer), book, lines.c.account, *sums)
    query = query.group_by(book, lines.c.account)
    if of_account:
        query = query.where(lines.c.account == bindparam("account"))
    if source == "closings":
        query = query.join(period_event, period_event.c.id == closed_total.c.event_id)
        return query.where(closed_total.c.event_id.in_(given("ids")))
    if source == "complementary":
        query = query.join(entry, entry.c.id == entry_line.c.entry_id)
        query = query.where(entry.c.book == given("book"), entry.c.year == given("year"))
        return query.where(entry.c.period == COMPLEMENTARY, entry.c.id <= bindparam("known"))
    if source == "entries":
        return query.where(entry_line.c.entry_id.in_(given("ids")))
    query = query.where(entry_line.c.book == given("book"))
    if "start" in names:
        query = query.where(entry_line.c.date >= given("start"))
    if "end" in names:
        query = query.where(entry_line.c.date <= given("end"))
    return query.where(entry_line.c.entry_id <= bindparam("known"))
