"""The table on which the passes lay out the lines: what is open, what is decided, what is only shown."""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from functools import cached_property
from typing import TypeVar

from ledger.money import format_francs
from ledger.plural import counted
from reconcile.matching.config import MatchConfig
from reconcile.matching.declarations import Declarations
from reconcile.matching.references import canonical, exact_key, first_runs, spans
from reconcile.matching.rows import BankId, BankLine, BookId, BookLine, Match
from reconcile.matching.subset_sum import SubsetSum, subsets_that_sum
from reconcile.matching.words import telling_labels
from reconcile.matching.working_days import WorkingDays

Key = tuple[str, str]
"""A book and one form of a reference."""


class WorkTable:
    """The open lines of one run. Passes read it, `confirm` takes lines off it, `show` only points at them."""

    def __init__(
        self,
        bank: Iterable[BankLine],
        book: Iterable[BookLine],
        settled: Iterable[BankLine],
        declarations: Declarations,
        config: MatchConfig,
    ) -> None:
        given, past = list(bank), list(settled)
        self.bank: dict[BankId, BankLine] = {line.id: line for line in given}
        self.book: dict[BookId, BookLine] = {line.id: line for line in book}
        self._seen = (past, given)
        self._settled: set[BankId] = {line.id for line in past}
        self.declarations = declarations
        self.config = config
        self.confirmed: list[Match] = []
        self.shown: list[Match] = []
        self.shown_bank: set[BankId] = set()
        self.shown_book: set[BookId] = set()
        self.sums: dict[tuple[tuple[int, ...], int], SubsetSum] = {}
        """The searches for groups already made in this run: a round asks again what the round before asked."""
        self.credited: Counter[Key] = Counter()
        """Francs that this run tied to a declared reference, by book and exact reference."""
        self.references_settled = False
        """True once every pair that an exact reference designates is confirmed: lines leave, so none can appear."""

    @cached_property
    def all_bank(self) -> dict[BankId, BankLine]:
        """Every bank line that the run was given, settled or not."""
        return {line.id: line for lines in self._seen for line in lines}

    @cached_property
    def mentions(self) -> "Mentions":
        """What the bank's texts say of the books, read once for all passes: lines only ever leave the table."""
        return Mentions(self)

    @cached_property
    def telling(self) -> frozenset[str]:
        """The labels of the bank that name, or may name, a charge or a returned payment."""
        return telling_labels(line.label for line in self._seen[1])

    @cached_property
    def days(self) -> WorkingDays:
        """The working days of each book."""
        return WorkingDays(self.config)

    def is_booked(self, bank_id: BankId) -> bool:
        """Whether the books answer for this bank line: settled before this run, or by it."""
        return bank_id not in self.bank or bank_id in self._settled

    def confirm(self, match: Match) -> None:
        """Decide: the lines leave the table."""
        self.confirmed.append(match)
        for bank_id in match.bank_ids:
            del self.bank[bank_id]
        for book_id in match.book_ids:
            del self.book[book_id]

    def confirm_pairs(self, matches: Sequence[Match], bank_ids: Sequence[BankId], book_ids: Sequence[BookId]) -> None:
        """Decide many matches of one bank line and one book line at once, given with their lines."""
        self.confirmed.extend(matches)
        for bank_id in bank_ids:
            del self.bank[bank_id]
        for book_id in book_ids:
            del self.book[book_id]

    def show(self, match: Match) -> None:
        """Point at an answer that a person must judge; the first pass that shows a line keeps it."""
        if self.shown_bank.isdisjoint(match.bank_ids) and self.shown_book.isdisjoint(match.book_ids):
            self.shown.append(match)
            self.shown_bank.update(match.bank_ids)
            self.shown_book.update(match.book_ids)

    def subsets(self, amounts: Sequence[int], target: int) -> SubsetSum:
        """The subsets of the amounts that make the target, within the bounds of the run."""
        asked = (tuple(amounts), target)
        if asked not in self.sums:
            self.sums[asked] = subsets_that_sum(amounts, target, states_max=self.config.group_states)
        return self.sums[asked]

    def sort_open(self) -> None:
        """Put the open lines in the order of their ids, so that no pass can see the order of arrival.

        The engine calls this after each pass; the first pass alone reads the lines as they came, because sorting
        what it takes away would cost as much as the pass. It must not depend on their order.
        """
        _put_in_order(self.bank)
        _put_in_order(self.book)

    def clear_shown(self) -> None:
        """Forget what was only shown, before another round over what is left."""
        self.shown.clear()
        self.shown_bank.clear()
        self.shown_book.clear()


Id = TypeVar("Id", BankId, BookId)
Open = TypeVar("Open", BankLine, BookLine)


