"""The *livre-journal*: every entry in the order in which it was recorded, line by line, with the start of its hash."""

from collections.abc import Iterator
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from ledger.book import JOURNALS
from ledger.read import journal_entries
from ledger.tables.journal import entry, entry_line
from reports.balances import entry_count, in_period
from reports.common import book_title, francs, make_report
from reports.dataset import Column, Control, Report, Row, Table
from reports.request import ReportRequest

HASH_SHOWN = 12


class JournalTotal(NamedTuple):
    """What one journal of one book adds up to over the period."""

    book: str
    journal: str
    entries: int
    lines: int
    debit: int
    credit: int


COLUMNS = (
    Column("sequence", "N° d'enreg.", "integer", width=8),
    Column("entry", "Écriture", width=15),
    Column("date", "Date", "date"),
    Column("document", "Pièce", width=18),
    Column("document_date", "Date de pièce", "date"),
    Column("account", "Compte", width=8),
    Column("label", "Libellé", width=38),
    Column("reference", "Référence", width=18),
    Column("debit", "Débit", "francs", width=17, total=True),
    Column("credit", "Crédit", "francs", width=17, total=True),
    Column("recorded_at", "Enregistrée le (UTC)", width=18, screen_only=True),
    Column("actor", "Par", width=36, screen_only=True),
    Column("hash", "Empreinte", width=15, screen_only=True),
)


def journal(connection: Connection, request: ReportRequest) -> Report:
    """The entries dated in the period, in the order of the record; what each journal of each book adds up to."""
    lines = Table(
        "lines",
        "Livre-journal",
        COLUMNS,
        partial(_lines, connection, request),
        total_label="TOTAL DU LIVRE-JOURNAL",
        notes=(
            "Les écritures se suivent dans l'ordre de leur enregistrement et ne changent jamais ; l'empreinte est le "
            f"début ({HASH_SHOWN} signes) du SHA-256 qui les enchaîne.",
            "L'heure d'enregistrement, l'auteur et l'empreinte se lisent à l'écran, à droite ; la page imprimée ne les "
            "porte pas.",
        ),
    )
    sums = _by_journal(connection, request)
    return make_report(
        connection,
        request,
        "Livre-journal",
        (lines, _centralisation(sums)),
        controls=_controls(connection, request, sums),
        counts=[(f"{code} : écritures", entry_count(connection, request, code)) for code in request.books],
    )


def _lines(connection: Connection, request: ReportRequest) -> Iterator[Row]:
    conditions = (
        entry.c.id <= request.known,
        entry.c.date >= request.start,
        entry.c.date <= request.end,
        entry.c.book.in_(request.books),
    )
    for sealed, lines in journal_entries(connection, conditions):
        corrected = f" (corrige {_reference(connection, sealed.corrects)})" if sealed.corrects else ""
        head = (sealed.id, sealed.reference, sealed.date, sealed.document, sealed.document_date)
        tail = (f"{sealed.recorded_at:%d/%m/%Y %H:%M:%S}", sealed.actor, sealed.hash[:HASH_SHOWN])
        for line in lines:
            label = (line.label or sealed.label) + corrected
            amounts = (line.debit or None, line.credit or None)
            yield (*head, line.account, label, line.reference, *amounts, *tail)


def _reference(connection: Connection, entry_id: int) -> str:
    query = select(entry.c.book, entry.c.journal, entry.c.year, entry.c.number).where(entry.c.id == entry_id)
    return "/".join(str(part) for part in connection.execute(query).one())


def _by_journal(connection: Connection, request: ReportRequest) -> list[JournalTotal]:
    query = (
        select(
            entry.c.book,
            entry.c.journal,
            func.count(entry.c.id.distinct()),
            func.count(),
            func.sum(entry_line.c.debit),
            func.sum(entry_line.c.credit),
        )
        .join(entry_line, entry_line.c.entry_id == entry.c.id)
        .where(
            entry.c.id <= request.known,
            entry.c.date >= request.start,
            entry.c.date <= request.end,
            entry.c.book.in_(request.books),
        )
        .group_by(entry.c.book, entry.c.journal)
        .order_by(entry.c.book, entry.c.journal)
    )
    return [JournalTotal(book, code, *map(int, rest)) for book, code, *rest in connection.execute(query)]


def _centralisation(sums: list[JournalTotal]) -> Table:
    columns = (
        Column("book", "Livre"),
        Column("journal", "Journal"),
        Column("title", "Intitulé"),
        Column("entries", "Écritures", "integer", total=True),
        Column("lines", "Lignes", "integer", total=True),
        francs("debit", "Débits"),
        francs("credit", "Crédits"),
    )
    rows: list[Row] = [(book, code, JOURNALS.get(code, ""), *rest) for book, code, *rest in sums]
    books = {book: book_title(book) for book, *_ in sums}
    return Table(
        "journals", "Centralisation", columns, rows, group_by="book", group_titles=books, total_label="TOTAL GÉNÉRAL"
    )


def _controls(connection: Connection, request: ReportRequest, sums: list[JournalTotal]) -> list[Control]:
    debit, credit = sum(row.debit for row in sums), sum(row.credit for row in sums)
    lines, entries = sum(row.lines for row in sums), sum(row.entries for row in sums)
    counted = sum(entry_count(connection, request, code) for code in request.books)
    line_count = sum(
        int(connection.execute(select(func.count()).where(*in_period(request, code))).scalar_one())
        for code in request.books
    )
    controls = [
        Control("Total des débits = total des crédits", "{lines.debit:total}", debit, "{lines.credit:total}", credit),
        Control(
            "Débits des lignes = débits des journaux", "{lines.debit:total}", debit, "{journals.debit:total}", debit
        ),
        Control("Nombre de lignes = lignes comptées dans les livres", "COUNTA({lines.entry})", lines, line_count),
        Control("Nombre d'écritures = compte dans les livres", "{journals.entries:total}", entries, counted),
    ]
    for book in sorted({row.book for row in sums}):
        own_debit = sum(row.debit for row in sums if row.book == book)
        own_credit = sum(row.credit for row in sums if row.book == book)
        cells = [f"{{journals.{way}:total={book}}}" for way in ("debit", "credit")]
        controls.append(Control(f"{book_title(book)} — débits = crédits", cells[0], own_debit, cells[1], own_credit))
    return controls
