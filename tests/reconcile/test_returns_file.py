"""Customs returns as Treasuries send them: CSV in their encodings, workbooks, and every fault with its row."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from levying import HEADINGS, exempt, month, text

from ledger.levy.law import LevyLaw, load_levy_law
from ledger.levy.return_rules import CustomsReturn, ReturnRow, check_rows
from reconcile.customs_rows import FAULTS_MAX
from reconcile.kept_source import KeptSource, source_of
from reconcile.returns_file import read_bytes, read_return, read_source
from reconcile.text import decode

GOOD = ReturnRow(
    2, "BF", "BF901", "2025-06", "", 10, 200_000_000, 1_000_000, 900_000, 900_000, "REV-BF901-2025-06",
    date(2025, 7, 10),
)  # fmt: skip
LINE = "BF;BF901;2025-06;10;200000000;;1000000;900000;900000;REV-BF901-2025-06;2025-07-10"


def read(content: str | bytes) -> CustomsReturn:
    return read_bytes(content if isinstance(content, bytes) else content.encode(), "etat.csv")


def faults(content: str | bytes) -> list[tuple[int | None, str | None]]:
    """Row and heading of each fault."""
    return [(fault.row, fault.column) for fault in read(content).faults]


def workbook(*rows: list[Any], sheets: tuple[str, ...] = ("Juin",)) -> bytes:
    """A workbook with the same rows on each of its sheets."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name in sheets:
        sheet = book.create_sheet(name)
        for cells in rows:
            sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        text(LINE).encode(),
        text(LINE).encode("utf-8-sig"),
        text(LINE, headings=HEADINGS.upper()).replace("\r\n", "\n").encode(),
        text(LINE.replace("200000000", "200 000 000").replace("1000000", "1\u00a0000\u202f000")).encode(),
        text(LINE.replace("2025-07-10", "10/07/2025")).encode(),
        text(LINE.replace("BF;", "bf ;")).encode(),
        text(LINE.replace("200000000", '"200000000"')).encode(),
    ],
    ids=["utf-8", "byte order mark", "capitals", "grouped", "french date", "small letters", "quoted"],
)
def test_one_row_reads_the_same_however_it_is_written(content: bytes) -> None:
    found = read(content)
    assert (found.rows, found.faults, found.format) == ((GOOD,), (), "csv")


def test_an_old_windows_file_keeps_its_accents() -> None:
    found = read(text(LINE.replace("BF901;", "Pô;", 1)).encode("cp1252"))
    assert found.rows[0].office == "Pô"


def test_headings_may_stand_in_any_order() -> None:
    names, cells = HEADINGS.split(";"), LINE.split(";")
    content = ";".join(reversed(names)) + "\n" + ";".join(reversed(cells)) + "\n"
    assert read(content).rows == (GOOD,)


def test_what_is_empty_is_zero_only_where_nothing_can_be_due() -> None:
    found = read(text("BF;BF901;2025-06;2;40000000;E03;;;;;", "BF;BF902;2025-06;2;40000000;;200000;0;;;", ";;;;;;;;;;"))
    assert found.faults == ()
    assert [(row.assessed, row.collected, row.remitted) for row in found.rows] == [(0, 0, 0), (200_000, 0, 0)]
    assert faults(text("BF;BF901;2025-06;;;;;;;;")) == [
        (2, "declarations"),
        (2, "valeur_en_douane"),
        (2, "liquide"),
        (2, "recouvre"),
    ]


def test_missing_unknown_and_repeated_headings_are_told_with_those_expected() -> None:
    found = read("etat;bureau;bureau;montant\nBF;1;2;3\n")
    assert len(found.faults) == 3
    assert found.rows == ()
    assert "absents : periode, declarations" in found.faults[0].message
    assert "inconnu : montant" in found.faults[1].message
    assert "en double : bureau" in found.faults[2].message
    assert all(HEADINGS in fault.message for fault in found.faults)


