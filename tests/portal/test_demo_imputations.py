"""The imputations of the fictional history, played on fictional books through the command line."""

from typing import Any

import pytest

from ledger.engine import open_engine
from ledger.refusal import Refusal
from portal.cli.call import call
from portal.demo.model import Imputation
from portal.demo.places import ACCOUNTANTS
from portal.demo.play_imputations import act_of, imputing, line_of
from portal.demo.story import make_story
from tests.reconcile.banked import Seen, bring, prepared, seen_by, statement


@pytest.fixture(scope="module")
def imputations() -> tuple[Imputation, ...]:
    """Those of the story."""
    return make_story().imputations


def shown(one: Imputation, number: int, **changes: Any) -> dict[str, Any]:
    """An open line as `reconcile matches --json` has it."""
    line = one.line
    return {"id": number, "booking_date": line.booked.isoformat(), "amount": line.amount, "label": line.label} | changes


def test_the_line_is_found_by_its_date_amount_and_label(imputations: tuple[Imputation, ...]) -> None:
    one = imputations[0]
    lines = [shown(one, 4, amount=1), shown(one, 5, label="AUTRE"), shown(one, 6), shown(one, 7)]
    assert (line_of(one, lines), line_of(one, lines, [6])) == (6, 7)


def test_a_line_that_is_not_open_stops_the_demonstration(imputations: tuple[Imputation, ...]) -> None:
    with pytest.raises(Refusal) as caught:
        line_of(imputations[0], [])
    assert caught.value.code == "demo_line_missing"


def test_the_act_is_the_accountants_of_the_book(imputations: tuple[Imputation, ...]) -> None:
    one = imputations[0]
    act = act_of(one, 12)
    assert act.words[:3] == ("reconcile", "impute", "12")
    assert (act.day, act.user, one.account in act.words) == (one.day, ACCOUNTANTS[one.line.book], True)


def test_every_imputation_is_played(sqlite_books: Any) -> None:
    story = make_story()
    engine = open_engine(sqlite_books.url)
    people = [("administrateur", "administrator", None)]
    people += [(name, "accountant", book) for book, name in ACCOUNTANTS.items()]
    ledger = prepared(engine, people)
    for book, name in ACCOUNTANTS.items():
        mine = sorted((one.line for one in story.imputations if one.line.book == book), key=lambda line: line.booked)
        seen = [Seen(line.booked, line.amount, line.label) for line in mine]
        bring(seen_by(ledger, name), statement(seen, start=mine[0].booked, end=mine[-1].booked), book)
    engine.dispose()

    acts = imputing(story, sqlite_books.url)

    codes = [call(act.words, database=sqlite_books.url, actor=act.user).code for act in acts]
    assert codes == [0] * len(story.imputations)
    words = ("reconcile", "matches", "--status", "open", "--json")
    left = call(words, database=sqlite_books.url, actor="administrateur").document["open"]
    assert left["statement_lines"] == []
