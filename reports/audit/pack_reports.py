"""Every workbook of the pack: the reports of the catalogue, by financial year or once, and the auditors' tests."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select

from ledger.refusal import Refusal
from ledger.tables.journal import entry
from reports.audit.audit_tests import audit_tests
from reports.audit.pack_folder import PackFolder
from reports.audit.pack_scope import PackScope
from reports.audit.population import whole_life
from reports.catalogue import REPORTS, ReportAbsent, compute
from reports.dataset import Report
from reports.request import resolve
from reports.workbook.write import write_workbook

YEARLY = ("trial-balance", "general-ledger", "journal", "collections")
"""Reports that are made for each financial year; the others are made once, at the last day of the books."""


@dataclass(frozen=True)
class PackedReport:
    """One workbook made, or why it was not: `file` is None and `why` says it in a sentence."""

    title: str
    file: str | None
    why: str = ""
    controls: int = 0
    wrong: tuple[str, ...] = ()


def financial_years(connection: Connection, scope: PackScope) -> list[int]:
    """The financial years that have entries."""
    query = select(entry.c.year).where(*scope.selection.entries()).distinct().order_by(entry.c.year)
    return [int(year) for year in connection.execute(query).scalars()]


def write_reports(connection: Connection, folder: PackFolder, scope: PackScope) -> list[PackedReport]:
    """All the workbooks, under `etats/`; a report that refuses is told, with its own sentence."""
    years = financial_years(connection, scope)
    last = connection.execute(select(func.max(entry.c.date)).where(*scope.selection.entries())).scalar()
    made: list[PackedReport] = []
    for name, (_, title) in REPORTS.items():
        if name not in YEARLY or last is None:
            made.append(_catalogued(connection, folder, scope, name, title, f"etats/{name}.xlsx"))
            continue
        for year in years:
            start, end = dt.date(year, 1, 1), min(dt.date(year, 12, 31), last)
            where = f"etats/{year}/{name}.xlsx"
            named = f"{title} — exercice {year}"
            made.append(_catalogued(connection, folder, scope, name, named, where, start, end))
    made.append(_tests(connection, folder, scope))
    return made


def _catalogued(
    connection: Connection,
    folder: PackFolder,
    scope: PackScope,
    name: str,
    title: str,
    where: str,
    start: dt.date | None = None,
    end: dt.date | None = None,
) -> PackedReport:
    try:
        day = end or scope.until
        found = compute(connection, name, start=start, end=end, as_of=day, as_known=scope.asked_known)
        return _written(found, title, folder.path(where), where)
    except ReportAbsent as absent:
        return PackedReport(title, None, absent.message())
    except Refusal as refused:
        return PackedReport(title, None, refused.message())


def _tests(connection: Connection, folder: PackFolder, scope: PackScope) -> PackedReport:
    where = "etats/tests-audit.xlsx"
    asked = resolve(connection, "audit-tests", as_of=scope.until, as_known=scope.asked_known)
    request = whole_life(connection, asked)
    return _written(
        audit_tests(connection, request), "Tests d'audit sur toute la population", folder.path(where), where
    )


def _written(found: Report, title: str, path: Path, where: str) -> PackedReport:
    write_workbook(found, path)
    wrong = tuple(control.title for control in found.controls if not control.holds)
    return PackedReport(title, where, "", len(found.controls), wrong)
