"""camt messages, built here: fictional accounts, amounts in whole francs."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import FileRefused, StatementFile
from reconcile.readers import camt

ACCOUNT = "BF42BF9990100100000012345678"


def amount(value: int | str, currency: str = "XOF") -> str:
    return f'<Amt Ccy="{currency}">{value}</Amt>'


def balance(kind: str, value: int | str, mark: str = "CRDT", day: str = "2026-03-31", currency: str = "XOF") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp>{amount(value, currency)}"
        f"<CdtDbtInd>{mark}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def entry(
    value: int | str = 5_000,
    mark: str = "CRDT",
    *,
    status: str = "<Sts>BOOK</Sts>",
    booked: str = "<BookgDt><Dt>2026-03-02</Dt></BookgDt>",
    valued: str = "<ValDt><Dt>2026-03-03</Dt></ValDt>",
    currency: str = "XOF",
    extra: str = "",
    details: str = "",
    reversal: str = "",
) -> str:
    return (
        f"<Ntry>{amount(value, currency)}<CdtDbtInd>{mark}</CdtDbtInd>{reversal}{status}{booked}{valued}"
        f"<AcctSvcrRef>REF1</AcctSvcrRef>{extra}{details}</Ntry>"
    )


def statement(
    *entries: str,
    opening: int = 1_000,
    closing: int | None = None,
    number: int = 3,
    account: str = ACCOUNT,
    balances: str | None = None,
    heading: str = "",
    element: str = "Stmt",
) -> str:
    if balances is None:
        balances = balance("OPBD", opening, day="2026-03-01") + balance("CLBD", opening if closing is None else closing)
    return (
        f"<{element}><Id>S{number}</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>{heading}"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ownr><Nm>Compte du prélèvement</Nm></Ownr></Acct>"
        f"{balances}{''.join(entries)}</{element}>"
    )


def message(*statements: str, version: str = "camt.053.001.08", root: str = "BkToCstmrStmt", paging: str = "") -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}">'
        f"<{root}><GrpHdr><MsgId>M1</MsgId>{paging}</GrpHdr>{''.join(statements)}</{root}></Document>"
    ).encode()


def refusal_of(data: bytes) -> FileRefused:
    with pytest.raises(FileRefused) as caught:
        camt.read(data)
    return caught.value


def codes(refusal: FileRefused) -> list[str]:
    return [fault.code for fault in refusal.faults]


def test_a_booked_credit_is_one_proven_line_with_its_references() -> None:
    details = (
        "<NtryDtls><TxDtls><Refs><EndToEndId>E2E-7</EndToEndId></Refs>"
        "<RltdPties><Dbtr><Pty><Nm>Bureau principal</Nm></Pty></Dbtr></RltdPties>"
        "<RmtInf><Ustrd>Reversement</Ustrd><Ustrd>mars</Ustrd></RmtInf></TxDtls></NtryDtls>"
    )
    code = "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    read = camt.read(message(statement(entry(5_000, extra=code, details=details), closing=6_000)))
    (found,) = read.statements
    assert (read.format, found.account, found.currency, found.exponent) == ("camt.053", ACCOUNT, "XOF", 0)
    assert (found.number, found.opening, found.closing, found.proven) == ("3", 1_000, 6_000, True)
    (line,) = found.lines
    assert (line.booking_date, line.value_date, line.amount) == (date(2026, 3, 2), date(2026, 3, 3), 5_000)
    assert (line.bank_reference, line.customer_reference, line.type) == ("REF1", "E2E-7", "PMNT-RCDT-ESCT")
    assert (line.counterparty, line.label, line.reversal) == ("Bureau principal", "Reversement mars", False)


@pytest.mark.parametrize("version", [f"camt.053.001.{number:02d}" for number in range(1, 15)])
def test_every_version_is_read_by_local_names(version: str) -> None:
    details = "<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls>"
    details = details if version.endswith(".01") else f"<NtryDtls>{details}</NtryDtls>"
    status = "<Sts>BOOK</Sts>" if int(version[-2:]) < 7 else "<Sts><Cd>BOOK</Cd></Sts>"
    read = camt.read(
        message(statement(entry(10, "DBIT", status=status, details=details), closing=990), version=version)
    )
    (line,) = read.statements[0].lines
    assert (line.amount, line.customer_reference, len(line.details)) == (-10, "E", 1)


@pytest.mark.parametrize(
    ("version", "root", "element", "expected"),
    [
        ("camt.052.001.02", "BkToCstmrAcctRpt", "Rpt", "camt.052"),
        ("camt.054.001.04", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "camt.054"),
        ("unknown", "BkToCstmrDbtCdtNtfctn", "Ntfctn", "camt.054"),
    ],
)
def test_a_notification_without_balances_is_read_and_not_proven(
    version: str, root: str, element: str, expected: str
) -> None:
    read = camt.read(message(statement(entry(), element=element, balances=""), version=version, root=root))
    assert read.format == expected
    assert [(s.opening, s.closing, s.proven) for s in read.statements] == [(None, None, False)]


@pytest.mark.parametrize("status", ["<Sts>PDNG</Sts>", "<Sts><Cd>INFO</Cd></Sts>", "<Sts><Cd>FUTR</Cd></Sts>"])
def test_only_booked_entries_become_lines(status: str) -> None:
    (found,) = camt.read(message(statement(entry(status=status)))).statements
    assert found.lines == ()
    assert (found.notes, found.pending) == (("pending_left_out",), 1)


def test_a_reversal_is_flagged_and_its_sign_is_left_alone() -> None:
    data = message(statement(entry(700, "CRDT", reversal="<RvslInd>true</RvslInd>"), closing=1_700))
    (line,) = camt.read(data).statements[0].lines
    assert (line.amount, line.reversal) == (700, True)


def test_a_batch_is_one_line_and_a_difference_of_its_details_is_only_noted() -> None:
    parts = "".join(
        f"<TxDtls><Refs><EndToEndId>E{n}</EndToEndId></Refs>{amount(n)}<CdtDbtInd>DBIT</CdtDbtInd></TxDtls>"
        for n in (300, 200)
    )
    details = f"<NtryDtls><Btch><PmtInfId>LOT-9</PmtInfId></Btch>{parts}</NtryDtls>"
    (line,) = camt.read(message(statement(entry(510, "DBIT", details=details), closing=490))).statements[0].lines
    assert line.amount == -510
    assert [(detail.amount, detail.reference) for detail in line.details] == [(-300, "E300"), (-200, "E200")]
    assert (line.customer_reference, line.notes) == ("LOT-9", ("details_differ",))


def test_details_that_agree_bear_no_note() -> None:
    details = f"<NtryDtls><TxDtls><AmtDtls><TxAmt>{amount(510)}</TxAmt></AmtDtls></TxDtls></NtryDtls>"
    (line,) = camt.read(message(statement(entry(510, "DBIT", details=details), closing=490))).statements[0].lines
    assert (line.details[0].amount, line.notes) == (-510, ())


def test_the_opening_balance_is_opbd_before_prcd_and_available_balances_are_ignored() -> None:
    balances = (
        balance("PRCD", 77, day="2026-02-28")
        + balance("OPBD", 1_000, "DBIT", day="2026-03-01")
        + balance("CLAV", 5)
        + balance("CLBD", 4_000)
    )
    (found,) = camt.read(message(statement(entry(5_000), balances=balances))).statements
    assert (found.opening, found.closing, found.proven) == (-1_000, 4_000, True)


def test_prcd_opens_a_statement_without_opbd() -> None:
    balances = balance("PRCD", 77, day="2026-02-28") + balance("CLBD", 5_077)
    (found,) = camt.read(message(statement(entry(5_000), balances=balances))).statements
    assert (found.opening, found.proven) == (77, True)


def test_a_statement_that_does_not_add_up_is_refused_with_the_difference() -> None:
    refusal = refusal_of(message(statement(entry(5_000), closing=6_001)))
    assert codes(refusal) == ["statement_unbalanced"]
    facts = refusal.faults[0].facts
    assert (facts["expected"], facts["found"], facts["difference"]) == (6_000, 6_001, 1)


def test_every_fault_of_a_file_is_listed() -> None:
    wrong = statement(entry("12.50"), entry(mark="CRED"), entry(booked="<BookgDt><Dt>2026-02-30</Dt></BookgDt>"))
    refusal = refusal_of(message(wrong, statement(closing=1_001, number=4)))
    assert codes(refusal) == ["amount_unreadable", "structure", "date_unreadable", "statement_unbalanced"]
    assert [fault.facts.get("entry") for fault in refusal.faults] == [1, 2, 3, None]


@pytest.mark.parametrize("text", ["12.5", "-5", "1,5", "1 000", "", "1e3", "1000000000000000"])
def test_an_amount_that_is_not_whole_francs_is_refused(text: str) -> None:
    assert codes(refusal_of(message(statement(entry(text)))))[0] in ("amount_unreadable", "structure")


@pytest.mark.parametrize("text", ["5000", "5000.0", "5000.00", "05000.", "5000.00000"])
def test_zero_decimals_of_a_franc_amount_are_accepted(text: str) -> None:
    (line,) = camt.read(message(statement(entry(text), closing=6_000))).statements[0].lines
    assert line.amount == 5_000


def test_the_date_is_the_one_printed_whatever_its_time_zone() -> None:
    booked = "<BookgDt><DtTm>2026-03-01T00:30:00+05:00</DtTm></BookgDt>"
    valued = "<ValDt><DtTm>2026-03-31T23:59:59-11:00</DtTm></ValDt>"
    (line,) = camt.read(message(statement(entry(booked=booked, valued=valued), closing=6_000))).statements[0].lines
    assert (line.booking_date, line.value_date) == (date(2026, 3, 1), date(2026, 3, 31))


def test_a_missing_booking_date_is_taken_from_the_value_date_and_noted() -> None:
    (line,) = camt.read(message(statement(entry(booked=""), closing=6_000))).statements[0].lines
    assert (line.booking_date, line.notes) == (date(2026, 3, 3), ("booking_date_from_value_date",))


def test_an_impossible_value_date_is_left_out_and_noted() -> None:
    data = message(statement(entry(valued="<ValDt><Dt>2026-02-30</Dt></ValDt>"), closing=6_000))
    (line,) = camt.read(data).statements[0].lines
    assert (line.value_date, line.notes) == (None, ("value_date_unreadable",))


def test_two_currencies_in_one_statement_are_refused() -> None:
    refusal = refusal_of(message(statement(entry(currency="EUR"))))
    assert codes(refusal) == ["currency_mismatch"]


def test_several_accounts_of_one_file_are_kept_apart() -> None:
    other = "ML13ML9990100100000087654321"
    read = camt.read(message(statement(entry(), closing=6_000), statement(entry(), closing=6_000, account=other)))
    assert [found.account for found in read.statements] == [ACCOUNT, other]


@pytest.mark.parametrize(("mark", "note"), [("DUPL", "duplicate"), ("COPY", "copy"), ("CODU", "copy")])
def test_a_copy_says_so(mark: str, note: str) -> None:
    (found,) = camt.read(message(statement(heading=f"<CpyDplctInd>{mark}</CpyDplctInd>"))).statements
    assert found.notes == (note,)


def test_a_gap_in_the_sequence_is_noted_on_the_statement_after_it() -> None:
    days = "<FrToDt><FrDt>2026-03-{0}</FrDt><ToDt>2026-03-{0}</ToDt></FrToDt>"
    read = camt.read(
        message(
            statement(number=6, heading=days.format("06")),
            statement(number=3, heading=days.format("03")),
            statement(number=4, heading=days.format("04")),
        )
    )
    assert [found.notes for found in read.statements] == [("missing_statement_before",), (), ()]


def test_a_page_of_a_message_that_has_others_is_refused_alone() -> None:
    paging = "<MsgPgntn><PgNb>1</PgNb><LastPgInd>false</LastPgInd></MsgPgntn>"
    assert codes(refusal_of(message(statement(), paging=paging))) == ["page_missing"]


def test_all_pages_of_a_message_are_one_statement() -> None:
    pages = [
        message(
            statement(entry(value), balances=balances),
            paging=f"<MsgPgntn><PgNb>{number}</PgNb><LastPgInd>{last}</LastPgInd></MsgPgntn>",
        )
        for number, last, value, balances in (
            (2, "true", 20, balance("CLBD", 1_030)),
            (1, "false", 10, balance("OPBD", 1_000, day="2026-03-01")),
        )
    ]
    (found,) = camt.read_documents(pages).statements
    assert ([line.amount for line in found.lines], found.opening, found.closing) == ([10, 20], 1_000, 1_030)
    assert found.proven is True


def test_all_pages_of_a_statement_are_one_statement() -> None:
    page = "<StmtPgntn><PgNb>{}</PgNb><LastPgInd>{}</LastPgInd></StmtPgntn>"
    first = statement(entry(10), balances=balance("OPBD", 1_000), heading=page.format(1, "false"))
    second = statement(entry(20), balances=balance("CLBD", 1_030), heading=page.format(2, "true"))
    (found,) = camt.read(message(second, first)).statements
    assert [line.amount for line in found.lines] == [10, 20]
    assert codes(refusal_of(message(first))) == ["page_missing"]


def test_a_file_cut_short_is_refused_as_such() -> None:
    data = message(statement(entry(), closing=6_000))
    assert codes(refusal_of(data[: len(data) // 2])) == ["file_truncated"]


def test_latin_1_is_read_when_the_declaration_says_so_and_refused_when_it_lies() -> None:
    told = message(statement(entry(extra="<AddtlNtryInf>Reçu</AddtlNtryInf>"), closing=6_000)).decode()
    latin = told.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode("latin-1")
    assert camt.read(latin).statements[0].lines[0].label == "Reçu"
    assert codes(refusal_of(told.encode("latin-1"))) == ["encoding"]


def test_in_a_return_the_counterparty_is_the_one_that_is_not_the_account_owner() -> None:
    parties = "<Dbtr><Nm>Redevable A</Nm></Dbtr><Cdtr><Nm>Compte du prélèvement</Nm></Cdtr>"
    details = f"<NtryDtls><TxDtls><RltdPties>{parties}</RltdPties></TxDtls></NtryDtls>"
    (line,) = camt.read(message(statement(entry(1_000, "DBIT", details=details), closing=0))).statements[0].lines
    assert line.counterparty == "Redevable A"


def test_marks_that_reverse_the_reading_direction_are_taken_out_of_labels() -> None:
    (line,) = (
        camt.read(
            message(statement(entry(extra="<AddtlNtryInf>Frais\u202e  de\u00a0tenue</AddtlNtryInf>"), closing=6_000))
        )
        .statements[0]
        .lines
    )
    assert line.label == "Frais de tenue"


@given(st.lists(st.integers(-(10**12), 10**12), max_size=12), st.integers(-(10**12), 10**12))
def test_what_is_written_is_read_back_to_the_franc(amounts: list[int], opening: int) -> None:
    def mark(value: int) -> str:
        return "DBIT" if value < 0 else "CRDT"

    closing = opening + sum(amounts)
    balances = balance("OPBD", abs(opening), mark(opening)) + balance("CLBD", abs(closing), mark(closing))
    entries = [entry(abs(value), mark(value)) for value in amounts]
    (found,) = camt.read(message(statement(*entries, balances=balances))).statements
    assert [line.amount for line in found.lines] == amounts
    assert (found.opening, found.closing, found.proven) == (opening, closing, True)


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_message_is_read_or_refused_and_never_anything_else(data: st.DataObject) -> None:
    details = f"<NtryDtls><TxDtls>{amount(5)}<RmtInf><Ustrd>x</Ustrd></RmtInf></TxDtls></NtryDtls>"
    content = bytearray(message(statement(entry(details=details), closing=6_000)))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        size = data.draw(st.integers(0, 30))
        content[place : place + size] = data.draw(st.binary(max_size=6))
    try:
        read = camt.read(bytes(content))
    except FileRefused:
        return
    assert isinstance(read, StatementFile)
