"""What the balance of a suspense account is made of: items settled by what names them, then the oldest first."""

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from reconcile.suspense import Moved, open_suspense

DAY = dt.date(2026, 3, 1)


def moved(place: int, amount: int, reference: str | None = None, corrects: int | None = None) -> Moved:
    links = (corrects, place, reference or f"P{place}", "")
    return Moved(place, f"BF/OD/2026/{place}:1", "47111", DAY + dt.timedelta(days=place), amount, "", links)


def left(*moves: Moved) -> list[tuple[str, int]]:
    return [(item.id.removeprefix("C-BF/OD/2026/").removesuffix(":1"), item.left) for item in open_suspense(moves)]


def test_a_reference_settles_its_own_item_before_the_oldest() -> None:
    assert left(moved(1, 500), moved(2, 300, "R"), moved(3, -300, "R")) == [("1", 500)]


def test_what_names_nothing_settles_the_oldest_first_and_in_part() -> None:
    assert left(moved(1, 500), moved(2, 300), moved(3, -600)) == [("2", 200)]


def test_a_correction_cancels_what_it_corrects() -> None:
    assert left(moved(1, 500), moved(2, 500, corrects=2), moved(3, -500, corrects=2)) == [("1", 500)]


def test_an_account_that_changes_side_keeps_what_is_left_over() -> None:
    assert left(moved(1, -100), moved(2, 250)) == [("2", 150)]


MOVES = st.lists(
    st.tuples(st.integers(-50, 50).filter(bool), st.sampled_from([None, "A", "B"]), st.booleans()), max_size=12
)


@given(MOVES)
def test_open_items_always_make_up_the_balance_and_stand_on_one_side(
    drawn: list[tuple[int, str | None, bool]],
) -> None:
    moves = [
        moved(place, amount, reference, place - 1 if correcting and place > 1 else None)
        for place, (amount, reference, correcting) in enumerate(drawn, start=1)
    ]
    items = open_suspense(moves)
    assert sum(item.left for item in items) == sum(move.amount for move in moves)
    assert len({item.left > 0 for item in items}) <= 1
    assert all(0 < abs(item.left) <= abs(item.amount) for item in items)
