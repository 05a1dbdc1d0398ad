"""The format of a file is found from its content; what people try by mistake gets a useful answer."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.model import FORMATS, FileRefused
from reconcile.readers import dispatch
from reconcile.readers.detect import FILE_BYTES_MAX, PACKED_BYTES_MAX, TEXT_BYTES_MAX, detect

CAMT = (
    b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>'
    b"<GrpHdr><MsgId>M</MsgId>%s</GrpHdr><Stmt><Id>%s</Id><Acct><Id><IBAN>BF42BF9990100100000012345678</IBAN></Id><Ccy>XOF</Ccy></Acct></Stmt>"
    b"</BkToCstmrStmt></Document>"
)

MT940 = b":20:REF\r\n:25:000012345678\r\n:28C:1/1\r\n:60F:C260301XOF1000,\r\n:62F:C260331XOF1000,\r\n-\r\n"
MT942 = b":20:REF\r\n:25:000012345678\r\n:28C:1/1\r\n:34F:XOF0,\r\n:13D:2603011200+0000\r\n:90C:0XOF0,\r\n-\r\n"
CFONB = b"01BF999    01001XOF0 01234567890  310326" + b" " * 50 + b"0000000001000{" + b" " * 16


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in files.items():
            target.writestr(name, content)
    return packed.getvalue()


def first_fault(data: bytes) -> tuple[str, str]:
    with pytest.raises(FileRefused) as caught:
        detect(data)
    return caught.value.faults[0].code, caught.value.faults[0].sentence


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (MT940, "mt940"),
        (MT940.replace(b"\r\n", b"\r"), "mt940"),
        (b"\xef\xbb\xbf\r\nBANQUE 940\r\n" + MT940, "mt940"),
        (b"{1:F01BANKBFBFAXXX}{2:I942BANKBFBFXXXXN}{4:\r\n" + MT942, "mt942"),
        (MT942, "mt942"),
        (CFONB, "cfonb120"),
        (b"\r\n" + CFONB + CFONB.replace(b"01BF", b"07BF"), "cfonb120"),
        (CAMT % (b"", b"S"), "camt.053"),
        ((CAMT % (b"", b"S")).decode().encode("utf-16"), "camt.053"),
        (CAMT.replace(b"camt.053", b"camt.052") % (b"", b"S"), "camt.052"),
        (b"OFXHEADER:100\nDATA:OFXSGML\n\n<OFX></OFX>", "ofx"),
        (b'<?xml version="1.0"?><?OFX OFXHEADER="200"?><OFX></OFX>', "ofx"),
        ("Relevé\nDate;Libellé;Débit;Crédit\n01/03/2026;Virement;;5000\n".encode("cp1252"), "csv"),
        (b"Date,Label,Amount\n2026-03-01,A,5\n", "csv"),
        (archive(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}), "xlsx"),
        (archive(**{"b.xml": CAMT % (b"", b"S"), "__MACOSX/._b.xml": b"junk"}), "camt.053"),
    ],
)
def test_the_format_is_told_by_the_content(data: bytes, expected: str) -> None:
    assert detect(data) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "vide"),
        (b" \r\n\t", "vide"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "enregistrez en xlsx ou csv"),
        (b"\x89PNG\r\n\x1a\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"BM\x00\x00\x00\x00", "image"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"<html><body><table></table></body></html>", "HTML"),
        (b"<!DOCTYPE html>\n<html></html>", "HTML"),
        (b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>', "xlsx ou csv"),
        (b"<Facture><Ligne/></Facture>", "camt.052"),
        (archive(**{"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}), "bureautique"),
        (archive(**{"mimetype": b"x", "content.xml": b"<x/>"}), "xlsx ou csv"),
        (archive(**{"note.txt": b"bonjour"}), "note.txt"),
        (archive(), "aucun"),
        (b"Cher client, voici votre relev\xe9.\n", "MT940"),
    ],
)
def test_what_is_not_a_statement_is_refused_with_what_to_do(data: bytes, expected: str) -> None:
    code, sentence = first_fault(data)
    assert code == "not_recognised"
    assert expected in sentence


@pytest.mark.parametrize(
    ("start", "limit", "megabytes"),
    [
        (b"<Document>", FILE_BYTES_MAX, "100 Mo au plus"),
        (b":20:X\n:25:1\n", TEXT_BYTES_MAX, "40 Mo au plus"),
        (b"OFXHEADER:100\n", TEXT_BYTES_MAX, "40 Mo au plus"),
        (archive(), PACKED_BYTES_MAX, "20 Mo au plus"),
    ],
    ids=["camt", "MT940", "OFX", "ZIP"],
)
def test_a_file_over_the_limit_of_its_kind_is_refused_for_its_size(start: bytes, limit: int, megabytes: str) -> None:
    code, sentence = first_fault(start.ljust(limit + 1))
    assert (code, megabytes in sentence) == ("file_too_large", True)


@pytest.mark.parametrize(
    "packed",
    [
        archive(**{"../a.xml": CAMT % (b"", b"S")}),
        archive(**{"/a.xml": CAMT % (b"", b"S")}),
        archive(**{f"{n}.xml": b"<a/>" for n in range(201)}),
        archive(**{"a.xml": b"<a>" + b" " * 11_000_000 + b"</a>"}),
        archive(**{"a.xml": CAMT % (b"", b"S")})[:-30],
    ],
    ids=["parent folder", "absolute name", "too many entries", "packed too tightly", "cut short"],
)
def test_an_unsafe_archive_is_refused_before_it_is_unpacked(packed: bytes) -> None:
    assert first_fault(packed)[0] == "archive_unsafe"


def test_an_archive_that_lies_about_its_size_is_refused_while_it_is_unpacked() -> None:
    packed = bytearray(archive(**{"a.xml": b"<a>" + b" " * 11_000_000 + b"</a>"}))
    size = (11_000_007).to_bytes(4, "little")
    assert packed.count(size) == 2
    told = bytes(packed).replace(size, (90_000).to_bytes(4, "little"))
    assert first_fault(told)[0] == "archive_unsafe"


def test_an_archive_in_an_archive_is_not_opened() -> None:
    assert first_fault(archive(**{"a.zip": archive(**{"a.xml": CAMT % (b"", b"S")})}))[0] == "not_recognised"


def test_the_pages_of_a_message_may_come_in_one_archive() -> None:
    page = b"<MsgPgntn><PgNb>%d</PgNb><LastPgInd>%s</LastPgInd></MsgPgntn>"
    first, second = CAMT % (page % (1, b"false"), b"S1"), CAMT % (page % (2, b"true"), b"S2")
    read = dispatch.read_bytes(archive(**{"2.xml": second, "1.xml": first}))
    assert [found.number for found in read.statements] == ["S1", "S2"]
    with pytest.raises(FileRefused) as caught:
        dispatch.read_bytes(archive(**{"1.xml": first}))
    assert caught.value.faults[0].code == "page_missing"


def test_a_reader_that_fails_is_a_refusal_that_asks_to_report_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(data: bytes) -> str:
        raise ZeroDivisionError

    monkeypatch.setattr(dispatch, "detect", broken)
    with pytest.raises(FileRefused) as caught:
        dispatch.read_bytes(MT940)
    (fault,) = caught.value.faults
    assert (fault.code, fault.facts["error"]) == ("reader_failed", "ZeroDivisionError")
    assert "signalez" in fault.sentence


@given(st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
def test_any_bytes_have_a_known_format_or_are_refused(data: bytes) -> None:
    try:
        found = detect(data)
    except FileRefused:
        return
    assert found in FORMATS
