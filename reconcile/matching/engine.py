"""The run: lines on the table, passes in their declared order, until nothing more can be decided."""

from collections import Counter
from collections.abc import Iterable

from reconcile.collector import collector_at_rest
from reconcile.matching.config import DEFAULT_CONFIG, MatchConfig
from reconcile.matching.declarations import NOTHING_DECLARED, Declarations
from reconcile.matching.order import FROM_THE_BOOKS, ORDER
from reconcile.matching.passes import group_loose
from reconcile.matching.rows import BankLine, BookLine, Match, Outcome, PassStats
from reconcile.matching.table import WorkTable


def match(
    bank_lines: Iterable[BankLine],
    book_lines: Iterable[BookLine],
    declarations: Declarations = NOTHING_DECLARED,
    config: MatchConfig = DEFAULT_CONFIG,
    *,
    settled: Iterable[BankLine] = (),
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
        _decide(table)
    matches = tuple(sorted((*table.confirmed, *table.shown), key=lambda found: found.bank_ids[0]))
    return Outcome(matches, tuple(table.bank.values()), tuple(table.book.values()), _stats(matches))


def _decide(table: WorkTable) -> None:
    """The books first, until they answer nothing more; only then what is shown and what the rules post."""
    decided = -1
    while decided < len(table.confirmed):
        decided = len(table.confirmed)
        table.clear_shown()
        for step in ORDER:
            if step.name in FROM_THE_BOOKS:
                step.run(table)
                table.sort_open()
        if decided < len(table.confirmed):
            continue
        group_loose.run(table)
        for step in ORDER:
            if step.name not in FROM_THE_BOOKS:
                step.run(table)


def _stats(matches: tuple[Match, ...]) -> tuple[PassStats, ...]:
    counts = Counter((found.pass_name, found.status) for found in matches)
    return tuple(
        PassStats(
            step.name,
            step.title,
            counts[step.name, "confirmed"],
            counts[step.name, "proposed"],
            counts[step.name, "ambiguous"],
        )
        for step in ORDER
    )
