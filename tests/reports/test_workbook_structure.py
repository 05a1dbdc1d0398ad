"""Every workbook is a package that Excel opens in silence: checked part by part, formula by formula, style by style."""

import io
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ordered import Office

from ledger.mandates.handover import hand_over
from portal.cli.call import call
from reports.catalogue import REPORTS, compute
from reports.dataset import Chart, Column, Control, Link, Provenance, Report, Row, Series, Table
from reports.workbook.write import write_workbook
from tests.reports.workbook_package import faults

SAMPLES = ("random", "systematic", "monetary-unit")


def written(report: Report, rows_max: int = 1_048_576) -> bytes:
    stream = io.BytesIO()
    write_workbook(report, stream, rows_max=rows_max)
    return stream.getvalue()


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, str]]:
    """The books of the demonstration: a year and a half in which everything happens."""
    from ledger.engine import open_engine

    out = tmp_path_factory.mktemp("structure")
    made = call(("demo", "--out", str(out), "--json"), database="sqlite:///unused.db", actor=None)
    assert made.code == 0, made.err
    url = f"sqlite:///{out / 'demonstration-fictive.db'}"
    engine = open_engine(url)
    yield engine, url
    engine.dispose()


@pytest.mark.parametrize("name", [name for name in REPORTS if name != "handover"])
def test_each_report_is_a_package_without_fault(name: str, demonstration: tuple[Any, str]) -> None:
    with demonstration[0].connect() as connection:
        content = written(compute(connection, name))
    assert faults(content) == []


def test_a_record_of_handover_is_a_package_without_fault(sqlite_books: Any) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    office = Office(engine).set_up()
    office.until("accept", 50_000)
    office.later(days=5)
    office.perform("adm", lambda unit: hand_over(unit, "bfo", "2026-03-05T10:00", "Acte fictif", state="BF") and None)
    with engine.connect() as connection:
        assert faults(written(compute(connection, "handover"))) == []
    engine.dispose()


@pytest.mark.parametrize("method", SAMPLES)
def test_each_sample_is_a_package_without_fault(method: str, demonstration: tuple[Any, str], tmp_path: Path) -> None:
    out = tmp_path / "echantillon.xlsx"
    words = ("audit", "sample", "--method", method, "--size", "25", "--seed", "2026", "--out", str(out))
    assert call(words, database=demonstration[1], actor=None).code == 0
    assert faults(out.read_bytes()) == []


def test_the_audit_tests_are_a_package_without_fault(demonstration: tuple[Any, str], tmp_path: Path) -> None:
    out = tmp_path / "tests.xlsx"
    assert call(("audit", "tests", "--out", str(out)), database=demonstration[1], actor=None).code == 0
    assert faults(out.read_bytes()) == []


COLUMNS = (
    Column("label", "Libellé"),
    Column("day", "Jour", "date"),
    Column("amount", "Montant", "francs", total=True),
    Column("twice", "Double", "francs", formula="[amount]*2"),
)


def lines(count: int) -> Callable[[], Iterator[Row]]:
    return lambda: (("A" if n < count // 2 else "B", date(2026, 1, 1), n, 2 * n) for n in range(count))


@pytest.mark.parametrize("group_by", [None, "label"])
@pytest.mark.parametrize("streamed", [False, True])
def test_a_table_over_several_sheets_is_a_package_without_fault(group_by: str | None, streamed: bool) -> None:
    rows = lines(200) if streamed else list(lines(200)())
    detail = Table("lines", "Lignes d'écritures : du premier au dernier jour", COLUMNS, rows, group_by=group_by)
    links = (Link(0, "label", "lines", target_row=199),)
    summary = Table("summary", "Synthèse / O'Neil", COLUMNS, list(lines(1)()), links=links)
    chart = Chart("column", "Montants", "summary", "label", (Series("amount"),))
    control = Control("Total", "{lines.amount:total}", 19_900, 19_900)
    report = Report("essai", "Essai", Provenance("Essai", None, None), (summary, detail), charts=(chart,),
                    controls=(control,))  # fmt: skip
    content = written(report, rows_max=40)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert sum(name.startswith("xl/worksheets/sheet") for name in archive.namelist()) >= 8
    assert faults(content) == []


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60), st.text(min_size=1, max_size=60), st.booleans())
def test_hostile_titles_and_texts_never_break_the_package(title: str, text: str, fictional: bool) -> None:
    columns = (Column("a", title or "?"), Column("b", f"{title} ", "francs", total=True), Column("c", text, "date"))
    table = Table("t", text, columns, [(text, 5, date(2026, 1, 1)), (None, 6, None)], notes=(text,))
    report = Report("essai", title or "?", Provenance(text, None, text, fictional=fictional), (table,), subtitle=text)
    assert faults(written(report)) == []


