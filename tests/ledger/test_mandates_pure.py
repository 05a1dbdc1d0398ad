"""The office of the authorising officer: one holder at every instant since the first mandate."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.mandates.mandate import (
    Mandate,
    MandateCutOffLate,
    MandateEmpty,
    MandateGap,
    MandateNone,
    MandateOverlap,
    check_continuity,
    holder_at,
    instant_from,
    local_midnight,
    succeed,
)
from ledger.mandates.presidency import against_history, load_presidency, presiding_state

FIRST = datetime(2024, 7, 6, tzinfo=UTC)


def mandate(number: int, state: str, person: str, start: datetime, end: datetime | None = None) -> Mandate:
    return Mandate(number, state, person, start, end, f"Décret n° {number} (fictif)")


def appointed(*news: Mandate) -> list[Mandate]:
    """The rows after each appointment in turn."""
    rows: list[Mandate] = []
    for new in news:
        ended, added = succeed(rows, new)
        rows = [ended if ended and row.id == ended.id else row for row in rows] + [added]
        check_continuity(rows)
    return rows


def test_a_day_begins_an_hour_earlier_in_niamey_than_in_bamako() -> None:
    assert local_midnight("ML", date(2024, 7, 6)) == datetime(2024, 7, 6, tzinfo=UTC)
    assert local_midnight("BF", date(2025, 12, 23)) == datetime(2025, 12, 23, tzinfo=UTC)
    assert local_midnight("NE", date(2026, 12, 23)) == datetime(2026, 12, 22, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "text", "expected"),
    [
        ("NE", "2026-12-23", datetime(2026, 12, 22, 23, tzinfo=UTC)),
        ("NE", "2026-12-23T10:30", datetime(2026, 12, 23, 9, 30, tzinfo=UTC)),
        ("ML", "2026-12-23T10:30", datetime(2026, 12, 23, 10, 30, tzinfo=UTC)),
        ("ML", "2026-12-23T10:30+02:00", datetime(2026, 12, 23, 8, 30, tzinfo=UTC)),
        ("NE", "2026-12-23T10:30Z", datetime(2026, 12, 23, 10, 30, tzinfo=UTC)),
    ],
)
def test_a_date_or_an_instant_is_read_in_the_capital_that_presides(state: str, text: str, expected: datetime) -> None:
    assert instant_from(state, text) == expected


def test_the_instant_of_the_handover_belongs_to_the_successor() -> None:
    cut = datetime(2025, 12, 23, 15, 40, tzinfo=UTC)
    rows = appointed(mandate(1, "ML", "ministre-ml", FIRST), mandate(2, "BF", "ministre-bf", cut))

    assert holder_at(rows, cut).person == "ministre-bf"
    assert holder_at(rows, cut - timedelta(microseconds=1)).person == "ministre-ml"
    assert holder_at(rows, FIRST).person == "ministre-ml"


def test_nobody_holds_the_office_before_the_first_mandate() -> None:
    rows = appointed(mandate(1, "ML", "ministre-ml", FIRST))

    with pytest.raises(MandateNone) as refused:
        holder_at(rows, FIRST - timedelta(microseconds=1))
    assert refused.value.code == "mandate_none"
    with pytest.raises(MandateNone):
        holder_at([], FIRST)


def test_a_minister_is_replaced_inside_a_term_and_the_state_stays() -> None:
    rows = appointed(
        mandate(1, "NE", "ministre-a", local_midnight("NE", date(2026, 7, 1))),
        mandate(2, "NE", "ministre-b", local_midnight("NE", date(2026, 9, 14))),
    )

    assert holder_at(rows, datetime(2026, 9, 13, 22, 59, tzinfo=UTC)).person == "ministre-a"
    assert holder_at(rows, datetime(2026, 9, 13, 23, 0, tzinfo=UTC)).person == "ministre-b"
    assert [row.state for row in rows] == ["NE", "NE"]


def test_two_rotations_on_one_day_leave_three_holders_in_turn() -> None:
    morning, evening = datetime(2026, 3, 17, 9, tzinfo=UTC), datetime(2026, 3, 17, 18, tzinfo=UTC)
    rows = appointed(
        mandate(1, "ML", "ministre-ml", FIRST),
        mandate(2, "BF", "ministre-bf", morning),
        mandate(3, "NE", "ministre-ne", evening),
    )

    asked = [morning - timedelta(seconds=1), morning, evening - timedelta(seconds=1), evening]
    assert [holder_at(rows, instant).state for instant in asked] == ["ML", "BF", "BF", "NE"]


def test_a_mandate_cannot_begin_with_or_before_the_running_one() -> None:
    rows = appointed(mandate(1, "ML", "ministre-ml", FIRST), mandate(2, "BF", "ministre-bf", FIRST + timedelta(days=9)))

    for days in (9, 4, 0):
        with pytest.raises(MandateOverlap) as refused:
            succeed(rows, mandate(3, "NE", "ministre-ne", FIRST + timedelta(days=days)))
        assert refused.value.code == "mandate_overlap"


def test_a_vacancy_between_two_mandates_is_refused() -> None:
    over = [mandate(1, "ML", "ministre-ml", FIRST, FIRST + timedelta(days=9))]

    with pytest.raises(MandateGap) as refused:
        succeed(over, mandate(2, "BF", "ministre-bf", FIRST + timedelta(days=10)))
    assert refused.value.code == "mandate_gap"
    assert succeed(over, mandate(2, "BF", "ministre-bf", FIRST + timedelta(days=9)))[0] is None


def test_an_older_mandate_entered_late_ends_where_the_first_known_one_begins() -> None:
    rows = appointed(mandate(2, "BF", "ministre-bf", FIRST + timedelta(days=500)))

    ended, history = succeed(rows, mandate(1, "ML", "ministre-ml", FIRST))

    assert ended is None
    assert history.end == FIRST + timedelta(days=500)


def test_a_mandate_cannot_end_before_an_act_that_it_signed() -> None:
    rows = appointed(mandate(1, "ML", "ministre-ml", FIRST))
    signed = FIRST + timedelta(days=3)

    with pytest.raises(MandateCutOffLate):
        succeed(rows, mandate(2, "BF", "ministre-bf", signed), last_signed_at=signed)
    ended, _ = succeed(rows, mandate(2, "BF", "ministre-bf", signed + timedelta(seconds=1)), last_signed_at=signed)
    assert ended is not None
    assert ended.covers(signed)


@pytest.mark.parametrize(
    "row",
    [
        Mandate(1, "SN", "ministre", FIRST, None, "Décret"),
        Mandate(1, "ML", " ", FIRST, None, "Décret"),
        Mandate(1, "ML", "ministre", FIRST, None, ""),
        Mandate(1, "ML", "ministre", FIRST, FIRST, "Décret"),
    ],
    ids=["unknown State", "no person", "no act", "ends as it begins"],
)
def test_an_appointment_is_whole_or_refused(row: Mandate) -> None:
    with pytest.raises(MandateEmpty):
        succeed([], row)


def test_rows_that_break_the_rule_are_found_again_from_nothing() -> None:
    one, two = mandate(1, "ML", "a", FIRST, FIRST + timedelta(days=2)), mandate(2, "BF", "b", FIRST + timedelta(days=1))

    with pytest.raises(MandateOverlap):
        check_continuity([two, one])
    with pytest.raises(MandateOverlap):
        holder_at([one, two], FIRST + timedelta(days=1))
    with pytest.raises(MandateNone):
        check_continuity([one])


@given(
    st.lists(st.tuples(st.sampled_from(["BF", "ML", "NE"]), st.integers(1, 10**6)), min_size=1, max_size=8), st.data()
)
def test_after_any_succession_every_instant_has_exactly_one_holder(
    steps: list[tuple[str, int]], data: st.DataObject
) -> None:
    starts = [FIRST]
    for _, minutes in steps[1:]:
        starts.append(starts[-1] + timedelta(minutes=minutes))
    news = [mandate(n, state, f"p{n}", start) for n, ((state, _), start) in enumerate(zip(steps, starts, strict=True))]

    rows = appointed(*news)

    instant = FIRST + timedelta(minutes=data.draw(st.integers(0, 10**7)))
    last_begun = max(n for n, start in enumerate(starts) if start <= instant)
    assert holder_at(rows, instant).person == f"p{last_begun}"


def test_the_shipped_presidency_names_states_dates_and_acts_and_no_person() -> None:
    history = load_presidency()

    assert [(term.state, term.start, term.end) for term in history] == [
        ("ML", date(2024, 7, 6), date(2025, 12, 23)),
        ("BF", date(2025, 12, 23), None),
    ]
    assert [term.state for term in history if not (term.legal_reference and term.source and term.certainty)] == []


def test_the_state_that_presides_is_read_from_the_history() -> None:
    history = load_presidency()

    assert presiding_state(history, datetime(2024, 7, 5, 23, 59, tzinfo=UTC)) is None
    assert presiding_state(history, datetime(2025, 12, 22, 23, 59, tzinfo=UTC)) == "ML"
    assert presiding_state(history, datetime(2025, 12, 23, tzinfo=UTC)) == "BF"


def test_a_mandate_of_a_state_that_did_not_preside_is_shown() -> None:
    good = mandate(1, "ML", "ministre-ml", FIRST)
    strange = mandate(2, "NE", "ministre-ne", datetime(2025, 1, 1, tzinfo=UTC))

    assert against_history([good, strange], load_presidency()) == [strange]
