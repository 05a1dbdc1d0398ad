"""The sample of a small fictional quarter: control totals known by hand, the same answer on both engines."""

import hashlib
import io
from typing import Any

import pytest
from sqlalchemy import Engine

from reports.audit.population import AccountPrefixInvalid, Population, SideUnknown, whole_life
from reports.audit.sample_report import MethodUnknown, SeedMissing, sample_report
from reports.audit.sample_steps import METHODS
from reports.audit.sampling import PopulationEmpty
from reports.dataset import Report
from reports.request import resolve
from reports.workbook.write import write_workbook
from tests.reports.worked import posted

LINES = 18
DEBIT = 1_000_000 + 900_000 + 400_000 + 2 * 250_000 + 1_500 + 150_000 + 70_000 - 70_000


def drawn(engine: Engine, method: str = "random", size: int = 5, seed: str = "2026", **asked: Any) -> Report:
    """A sample over the whole life of the books."""
    dates = {key: asked.pop(key) for key in ("book", "start", "end", "as_known") if key in asked}
    with engine.connect() as connection:
        request = whole_life(connection, resolve(connection, "audit-sample", **dates))
        return sample_report(connection, request, method=method, size=size, seed=seed, **asked)


def document(report: Report) -> Any:
    """The JSON document of the report."""
    assert report.json is not None
    return report.json


@pytest.mark.parametrize("method", METHODS)
def test_the_population_has_its_control_totals(books_engine: Engine, method: str) -> None:
    posted(books_engine)
    found = document(drawn(books_engine, method))

    population = found["population"]
    assert (population["count"], population["debit"], population["credit"]) == (LINES, DEBIT, DEBIT)
    assert (population["negative"], population["negative_total"], population["zero"]) == (2, -140_000, 0)


def test_the_fingerprint_is_the_sha256_of_lines_that_a_person_can_write(sqlite_books: Any) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    posted(engine, 2)
    found = document(drawn(engine))
    engine.dispose()

    written = (
        "BF/PC/2026/1/1;2026-03-31;44871;1000000;0\n"
        "BF/PC/2026/1/2;2026-03-31;7101;0;1000000\n"
        "BF/BQ/2026/1/1;2026-04-10;52111;900000;0\n"
        "BF/BQ/2026/1/2;2026-04-10;44871;0;900000\n"
    )
    assert found["population"]["sha256"] == hashlib.sha256(written.encode()).hexdigest()


@pytest.mark.parametrize("method", METHODS)
def test_the_same_arguments_give_the_same_workbook_and_every_control_holds(books_engine: Engine, method: str) -> None:
    posted(books_engine)
    copies = []
    with books_engine.connect() as connection:
        request = whole_life(connection, resolve(connection, "audit-sample"))
        for _ in range(2):
            report = sample_report(connection, request, method=method, size=6, seed="graine 1")
            stream = io.BytesIO()
            write_workbook(report, stream)
            copies.append(stream.getvalue())

    assert copies[0] == copies[1]
    assert [control.title for control in report.controls if not control.holds] == []
    assert len(report.controls) == 6


def test_both_engines_draw_the_same_lines(sqlite_books: Any, postgres_books: Any) -> None:
    from ledger.engine import open_engine

    found = []
    for database in (sqlite_books, postgres_books):
        engine = open_engine(database.url)
        posted(engine)
        found.append([[item["line"] for item in document(drawn(engine, method))["items"]] for method in METHODS])
        engine.dispose()
    assert found[0] == found[1]
    assert [len(lines) for lines in found[0]] == [5, 5, 5]


def test_a_sample_larger_than_the_population_takes_everything_and_says_so(books_engine: Engine) -> None:
    posted(books_engine)
    report = drawn(books_engine, "systematic", 60)

    found = document(report)
    assert (found["size_asked"], found["size"], found["exhaustive"]) == (60, LINES, True)
    assert report.table("sample").notes[0].startswith("La population compte moins de lignes")


def test_a_monetary_sample_takes_large_lines_for_certain_and_lists_negative_ones_apart(books_engine: Engine) -> None:
    posted(books_engine)
    with books_engine.connect() as connection:
        request = whole_life(connection, resolve(connection, "audit-sample"))
        report = sample_report(connection, request, method="monetary-unit", size=6, seed="2026")
        apart = list(report.table("left_out").each())

    found = document(report)
    certain = {item["line"] for item in found["items"] if item["certain"]}
    # 2 × 3 021 500 francs above zero, 6 asked: a line of 1 007 167 or more would be certain; none is at first
    assert found["monetary"]["total"] == 2 * (DEBIT + 70_000)
    assert certain == set()
    assert [row[0] for row in apart] == ["BF/OD/2026/2/1", "BF/OD/2026/2/2"]

    larger = document(drawn(books_engine, "monetary-unit", 8))
    assert {item["line"] for item in larger["items"] if item["certain"]} == {
        "BF/PC/2026/1/1", "BF/PC/2026/1/2", "BF/BQ/2026/1/1", "BF/BQ/2026/1/2",
    }  # fmt: skip


def test_book_dates_account_and_side_narrow_the_population(books_engine: Engine) -> None:
    import datetime as dt

    posted(books_engine)
    bank = document(drawn(books_engine, account="5211", side="debit"))
    assert bank["population"] == {**bank["population"], "count": 3, "debit": 900_000 + 400_000 + 250_000, "credit": 0}

    april = document(drawn(books_engine, book="ml", start=dt.date(2026, 4, 1), end=dt.date(2026, 4, 30)))
    assert (april["book"], april["population"]["count"], april["population"]["debit"]) == ("ML", 2, 150_000)


def test_a_sample_knows_only_what_was_recorded_then(books_engine: Engine) -> None:
    posted(books_engine)
    found = document(drawn(books_engine, as_known="2"))
    assert (found["known_entry"], found["population"]["count"]) == (2, 4)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        ({"method": "hasard"}, MethodUnknown),
        ({"seed": "  "}, SeedMissing),
        ({"account": "52%"}, AccountPrefixInvalid),
        ({"side": "left"}, SideUnknown),
        ({"account": "999"}, PopulationEmpty),
    ],
)
def test_a_sample_that_cannot_be_drawn_is_refused(books_engine: Engine, asked: Any, refusal: type[Exception]) -> None:
    posted(books_engine, 1)
    with pytest.raises(refusal):
        drawn(books_engine, **asked)


def test_a_monetary_sample_of_corrections_alone_is_refused(books_engine: Engine) -> None:
    posted(books_engine)
    with pytest.raises(PopulationEmpty) as refused:
        drawn(books_engine, "monetary-unit", account="6588", as_known=None, side="credit")
    assert refused.value.facts["found"] == "aucune ligne"


def test_the_walk_over_the_population_agrees_with_the_database(books_engine: Engine) -> None:
    posted(books_engine)
    with books_engine.connect() as connection:
        population = Population(connection, whole_life(connection, resolve(connection, "audit-sample")))
        totals = population.totals()
        assert (totals.count, totals.debit, totals.credit) == population.summed_by_database()
        assert (totals.count, totals.debit) == (LINES, DEBIT)
