"""MT940 statements. The account and everything on it are fictional."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import Fault, FileRefused, Statement
from reconcile.readers.mt940 import read
from reconcile.readers.mt940_fields import fields_of, movements_and_fields
from reconcile.readers.mt940_page import Page, pages_of

ACCOUNT = "BF42BF9990100100012345678999"


def message(*lines: str, opening: int = 1_000, closing: int = 1_000, number: str = "12/1") -> str:
    """One complete message in XOF around its movements."""
    return "\r\n".join(
        (
            ":20:FICTIF",
            f":25:{ACCOUNT}",
            f":28C:{number}",
            f":60F:{'C' if opening >= 0 else 'D'}260228XOF{abs(opening)},",
            *lines,
            f":62F:{'C' if closing >= 0 else 'D'}260331XOF{abs(closing)},",
            "-",
            "",
        )
    )


def one(text: str) -> Statement:
    (statement,) = read(text.encode())
    return statement


def codes(text: str) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        read(text.encode())
    return [fault.code for fault in refused.value.faults]


def test_a_statement_reads_with_its_balances_its_period_and_its_line() -> None:
    text = message(":61:2603020303CF47000000,NTRFREM-OUAGA-1//M01STAR1", ":86:REMISE BUREAU FICTIF", closing=47_001_000)
    statement = one(text)
    assert statement.account == ACCOUNT
    assert (statement.currency, statement.exponent, statement.number) == ("XOF", 0, "12/1")
    assert (statement.start, statement.end) == (date(2026, 2, 28), date(2026, 3, 31))
    assert (statement.opening, statement.closing, statement.proven) == (1_000, 47_001_000, True)
    (line,) = statement.lines
    assert (line.booking_date, line.value_date, line.amount) == (date(2026, 3, 3), date(2026, 3, 2), 47_000_000)
    assert (line.type, line.customer_reference, line.bank_reference) == ("NTRF", "REM-OUAGA-1", "M01STAR1")
    assert (line.label, line.reversal, line.notes) == ("REMISE BUREAU FICTIF", False, ())


@pytest.mark.parametrize(
    ("mark", "amount", "reversal"),
    [
        ("C", 500, False),
        ("D", -500, False),
        ("CF", 500, False),
        ("DF", -500, False),
        ("RC", -500, True),
        ("RD", 500, True),
        ("RCF", -500, True),
        ("RDF", 500, True),
    ],
)
def test_the_mark_gives_the_sign_and_the_funds_code_never_does(mark: str, amount: int, reversal: bool) -> None:
    (line,) = one(message(f":61:2603020302{mark}500,NTRFNONREF", closing=1_000 + amount)).lines
    assert (line.amount, line.reversal, line.customer_reference) == (amount, reversal, None)


def test_a_credit_in_euros_is_not_a_reversal() -> None:
    text = message(":61:2603020302CR100,50NTRFNONREF").replace("XOF1000,", "EUR1000,00")
    (statement,) = read(text.replace(":62F:C260331EUR1000,00", ":62F:C260331EUR1100,50").encode())
    assert [(line.amount, line.reversal) for line in statement.lines] == [(10_050, False)]


@pytest.mark.parametrize("amount", ["500", "500,", "500,0", "500,00", "000000500,"])
def test_francs_are_read_with_and_without_empty_decimals(amount: str) -> None:
    (line,) = one(message(f":61:2603020302D{amount}NTRFNONREF", closing=500)).lines
    assert line.amount == -500


@pytest.mark.parametrize("amount", ["500,50", "-104,12", "500.00", "500,000", ",", "1234567890123456,"])
def test_an_amount_that_is_not_whole_francs_without_a_sign_is_refused(amount: str) -> None:
    assert codes(message(f":61:2603020302D{amount}NTRFNONREF", closing=500)) == ["amount_unreadable"]


def test_the_entry_date_takes_the_year_nearest_to_the_value_date() -> None:
    (line,) = one(message(":61:2612310102C5,NTRFNONREF", closing=1_005)).lines
    assert (line.booking_date, line.value_date) == (date(2027, 1, 2), date(2026, 12, 31))


def test_a_line_without_entry_date_books_on_its_value_date_and_says_so() -> None:
    for entry in ("", "    "):
        (line,) = one(message(f":61:260302{entry}C5,NTRFNONREF", closing=1_005)).lines
        assert (line.booking_date, line.notes) == (date(2026, 3, 2), ("booking_date_from_value_date",))


def test_a_value_date_of_30_february_books_on_the_entry_date() -> None:
    (line,) = one(message(":61:2602300302C5,NTRFNONREF", closing=1_005)).lines
    assert (line.booking_date, line.value_date) == (date(2026, 3, 2), None)
    assert line.notes == ("value_date_invalid:260230",)


@pytest.mark.parametrize("dates", ["260230", "261302", "2613020302", "2603020230", "2600000000"])
def test_a_line_that_cannot_be_dated_refuses_the_file(dates: str) -> None:
    assert codes(message(f":61:{dates}C5,NTRFNONREF", closing=1_005)) == ["date_unreadable"]


def test_the_information_after_the_closing_balance_belongs_to_the_statement() -> None:
    text = message(":61:2603020302C5,NTRFNONREF", ":86:LA LIGNE", closing=1_005)
    statement = one(text.replace("-\r\n", ":64:C260331XOF1005,\r\n:86:LE RELEVE\r\n-\r\n"))
    assert [line.label for line in statement.lines] == ["LA LIGNE"]


def test_continuation_lines_join_without_a_blank_when_full() -> None:
    full = "A" * 64 + "B"
    text = message(":61:2603020302C5,NTRFNONREF", f":86:{full}", "CD", "-suite : du texte", closing=1_005)
    assert one(text).lines[0].label == f"{full}CD -suite : du texte"


def test_a_dash_alone_inside_a_label_does_not_end_the_message() -> None:
    text = message(
        ":61:2603020302C5,NTRFNONREF", ":86:AVANT", "-", "APRES", ":61:2603020302C1,NTRFNONREF", closing=1_006
    )
    assert [line.label for line in one(text).lines] == ["AVANT - APRES", ""]


def test_details_of_the_line_stand_for_a_missing_information() -> None:
    text = message(":61:2603020302C5,NTRFREF 1", "//BANK1", "FRAIS DE TENUE", closing=1_005)
    (line,) = one(text).lines
    assert (line.customer_reference, line.bank_reference, line.label) == ("REF 1", "BANK1", "FRAIS DE TENUE")


def test_the_type_may_be_absent_and_the_reference_long() -> None:
    text = message(":61:2603020302C5,NONREF", ":61:2603020302C5,NTRF" + "R" * 40 + "//B", closing=1_010)
    first, second = one(text).lines
    assert (first.type, first.customer_reference) == (None, None)
    assert (second.type, second.customer_reference, second.bank_reference) == ("NTRF", "R" * 40, "B")


def test_structured_information_gives_the_counterparty() -> None:
    text = message(
        ":61:2603020302C5,NTRFNONREF",
        ":86:166?00VIREMENT?20REMISE?21 FICTIVE?32BUREAU?33 TEST",
        ":61:2603020302C5,NTRFNONREF",
        ":86:/ORDP//NAME/BUREAU TEST/REMI/REMISE",
        closing=1_010,
    )
    assert [line.counterparty for line in one(text).lines] == ["BUREAU TEST", "BUREAU TEST"]
    assert one(text).lines[0].label == "VIREMENT REMISE FICTIVE"


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "@@"])
def test_every_line_end_reads_alike(line_end: str) -> None:
    text = message(":61:2603020302C5,NTRFNONREF", ":86:REMISE", closing=1_005)
    other = text.replace("\r\n", line_end)
    assert one(other) == one(text)


def test_envelopes_marks_and_missing_end_lines_change_nothing() -> None:
    text = message(":61:2603020302C5,NTRFNONREF", ":86:REMISE", closing=1_005)
    expected = one(text)
    body = text.removesuffix("-\r\n")
    assert one("\ufeff" + text) == expected
    assert one(body) == expected
    assert one("{1:F01FICTBFBFAXXX0000000000}{2:O940}{4:\r\n" + body + "-}{5:{CHK:0}}") == expected
    assert one("{1:F01FICTBFBFAXXX0000000000}{4:" + body + "-}{1:F01}") == expected
    assert one("FICTBFBF\r\n940\r\n" + text) == expected
    assert one(text.replace(":86:REMISE", ":86:REMISE\r\n:NS:22TITULAIRE")) == expected


def pages(*, second_opening: int = 1_005, number: str = "12/2", account: str = ACCOUNT) -> str:
    first = message(":61:2603020302C5,NTRFNONREF", closing=1_005).replace(":62F:", ":62M:")
    second = message(":61:2603030303D2,NTRFNONREF", opening=second_opening, closing=second_opening - 2, number=number)
    return first + second.replace(":60F:", ":60M:").replace(ACCOUNT, account)


def test_pages_are_one_statement_from_the_first_opening_to_the_last_closing() -> None:
    statement = one(pages())
    assert (statement.number, statement.opening, statement.closing, statement.proven) == ("12/1", 1_000, 1_003, True)
    assert [line.amount for line in statement.lines] == [5, -2]


def test_pages_under_one_reference_are_one_statement() -> None:
    first, second = pages().split("-\r\n:20:FICTIF\r\n")
    assert one(first + second) == one(pages())


def test_a_missing_page_refuses_the_file() -> None:
    first, second = pages().split("-\r\n:20:FICTIF", 1)
    assert codes(first) == ["page_missing"]
    assert codes(":20:FICTIF" + second) == ["page_missing"]
    assert codes(pages(second_opening=900)) == ["page_missing"]
    assert codes(pages(number="12/3")) == ["page_missing"]
    assert codes(pages(number="13/2")) == ["page_missing"]
    assert codes(pages(account="BF42BF9990100100099999999999")) == ["page_missing", "page_missing"]


def test_a_false_closing_balance_is_refused_with_the_difference_in_its_currency() -> None:
    with pytest.raises(FileRefused) as refused:
        read(message(":61:2603020302C2500000,NTRFNONREF", closing=2_500_000).encode())
    (fault,) = refused.value.faults
    assert (fault.code, fault.facts["expected"], fault.facts["found"], fault.facts["difference"]) == (
        "statement_unbalanced",
        2_501_000,
        2_500_000,
        -1_000,
    )
    assert "écart -1\u00a0000 XOF" in fault.sentence


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (":62F:C260331XOF", ":62F:C260331EUR", "currency_mismatch"),
        (":60F:C260228XOF", ":60F:C260228", "currency_mismatch"),
        (":62F:C260331XOF1000,\r\n", "", "file_truncated"),
        (":60F:C260228XOF1000,\r\n", "", "structure"),
        (f":25:{ACCOUNT}\r\n", "", "structure"),
        (":62F:C260331XOF1000,", ":62F:C260331XOF1.000", "amount_unreadable"),
        (":62F:C260331XOF1000,", ":62F:C260331XOF1000,50", "amount_unreadable"),
        (":62F:C260331", ":62F:C260231", "date_unreadable"),
        (":62F:", ":61:260302X5,NTRF\r\n:62F:", "structure"),
        (":62F:", ":61:2603020302EC5,NTRFNONREF\r\n:62F:", "structure"),
        ("-\r\n", ":61:2603020302C5,NTRFNONREF\r\n", "structure"),
    ],
)
def test_a_file_that_lost_something_is_refused(before: str, after: str, code: str) -> None:
    text = message()
    assert before in text
    assert codes(text.replace(before, after)) == [code]


def test_every_fault_of_the_file_is_listed_with_its_line() -> None:
    text = message(":61:2603020302D-5,NTRFNONREF", ":61:2602300230C5,NTRFNONREF") + message(closing=7)
    with pytest.raises(FileRefused) as refused:
        read(text.encode())
    found = [(fault.code, fault.facts["line"]) for fault in refused.value.faults]
    assert found == [("amount_unreadable", 5), ("date_unreadable", 6), ("statement_unbalanced", 9)]
    assert "Ligne 5" in refused.value.faults[0].sentence


def test_a_currency_left_out_is_the_bound_accounts() -> None:
    bare = message().replace("XOF", "")
    (statement,) = read(bare.encode(), bound_currency="XOF")
    assert (statement.currency, statement.closing, statement.notes) == ("XOF", 1_000, ("closing_currency_missing",))


def test_statements_of_one_account_say_when_one_is_missing_or_given_twice() -> None:
    text = message() + message() + message(opening=5, closing=5, number="14/1")
    assert [statement.notes for statement in read(text.encode())] == [(), ("copy",), ("missing_statement_before",)]


def test_several_accounts_are_several_statements() -> None:
    other = "ML42ML9990100100012345678999"
    text = message(opening=-50, closing=-50) + message().replace(ACCOUNT, other)
    assert [(found.account, found.closing) for found in read(text.encode())] == [(ACCOUNT, -50), (other, 1_000)]


def test_another_text_is_not_recognised() -> None:
    assert codes("Date;Libellé;Montant\n") == ["not_recognised"]
    assert codes("") == ["not_recognised"]


MOVEMENTS = st.lists(
    st.tuples(
        st.dates(date(2020, 1, 1), date(2040, 12, 31)),
        st.integers(-100, 100),
        st.sampled_from(["C", "D", "RC", "RD", "CF", "DF", "RCF", "RDF"]),
        st.integers(0, 10**12),
        st.from_regex("[A-Z0-9]{1,16}", fullmatch=True).filter(lambda text: text != "NONREF"),
        st.from_regex("[A-Z0-9 ]{0,20}[A-Z]", fullmatch=True),
    ),
    max_size=12,
)


def written(
    movements: list[tuple[date, int, str, int, str, str]], opening: int
) -> tuple[str, list[tuple[object, ...]]]:
    """The message, and what must be read from it."""
    lines: list[str] = []
    expected: list[tuple[object, ...]] = []
    for value, shift, mark, units, reference, label in movements:
        booking = value + timedelta(days=shift)
        if f"{booking:%m%d}" == "0229":
            booking += timedelta(days=1)
        amount = units if mark.rstrip("F") in ("C", "RD") else -units
        lines += [f":61:{value:%y%m%d}{booking:%m%d}{mark}{units},NTRF{reference}//B{reference}", f":86:{label}"]
        expected.append((booking, value, amount, reference, f"B{reference}", " ".join(label.split())))
    closing = opening + sum(int(str(row[2])) for row in expected)
    return message(*lines, opening=opening, closing=closing), expected


@given(MOVEMENTS, st.integers(-(10**12), 10**12))
def test_what_is_written_is_read_back(movements: list[tuple[date, int, str, int, str, str]], opening: int) -> None:
    text, expected = written(movements, opening)
    statement = one(text)
    assert statement.opening == opening
    assert [
        (line.booking_date, line.value_date, line.amount, line.customer_reference, line.bank_reference, line.label)
        for line in statement.lines
    ] == expected


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    text = pages() + message(":61:2603020302CF5,NTRFREF//B", ":86:REMISE", closing=1_005)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    noise = data.draw(st.one_of(st.text(max_size=6), st.sampled_from([":61:", ":60M:", ":62F:", "-\n", "\r", "{", ""])))
    try:
        statements = read((text[:start] + noise + text[end:]).encode("utf-8", "surrogatepass"))
    except FileRefused:
        return
    for statement in statements:
        assert statement.opening is not None
        assert statement.opening + sum(line.amount for line in statement.lines) == statement.closing


@given(st.binary(max_size=120))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(FileRefused):
        read(data)


MOVES = st.sampled_from([
    ":61:2603020302C250,NTRFREF1//B1\n", ":61:260302D7,NCHGNONREF\n", ":61:2603020302RCF9,NTRFREF2//NONREF\n",
    ":61:2602300302C1,FTRFX\n", ":61:2613010101C1,NTRFX\n", ":61:2603020302C1,00NONREF\n", ":61:2603EC1,NTRFX\n",
    ":61:2603020302DF9,5NTRFREF3\n",
])  # fmt: skip
INFORMATION = st.sampled_from([
    ":86:REVERSEMENT FICTIF\n", ":86:DEUX  BLANCS \n", ":86:/NAME/BUREAU\n", ":86:A?20B?30C\n", ":86:DEBUT\nSUITE\n",
    ":86:\n", ":86:É\n", ":86:A\n-\n",
])  # fmt: skip
OTHERS = st.sampled_from([
    "-\n", "-}\n", ":20:R\n", ":25:BF1\n", ":28C:1/1\n", ":60F:C260301XOF0,\n", ":60M:C260301XOF0,\n", "texte\n",
    ":62F:C260331XOF250,\n", ":62M:C260331XOF250,\n", ":64:C260331XOF250,\n", "\n",
])  # fmt: skip
PARTS = st.one_of(st.tuples(MOVES, INFORMATION).map("".join), MOVES, INFORMATION, OTHERS)


@settings(max_examples=400)
@given(st.lists(PARTS, max_size=14), st.sampled_from(["", ":20:R\n:25:BF1\n:28C:1/1\n:60F:C260301XOF0,\n"]))
def test_the_common_form_is_read_at_once_as_it_is_field_by_field(parts: list[str], head: str) -> None:
    text = (head + "".join(parts)).rstrip("\n") if len(parts) % 2 else head + "".join(parts)
    slow: list[Fault] = []
    fast: list[Fault] = []
    expected = pages_of(fields_of(text), slow)
    found = pages_of(movements_and_fields(text), fast)

    def told(page: Page) -> tuple[object, ...]:
        return page.line, page.account, page.number, page.opening, page.closing, page.first, page.last, page.lines

    assert [told(page) for page in found] == [told(page) for page in expected]
    assert fast == slow
