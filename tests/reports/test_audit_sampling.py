"""Samples: what a draw promises, on populations of every shape."""

import hashlib
import itertools
import shutil
import subprocess
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.audit.sampling import (
    Item,
    MonetaryPlan,
    SampleSizeInvalid,
    draw_below,
    draw_digest,
    draw_monetary,
    draw_random,
    monetary_plan,
    systematic_ranks,
    take_ranks,
)

SEEDS = st.text(min_size=1, max_size=12)
SIZES = st.integers(1, 30)
AMOUNTS = st.lists(st.integers(-10_000, 10_000) | st.integers(0, 999_999_999_999_999), max_size=60)


def items(amounts: list[int]) -> list[Item]:
    """One item per amount, in order."""
    return [Item(f"BF/OD/2026/{place}/1", amount) for place, amount in enumerate(amounts, 1)]


def refs(count: int) -> list[str]:
    """Identifiers of a population of that many lines."""
    return [f"ML/BQ/2026/{place}/2" for place in range(1, count + 1)]


def test_a_digest_is_the_sha256_of_a_text_that_anyone_can_write() -> None:
    written = hashlib.sha256(b"pcaes-sample-1|2026|random|BF/OD/2026/12/1").hexdigest()
    assert draw_digest("2026", "random", "BF/OD/2026/12/1") == written
    assert written == "f62864f8342befcf24b0bc38dd0e850bd91b671539e6103238a01d1f167931ac"


def test_a_draw_is_redone_by_the_hash_program_of_any_machine() -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("sha256sum is not installed: the draw is NOT compared with another program")
    text = "pcaes-sample-1|graine n° 7|systematic|start"
    told = subprocess.run([program], input=text.encode(), capture_output=True, check=True).stdout.split()[0].decode()
    assert int(told, 16) % 911 == draw_below(911, "graine n° 7", "systematic", "start")


def test_the_same_seed_draws_the_same_lines_and_another_seed_others() -> None:
    population = refs(500)
    first = [draw.ref for draw in draw_random(population, 8, "2026")]
    assert first == [draw.ref for draw in draw_random(population, 8, "2026")]
    assert [int(ref.split("/")[3]) for ref in first] == [2, 247, 245, 251, 193, 385, 93, 325]
    assert first != [draw.ref for draw in draw_random(population, 8, "2027")]


@given(count=st.integers(0, 80), size=SIZES, seed=SEEDS)
def test_a_random_sample_has_its_size_without_twice_the_same_line(count: int, size: int, seed: str) -> None:
    population = refs(count)
    drawn = [draw.ref for draw in draw_random(population, size, seed)]
    assert len(drawn) == len(set(drawn)) == min(count, size)
    assert set(drawn) <= set(population)


@given(count=st.integers(0, 80), size=SIZES, seed=SEEDS, shuffled=st.randoms(use_true_random=False))
def test_the_order_of_the_population_changes_nothing_to_a_random_sample(
    count: int, size: int, seed: str, shuffled: Random
) -> None:
    population = refs(count)
    other = population.copy()
    shuffled.shuffle(other)
    assert draw_random(population, size, seed) == draw_random(other, size, seed)


@given(count=st.integers(0, 80), size=SIZES, more=SIZES, seed=SEEDS)
def test_a_larger_random_sample_contains_the_smaller_one(count: int, size: int, more: int, seed: str) -> None:
    smaller = draw_random(refs(count), size, seed)
    assert draw_random(refs(count), size + more, seed)[: len(smaller)] == smaller


