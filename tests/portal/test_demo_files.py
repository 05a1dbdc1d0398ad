"""The fictional files: the same bytes each time, and the product's own readers find the story in them."""

import csv
import hashlib
import io
import json
from pathlib import Path

import pytest

from portal.demo.files import FileSet, statement_bytes, write_files
from portal.demo.model import MonthlyStatement, Story
from portal.demo.places import account_of
from portal.demo.story import make_story
from portal.demo.text import fold
from portal.demo.write_cfonb120 import overpunched
from portal.demo.write_returns import HEADINGS
from reconcile.model import Statement
from reconcile.read import read_file


@pytest.fixture(scope="module")
def story() -> Story:
    return make_story()


@pytest.fixture(scope="module")
def files(story: Story, tmp_path_factory: pytest.TempPathFactory) -> FileSet:
    return write_files(story, tmp_path_factory.mktemp("fictif"))


def fingerprints(files: FileSet) -> dict[str, str]:
    paths = [path for path, _ in (*files.returns, *files.statements, *files.entries, *files.orders)]
    paths.append(files.guide)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def read_back(statement: MonthlyStatement) -> Statement:
    """What the product makes of the file, its format recognised by itself."""
    read = read_file(statement_bytes(account_of(statement.book), statement))
    assert (read.format, len(read.statements)) == (statement.format, 1)
    return read.statements[0]


def test_writing_twice_gives_the_same_bytes(story: Story, files: FileSet, tmp_path: Path) -> None:
    again = write_files(make_story(), tmp_path)
    assert fingerprints(again) == fingerprints(files)


def test_every_file_name_says_that_the_data_is_fictional(files: FileSet) -> None:
    assert {name.split("_")[0] for name in fingerprints(files)} == {"FICTIF", "LISEZ-MOI.md"}
    assert (len(files.returns), len(files.statements)) == (57, 54)


@pytest.mark.parametrize(
    ("amount", "written"),
    [(1_234_567, "0000000123456G"), (-1_665_871, "0000000166587J"), (0, "0000000000000{"), (-10, "0000000000001}")],
)
def test_a_cfonb_amount_bears_its_sign_in_its_last_character(amount: int, written: str) -> None:
    assert overpunched(amount) == written


@pytest.mark.parametrize("format", ["cfonb120", "mt940", "camt.053", "xlsx"])
def test_the_reader_finds_the_statements_as_they_were_told(story: Story, format: str) -> None:
    told = [statement for statement in story.statements if statement.format == format]
    assert len(told) == {"cfonb120": 18, "mt940": 17, "camt.053": 18, "xlsx": 1}[format]
    for statement in told:
        read = read_back(statement)
        assert (read.currency, read.exponent, read.proven) == ("XOF", 0, True)
        assert "running_balance_ignored" not in read.notes
        assert (read.opening, read.closing) == (statement.opening, statement.closing)
        assert [(line.booking_date, line.value_date, line.amount, line.reversal) for line in read.lines] == [
            (line.booked, line.value, line.amount, line.reversal) for line in statement.lines
        ]
        for found, line in zip(read.lines, statement.lines, strict=True):
            said = fold(f"{found.bank_reference} {found.customer_reference} {found.label}")
            assert line.reference in said
            assert fold(line.label).split()[-1] in said


def test_the_batch_of_niger_keeps_its_three_transactions(story: Story) -> None:
    statement = next(one for one in story.statements if any(line.parts for line in one.lines))
    batch = next(line for line in statement.lines if line.parts)
    read = read_back(statement)
    found = next(line for line in read.lines if line.details and len(line.details) > 1)
    assert [(detail.reference, detail.amount) for detail in found.details] == [
        (part.reference, part.amount) for part in batch.parts
    ]


def test_an_announced_movement_is_in_the_file_and_not_among_the_lines(story: Story) -> None:
    statement = next(one for one in story.statements if one.pending)
    content = statement_bytes(account_of(statement.book), statement).decode()
    read = read_back(statement)
    assert content.count("<Cd>PDNG</Cd>") == 1
    assert [line for line in read.lines if "OPF-NE-2026-901" in line.label] == []


def test_a_month_in_pages_says_so(story: Story) -> None:
    statement = next(one for one in story.statements if one.page_size)
    content = statement_bytes(account_of(statement.book), statement).decode("ascii")
    pages = -(-len(statement.lines) // (statement.page_size or 1))
    assert content.count(":60F:") == content.count(":62F:") == 1
    assert content.count(":60M:") == content.count(":62M:") == pages - 1 > 0


def test_the_guide_names_every_incident_and_every_account(story: Story, files: FileSet) -> None:
    guide = files.guide.read_text(encoding="utf-8")
    assert [one.code for one in story.anomalies if f"| {one.where} | {one.text} |" not in guide] == []
    assert [account.iban for account in story.accounts if account.iban not in guide] == []
    assert "« VERSEMENT A IDENTIFIER », 4\u00a0410\u00a0000, à passer par le comptable" in guide


def test_the_returns_have_the_agreed_headings_and_the_totals_of_the_story(files: FileSet) -> None:
    for path, told in files.returns:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")), delimiter=";"))
        assert tuple(rows[0]) == HEADINGS
        taxable = [row for row in rows if not row["code_exoneration"]]
        assert [int(row["liquide"]) for row in taxable] == [month.assessed for month in told.months]
        assert sum(int(row["valeur_en_douane"]) for row in rows if row["code_exoneration"]) == sum(
            month.exempt_base for month in told.months
        )


def test_the_entries_are_those_of_the_story(files: FileSet) -> None:
    keys = []
    for path, told in files.entries:
        entries = json.loads(path.read_text(encoding="utf-8"))["entries"]
        keys += [entry["key"] for entry in entries]
        assert [entry["document"] for entry in entries] == [entry.document for entry in told.entries]
        for entry in entries:
            assert sum(line.get("debit", 0) - line.get("credit", 0) for line in entry["lines"]) == 0
    assert len(keys) == len(set(keys))
