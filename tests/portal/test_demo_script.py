"""The acts of the demonstration come in an order that can be played."""

from pathlib import Path

import pytest

from portal.demo.files import FileSet, write_files
from portal.demo.model import Story
from portal.demo.script import Act, matching, playing, reporting, setting_up
from portal.demo.story import make_story


@pytest.fixture(scope="module")
def story() -> Story:
    return make_story()


@pytest.fixture(scope="module")
def files(story: Story, tmp_path_factory: pytest.TempPathFactory) -> FileSet:
    return write_files(story, tmp_path_factory.mktemp("fictif"))


def place(acts: tuple[Act, ...], *words: str) -> int:
    found = [number for number, act in enumerate(acts) if all(word in " ".join(act.words) for word in words)]
    assert len(found) == 1, found
    return found[0]


def test_the_administrator_comes_first_and_declares_everyone(story: Story) -> None:
    acts = setting_up(story)
    assert acts[0].words == ("user", "add", "Administrateur (fictif)", "--role", "administrator")
    assert {act.user for act in acts} == {"Administrateur (fictif)"}
    assert [act.words[:2] for act in acts].count(("user", "add")) == len(story.users) == 12
    assert [act.words[2] for act in acts if act.words[0] == "account"] == ["BF", "ML", "NE"]


def test_every_file_is_brought_once_and_by_day(story: Story, files: FileSet) -> None:
    acts = playing(story, files)
    brought = [act.words[-1] for act in acts if act.words[0] in ("post", "collection", "statement")]
    assert sorted(brought) == sorted(str(path) for path, _ in (*files.returns, *files.entries, *files.statements))
    assert [act.day for act in acts] == sorted(act.day for act in acts)


def test_a_levy_payment_is_declared_after_its_call_and_its_entries(story: Story, files: FileSet) -> None:
    acts = playing(story, files)
    paid = place(acts, "capital pay", "CAPF-BF-2025-01")
    assert place(acts, "capital subscribe", "--state BF") < place(acts, "capital call", "APPF-BF-2025-01") < paid
    assert place(acts, "post", "FICTIF_BF_2025-12") < paid
    assert acts[paid].words[-4:] == ("--source", "levy", "--book", "BF")


def test_a_rectifying_return_comes_after_the_one_it_restates(story: Story, files: FileSet) -> None:
    acts = playing(story, files)
    first = place(acts, "collection import", "FICTIF_BF_2025-09.csv")
    assert first < place(acts, "collection import", "FICTIF_BF_2025-09_BF101_rectificatif.csv")


def test_the_books_are_checked_last_by_the_auditor(story: Story, tmp_path: Path) -> None:
    assert [act.words[-1] for act in matching(story)] == ["BF", "ML", "NE"]
    acts = reporting(story, tmp_path)
    assert acts[-1].words == ("verify",)
    assert {act.user for act in acts} == {"Auditeur externe (fictif)"}
