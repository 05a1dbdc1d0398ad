"""A reproducible sample of entry lines as a report: what was drawn, how, out of what."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from ledger.chart import chart_accounts
from ledger.read import find_entry, lines_of
from ledger.refusal import Refusal, plain
from reports.audit.population import ControlTotals, Population
from reports.audit.sample_evaluation import CERTAIN, evaluation_table
from reports.audit.sample_method import Sample, draw_sample, draw_table, method_table, parameters
from reports.audit.sample_steps import EXHAUSTIVE, METHODS
from reports.audit.sampling import Draw, PopulationEmpty
from reports.common import book_title, francs, make_report
from reports.dataset import Column, Control, Report, Row, Table
from reports.request import ReportRequest

_COLUMNS = (
    Column("order", "N° de tirage", "integer", width=9),
    Column("line", "Ligne d'écriture", width=21),
    Column("reason", "Motif", width=12),
    Column("date", "Date comptable", "date"),
    Column("document", "Pièce", width=20),
    Column("document_date", "Date de pièce", "date"),
    Column("account", "Compte", width=9),
    Column("title", "Intitulé", width=26),
    Column("label", "Libellé", width=32),
    francs("debit", "Débit"),
    francs("credit", "Crédit"),
    Column("recorded", "Enregistrée le", "date"),
    Column("actor", "Validée par", width=22),
    Column("remark", "Constat de l'auditeur", width=30),
)


class MethodUnknown(Refusal):
    """Samples are drawn in three ways."""

    code = "sample_method_unknown"
    sentence = "La méthode de tirage « {method} » n'existe pas : attendu {known}. Corrigez --method."
    exit_code = 2


class SeedMissing(Refusal):
    """Without a seed the draw could not be done again."""

    code = "sample_seed_missing"
    sentence = "La graine du tirage est vide : donnez avec --seed le nombre ou le texte que l'auditeur a choisi."
    exit_code = 2


def sample_report(
    connection: Connection,
    request: ReportRequest,
    *,
    method: str,
    size: int,
    seed: str,
    account: str | None = None,
    side: str = "both",
) -> Report:
    """Draw `size` lines of the population by `method` (`random`, `systematic`, `monetary-unit`) with `seed`.

    Refuses: sample_method_unknown, sample_seed_missing, sample_size_invalid, population_empty,
    account_prefix_invalid, side_unknown.
    """
    if method not in METHODS:
        raise MethodUnknown(method=method, known=list(METHODS))
    if not seed.strip():
        raise SeedMissing()
    population = Population(connection, request, account, side)
    totals = population.totals()
    sample = draw_sample(population, totals, method, size, seed)
    if not sample.draws:
        found = "aucune ligne" if totals.count == 0 else "aucun montant supérieur à zéro"
        raise PopulationEmpty(scope=population.words(), found=found)
    rows, order = _sample_rows(connection, sample)
    tables = [_sample_table(rows, sample), draw_table(totals, sample), _population_table(connection, totals)]
    if method == "monetary-unit":
        tables.append(_left_out(population, totals))
    if sample.plan is not None:
        tables.insert(1, evaluation_table(_examined(rows, order, sample), sample.plan))
    tables.append(method_table(population, totals, sample))
    return make_report(
        connection,
        request,
        "Échantillon d'audit",
        tables,
        subtitle=f"{METHODS[method]}, graine {seed}, {len(sample.draws)} lignes sur {totals.count}",
        controls=_controls(population, totals, sample, rows),
        parameters=parameters(population, totals, sample),
        counts=(("Lignes de la population", totals.count), ("Lignes retenues", len(sample.draws))),
        json=_document(population, totals, sample, rows, order),
    )


def _sample_rows(connection: Connection, sample: Sample) -> tuple[list[Row], list[int]]:
    """The lines drawn, whole, in the order of recording, and the place of each in the draw."""
    titles = {number: one.title for number, one in chart_accounts(connection).items()}
    found: list[tuple[tuple[int, int], int, Row]] = []
    for place, draw in enumerate(sample.draws, 1):
        reference, _, position = draw.ref.rpartition("/")
        entry = find_entry(connection, reference)
        line = lines_of(connection, entry.id)[int(position) - 1]
        row: Row = (
            place, draw.ref, _reason(draw), entry.date, entry.document, entry.document_date, line.account,
            titles.get(line.account, ""), line.label or entry.label, line.debit, line.credit, entry.recorded_at.date(),
            entry.actor, None,
        )  # fmt: skip
        found.append(((entry.id, int(position)), place, row))
    found.sort(key=lambda one: one[0])
    return [row for _, _, row in found], [place for _, place, _ in found]


def _examined(rows: list[Row], order: list[int], sample: Sample) -> list[Row]:
    """(order, line, reason, hits, amount) of each line drawn, in the order of the sheet."""
    amount = {str(row[1]): int(str(row[9])) + int(str(row[10])) for row in rows}
    draws = [(place, sample.draws[place - 1]) for place in order]
    return [(place, draw.ref, _reason(draw), draw.hits, amount[draw.ref]) for place, draw in draws]


def _reason(draw: Draw) -> str:
    if draw.certain:
        return CERTAIN
    return "Tirage" if draw.hits == 1 else f"Tirage ({draw.hits} atteintes)"


def _sample_table(rows: list[Row], sample: Sample) -> Table:
    notes = ["La dernière colonne est à remplir par l'auditeur."]
    if sample.exhaustive:
        notes.insert(0, EXHAUSTIVE)
    return Table("sample", "Échantillon", _COLUMNS, rows, notes=tuple(notes))


def _population_table(connection: Connection, totals: ControlTotals) -> Table:
    titles = {number: one.title for number, one in chart_accounts(connection).items()}
    columns = (
        Column("book", "Livre"),
        Column("account", "Compte"),
        Column("title", "Intitulé"),
        Column("count", "Lignes", "integer", total=True),
        francs("debit", "Débit"),
        francs("credit", "Crédit"),
    )
    rows: list[Row] = [
        (book, account, titles.get(account, ""), *own) for (book, account), own in sorted(totals.accounts.items())
    ]
    books = {book: book_title(book) for book, _ in totals.accounts}
    return Table(
        "population",
        "Population",
        columns,
        rows,
        group_by="book",
        group_titles=books,
        total_label="TOTAL DE LA POPULATION",
        notes=(f"Empreinte SHA-256 de la population : {totals.sha256}",),
    )


def _left_out(population: Population, totals: ControlTotals) -> Table:
    columns = (
        Column("line", "Ligne d'écriture", width=24),
        Column("date", "Date comptable", "date"),
        Column("account", "Compte", width=12),
        francs("debit", "Débit"),
        francs("credit", "Crédit"),
    )

    def rows() -> Any:
        for line in population.lines():
            if line.debit + line.credit <= 0:
                yield (line.ref, line.date, line.account, line.debit, line.credit)

    none = totals.zero + totals.below == 0
    note = "Néant : aucune ligne à montant nul ou négatif." if none else "À examiner à part : aucun franc à tirer."
    return Table("left_out", "Hors tirage", columns, () if none else rows, notes=(note,))


def _controls(population: Population, totals: ControlTotals, sample: Sample, rows: list[Row]) -> tuple[Control, ...]:
    count, debit, credit = population.summed_by_database()
    drawn_debit = sum(int(str(row[9])) for row in rows)
    drawn_credit = sum(int(str(row[10])) for row in rows)
    wanted = {draw.ref for draw in sample.draws}
    amounts = {line.ref: line for line in population.lines() if line.ref in wanted}
    return (
        Control("Population : nombre de lignes = base de données", "{population.count:total}", totals.count, count),
        Control("Population : débits = base de données", "{population.debit:total}", totals.debit, debit),
        Control("Population : crédits = base de données", "{population.credit:total}", totals.credit, credit),
        Control("Lignes retenues = tirages", "COUNT({sample.order})", len(rows), len(sample.draws)),
        Control(
            "Échantillon : débits relus dans la population",
            "{sample.debit:total}",
            drawn_debit,
            sum(line.debit for line in amounts.values()),
        ),
        Control(
            "Échantillon : crédits relus dans la population",
            "{sample.credit:total}",
            drawn_credit,
            sum(line.credit for line in amounts.values()),
        ),
    )


def _document(
    population: Population, totals: ControlTotals, sample: Sample, rows: list[Row], order: list[int]
) -> Mapping[str, Any]:
    request, plan = population.request, sample.plan
    keys = [column.key for column in _COLUMNS[:-1]]
    items: list[dict[str, Any]] = [dict(zip(keys, row[:-1], strict=True)) for row in rows]
    for item, place in zip(items, order, strict=True):
        draw = sample.draws[place - 1]
        item |= {"certain": draw.certain, "hits": draw.hits, "key": draw.key}
    document: dict[str, Any] = {
        "report": "audit-sample",
        "fictional": request.fictional,
        "method": sample.method,
        "seed": sample.seed,
        "size_asked": sample.size_asked,
        "size": len(items),
        "exhaustive": sample.exhaustive,
        "book": request.book,
        "from": request.start,
        "to": request.end,
        "account": population.account,
        "side": population.side,
        "known_entry": request.known,
        "population": {
            "count": totals.count,
            "debit": totals.debit,
            "credit": totals.credit,
            "sha256": totals.sha256,
            "zero": totals.zero,
            "negative": totals.below,
            "negative_total": totals.below_total,
        },
        "items": items,
    }
    if plan is not None:
        document["monetary"] = {
            "total": plan.total,
            "certain": len(plan.certain),
            "cells": len(plan.points),
            "rest": plan.rest,
            "interval": {"numerator": plan.interval.numerator, "denominator": plan.interval.denominator},
        }
    found: Mapping[str, Any] = plain(document)
    return found
