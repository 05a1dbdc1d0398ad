"""The tests that auditors run over whole populations, one sheet each, what they looked for and what they found."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, func, select

from ledger.refusal import plain
from ledger.tables.journal import entry
from reports.audit.authors import by_author, corrections, self_validated
from reports.audit.benford import benford
from reports.audit.duplicates import same_amount, same_document, same_iban, same_payee
from reports.audit.entry_rows import count_entries, within
from reports.audit.finding import AuditSettings, Finding, Scope
from reports.audit.just_below import ThresholdInvalid, below_thresholds
from reports.audit.sequences import chain_gaps, entry_gaps, order_gaps
from reports.audit.withdrawn import withdrawn_statements
from reports.audit.working_time import closed_days, late_entries, late_lines
from reports.common import make_report
from reports.dataset import Column, Control, Report, Row, Table
from reports.json_rows import table_rows
from reports.request import ReportRequest

TESTS: tuple[Callable[[Scope], Finding], ...] = (
    entry_gaps,
    order_gaps,
    chain_gaps,
    withdrawn_statements,
    same_document,
    same_amount,
    same_payee,
    same_iban,
    closed_days,
    late_entries,
    late_lines,
    below_thresholds,
    self_validated,
    corrections,
)
"""Every test, in the order of the sheets. Each gives rows that deserve a look: a row is not a fault."""


def check_settings(settings: AuditSettings) -> AuditSettings:
    """The settings, when they can be used.

    Refuses: threshold_invalid.
    """
    for threshold in settings.thresholds:
        if threshold < 1:
            raise ThresholdInvalid(option="--threshold", value=threshold, expected="un montant supérieur à 0")
    if not 1 <= settings.margin_percent <= 50:
        raise ThresholdInvalid(option="--margin", value=settings.margin_percent, expected="de 1 à 50")
    if settings.late_days < 0:
        raise ThresholdInvalid(option="--late-days", value=settings.late_days, expected="0 ou plus")
    return settings


def audit_tests(connection: Connection, request: ReportRequest, settings: AuditSettings | None = None) -> Report:
    """All the tests over the books and dates of the request.

    Refuses: threshold_invalid.
    """
    scope = Scope(connection, request, check_settings(settings or AuditSettings()))
    findings = [test(scope) for test in TESTS]
    authors = by_author(scope)
    digits, chart, amounts, deviation = benford(scope)
    reported = sum(finding.count for finding in findings)
    return make_report(
        connection,
        request,
        "Tests d'audit",
        (_summary(findings), *(finding.table for finding in findings), authors.table, digits),
        subtitle=f"{len(findings)} tests, {sum(one.verdict == 'À examiner' for one in findings)} à examiner",
        charts=(chart,),
        controls=_controls(scope, findings, authors),
        parameters=[(finding.title, finding.parameters) for finding in findings if finding.parameters],
        counts=(
            ("Écritures examinées", count_entries(scope)),
            ("Lignes signalées", reported),
            ("Montants comptés (Benford)", amounts),
        ),
        json=_document(request, findings, authors, digits, deviation),
    )


def _summary(findings: list[Finding]) -> Table:
    columns = (
        Column("rank", "N°", "integer"),
        Column("title", "Test", width=22),
        Column("question", "Ce qui est cherché", width=64),
        Column("parameters", "Paramètres", width=44),
        Column("examined", "Examinés", "integer"),
        Column("unit", "Unité", width=18),
        Column("count", "Lignes signalées", "integer", total=True),
        Column("verdict", "Résultat", width=13),
    )
    rows: list[Row] = [
        (place, one.title, one.question, one.parameters or one.absent or "", one.examined, one.unit, one.count,
         one.verdict)
        for place, one in enumerate(findings, 1)
    ]  # fmt: skip
    notes = (
        "Une ligne signalée n'est pas une faute : elle demande une explication. « Néant » : le test a porté sur tous "
        "les éléments et n'a rien trouvé. « Sans objet » : les livres ne contiennent rien à tester.",
    )
    return Table("summary", "Synthèse", columns, rows, notes=notes)


def _controls(scope: Scope, findings: list[Finding], authors: Finding) -> tuple[Control, ...]:
    counted = sum(int(str(row[3])) for row in authors.rows)
    query = select(func.count()).select_from(entry).where(within(scope))
    recorded = int(scope.connection.execute(query).scalar_one())
    found = [Control("Écritures par auteur = écritures des livres", "{by_author.count:total}", counted, recorded)]
    for place, one in enumerate(findings):
        if 0 < len(one.rows) == one.count:
            key = one.columns[0].key
            counted_cells = f"COUNTA({{{one.name}.{key}}})"
            title = f"{one.title} : lignes de la feuille = synthèse"
            found.append(Control(title, counted_cells, one.count, f"{{summary.count:{place}}}", one.count))
    return tuple(found)


def _document(
    request: ReportRequest, findings: list[Finding], authors: Finding, digits: Table, deviation: int
) -> dict[str, Any]:
    document = {
        "report": "audit-tests",
        "fictional": request.fictional,
        "book": request.book,
        "from": request.start,
        "to": request.end,
        "known_entry": request.known,
        "tests": [
            {
                "name": one.name,
                "title": one.title,
                "question": one.question,
                "parameters": one.parameters,
                "examined": one.examined,
                "count": one.count,
                "result": {"Néant": "none", "Sans objet": "not_applicable"}.get(one.verdict, "to_examine"),
                "absent": one.absent,
                "rows": table_rows(one.table),
            }
            for one in findings
        ],
        "authors": table_rows(authors.table),
        "benford": {
            "proves": "rien : indicateur seulement",
            "mean_deviation_hundredths_of_percent": deviation,
            "rows": table_rows(digits),
        },
    }
    found: dict[str, Any] = plain(document)
    return found
