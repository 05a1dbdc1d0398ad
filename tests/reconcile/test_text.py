"""Encodings and labels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile.currency import exponent_of
from reconcile.text import clean_label, decode

HEADER = "Date opération;Date valeur;Libellé;Débit;Crédit\n02/03/2026;;Règlement à échéance;;1 000\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp850", "cp1252"])
def test_a_french_header_reads_in_every_encoding_banks_use(encoding: str) -> None:
    assert decode(HEADER.encode(encoding)).text == HEADER


def test_the_encoding_found_is_told() -> None:
    assert decode("Libellé".encode("cp850")).encoding == "cp850"
    assert decode("Libellé".encode("cp1252")).encoding == "cp1252"


@given(st.binary(max_size=200))
def test_any_bytes_become_text(data: bytes) -> None:
    assert isinstance(decode(data).text, str)


def test_a_label_shows_no_control_character_nor_reversed_text() -> None:
    assert clean_label("VIR\x00EMENT\u202e RE\u2066ÇU\n  BUREAU \t DE\u00a0DOUANE") == "VIREMENT REÇU BUREAU DE DOUANE"


@given(st.text(max_size=60))
def test_a_label_is_one_clean_line(text: str) -> None:
    label = clean_label(text)
    assert not any(char in label for char in "\n\r\t\x00\x1b\u202e\u2066")
    assert clean_label(label) == label


def test_the_franc_has_no_decimals_and_the_euro_two() -> None:
    assert [exponent_of(code) for code in ("XOF", "XPF", "EUR", "HUF", "KWD")] == [0, 0, 2, 2, 3]
