"""The subset-sum search against every subset tried one by one."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from reconcile.matching.few_parts import few_that_sum
from reconcile.matching.subset_sum import subsets_that_sum


def every_answer(amounts: list[int], target: int) -> list[tuple[int, ...]]:
    """All the non-empty sets of places whose amounts add up to the target."""
    places = range(len(amounts))
    return [
        chosen
        for size in range(1, len(amounts) + 1)
        for chosen in combinations(places, size)
        if sum(amounts[place] for place in chosen) == target
    ]


@given(st.lists(st.integers(-12, 12), max_size=9), st.integers(-30, 30))
def test_counts_every_subset_and_names_the_only_one(amounts: list[int], target: int) -> None:
    truth = every_answer(amounts, target)
    found = subsets_that_sum(amounts, target)
    assert found.subsets == len(truth)
    assert found.answer == ("none" if not truth else "unique" if len(truth) == 1 else "several")
    assert found.places == (truth[0] if len(truth) == 1 else ())


@given(st.lists(st.integers(1, 10**9), min_size=2, max_size=12), st.data())
def test_large_amounts_of_one_sign_find_a_drawn_subset(amounts: list[int], data: st.DataObject) -> None:
    chosen = data.draw(st.sets(st.sampled_from(range(len(amounts))), min_size=1))
    found = subsets_that_sum(amounts, sum(amounts[place] for place in chosen))
    assert found.answer in ("unique", "several")
    assert found.answer == "several" or found.places == tuple(sorted(chosen))


def test_the_work_is_bounded_and_says_so() -> None:
    amounts = [3**power for power in range(40)]
    found = subsets_that_sum(amounts, sum(amounts) - 1, states_max=1000)
    assert found.answer == "undecided"
    assert found.states == 1000


def test_the_whole_set_of_one_sign_needs_no_search() -> None:
    amounts = [-(3**power) for power in range(60)]
    found = subsets_that_sum(amounts, sum(amounts), states_max=10)
    assert (found.answer, len(found.places), found.states) == ("unique", 60, 1)


def test_equal_amounts_make_several_answers() -> None:
    assert subsets_that_sum([500, 500, 300], 800).answer == "several"
    assert subsets_that_sum([500, 500, 300], 800).subsets == 2


def test_nothing_adds_up_to_nothing() -> None:
    assert subsets_that_sum([], 0).answer == "none"
    assert subsets_that_sum([5, -5], 0).places == (0, 1)


def few_by_hand(amounts: list[int], target: int) -> list[tuple[int, ...]]:
    return [
        places
        for size in (2, 3, 4)
        for places in combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == target
    ]


@given(st.lists(st.integers(-9, 9), max_size=9) | st.lists(st.integers(1, 9), max_size=9), st.integers(-20, 20))
def test_two_to_four_lines_are_found_as_by_hand(amounts: list[int], target: int) -> None:
    by_hand = few_by_hand(amounts, target)
    found = few_that_sum(amounts, target)
    assert found.answer == ("none", "unique", "several")[min(len(by_hand), 2)]
    assert found.subsets == min(len(by_hand), 2)
    assert found.places == (by_hand[0] if len(by_hand) == 1 else ())


def test_four_of_sixty_are_found_by_the_pairs_alone() -> None:
    amounts = [10_007 * (place + 1) ** 3 + place for place in range(60)]
    found = few_that_sum(amounts, sum(amounts[place] for place in (3, 17, 42, 59)))
    assert (found.answer, found.places) == ("unique", (3, 17, 42, 59))
    assert found.states <= 60 * 59 // 2
