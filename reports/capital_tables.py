"""The tables of the capital report."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, select

from ledger.capital.position import CapitalPosition, PaymentRow
from ledger.capital.projection import Projection, month_start
from ledger.capital.rules import total_at
from ledger.capital.status import percent_text
from ledger.money import format_francs
from ledger.tables.journal import entry_line
from reconcile.match_tables import bank_match, bank_match_entry_line, bank_match_line, match_undo
from reconcile.standing import kept_lines
from reconcile.tables import statement, statement_line
from reports.common import TITLES, book_title, francs
from reports.dataset import Column, Row, Table

SOURCES = {"levy": "Prélèvement", "budget": "Budget de l'État"}


def positions_table(position: CapitalPosition) -> Table:
    """One row per State: subscribed, called, paid, what is left to pay and to call, and how late."""
    rows: list[Row] = [
        (
            one.state, TITLES[one.state], one.subscribed, one.called, one.paid, one.to_pay, one.to_call, one.late,
            one.days_late,
        )
        for one in position.by_state
    ]  # fmt: skip
    percent = percent_text(position.sum("paid"), position.total)
    note = f"Capital : {format_francs(position.total)} FCFA, libéré à {percent} %."
    return Table(
        "positions",
        "Synthèse",
        (
            Column("state", "État"),
            Column("name", "Nom"),
            francs("subscribed", "Souscrit"),
            francs("called", "Appelé"),
            francs("paid", "Libéré"),
            francs("to_pay", "Reste à verser", formula="[called]-[paid]"),
            francs("to_call", "Reste à appeler", formula="[subscribed]-[called]"),
            francs("late", "Échu non versé"),
            Column("days_late", "Jours de retard", "integer"),
        ),
        rows,
        notes=(note,),
        sheet="Synthèse",
    )


def stages_table(position: CapitalPosition) -> Table:
    """Each State's part by stage of release, and what nobody has subscribed; then where the paid part came from."""
    rows: list[Row] = [
        (
            TITLES[one.state], one.paid, one.called - one.paid, one.subscribed - one.called, 0, one.paid_from_levy,
            one.paid_from_budget,
        )
        for one in position.by_state
    ]  # fmt: skip
    left = position.total - position.sum("subscribed")
    rows.append(("Non souscrit", 0, 0, 0, left, 0, 0))
    return Table(
        "stages",
        "Stades de la libération",
        (
            Column("name", "État"),
            francs("paid", "Libéré"),
            francs("called_not_paid", "Appelé non versé"),
            francs("subscribed_not_called", "Souscrit non appelé"),
            francs("not_subscribed", "Non souscrit"),
            francs("paid_from_levy", "sur le prélèvement", "Libéré"),
            francs("paid_from_budget", "par les budgets", "Libéré"),
        ),
        rows,
        sheet="Synthèse",
    )


def release_table(position: CapitalPosition, months: Sequence[dt.date]) -> Table:
    """What was subscribed, called and paid at the end of each month, the three States together."""
    rows: list[Row] = []
    for month in months:
        day = min(position.as_of, month_start(month, 1) - dt.timedelta(days=1))
        rows.append((month, *(total_at(position.acts, kind, day) for kind in ("subscribe", "call", "pay"))))
    columns = (
        Column("month", "Fin de mois", "month"),
        Column("subscribed", "Souscrit", "francs"),
        Column("called", "Appelé", "francs"),
        Column("paid", "Libéré", "francs"),
    )
    return Table("release", "Libération par mois", columns, rows, total_label=None)


def payments_table(
    connection: Connection, position: CapitalPosition, states: Sequence[str], known_command: int
) -> Table:
    """Every payment with its entry, its order, the bank line that shows it and the bank's receipt."""
    seen = bank_lines(connection, position.payments, known_command)
    rows: list[Row] = [
        (
            one.state, one.date, one.reference, SOURCES[one.source], one.amount if one.cancelled is None else 0,
            one.entry, None if one.source_entry == one.entry else one.source_entry, one.payment_order,
            seen.get(one.reference + one.state, _expected(one)),
            one.receipt or "à joindre", one.receipt_date,
            None if one.cancelled is None else f"annulé le {one.cancelled:%d/%m/%Y}",
        )
        for state in states
        for one in position.payments
        if one.state == state
    ]  # fmt: skip
    columns = (
        Column("state", "État"),
        Column("date", "Date", "date"),
        Column("reference", "Référence"),
        Column("source", "Source"),
        francs("amount", "Montant"),
        Column("entry", "Écriture"),
        Column("source_entry", "Écriture du prélèvement"),
        Column("payment_order", "Ordre"),
        Column("bank_line", "Ligne de relevé"),
        Column("receipt", "Reçu de la banque"),
        Column("receipt_date", "Date du reçu", "date"),
        Column("remark", "Observation"),
    )
    titles = {code: book_title(code) for code in states}
    return Table("payments", "Versements", columns, rows, group_by="state", group_titles=titles)


