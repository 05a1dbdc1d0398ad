"""A fictional March and April of three books, small enough to be summed by hand, each act at an hour of its own."""

import datetime as dt
from typing import Any

from sqlalchemy import Engine

from ledger.bank_accounts import bind
from ledger.commands import post
from ledger.correct import reverse_entry
from ledger.entry_file import read_entries
from ledger.unit import Ledger
from reports.catalogue import compute
from reports.dataset import Report
from tests.reconcile.banked import BOOKS, IBAN

START = dt.datetime(2026, 5, 4, 8, tzinfo=dt.UTC)


def hour(place: int) -> dt.datetime:
    """When the act of that place, from 0, is recorded."""
    return START + dt.timedelta(hours=place)


def entry(book: str, journal: str, day: str, document: str, *lines: tuple[str, int], **more: Any) -> dict[str, Any]:
    """One entry of a file; a line is an account and an amount, debit positive."""
    rows = [{"account": account, ("debit" if amount > 0 else "credit"): abs(amount)} for account, amount in lines]
    given = {"book": book, "journal": journal, "date": day, "document": document, "label": f"Fictif {document}"}
    return given | {"lines": rows} | more


def transfer(name: str, day: str, amount: int, sender: tuple[str, str], receiver: tuple[str, str]) -> list[Any]:
    """The two halves of a transfer; a side is its book and its bank account."""
    return [
        entry(sender[0], "BQ", day, name, ("5851", amount), (sender[1], -amount), transfer=name),
        entry(receiver[0], "BQ", day, name, (receiver[1], amount), ("5851", -amount), transfer=name),
    ]


ACTS: tuple[list[dict[str, Any]], ...] = (
    [entry("BF", "PC", "2026-03-31", "ER-BF-03", ("44871", 1_000_000), ("7101", -1_000_000))],
    [entry("BF", "BQ", "2026-04-10", "RV-BF-03", ("52111", 900_000), ("44871", -900_000))],
    [entry("ML", "BQ", "2026-03-05", "CR-ML-1", ("52112", 400_000), ("47122", -400_000))],
    transfer("VIR-1", "2026-04-15", 250_000, ("BF", "52111"), ("NE", "52113")),
    [entry("NE", "BQ", "2026-04-16", "FR-NE-1", ("47113", 1_500), ("52113", -1_500))],
    [entry("ML", "OD", "2026-04-08", "ID-ML-1", ("47122", 150_000), ("44872", -150_000))],
    [entry("BF", "OD", "2026-04-20", "OP-BF-9", ("65881", 70_000), ("40111", -70_000))],
)
"""What is posted, act by act; the eighth act takes the last entry back en négatif."""


def posted(engine: Engine, acts: int | None = None) -> Ledger:
    """Books in which the first `acts` acts are recorded (all of them, and the correction, by default)."""
    ledger = Ledger(engine, "installation", clock=lambda: START)
    for book in BOOKS:
        ledger.perform("compte", lambda unit, book=book: bind(unit, book, IBAN[book]))  # type: ignore[misc]
    for place in range(len(ACTS) + 1 if acts is None else acts):
        record(engine, place)
    return ledger


def record(engine: Engine, place: int) -> None:
    """The act of that place, at its hour."""
    ledger = Ledger(engine, "installation", clock=lambda: hour(place))
    if place == len(ACTS):
        ledger.perform("correction", lambda unit: reverse_entry(unit, "BF/OD/2026/1", "negative", "montant inexact"))
        return
    drafts = read_entries({"entries": ACTS[place]}, "essai.json")
    ledger.perform("écritures", lambda unit: post(unit, drafts))


def report_of(engine: Engine, name: str, **asked: Any) -> Report:
    """A report whose rows were all read while the books were open."""
    from dataclasses import replace

    with engine.connect() as connection:
        found = compute(connection, name, **asked)
        tables = tuple(replace(table, rows=list(table.each())) for table in found.tables)
        return replace(found, tables=tables)


def rows_of(report: Report, table: str, *keys: str) -> list[tuple[Any, ...]]:
    """Some columns of a table, row by row."""
    found = report.table(table)
    places = [found.place(key) for key in keys]
    return [tuple(row[place] for place in places) for row in found.each()]
