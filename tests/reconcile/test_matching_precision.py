"""No wrong automatic match, on any seed at any difficulty; and enough right ones, pass by pass."""

import sys
from collections import Counter

import pytest

from reconcile.matching.engine import match
from tests.reconcile.labelled import labelled

SEEDS = range(25)
FLOORS = {
    "reference": 0.99,
    "reference_in_label": 0.99,
    "amount_date": 0.93,
    "series": 0.88,
    "group": 0.99,
    "transfer": 0.94,
    "returned_payment": 0.93,
    "rule_charge": 0.99,
    "rule_interest": 0.99,
    "rule_remittance": 0.95,
}
"""Share of the lines of each expected pass that the machine confirms by itself, over all difficulties."""

EXPECTED = {
    "exact": "reference",
    "exact_with_charges": "reference",
    "returned": "reference",
    "garbled": "reference_in_label",
    "back_dated": "reference_in_label",
    "bare": "amount_date",
    "monthly": "series",
    "grouped": "group",
    "batched": "group",
    "split": "group",
    "split_with_charges": "group",
    "transfer": "transfer",
}


@pytest.mark.parametrize("difficulty", range(4))
def test_no_confirmed_match_is_wrong(difficulty: int) -> None:
    confirmed = 0
    for seed in SEEDS:
        truth = labelled(seed, difficulty)
        found = match(truth.bank, truth.book, truth.declarations).with_status("confirmed")
        assert [x for x in found if truth.wrong(x)] == []
        confirmed += len(found)
    assert confirmed > 100 * len(SEEDS) * 0.6


def test_each_pass_finds_enough(capsys: pytest.CaptureFixture[str]) -> None:
    due, got = Counter[str](), Counter[str]()
    for difficulty in range(4):
        for seed in SEEDS:
            truth = labelled(seed, difficulty)
            found = match(truth.bank, truth.book, truth.declarations).with_status("confirmed")
            confirmed = {line for x in found for line in x.bank_ids}
            for line, operation in truth.operation_of_bank.items():
                expected = truth.rule_of_bank.get(line) or EXPECTED.get(truth.kind[operation])
                if expected:
                    due[expected] += 1
                    got[expected] += line in confirmed
    recall = {name: got[name] / due[name] for name in FLOORS}
    with capsys.disabled():
        sys.stdout.write(
            "\n"
            + "\n".join(f"  {name:20} {got[name]:5} / {due[name]:5} = {recall[name]:.3f}" for name in FLOORS)
            + "\n"
        )
    assert {name: share for name, share in recall.items() if share < FLOORS[name]} == {}


def test_twins_are_shown_and_never_guessed() -> None:
    for seed in SEEDS:
        truth = labelled(seed, 1)
        found = match(truth.bank, truth.book, truth.declarations)
        twins = {line for line, op in truth.operation_of_bank.items() if "twins" in truth.kind[op]}
        shown = {line for x in found.matches if x.status != "confirmed" for line in x.bank_ids}
        assert twins - shown == set()
