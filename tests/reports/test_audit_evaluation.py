"""The sheet on which an auditor carries the differences of a monetary-unit sample over to the population."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reports.audit.sample_evaluation import bounds, evaluation_table, upper_bound
from reports.audit.sampling import Item, MonetaryPlan, draw_monetary, monetary_plan
from reports.dataset import Provenance, Report, Row
from reports.workbook.write import write_workbook

AMOUNTS = (900_000, 30_000, 20_000, 10_000, 40_000, 25_000, 15_000)


def planned() -> tuple[MonetaryPlan, list[Row]]:
    """A sample of four by hand: one line is certain, three cells of 140 000 ÷ 3 francs share the rest."""
    items = [Item(f"BF/OD/2026/{place}/1", amount) for place, amount in enumerate(AMOUNTS, 1)]
    plan = monetary_plan(items, 4, "2026")
    amounts = {item.ref: item.amount for item in items}
    return plan, [
        (place, draw.ref, "Certitude" if draw.certain else "Tirage", draw.hits, amounts[draw.ref])
        for place, draw in enumerate(draw_monetary(items, plan), 1)
    ]


def test_the_bound_without_difference_is_the_factor_times_the_interval() -> None:
    plan, _ = planned()
    assert plan.interval == Fraction(140_000, 3)
    assert [upper_bound(plan, factor) for factor in (Fraction(3), Fraction(231, 100))] == [140_000, 107_800]
    assert [value for _, value in bounds(plan)] == ["107\u00a0800 francs", "140\u00a0000 francs", "215\u00a0134 francs"]


def test_a_population_seen_whole_leaves_nothing_to_bound() -> None:
    assert upper_bound(monetary_plan([Item("a", 5)], 3, "x"), Fraction(3)) == 0


@pytest.mark.filterwarnings("ignore:.*extension is not supported:UserWarning")
def test_what_the_auditor_writes_is_carried_over_by_the_spreadsheet(
    tmp_path: Path, libreoffice: Callable[..., Path]
) -> None:
    plan, rows = planned()
    path = tmp_path / "evaluation.xlsx"
    write_workbook(Report("essai", "Essai", Provenance("Essai", None, None), (evaluation_table(rows, plan),)), path)
    book = load_workbook(path)
    sheet = book["Évaluation"]
    first = next(row[0].row for row in sheet.iter_rows() if row[0].value == 1)
    written = {first: 890_000, first + 1: int(str(rows[1][4])) // 2}
    for row, amount in written.items():
        sheet[f"F{row}"].value = amount
    book.save(path)

    found = load_workbook(libreoffice(path), data_only=True)["Évaluation"]
    drawn = Fraction(140_000, 3) / 2 * int(str(rows[1][3]))
    assert found[f"H{first}"].value == 10_000
    assert found[f"H{first + 1}"].value == round(drawn)
    assert found[f"H{first + len(rows)}"].value == 10_000 + round(drawn)
