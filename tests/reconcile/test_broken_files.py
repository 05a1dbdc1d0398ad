"""Files that once made a reader stumble: each is refused or read, in a sentence, never `reader_failed`."""

import io
import zipfile
from pathlib import Path

import pytest

from reconcile.model import FileRefused
from reconcile.read import read_file
from reconcile.readers.dispatch import read_bytes


def refused(data: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        read_bytes(data)
    return caught.value.faults[0].code


def test_a_short_table_without_a_header_says_that_a_layout_is_needed() -> None:
    rows = b"a;b;c;d\n" + b"x;;;\n" * 3
    code = refused(rows)

    assert code in ("profile_needed", "header_not_found", "not_recognised")


def test_a_table_whose_rows_are_nearly_empty_says_that_a_layout_is_needed() -> None:
    assert refused(b"02/03/2026;;;\n;;FRAIS;\n;1 000;;\n" * 2) in ("profile_needed", "header_not_found")


def test_an_intraday_report_with_a_cut_date_is_read_without_that_date() -> None:
    text = ":20:REF\n:25:020250000117\n:28C:1/1\n:34F:XOF0,\n:13D:26\n:61:2603020302C1000,NTRFNONREF\n:86:FICTIF\n-"
    read = read_bytes(text.encode())

    assert [line.amount for line in read.statements[0].lines] == [1000]


def test_an_archive_that_places_a_file_before_its_own_beginning_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml"):
            archive.writestr(name, "<x/>")
    cut = made.getvalue()[7:]

    assert refused(cut) == "not_recognised"
    shifted = made.getvalue()[:30] + made.getvalue()[37:]
    assert refused(shifted) == "archive_unsafe"


@pytest.mark.parametrize(
    ("name", "words"),
    [("absent.csv", "aucun fichier ne porte ce nom"), (".", "c'est un dossier, non un fichier")],
)
def test_a_file_that_cannot_be_opened_is_refused_in_words(name: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(FileRefused) as caught:
        read_file(tmp_path / name)
    (fault,) = caught.value.faults
    assert (fault.code, words in fault.sentence) == ("file_unreadable", True)


@pytest.mark.parametrize("length", [90, 141, 148])
def test_an_mt940_cut_in_the_middle_of_a_line_is_said_to_be_cut(length: int) -> None:
    whole = (
        b":20:R1\r\n:25:BF42BF9990100100000000012345678\r\n:28C:12/1\r\n:60F:C260301XOF1000,\r\n"
        b":61:2603020302C250,NTRFREF1//B1\r\n:86:REVERSEMENT FICTIF\r\n:62F:C260331XOF1250,\r\n-\r\n"
    )
    with pytest.raises(FileRefused) as caught:
        read_file(whole[:length])
    assert [fault.code for fault in caught.value.faults] == ["file_truncated"]


def test_a_workbook_under_a_password_is_said_to_be_protected() -> None:
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 500
    with pytest.raises(FileRefused) as caught:
        read_file(data)
    assert "protégé par un mot de passe" in caught.value.faults[0].sentence
