"""IBAN and RIB keys, and accounts as statements print them. The accounts are fictional."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.iban import UEMOA, IbanInvalid, check_digits, check_iban, normalise, rib_key, same_account

SAMPLES = Path(os.environ.get("PCAES_SAMPLES", Path(__file__).resolve().parents[3] / "shared" / "samples"))


def made(country: str, bank: str, branch: str, account: str) -> str:
    bban = f"{bank}{branch}{account}{rib_key(bank, branch, account)}"
    return f"{country}{check_digits(country, bban)}{bban}"


ACCOUNT = made("BF", "BF999", "01001", "000123456789")


def test_an_account_shows_its_parts() -> None:
    iban = check_iban(" " + ACCOUNT.lower()[:4] + " " + ACCOUNT[4:])
    assert (iban.country, iban.bank, iban.branch, iban.account) == ("BF", "BF999", "01001", "000123456789")


def refusal(text: str) -> object:
    with pytest.raises(IbanInvalid) as refused:
        check_iban(text)
    assert refused.value.code == "iban_invalid"
    return refused.value.facts["reason"]


def test_each_check_has_its_own_reason() -> None:
    wrong_key = "BF999" + "01001" + "000123456789" + "01"
    odd_bank = "9B999" + "01001" + "000123456789"
    odd_bank += rib_key("9B999", "01001", "000123456789")
    assert refusal("BF") == "iban_format"
    assert refusal("") == "iban_format"
    assert refusal("BF42BF99901001000123456789\u066112") == "iban_format"
    assert refusal(ACCOUNT[:-1]) == "iban_length"
    assert refusal("BF00" + ACCOUNT[4:]) == "iban_checksum"
    assert refusal(f"BF{check_digits('BF', wrong_key)}{wrong_key}") == "rib_key"
    assert refusal(f"BF{check_digits('BF', odd_bank)}{odd_bank}") == "rib_bank"


def test_a_foreign_payee_is_checked_modulo_97_only() -> None:
    bban = "0" * 18 + "7"
    iban = check_iban(f"XX{check_digits('XX', bban)}{bban}")
    assert (iban.is_uemoa, iban.bank, iban.country) == (False, "", "XX")
    assert refusal(f"XX{check_digits('XX', bban)}{'0' * 18}8") == "iban_checksum"


def test_older_bank_codes_of_one_letter_are_accepted() -> None:
    assert check_iban(made("SN", "K9999", "01012", "AB0123456789")).bank == "K9999"


@given(
    st.sampled_from(UEMOA),
    st.from_regex("[A-Z]{2}[0-9]{3}", fullmatch=True),
    st.from_regex("[0-9]{5}", fullmatch=True),
    st.from_regex("[0-9A-Z]{12}", fullmatch=True),
    st.integers(0, 27),
    st.integers(1, 9),
)
def test_one_changed_digit_never_passes(
    country: str, bank: str, branch: str, account: str, place: int, step: int
) -> None:
    iban = made(country, bank, branch, account)
    assert check_iban(iban).key == rib_key(bank, branch, account)
    if iban[place].isdigit():
        other = str((int(iban[place]) + step) % 10)
        with pytest.raises(IbanInvalid):
            check_iban(iban[:place] + other + iban[place + 1 :])


@given(st.text(max_size=40))
def test_any_text_is_an_account_or_refused(text: str) -> None:
    try:
        iban = check_iban(text)
    except IbanInvalid:
        return
    assert iban.compact == normalise(text)


@pytest.mark.parametrize(
    "printed",
    [
        ACCOUNT,
        " ".join(ACCOUNT[start : start + 4] for start in range(0, len(ACCOUNT), 4)),
        f"IBAN {ACCOUNT}",
        f"{ACCOUNT}XOF",
        f"{ACCOUNT} XOF",
        f"FICTBFBFXXX/{ACCOUNT}",
        ACCOUNT[4:],
        "BF999 01001 000123456789",
        "BF999 01001 00123456789",
        "BF99901001/00123456789",
        "BF999/01001/000123456789XOF",
        "BF999 01001 123456789",
        f"BF999-01001-000123456789-{ACCOUNT[-2:]}",
    ],
)
def test_every_shape_of_the_account_is_recognised(printed: str) -> None:
    assert same_account(ACCOUNT, printed) is True


@pytest.mark.parametrize(
    "printed",
    [
        "",
        "/",
        "000123456789",
        "FICTBFBF/000123456789",
        "BF999 01002 000123456789",
        "BF998 01001 000123456789",
        "BF999 01001",
        "BF999 01001 3456789",
        "BF999 01001 000123456789 01",
    ],
)
def test_an_account_is_never_guessed(printed: str) -> None:
    assert same_account(ACCOUNT, printed) is False


def test_a_bare_number_is_recognised_only_when_declared() -> None:
    assert same_account(ACCOUNT, "000123456789", ["000123456789"]) is True
    assert same_account(ACCOUNT, "FICTBFBF/000123456789", ["000123456789"]) is True
    assert same_account(ACCOUNT, "000123456789XOF", ["000 123 456 789"]) is True
    assert same_account(ACCOUNT, "000123456788", ["000123456789"]) is False
    assert same_account(ACCOUNT, "000123456789", [""]) is False


@pytest.mark.skipif(not (SAMPLES / "iban.csv").is_file(), reason="the sample accounts are not there")
def test_published_accounts_of_the_zone_pass_both_keys() -> None:
    rows = (SAMPLES / "iban.csv").read_text(encoding="utf-8").split()[1:]
    countries = [check_iban(row.split(",")[1]).country for row in rows]
    assert countries == [row.split(",")[0] for row in rows]
