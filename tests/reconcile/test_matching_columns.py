"""What is done by whole columns gives what is done line by line."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ledger.money import AMOUNT_MAX, format_each, format_francs
from reconcile.matching.passes.reference_pairs import Several, index_by_reference, reference_pairs
from reconcile.matching.references import exact_key, exact_keys
from reconcile.matching.rows import BankLine, BookLine
from reconcile.matching.words import may_say_charge, says_return, telling_labels
from reconcile.store_match import facts_text
from tests.reconcile.banked import march

WORDS = st.sampled_from(
    ["FRAIS", "COMMISSION", "compte", "Rejeté", "REVERSEMENT", "REV 12", "annulation", "TVA SUR FRAIS", "intérêts",
     "VIREMENT", "a\nb", "É", "TAF", "retour", "REV-BF-2026", "\u0130", "ß"]
)  # fmt: skip
LABELS = st.lists(WORDS, max_size=4).map(" ".join)
REFERENCES = st.one_of(st.none(), st.text("OP-0 12é\n", max_size=6), st.sampled_from(["op-1", "OP-1", "OP-2", "A", ""]))
AMOUNTS = st.integers(-3, 3)


@given(st.lists(st.integers(-AMOUNT_MAX, AMOUNT_MAX)))
def test_a_column_of_amounts_is_written_as_each_amount_is(amounts: list[int]) -> None:
    assert format_each(amounts) == [format_francs(amount) for amount in amounts]


@given(st.lists(REFERENCES))
def test_a_column_of_references_is_read_as_each_reference_is(references: list[str | None]) -> None:
    assert exact_keys(references) == [exact_key(one) for one in references]


@given(st.lists(LABELS))
def test_the_telling_labels_are_those_that_say_a_charge_or_a_return(labels: list[str]) -> None:
    assert telling_labels(labels) == {one for one in labels if may_say_charge(one) or says_return(one)}


@given(
    st.lists(st.tuples(REFERENCES, REFERENCES, AMOUNTS), max_size=12),
    st.lists(st.tuples(REFERENCES, REFERENCES, AMOUNTS), max_size=12),
)
def test_the_pairs_are_those_that_two_loops_find(
    bank: list[tuple[str | None, str | None, int]], book: list[tuple[str | None, str | None, int]]
) -> None:
    lines = [
        BankLine(place, "BF", "1", place, march(2), None, amount, False, one, other)
        for place, (one, other, amount) in enumerate(bank)
    ]
    entries = [
        BookLine((place, 1), "BF", march(2), amount, (one or "", other or ""))
        for place, (one, other, amount) in enumerate(book)
    ]
    expected = {
        (line.id, entry.id)
        for line in lines
        for entry in entries
        if line.amount == entry.amount
        and {exact_key(line.customer_reference), exact_key(line.bank_reference)} - {""}
        & {exact_key(one) for one in entry.references} - {""}
    }

    found = reference_pairs(lines, entries)

    assert sorted((pair[0].id, pair[1].id) for pair in (*found.alone, *found.disputed)) == sorted(expected)
    assert {(pair[0].id, pair[1].id) for pair in found.alone} == {
        (line, entry)
        for line, entry in expected
        if len([1 for pair in expected if pair[0] == line or pair[1] == entry]) == 1
    }


@given(st.dictionaries(st.text(), st.one_of(st.integers(), st.text())))
def test_the_facts_of_a_match_are_written_as_json_writes_them(facts: dict[str, int | str]) -> None:
    assert facts_text(facts) == json.dumps(facts, ensure_ascii=False, sort_keys=True)


def test_the_nearest_bearer_of_a_reference_is_that_of_the_nearest_other_amount() -> None:
    entries = [BookLine((place, 1), "BF", march(place), place * place * 100, ("LOT-7", "")) for place in range(1, 6)]
    bearers = index_by_reference(entries)["LOT-7"]
    assert isinstance(bearers, Several)
    assert [bearers.nearest(entry) for entry in entries] == [entries[place] for place in (1, 0, 1, 2, 3)]
