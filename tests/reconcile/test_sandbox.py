"""Files that attack their reader: the child process may suffer, this one may not."""

import threading
from pathlib import Path
from typing import Any

import pytest

from reconcile import sandbox, transport
from reconcile.inspect import inspect_files
from reconcile.model import Fault, FileRefused, LineDetail, Statement, StatementFile, StatementLine
from reconcile.read import read_file

DOCUMENT = (
    '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.08"><BkToCstmrDbtCdtNtfctn>'
    "<GrpHdr><MsgId>M</MsgId></GrpHdr><Ntfctn><Id>N1</Id><Acct><Id><IBAN>BF42BF9990100100000012345678</IBAN></Id></Acct>"
    '<Ntry><Amt Ccy="XOF">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>2026-03-02</Dt></BookgDt><AddtlNtryInf>{label}</AddtlNtryInf></Ntry>"
    "</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>"
)


def document(amount: str = "5000", label: str = "Versement") -> bytes:
    return DOCUMENT.format(amount=amount, label=label).encode()


def refused(data: bytes) -> str:
    with pytest.raises(FileRefused) as caught:
        read_file(data)
    return caught.value.faults[0].code


def test_a_file_is_read_in_a_child_and_comes_back_whole() -> None:
    read = read_file(document())
    assert read.format == "camt.054"
    assert [(line.amount, line.label) for line in read.statements[0].lines] == [(5000, "Versement")]


def test_one_child_reads_many_files() -> None:
    def reader() -> int:
        child = sandbox._idle.take()
        sandbox._idle.give_back(child)
        return child.process.pid

    first = reader()
    for _ in range(3):
        read_file(document())
    assert reader() == first


def test_a_child_that_ends_of_what_it_read_before_does_not_condemn_the_next_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_file(document())
    read, ended = sandbox.Child.read, list[int]()

    def worn(child: sandbox.Child, data: bytes, options: dict[str, Any], *, keep_packed: bool) -> transport.Read:
        if child.files:
            ended.append(child.process.pid)
            raise sandbox.Stopped(late=False)
        return read(child, data, options, keep_packed=keep_packed)

    monkeypatch.setattr(sandbox.Child, "read", worn)
    assert read_file(document()).format == "camt.054"
    assert len(ended) > 0


def test_the_billion_laughs_are_refused() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    laughs = f'<?xml version="1.0"?><!DOCTYPE Document [<!ENTITY l0 "ha">{entities}]>'.encode()
    assert refused(laughs + document(label="&l9;")) == "xml_doctype"


def test_an_outside_entity_is_refused_and_its_file_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("12345")
    declared = f'<!DOCTYPE Document [<!ENTITY s SYSTEM "{secret.as_uri()}">]>'.encode()
    assert refused(declared + document(amount="&s;")) == "xml_doctype"
    assert refused((declared + document(amount="&s;")).decode().encode("utf-16")) == "xml_doctype"


def test_a_document_type_behind_a_long_comment_is_refused() -> None:
    assert refused(b"<!--" + b" " * 50_000 + b"--><!DOCTYPE Document>" + document()) == "xml_doctype"


def test_a_document_nested_without_end_is_refused() -> None:
    deep = document(label="<a>" * 100_000 + "</a>" * 100_000)
    assert refused(deep) == "structure"


def test_a_child_that_is_killed_is_a_refusal_and_the_next_file_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    child = sandbox.Child()
    child.process.kill()
    child.process.wait()
    monkeypatch.setattr(sandbox._idle, "take", lambda: child)
    assert refused(document()) == "reading_aborted"
    monkeypatch.undo()
    assert read_file(document()).format == "camt.054"


def test_a_child_that_takes_too_long_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    child = sandbox.Child(seconds_max=0.0)
    monkeypatch.setattr(sandbox._idle, "take", lambda: child)
    assert refused(document()) == "reading_too_long"
    assert child.process.returncode is not None


def test_a_file_that_needs_more_memory_than_allowed_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    child = sandbox.Child(memory_bytes_max=96 * 1024 * 1024)
    monkeypatch.setattr(sandbox._idle, "take", lambda: child)
    monkeypatch.setattr(sandbox._idle, "give_back", lambda small: small.close())  # no other test may meet it
    assert refused(document().replace(b"</Ntry>", b"</Ntry>" + b"<X><Y/></X>" * 1_500_000)) == "reading_aborted"


def test_the_child_does_not_see_the_database_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCAES_DATABASE", "sqlite:///never.db")
    child = sandbox.Child()
    child.read(document(), {"profile": None, "bound_currency": None})
    seen = Path(f"/proc/{child.process.pid}/environ").read_bytes()
    child.close()
    assert b"PCAES_DATABASE" not in seen
    assert b"PYTHONPATH" in seen


def test_threads_that_read_at_the_same_time_do_not_mix_their_files() -> None:
    found: dict[int, int] = {}

    def run(amount: int) -> None:
        found[amount] = read_file(document(str(amount))).statements[0].lines[0].amount

    threads = [threading.Thread(target=run, args=(amount,)) for amount in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {amount: amount for amount in range(1, 9)}


def test_what_was_read_survives_the_way_between_two_processes() -> None:
    from datetime import date

    line = StatementLine(
        date(2026, 3, 2), None, -5, True, "b", "c", "t", "p", "é\u202f", (LineDetail(None, "r", None, "l"),), ("n",)
    )
    whole = StatementFile(
        "camt.053", (Statement("a", "XOF", 0, None, date(2026, 3, 1), None, 5, 0, True, (line,), ("copy",)),), ("x",)
    )
    assert transport.unpack(transport.pack(whole)) == whole
    refusal = transport.unpack(
        transport.pack(FileRefused([Fault("structure", "é", {"day": date(2026, 3, 2)})], format="ofx"))
    )
    assert isinstance(refusal, FileRefused)
    assert (refusal.faults, refusal.format) == ((Fault("structure", "é", {"day": "2026-03-02"}),), "ofx")


def test_inspecting_gives_statements_and_refusals_in_the_order_of_the_files(tmp_path: Path) -> None:
    good, bad = tmp_path / "bon.xml", tmp_path / "mauvais.xml"
    good.write_bytes(document())
    bad.write_bytes(document(amount="12.5"))
    first, second, third = inspect_files([good, bad, tmp_path / "absent.xml"])["files"]
    assert (first["file"], first["format"], first["status"], first["refused"]) == ("bon.xml", "camt.054", "read", None)
    (found,) = first["statements"]
    assert (found["account"], found["from"], found["opening"], found["proven"]) == (
        "BF42BF9990100100000012345678",
        "2026-03-02",
        None,
        False,
    )
    assert (found["lines"][0]["booking_date"], found["lines"][0]["amount"]) == ("2026-03-02", 5000)
    assert (second["status"], second["refused"]["code"], second["statements"]) == ("refused", "amount_unreadable", [])
    assert [fault["code"] for fault in second["refused"]["facts"]["faults"]] == ["amount_unreadable"]
    assert "mauvais.xml" in second["refused"]["message"]
    assert (third["refused"]["code"], third["format"]) == ("file_unreadable", None)
