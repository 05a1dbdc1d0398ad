"""Where the release is heading: three assumptions, worked by hand."""

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ledger.capital.position import cover_calls
from ledger.capital.projection import month_start, project
from ledger.capital.rules import Act

MARCH = date(2026, 3, 31)


def act(kind: str, amount: int, day: str, number: int, due: str | None = None) -> Act:
    return Act(
        kind, "BF", amount, date.fromisoformat(day), f"R{number}", date.fromisoformat(due) if due else None, id=number
    )


ACTS = (
    act("subscribe", 1_000, "2025-01-01", 1),
    act("call", 300, "2025-01-02", 2, "2025-06-30"),
    act("call", 200, "2026-01-02", 3, "2026-05-31"),
    act("pay", 100, "2025-03-31", 4),
    act("pay", 120, "2025-09-30", 5),
)


def test_payments_cover_the_earliest_due_call_first() -> None:
    first, second = cover_calls(ACTS, "BF", MARCH)
    assert (first.paid, first.paid_late, first.remaining, first.days_late) == (220, 120, 80, 274)
    assert (second.paid, second.remaining, second.days_late) == (0, 200, 0)


def test_the_three_assumptions_of_a_worked_example() -> None:
    calls = cover_calls(ACTS, "BF", MARCH)
    ahead = project(total=1_000, paid=220, as_of=MARCH, deadline=date(2026, 7, 31), calls=calls, acts=ACTS)
    assert (ahead.last_twelve_months, ahead.pace_per_month) == (120, 10)
    assert (ahead.months_left, ahead.needed_per_month, ahead.missing_at_pace) == (4, 195, 740)
    assert [tuple(row) for row in ahead.rows] == [
        (date(2026, 3, 1), 220, 220, 220),
        (date(2026, 4, 1), 300, 230, 415),
        (date(2026, 5, 1), 500, 240, 610),
        (date(2026, 6, 1), 500, 250, 805),
        (date(2026, 7, 1), 500, 260, 1_000),
    ]


def test_nothing_is_projected_after_the_deadline() -> None:
    ahead = project(total=1_000, paid=220, as_of=MARCH, deadline=date(2026, 2, 28), calls=(), acts=ACTS)
    assert (ahead.rows, ahead.missing_at_pace, ahead.needed_per_month) == ((), 780, 780)


def test_a_leap_day_has_a_year_before() -> None:
    ahead = project(
        total=10, paid=0, as_of=date(2028, 2, 29), deadline=date(2028, 12, 31), calls=(),
        acts=[act("pay", 6, "2027-02-28", 1), act("pay", 4, "2027-03-01", 2)],
    )  # fmt: skip
    assert ahead.last_twelve_months == 4


@given(st.integers(1, 10**12), st.integers(0, 10**12), st.integers(0, 60))
def test_what_is_needed_gives_every_franc_away_by_the_deadline(total: int, paid: int, months: int) -> None:
    paid = min(paid, total)
    deadline = month_start(MARCH, months)
    ahead = project(total=total, paid=paid, as_of=MARCH, deadline=deadline, calls=(), acts=())
    assert len(ahead.rows) == months + 1
    needed = [row.needed for row in ahead.rows]
    assert needed == sorted(needed)
    assert needed[-1] == (total if months else paid)
    assert all(later - before <= ahead.needed_per_month for before, later in pairwise(needed))
