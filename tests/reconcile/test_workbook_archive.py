"""A workbook is an archive from outside: what is in it is looked at before it is opened."""

import io
import zipfile

import pytest

from reconcile.model import FileRefused
from reconcile.readers.workbook_archive import check_workbook


def packed(parts: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def refused(data: bytes):
    with pytest.raises(FileRefused) as caught:
        check_workbook(data)
    return caught.value.faults[0]


def test_an_ordinary_workbook_gives_the_names_of_its_parts():
    assert check_workbook(packed({"xl/workbook.xml": b"<workbook/>", "a.xml": b"<a/>"})) == ["xl/workbook.xml", "a.xml"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("xl/vbaProject.bin", "macros"),
        ("xl/externalLinks/externalLink1.xml", "links"),
        ("xl/embeddings/autre.xlsx", "nested"),
    ],
)
def test_a_part_that_no_statement_needs_is_refused(name, reason):
    found = refused(packed({name: b"x"}))
    assert (found.code, found.facts["reason"]) == ("archive_unsafe", reason)


@pytest.mark.parametrize("name", ["../ailleurs.xml", "/ailleurs.xml", "a/../../b.xml"])
def test_a_name_that_leaves_the_archive_is_refused(name):
    assert refused(packed({name: b"x"})).code == "archive_unsafe"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_document_type_is_refused_in_any_encoding(encoding):
    found = refused(packed({"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a/>'.encode(encoding)}))
    assert (found.code, found.facts["reason"]) == ("archive_unsafe", "doctype")


def test_two_parts_of_one_name_are_refused():
    found = refused(packed({"xl/a.xml": b"1", "xl/A.xml": b"2"}))
    assert (found.code, found.facts["reason"]) == ("archive_unsafe", "names")


def test_an_unusual_compression_is_refused():
    found = refused(packed({"a.xml": b"1" * 100}, zipfile.ZIP_BZIP2))
    assert (found.code, found.facts["reason"]) == ("archive_unsafe", "compression")


def test_a_part_packed_more_than_a_hundred_times_is_refused():
    assert refused(packed({"a.xml": b" " * 5_000_000})).code == "archive_unsafe"


def test_more_than_two_hundred_parts_are_refused():
    assert refused(packed({f"{number}.xml": b"" for number in range(201)})).code == "archive_unsafe"


def test_a_size_that_lies_is_found_out_by_the_bytes_themselves():
    data = bytearray(packed({"a.xml": b" " * 5_000_000}))
    real = (5_000_000).to_bytes(4, "little")
    while (place := data.find(real)) >= 0:
        data[place : place + 4] = (100).to_bytes(4, "little")
    assert refused(bytes(data)).code == "archive_unsafe"


def test_a_file_that_is_no_archive_is_not_recognised():
    assert refused(b"Date;Libelle;Montant").code == "not_recognised"
