"""The fictional entries go into real books, in the order of the script, by the people of the story."""

from collections import defaultdict
from pathlib import Path

import pytest
from databases import Database

from ledger.balance import balance_of, known_entry
from ledger.commands import post
from ledger.engine import open_engine
from ledger.entry_file import load_json, read_entries
from ledger.refusal import Refusal
from ledger.unit import Ledger
from ledger.users import add_user
from portal.demo.files import FileSet, write_files
from portal.demo.model import Story
from portal.demo.script import Act, playing
from portal.demo.story import make_story


@pytest.fixture(scope="module")
def story() -> Story:
    return make_story()


@pytest.fixture
def files(story: Story, tmp_path: Path) -> FileSet:
    return write_files(story, tmp_path)


def with_users(books: Database, story: Story) -> Ledger:
    ledger = Ledger(open_engine(books.url), story.users[0].name)
    for user in story.users:
        ledger.perform("user add", lambda unit, user=user: {"id": add_user(unit, user.name, user.role, user.book).name})
    return ledger


def posted(ledger: Ledger, act: Act) -> None:
    drafts = read_entries(load_json(Path(act.words[1])), act.words[1])
    Ledger(ledger.engine, act.user).perform("post", lambda unit: post(unit, drafts))


def test_the_books_say_of_the_entries_what_the_story_says(sqlite_books: Database, story: Story, files: FileSet) -> None:
    ledger = with_users(sqlite_books, story)
    for act in playing(story, files):
        if act.words[0] == "post":
            posted(ledger, act)

    told: dict[tuple[str, str], int] = defaultdict(int)
    for file in story.entries:
        for entry in file.entries:
            for line in entry.lines:
                told[entry.book, line.account] += line.debit - line.credit
    with ledger.read() as connection:
        assert known_entry(connection, None) == sum(len(file.entries) for file in story.entries)
        found = {(book, number): balance_of(connection, book, number, as_of=story.last) for book, number in told}
    ledger.engine.dispose()
    assert found == told


def test_an_accountant_cannot_post_the_file_of_another_book(
    sqlite_books: Database, story: Story, files: FileSet
) -> None:
    ledger = with_users(sqlite_books, story)
    first = next(act for act in playing(story, files) if act.words[0] == "post")
    other = next(user.name for user in story.users if user.role == "accountant" and user.name != first.user)
    with pytest.raises(Refusal) as refused:
        posted(ledger, Act(first.day, other, first.words))
    ledger.engine.dispose()
    assert refused.value.code == "book_forbidden"