def _put_in_order(lines: dict[Id, Open]) -> None:
    _refill(lines, [(one, lines[one]) for one in sorted(lines)])


def _refill(lines: dict[Id, Open], wanted: Iterable[tuple[Id, Open]]) -> None:
    """In place: what was made from a dictionary of open lines goes on seeing what is open."""
    lines.clear()
    lines.update(wanted)


class Mentions:
    """Which open book lines the open bank lines mention by reference, in fields and texts, garbled or not.

    Made over the lines open at that time; what left the table since is left out of every answer.
    """

    def __init__(self, table: WorkTable) -> None:
        # the dictionaries alone: a tie back to the table would keep all its lines alive after the run
        self._open_bank, self._open_book = table.bank, table.book
        self._book_keys: dict[str, dict[str, list[BookId]]] = {}
        firsts: dict[str, set[str]] = {}
        for book_id, line in table.book.items():
            known = self._book_keys.setdefault(line.book, {})
            first = firsts.setdefault(line.book, set())
            for form in book_forms(line):
                known.setdefault(form, []).append(book_id)
            for reference in line.references:
                if reference:
                    first.update(first_runs(reference))
        self.of_bank: dict[BankId, frozenset[str]] = {}
        """The forms of references of the books that each bank line bears."""
        self._bank_keys: dict[str, dict[str, list[BankId]]] = {}
        nothing: dict[str, list[BookId]] = {}
        for bank_id, bank_line in table.bank.items():
            known = self._book_keys.get(bank_line.book, nothing)
            found = _forms_borne(bank_line, firsts.get(bank_line.book, set()), known)
            self.of_bank[bank_id] = found
            for form in found:
                self._bank_keys.setdefault(bank_line.book, {}).setdefault(form, []).append(bank_id)

    def book_lines(self, line: BankLine) -> set[BookId]:
        """The open book lines that this bank line mentions."""
        forms = self.of_bank[line.id]
        if not forms:
            return set()
        known, still = self._book_keys[line.book], self._open_book
        return {book_id for form in forms for book_id in known[form] if book_id in still}

    def bank_lines(self, line: BookLine) -> set[BankId]:
        """The open bank lines that mention this book line."""
        known = self._bank_keys.get(line.book)
        if not known:
            return set()
        still = self._open_bank
        return {bank_id for form in book_forms(line) for bank_id in known.get(form, ()) if bank_id in still}


def book_forms(line: BookLine) -> set[str]:
    """Every form under which a book line's references may stand in a text."""
    one, other = line.references
    if not other or other == one:
        return set(canonical(one)) if one else set()
    return {*canonical(one), *canonical(other)} if one else set(canonical(other))


_NOTHING = frozenset[str]()


def _forms_borne(line: BankLine, firsts: set[str], known: Container[str]) -> frozenset[str]:
    found = {form for text in texts(line) for form in spans(text, firsts) if form in known}
    return frozenset(found) if found else _NOTHING


def texts(line: BankLine) -> list[str]:
    """Every text of a bank line in which a reference may hide; placeholders left out."""
    found = [text for text in (line.customer_reference, line.bank_reference) if text and exact_key(text)]
    found.append(line.label)
    for detail in line.details:
        found.extend(text for text in (detail.reference, detail.label) if text)
    return [text for text in found if text]


def bank_order(line: BankLine) -> tuple[object, ...]:
    """The order of bank lines by content; the id only separates lines that are equal in everything else."""
    return (line.book, line.booking_date, line.amount, line.statement, line.position, line.id)


def book_order(line: BookLine) -> tuple[object, ...]:
    """The order of book lines by content; the id only separates lines that are equal in everything else."""
    return (line.book, line.date, line.amount, line.references, line.id)


def francs(amount: int) -> str:
    """The amount as reasons write it."""
    return format_francs(amount) + "\u00a0F"


def name_bank(line: BankLine) -> str:
    """How a reason names a bank line."""
    reference = next((text for text in (line.customer_reference, line.bank_reference) if exact_key(text)), None)
    return (
        f"la ligne {line.position} du relevé {line.statement} du {line.booking_date:%d/%m/%Y}"
        + (f" (référence {reference})" if reference else "")
        + f" de {francs(line.amount)}"
    )


def name_book(line: BookLine) -> str:
    """How a reason names a book line."""
    reference = line.references[0] or line.references[1]
    return f"l'écriture {reference or 'sans référence'} du {line.date:%d/%m/%Y} de {francs(line.amount)}"


def gap_text(days: int) -> str:
    """The distance between two dates in words."""
    if days == 0:
        return "sans écart de date"
    return f"écart de date {counted(days, 'jour ouvré')}"
