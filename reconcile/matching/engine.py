"""The run: lines on the table, passes in their declared order, until nothing more can be decided."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from operator import attrgetter, itemgetter

from reconcile.collector import collector_at_rest
from reconcile.matching.config import DEFAULT_CONFIG, MatchConfig
from reconcile.matching.declarations import NOTHING_DECLARED, Declarations
from reconcile.matching.order import FROM_THE_BOOKS, ORDER, Pass
from reconcile.matching.passes import amount_date, group_loose
from reconcile.matching.rows import BankLine, BookLine, Match, Outcome, PassStats
from reconcile.matching.table import WorkTable

Told = Callable[[str, int, int], None]
"""Hears, after each pass that confirms something: its French title, how many matches, how many bank lines are open."""


def match(
    bank_lines: Iterable[BankLine],
    book_lines: Iterable[BookLine],
    declarations: Declarations = NOTHING_DECLARED,
    config: MatchConfig = DEFAULT_CONFIG,
    *,
    settled: Iterable[BankLine] = (),
    told: Told | None = None,
) -> Outcome:
    """Tie the bank's lines to the books' lines; the same lines give the same answer in any order of arrival.

    `bank_lines` and `book_lines` are the open lines of one or more books; `settled` are bank lines already
    matched, needed to recognise the debit that a returned payment undoes. Passes are repeated on what is
    left until a round decides nothing, so that a second run on the open lines confirms nothing more.
    Nothing is posted here: a match may carry the entry to post.
    """
    table = WorkTable(
        bank_lines,
        book_lines,
        settled,
        declarations,
        config,
    )
    with collector_at_rest():
        while _decides(table, told):
            table.clear_shown()
    matches = _in_order([*table.confirmed, *table.shown])
    return Outcome(
        matches,
        tuple(table.bank.values()),
        tuple(table.book.values()),
        _stats(table.confirmed, table.shown),
        tuple(table.confirmed),
    )


_BANK_IDS = itemgetter(Match._fields.index("bank_ids"))
_PASS = itemgetter(Match._fields.index("pass_name"))


def _in_order(found: list[Match]) -> tuple[Match, ...]:
    """Matches in the order of their bank lines; those of the books alone come last."""
    found.sort(key=_BANK_IDS)
    alone = bisect_right(found, (), key=_BANK_IDS)
    return (*found[alone:], *sorted(found[:alone], key=attrgetter("book_ids")))


def _decides(table: WorkTable, told: Told | None) -> bool:
    """One round: true as soon as a pass confirms something, and then everything begins again from the first pass.

    So what is decided next depends only on what is open: a run that was cut after any of its matches goes on as if
    it had not been. The books come first; only when they answer nothing more, what is shown and what the rules post.
    """
    for step in ORDER:
        if step.name in FROM_THE_BOOKS and _confirms(table, step, told):
            return True
    group_loose.run(table)
    return any(_confirms(table, step, told) for step in ORDER if step.name not in FROM_THE_BOOKS)


def _confirms(table: WorkTable, step: Pass, told: Told | None) -> bool:
    before = len(table.confirmed)
    step.run(table)
    found = table.confirmed[before:]
    if not found:
        return False
    # the order in which matches are kept: by bank line, those of one series together; no line is in two matches, so
    # the first of each is enough, and numbers are sorted in half the time of tuples
    found.sort(key=lambda one: one.bank_ids[0])
    if step.name == amount_date.NAME and any("series" in one.facts for one in found):
        found.sort(key=lambda one: one.facts.get("series", one.bank_ids[0]))
    table.confirmed[before:] = found
    table.sort_open()
    if told is not None:
        told(step.title, len(found), len(table.bank))
    return True


def _stats(confirmed: Iterable[Match], shown: Iterable[Match]) -> tuple[PassStats, ...]:
    decided = Counter(map(_PASS, confirmed))
    counts = Counter((one.pass_name, one.status) for one in shown)
    return tuple(
        PassStats(
            step.name,
            step.title,
            decided[step.name],
            counts[step.name, "proposed"],
            counts[step.name, "ambiguous"],
            counts[step.name, "undecided"],
        )
        for step in ORDER
    )
