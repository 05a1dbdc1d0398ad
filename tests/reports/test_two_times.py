"""Every report as it was seen: what was known at a past instant gives the same bytes for ever."""

import datetime as dt
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.catalogue import compute
from reports.json_file import json_text
from reports.workbook.write import write_workbook
from tests.reports.worked import ACTS, hour, posted, record, report_of

NAMES = ("trial-balance", "general-ledger", "journal", "suspense", "reconciliation")
LAST = len(ACTS)


@pytest.fixture(scope="module")
def history(sqlite_books_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Books after every act, and each report as it stood after each act."""
    from ledger.engine import open_engine

    file = tmp_path_factory.mktemp("two-times") / "books.db"
    shutil.copyfile(sqlite_books_template, file)
    engine = open_engine(f"sqlite:///{file}")
    posted(engine, 0)
    stored: dict[tuple[str, int], str] = {}
    for place in range(LAST + 1):
        record(engine, place)
        for name in NAMES:
            stored[name, place] = text_of(engine, name)
    yield engine, stored
    engine.dispose()


def text_of(engine: Any, name: str, **asked: Any) -> str:
    with engine.connect() as connection:
        return json_text(compute(connection, name, **asked))


def workbook_of(engine: Any, name: str, **asked: Any) -> bytes:
    stream = io.BytesIO()
    with engine.connect() as connection:
        write_workbook(compute(connection, name, **asked), stream)
    return stream.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(NAMES),
    place=st.integers(0, LAST),
    late=st.integers(0, 3_599_999_999).map(lambda microseconds: dt.timedelta(microseconds=microseconds)),
)
def test_a_report_of_any_past_instant_is_the_report_stored_then(
    history: Any, name: str, place: int, late: dt.timedelta
) -> None:
    engine, stored = history
    assert text_of(engine, name, as_known=(hour(place) + late).isoformat()) == stored[name, place]


@pytest.mark.parametrize("name", NAMES)
def test_an_instant_just_before_an_act_does_not_know_it(history: Any, name: str) -> None:
    engine, stored = history
    for place in range(1, LAST + 1):
        before = hour(place) - dt.timedelta(microseconds=1)
        assert text_of(engine, name, as_known=before.isoformat()) == stored[name, place - 1]


def test_the_number_of_an_entry_and_a_day_name_a_knowledge_too(history: Any) -> None:
    engine, stored = history
    assert text_of(engine, "journal", as_known="1") == stored["journal", 0]
    assert text_of(engine, "journal", as_known="2026-05-04") == stored["journal", LAST]
    assert text_of(engine, "journal", as_known="2026-05-04T08:30:00") == stored["journal", 0]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_arguments_give_the_same_workbook(history: Any, name: str) -> None:
    engine, _ = history
    first = workbook_of(engine, name, as_known=hour(4).isoformat())
    assert first == workbook_of(engine, name, as_known=hour(4).isoformat())
    assert first != workbook_of(engine, name)


@pytest.mark.parametrize("name", NAMES)
def test_both_engines_give_the_same_report(history: Any, postgres_books: Any, name: str) -> None:
    from ledger.engine import open_engine

    engine = open_engine(postgres_books.url)
    try:
        posted(engine)
        here, there = (report_of(one, name) for one in (history[0], engine))
        assert [list(table.each()) for table in here.tables] == [list(table.each()) for table in there.tables]
        assert [(one.title, one.value, one.wanted) for one in here.controls] == [
            (one.title, one.value, one.wanted) for one in there.controls
        ]
    finally:
        engine.dispose()
