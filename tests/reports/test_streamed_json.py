"""A table too long to hold gives the same JSON as one held in memory, without being held."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from reports import json_file, json_rows
from reports.dataset import Column, Provenance, Report, Row, Table

COLUMNS = (Column("label", "Libellé"), Column("amount", "Montant", "francs"))
NOWHERE = Provenance("Essai", None, None)


def report(rows: Any) -> Report:
    return Report("essai", "Essai", NOWHERE, (Table("lines", "Lignes", COLUMNS, rows),))


def numbered(count: int) -> Any:
    def rows() -> Iterator[Row]:
        return ((f"é{number}", number) for number in range(count))

    return rows


@pytest.mark.parametrize("count", [0, 1, 57])
def test_streamed_rows_are_those_held_in_memory(count: int) -> None:
    both = (list(numbered(count)()), numbered(count))
    held, streamed = (json.loads(json_file.json_text(report(rows))) for rows in both)
    assert streamed["rows"] == held["rows"] == [{"label": f"é{n}", "amount": n} for n in range(count)]
    assert streamed["tables"] == {}


def test_the_text_comes_in_pieces_that_make_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = json_file.json_text(report(numbered(40)))
    monkeypatch.setattr(json_rows, "RUN_ROWS", 7)
    pieces = list(json_file.json_pieces(report(numbered(40))))
    assert ("".join(pieces), sum('"amount": ' in piece for piece in pieces)) == (whole, 6)


def test_each_row_stands_on_a_line_of_its_own_whether_it_streams_or_not() -> None:
    held, streamed = (json_file.json_text(report(rows)) for rows in (list(numbered(3)()), numbered(3)))
    line = '\n    {"label": "é1", "amount": 1},\n'
    assert (held.count(line), streamed.count(line)) == (1, 1)


def test_a_float_is_refused_where_it_streams_too() -> None:
    wrong = report(lambda: iter([("a", 1.5)]))
    with pytest.raises(TypeError, match="whole numbers"):
        json_file.json_text(wrong)


def test_a_failure_on_the_way_leaves_the_old_file(tmp_path: Any) -> None:
    file = tmp_path / "lignes.json"
    file.write_text("before", encoding="utf-8")
    with pytest.raises(TypeError):
        json_file.write_json(replace(report(lambda: iter([("a", 1), ("b", 2.5)]))), file)
    assert [(one.name, one.read_text(encoding="utf-8")) for one in tmp_path.iterdir()] == [("lignes.json", "before")]