@given(count=st.integers(0, 5_000), size=st.integers(1, 400), seed=SEEDS)
def test_a_systematic_sample_takes_one_line_in_each_step(count: int, size: int, seed: str) -> None:
    ranks = systematic_ranks(count, size, seed)
    assert len(ranks) == min(count, size)
    assert ranks == sorted(set(ranks))
    if count > size:
        for place, rank in enumerate(ranks):
            assert Fraction(place * count, size) < rank <= Fraction((place + 1) * count, size) + 1
        gaps = {after - before for before, after in itertools.pairwise(ranks)}
        assert gaps <= {count // size, count // size + 1}
    assert all(1 <= rank <= count for rank in ranks)


def test_every_rank_can_be_drawn_by_a_systematic_sample() -> None:
    reached = {rank for seed in range(400) for rank in systematic_ranks(23, 5, str(seed))}
    assert reached == set(range(1, 24))


@given(count=st.integers(0, 60), size=SIZES, seed=SEEDS)
def test_the_lines_taken_stand_at_their_ranks(count: int, size: int, seed: str) -> None:
    population = refs(count)
    ranks = systematic_ranks(count, size, seed)
    drawn = list(take_ranks(population, ranks))
    assert [draw.ref for draw in drawn] == [population[rank - 1] for rank in ranks]
    assert [int(draw.key) for draw in drawn] == ranks


@given(amounts=AMOUNTS, size=SIZES, seed=SEEDS)
def test_a_monetary_sample_counts_every_hit_and_takes_nothing_without_a_franc(
    amounts: list[int], size: int, seed: str
) -> None:
    population = items(amounts)
    plan = monetary_plan(population, size, seed)
    drawn = draw_monetary(population, plan)
    value = {item.ref: item.amount for item in population}
    above = [amount for amount in amounts if amount > 0]
    assert all(value[draw.ref] > 0 for draw in drawn)
    assert len({draw.ref for draw in drawn}) == len(drawn)
    assert sum(draw.hits for draw in drawn if not draw.certain) == len(plan.points)
    assert len(plan.certain) + len(plan.points) == (min(size, len(above)) if not plan.points else size)
    assert plan.total == sum(above)
    assert plan.rest == plan.total - sum(item.amount for item in plan.certain)


@given(amounts=AMOUNTS, size=SIZES, seed=SEEDS)
def test_what_reaches_the_interval_is_certain_and_nothing_else_is(amounts: list[int], size: int, seed: str) -> None:
    population = items(amounts)
    plan = monetary_plan(population, size, seed)
    certain = {item.ref for item in plan.certain}
    if plan.points:
        others = [item.amount for item in population if item.amount > 0 and item.ref not in certain]
        assert all(amount < plan.interval for amount in others)
        assert all(item.amount >= plan.interval for item in plan.certain)
    else:
        assert certain == {item.ref for item in population if item.amount > 0}


@given(amounts=AMOUNTS, size=SIZES, seed=SEEDS)
def test_each_cell_gives_one_franc_of_its_own(amounts: list[int], size: int, seed: str) -> None:
    plan = monetary_plan(items(amounts), size, seed)
    for cell, point in enumerate(plan.points):
        assert int(cell * plan.interval) <= point < (cell + 1) * plan.interval
        assert point < plan.rest


def test_a_monetary_sample_done_by_hand() -> None:
    population = items([400, 0, 60, -30, 40, 100])
    plan = monetary_plan(population, 3, "7")

    # 600 francs in 3 cells of 200: 400 reaches it and is certain; 200 francs are left for 2 cells of 100, which the
    # line of 100 reaches in its turn; the last 100 francs are one cell
    assert [item.amount for item in plan.certain] == [400, 100]
    assert (plan.total, plan.rest, plan.interval) == (600, 100, 100)
    digest = hashlib.sha256(b"pcaes-sample-1|7|cell|1").hexdigest()
    assert plan.points == (int(digest, 16) % 100,)
    reached = population[2] if plan.points[0] < 60 else population[4]
    assert [(draw.ref, draw.certain) for draw in draw_monetary(population, plan)] == [
        (population[0].ref, True),
        (population[5].ref, True),
        (reached.ref, False),
    ]


def test_a_line_across_two_cells_comes_once_with_its_two_hits() -> None:
    population = items([30, 40, 30])
    plans = [(seed, monetary_plan(population, 2, str(seed))) for seed in range(200)]
    draws = [draw for _, plan in plans for draw in draw_monetary(population, plan)]
    twice = [draw for draw in draws if draw.hits == 2]
    assert {draw.ref for draw in twice} == {population[1].ref}
    assert all(draw.key.count(" ; ") == 1 for draw in twice)


def test_a_franc_belongs_to_the_line_whose_running_total_holds_it() -> None:
    population = items([30, 40, -5, 30])
    plan = MonetaryPlan(total=100, certain=(), rest=100, points=(29, 30, 69, 70))
    assert [(draw.ref, draw.key) for draw in draw_monetary(population, plan)] == [
        (population[0].ref, "30"),
        (population[1].ref, "31 ; 70"),
        (population[3].ref, "71"),
    ]


def test_a_population_without_value_gives_an_empty_monetary_sample() -> None:
    population = items([0, -5, 0])
    plan = monetary_plan(population, 4, "1")
    assert (plan.total, plan.points, plan.interval) == (0, (), 0)
    assert draw_monetary(population, plan) == []


@pytest.mark.parametrize("size", [0, -3])
def test_a_sample_of_nothing_is_refused(size: int) -> None:
    for draw in (
        lambda: draw_random(refs(3), size, "1"),
        lambda: systematic_ranks(3, size, "1"),
        lambda: monetary_plan(items([5]), size, "1"),
    ):
        with pytest.raises(SampleSizeInvalid) as refused:
            draw()
        assert refused.value.facts == {"size": size}


def test_monetary_chances_follow_the_amounts() -> None:
    """Over many seeds, a line of nine tenths of the interval is reached about nine times in ten cells."""
    population = items([90] * 10 + [10] * 10)
    hits = dict.fromkeys((item.ref for item in population), 0)
    for seed in range(300):
        for draw in draw_monetary(population, monetary_plan(population, 5, str(seed))):
            hits[draw.ref] += draw.hits
    large = sum(hits[item.ref] for item in population[:10])
    small = sum(hits[item.ref] for item in population[10:])
    assert large + small == 1_500
    assert 1_300 <= large <= 1_400
