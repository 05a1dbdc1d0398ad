"""CFONB 120 statements. The account and everything on it are fictional."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.model import FileRefused, Statement
from reconcile.readers.cfonb120 import read


def overpunch(units: int) -> str:
    digits = f"{abs(units):014d}"
    return digits[:13] + ("{ABCDEFGHI" if units >= 0 else "}JKLMNOPQR")[int(digits[13])]


def record(kind: str, *, day: str, currency: str = "XOF", decimals: str = "0", account: str = "00123456789") -> str:
    return f"{kind}BF999    01001{currency:3}{decimals:1} {account:11}  {day}"


def balance(kind: str, units: int, day: str, **zones: str) -> str:
    return f"{record(kind, day=day, **zones):90}{overpunch(units):14}{'':16}"


def movement(
    units: int, label: str = "REMISE", *, day: str = "020326", value: str = "030326", reference: str = "", **zones: str
) -> str:
    head = record("04", day=day, **zones)
    head = f"{head[:32]}05{head[34:]:8}"
    return f"{head}{value:6}{label:31}  0000000  {overpunch(units):14}{reference:16}"


def complement(qualifier: str, text: str, **zones: str) -> str:
    return f"{record('05', day='020326', **zones):45}{qualifier:3}{text:70}  "


def statement(*lines: str, opening: int = 1_000, closing: int = 1_000, **zones: str) -> str:
    first, last = balance("01", opening, "280226", **zones), balance("07", closing, "310326", **zones)
    return "\r\n".join((first, *lines, last, ""))


def one(text: str) -> Statement:
    (found,) = read(text.encode("cp1252"))
    return found


def codes(text: str) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        read(text.encode("cp1252"))
    return [fault.code for fault in refused.value.faults]


def test_a_statement_reads_with_its_balances_its_period_and_its_line() -> None:
    found = one(statement(movement(1_234_567, "REMISE BUREAU", reference="REM1"), opening=-67, closing=1_234_500))
    assert (found.account, found.currency, found.exponent) == ("BF999 01001 00123456789", "XOF", 0)
    assert (found.start, found.end) == (date(2026, 2, 28), date(2026, 3, 31))
    assert (found.opening, found.closing, found.proven, found.number) == (-67, 1_234_500, True, None)
    (line,) = found.lines
    assert (line.booking_date, line.value_date, line.amount) == (date(2026, 3, 2), date(2026, 3, 3), 1_234_567)
    assert (line.type, line.bank_reference, line.label) == ("05", "REM1", "REMISE BUREAU")


@pytest.mark.parametrize("units", [*range(-10, 11), -1_665_871])
def test_the_last_digit_carries_the_sign(units: int) -> None:
    (line,) = one(statement(movement(units), closing=1_000 + units)).lines
    assert line.amount == units


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r", "", "\r\n\r\n", "  \r\n"])
def test_line_ends_may_be_anything_or_nothing(line_end: str) -> None:
    text = statement(movement(5), complement("LIB", "SUITE"), closing=1_005)
    kept = line_end.strip(" ")
    other = kept.join(line.rstrip() if "  " in line_end else line for line in text.split("\r\n"))
    assert one(other) == one(text)


@pytest.mark.parametrize("decimals", [" ", "0", "2"])
def test_francs_stay_francs_whatever_the_decimals_digit(decimals: str) -> None:
    scale = 100 if decimals == "2" else 1
    text = statement(
        movement(500 * scale, decimals=decimals), opening=1_000 * scale, closing=1_500 * scale, decimals=decimals
    )
    found = one(text)
    assert (found.opening, found.closing, found.lines[0].amount) == (1_000, 1_500, 500)


def test_blank_currency_and_decimals_come_from_the_movements() -> None:
    text = statement(movement(500, currency="EUR", decimals="2"), closing=1_500, currency="", decimals="")
    found = one(text)
    assert (found.currency, found.exponent, found.closing) == ("EUR", 2, 1_500)


def test_blank_currency_everywhere_is_the_bound_accounts_and_never_guessed() -> None:
    text = statement(movement(5, currency="", decimals=""), closing=1_005, currency="", decimals="")
    (found,) = read(text.encode(), bound_currency="XOF")
    assert (found.currency, found.exponent, found.closing) == ("XOF", 0, 1_005)
    assert codes(text) == ["currency_mismatch"]


def test_francs_with_cents_are_refused() -> None:
    text = statement(movement(550, decimals="2"), opening=100_000, closing=100_550, decimals="2")
    assert codes(text) == ["amount_unreadable", "amount_unreadable"]


def test_braces_transcoded_as_accents_are_read_and_said() -> None:
    text = statement(movement(-10), closing=990)
    head, tail = text.split("}", 1)
    found = one(f"{head}è{tail}")
    assert (found.closing, found.notes) == (990, ("overpunch_transcoded",))


def test_complements_give_label_counterparty_and_references() -> None:
    (line,) = one(
        statement(
            movement(5, "VIREMENT"),
            complement("LIB", "PREMIER TEXTE"),
            complement("   ", "TEXTE SANS CODE"),
            complement("NPY", "BUREAU FICTIF"),
            complement("REF", f"{'LOT 7':35}TRANSACTION 7"),
            complement("RCN", f"{'REM-2026-1':35}MOTIF"),
            complement("RUM", "MANDAT"),
            complement("ZZZ", "INCONNU"),
            closing=1_005,
        )
    ).lines
    assert line.label == "VIREMENT PREMIER TEXTE TEXTE SANS CODE ZZZ INCONNU"
    assert (line.counterparty, line.customer_reference) == ("BUREAU FICTIF", "REM-2026-1")


def test_the_older_complement_without_code_gives_its_label() -> None:
    older = f"{record('05', day='020326'):40}{'LIBELLE ANCIEN SUR TOUTE LA ZONE':41}0000001  {overpunch(5)}"
    (line,) = one(statement(movement(5, "VIREMENT"), older, closing=1_005)).lines
    assert line.label == "VIREMENT LIBELLE ANCIEN SUR TOUTE LA ZONE"


def test_the_bank_zone_of_a_movement_may_be_the_counterparts() -> None:
    text = statement(movement(5).replace("BF999", "BF998"), closing=1_005)
    assert one(text).lines[0].amount == 5


def test_a_statement_without_movement_is_read() -> None:
    found = one(statement())
    assert (found.lines, found.proven) == ((), True)


def test_dates_may_be_blank_and_the_value_date_then_books() -> None:
    (line,) = one(statement(movement(5, day="000000"), closing=1_005)).lines
    assert (line.booking_date, line.notes) == (date(2026, 3, 3), ("booking_date_from_value_date",))
    (line,) = one(statement(movement(5, value="      "), closing=1_005)).lines
    assert (line.booking_date, line.value_date, line.notes) == (date(2026, 3, 2), None, ())


def test_a_gap_between_two_statements_of_an_account_is_said() -> None:
    text = statement() + statement(movement(-5), closing=995) + statement(opening=7, closing=7)
    assert [found.notes for found in read(text.encode())] == [(), (), ("missing_statement_before",)]


def test_a_false_closing_balance_is_refused_with_the_difference() -> None:
    with pytest.raises(FileRefused) as refused:
        read(statement(movement(5), closing=1_000).encode())
    (fault,) = refused.value.faults
    assert (fault.code, fault.facts["expected"], fault.facts["found"]) == ("statement_unbalanced", 1_005, 1_000)
    assert "écart -5 XOF" in fault.sentence


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (movement(5), ["structure"]),
        (complement("LIB", "SEUL"), ["structure"]),
        (balance("07", 5, "310326"), ["structure"]),
        (balance("01", 5, "280226"), ["file_truncated"]),
        (balance("01", 5, "280226") + "\n" + statement(), ["file_truncated"]),
        (statement(complement("LIB", "SEUL")), ["structure"]),
        (statement(movement(5, account="00999999999"), closing=1_005), ["account_mismatch"]),
        (statement(movement(5, currency="EUR"), closing=1_005), ["currency_mismatch"]),
        (statement(movement(5) + "X", closing=1_005), ["structure"]),
        (statement("99" + movement(5)[2:], closing=1_005), ["structure"]),
        (statement(movement(5).replace("0000000000000E", "00000000000005"), closing=1_005), ["amount_unreadable"]),
        (statement(movement(5).replace("0000000000000E", "000000000000 E"), closing=1_005), ["amount_unreadable"]),
        (statement(movement(5, day="300226"), closing=1_005), ["date_unreadable"]),
        (statement(movement(5, value="310226"), closing=1_005), ["date_unreadable"]),
        (statement(movement(5, day="000000", value="000000"), closing=1_005), ["date_unreadable"]),
        (statement().replace("310326", "310226"), ["date_unreadable"]),
        (statement(movement(5, decimals="X"), closing=1_005), ["amount_unreadable"]),
        ("Date;Montant", ["not_recognised"]),
        ("", ["not_recognised"]),
    ],
)
def test_a_file_that_lost_its_order_is_refused(text: str, found: list[str]) -> None:
    assert codes(text) == found


def test_every_fault_of_the_file_is_listed_with_its_line() -> None:
    text = movement(1) + "\n" + statement(movement(5, day="300226"), movement(5, value="310226")) + statement(closing=7)
    with pytest.raises(FileRefused) as refused:
        read(text.encode())
    found = [(fault.code, fault.facts["line"]) for fault in refused.value.faults]
    assert found == [("structure", 1), ("date_unreadable", 3), ("date_unreadable", 4), ("statement_unbalanced", 7)]
    assert refused.value.faults[1].sentence.startswith("Ligne 3 : date comptable illisible.")


@given(
    st.integers(-(10**12), 10**12),
    st.lists(
        st.tuples(
            st.dates(date(2000, 1, 1), date(2060, 12, 31)),
            st.integers(-(10**12), 10**12),
            st.from_regex("[A-Z0-9][A-Z0-9 ]{0,30}", fullmatch=True),
            st.from_regex("[A-Z0-9]{0,16}", fullmatch=True),
        ),
        max_size=10,
    ),
    st.sampled_from(["\n", "\r\n", ""]),
)
def test_what_is_written_is_read_back(opening: int, rows: list[tuple[date, int, str, str]], line_end: str) -> None:
    lines = [movement(units, label, day=f"{day:%d%m%y}", reference=reference) for day, units, label, reference in rows]
    text = statement(*lines, opening=opening, closing=opening + sum(row[1] for row in rows))
    found = one(text.replace("\r\n", line_end))
    assert found.opening == opening
    assert [(line.booking_date, line.amount, line.label, line.bank_reference) for line in found.lines] == [
        (day, units, " ".join(label.split()), reference or None) for day, units, label, reference in rows
    ]


@settings(max_examples=300)
@given(st.data())
def test_a_damaged_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    text = statement(movement(5), complement("LIB", "SUITE"), closing=1_005) + statement(opening=1_005, closing=1_005)
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 12))
    noise = data.draw(st.one_of(st.text(max_size=6), st.sampled_from(["\n", "04", "07", "{", "²", ""])))
    try:
        statements = read((text[:start] + noise + text[start + length :]).encode("utf-8", "surrogatepass"))
    except FileRefused:
        return
    for found in statements:
        assert found.opening is not None
        assert found.opening + sum(line.amount for line in found.lines) == found.closing
