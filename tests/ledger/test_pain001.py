"""The transfer file for the bank: valid by the published schema, in whole francs, each order once."""

import importlib.util
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from ledger.iban import IbanInvalid, check_digits, rib_key
from ledger.orders.pain001 import (
    Debtor,
    Transfer,
    TransferDuplicate,
    TransferFileEmpty,
    TransferUnfit,
    latin,
    write_pain001,
)

SWIFT_X = set("/-?:().,'+ 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
NS = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
WHEN = datetime(2026, 3, 5, 10, tzinfo=UTC)


def iban(country: str, bank: str, account: int) -> str:
    """A fictional IBAN of the Union whose keys are right."""
    number = f"{account:012d}"
    bban = f"{bank}01001{number}{rib_key(bank, '01001', number)}"
    return f"{country}{check_digits(country, bban)}{bban}"


DEBTOR = Debtor("PC-AES – Burkina Faso", iban("BF", "BF999", 1))
ONE = Transfer("2026-0012", "Société Œuvre & Fils", iban("ML", "ML998", 7), 1_000_000, "Étude n° 5 « phase A »")
TWO = Transfer("2026-0013", "Bureau fictif", iban("NE", "NE997", 8), 2_000_001, "Solde")


def schema() -> etree.XMLSchema:
    """The schema published by ISO 20022, as shipped in a package used by these tests alone."""
    found = importlib.util.find_spec("sepaxml")
    assert found is not None
    assert found.origin is not None
    return etree.XMLSchema(etree.parse(Path(found.origin).parent / "schemas" / "pain.001.001.09.xsd"))


def written(*transfers: Transfer, message: str = "PCAES-BF-20260305-1", debtor: Debtor = DEBTOR) -> bytes:
    return write_pain001(message, debtor, transfers, created_at=WHEN, execution=date(2026, 3, 6))


def read(data: bytes, path: str) -> list[str]:
    return [node.text for node in etree.fromstring(data).iterfind(path, NS)]


def test_the_file_is_valid_by_the_published_schema() -> None:
    schema().assertValid(etree.fromstring(written(ONE, TWO)))


def test_the_file_says_who_pays_whom_how_much_and_for_which_order() -> None:
    data = written(ONE, TWO)

    assert read(data, ".//p:GrpHdr/p:MsgId") == ["PCAES-BF-20260305-1"]
    assert read(data, ".//p:GrpHdr/p:CreDtTm") == ["2026-03-05T10:00:00Z"]
    assert read(data, ".//p:NbOfTxs") == ["2", "2"]
    assert read(data, ".//p:CtrlSum") == ["3000001", "3000001"]
    assert read(data, ".//p:DbtrAcct//p:IBAN") == [DEBTOR.iban]
    assert read(data, ".//p:DbtrAgt//p:MmbId") == ["BF999"]
    assert read(data, ".//p:EndToEndId") == ["2026-0012", "2026-0013"]
    assert read(data, ".//p:InstdAmt") == ["1000000", "2000001"]
    assert read(data, ".//p:CdtrAcct//p:IBAN") == [ONE.payee_iban, TWO.payee_iban]
    assert read(data, ".//p:CdtrAgt//p:MmbId") == ["ML998", "NE997"]
    assert read(data, ".//p:Cdtr/p:Nm") == ["Societe OEuvre + Fils", "Bureau fictif"]
    assert read(data, ".//p:Ustrd") == ["2026-0012 Etude no 5 ' phase A '", "2026-0013 Solde"]
    assert [node.get("Ccy") for node in etree.fromstring(data).iterfind(".//p:InstdAmt", NS)] == ["XOF", "XOF"]


def test_the_same_orders_give_the_same_bytes() -> None:
    elsewhere = WHEN.astimezone(timezone(timedelta(hours=1)))

    again = write_pain001("PCAES-BF-20260305-1", DEBTOR, [ONE, TWO], created_at=elsewhere, execution=date(2026, 3, 6))

    assert again == written(ONE, TWO)


def test_a_bank_named_by_its_bic_is_written_by_its_bic() -> None:
    with_bic = Transfer("2026-0014", "Bureau", TWO.payee_iban, 5, "Solde", payee_bic="AAAANENIXXX")
    data = written(with_bic, debtor=Debtor(DEBTOR.name, DEBTOR.iban, "AAAABFBFXXX"))

    schema().assertValid(etree.fromstring(data))
    assert read(data, ".//p:BICFI") == ["AAAABFBFXXX", "AAAANENIXXX"]
    assert read(data, ".//p:MmbId") == []


def test_an_order_is_never_twice_in_a_file() -> None:
    with pytest.raises(TransferDuplicate) as refused:
        written(ONE, TWO, ONE)
    assert refused.value.code == "transfer_duplicate"
    assert refused.value.facts["numbers"] == ["2026-0012"]


def test_a_file_without_orders_is_refused() -> None:
    with pytest.raises(TransferFileEmpty) as refused:
        written()
    assert refused.value.code == "transfer_file_empty"


@pytest.mark.parametrize("number", ["", " 2026-1", "2026/", "/2026", "20//26", "2026-é", "N" * 36, "a\nb"])
def test_a_reference_that_the_bank_would_change_is_refused(number: str) -> None:
    with pytest.raises(TransferUnfit) as refused:
        written(Transfer(number, "Bureau", ONE.payee_iban, 1, "Solde"))
    assert refused.value.code == "transfer_unfit"
    with pytest.raises(TransferUnfit):
        written(ONE, message=number)


@pytest.mark.parametrize("amount", [0, -1])
def test_an_amount_that_pays_nothing_is_refused(amount: int) -> None:
    with pytest.raises(TransferUnfit):
        written(Transfer("2026-1", "Bureau", ONE.payee_iban, amount, "Solde"))


def test_a_payee_whose_name_the_bank_cannot_print_is_refused() -> None:
    with pytest.raises(TransferUnfit):
        written(Transfer("2026-1", "شركة", ONE.payee_iban, 1, "Solde"))


def test_an_account_with_a_wrong_key_is_refused() -> None:
    wrong = ONE.payee_iban[:-1] + str((int(ONE.payee_iban[-1]) + 1) % 10)

    with pytest.raises(IbanInvalid):
        written(Transfer("2026-1", "Bureau", wrong, 1, "Solde"))


def test_an_account_outside_the_union_needs_the_bic_of_its_bank() -> None:
    bban = "99999000010000000000191"
    french = f"FR{check_digits('FR', bban)}{bban}"

    with pytest.raises(TransferUnfit):
        written(Transfer("2026-1", "Bureau", french, 1, "Solde"))
    schema().assertValid(etree.fromstring(written(Transfer("2026-1", "Bureau", french, 1, "Solde", "AAAAFRPPXXX"))))


@given(st.text(max_size=200))
def test_whatever_the_text_only_printable_characters_are_left_and_latin_letters_stay(text: str) -> None:
    spelled = latin(text)

    assert set(spelled) <= SWIFT_X
    assert len(spelled) <= 140
    assert latin(spelled) == spelled
    plain = "".join(c for c in text if c.isascii() and c.isalnum())[:20]
    assert latin(plain) == plain


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Élève à Ségou, çà et là", "Eleve a Segou, ca et la"),
        ("cœur – ŒUVRE", "coeur - OEUVRE"),
        ("l’État", "l'Etat"),
        ("a\tb\n c", "a b c"),
        ("=cmd|x", "cmd x"),
        (unicodedata.normalize("NFD", "Éléphant"), "Elephant"),
        ("Ɓamako Ɲɛɛma", "Bamako Neema"),
    ],
)
def test_french_and_national_letters_are_spelled_out(text: str, expected: str) -> None:
    assert latin(text) == expected


@given(st.lists(st.tuples(st.text(min_size=1, max_size=160), st.integers(1, 10**15 - 1)), min_size=1, max_size=5))
def test_hostile_names_and_purposes_still_make_a_valid_file_whose_sum_is_right(rows: list[tuple[str, int]]) -> None:
    transfers = [
        Transfer(f"2026-{n:04d}", "B " + text, ONE.payee_iban, amount, text) for n, (text, amount) in enumerate(rows)
    ]

    data = written(*transfers)

    schema().assertValid(etree.fromstring(data))
    assert sum(int(text) for text in read(data, ".//p:InstdAmt")) == int(read(data, ".//p:GrpHdr/p:CtrlSum")[0])
