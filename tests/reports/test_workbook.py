"""The workbook: live totals with their stored values, the same bytes each time, every page marked when invented."""

import io
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.workbook.workbook import Workbook

from reports.dataset import Column, Control, Link, Provenance, Report, Row, Table
from reports.exact import AmountTooLong
from reports.workbook.write import write_workbook

NOWHERE = Provenance("Essai", date(2026, 3, 31), None)


def written(report: Report, rows_max: int = 1_048_576) -> bytes:
    stream = io.BytesIO()
    write_workbook(report, stream, rows_max=rows_max)
    return stream.getvalue()


def opened(content: bytes, values: bool = False) -> Workbook:
    return load_workbook(io.BytesIO(content), data_only=values)


def formulas(content: bytes) -> dict[str, str]:
    return {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in opened(content)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def values(content: bytes) -> dict[str, object]:
    return {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in opened(content, values=True)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def amounts_report(rows: object, **options: object) -> Report:
    columns = (
        Column("label", "Libellé"),
        Column("day", "Jour", "date"),
        Column("amount", "Montant", "francs", total=True),
    )
    table = Table("lines", "Lignes", columns, rows, **options)  # type: ignore[arg-type]  # options of each test
    return Report("essai", "Essai", NOWHERE, (table,))


def numbered(count: int) -> Callable[[], Iterator[Row]]:
    return lambda: (("A" if n < count // 2 else "B", date(2026, 1, 1), n) for n in range(count))


def test_every_formula_has_a_stored_value_of_the_right_kind(sample_report: Report) -> None:
    content = written(sample_report)
    stored = values(content)
    assert {name for name in formulas(content) if name not in stored} == set()
    assert stored["Balance générale!F37"] == sum(row[5] for row in sample_report.table("trial").each())  # type: ignore[misc]  # amounts


def test_a_total_row_holds_formulas_over_exactly_the_rows_above_it(sample_report: Report) -> None:
    sheet = opened(written(sample_report))["Recouvrements par mois"]
    total = next(row for row in sheet.iter_rows() if str(row[0].value).startswith("TOTAL"))
    assert total[3].value == f"SUM(D9:D{total[0].row - 1})".join(("=", ""))
    assert sheet["F9"].value == "=D9-E9"


def test_sub_totals_stand_under_each_group_and_are_not_counted_twice(sample_report: Report) -> None:
    content = written(sample_report)
    sheet, stored = opened(content)["Balance générale"], opened(content, values=True)["Balance générale"]
    rows = {str(row[0].value): row[0].row for row in sheet.iter_rows() if str(row[0].value).startswith("TOTAL")}
    assert list(rows) == ["TOTAL BF — Burkina Faso", "TOTAL ML — Mali", "TOTAL NE — Niger", "TOTAL GÉNÉRAL"]
    *parts, grand = [stored.cell(row, 6).value for row in rows.values()]
    assert sum(parts) == grand
    assert sheet.cell(rows["TOTAL GÉNÉRAL"], 6).value.startswith("=SUBTOTAL(9,")


def test_the_same_report_gives_the_same_bytes(sample_report: Report) -> None:
    assert written(sample_report) == written(sample_report)


def test_the_archive_bears_no_time_but_the_fixed_one(sample_report: Report) -> None:
    with zipfile.ZipFile(io.BytesIO(written(sample_report))) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b"2000-01-01T00:00:00Z") == 2
        assert [name for name in archive.namelist() if "vba" in name.lower()] == []


def test_every_sheet_of_invented_data_says_so_on_screen_and_on_paper(sample_report: Report) -> None:
    for sheet in opened(written(sample_report)):
        assert str(sheet["A1"].value).startswith("DONNÉES FICTIVES"), sheet.title
        assert "DONNÉES FICTIVES" in sheet.oddHeader.center.text, sheet.title


def test_a_report_of_real_books_never_says_fictional(sample_report: Report) -> None:
    real = replace(sample_report, provenance=replace(sample_report.provenance, fictional=False))
    with zipfile.ZipFile(io.BytesIO(written(real))) as archive:
        assert [name for name in archive.namelist() if "FICTIVES" in archive.read(name).decode()] == []


def test_sheets_are_frozen_named_and_set_up_for_a4_landscape(sample_report: Report) -> None:
    book = opened(written(sample_report))
    assert book.sheetnames == [
        "Liquidé par État",
        "Recouvrements par mois",
        "Balance générale",
        "Graphiques",
        "Contrôles",
        "Provenance",
    ]
    sheet = book["Recouvrements par mois"]
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("A9", "$8:$8")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize, sheet.page_setup.fitToWidth) == (
        "landscape",
        9,
        1,
    )
    assert dict(sheet.tables.items()) == {"T_collections": "A8:G44"}
    assert len(book["Liquidé par État"]._charts) == 2


def test_a_link_leads_to_the_row_of_the_detail(sample_report: Report) -> None:
    book = opened(written(sample_report))
    link = book["Liquidé par État"]["A10"].hyperlink
    assert link.location == "'Recouvrements par mois'!A12"
    assert book["Recouvrements par mois"]["A12"].value == book["Liquidé par État"]["A10"].value


def test_provenance_gives_the_whole_hash_of_each_book(sample_report: Report) -> None:
    found = {row[0].value: row[1].value for row in opened(written(sample_report))["Provenance"].iter_rows()}
    assert found["ML : empreinte (SHA-256)"] == "2" * 64
    assert (found["ML : écritures"], found["Lignes de « Balance générale »"]) == (1601, 24)


def test_fifteen_digits_and_dates_come_back_exact() -> None:
    content = written(
        amounts_report([("a", date(2026, 2, 28), 999_999_999_999_999), ("b", None, -999_999_999_999_998)])
    )
    sheet = opened(content, values=True)["Lignes"]
    assert [sheet["B6"].value.date(), sheet["C6"].value, sheet["C7"].value, sheet["C8"].value] == [
        date(2026, 2, 28),
        999_999_999_999_999,
        -999_999_999_999_998,
        1,
    ]


@pytest.mark.parametrize("amount", [1.0, True, "1", 10**15])
def test_what_cannot_be_shown_exactly_is_refused(amount: object) -> None:
    with pytest.raises((TypeError, AmountTooLong)):
        written(amounts_report([("a", None, amount)]))


def test_a_failed_workbook_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "rapport.xlsx"
    path.write_bytes(b"before")
    with pytest.raises(TypeError):
        write_workbook(amounts_report([("a", None, 1.5)]), path)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("rapport.xlsx", b"before")]


def test_an_empty_table_says_neant_and_totals_zero() -> None:
    sheet = opened(written(amounts_report([])), values=True)["Lignes"]
    assert [sheet["A6"].value, sheet["A7"].value, sheet["C7"].value] == ["Néant", "TOTAL", 0]


def test_a_streamed_table_is_the_same_sheet_as_one_held_in_memory() -> None:
    held, streamed = written(amounts_report(list(numbered(2_500)()))), written(amounts_report(numbered(2_500)))
    assert values(held) == values(streamed)
    assert formulas(held) == formulas(streamed)
    assert opened(streamed)["Lignes"].tables["T_lines"].ref == "A5:C2505"


@pytest.mark.parametrize("group_by", [None, "label"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_full_sheet_goes_on_on_the_next_and_the_total_spans_all(group_by: str | None, stream: bool) -> None:
    rows = numbered(100) if stream else list(numbered(100)())
    report = replace(
        amounts_report(rows, group_by=group_by), controls=(Control("Total", "{lines.amount:total}", 4950, 4950),)
    )
    content = written(report, rows_max=40)
    book = opened(content)
    names = ["Lignes", "Lignes (2)", "Lignes (3)", *(["Lignes (4)"] if group_by else [])]
    assert book.sheetnames == [*names, "Contrôles", "Provenance"]
    assert [book[name].max_row for name in names[:-1]] == [40] * (len(names) - 1)
    last = load_workbook(io.BytesIO(content), data_only=True)[names[-1]]
    assert [cell.value for cell in last[last.max_row]][:3] == ["TOTAL", None, 4950]
    assert sum(sheet.sheet_view.tabSelected or 0 for sheet in book) == 1


def test_groups_that_do_not_stand_together_are_refused() -> None:
    rows = [("A", None, 1), ("B", None, 1), ("A", None, 1)]
    with pytest.raises(ValueError, match="do not stand together"):
        written(amounts_report(rows, group_by="label"))


def test_a_control_that_fails_is_written_faux(sample_report: Report) -> None:
    wrong = Control("Faux exprès", "{collections.assessed:total}", 23_742_900_000, 1)
    sheet = opened(written(replace(sample_report, controls=(wrong,))), values=True)["Contrôles"]
    assert sheet["A6"].value == "CONTRÔLES FAUX : 1 sur 1"
    assert [cell.value for cell in sheet[9]][1:] == ["Faux exprès", 23_742_900_000, 1, 23_742_899_999, "FAUX"]


def test_a_formula_that_names_nothing_is_refused(sample_report: Report) -> None:
    with pytest.raises(KeyError):
        written(replace(sample_report, controls=(Control("x", "{nothing.here:total}", 0, 0),)))


def test_a_link_to_a_group_of_a_streamed_table_finds_its_first_row() -> None:
    detail = amounts_report(numbered(10), group_by="label").tables[0]
    summary = Table(
        "s", "Synthèse", (Column("label", "Libellé"),), [("B",)], links=(Link(0, "label", "lines", target_group="B"),)
    )
    book = opened(written(Report("essai", "Essai", NOWHERE, (summary, detail))))
    assert book["Synthèse"]["A6"].hyperlink.location == "'Lignes'!A12"
    assert book["Lignes"]["A12"].value == "B"


def test_a_running_balance_looks_at_the_row_above() -> None:
    columns = (
        Column("label", "Libellé"),
        Column("move", "Mouvement", "francs"),
        Column("balance", "Solde", "francs", formula="[balance@-1]+[move]", first_formula="[move]"),
    )
    table = Table("lines", "Lignes", columns, [("a", 5, 5), ("b", 7, 12), ("c", -2, 10)])
    sheet = opened(written(Report("essai", "Essai", NOWHERE, (table,))))["Lignes"]
    assert [sheet[f"C{row}"].value for row in (6, 7, 8)] == ["=B6", "=C6+B7", "=C7+B8"]
