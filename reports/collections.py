"""The levy by State, office and month: the chain to the bank, its gaps, the arrears, what deserves a look."""

from collections.abc import Iterable
from dataclasses import asdict
from itertools import islice

from sqlalchemy import Connection, func, select

from ledger.balance import last_date
from ledger.book import BOOKS
from ledger.chart import account_of
from ledger.levy.anomalies import Anomaly, anomalies
from ledger.levy.arrears import Arrear, arrears
from ledger.levy.chain import Collection
from ledger.levy.chain import collections as chain_rows
from ledger.levy.credited import NOT_FROM_BANK
from ledger.levy.declared import declarations
from ledger.levy.exemptions import exempt_values
from ledger.levy.law import LevyLaw, levy_law
from ledger.levy.months import period_end, period_start
from ledger.refusal import plain
from ledger.tables.journal import entry, entry_line
from reports.collections_tables import (
    CAUSES,
    anomalies_table,
    arrears_table,
    causes_table,
    detail_table,
    exempt_table,
    gaps_table,
    law_table,
    months_table,
    overdue_table,
    states_table,
)
from reports.common import make_report
from reports.dataset import Chart, Control, Report, Series, Table
from reports.declaration_tables import ODD_MAX, declared_table, odd_table
from reports.request import ReportRequest


def collections(connection: Connection, request: ReportRequest) -> Report:
    """The chain assessed → collected → remitted → credited, arrears aged from the due date, and anomalies.

    Every month declared is shown unless `--from` or `--to` was asked; delays are counted at `as_of`.
    """
    law = levy_law(connection, request.known_command)
    every = chain_rows(
        connection, book=request.book, as_of=request.as_of, known=request.known, known_command=request.known_command
    )
    rows = [row for row in every if _asked(row.period, request)]
    whole = len(rows) == len(every)
    late = arrears(rows, request.as_of)
    shown = {(row.book, row.office, row.period) for row in rows}
    strange = [one for one in anomalies(every, law) if _asked(one.period, request)]
    exempt = [
        one for one in exempt_values(connection, law, request.book, request.known_command)
        if (one.book, one.office, one.period) in shown
    ]  # fmt: skip
    tables: tuple[Table, ...] = (
        states_table(rows, late, request.books),
        causes_table(rows, request.books),
        months_table(rows, request.books),
        detail_table(rows),
        gaps_table(rows),
        overdue_table(late, request.books),
        arrears_table(late),
        anomalies_table(strange),
        exempt_table(exempt, law, request.books),
        law_table(law),
    )
    if any(row.declared is not None for row in rows):
        tables += _declarations(connection, request, law, rows)
    return make_report(
        connection,
        request,
        "Recettes du prélèvement confédéral",
        tables,
        subtitle="Liquidé, recouvré, reversé, crédité",
        charts=_charts(bool(late)),
        controls=[*_controls(rows, late), *_tie_out(connection, request, rows, whole)],
        period=not whole,
        parameters=(("Mois déclarés", _span(rows)),),
        counts=(
            ("Bureaux et mois", sum(row.office is not None for row in rows)),
            ("Arriérés", len(late)),
            ("Anomalies", len(strange)),
        ),
        json=_document(request, rows, late, strange),
    )


def _declarations(
    connection: Connection, request: ReportRequest, law: LevyLaw, rows: list[Collection]
) -> tuple[Table, Table]:
    """The declarations of the months shown: their sums, then those that deserve a look."""
    shown = {(row.book, row.office, row.period) for row in rows}
    every = declarations(connection, law, book=request.book, odd=True, known_command=request.known_command)
    odd = list(islice((one for one in every if (one.state, one.office, one.period) in shown), ODD_MAX + 1))
    return declared_table(rows), odd_table(odd[:ODD_MAX], len(odd) > ODD_MAX)


def _asked(period: str | None, request: ReportRequest) -> bool:
    if period is None:
        return True
    first, last = request.asked_start, request.asked_end
    return (first is None or period >= f"{first:%Y-%m}") and (last is None or period <= f"{last:%Y-%m}")


def _span(rows: Iterable[Collection]) -> str:
    periods = sorted({row.period for row in rows if row.period is not None})
    return f"de {periods[0]} à {periods[-1]}" if periods else "aucun"


def _document(
    request: ReportRequest, rows: list[Collection], late: list[Arrear], strange: list[Anomaly]
) -> dict[str, object]:
    document = {
        "report": request.name,
        "fictional": request.fictional,
        "as_of": request.as_of,
        "as_known": request.as_known,
        "known_entry": request.known,
        "rows": [{**asdict(row), "gap": row.gap} for row in rows],
        "arrears": [{**one._asdict(), "amount_days": one.amount_days} for one in late],
        "anomalies": [one._asdict() for one in strange],
    }
    return dict(plain(document))


