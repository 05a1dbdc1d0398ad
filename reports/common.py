"""What every report has in common: its title block, its provenance, the names of books, a few columns."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from ledger.book import BOOK_TITLES, BOOKS
from ledger.money import format_francs
from ledger.tables.journal import entry
from reports.dataset import Chart, Column, Control, Head, Provenance, Report, Table
from reports.request import CONSOLIDATED, ReportRequest

TITLES = {**BOOK_TITLES, CONSOLIDATED: "Comptes consolidés"}
"""Code of a book, or CONSOLIDATED → its name."""

TAKEOVER_NOTICE = "Reprise des comptes non close"


def book_title(code: str) -> str:
    """« Burkina Faso (BF) »."""
    return f"{TITLES[code]} ({code})" if code in BOOK_TITLES else TITLES.get(code, code)


def scope(request: ReportRequest) -> str:
    """The books of a report in words."""
    return "Burkina Faso, Mali, Niger" if request.book is None else book_title(request.book)


def francs(key: str, title: str, band: str = "", **more: Any) -> Column:
    """A column of amounts with a total."""
    return Column(key, title, "francs", total=True, band=band, **more)


def heads(connection: Connection, known: int) -> tuple[Head, ...]:
    """Each book at the last entry known: how many entries, and the hash of the last one."""
    found = []
    for code in BOOKS:
        query = (
            select(entry.c.position, entry.c.hash)
            .where(entry.c.book == code, entry.c.id <= known)
            .order_by(entry.c.position.desc())
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        found.append(Head(code, 0, "") if row is None else Head(code, int(row.position), row.hash))
    return tuple(found)


def known_words(request: ReportRequest) -> str:
    """« 05/01/2027 à 10:02:03 UTC (écriture n° 812) »."""
    if not request.known or request.known_at is None:
        return "(aucune écriture enregistrée)"
    at = request.known_at.astimezone(dt.UTC)
    return f"{at:%d/%m/%Y à %H:%M:%S} UTC (écriture n° {format_francs(request.known)})"


def product_version() -> str:
    """The version that made the report."""
    from importlib.metadata import version

    return version("pc-aes-ledger")


def provenance(
    connection: Connection,
    request: ReportRequest,
    *,
    period: bool = True,
    parameters: Iterable[tuple[str, str]] = (),
    counts: Iterable[tuple[str, int]] = (),
) -> Provenance:
    """Where the figures come from. `period` False for a state of things at one day."""
    taken_over = f"{TAKEOVER_NOTICE} : des écritures peuvent encore créditer la banque directement"
    known = [("Livres demandés", scope(request))]
    if request.takeover_open:
        known.append(("Reprise", taken_over))
    return Provenance(
        books=scope(request),
        as_of=request.as_of,
        as_known=known_words(request),
        period=(request.start, request.end) if period else None,
        heads=heads(connection, request.known),
        parameters=(*known, *parameters),
        counts=tuple(counts),
        version=product_version(),
        fictional=request.fictional,
    )


def make_report(
    connection: Connection,
    request: ReportRequest,
    title: str,
    tables: Iterable[Table],
    *,
    subtitle: str = "",
    charts: Iterable[Chart] = (),
    controls: Iterable[Control] = (),
    period: bool = True,
    parameters: Iterable[tuple[str, str]] = (),
    counts: Iterable[tuple[str, int]] = (),
    json: Mapping[str, Any] | None = None,
) -> Report:
    """A report under the title block that all share; an open take-over is said on every page."""
    notice = f"{TAKEOVER_NOTICE}" if request.takeover_open else ""
    source = provenance(connection, request, period=period, parameters=parameters, counts=counts)
    return Report(
        name=request.name,
        title=title,
        provenance=source,
        tables=tuple(tables),
        subtitle=" — ".join(part for part in (subtitle, notice) if part),
        charts=tuple(charts),
        controls=tuple(controls),
        json=json,
    )
