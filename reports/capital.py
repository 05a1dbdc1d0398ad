"""The capital of the bank: subscribed, called, paid, late, and where it is heading."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection

from ledger.balance import balance_of
from ledger.capital.position import CapitalPosition, capital_position
from ledger.capital.projection import ASSUMPTIONS, Projection, month_start, project
from ledger.capital.status import status_document
from ledger.chart import account_of
from ledger.refusal import plain
from reports.capital_tables import (
    calls_table,
    payments_table,
    positions_table,
    projection_table,
    release_table,
    stages_table,
)
from reports.common import book_title, make_report
from reports.dataset import Chart, Column, Control, Report, Series, Table
from reports.request import ReportRequest

STAGES = (
    ("paid", "Libéré"),
    ("called_not_paid", "Appelé non versé"),
    ("subscribed_not_called", "Souscrit non appelé"),
    ("not_subscribed", "Non souscrit"),
)


def capital(connection: Connection, request: ReportRequest) -> Report:
    """The register at `as_of`, as known: against the capital, payment by payment, call by call, and projected.

    `book` limits the payments and calls to one State; the capital is always seen whole.
    """
    position = capital_position(
        connection, as_of=request.as_of, known=request.known, known_command=request.known_command
    )
    deadline = request.as_of if position.terms is None else position.terms.paid_by
    ahead = project(
        total=position.total,
        paid=position.sum("paid"),
        as_of=request.as_of,
        deadline=deadline,
        calls=position.calls,
        acts=position.acts,
    )
    shown = request.books
    tables = (
        positions_table(position),
        stages_table(position),
        release_table(position, _months(position)),
        payments_table(connection, position, shown, request.known_command),
        calls_table(position, shown),
        _assumptions(ahead, deadline),
        projection_table(ahead),
    )
    terms = position.terms
    return make_report(
        connection,
        request,
        "Capital de la BCID-AES",
        tables,
        subtitle="" if terms is None else terms.legal_reference,
        charts=_charts(tables[2], ahead),
        controls=[*_controls(position, shown), *_tie_out(connection, position, request)],
        period=False,
        parameters=(("Texte en vigueur", "aucun" if terms is None else terms.legal_reference),),
        counts=(("Actes du registre", len(position.acts)), ("Versements", len(position.payments))),
        json={**status_document(position), "projection": _projection_json(ahead, deadline)},
    )


def _months(position: CapitalPosition) -> list[dt.date]:
    """Every month from the first act of the register to the date of the report."""
    if not position.acts:
        return []
    first = position.acts[0].date
    months: list[dt.date] = []
    while (month := month_start(first, len(months))) <= position.as_of:
        months.append(month)
    return months


def _assumptions(ahead: Projection, deadline: dt.date) -> Table:
    rows = (
        ("Versé dans les douze derniers mois", ahead.last_twelve_months),
        ("Rythme par mois sur douze mois", ahead.pace_per_month),
        ("Nécessaire par mois jusqu'à la date limite", ahead.needed_per_month),
        ("Manquant à la date limite au rythme actuel", ahead.missing_at_pace),
    )
    return Table(
        "assumptions",
        "Hypothèses",
        (Column("title", "Hypothèse"), Column("amount", "Francs CFA", "francs")),
        rows,
        total_label=None,
        notes=(f"Date limite de libération : {deadline:%d/%m/%Y}, soit {ahead.months_left} mois.", *ASSUMPTIONS),
        sheet="Projection",
    )


def _charts(release: Table, ahead: Projection) -> Iterable[Chart]:
    yield Chart(
        "stacked",
        "Capital par État : libéré, appelé, souscrit",
        "stages",
        "name",
        tuple(Series(key, title) for key, title in STAGES),
        sheet="Synthèse",
    )
    if list(release.each()):
        yield Chart(
            "line",
            "Libération dans le temps",
            "release",
            "month",
            tuple(Series(key) for key in ("subscribed", "called", "paid")),
            sheet="Synthèse",
        )
    if ahead.rows:
        yield Chart(
            "line",
            "Projection de la libération",
            "projection",
            "month",
            tuple(Series(key) for key in ("scheduled", "pace", "needed")),
            sheet="Projection",
        )


def _controls(position: CapitalPosition, shown: Sequence[str]) -> Iterable[Control]:
    """The stages add up to the capital; payments and calls add up to the register."""
    stages = "+".join(f"{{stages.{key}:total}}" for key, _ in STAGES)
    paid, called, subscribed = (position.sum(name) for name in ("paid", "called", "subscribed"))
    yield Control(
        "Libéré + appelé non versé + souscrit non appelé + non souscrit = capital",
        stages,
        paid + (called - paid) + (subscribed - called) + (position.total - subscribed),
        position.total,
    )
    by_source = position.sum("paid_from_levy") + position.sum("paid_from_budget")
    yield Control(
        "Versé sur le prélèvement + versé par les budgets = libéré",
        "{stages.paid_from_levy:total}+{stages.paid_from_budget:total}",
        by_source,
        "{positions.paid:total}",
        paid,
    )
    covered = sum(one.paid for one in position.calls)
    if covered and len(shown) == len(position.by_state):
        yield Control("Part versée des appels = libéré", "{calls.paid:total}", covered, "{positions.paid:total}", paid)
        yield Control("Versements = libéré", "{payments.amount:total}", paid, "{positions.paid:total}", paid)


def _tie_out(connection: Connection, position: CapitalPosition, request: ReportRequest) -> Iterable[Control]:
    """The register against the balances of the books, account by account."""
    place_of = {one.state: place for place, one in enumerate(position.by_state)}
    for state in position.by_state:
        place = place_of[state.state]
        subscribed, called, paid = (f"{{positions.{key}:{place}}}" for key in ("subscribed", "called", "paid"))
        expected = {
            "2621": (subscribed, state.subscribed),
            "48131": (f"{called}-{subscribed}", state.called - state.subscribed),
            "48132": (f"{paid}-{called}", state.paid - state.called),
            account_of("4731", state.state): (f"-{{stages.paid_from_budget:{place}}}", -state.paid_from_budget),
        }
        for number, (formula, amount) in expected.items():
            found = balance_of(connection, state.state, number, as_of=request.as_of, known=request.known)
            title = f"{book_title(state.state)} — registre = solde du compte {number} (débit +, crédit −)"
            yield Control(title, formula, amount, found)


def _projection_json(ahead: Projection, deadline: dt.date) -> dict[str, object]:
    document = {
        "deadline": deadline,
        "assumptions": ASSUMPTIONS,
        "last_twelve_months": ahead.last_twelve_months,
        "pace_per_month": ahead.pace_per_month,
        "needed_per_month": ahead.needed_per_month,
        "months_left": ahead.months_left,
        "missing_at_pace": ahead.missing_at_pace,
        "rows": [row._asdict() for row in ahead.rows],
    }
    return dict(plain(document))
