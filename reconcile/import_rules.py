"""What may be imported, and what of a statement is new: pure rules over what the books already hold."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ledger.bank_accounts import BankAccount
from ledger.iban import same_account
from ledger.money import format_francs
from reconcile.import_refusals import (
    AccountMissing,
    AccountNotBound,
    AccountOfOtherBook,
    CurrencyForeign,
    LinesVanished,
    SameLinesOtherwise,
    StatementDiffers,
    StatementInFuture,
    StatementLongPast,
)
from reconcile.model import Statement

FUTURE_MAX = dt.timedelta(days=366)
"""How far beyond today a statement may end before its year is taken for wrong."""

PAST_MAX = dt.timedelta(days=366)
"""How far before the first statement of an account another may end: months may come in any order."""

FIRST_PAST_MAX_YEARS = 5
"""How far before today the first statement of an account may end: nothing else is known of it."""


class StoredStatement(NamedTuple):
    """A statement of the books."""

    id: int
    file: str
    number: str | None
    start: dt.date | None
    end: dt.date | None
    opening: int | None
    closing: int | None
    line_count: int


class StoredLine(NamedTuple):
    """A line of the books."""

    id: int
    identity: str
    occurrence: int
    booking_date: dt.date
    amount: int
    label: str


class Placed(NamedTuple):
    """What becomes of each line of a statement: known, new, or new and back-dated."""

    known: dict[int, int]
    """Position (from 1) → identifier of the stored line."""
    back_dated: frozenset[int]
    """Positions of new lines whose day was already covered."""


def bound_to(statement: Statement, accounts: Sequence[BankAccount], asked: str | None, file: str) -> BankAccount:
    """The bound account that a statement is of.

    Refuses: account_missing, account_not_bound, account_of_other_book, currency_foreign.
    """
    number = statement.number or "sans numéro"
    if not statement.account:
        mine = [one for one in accounts if one.book == asked]
        if asked is None or len(mine) != 1:
            raise AccountMissing(file=file)
        found = mine[0]
    else:
        matching = [one for one in accounts if same_account(one.iban, statement.account, one.aliases)]
        if len(matching) != 1:
            bound = [f"{one.book} {one.iban}" for one in accounts] or ["aucun"]
            raise AccountNotBound(number=number, file=file, account=statement.account, bound=bound)
        found = matching[0]
    if asked is not None and found.book != asked:
        raise AccountOfOtherBook(number=number, file=file, account=statement.account, found=found.book, asked=asked)
    if statement.currency != "XOF":
        raise CurrencyForeign(number=number, file=file, found=statement.currency or "monnaie inconnue")
    return found


def check_not_future(statement: Statement, today: dt.date, file: str) -> None:
    """A year read wrongly would stay in the books for ever: a value date may be ahead, a statement is not.

    Refuses: statement_in_future.
    """
    end = period_of(statement)[1]
    if end is not None and end > today + FUTURE_MAX:
        raise StatementInFuture(number=statement.number or "sans numéro", file=file, end=end, today=today)


def check_not_long_past(
    statements: Iterable[Statement], first_known: dt.date | None, today: dt.date, account: str, file: str
) -> None:
    """The statements of one account follow what is known of it, back to the oldest, without a leap of years.

    `first_known` is the first day of the stored statements, if any.
    Refuses: statement_long_past.
    """
    ended = [(end, start, one) for one in statements for start, end in [period_of(one)] if start and end]
    for end, start, one in sorted(ended, key=lambda item: item[:2], reverse=True):
        years = FIRST_PAST_MAX_YEARS if first_known is None else 1
        if end < (today if first_known is None else first_known) - years * PAST_MAX:
            raise StatementLongPast(
                number=one.number or "sans numéro", file=file, end=end, years=years, account=account,
                first=first_known or today,
            )  # fmt: skip
        first_known = start if first_known is None else min(first_known, start)


def period_of(statement: Statement) -> tuple[dt.date | None, dt.date | None]:
    """First and last day that a statement covers: as printed, else those of its lines."""
    if statement.start and statement.end:
        return statement.start, statement.end
    days = [line.booking_date for line in statement.lines]
    return statement.start or min(days, default=None), statement.end or max(days, default=None)


def same_statement(statement: Statement, stored: Iterable[StoredStatement]) -> StoredStatement | None:
    """The stored statement of the same number and period, if any: numbers alone come back every year."""
    start, end = period_of(statement)
    for one in stored:
        if statement.number is not None and (one.number, one.start, one.end) == (statement.number, start, end):
            return one
    return None


def check_same_content(statement: Statement, other: StoredStatement, known: int, account: str, file: str) -> None:
    """A statement sent again must be the one that is stored: balances, number of lines, every line.

    Refuses: statement_differs.
    """
    faults = []
    for title, found, stored in (
        ("solde initial", statement.opening, other.opening),
        ("solde final", statement.closing, other.closing),
    ):
        if found != stored:
            faults.append(f"{title} {_shown(found)} au lieu de {_shown(stored)}")
    if len(statement.lines) != other.line_count:
        faults.append(f"{len(statement.lines)} lignes au lieu de {other.line_count}")
    elif known != len(statement.lines):
        faults.append(f"{len(statement.lines) - known} ligne(s) différente(s)")
    if faults:
        start, end = period_of(statement)
        raise StatementDiffers(
            number=statement.number, account=account, start=start, end=end, first_file=other.file, file=file,
            statement=other.id, difference=" ; ".join(faults),
        )  # fmt: skip


def _shown(amount: int | None) -> str:
    return "absent" if amount is None else format_francs(amount)


def place_lines(
    statement: Statement,
    identities: Sequence[tuple[str, int]],
    stored: Mapping[tuple[str, int], StoredLine],
    covered: Sequence[tuple[dt.date, dt.date]],
) -> Placed:
    """Tell known lines from new ones, and mark the new lines of days that an earlier statement covered.

    `stored` holds the lines of the same account in the period; `covered` the periods of earlier statements.
    The first and last day are left out of the comparison: an opening balance bears the date of the day before,
    and two statements may share a day.
    """
    if not stored and not covered:  # the first file of an account
        return Placed({}, frozenset())
    known: dict[int, int] = {}
    back_dated: set[int] = set()
    start, _ = period_of(statement)
    for position, (identity, line) in enumerate(zip(identities, statement.lines, strict=True), start=1):
        before = stored.get(identity)
        if before is not None:
            known[position] = before.id
        elif any(first <= line.booking_date <= last and last != start for first, last in covered):
            back_dated.add(position)
    return Placed(known, frozenset(back_dated))


def check_nothing_vanished(
    statement: Statement, placed: Placed, stored: Iterable[StoredLine], account: str, file: str
) -> None:
    """The lines stored between the first and the last day of the statement are all in it.

    Refuses: lines_vanished.
    """
    start, end = period_of(statement)
    if start is not None and end is not None:
        kept = set(placed.known.values())
        lost = [line for line in stored if line.id not in kept and _inside(line.booking_date, start, end)]
        if lost:
            lost.sort(key=lambda line: line.id)
            raise LinesVanished(
                file=file, start=start, end=end, account=account, count=len(lost),
                total=sum(line.amount for line in lost),
                examples=" ; ".join(
                    f"{line.booking_date:%d/%m/%Y} {format_francs(line.amount)} {line.label[:40]}" for line in lost[:3]
                ),
            )  # fmt: skip


def check_not_other_form(
    statement: Statement,
    placed: Placed,
    stored: Iterable[StoredLine],
    earlier: Iterable[StoredStatement],
    account: str,
    file: str,
) -> None:
    """Every new line has its twin, of the same day and amount, among stored lines that the file does not know.

    It is so of a statement imported in one format and given in another. What follows the stored statements is not
    concerned, nor a single line of a file without balances: twins are not rare then.
    Refuses: same_lines_otherwise.
    """
    start, end = period_of(statement)
    fresh = [line for place, line in enumerate(statement.lines, start=1) if place not in placed.known]
    kept = set(placed.known.values())
    left = Counter((line.booking_date, line.amount) for line in stored if line.id not in kept)
    if not fresh or not left or Counter((line.booking_date, line.amount) for line in fresh) - left:
        return
    over = [one for one in earlier if _overlap(one, start, end)]
    balances = (statement.opening, statement.closing)
    same = [one for one in over if None not in balances and (one.opening, one.closing) == balances]
    unproven = len(fresh) > 1 and (None in balances or any(None in (one.opening, one.closing) for one in over))
    if over and (same or unproven):
        first = (same or over)[0].file
        raise SameLinesOtherwise(file=file, start=start, end=end, count=len(fresh), account=account, first_file=first)


def _overlap(one: StoredStatement, start: dt.date | None, end: dt.date | None) -> bool:
    if one.start is None or one.end is None or start is None or end is None:
        return False
    return one.start <= end and start <= one.end


def _inside(day: dt.date, start: dt.date, end: dt.date) -> bool:
    return start < day < end
