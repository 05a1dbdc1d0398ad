"""Imported labels are hostile: no cell of any file may run, hide or break because of them."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.console import Console

from reports.csv_file import write_csv
from reports.dataset import Column, Provenance, Report, Table
from reports.json_file import json_text
from reports.screen import print_report
from reports.text import inert, visible
from reports.workbook.write import write_workbook

HOSTILE = {
    "formula": ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
    "plus": ("+1+1", "+1+1"),
    "minus": ("-1+1", "-1+1"),
    "at": ("@SUM(1)", "@SUM(1)"),
    "tab": ("\t=1+1", "␉=1+1"),
    "return": ("\r=1+1", "␍=1+1"),
    "nul": ("\x00=1", "␀=1"),
    "control": ("a\x07b\x1b[31m", "a␇b␛[31m"),
    "right to left": ("abc\u202etxt.exe", "abc⟨U+202E⟩txt.exe"),
    "escape": ("_x000D_=1", "_x000D_=1"),
    "surrogate": ("a\ud800b", "a\ufffdb"),
    "not a character": ("a\uffffb", "a\ufffdb"),
    "markup": ("<b>&amp;</b>]]>", "<b>&amp;</b>]]>"),
    "percent": ("100 %s %d", "100 %s %d"),
    "spaces": ("  deux  ", "  deux  "),
}


def report_of(label: str) -> Report:
    table = Table(
        "lines", "Lignes", (Column("label", "Libellé"), Column("n", "N", "integer", total=True)), [(label, 1)]
    )
    return Report("essai", "Essai", Provenance("Essai", None, None), (table,))


def cell_of(label: str) -> tuple[str, str]:
    stream = io.BytesIO()
    write_workbook(report_of(label), stream)
    cell = load_workbook(stream)["Lignes"]["A6"]
    return cell.data_type, str(cell.value).replace("_x005F_x", "_x")


@pytest.mark.parametrize(("label", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_label_is_an_inert_text_cell(label: str, expected: str) -> None:
    kind, text = cell_of(label)
    assert (kind in ("s", "inlineStr"), text) == (True, expected)


@pytest.mark.parametrize(("label", "expected"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_label_in_csv_never_begins_with_a_formula_sign(label: str, expected: str, tmp_path: Path) -> None:
    (path,) = write_csv(report_of(label), tmp_path / "r.csv")
    text = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), delimiter=";"))[1][0]
    assert text.removeprefix("'") == expected
    assert text[0] not in "=+-@\t\r"


def test_an_apostrophe_stands_before_each_formula_sign() -> None:
    assert [inert(text) for text in ("=1", "+1", "-1", "@1", "\t1", "\r1", " =1", "a=1")] == [
        "'=1",
        "'+1",
        "'-1",
        "'@1",
        "'␉1",
        "'␍1",
        "' =1",
        "a=1",
    ]


def test_a_label_of_forty_thousand_characters_is_cut_and_says_so() -> None:
    _, text = cell_of("é" * 40_000)
    assert (len(text) <= 32_767, text[-34:]) == (True, "éé […] (40000 caractères au total)")


def test_a_run_of_different_labels_is_escaped_as_one_by_one() -> None:
    labels = [text for text, _ in HOSTILE.values()] + ["un\ndeux", "x" * 40_000]
    columns = (Column("label", "Libellé"), Column("n", "N", "integer"))
    for extra in labels:
        rows = [("ordinaire 1", 1), ("ordinaire 2", 2), (extra, 3), ("ordinaire 3", 4)]
        stream = io.BytesIO()
        write_workbook(Report("r", "R", Provenance("R", None, None), (Table("t", "T", columns, rows),)), stream)
        sheet = load_workbook(stream)["T"]
        values = [
            (str(row[0].value).replace("_x005F_x", "_x")[:100], row[1].value) for row in sheet.iter_rows(min_row=6)
        ]
        assert values == [(visible(text)[:100], number) for text, number in rows]


def test_a_lone_surrogate_does_not_break_json() -> None:
    assert '"label": "a?b"' in json_text(report_of("a\ud800b"))


def test_an_escape_sequence_does_not_reach_the_terminal() -> None:
    console = Console(file=io.StringIO(), width=80, force_terminal=False)
    print_report(report_of("\x1b[31mrouge [bold]gras[/bold]"), console)
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert "\x1b" not in shown
    assert "␛[31mrouge" in shown


def test_visible_leaves_ordinary_french_alone() -> None:
    text = "Reversement n° 12 — « Douanes de l'État », 1 250 000 FCFA œuvre"
    assert visible(text) == text
