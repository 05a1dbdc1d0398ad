"""Look at the matches: those confirmed, those proposed by the last run, and what is open."""

import json
from typing import Any

from sqlalchemy import Connection, exists, func, select

from ledger.book import BOOKS
from ledger.tables.journal import entry, entry_line
from ledger.tables.signoff import reconciliation_signature, reconciliation_signoff
from reconcile.match_tables import (
    bank_match,
    bank_match_entry_line,
    bank_match_line,
    match_proposal,
    match_undo,
    reconcile_run,
)
from reconcile.matching.rows import SHOWN, BankLine, BookLine
from reconcile.open_lines import bank_lines, book_lines, statement_numbers
from reconcile.runs import last_run
from reconcile.standing import kept_lines, standing_line
from reconcile.tables import statement_line

Row = dict[str, Any]
_SEEN = (
    "id", "book", "statement_id", "position", "booking_date", "amount", "bank_reference", "customer_reference", "label",
)  # fmt: skip
_BOOKED = ("book", "journal", "year", "number", "line", "amount")


def list_matches(connection: Connection, book: str | None = None, status: str | None = None) -> Row:
    """`{"matches": [...], "open": {"statement_lines": [...], "entry_lines": [...]}}`, in the order of books and dates.

    `status` keeps the confirmed or the proposed matches (`proposed` includes the ambiguous ones and the searches
    for a group that ended undecided), or with `open` none of them.
    """
    books = BOOKS if book is None else (book,)
    matches: list[Row] = []
    open_bank: list[BankLine] = []
    open_book: list[BookLine] = []
    for code in books:
        bank, booked = bank_lines(connection, code), book_lines(connection, code)
        open_bank.extend(bank)
        open_book.extend(booked)
        if status in (None, "confirmed"):
            matches.extend(_confirmed(connection, code))
        if status in (None, *SHOWN):
            matches.extend(_proposed(connection, code, bank, booked, status))
    names = _entry_names(connection, [line.id[0] for line in open_book])
    return {
        "matches": matches,
        "open": {
            "statement_lines": [_bank_row(line) for line in open_bank],
            "entry_lines": [_book_row(line, names) for line in open_book],
        },
    }


def _bank_row(line: BankLine) -> Row:
    return {
        "id": line.id,
        "book": line.book,
        "statement": line.statement,
        "position": line.position,
        "booking_date": line.booking_date,
        "amount": line.amount,
        "bank_reference": line.bank_reference,
        "customer_reference": line.customer_reference,
        "label": line.label,
    }


def _book_row(line: BookLine, names: dict[int, Row]) -> Row:
    entry_id, position = line.id
    return {**names[entry_id], "line": position, "amount": line.amount, "label": line.label, "date": line.date}


def _entry_names(connection: Connection, ids: list[int]) -> dict[int, Row]:
    found: dict[int, Row] = {}
    unique = sorted(set(ids))
    for start in range(0, len(unique), 500):
        query = select(entry.c.id, entry.c.book, entry.c.journal, entry.c.year, entry.c.number).where(
            entry.c.id.in_(unique[start : start + 500])
        )
        for row in connection.execute(query):
            found[row.id] = {"book": row.book, "journal": row.journal, "year": row.year, "number": row.number}
    return found


