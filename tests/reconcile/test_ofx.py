"""OFX and QFX files, built here: fictional accounts."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import FileRefused, StatementFile
from reconcile.readers import ofx

HEADER = "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nENCODING:USASCII\nCHARSET:1252\n\n"


def movement(amount: str = "-5000", *, reference: str = "F1", posted: str = "20260302", more: str = "") -> str:
    return (
        f"<STMTTRN><TRNTYPE>DEBIT\n<DTPOSTED>{posted}\n<TRNAMT>{amount}\n<FITID>{reference}\n"
        f"<NAME>VIREMENT RECU\n{more}</STMTTRN>\n"
    )


def statement(
    *movements: str,
    currency: str = "<CURDEF>XOF\n",
    account: str = "<ACCTID>012345678901\n",
    balance: str = "<LEDGERBAL><BALAMT>1000000\n<DTASOF>20260331\n</LEDGERBAL>\n",
) -> str:
    return (
        f"<STMTTRNRS><STMTRS>{currency}<BANKACCTFROM>{account}</BANKACCTFROM>\n"
        f"<BANKTRANLIST><DTSTART>20260301\n<DTEND>20260331\n{''.join(movements)}</BANKTRANLIST>\n{balance}</STMTRS></STMTTRNRS>"
    )


def sgml(*statements: str, header: str = HEADER) -> bytes:
    return f"{header}<OFX><BANKMSGSRSV1>{''.join(statements)}</BANKMSGSRSV1></OFX>".encode("cp1252")


def lines_of(data: bytes) -> list[int]:
    return [line.amount for found in ofx.read(data).statements for line in found.lines]


def codes(data: bytes) -> list[str]:
    with pytest.raises(FileRefused) as caught:
        ofx.read(data)
    return [fault.code for fault in caught.value.faults]


def test_an_sgml_statement_has_a_closing_balance_and_is_never_proven() -> None:
    (found,) = ofx.read(sgml(statement(movement(more="<CHECKNUM>77\n<MEMO>Bureau n° 4\n")))).statements
    assert (found.account, found.currency, found.opening, found.closing) == ("012345678901", "XOF", None, 1_000_000)
    assert (found.start, found.end, found.proven) == (date(2026, 3, 1), date(2026, 3, 31), False)
    (line,) = found.lines
    assert (line.booking_date, line.amount, line.type) == (date(2026, 3, 2), -5_000, "DEBIT")
    assert (line.bank_reference, line.customer_reference) == ("F1", "77")
    assert line.label == "VIREMENT RECU Bureau n° 4"


def test_closed_and_open_tags_may_be_mixed() -> None:
    account = "<BANKID>BF999</BANKID><BRANCHID>01001</BRANCHID>\n<ACCTID>01234567890</ACCTID><ACCTTYPE>CHECKING\n"
    (found,) = ofx.read(sgml(statement(movement(more="<MEMO></MEMO><REFNUM>R9</REFNUM>"), account=account))).statements
    assert found.account == "BF999/01001/01234567890"
    assert (found.lines[0].label, found.lines[0].customer_reference) == ("VIREMENT RECU", "R9")


def test_an_xml_file_with_comments_entities_and_cdata_is_read() -> None:
    data = (
        b'<?xml version="1.0" encoding="UTF-8"?><?OFX OFXHEADER="200" VERSION="211"?>\n<OFX><!-- <STMTTRN> -->'
        b"<STMTRS><CURDEF>EUR</CURDEF><BANKACCTFROM><ACCTID>1</ACCTID></BANKACCTFROM><BANKTRANLIST><STMTTRN>"
        b"<DTPOSTED>20260302000000.000[-5:EST]</DTPOSTED><TRNAMT>+1234,5</TRNAMT><FITID>F</FITID>"
        b"<NAME><![CDATA[A < B]]></NAME>"
        b"<MEMO>Re&#231;u &amp; pay&eacute;</MEMO></STMTTRN></BANKTRANLIST></STMTRS></OFX>"
    )
    (line,) = ofx.read(data).statements[0].lines
    assert (line.amount, line.booking_date, line.label) == (123_450, date(2026, 3, 2), "A < B Reçu & payé")


@pytest.mark.parametrize(
    ("written", "expected"),
    [("1234567", 1234567), ("-1234567.00", -1234567), ("+1234567,00", 1234567), ("75 000,00", 75000), ("-0", 0)],
)
def test_franc_amounts_with_point_comma_or_spaces_are_read(written: str, expected: int) -> None:
    assert lines_of(sgml(statement(movement(written)))) == [expected]


@pytest.mark.parametrize("written", ["12,50", "1.000", "1,000", "--5", "1e3", "5 00", "abc", "9" * 16, "9" * 500])
def test_an_amount_that_could_mean_another_is_refused(written: str) -> None:
    assert codes(sgml(statement(movement(written)))) == ["amount_unreadable"]


def test_the_date_is_the_first_eight_digits_whatever_the_time_zone() -> None:
    (line,) = ofx.read(sgml(statement(movement(posted="20260302233000.000[-11:SST]")))).statements[0].lines
    assert line.booking_date == date(2026, 3, 2)


@pytest.mark.parametrize(("posted", "code"), [("20260230", "date_unreadable"), ("", "date_unreadable")])
def test_an_impossible_or_absent_date_is_refused(posted: str, code: str) -> None:
    assert codes(sgml(statement(movement(posted=posted)))) == [code]


def test_card_and_bank_statements_of_one_file_are_all_read() -> None:
    card = (
        "<CCSTMTTRNRS><CCSTMTRS><CURDEF>XOF<CCACCTFROM><ACCTID>4000</CCACCTFROM><BANKTRANLIST></BANKTRANLIST>"
        "<LEDGERBAL><BALAMT>-562<DTASOF>20260331</LEDGERBAL></CCSTMTRS></CCSTMTTRNRS>"
    )
    read = ofx.read(sgml(statement(movement()), card))
    assert [(found.account, found.closing) for found in read.statements] == [
        ("012345678901", 1_000_000),
        ("4000", -562),
    ]


def test_pending_movements_are_left_out() -> None:
    pending = "<BANKTRANLISTP><STMTTRNP><TRNAMT>-9<NAME>En attente</STMTTRNP></BANKTRANLISTP>"
    data = sgml(statement(movement("-5")).replace("<LEDGERBAL>", pending + "<LEDGERBAL>"))
    assert lines_of(data) == [-5]


def test_two_equal_movements_are_two_lines() -> None:
    assert lines_of(sgml(statement(movement("-5"), movement("-5")))) == [-5, -5]


def test_accents_follow_the_declared_charset() -> None:
    (line,) = ofx.read(sgml(statement(movement(more="<MEMO>Prélèvement août")))).statements[0].lines
    assert line.label == "VIREMENT RECU Prélèvement août"


def test_a_file_cut_short_is_refused() -> None:
    whole = sgml(statement(movement(), movement()))
    assert codes(whole[:-6]) == ["file_truncated"]
    assert codes(whole[: whole.rindex(b"<NAME>")]) == ["file_truncated"]


def test_a_movement_that_is_not_closed_is_refused_and_not_merged_with_the_next() -> None:
    assert codes(sgml(statement(movement().replace("</STMTTRN>", ""), movement()))) == ["structure"]


def test_a_statement_without_currency_takes_that_of_the_books_or_is_refused() -> None:
    data = sgml(statement(movement("7"), currency=""))
    assert codes(data) == ["currency_mismatch"]
    assert ofx.read(data, bound_currency="XOF").statements[0].lines[0].amount == 7


def test_a_document_type_is_refused() -> None:
    assert codes(b'<!DOCTYPE OFX [<!ENTITY a "b">]>' + sgml(statement(), header="")) == ["xml_doctype"]


def test_a_file_without_statement_is_refused() -> None:
    assert codes(sgml()) == ["structure"]


@given(st.lists(st.integers(-(10**14), 10**14), max_size=10))
def test_what_is_written_is_read_back_to_the_franc(amounts: list[int]) -> None:
    assert lines_of(sgml(statement(*(movement(str(amount)) for amount in amounts)))) == amounts


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_never_anything_else(data: st.DataObject) -> None:
    content = bytearray(sgml(statement(movement(), movement("12 000"))))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        size = data.draw(st.integers(0, 30))
        content[place : place + size] = data.draw(st.binary(max_size=6))
    try:
        read = ofx.read(bytes(content))
    except FileRefused:
        return
    assert isinstance(read, StatementFile)
