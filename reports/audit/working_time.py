"""Entries on days when offices are closed, and entries or bank lines that come long after their date."""

import datetime as dt
from collections.abc import Iterator, Mapping

from sqlalchemy import and_, func, select

from ledger.book import BOOKS
from ledger.levy.decisions import holidays_decided
from ledger.tables.journal import entry
from reconcile.matching.config import MatchConfig
from reconcile.standing import standing_line
from reconcile.tables import statement, statement_file, statement_line
from reports.audit.entry_rows import ENTRY_COLUMNS, count_entries, entries, named
from reports.audit.finding import Finding, Scope, shown
from reports.common import francs
from reports.dataset import Column, Row

WEEKEND = {5: "samedi", 6: "dimanche"}
BY_LAW = ("opening", "closing")
"""Origins whose date the law gives: they are not tested."""

FEASTS: Mapping[str, str] = {"BF": "fr", "ML": "fr", "NE": "fr_NE"}


class ClosedDays:
    """Week-ends and public holidays of a State, by year; feasts that follow the moon are estimates.

    `decided` gives, by book, the days that a decision made a holiday, with its name, or a working day (None).
    """

    def __init__(
        self, config: MatchConfig | None = None, decided: Mapping[str, Mapping[dt.date, str | None]] | None = None
    ) -> None:
        self._config = config or MatchConfig()
        self._decided = decided or {}
        self._years: dict[tuple[str, int], Mapping[dt.date, str]] = {}

    def reason(self, book: str, day: dt.date) -> str | None:
        """« dimanche », the name of the feast, or None on a working day."""
        if (book, day.year) not in self._years:
            self._years[book, day.year] = self._feasts(book, day.year)
        feast = self._years[book, day.year].get(day)
        weekend = WEEKEND.get(day.weekday()) if day.weekday() in self._config.weekend else None
        return ", ".join(part for part in (weekend, feast) if part) or None

    def _feasts(self, book: str, year: int) -> Mapping[dt.date, str]:
        import holidays

        country = self._config.holiday_countries.get(book)
        if country is None:
            return {}
        feasts: dict[dt.date, str | None] = dict(holidays.country_holidays(country, years=year, language=FEASTS[book]))
        feasts |= self._decided.get(book, {})
        return {day: name for day, name in feasts.items() if name is not None}


def closed_days(scope: Scope) -> Finding:
    """Entries dated or recorded on a day when the offices of their State are closed."""
    days = ClosedDays(decided={book: holidays_decided(scope.connection, book) for book in BOOKS})

    def rows() -> Iterator[Row]:
        for row in entries(scope, entry.c.origin.not_in(BY_LAW)):
            dated, recorded = days.reason(row.book, row.date), days.reason(row.book, row.recorded_at.date())
            if dated or recorded:
                yield *named(row), dated or "", row.recorded_at.date(), recorded or "", row.total, row.actor

    kept, count = shown(rows())
    return Finding(
        "closed_days",
        "Jours non ouvrés",
        "Écritures datées ou enregistrées un samedi, un dimanche ou un jour férié de l'État du livre.",
        (
            *ENTRY_COLUMNS,
            Column("closed", "Jour de la date", width=22),
            Column("recorded", "Enregistrée le", "date"),
            Column("recorded_closed", "Jour de l'enregistrement", width=22),
            francs("total", "Montant"),
            Column("actor", "Validée par", width=26),
        ),
        kept,
        count,
        count_entries(scope, entry.c.origin.not_in(BY_LAW)),
        "écritures",
        parameters="jours fériés du paquet « holidays » (fêtes lunaires estimées) et jours décidés ; jour "
        "d'enregistrement en temps "
        "universel ; à-nouveaux et clôtures exclus",
        nothing="Toutes les écritures sont datées et enregistrées des jours ouvrés.",
    )


def late_entries(scope: Scope) -> Finding:
    """Entries recorded long after their accounting date, or before it."""
    limit = scope.settings.late_days

    def rows() -> Iterator[Row]:
        for row in entries(scope, entry.c.origin.not_in(BY_LAW)):
            delay = (row.recorded_at.date() - row.date).days
            if delay > limit or delay < 0:
                yield *named(row), row.document_date, row.recorded_at.date(), delay, row.total, row.actor

    kept, count = shown(rows())
    return Finding(
        "late_entries",
        "Écritures antidatées",
        "Écritures enregistrées longtemps après leur date comptable (délai positif), ou avant elle (délai négatif).",
        (
            *ENTRY_COLUMNS,
            Column("document_date", "Date de pièce", "date"),
            Column("recorded", "Enregistrée le", "date"),
            Column("days", "Délai en jours", "integer"),
            francs("total", "Montant"),
            Column("actor", "Validée par", width=26),
        ),
        kept,
        count,
        count_entries(scope, entry.c.origin.not_in(BY_LAW)),
        "écritures",
        parameters=f"plus de {limit} jours, ou moins de 0 ; à-nouveaux et clôtures exclus",
        nothing="Toutes les écritures sont enregistrées dans le délai.",
    )


def late_lines(scope: Scope) -> Finding:
    """Bank lines that a later statement brought inside days that an earlier one had already covered."""
    request = scope.request
    mine = and_(
        statement_line.c.book.in_(request.books),
        statement_line.c.booking_date.between(request.start, request.end),
        statement_line.c.kind == "statement",
        standing_line(request.known_command),
    )
    query = (
        select(statement_line, statement.c.number, statement_file.c.name, statement_file.c.received_at)
        .join(statement, statement.c.id == statement_line.c.statement_id)
        .join(statement_file, statement_file.c.id == statement.c.file_id)
        .where(mine, statement_line.c.back_dated)
        .order_by(statement_line.c.id)
    )

    def rows() -> Iterator[Row]:
        for row in scope.connection.execute(query):
            received = row.received_at.date()
            yield row.book, row.number or "", row.position, row.booking_date, row.label, row.amount, received, row.name

    kept, count = shown(rows())
    total = select(func.count()).select_from(statement_line).where(mine)
    examined = int(scope.connection.execute(total).scalar_one())
    return Finding(
        "late_lines",
        "Lignes antidatées",
        "Lignes de relevé ajoutées par la banque dans une période qu'un relevé antérieur couvrait déjà.",
        (
            Column("book", "Livre"),
            Column("statement", "Relevé"),
            Column("position", "Ligne", "integer"),
            Column("date", "Date d'opération", "date"),
            Column("label", "Libellé", width=44),
            francs("amount", "Montant"),
            Column("received", "Reçue le", "date"),
            Column("file", "Fichier", width=30),
        ),
        kept,
        count,
        examined,
        "lignes de relevé",
        nothing="La banque n'a ajouté aucune ligne après coup.",
        absent=None if examined else "aucun relevé n'a été importé pour ces livres et ces dates.",
    )
