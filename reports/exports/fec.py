"""The 18-column entry file that French-speaking auditors' programs read (FEC).

Source: article A 47 A-1 of the French *livre des procédures fiscales*: tab-separated, header line, dates AAAAMMJJ,
amounts without thousands separator and with a decimal comma, a sign in front of a negative amount, entries in the
order in which they were validated.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

from ledger.book import BOOK_TITLES, JOURNALS
from ledger.chart import chart_accounts
from reports.exports.entries import ExportEntry, ExportLine, Selection, one_line, stream
from reports.exports.third_parties import ThirdParties, ThirdParty

COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "EcritureLib", "Debit", "Credit", "EcritureLet", "DateLet", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip
LINE_END = "\r\n"


def _day(value: Any) -> str:
    """A date, or the text of an instant, as AAAAMMJJ."""
    return "" if value is None else str(value)[:10].replace("-", "")


def _amount(francs: int) -> str:
    return f"{francs},00"


def fec(connection: Connection, selection: Selection) -> Iterator[str]:
    """The lines of the file, one per line of the journal, after the header.

    The journal's code and the entry's number begin with the book: the three books can stand in one file. The third
    party stands in the two columns of the auxiliary account where the books know it: IBAN and name of an order's
    payee, customs office, State, bank account. The currency of the accounts is the franc CFA itself: the two columns
    of foreign amounts stay empty.
    """
    chart = chart_accounts(connection)
    yield "\t".join(COLUMNS)
    parties = ThirdParties(connection, selection, chart)
    for one in stream(connection, selection, by_date=False):
        for line in one.lines:
            account = chart[line.account]
            title = account.title if account.book else f"{account.title} – {one.row.book}"
            yield "\t".join(_fields(one, line, one_line(title), parties.of(one.row, line)))


def _fields(one: ExportEntry, line: ExportLine, title: str, party: ThirdParty) -> tuple[str, ...]:
    row = one.row
    journal = f"{row.book}-{row.journal}"
    return (
        journal,
        f"{JOURNALS.get(row.journal, row.journal)} – {BOOK_TITLES[row.book]}",
        f"{journal}-{row.year}-{row.number:06d}",
        _day(row.date),
        line.account,
        title,
        party.number,
        party.name,
        one_line(row.document),
        _day(row.document_date or row.date),
        one_line(line.label) or one_line(row.label),
        _amount(line.debit),
        _amount(line.credit),
        "" if line.match is None else f"R{line.match}",
        _day(line.matched_at),
        _day(row.recorded_at),
        "",
        "",
    )
