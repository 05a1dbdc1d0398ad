"""Store what was read of a bank file: bind it, tell what is new, all or nothing."""

import json
from collections.abc import Iterable, Sequence
from itertools import compress, repeat
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, insert, select

from ledger.bank_accounts import BankAccount, bound_accounts
from ledger.command_seal import seal_as_written
from ledger.sealed_rows import append_rows
from ledger.users import allow
from reconcile.identity import numbered
from reconcile.import_again import Editions, editions, next_position, standing_of, stored_files, told_apart
from reconcile.import_rules import (
    Placed,
    StoredLine,
    StoredStatement,
    bound_to,
    check_not_future,
    check_not_long_past,
    check_not_other_form,
    check_nothing_vanished,
    check_same_content,
    period_of,
    place_lines,
    same_statement,
)
from reconcile.line_columns import Columns, slices_of
from reconcile.model import Statement, StatementFile
from reconcile.standing import standing_line, standing_statement
from reconcile.tables import statement as statement_table
from reconcile.tables import statement_file, statement_line

NOTICES = ("mt942", "camt.052", "camt.054")
"""Notices during the day are no statement: they are kept, and never move the reconciled balance."""

LINE_COLUMNS = (
    "id", "statement_id", "position", "kind", "book", "iban", "booking_date", "value_date", "amount", "reversal",
    "bank_reference", "customer_reference", "type", "counterparty", "label", "details", "notes", "identity",
    "occurrence", "back_dated", "edition",
)  # fmt: skip

Answer = dict[str, Any]


class Received(NamedTuple):
    """A file as it came: its name, its bytes, their SHA-256."""

    name: str
    data: bytes
    sha256: str


def store(
    unit: Any, read: StatementFile, files: Sequence[Received], book: str | None, historical: bool = False
) -> Answer:
    """Store in the books the statements of a file, or of files that are their pages; every one or none.

    `historical` says that a statement far before all others is really that old.
    Refuses: role_forbidden, book_forbidden, and what `reconcile.import_rules` refuses.
    """
    connection = unit.connection
    name = ", ".join(file.name for file in files)
    accounts = bound_accounts(connection)
    owners = [bound_to(one, accounts, book, name) for one in read.statements]
    for one in read.statements:
        check_not_future(one, unit.now.date(), name)
    if not historical:
        _check_years(unit, read.statements, owners, name)
    for owner in owners:
        allow(unit.user, "importer un relevé", "accountant", book=owner.book)
    known = stored_files(connection, [file.sha256 for file in files])
    for file in files:
        if file.sha256 in known:  # statements that were withdrawn come back
            continue
        known[file.sha256] = unit.next_id(statement_file)
        connection.execute(
            insert(statement_file).values(
                id=known[file.sha256],
                sha256=file.sha256,
                name=file.name,
                format=read.format,
                content=file.data,
                received_at=unit.now,
                actor=unit.user.name,
                command_id=unit.command_id,
            )
        )
    kind = "notice" if read.format in NOTICES else "statement"
    file_id = known[files[0].sha256]
    standing = standing_of(connection, list(known.values()))
    told = []
    for place, (one, owner) in enumerate(zip(read.statements, owners, strict=True), next_position(connection, file_id)):
        same = told_apart(one, owner.iban, kind)
        standing[same] -= 1
        if standing[same] >= 0:
            told.append(_told(one, owner, kind, known=len(one.lines), back_dated=0, again=True))
        else:
            told.append(_store_one(unit, one, owner, file_id, place, kind, name))
    again = bool(told) and all(one["again"] for one in told)
    return {
        "status": "already_imported" if again else "imported",
        "format": read.format,
        "lines_new": sum(one["lines_new"] for one in told),
        "lines_known": sum(one["lines_known"] for one in told),
        "lines_back_dated": sum(one["lines_back_dated"] for one in told),
        "notes": list(read.notes),
        "statements": told,
    }


def _check_years(unit: Any, statements: Sequence[Statement], owners: Sequence[BankAccount], name: str) -> None:
    for iban in dict.fromkeys(owner.iban for owner in owners):
        first = unit.connection.scalar(
            select(func.min(statement_table.c.start_date)).where(statement_table.c.iban == iban, standing_statement())
        )
        mine = [one for one, owner in zip(statements, owners, strict=True) if owner.iban == iban]
        check_not_long_past(mine, first, unit.now.date(), iban, name)