def _charts(late: bool) -> Iterable[Chart]:
    yield Chart(
        "stacked",
        "Recouvré par mois et par État",
        "months",
        "period",
        tuple(Series(code) for code in BOOKS),
        sheet="Synthèse",
    )
    yield Chart(
        "stacked",
        "Écart entre liquidé et crédité, par cause",
        "causes",
        "name",
        tuple(Series(key, title) for key, title in CAUSES),
        sheet="Synthèse",
    )
    if late:
        yield Chart(
            "column",
            "Arriérés par ancienneté",
            "overdue",
            "age",
            (Series("to_collect"), Series("to_remit")),
            sheet="Arriérés",
        )


def _controls(rows: list[Collection], late: list[Arrear]) -> Iterable[Control]:
    sums = {name: sum(getattr(row, name) for row in rows) for name in ("assessed", "collected", "remitted", "credited")}
    for name, title in (("assessed", "liquidé"), ("collected", "recouvré"), ("remitted", "reversé")):
        yield Control(
            f"Synthèse = détail : {title}",
            f"{{states.{name}:total}}",
            sums[name],
            f"{{detail.{name}:total}}",
            sums[name],
        )
    yield Control(
        "Synthèse = détail : crédité, avec et sans référence",
        "{states.credited:total}+{causes.without_reference:total}",
        sums["credited"],
        "{detail.credited:total}",
        sums["credited"],
    )
    yield Control(
        "Liquidé − crédité = non recouvré + non reversé + en route + inexpliqué",
        "+".join(f"{{causes.{key}:total}}" for key, _ in CAUSES),
        sum(row.not_collected + row.not_remitted + row.in_transit + row.unexplained for row in rows if row.office),
        "{states.assessed:total}-{states.credited:total}",
        sum(row.gap for row in rows if row.office),
    )
    detailed = [row for row in rows if row.declared is not None and row.declared.assessed == row.assessed]
    if detailed and len(detailed) == sum(row.declared is not None for row in rows):
        total = sum(row.assessed for row in detailed)
        yield Control(
            "Somme des déclarations = liquidé des mois qui les donnent",
            "{declared.assessed:total}",
            total,
            "{declared.stated:total}",
            total,
        )
    if late:
        total = sum(one.amount for one in late)
        yield Control(
            "Arriérés par ancienneté = arriérés un à un",
            "{overdue.to_collect:total}+{overdue.to_remit:total}",
            total,
            "{arrears.amount:total}",
            total,
        )


def _tie_out(connection: Connection, request: ReportRequest, rows: list[Collection], whole: bool) -> Iterable[Control]:
    """The report against the books: the revenue that returns posted, and what the bank brought."""
    last = last_date(connection, request.known)
    past = last is not None and request.as_of < last
    for code in request.books:
        own = [row for row in rows if row.book == code]
        if not own:
            continue
        revenue = select(func.coalesce(func.sum(entry_line.c.credit - entry_line.c.debit), 0)).join(
            entry, entry.c.id == entry_line.c.entry_id
        )
        booked = revenue.where(
            entry.c.book == code,
            entry.c.origin == "collection",
            entry.c.id <= request.known,
            entry_line.c.account == account_of("710", code),
        )
        if request.asked_start is not None:
            booked = booked.where(entry.c.document_date >= period_start(f"{request.asked_start:%Y-%m}"))
        if request.asked_end is not None:
            booked = booked.where(entry.c.document_date <= period_end(f"{request.asked_end:%Y-%m}"))
        assessed = sum(row.assessed for row in own)
        if not past:
            yield Control(
                f"{code} — liquidé = produit constaté au compte {account_of('710', code)}",
                f"{{detail.assessed:total={code}}}",
                assessed,
                int(connection.execute(booked).scalar_one()),
            )
        if whole and not past:
            came = revenue.where(
                entry.c.book == code,
                entry.c.id <= request.known,
                entry.c.origin.not_in(NOT_FROM_BANK),
                entry_line.c.account.in_([account_of("4487", code), account_of("4712", code)]),
            )
            credited, waiting = sum(row.credited for row in own), sum(row.not_booked for row in own)
            yield Control(
                f"{code} — crédité = mouvements de banque des comptes 4487 et 4712 + crédits non comptabilisés",
                f"{{detail.credited:total={code}}}",
                credited,
                int(connection.execute(came).scalar_one()) + waiting,
            )
