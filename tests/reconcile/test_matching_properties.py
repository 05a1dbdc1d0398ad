"""What holds of every run: order does not matter, nothing is used twice, amounts balance, a rerun adds nothing."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.matching.engine import match
from reconcile.matching.rows import BankLine, BookLine, Outcome
from tests.reconcile.labelled import Truth, labelled

DRAWS = st.tuples(st.integers(0, 10_000), st.integers(0, 3))


def run(truth: Truth) -> Outcome:
    return match(truth.bank, truth.book, truth.declarations)


@settings(max_examples=15, deadline=None)
@given(DRAWS, st.integers())
def test_the_order_of_arrival_changes_nothing(draw: tuple[int, int], shuffle: int) -> None:
    truth = labelled(*draw, operations=60)
    before = run(truth)
    dice = random.Random(shuffle)
    for side in (truth.bank, truth.book, truth.remittances):
        dice.shuffle(side)
    assert run(truth) == before


@settings(max_examples=15, deadline=None)
@given(DRAWS)
def test_identifiers_given_in_another_order_confirm_the_same_lines(draw: tuple[int, int]) -> None:
    truth = labelled(*draw, operations=60)
    before = {(x.bank_ids, x.book_ids) for x in run(truth).with_status("confirmed")}
    last = len(truth.bank) + len(truth.book) + 1
    truth.bank = [x._replace(id=last - x.id) for x in truth.bank]
    truth.book = [x._replace(id=(last - x.id[0], 2)) for x in truth.book]
    after = {
        (tuple(sorted(last - y for y in x.bank_ids)), tuple(sorted((last - y[0], 2) for y in x.book_ids)))
        for x in run(truth).with_status("confirmed")
    }
    assert {(tuple(sorted(a)), tuple(sorted(b))) for a, b in before} == after


@settings(max_examples=15, deadline=None)
@given(DRAWS)
def test_every_confirmed_match_balances_and_uses_its_lines_once(draw: tuple[int, int]) -> None:
    truth = labelled(*draw, operations=60)
    outcome = run(truth)
    bank = {x.id: x for x in truth.bank}
    book = {x.id: x for x in truth.book}
    confirmed = outcome.with_status("confirmed")
    for found in confirmed:
        left = sum(bank[x].amount for x in found.bank_ids)
        right = sum(book[x].amount for x in found.book_ids)
        if found.posting:
            own = [line for line in found.posting.lines if line.account.startswith("521")]
            right = sum(line.debit - line.credit for line in own)
            assert sum(line.debit - line.credit for line in found.posting.lines) == 0
        assert left == right
        assert found.reason.endswith(".")
        assert len(found.nearest_rejected) > 10
    used_bank = [x for found in confirmed for x in found.bank_ids]
    used_book = [x for found in confirmed for x in found.book_ids]
    assert sorted(used_bank + [x.id for x in outcome.open_bank]) == sorted(bank)
    assert sorted(used_book + [x.id for x in outcome.open_book]) == sorted(book)


@settings(max_examples=15, deadline=None)
@given(DRAWS)
def test_a_second_run_on_what_is_left_ties_nothing_more(draw: tuple[int, int]) -> None:
    truth = labelled(*draw, operations=60)
    first = run(truth)
    left = {x.id for x in first.open_bank}
    again = match(first.open_bank, first.open_book, settled=[x for x in truth.bank if x.id not in left])
    assert again.with_status("confirmed") == ()


@settings(max_examples=15, deadline=None)
@given(DRAWS)
def test_an_unrelated_pair_more_takes_no_match_away(draw: tuple[int, int]) -> None:
    truth = labelled(*draw, operations=60)
    before = run(truth).with_status("confirmed")
    day = truth.bank[0].booking_date
    truth.bank.append(BankLine(10**6, "BF", "9/9", 1, day, day, 123_456_789_011, customer_reference="ZZ-777"))
    truth.book.append(BookLine((10**6, 1), "BF", day, 123_456_789_011, ("ZZ-777", "")))
    after = run(truth).with_status("confirmed")
    assert set(map(key, before)) < set(map(key, after))
    assert len(after) == len(before) + 1


def key(found: object) -> str:
    return repr(found)
