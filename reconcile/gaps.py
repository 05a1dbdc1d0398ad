"""Holes in the chain of statements of one account: a pure look at their dates, numbers and balances."""

import datetime as dt
import itertools
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from ledger.money import format_francs
from ledger.plural import counted
from reconcile.banking_days import DAY, NOTHING_DECIDED, Decided, open_days


class KnownStatement(NamedTuple):
    """What the chain needs to know of a statement."""

    id: int
    number: str | None
    start: dt.date | None
    end: dt.date | None
    opening: int | None
    closing: int | None


LONG_SILENCE_OPEN_DAYS = 5
"""Days of banking without a statement that deserve a look even when the balances join: a week."""


def find_gaps(
    statements: Sequence[KnownStatement], book: str, until: dt.date | None, silent_days: int, *,
    expected: bool = False, decided: Decided = NOTHING_DECIDED,
) -> list[dict[str, Any]]:  # fmt: skip
    """Each fault as `{"code", "message", "from", "to", "statement"}`, in the order of dates.

    Codes: no_statement, opening_not_previous_closing (with `difference`), number_missing, days_without_statement,
    overlap, silent_account. Days when the bank of the book's State is or may be closed never count as missing.
    `decided` gives the holidays that the State has decided. `expected` says that statements are asked for up to
    `until`: the days after the last one count then.
    """
    chain = sorted(statements, key=lambda one: (one.end or dt.date.min, one.start or dt.date.min, one.id))
    found: list[dict[str, Any]] = []
    if not chain:
        return [_gap("no_statement", "Aucun relevé n'a été importé pour ce compte.", None, until, None)]
    for before, after in itertools.pairwise(chain):
        found.extend(_between(before, after, book, decided))
    last = chain[-1].end
    if last is not None and until is not None and (until - last).days > silent_days:
        days = (until - last).days
        message = f"Aucun relevé depuis le {last:%d/%m/%Y}, soit {counted(days, 'jour')} avant le {until:%d/%m/%Y}."
        found.append(_gap("silent_account", message, last, until, chain[-1].id, days=days))
    elif last is not None and until is not None and expected:
        found.extend(_unseen(last + DAY, until, open_days(book, last + DAY, until, decided), chain[-1].id))
    return found


def _unseen(start: dt.date, end: dt.date, days: int, statement: int, least: int = 1) -> list[dict[str, Any]]:
    """The days without a statement, when so many of them are surely days of banking."""
    if days < least:
        return []
    message = f"Aucun relevé du {start:%d/%m/%Y} au {end:%d/%m/%Y}, dont {counted(days, 'jour ouvré')}."
    return [_gap("days_without_statement", message, start, end, statement, open_days=days)]


def _between(before: KnownStatement, after: KnownStatement, book: str, decided: Decided) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    span = (before.end, after.start, after.id)
    overlapping = before.end is not None and after.start is not None and after.start < before.end
    if overlapping:
        message = (
            f"Le relevé {_name(after)}, qui commence le {after.start:%d/%m/%Y}, recouvre des jours du relevé "
            f"{_name(before)}, qui finit le {before.end:%d/%m/%Y}."
        )
        found.append(_gap("overlap", message, after.start, before.end, after.id))
    known = before.closing is not None and after.opening is not None
    if known and before.closing != after.opening and not overlapping:
        difference = (after.opening or 0) - (before.closing or 0)
        message = (
            f"Le solde initial du relevé {_name(after)} ({format_francs(after.opening or 0)}) n'est pas le solde final "
            f"du relevé {_name(before)} ({format_francs(before.closing or 0)}) : écart {format_francs(difference)}. "
            "Un relevé manque sans doute entre les deux."
        )
        found.append(_gap("opening_not_previous_closing", message, *span, difference=difference))
    first, second = _rank(before.number), _rank(after.number)
    if first is not None and second is not None and second > first + 1:
        missing = f"{first + 1}" if second == first + 2 else f"{first + 1} à {second - 1}"
        found.append(_gap("number_missing", f"Numéro(s) de relevé manquant(s) : {missing}.", *span))
    if before.end is not None and after.start is not None and (after.start - before.end).days > 1:
        joined = known and before.closing == after.opening
        least = LONG_SILENCE_OPEN_DAYS if joined else 1
        start, end = before.end + DAY, after.start - DAY
        found.extend(_unseen(start, end, open_days(book, start, end, decided), after.id, least))
    return found


def _name(one: KnownStatement) -> str:
    return one.number or (f"du {one.end:%d/%m/%Y}" if one.end else f"n° {one.id}")


def _rank(number: str | None) -> int | None:
    """The rank of a statement in its series, from `12`, `12/1` or `2026-012`."""
    if number is None:
        return None
    parts = re.findall(r"\d+", number.split("/")[0])
    return int(parts[-1]) if parts else None


def _gap(
    code: str, message: str, start: dt.date | None, end: dt.date | None, statement: int | None, **facts: int
) -> dict[str, Any]:
    return {"code": code, "message": message, "from": start, "to": end, "statement": statement, **facts}