def _confirmed(connection: Connection, book: str) -> list[Row]:
    active = ~exists().where(match_undo.c.match_id == bank_match.c.id)
    rows = connection.execute(
        select(bank_match).where(bank_match.c.book == book, active).order_by(bank_match.c.id)
    ).all()
    lines: dict[int, list[Row]] = {}
    query = (
        select(bank_match_line.c.match_id, *(statement_line.c[name] for name in _SEEN))
        .join(statement_line, statement_line.c.id == bank_match_line.c.line_id)
        .where(statement_line.c.book == book)
        .order_by(bank_match_line.c.match_id, statement_line.c.id)
    )
    numbers, kept = statement_numbers(connection, book), kept_lines(connection, book)
    for match_id, *values in connection.execute(query):
        one = dict(zip(_SEEN, values, strict=True))
        if one["id"] in kept:
            one |= {"statement_id": kept[one["id"]].statement_id, "position": kept[one["id"]].position}
        one["statement"] = numbers[one.pop("statement_id")]
        lines.setdefault(match_id, []).append(one)
    booked: dict[int, list[Row]] = {}
    held = bank_match_entry_line
    query_books = (
        select(held.c.match_id, entry.c.book, entry.c.journal, entry.c.year, entry.c.number, held.c.position,
               entry_line.c.debit - entry_line.c.credit)
        .join(entry, entry.c.id == held.c.entry_id)
        .join(entry_line, (entry_line.c.entry_id == held.c.entry_id) & (entry_line.c.position == held.c.position))
        .where(entry.c.book == book)
        .order_by(held.c.match_id, held.c.entry_id, held.c.position)
    )  # fmt: skip
    for match_id, *values in connection.execute(query_books):
        booked.setdefault(match_id, []).append(dict(zip(_BOOKED, values, strict=True)))
    return [
        {
            "id": row.id,
            "status": "confirmed",
            "book": book,
            "pass": row.pass_name,
            "reason": row.reason,
            "nearest_rejected": row.nearest_rejected,
            "by": row.actor,
            "at": row.at,
            "posted": row.posted_entry is not None,
            "statement_lines": lines.get(row.id, []),
            "entry_lines": booked.get(row.id, []),
        }
        for row in rows
    ]


def _proposed(
    connection: Connection, book: str, bank: list[BankLine], booked: list[BookLine], status: str | None
) -> list[Row]:
    """The proposals of the last run whose lines are all still open."""
    last = select(func.max(reconcile_run.c.id)).where(reconcile_run.c.book == book).scalar_subquery()
    rows = connection.execute(
        select(match_proposal).where(match_proposal.c.run_id == last).order_by(match_proposal.c.id)
    ).all()
    bank_by_id = {line.id: line for line in bank}
    book_by_id = {line.id: line for line in booked}
    names = _entry_names(connection, [entry_id for entry_id, _ in book_by_id])
    found = []
    for row in rows:
        if status in ("ambiguous", "undecided") and row.status != status:
            continue
        content = json.loads(row.content)
        bank_ids = content["bank_ids"]
        book_ids = [tuple(one) for one in content["book_ids"]]
        if not all(one in bank_by_id for one in bank_ids) or not all(one in book_by_id for one in book_ids):
            continue
        found.append(
            {
                "id": row.id,
                "status": row.status,
                "book": book,
                "pass": content["pass_name"],
                "reason": content["reason"],
                "nearest_rejected": content["nearest_rejected"],
                "posting": content["posting"],
                "statement_lines": [_bank_row(bank_by_id[one]) for one in bank_ids],
                "entry_lines": [_book_row(book_by_id[one], names) for one in book_ids],
            }
        )
    return found


def reconcile_status(connection: Connection, book: str | None = None) -> list[Row]:
    """For each book: bank lines, matched, open, their amounts; open lines of the books; the last run, whether it came
    to its end, and what it only showed; the last month signed."""
    found = []
    for code in BOOKS if book is None else (book,):
        open_bank, open_book = bank_lines(connection, code), book_lines(connection, code)
        every = connection.execute(
            select(func.count()).where(
                statement_line.c.book == code, statement_line.c.kind == "statement", standing_line()
            )
        ).scalar_one()
        last = last_run(connection, code)
        found.append(
            {
                "book": code,
                "lines": every,
                "matched": every - len(open_bank),
                "open_bank": len(open_bank),
                "open_bank_amount": sum(line.amount for line in open_bank),
                "open_book": len(open_book),
                "open_book_amount": sum(line.amount for line in open_book),
                "last_run": None if last is None else last["at"],
                "finished": last is None or last["finished"],
                **_shown(last),
                "signed_until": _signed_until(connection, code),
            }
        )
    return found


def _shown(last: Row | None) -> Row:
    return {name: 0 if last is None else last[name] for name in SHOWN}


def _signed_until(connection: Connection, book: str) -> str | None:
    """The last month, `2026-03`, whose statement two people have signed."""
    table = reconciliation_signoff.c
    query = (
        select(table.year, table.month)
        .join(reconciliation_signature, reconciliation_signature.c.signoff_id == table.id)
        .where(table.book == book, reconciliation_signature.c.part == "reviewer")
        .order_by(table.year.desc(), table.month.desc())
        .limit(1)
    )
    row = connection.execute(query).one_or_none()
    return None if row is None else f"{row.year:04d}-{row.month:02d}"
