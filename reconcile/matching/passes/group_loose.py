"""Groups that only a counterparty or the dates suggest: shown under the group pass, never confirmed."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import timedelta

from reconcile.matching.few_parts import MOST_PARTS, few_that_sum
from reconcile.matching.passes.group import Side, day_of, group_match, sought, undecided_group
from reconcile.matching.rows import BankLine, BookLine
from reconcile.matching.table import WorkTable, bank_order, book_order
from reconcile.matching.words import name_words


def run(table: WorkTable) -> None:
    """Groups that only a name or the dates suggest: always shown, never confirmed."""
    for side in [*_loose_bank(table), *_loose_book(table)]:
        shown = table.shown_bank if isinstance(side.single, BankLine) else table.shown_book
        if side.single.id in shown:
            continue
        parts = [
            x for x in side.parts if x.id not in (table.shown_book if isinstance(x, BookLine) else table.shown_bank)
        ]
        if len(parts) < 2:
            continue
        named = bool(name_words(side.single.counterparty))
        if not named and len(parts) > table.config.group_loose_candidates:
            result = few_that_sum([x.amount for x in parts], side.single.amount)
            side = side._replace(tie=f"{side.tie}, groupes de {MOST_PARTS} au plus")
        else:
            result = sought(table, [x.amount for x in parts], side.single.amount, table.config.group_loose_candidates)
        if result.answer == "undecided" and named:
            table.show(undecided_group(table, side, parts, result))
        elif result.answer == "several" and named:
            table.show(group_match(table, side, parts, (), result, "ambiguous"))
        elif result.answer == "unique" and len(result.places) > 1:
            chosen = [parts[place] for place in result.places]
            left_out = [part for part in parts if part not in chosen]
            match = group_match(table, side, chosen, left_out, result, "proposed")
            table.show(match)


def _loose_bank(table: WorkTable) -> list[Side]:
    found = []
    near = _Nearby(table.book.values(), table)
    for line in sorted(table.bank.values(), key=bank_order):
        parts = near.around(line)
        found.append(Side(line, line.booking_date, parts, near.tie(line)))
    return found


def _loose_book(table: WorkTable) -> list[Side]:
    found = []
    near = _Nearby(table.bank.values(), table)
    for entry in sorted(table.book.values(), key=book_order):
        found.append(Side(entry, entry.date, near.around(entry), near.tie(entry)))
    return found


class _Nearby:
    """Open lines by book, sign and counterparty, in date order: the same name if there is one, else the same days."""

    def __init__(self, lines: Iterable[BankLine] | Iterable[BookLine], table: WorkTable) -> None:
        self._lines: dict[tuple[str, bool, frozenset[str]], list[BankLine | BookLine]] = {}
        self._reach = timedelta(days=table.config.window_working_days + 2)
        self._most = table.config.group_many_candidates
        for line in lines:
            names = name_words(line.counterparty)
            for key in {names, frozenset[str]()}:
                self._lines.setdefault((line.book, line.amount > 0, key), []).append(line)
        for found in self._lines.values():
            found.sort(key=lambda x: (day_of(x), x.amount, str(x.id)))
        self._days = {key: [day_of(x) for x in found] for key, found in self._lines.items()}

    def around(self, line: BankLine | BookLine) -> list[BankLine | BookLine]:
        """The candidates for a group with this line; empty when there are too many and no name ties them."""
        key = (line.book, line.amount > 0, name_words(line.counterparty))
        days = self._days.get(key)
        if not days:
            return []
        low, high = bisect_left(days, day_of(line) - self._reach), bisect_right(days, day_of(line) + self._reach)
        named = bool(key[2])
        return [] if high - low > self._most and not named else self._lines[key][low:high]

    def tie(self, line: BankLine | BookLine) -> str:
        """What ties the candidates, in words."""
        return f"même tiers {line.counterparty}, dates voisines" if name_words(line.counterparty) else "dates voisines"
