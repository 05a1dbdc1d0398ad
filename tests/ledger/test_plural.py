"""A count agrees with its words, in French and in English."""

import pytest

from ledger.plural import counted
from ledger.refusal import fill


@pytest.mark.parametrize(
    ("count", "french", "english"),
    [
        (0, "0 ligne ouverte", "0 open lines"),
        (1, "1 ligne ouverte", "1 open line"),
        (2, "2 lignes ouvertes", "2 open lines"),
        (12_500, "12\u00a0500 lignes ouvertes", "12\u00a0500 open lines"),
    ],
)
def test_none_and_one_are_singular_in_french_and_only_one_in_english(count: int, french: str, english: str) -> None:
    assert counted(count, "ligne ouverte") == french
    assert counted(count, "ligne ouverte", "lignes ouvertes") == french
    assert counted(count, "open lines", "open line", "open lines") == english


def test_a_sentence_names_the_forms_beside_the_fact() -> None:
    sentence = "{book} : {open:ligne reste ouverte|lignes restent ouvertes}."
    assert fill(sentence, book="BF", open=1) == "BF : 1 ligne reste ouverte."
    assert fill(sentence, book="BF", open=3) == "BF : 3 lignes restent ouvertes."