def _expected(payment: PaymentRow) -> str:
    return "hors des trois comptes" if payment.source == "budget" else "pas encore vue"


def bank_lines(connection: Connection, payments: Sequence[PaymentRow], known_command: int) -> dict[str, str]:
    """Reference and State of a levy payment → the matched statement line of the same reference in the paying book."""
    found: dict[str, str] = {}
    for one in payments:
        if one.source != "levy":
            continue
        query = (
            select(statement_line.c.id, statement.c.number, statement_line.c.position, statement_line.c.booking_date)
            .select_from(bank_match)
            .join(bank_match_entry_line, bank_match_entry_line.c.match_id == bank_match.c.id)
            .join(
                entry_line,
                (entry_line.c.entry_id == bank_match_entry_line.c.entry_id)
                & (entry_line.c.position == bank_match_entry_line.c.position),
            )
            .join(bank_match_line, bank_match_line.c.match_id == bank_match.c.id)
            .join(statement_line, statement_line.c.id == bank_match_line.c.line_id)
            .join(statement, statement.c.id == statement_line.c.statement_id)
            .outerjoin(
                match_undo,
                (match_undo.c.match_id == bank_match.c.id) & (match_undo.c.command_id <= known_command),
            )
            .where(
                bank_match.c.book == one.book,
                bank_match.c.command_id <= known_command,
                match_undo.c.match_id.is_(None),
                entry_line.c.reference == one.reference,
                entry_line.c.credit == one.amount,
            )
            .order_by(bank_match.c.id)
            .limit(1)
        )
        row = connection.execute(query).one_or_none()
        if row is not None:
            shown = kept_lines(connection, one.book, known_command).get(row.id, row)
            found[one.reference + one.state] = (
                f"{f'relevé {shown.number}, ' if shown.number else ''}"
                f"ligne {shown.position} du {row.booking_date:%d/%m/%Y}"
            )
    return found


def calls_table(position: CapitalPosition, states: Sequence[str]) -> Table:
    """Every call, what payments have covered of it, and how late."""
    rows: list[Row] = [
        (
            one.state, one.reference, one.date, one.due, one.amount, one.paid, one.paid_late, one.remaining,
            one.remaining if one.due < position.as_of else 0, one.days_late, one.completed,
        )
        for state in states
        for one in position.calls
        if one.state == state
    ]  # fmt: skip
    columns = (
        Column("state", "État"),
        Column("reference", "Appel"),
        Column("date", "Date", "date"),
        Column("due", "Échéance", "date"),
        francs("amount", "Appelé"),
        francs("paid", "Versé"),
        francs("paid_late", "dont après échéance"),
        francs("remaining", "Reste à verser", formula="[amount]-[paid]"),
        francs("late", "Échu non versé"),
        Column("days_late", "Jours de retard", "integer"),
        Column("completed", "Soldé le", "date"),
    )
    titles = {code: book_title(code) for code in states}
    note = "Les versements d'un État couvrent d'abord l'appel dont l'échéance est la plus ancienne."
    return Table("calls", "Appels et retards", columns, rows, group_by="state", group_titles=titles, notes=(note,))


def projection_table(ahead: Projection) -> Table:
    """Total paid at the end of each month under the three assumptions."""
    columns = (
        Column("month", "Fin de mois", "month"),
        Column("scheduled", "Appels connus", "francs"),
        Column("pace", "Rythme des douze derniers mois", "francs"),
        Column("needed", "Nécessaire", "francs"),
    )
    return Table("projection", "Projection par mois", columns, list(ahead.rows), total_label=None)
