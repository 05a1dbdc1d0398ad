"""Matching the fictional statements with the fictional books leaves open what was planted, and nothing else."""

import pytest

from portal.demo.expected import make_expected
from portal.demo.files import statement_bytes
from portal.demo.model import Story
from portal.demo.places import STATES, account_of
from portal.demo.story import make_story
from reconcile.matching.declarations import Declarations, DeclaredRemittance
from reconcile.matching.engine import match
from reconcile.matching.rows import BankLine, BookLine, Outcome
from reconcile.read import read_file


@pytest.fixture(scope="module")
def story() -> Story:
    return make_story()


def bank_of(story: Story) -> list[BankLine]:
    """The lines as the product reads them from the files."""
    lines: list[BankLine] = []
    for told in story.statements:
        read = read_file(statement_bytes(account_of(told.book), told)).statements[0]
        lines += [
            BankLine(len(lines) + place, told.book, told.period, place, *line[:10])
            for place, line in enumerate(read.lines, start=1)
        ]
    return lines


def books_of(story: Story) -> list[BookLine]:
    """The lines of the entries on the three bank accounts."""
    entries = [entry for file in story.entries for entry in file.entries]
    return [
        BookLine(
            (number, place),
            entry.book,
            entry.day,
            line.debit - line.credit,
            (line.reference, entry.document),
            entry.label,
            entry.transfer or None,
        )
        for number, entry in enumerate(entries, start=1)
        for place, line in enumerate(entry.lines, start=1)
        if line.account.startswith("5211")
    ]


def declared_in(story: Story) -> Declarations:
    """What the customs returns say was sent."""
    return Declarations(
        tuple(
            DeclaredRemittance(one.reference, one.state, one.office, one.period, one.remitted, one.remitted_on)
            for one in story.latest_months().values()
            if one.remitted
        )
    )


@pytest.fixture(scope="module")
def outcome(story: Story) -> Outcome:
    return match(bank_of(story), books_of(story), declared_in(story))


def test_the_books_lines_left_open_are_those_the_bank_has_not_seen(story: Story, outcome: Outcome) -> None:
    found = {(line.book, line.references[0], line.amount) for line in outcome.open_book}
    assert found == {
        (book.book, reference, amount) for book in make_expected(story).books for reference, amount in book.not_seen
    }


def test_the_banks_lines_left_open_are_those_to_impute_and_those_not_booked(story: Story, outcome: Outcome) -> None:
    expected = make_expected(story, orders_played=False)
    waiting = [line for book in expected.books for line in book.not_booked]
    waiting += [one.line for one in story.imputations]
    found = sorted((line.book, line.booking_date, line.amount) for line in outcome.open_bank)
    assert found == sorted((line.book, line.booked, line.amount) for line in waiting)
    assert len(found) == 7


def test_nothing_is_left_to_guess(outcome: Outcome) -> None:
    assert {one.status for one in outcome.matches} == {"confirmed"}
    passes = {one.name for one in outcome.passes if one.confirmed}
    assert passes >= {"reference", "reference_in_label", "amount_date", "group", "rule_charge", "rule_remittance"}


@pytest.mark.parametrize("book", STATES)
def test_what_the_rules_post_is_what_the_story_expects_of_them(story: Story, outcome: Outcome, book: str) -> None:
    suffix = account_of(book).suffix
    posted = dict.fromkeys((f"4487{suffix}", f"4711{suffix}", "771"), 0)
    for one in outcome.matches:
        for line in one.posting.lines if one.posting and one.posting.book == book else ():
            if not line.account.startswith("5211"):
                posted[line.account] += line.debit - line.credit
    lines = story.bank_lines(book)
    assert posted == {
        f"4487{suffix}": -sum(line.amount for line in lines if line.kind == "remittance"),
        f"4711{suffix}": -sum(line.amount for line in lines if line.kind in ("charge", "tax")),
        "771": -sum(line.amount for line in lines if line.kind == "interest"),
    }