def _store_one(unit: Any, one: Statement, owner: BankAccount, file_id: int, place: int, kind: str, name: str) -> Answer:
    connection = unit.connection
    start, end = period_of(one)
    identities = numbered(one.lines, kind)
    stored = _stored_lines(connection, owner.iban, start, end, kind)
    earlier = _stored_statements(connection, owner.iban, kind)
    other = same_statement(one, earlier)
    if other is not None:
        known = sum(identity in stored for identity in identities)
        check_same_content(one, other, known, owner.iban, name)
    covered = [(before.start, before.end) for before in earlier if before.start is not None and before.end is not None]
    placed = place_lines(one, identities, stored, covered)
    if stored:
        check_not_other_form(one, placed, stored.values(), earlier, owner.iban, name)
        check_nothing_vanished(one, placed, stored.values(), owner.iban, name)
    statement_id = unit.next_id(statement_table)
    anew = editions(connection, owner.iban, start, end, kind) if start is not None and end is not None else {}
    _write_lines(unit, one, identities, placed, owner, statement_id, kind, anew)
    connection.execute(
        insert(statement_table).values(
            id=statement_id,
            file_id=file_id,
            position=place,
            kind=kind,
            book=owner.book,
            iban=owner.iban,
            account=one.account,
            currency=one.currency,
            number=one.number,
            start_date=start,
            end_date=end,
            opening=one.opening,
            closing=one.closing,
            proven=one.proven,
            line_count=len(one.lines),
            notes=json.dumps(list(one.notes), ensure_ascii=False),
            command_id=unit.command_id,
        )
    )
    return _told(one, owner, kind, known=len(placed.known), back_dated=len(placed.back_dated), again=other is not None)


def _told(one: Statement, owner: BankAccount, kind: str, *, known: int, back_dated: int, again: bool) -> Answer:
    start, end = period_of(one)
    return {
        "book": owner.book, "account": owner.iban, "number": one.number, "kind": kind, "from": start, "to": end,
        "opening": one.opening, "closing": one.closing, "proven": one.proven, "again": again,
        "lines": len(one.lines), "lines_new": len(one.lines) - known, "lines_known": known,
        "lines_back_dated": back_dated, "notes": list(one.notes),
        "pending": one.pending,
    }  # fmt: skip


def _stored_statements(connection: Connection, iban: str, kind: str) -> list[StoredStatement]:
    query = (
        select(statement_table, statement_file.c.name.label("file"))
        .join(statement_file, statement_file.c.id == statement_table.c.file_id)
        .where(statement_table.c.iban == iban, statement_table.c.kind == kind, standing_statement())
        .order_by(statement_table.c.id)
    )
    return [
        StoredStatement(
            row.id, row.file, row.number, row.start_date, row.end_date, row.opening, row.closing, row.line_count
        )
        for row in connection.execute(query)
    ]


def _stored_lines(
    connection: Connection, iban: str, start: Any, end: Any, kind: str
) -> dict[tuple[str, int], StoredLine]:
    if start is None or end is None:
        return {}
    query = select(statement_line).where(
        statement_line.c.iban == iban, statement_line.c.booking_date.between(start, end), statement_line.c.kind == kind,
        standing_line(),
    )  # fmt: skip
    return {
        (row.identity, row.occurrence): StoredLine(
            row.id, row.identity, row.occurrence, row.booking_date, row.amount, row.label
        )
        for row in connection.execute(query)
    }


def _write_lines(
    unit: Any,
    one: Statement,
    identities: list[tuple[str, int]],
    placed: Placed,
    owner: BankAccount,
    statement_id: int,
    kind: str,
    anew: Editions,
) -> None:
    line_id = unit.next_id(statement_line)
    known, late = placed.known, placed.back_dated
    again: list[tuple[int, int, int]] = []
    end = 0
    for columns in slices_of(one.lines):
        start, end = end, end + len(columns.label)
        positions: Sequence[int] = range(start + 1, end + 1)
        own: Sequence[tuple[str, int]] = identities[start:end]
        if known:
            fresh = [position not in known for position in positions]
            again += [(statement_id, position, known[position]) for position in positions if position in known]
            positions, own = list(compress(positions, fresh)), list(compress(own, fresh))
            columns = Columns._make(list(compress(column, fresh)) for column in columns)
        size, keys = len(own), zip(*own, strict=True) if own else ((), ())
        rows = zip(
            range(line_id, line_id + size), repeat(statement_id, size), positions, repeat(kind, size),
            repeat(owner.book, size), repeat(owner.iban, size), *columns[:9],
            _as_json(columns.details, ensure_ascii=False), _as_json(columns.notes), *keys,
            [position in late for position in positions] if late else repeat(False, size),
            [anew.get(one, 0) for one in own] if anew else repeat(0, size), strict=True,
        )  # fmt: skip
        written = list(rows)
        append_rows(unit.connection, "statement_line", LINE_COLUMNS, written)
        seal_as_written(unit.connection, statement_line, LINE_COLUMNS, written)
        line_id += size
    append_rows(unit.connection, "statement_line_again", ("statement_id", "position", "line_id"), again)


def _as_json(column: Sequence[Sequence[Any]], **how: Any) -> Iterable[str]:
    """Each list of the column as JSON; nearly all are empty."""
    if not any(column):
        return repeat("[]", len(column))
    return [json.dumps(list(items), **how) if items else "[]" for items in column]
