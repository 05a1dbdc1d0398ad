"""Credits that the bank's statements show and that no entry holds yet."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Date, bindparam, text

from ledger.book import BOOKS
from ledger.chart import account_of
from ledger.levy.credited import Credit, Declared, references_in
from ledger.standing import line_stands

# The statements and their matches belong to the reconciliation: read here by name, since no import goes upward.
# A match counts from its command to the command that undoes it.
_LINES = text(
    "SELECT l.book, l.amount, l.customer_reference, l.bank_reference, l.label, l.details FROM statement_line l"  # noqa: S608 - own names
    " JOIN statement s ON s.id = l.statement_id"
    " WHERE l.book = :book AND l.kind = 'statement' AND l.booking_date <= :until AND s.command_id <= :command"
    f" AND {line_stands('l', 'command')}"
    " AND ((l.amount > 0 AND NOT l.reversal) OR (l.amount < 0 AND l.reversal))"
    " AND NOT EXISTS (SELECT 1 FROM bank_match_line b JOIN bank_match m ON m.id = b.match_id"
    " WHERE b.line_id = l.id AND m.command_id <= :command AND NOT EXISTS (SELECT 1 FROM match_undo u"
    " WHERE u.match_id = m.id AND u.command_id <= :command)) ORDER BY l.booking_date, l.id"
).bindparams(bindparam("until", type_=Date))
_ENTRIES = text(
    "SELECT l.debit AS amount, (SELECT count(*) FROM entry_line o WHERE o.entry_id = l.entry_id"
    " AND o.account IN (:levy, :suspense)) AS levy FROM entry_line l JOIN entry e ON e.id = l.entry_id"
    " WHERE l.account = :bank AND l.debit > 0 AND l.date <= :until AND e.command_id <= :command"
    " AND e.corrects IS NULL AND e.origin <> 'opening'"
    " AND NOT EXISTS (SELECT 1 FROM entry c WHERE c.corrects = e.id AND c.command_id <= :command)"
    " AND NOT EXISTS (SELECT 1 FROM bank_match_entry_line b JOIN bank_match m ON m.id = b.match_id"
    " WHERE b.entry_id = l.entry_id AND b.position = l.position AND m.command_id <= :command"
    " AND NOT EXISTS (SELECT 1 FROM match_undo u WHERE u.match_id = m.id AND u.command_id <= :command))"
).bindparams(bindparam("until", type_=Date))
_ALWAYS = 2**62


def open_credits(
    connection: Connection,
    declared: Declared,
    *,
    book: str | None = None,
    as_of: dt.date | None = None,
    known_command: int | None = None,
) -> list[Credit]:
    """The credits of the statements that no active match ties to an entry, and those that the bank took back.

    A credit whose amount an open line of the books already bears is left out, so that it does not count twice
    before the reconciliation is run.
    """
    found: list[Credit] = []
    for code in BOOKS:
        if book in (None, code):
            found.extend(_of_book(connection, declared, code, as_of, known_command))
    return found


def _of_book(
    connection: Connection, declared: Declared, code: str, as_of: dt.date | None, known_command: int | None
) -> Iterator[Credit]:
    bounds: dict[str, Any] = {
        "until": as_of or dt.date.max,
        "command": _ALWAYS if known_command is None else known_command,
    }
    accounts = {name: account_of(prefix, code) for name, prefix in
                (("bank", "5211"), ("levy", "4487"), ("suspense", "4712"))}  # fmt: skip
    for_levy: Counter[int] = Counter()
    for_others: Counter[int] = Counter()
    for row in connection.execute(_ENTRIES, {**bounds, **accounts}):
        (for_levy if row.levy else for_others)[int(row.amount)] += 1
    mine = declared.get(code, {})
    for row in connection.execute(_LINES, {**bounds, "book": code}):
        texts = _texts(row)
        if for_levy[row.amount] > 0:
            for_levy[row.amount] -= 1
        elif for_others[row.amount] > 0 and not references_in(texts, mine):
            for_others[row.amount] -= 1
        else:
            yield Credit(code, int(row.amount), texts)


def _texts(row: Any) -> tuple[str, ...]:
    parts = [item[1] for item in json.loads(row.details) if item[1]] if row.details != "[]" else []
    return tuple(text for text in (row.customer_reference, row.bank_reference, row.label, " ".join(parts)) if text)
