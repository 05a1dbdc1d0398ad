"""`pcaes verify` through the command line: heads noted earlier, values that cannot be read."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from portal.cli.call import Outcome, call


class Books:
    """Fictional books in a file, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "livres.db"
        assert self.run("init", "--fictional").code == 0
        for place in (1, 2):
            assert self.run("post", str(self.entry(place)), "--json").code == 0

    def run(self, *words: str) -> Outcome:
        """One command."""
        return call(words, database=f"sqlite:///{self.file}", actor=None)

    def entry(self, place: int) -> Path:
        """A file with one entry."""
        lines = [{"account": "65881", "debit": 10 * place}, {"account": "40111", "credit": 10 * place}]
        one = {"book": "BF", "journal": "OD", "date": "2026-03-05", "document": f"F-{place}", "label": "Essai"}
        file = self.folder / f"{place}.json"
        file.write_text(json.dumps({"entries": [one | {"lines": lines}]}), encoding="utf-8")
        return file

    def noted(self) -> str:
        """The answer of a verification, kept in a file."""
        file = self.folder / "tetes.json"
        file.write_text(json.dumps(self.run("verify", "--json").document), encoding="utf-8")
        return str(file)

    def attack(self, *statements: str) -> None:
        """Raw SQL with the guards taken off, then put back as they were."""
        connection = sqlite3.connect(self.file)
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("PRAGMA ignore_check_constraints = ON")
        for statement in statements:
            connection.execute(statement)
        for _, sql in guards:
            connection.execute(sql)
        connection.commit()
        connection.close()

    def failed(self, *words: str) -> list[str]:
        """The checks that find something."""
        done = self.run("verify", "--json", *words)
        names = [one["name"] for one in done.document["checks"] if not one["ok"]]
        assert done.code == (1 if names else 0)
        return names


CUT = (
    "DELETE FROM entry_line WHERE entry_id = 2",
    "DELETE FROM entry WHERE id = 2",
    "DELETE FROM command_log WHERE id = 2",
)


@pytest.fixture
def books(tmp_path: Path) -> Books:
    """Two entries, each of its command."""
    return Books(tmp_path)


def test_heads_noted_on_good_books_stay_good_when_the_books_go_on(books: Books) -> None:
    heads = books.noted()
    books.run("post", str(books.entry(3)))
    assert books.failed("--expect-heads", heads) == []


def test_a_tail_cut_off_with_its_commands_is_noticed_by_the_heads_alone(books: Books) -> None:
    heads = books.noted()
    books.attack(*CUT)
    assert books.failed() == []
    assert books.failed("--expect-heads", heads) == ["expected_heads"]
    done = books.run("verify", "--json", "--expect-heads", heads).document
    rows = next(one["rows"] for one in done["checks"] if one["name"] == "expected_heads")
    assert [(row.get("book"), row.get("commands"), row["found"]) for row in rows] == [
        ("BF", None, None),
        (None, 2, None),
    ]


def test_entries_cut_off_under_their_commands_are_noticed_without_any_head(books: Books) -> None:
    books.attack(*CUT[:2])
    assert books.failed() == ["command_seals"]


@pytest.mark.parametrize("content", ["{}", "[]", '{"heads": {}}', '{"heads": {"BF": 3}}', '{"BF": {"entries": "2"}}'])
def test_a_file_that_gives_no_heads_is_refused(content: str, books: Books) -> None:
    file = books.folder / "autre.json"
    file.write_text(content, encoding="utf-8")
    done = books.run("verify", "--json", "--expect-heads", str(file))
    assert (done.code, done.document["refused"]["code"]) == (2, "heads_unreadable")
    assert "autre.json" in done.document["refused"]["message"]


@pytest.mark.parametrize(
    ("statement", "column"),
    [
        ("UPDATE entry SET recorded_at = 'hier' WHERE id = 2", "recorded_at"),
        ("UPDATE entry SET recorded_at = '2026-02-30T10:00:00.000000Z' WHERE id = 2", "recorded_at"),
        ("UPDATE entry SET date = '2026-02-30' WHERE id = 2", "date"),
        ("UPDATE entry_line SET debit = 'dix' WHERE entry_id = 2 AND position = 1", "debit"),
        ("UPDATE account SET postable = 7 WHERE number = '65881'", "postable"),
    ],
)
def test_a_value_that_cannot_be_read_is_a_failed_check_and_never_a_traceback(
    statement: str, column: str, books: Books
) -> None:
    books.attack(statement)
    done = books.run("verify", "--json")
    readable: dict[str, Any] = next(one for one in done.document["checks"] if one["name"] == "readable_values")
    assert done.code == 1
    assert [row["column"] for row in readable["rows"]] == [column]
    assert "Traceback" not in done.err


def test_a_check_that_stumbles_says_so_and_the_others_go_on(books: Books) -> None:
    books.attack("UPDATE entry SET recorded_at = 'hier' WHERE id = 2")
    checks = books.run("verify", "--json").document["checks"]
    told = {one["name"]: one["rows"][0]["fault"] for one in checks if not one["ok"] and "fault" in one["rows"][0]}
    assert told["hash_chain"].startswith("contrôle impossible : ValueError : « hier » n'est pas un instant")
    assert next(one for one in checks if one["name"] == "rows_as_sealed")["ok"] is True


def test_setting_up_again_does_not_seal_what_was_changed_behind_the_guards(books: Books) -> None:
    assert books.run("init").code == 0
    assert books.failed() == []
    books.attack("UPDATE account SET title = 'Autre' WHERE number = '65881'", "UPDATE levy_deadline SET days = 90")
    assert books.run("init").code == 0
    assert books.failed() == ["references_as_sealed"]
