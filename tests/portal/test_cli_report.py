"""`pcaes report`: formats, places, defaults, refusals."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from portal.cli.call import Outcome, call
from reports.catalogue import REPORTS
from tests.reports.worked import posted

Give = Callable[..., Outcome]


@pytest.fixture
def give(sqlite_books: Any) -> Give:
    """A way to ask for reports of the worked example."""
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    posted(engine)
    engine.dispose()
    return lambda *words: call(("report", *words), database=sqlite_books.url, actor="essai")


def refused(outcome: Outcome) -> tuple[int, str]:
    return outcome.code, outcome.document["refused"]["code"]


def test_json_goes_to_stdout_and_nothing_else_does(give: Give) -> None:
    found = give("trial-balance", "--json", "--book", "BF", "--from", "2026-04-01")
    rows = {row["account"]: row for row in found.document["rows"]}
    assert found.code == 0
    assert rows["52111"] == {
        "book": "BF", "account": "52111", "title": "Banque – compte PC-AES Burkina Faso", "opening_debit": 0,
        "opening_credit": 0, "movement_debit": 900_000, "movement_credit": 250_000, "closing_debit": 650_000,
        "closing_credit": 0,
    }  # fmt: skip


def test_the_consolidated_rows_are_in_the_document(give: Give) -> None:
    rows = give("trial-balance", "--format", "json").document["rows"]
    assert {row["book"] for row in rows} == {"BF", "ML", "NE", "CONSOLIDATED"}


def test_the_workbook_has_its_controls_and_its_provenance(give: Give, tmp_path: Path) -> None:
    out = tmp_path / "balance.xlsx"
    out.write_bytes(b"older")
    done = give("trial-balance", "--format", "xlsx", "--out", str(out), "--json")
    assert done.document["controls"] == {"total": 24, "failed": 0}
    book = load_workbook(out, data_only=True)
    assert book.sheetnames == ["Balance générale", "Consolidation", "Totaux par classe", "Contrôles", "Provenance"]
    labels = [row[0].value for row in book["Balance générale"].iter_rows()]
    formulas = {row[0].value: row[7].value for row in load_workbook(out)["Balance générale"].iter_rows()}
    assert "TOTAL Comptes consolidés" in labels
    assert formulas["TOTAL Niger (NE)"].startswith("=SUBTOTAL(9,")
    assert [file.name for file in tmp_path.glob("*.partial")] == []


def test_the_format_follows_the_name_of_the_file(give: Give, tmp_path: Path) -> None:
    for form in ("xlsx", "csv", "json"):
        assert give("journal", "--out", str(tmp_path / f"journal.{form}")).code == 0
    text = (tmp_path / "journal.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert (len(rows), rows[0]["debit"], rows[0]["entry"]) == (18, "1000000", "BF/PC/2026/1")
    assert (tmp_path / "journal-journals.csv").exists()
    document = json.loads((tmp_path / "journal.json").read_text(encoding="utf-8"))
    assert [row["entry"] for row in document["rows"]] == [row["entry"] for row in rows]


def test_without_format_or_file_the_report_is_on_the_screen(give: Give) -> None:
    shown = give("suspense")
    assert shown.code == 0
    assert "Comptes d'imputation provisoire" in shown.out
    assert "-250\u00a0000" in shown.out


def test_csv_without_a_file_goes_to_stdout(give: Give) -> None:
    shown = give("suspense", "--format", "csv", "--as-of", "2026-06-30")
    rows = list(csv.DictReader(io.StringIO(shown.out.lstrip("\ufeff")), delimiter=";"))
    assert [row["open"] for row in rows] == ["-250000", "1500"]


def test_the_same_arguments_write_the_same_bytes(give: Give, tmp_path: Path) -> None:
    digests = [
        give("general-ledger", "--out", str(tmp_path / name), "--json").document["files"][0]["sha256"]
        for name in ("one.xlsx", "two.xlsx")
    ]
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("balance",), "report_unknown"),
        (("trial-balance", "--book", "TG"), "book_unknown"),
        (("trial-balance", "--from", "2026-05-02", "--to", "2026-05-01"), "period_reversed"),
        (("trial-balance", "--format", "pdf"), "format_unknown"),
        (("trial-balance", "--format", "xlsx"), "out_missing"),
        (("trial-balance", "--out", "absent/balance.xlsx"), "out_unusable"),
        (("trial-balance", "--out", "."), "format_unknown"),
        (("trial-balance", "--as-known", "bientôt"), "known_unreadable"),
        (("trial-balance", "--from", "hier"), "usage"),
    ],
)
def test_wrong_usage_is_one_sentence_and_exit_code_2(give: Give, words: tuple[str, ...], code: str) -> None:
    assert refused(give(*words, "--json")) == (2, code)


def test_options_may_stand_before_the_name(give: Give) -> None:
    assert give("--book", "NE", "--json", "journal").document["rows"][0]["entry"] == "NE/BQ/2026/1"


def test_every_announced_report_is_there() -> None:
    from importlib import import_module

    for place, _ in REPORTS.values():
        module, _, function = place.partition(":")
        assert callable(getattr(import_module(module), function))
