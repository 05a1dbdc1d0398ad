"""What the tests of a population find, each planted by hand beside an innocent neighbour, on both engines."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledger.commands import post
from ledger.correct import reverse_entry
from ledger.entry_file import read_entries
from ledger.unit import Ledger
from reconcile.withdraw import withdraw_statement
from reports.audit.audit_tests import TESTS, audit_tests, check_settings
from reports.audit.authors import by_author, corrections, self_validated
from reports.audit.benford import EXPECTED, benford, first_digits, mean_deviation, shares
from reports.audit.duplicates import same_amount, same_document
from reports.audit.finding import AuditSettings, Finding, Scope, shown
from reports.audit.just_below import ThresholdInvalid, below_thresholds, just_below
from reports.audit.population import whole_life
from reports.audit.sequences import chain_gaps, entry_gaps, holes, order_gaps
from reports.audit.withdrawn import withdrawn_statements
from reports.audit.working_time import ClosedDays, closed_days, late_entries, late_lines
from reports.request import resolve
from tests.reconcile.banked import Seen, bring, do, march, prepared, statement
from tests.reports.worked import entry, posted

NOON = dt.datetime(2026, 5, 5, 12, tzinfo=dt.UTC)


def record(engine: Engine, *entries: dict[str, Any], at: dt.datetime = NOON) -> None:
    """Post entries at an hour."""
    drafts = read_entries({"entries": list(entries)}, "essai.json")
    Ledger(engine, "installation", clock=lambda: at).perform("post", lambda unit: post(unit, drafts))


def spent(day: str, document: str, amount: int, book: str = "BF") -> dict[str, Any]:
    """An expense accepted in a book."""
    digit = {"BF": "1", "ML": "2", "NE": "3"}[book]
    return entry(book, "OD", day, document, ("65881", amount), (f"4011{digit}", -amount))


def found(engine: Engine, test: Callable[[Scope], Finding], **settings: Any) -> Finding:
    """One test over the whole life of the books."""
    with engine.connect() as connection:
        request = whole_life(connection, resolve(connection, "audit-tests"))
        return test(Scope(connection, request, AuditSettings(**settings)))


def column(finding: Finding, key: str) -> list[Any]:
    """One column of what was found."""
    place = [one.key for one in finding.columns].index(key)
    return [row[place] for row in finding.rows]


@given(numbers=st.sets(st.integers(1, 60)))
def test_holes_are_exactly_the_numbers_that_are_absent(numbers: set[int]) -> None:
    absent = {number for first, last in holes(numbers) for number in range(first, last + 1)}
    assert absent == set(range(1, max(numbers, default=0) + 1)) - numbers


def test_a_number_used_twice_is_a_fault_of_the_sequence() -> None:
    assert list(holes([1, 2, 2, 5])) == [(2, 1), (3, 4)]


def test_whole_sequences_are_said_to_be_whole(books_engine: Engine) -> None:
    posted(books_engine)
    finding = found(books_engine, entry_gaps)
    assert (finding.verdict, finding.count, finding.examined) == ("Néant", 0, 9)
    assert finding.table.notes[-1] == "NÉANT. Aucun numéro ne manque, aucun n'est double. Examinés : 9 (écritures)."


def test_an_entry_taken_out_behind_the_guards_leaves_a_hole(sqlite_books: Any) -> None:
    import sqlite3

    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    record(engine, *(spent("2026-04-20", f"F-{place}", 10_000 + place) for place in range(4)))
    raw = sqlite3.connect(sqlite_books.url.removeprefix("sqlite:///"))
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f'DROP TRIGGER "{name}"')
    raw.execute("DELETE FROM entry WHERE number = 2")
    raw.commit()
    raw.close()
    finding = found(engine, entry_gaps)
    engine.dispose()

    assert [row[:1] + row[3:] for row in finding.rows] == [
        ("Écritures BF/OD/2026", 2, 2, 1),
        ("Chaîne du livre BF", 2, 2, 1),
    ]


def test_books_without_orders_or_statements_say_that_there_is_nothing_to_test(books_engine: Engine) -> None:
    record(books_engine, spent("2026-04-20", "F-1", 10_000))
    assert found(books_engine, order_gaps).absent == "la base ne contient aucun ordre de paiement."
    assert found(books_engine, chain_gaps).verdict == "Sans objet"
    assert found(books_engine, late_lines).verdict == "Sans objet"


def test_an_account_without_statement_breaks_the_chain_of_statements(books_engine: Engine) -> None:
    posted(books_engine, 0)
    finding = found(books_engine, chain_gaps)
    assert column(finding, "book") == ["BF", "ML", "NE"]
    assert set(column(finding, "fault")) == {"Aucun relevé n'a été importé pour ce compte."}


def test_a_withdrawn_statement_is_shown_with_its_reason_and_the_one_that_came_instead(books_engine: Engine) -> None:
    ledger = prepared(books_engine)
    assert found(books_engine, withdrawn_statements).verdict == "Sans objet"
    bring(ledger, statement([Seen(march(9), 500)], "3"))
    bring(ledger, statement([Seen(march(9), 500)], "3"), "ML")
    assert found(books_engine, withdrawn_statements).verdict == "Néant"
    do(ledger, lambda unit: withdraw_statement(unit, "1", "relevé provisoire"))
    bring(ledger, statement([Seen(march(9), 600)], "3"))
    finding = found(books_engine, withdrawn_statements)
    names = ("book", "id", "statement", "closing", "lines", "actor", "reason", "instead")
    assert [column(finding, name) for name in names] == [
        ["BF"], [1], ["3"], [500], [1], ["installation"], ["relevé provisoire"], ["n° 3 (releve-3.txt)"],
    ]  # fmt: skip
    assert (finding.count, finding.examined, finding.verdict) == (1, 3, "À examiner")


def test_the_same_document_twice_in_a_journal_is_reported_whatever_its_capitals(books_engine: Engine) -> None:
    record(
        books_engine,
        spent("2026-04-20", "Fact-7", 10_000),
        spent("2026-04-21", " FACT-7", 25_000),
        spent("2026-04-21", "FACT-7", 25_000, "ML"),
        spent("2026-04-22", "FACT-8", 31_000),
    )
    finding = found(books_engine, same_document)
    assert column(finding, "entry") == ["BF/OD/2026/1", "BF/OD/2026/2"]
    assert (set(column(finding, "set")), finding.examined) == ({1}, 4)


def test_the_same_amount_on_an_account_on_one_day_is_reported(books_engine: Engine) -> None:
    record(
        books_engine,
        spent("2026-04-20", "F-1", 48_000),
        spent("2026-04-20", "F-2", 48_000),
        spent("2026-04-21", "F-3", 48_000),
        spent("2026-04-20", "F-4", 48_000, "NE"),
    )
    finding = found(books_engine, same_amount)
    assert column(finding, "entry") == ["BF/OD/2026/1", "BF/OD/2026/2"] * 2
    assert column(finding, "account") == ["40111", "40111", "65881", "65881"]


def test_a_correction_is_not_a_duplicate_of_what_it_corrects(books_engine: Engine) -> None:
    posted(books_engine)
    assert found(books_engine, same_document).count == 0
    assert found(books_engine, same_amount).count == 0


@pytest.mark.parametrize(
    ("book", "day", "reason"),
    [
        ("BF", dt.date(2026, 4, 18), "samedi"),
        ("ML", dt.date(2026, 4, 19), "dimanche"),
        ("NE", dt.date(2026, 4, 20), None),
        ("BF", dt.date(2026, 12, 11), "Proclamation de l'Indépendance"),
        ("ML", dt.date(2026, 12, 11), None),
    ],
)
def test_closed_days_are_those_of_the_state_of_the_book(book: str, day: dt.date, reason: str | None) -> None:
    assert ClosedDays().reason(book, day) == reason


def test_an_entry_dated_or_recorded_on_a_closed_day_is_reported(books_engine: Engine) -> None:
    record(books_engine, spent("2026-04-18", "SAMEDI", 10_000), spent("2026-04-20", "LUNDI", 20_000))
    record(books_engine, spent("2026-05-04", "TARD", 30_000), at=dt.datetime(2026, 5, 9, 22, tzinfo=dt.UTC))
    finding = found(books_engine, closed_days)
    assert column(finding, "document") == ["SAMEDI", "TARD"]
    assert column(finding, "closed") == ["samedi", ""]
    assert column(finding, "recorded_closed") == ["", "samedi"]
    assert finding.examined == 3


def test_an_entry_recorded_long_after_its_date_is_reported_with_its_delay(books_engine: Engine) -> None:
    record(books_engine, spent("2026-04-04", "JUSTE", 10_000), spent("2026-04-03", "TARD", 20_000))
    record(books_engine, spent("2026-05-20", "AVANT", 30_000), at=dt.datetime(2026, 5, 18, 9, tzinfo=dt.UTC))
    finding = found(books_engine, late_entries)
    assert list(zip(column(finding, "document"), column(finding, "days"), strict=True)) == [("TARD", 32), ("AVANT", -2)]
    assert found(books_engine, late_entries, late_days=32).count == 1


@pytest.mark.parametrize(
    ("amount", "near"),
    [(949_999, None), (950_000, 1_000_000), (999_999, 1_000_000), (1_000_000, None), (4_750_000, 5_000_000), (0, None)],
)
def test_just_below_means_within_the_margin_and_under_the_threshold(amount: int, near: int | None) -> None:
    assert just_below(amount, (1_000_000, 5_000_000), 5) == near


@given(amount=st.integers(1, 10**12), limits=st.sets(st.integers(1, 10**12), min_size=1), margin=st.integers(1, 50))
def test_the_nearest_threshold_above_is_the_only_one_looked_at(amount: int, limits: set[int], margin: int) -> None:
    above = min((limit for limit in limits if limit > amount), default=None)
    wanted = above if above is not None and (above - amount) * 100 <= above * margin else None
    assert just_below(amount, sorted(limits), margin) == wanted


def test_an_acceptance_just_below_a_threshold_is_reported_with_what_is_left(books_engine: Engine) -> None:
    record(books_engine, spent("2026-04-20", "F-1", 990_000), spent("2026-04-20", "F-2", 1_000_000))
    finding = found(books_engine, below_thresholds)
    assert [row[-3:] for row in finding.rows] == [(990_000, 1_000_000, 10_000)]
    assert found(books_engine, below_thresholds, thresholds=(3_000_000,)).count == 0


def test_entries_keyed_and_validated_by_one_person_are_reported(books_engine: Engine) -> None:
    posted(books_engine)
    finding = found(books_engine, self_validated)
    assert (finding.count, finding.examined) == (9, 9)
    assert set(column(finding, "way")) == {"sans brouillard"}
    assert sum(column(found(books_engine, by_author), "count")) == 9


def test_a_correction_stands_beside_what_it_corrects(books_engine: Engine) -> None:
    record(books_engine, spent("2026-04-20", "F-1", 70_000))
    later = Ledger(books_engine, "autre personne", clock=lambda: NOON + dt.timedelta(days=3))
    later.perform("correction", lambda unit: reverse_entry(unit, "BF/OD/2026/1", "negative", "montant inexact"))
    finding = found(books_engine, corrections)
    assert column(finding, "entry") == ["BF/OD/2026/2"]
    assert column(finding, "corrected") == ["BF/OD/2026/1"]
    assert (column(finding, "total"), column(finding, "days"), column(finding, "same")) == ([70_000], [3], ["non"])
    assert column(finding, "style") == ["En négatif"]


def test_the_curve_of_benford_is_that_of_the_logarithm() -> None:
    import math

    assert list(EXPECTED) == [round(10_000 * math.log10(1 + 1 / digit)) for digit in range(1, 10)]
    assert sum(EXPECTED) == 10_000


@given(amounts=st.lists(st.integers(-(10**15) + 1, 10**15 - 1)))
def test_first_digits_are_counted_without_sign_or_zero(amounts: list[int]) -> None:
    counts = first_digits(amounts)
    wanted = [str(abs(amount))[0] for amount in amounts if amount]
    assert counts == [wanted.count(str(digit)) for digit in range(1, 10)]


def test_amounts_that_follow_the_curve_have_no_deviation_and_equal_shares_have_one() -> None:
    assert mean_deviation(list(EXPECTED)) == 0
    assert shares([1, 0, 0, 0, 0, 0, 0, 0, 2]) == [3333, 0, 0, 0, 0, 0, 0, 0, 6667]
    assert mean_deviation([1] * 9) == 597


def test_the_sheet_of_first_digits_says_that_it_proves_nothing(books_engine: Engine) -> None:
    posted(books_engine)
    with books_engine.connect() as connection:
        request = whole_life(connection, resolve(connection, "audit-tests"))
        table, chart, total, _ = benford(Scope(connection, request, AuditSettings()))
    assert total == 9
    assert "ne prouve rien" in table.notes[0]
    assert "trop peu" in table.notes[-1]
    assert [series.column for series in chart.series] == ["share", "expected"]


def test_the_report_has_one_sheet_a_test_and_true_controls(books_engine: Engine) -> None:
    posted(books_engine)
    with books_engine.connect() as connection:
        report = audit_tests(connection, whole_life(connection, resolve(connection, "audit-tests")))
    summary = list(report.table("summary").each())
    assert len(summary) == len(TESTS)
    assert len(report.tables) == len(TESTS) + 3
    assert [control.title for control in report.controls if not control.holds] == []
    assert report.json is not None
    results = {one["name"]: (one["count"], one["result"]) for one in report.json["tests"]}
    assert results["entry_gaps"] == (0, "none")
    assert results["order_gaps"] == (0, "not_applicable")
    assert results["corrections"] == (1, "to_examine")


def test_what_is_beyond_the_rows_shown_is_counted_and_said() -> None:
    rows, count = shown(((place,) for place in range(7)), 3)
    finding = Finding("x", "X", "Question.", (), rows, count, 7, "lignes")
    assert (rows, count) == ([(0,), (1,), (2,)], 7)
    assert finding.table.notes[-1] == "Les 3 premières lignes sur 7 ; réduisez la période ou le livre."


@pytest.mark.parametrize(
    ("settings", "option"),
    [
        (AuditSettings(thresholds=(0,)), "--threshold"),
        (AuditSettings(margin_percent=51), "--margin"),
        (AuditSettings(late_days=-1), "--late-days"),
    ],
)
def test_settings_without_meaning_are_refused(settings: AuditSettings, option: str) -> None:
    with pytest.raises(ThresholdInvalid) as refused:
        check_settings(settings)
    assert refused.value.facts["option"] == option