@pytest.mark.parametrize(
    ("cell", "wrong", "column"),
    [
        ("2025-06", "2025-13", "periode"),
        ("2025-06", "06/2025", "periode"),
        ("2025-06", "1999-06", "periode"),
        ("200000000", "200000000,5", "valeur_en_douane"),
        ("200000000", "20 00", "valeur_en_douane"),
        ("200000000", "beaucoup", "valeur_en_douane"),
        ("200000000", "9" * 16, "valeur_en_douane"),
        ("BF901", "=1+1", "bureau"),
        ("BF901", "", "bureau"),
        ("BF901", "X" * 41, "bureau"),
        ("2025-07-10", "2025-02-30", "date_reversement"),
        ("2025-07-10", "hier", "date_reversement"),
        ("REV-BF901-2025-06", "R" * 101, "reference_reversement"),
        (";;1000000", ";trop !;1000000", "code_exoneration"),
    ],
)
def test_a_cell_that_cannot_be_read_is_a_fault_at_its_row_and_heading(cell: str, wrong: str, column: str) -> None:
    assert faults(text(month("BF900"), LINE.replace(cell, wrong, 1))) == [(3, column)]


def test_every_fault_of_every_row_is_listed() -> None:
    found = faults(text("BF;;2025-6;x;1;;1;1;1;;", LINE, "BF;BF901;2025-06;1;1;;1;1;un;;"))
    assert found == [(2, "bureau"), (2, "periode"), (2, "declarations"), (4, "reverse")]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r\n \r\n",
        (HEADINGS + "\n").encode(),
        (HEADINGS + "\nBF;BF901\n").encode(),
        (HEADINGS + "\n" + LINE + ";de trop\n").encode(),
        (HEADINGS + '\n"BF;BF901\n').encode(),
        b"PK\x03\x04 pas une archive",
        b"\x00\x01\x02",
    ],
    ids=["empty", "blank", "no row", "too short", "too long", "open quote", "false archive", "bytes"],
)
def test_a_file_that_is_no_return_is_refused_and_never_breaks(content: bytes) -> None:
    found = read(content)
    assert (found.rows, len(found.faults)) in (((), 1), ((), 2))


def test_a_null_character_is_a_fault_and_never_dropped() -> None:
    found = read(text(LINE.replace("BF901;2025", "BF9\x0001;2025")).encode())
    assert (found.rows, [fault.row for fault in found.faults]) == ((), [2])
    assert "caractère nul" in found.faults[0].message


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    found = read_return(tmp_path / "absent.csv")
    assert [fault.row for fault in found.faults] == [None]
    assert "ne peut pas être ouvert" in found.faults[0].message


def test_faults_stop_being_listed_when_the_file_is_hopeless() -> None:
    assert len(read(text(*["BF;;2025-06;1;1;;1;1;1;;"] * 1_500)).faults) == FAULTS_MAX


def test_a_workbook_reads_as_the_same_file() -> None:
    cells: list[Any] = ["BF", "BF901", date(2025, 6, 1), 10, 200_000_000.0, None, 1_000_000, 900_000, 900_000]
    cells += ["REV-BF901-2025-06", date(2025, 7, 10)]
    found = read(workbook(HEADINGS.split(";"), cells))
    assert (found.rows, found.faults, found.format) == ((GOOD,), (), "xlsx")


def test_a_workbook_with_two_returns_is_refused() -> None:
    found = read(workbook(HEADINGS.split(";"), LINE.split(";"), sheets=("Mai", "Juin")))
    assert found.rows == ()
    assert "« Mai », « Juin »" in found.faults[0].message


def test_half_a_franc_in_a_workbook_is_a_fault() -> None:
    cells: list[Any] = LINE.split(";")
    cells[4] = 1.5
    assert faults(workbook(HEADINGS.split(";"), cells)) == [(2, "valeur_en_douane")]


OFFICES = st.text("ABCÉ019-", min_size=1, max_size=8).map(lambda code: "B" + code)


@given(
    st.lists(
        st.tuples(OFFICES, st.integers(1, 12), *[st.integers(0, 10**14)] * 4, st.booleans()), min_size=1, max_size=8
    )
)
def test_what_was_written_is_what_is_read(drawn: list[tuple[Any, ...]]) -> None:
    lines = [
        f"ML;{office};2025-{number:02d};{counts};{value};;{assessed};{remitted};{remitted if sent else ''};;"
        for office, number, counts, value, assessed, remitted, sent in drawn
    ]
    found = read(text(*lines))
    assert found.faults == ()
    assert [
        (one.office, one.period, one.declarations, one.value, one.assessed, one.collected, one.remitted)
        for one in found.rows
    ] == [
        (office, f"2025-{number:02d}", counts, value, assessed, remitted, remitted if sent else 0)
        for office, number, counts, value, assessed, remitted, sent in drawn
    ]


@given(
    st.binary(max_size=400)
    | st.text(max_size=400).map(lambda rows: (HEADINGS + "\n" + rows).encode("utf-8", "replace"))
)
def test_any_bytes_end_in_rows_or_in_faults(content: bytes) -> None:
    found = read(content)
    assert bool(found.rows) or bool(found.faults)


