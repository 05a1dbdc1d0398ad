"""The reports by name: what each shows, and the function that computes it, imported when it is asked for."""

import datetime as dt
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ledger.refusal import Refusal

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from reports.dataset import Report
    from reports.request import ReportRequest

REPORTS: dict[str, tuple[str, str]] = {
    "dashboard": ("reports.dashboard:dashboard", "Tableau de bord : une page pour les Chefs d'État"),
    "collections": ("reports.collections:collections", "Recettes du prélèvement par État, bureau et mois, arriérés"),
    "capital": ("reports.capital:capital", "Capital de la BCID-AES : souscrit, appelé, libéré"),
    "trial-balance": ("reports.trial_balance:trial_balance", "Balance générale, par livre et consolidée"),
    "general-ledger": ("reports.general_ledger:general_ledger", "Grand livre, compte par compte"),
    "journal": ("reports.journal:journal", "Livre-journal, dans l'ordre d'enregistrement"),
    "reconciliation": ("reports.reconciliation:reconciliation", "États de rapprochement bancaire"),
    "orders": ("reports.orders:orders", "Ordres de paiement et leurs étapes"),
    "suspense": ("reports.suspense:suspense", "Comptes d'imputation provisoire par ancienneté"),
    "handover": ("reports.handover:handover", "Remise de service entre ordonnateurs"),
}
"""Name of a report → `module:function` (`(connection, request) -> Report`) and what it shows."""


class ReportUnknown(Refusal):
    """There is no report of that name."""

    code = "report_unknown"
    sentence = "L'état « {name} » n'existe pas. États connus : {known}."
    exit_code = 2


class ReportAbsent(Refusal):
    """The installation lacks the part of the program that makes this report."""

    code = "report_absent"
    sentence = "L'état « {name} » n'est pas dans cette installation du programme. Installez une version complète."


def report_function(name: str) -> "Callable[[Connection, ReportRequest], Report]":
    """The function that computes the report of that name.

    Refuses: report_unknown, report_absent.
    """
    if name not in REPORTS:
        raise ReportUnknown(name=name, known=list(REPORTS))
    module, _, function = REPORTS[name][0].partition(":")
    if find_spec(module) is None:
        raise ReportAbsent(name=name)
    found: Callable[[Connection, ReportRequest], Report] = getattr(import_module(module), function)
    return found


def compute(
    connection: "Connection",
    name: str,
    *,
    book: str | None = None,
    start: dt.date | None = None,
    end: dt.date | None = None,
    as_of: dt.date | None = None,
    as_known: str | None = None,
) -> "Report":
    """The report of that name over the books, dates and knowledge asked for. Tables that stream read as they go.

    Refuses: report_unknown, report_absent, book_unknown, period_reversed, known_unreadable, what the report refuses.
    """
    function = report_function(name)
    from reports.request import resolve

    request = resolve(connection, name, book=book, start=start, end=end, as_of=as_of, as_known=as_known)
    return function(connection, request)
