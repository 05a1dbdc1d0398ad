"""Take a customs return into the books: store its rows, assess the levy, correct what an earlier return said."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, func, insert, select

from ledger.book import BOOKS
from ledger.chart import account_of, require_book
from ledger.correction_rules import first_open, mirror
from ledger.entry import EntryDraft, Line
from ledger.levy.declarations import Declared
from ledger.levy.declared import odd_counts
from ledger.levy.law import levy_law
from ledger.levy.months import Key, OfficeMonth, office_months, period_end, restated_since
from ledger.levy.return_rules import CustomsReturn, ReturnRefused, ReturnRow, check_rows
from ledger.levy.take_declarations import same_declarations, store_declarations, with_remittances
from ledger.periods.rules import COMPLEMENTARY
from ledger.post import law_of, post_entries
from ledger.read import find_by_id, lines_of
from ledger.sealed_rows import insert_rows
from ledger.tables.levy import customs_month, customs_return, customs_return_row
from ledger.tables.periods import year_event
from ledger.users import allow

Answer = dict[str, Any]
Period = tuple[str, int, int]
ALL = range(1, COMPLEMENTARY + 1)
ROWS_TOGETHER = 2_000
ROW_COLUMNS = ("return_id", "revision", *ReturnRow._fields)


@dataclass(frozen=True, slots=True)
class _Month:
    """One office's month of the file beside what was known of it."""

    key: Key
    rows: tuple[ReturnRow, ...]
    before: OfficeMonth | None

    @property
    def assessed(self) -> int:
        return sum(row.assessed for row in self.rows)

    @property
    def revision(self) -> int:
        return self.before.revision + 1 if self.before else 1

    @property
    def keeps_entry(self) -> bool:
        """True when the books already hold this total."""
        return (self.before.assessed if self.before else 0) == self.assessed


def take_return(unit: Any, read: CustomsReturn, book: str | None = None) -> Answer:
    """Store a return and post what it changes: D 4487x / C 710x by office and month, all or nothing.

    A month that states other totals than before has its assessment taken back whole, *en négatif*, and the new
    total posted; an unchanged total posts nothing. The same file twice does nothing, and says which of its months
    were restated since (`restated_since`).
    Refuses: return_refused, book_unknown, role_forbidden, book_forbidden, and what `post_entries` refuses.
    """
    connection = unit.connection
    if book is not None:
        require_book(connection, book)
    for state in sorted({row.state for row in read.rows} & set(BOOKS)):
        allow(unit.user, "importer un état de recettes", "accountant", book=state)
    known = connection.execute(select(customs_return).where(customs_return.c.sha256 == read.sha256)).one_or_none()
    if known is not None:
        return {**_counts([], [], []), "status": "already_imported", "rows": known.row_count, "first_file": known.name,
                "first_at": known.received_at.isoformat(), "entries": [],
                "restated_since": restated_since(connection, known.id)}  # fmt: skip
    before = {one.key: one for one in office_months(connection)}
    offices: dict[str, set[str]] = {}
    for state, office, _ in before:
        offices.setdefault(state, set()).add(office)
    law = levy_law(connection)
    faults = [*read.faults, *check_rows(read.rows, law, offices, book, f"{unit.now:%Y-%m}")]
    rows = read.rows
    if read.declared is not None:
        rows, lost = with_remittances(rows, before)
        faults += lost
    if faults:
        raise ReturnRefused(read.name, sorted(faults, key=lambda fault: fault.row or 0))
    months = _months(rows, before)
    changed = [one for one in months if not _same(connection, one, read.declared)]
    return_id = unit.next_id(customs_return)
    closed = _closed(connection, changed)
    drafts = [draft for one in changed if not one.keeps_entry for draft in _drafts(unit, one, closed, return_id)]
    sealed = post_entries(unit, drafts)
    new_entries = {one.key: one.id for one in sealed if one.correction is None}
    _store(unit, read, return_id, changed, new_entries)
    told = [
        {"book": one.book, "reference": one.reference, "document": one.document, "correction": one.correction,
         "amount": draft.lines[0].debit}
        for one, draft in zip(sealed, drafts, strict=True)
    ]  # fmt: skip
    answer = {**_counts(months, changed, drafts), "status": "imported", "rows": _row_count(read), "entries": told}
    if read.declared is not None:
        answer |= {"declarations": read.declared.count, "odd": odd_counts(connection, law, return_id)}
    return answer


def _row_count(read: CustomsReturn) -> int:
    return len(read.rows) if read.declared is None else read.declared.count


def _counts(months: Sequence[_Month], changed: Sequence[_Month], drafts: Sequence[EntryDraft]) -> Answer:
    return {
        "months": len(months),
        "new": sum(one.before is None for one in changed),
        "restated": sum(one.before is not None for one in changed),
        "unchanged": len(months) - len(changed),
        "corrected": sum(draft.correction is not None for draft in drafts),
        "assessed": sum(draft.lines[0].debit for draft in drafts),
    }