@given(st.binary(max_size=200).filter(lambda data: data[:2] not in (b"\xff\xfe", b"\xfe\xff")))
def test_a_copy_reads_every_byte_as_the_readers_of_statements_do(content: bytes) -> None:
    source = KeptSource("etat.csv", [content[:7], content[7:]])
    assert ("".join(source.lines()), source.size) == (decode(content).text, len(content))
    source.close()


def test_a_null_character_of_a_wide_text_is_a_fault_too() -> None:
    found = read(text(LINE.replace("BF901;2025", "BF9\x0001;2025")).encode("utf-16"))
    assert ([fault.row for fault in found.faults], read(text(LINE).encode("utf-16")).rows) == ([2], (GOOD,))


def test_the_copy_of_a_monthly_return_is_let_go_of(tmp_path: Path) -> None:
    file = tmp_path / "etat.csv"
    file.write_bytes(text(LINE).encode())
    source = source_of(file)
    assert (read_source(source).rows, source.stream.closed) == ((GOOD,), True)


def test_a_return_too_large_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconcile.returns_file.FILE_BYTES_MAX", 100)
    found = read(text(LINE))
    assert (found.rows, found.content, len(found.faults)) == ((), b"", 1)
    assert "trop" in found.faults[0].message or "dépasse" in found.faults[0].message


@pytest.fixture
def law(sqlite_books: Any) -> LevyLaw:
    """The law as it is shipped."""
    from ledger.engine import open_engine
    from ledger.levy.law import levy_law

    engine = open_engine(sqlite_books.url)
    with engine.connect() as connection:
        found = levy_law(connection)
    engine.dispose()
    return found


Judge = Callable[..., list[str]]


@pytest.fixture
def judged(law: LevyLaw) -> Judge:
    """The faults that the rules find in rows, without their place."""

    def judge(*rows: str, offices: dict[str, list[str]] | None = None, book: str | None = None) -> list[str]:
        found = read(text(*rows))
        assert found.faults == ()
        return [fault.message for fault in check_rows(found.rows, law, offices or {}, book)]

    return judge


def test_a_good_return_has_no_fault(judged: Judge) -> None:
    assert judged(month(), exempt(), exempt(code="E09"), month("ML901")) == []


def test_duplicates_are_told_with_the_row_that_came_first(judged: Judge) -> None:
    assert judged(month(), exempt(), exempt(value=1)) == [
        "Ligne 4 : le bureau BF901, la période 2025-06 et le code E03 figurent déjà ligne 3."
    ]


def test_unknown_states_and_codes_are_told_with_those_known(judged: Judge) -> None:
    found = judged("TG;TG1;2025-06;1;1;;1;1;1;;", exempt(code="E10"))
    assert found[0] == "Ligne 2 : l'État « TG » est inconnu, attendu BF, ML, NE."
    assert found[1].endswith("codes connus : E01, E02, E03, E04, E05, E06, E07, E08, E09, E99.")


def test_a_negative_total_and_levy_on_an_exempt_value_are_told(judged: Judge) -> None:
    assert judged("BF;BF901;2025-06;1;-5;;1;1;1;;", "BF;BF901;2025-06;1;5;E01;2;0;0;;") == [
        "Ligne 2 : « valeur_en_douane » est négatif (-5) ; un état donne des totaux, positifs ou nuls.",
        "Ligne 3 : « liquide » vaut 2 sur une valeur exonérée (E01), attendu 0.",
    ]


def test_an_office_is_written_as_it_was_before(judged: Judge) -> None:
    assert judged(month("BF901"), offices={"BF": ["Bf901"]}) == [
        "Ligne 2 : le bureau est écrit « BF901 », attendu « Bf901 » comme auparavant."
    ]


def test_an_import_for_one_book_takes_no_row_of_another(judged: Judge) -> None:
    assert judged(month("ML901"), book="BF") == [
        "Ligne 2 : la ligne est de l'État ML, l'import est demandé pour le livre BF."
    ]


def test_the_shipped_law_is_loaded_once(sqlite_books: Any, law: LevyLaw) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    with engine.connect() as connection:
        assert load_levy_law(connection) == 0
    engine.dispose()
    assert [(one.from_date, one.per_ten_thousand) for one in law.rates] == [(date(2025, 3, 28), 50)]
    assert [one.days for one in law.deadlines] == [15]
    assert len(law.exemptions) == 10