def test_titles_as_long_as_they_come_stay_within_what_a_page_takes() -> None:
    title = "Rapprochement & situation « 2026 » " * 12
    table = Table("t", title, (Column("a", title), Column("b", title + "2", "date")), [("x", date(1900, 3, 1))])
    report = Report("essai", title, Provenance(title, None, None, fictional=True), (table,), subtitle=title)
    assert faults(written(report)) == []


def broken(content: bytes, part: str, old: str, new: str) -> bytes:
    """The package with one part changed; the text must be there."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(stream, "w") as after:
        for name in before.namelist():
            data = before.read(name).decode()
            if name == part:
                assert old in data, (part, old)
                data = data.replace(old, new, 1)
            after.writestr(name, data)
    return stream.getvalue()


SHEET, TABLE, BOOK = "xl/worksheets/sheet1.xml", "xl/tables/table1.xml", "xl/workbook.xml"
CONTROLS = "xl/worksheets/sheet5.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "said"),
    [
        (SHEET, '<c r="A9" s="', '<c r="A9" s="9', "has style 9"),
        (SHEET, '<c r="A9"', '<c r="B9"', "out of place"),
        (SHEET, '<row r="9"', '<row r="8"', "row 8 after row 8"),
        (SHEET, "<pageMargins", '<mergeCells><mergeCell ref="X1:Y1"/></mergeCells><pageMargins', "out of order"),
        (SHEET, "</f><v>", "</f><x>", "mismatched tag"),
        (SHEET, "<f>SUM(", "<f>=SUM(", "formula « =SUM("),
        (SHEET, "<f>SUM(", "<f>XLOOKUP(", "XLOOKUP is not known"),
        (SHEET, "!A12", "!A9912", "leads to no cell"),
        (SHEET, "'Contrôles'!$A$6", "'Controles'!$A$6", "« Controles » is no sheet"),
        (TABLE, 'name="Mois"', 'name="Période"', "the heading of A8"),
        (TABLE, 'displayName="T_monthly"', 'displayName="R1C1"', "is no name for a table"),
        (TABLE, 'ref="A8:D20"', 'ref="A4:D20"', "overlap"),
        ("xl/tables/table2.xml", 'displayName="T_collections"', 'displayName="T_monthly"', "is taken"),
        (BOOK, 'name="Contrôles"', 'name="Provenance"', "is taken"),
        (BOOK, "<sheets>", "<sheets/><sheets>", "stands twice"),
        ("xl/worksheets/_rels/sheet1.xml.rels", "tables/table1.xml", "tables/table9.xml", "does not exist"),
        ("[Content_Types].xml", "/xl/styles.xml", "/xl/other.xml", "no content type of its own"),
        ("xl/charts/chart1.xml", "'Liquidé par État'", "'Ailleurs'", "« Ailleurs » is no sheet"),
        ("xl/styles.xml", 'fontId="1"', 'fontId="99"', "fontId 99"),
        (SHEET, "<oddFooter>", "<oddFooter>" + "x" * 256, "oddFooter has"),
        (SHEET, "<oddFooter>", "<oddFooter>R&amp;QD ", "lonely &"),
        (SHEET, 'fitToWidth="1"', 'fitToWidth="1" scale="401"', "printed at 401 %"),
        (SHEET, "<hyperlinks>", '<hyperlinks><hyperlink ref="A6" location="x"/>', "a cell has two links"),
        (SHEET, "<hyperlink ", f'<hyperlink display="" tooltip="{"x" * 256}" ref="B9" location="x"/><hyperlink ',
         "the link of B9 is too long"),
        (CONTROLS, 'priority="1"', 'priority="0"', "colours by rule"),
        (SHEET, "<f>SUM(", '<f t="shared" si="0">SUM(', "shares its formula"),
        (BOOK, "'!$A$1:", "'!A1:", "Print_Area"),
        (BOOK, 'Print_Titles" localSheetId="', 'Print_Titles" localSheetId="1', "belongs to no sheet"),
    ],
)  # fmt: skip
def test_a_broken_package_is_seen(sample_report: Report, part: str, old: str, new: str, said: str) -> None:
    content = written(sample_report)
    try:
        found = faults(broken(content, part, old, new))
    except SyntaxError as fault:  # what is no XML is seen too
        found = [str(fault)]
    assert said in " ".join(found), found[:5]