def _months(rows: Sequence[ReturnRow], before: Mapping[Key, OfficeMonth]) -> list[_Month]:
    def key(row: ReturnRow) -> Key:
        return row.state, row.office, row.period

    ordered = sorted(rows, key=lambda row: (*key(row), row.position))
    return [_Month(name, tuple(group), before.get(name)) for name, group in groupby(ordered, key=key)]


def _same(connection: Connection, month: _Month, declared: Declared | None) -> bool:
    """True when the file states of this month exactly what was stated before, declaration by declaration if given."""
    if not _same_totals(month):
        return False
    return declared is None or same_declarations(connection, month.rows, declared)


def _same_totals(month: _Month) -> bool:
    before, taxable = month.before, next((row for row in month.rows if not row.exemption), None)
    if before is None:
        return False
    stated = (0, 0, 0, 0, 0, None, None) if taxable is None else taxable[5:]
    known = (
        before.declarations, before.base, before.assessed, before.collected, before.remitted, before.reference,
        before.remitted_on,
    )  # fmt: skip
    exempt = sorted(row[4:7] for row in month.rows if row.exemption)
    return stated == known and exempt == sorted((one.code, one.declarations, one.value) for one in before.exempt)


def entry_key(key: Key, revision: int, part: str = "") -> str:
    """The idempotency key of an assessment: the same return never posts twice."""
    return ":".join(("levy", *key, str(revision), *([part] if part else [])))


def _closed(connection: Connection, months: Sequence[_Month]) -> frozenset[Period]:
    """The periods that take no entry: those that were closed, and every one up to a financial year that was.

    An office that declares late a month that its book never held would otherwise meet a closed year.
    """
    last = {
        row.book: int(row.year)
        for row in connection.execute(
            select(year_event.c.book, func.max(year_event.c.year).label("year"))
            .where(year_event.c.action == "close")
            .group_by(year_event.c.book)
        )
    }
    first = min((int(one.key[2][:4]) for one in months), default=0)
    years = ((book, year, period) for book, end in last.items() for year in range(first, end + 1) for period in ALL)
    return law_of(connection).closed_periods | frozenset(years)


def _drafts(unit: Any, month: _Month, closed: frozenset[Period], return_id: int) -> list[EntryDraft]:
    state, office, period = month.key
    end, today = period_end(period), unit.now.date()
    drafts = []
    replaced: int | None = None
    if month.before is not None and month.before.entry_id is not None:
        old = find_by_id(unit.connection, month.before.entry_id)
        when = first_open(old.date, old.period, {state}, closed, today)
        back = mirror(old, lines_of(unit.connection, old.id), "negative", "état de recettes rectifié", when)
        drafts.append(back._replace(key=entry_key(month.key, month.revision, "back"), origin_ref=f"return:{return_id}"))
        replaced = old.id
    if month.assessed:
        day, place = first_open(end, end.month, {state}, closed, today)
        document = f"EMR-{office}-{period}"
        label = f"Prélèvement liquidé, bureau {office}, {period[5:]}/{period[:4]}"
        drafts.append(
            EntryDraft(
                book=state,
                journal="PC",
                date=day,
                document=document,
                label=label if month.revision == 1 else f"{label} (état rectifié n° {month.revision})",
                lines=(
                    Line(account_of("4487", state), debit=month.assessed, label=label, reference=document),
                    Line(account_of("710", state), credit=month.assessed, label=label, reference=document),
                ),
                document_date=end,
                period=13 if place == 13 else None,
                origin="collection",
                origin_ref=f"return:{return_id}",
                replaces=replaced,
                key=entry_key(month.key, month.revision),
            )
        )
    return drafts


def _store(
    unit: Any, read: CustomsReturn, return_id: int, changed: Sequence[_Month], new_entries: Mapping[str | None, int]
) -> None:
    connection = unit.connection
    connection.execute(
        insert(customs_return).values(
            id=return_id,
            sha256=read.sha256,
            name=read.name,
            format=read.format,
            content=read.content,
            row_count=_row_count(read),
            received_at=unit.now,
            actor=unit.user.name,
            command_id=unit.command_id,
        )
    )
    if read.declared is not None:
        store_declarations(connection, return_id, read.declared, [row for one in changed for row in one.rows])
    rows = ((return_id, one.revision, *row[:11], _text(row.remitted_on)) for one in changed for row in one.rows)
    while some := list(islice(rows, ROWS_TOGETHER)):
        insert_rows(connection, customs_return_row.name, ROW_COLUMNS, some)
    if changed:
        connection.execute(insert(customs_month), [_sealing(one, return_id, new_entries) for one in changed])


def _text(day: dt.date | None) -> str | None:
    return None if day is None else day.isoformat()


def _sealing(month: _Month, return_id: int, new_entries: Mapping[str | None, int]) -> dict[str, Any]:
    state, office, period = month.key
    kept = month.before.entry_id if month.before is not None and month.keeps_entry else None
    return {
        "state": state,
        "office": office,
        "period": period,
        "revision": month.revision,
        "return_id": return_id,
        "row_count": len(month.rows),
        "assessed": month.assessed,
        "collected": sum(row.collected for row in month.rows),
        "remitted": sum(row.remitted for row in month.rows),
        "entry_id": new_entries.get(entry_key(month.key, month.revision), kept),
    }
