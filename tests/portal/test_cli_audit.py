"""`pcaes audit` as an auditor types it: it reads, writes one file, and changes nothing in the books."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from databases import Database

from ledger.engine import open_engine
from portal.cli.call import Outcome, call
from portal.cli.context import close_engines
from tests.reports.worked import posted


@pytest.fixture
def desk(books: Database) -> Iterator[Any]:
    """A small fictional quarter with an auditor and an accountant, and a way to give commands; on each engine."""
    engine = open_engine(books.url)
    posted(engine)
    engine.dispose()

    def give(*words: str, actor: str = "Auditeur (fictif)") -> Outcome:
        return call(words, database=books.url, actor=actor, now="2026-05-20T10:00:00Z")

    for name, role in (("Administrateur (fictif)", "administrator"), ("Auditeur (fictif)", "auditor")):
        assert give("user", "add", name, "--role", role, actor="Administrateur (fictif)").code == 0
    yield give
    close_engines()


def log_of(books: Database) -> list[tuple[Any, ...]]:
    """Every command recorded."""
    from sqlalchemy import select

    from ledger.tables.commands import command_log

    engine = open_engine(books.url)
    with engine.connect() as connection:
        rows = [tuple(row) for row in connection.execute(select(command_log).order_by(command_log.c.id))]
    engine.dispose()
    return rows


@pytest.mark.parametrize("method", ["random", "systematic", "monetary-unit"])
@pytest.mark.parametrize("form", ["xlsx", "json", "csv"])
def test_a_sample_is_written_and_answered(desk: Any, tmp_path: Path, method: str, form: str) -> None:
    out = tmp_path / f"echantillon.{form}"
    done = desk("audit", "sample", "--method", method, "--size", "4", "--seed", "2026", "--out", str(out), "--json")

    assert (done.code, done.err) == (0, "")
    answer = done.document
    assert (answer["method"], answer["seed"], answer["size"]) == (method, "2026", 4)
    assert answer["population"]["count"] == 18
    assert answer["controls"] == {"total": 6, "failed": 0}
    assert Path(answer["files"][0]["file"]) == out
    assert out.stat().st_size > 500


def test_a_sample_in_json_holds_its_lines_and_what_draws_them_again(desk: Any, tmp_path: Path) -> None:
    out = tmp_path / "echantillon.json"
    words = ("audit", "sample", "--method", "random", "--size", "3", "--seed", "7", "--book", "BF", "--out", str(out))
    assert desk(*words).code == 0
    found = json.loads(out.read_text(encoding="utf-8"))

    import hashlib

    keys = {item["line"]: hashlib.sha256(f"pcaes-sample-1|7|random|{item['line']}".encode()).hexdigest()
            for item in found["items"]}  # fmt: skip
    assert {item["line"]: item["key"] for item in found["items"]} == keys
    assert (len(keys), found["book"], found["fictional"]) == (3, "BF", True)


def test_the_tests_of_the_population_are_written_with_their_counts(desk: Any, tmp_path: Path) -> None:
    out = tmp_path / "tests.xlsx"
    done = desk("audit", "tests", "--out", str(out), "--threshold", "1050000", "--json")

    results = {one["name"]: (one["count"], one["result"]) for one in done.document["tests"]}
    assert done.code == 0
    assert results["entry_gaps"] == (0, "none")
    assert results["same_iban"] == (0, "not_applicable")
    assert results["corrections"] == (1, "to_examine")
    assert results["late_entries"] == (2, "to_examine")
    with zipfile.ZipFile(out) as opened:
        sheets = opened.read("xl/workbook.xml").decode()
    assert 'name="Synthèse"' in sheets
    assert 'name="Benford"' in sheets
    assert 'name="Contrôles"' in sheets


def test_the_pack_is_written_whole_and_says_what_is_absent(desk: Any, tmp_path: Path) -> None:
    out = tmp_path / "dossier.zip"
    done = desk("audit", "pack", "--out", str(out), "--json")

    assert done.code == 0
    answer = done.document
    assert (answer["fictional"], answer["entries"], answer["verified"]) == (True, 9, True)
    assert "Ordres de paiement et signatures : la base n'en contient aucun." in answer["missing"]
    with zipfile.ZipFile(out) as opened:
        assert len(opened.namelist()) == answer["files"] + 1
        assert opened.testzip() is None


def test_an_audit_leaves_no_trace_in_the_books(desk: Any, books: Database, tmp_path: Path) -> None:
    before = log_of(books)
    desk("audit", "tests", "--out", str(tmp_path / "t.json"))
    desk("audit", "sample", "--method", "random", "--size", "0", "--seed", "1", "--out", str(tmp_path / "s.json"))
    assert log_of(books) == before


@pytest.mark.parametrize(
    ("words", "code", "exit_code"),
    [
        (("sample", "--method", "dés", "--size", "3", "--seed", "1"), "sample_method_unknown", 2),
        (("sample", "--method", "random", "--size", "0", "--seed", "1"), "sample_size_invalid", 2),
        (("sample", "--method", "random", "--size", "3", "--seed", ""), "sample_seed_missing", 2),
        (("sample", "--method", "random", "--size", "3", "--seed", "1", "--account", "x"), "account_prefix_invalid", 2),
        (("sample", "--method", "random", "--size", "3", "--seed", "1", "--side", "x"), "side_unknown", 2),
        (("sample", "--method", "random", "--size", "3", "--seed", "1", "--book", "XX"), "book_unknown", 2),
        (("sample", "--method", "random", "--size", "3", "--seed", "1", "--account", "99"), "population_empty", 1),
        (("sample", "--method", "random", "--size", "3", "--seed", "1", "--format", "pdf"), "format_unknown", 2),
        (("sample", "--method", "random", "--size", "3"), "usage", 2),
        (("tests", "--margin", "0"), "threshold_invalid", 2),
    ],
)
def test_what_cannot_be_audited_is_refused_in_a_sentence(
    desk: Any, tmp_path: Path, words: tuple[str, ...], code: str, exit_code: int
) -> None:
    out = tmp_path / "rien.xlsx"
    done = desk("audit", *words, "--out", str(out), "--json")
    assert (done.document["refused"]["code"], done.code) == (code, exit_code)
    assert not out.exists()


def test_a_place_that_does_not_exist_is_refused_before_anything_is_computed(desk: Any, tmp_path: Path) -> None:
    done = desk("audit", "pack", "--out", str(tmp_path / "absent" / "dossier.zip"), "--json")
    assert (done.document["refused"]["code"], done.code) == ("out_unusable", 2)
