"""The books as a beancount file, with a balance assertion per account at the end."""

import datetime as dt
from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from ledger.balance import known_entry, trial_balance
from ledger.chart import chart_accounts
from ledger.tables.journal import entry
from reports.exports.entries import ExportEntry, Selection, carried_forward, one_line, stream, used_accounts

CURRENCY = "XOF"
ROOTS = {
    "1": "Equity", "2": "Assets", "3": "Assets", "4": "Liabilities", "5": "Assets", "6": "Expenses", "7": "Income",
    "8": "Expenses", "9": "Equity",
}  # fmt: skip
"""First digit of an account → the family that beancount asks for. A third party stays in one family on both sides."""


def account_name(book: str, number: str) -> str:
    """`Assets:BF:52111`."""
    return f"{ROOTS.get(number[0], 'Equity')}:{book}:{number}"


def quoted(text: str | None) -> str:
    """The text as a beancount string on one line."""
    return '"' + one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def beancount(connection: Connection, selection: Selection) -> Iterator[str]:
    """The lines of the file, by accounting date; balances carried forward count once, as in the hledger journal."""
    first = connection.execute(select(func.min(entry.c.date)).where(*selection.entries())).scalar()
    chart = chart_accounts(connection)
    yield "; Comptes du prélèvement confédéral : FAMILLE:LIVRE:COMPTE, francs CFA (XOF), débit positif"
    yield 'option "title" "PC-AES"'
    yield f'option "operating_currency" "{CURRENCY}"'
    yield ""
    if first is None:
        return
    yield f"{first} commodity {CURRENCY}"
    for book, number in used_accounts(connection, selection):
        yield f"{first} open {account_name(book, number)} {CURRENCY}"
        yield f"  title: {quoted(chart[number].title)}"
    forward = carried_forward(connection, selection)
    for one in stream(connection, selection, by_date=True):
        if one.row.id in forward:
            yield from _entry(one, back=True)
        yield from _entry(one)
    if selection.year is None:
        yield from _assertions(connection, selection)


def _entry(one: ExportEntry, back: bool = False) -> Iterator[str]:
    row = one.row
    label = f"Solde avant à-nouveaux : {row.label}" if back else row.label
    yield ""
    yield f"{row.date} * {quoted(label)}"
    yield f"  entry: {quoted(one.reference)}"
    if not back:
        yield f"  document_ref: {quoted(row.document)}"
        yield f"  recorded_at: {quoted(row.recorded_at)}"
        yield f"  sha256: {quoted(row.hash)}"
    for line in one.lines:
        amount = line.debit - line.credit
        yield f"  {account_name(row.book, line.account)}  {-amount if back else amount} {CURRENCY}"
        if line.label:
            yield f"    label: {quoted(line.label)}"
        if line.reference:
            yield f"    reference: {quoted(line.reference)}"
        if line.debit < 0 or line.credit < 0:
            yield f"    negative: {quoted('débit' if line.debit else 'crédit')}"


def _assertions(connection: Connection, selection: Selection) -> Iterator[str]:
    """Our own closing balances, for the program to compare with what it sums."""
    last = connection.execute(select(func.max(entry.c.date)).where(*selection.entries())).scalar_one()
    if last == dt.date.max:
        return
    known = known_entry(connection, None) if selection.known is None else selection.known
    yield ""
    for row in trial_balance(connection, start=dt.date(last.year, 1, 1), end=last, known=known, books=selection.books):
        amount = row.closing_debit - row.closing_credit
        yield f"{last + dt.timedelta(days=1)} balance {account_name(row.book, row.account)}  {amount} {CURRENCY}"
