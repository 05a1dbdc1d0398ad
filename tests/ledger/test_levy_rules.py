"""The rules of the levy alone: rounding, tolerance, dated law, references in texts, what deserves a look."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.levy.anomalies import anomalies, share_of_exempt
from ledger.levy.chain import Collection
from ledger.levy.credited import Credit, by_reference, references_in
from ledger.levy.expected import expected_levy, tolerance
from ledger.levy.law import Deadline, Exemption, LevyLaw, Rate
from ledger.levy.months import next_period, period_end, period_start

START = date(2025, 3, 28)
LAW = LevyLaw(
    (
        Rate(START, 50, "Décision fictive 1", "established"),
        Rate(date(2026, 1, 16), 75, "Décision fictive 2", "disputed"),
    ),
    (Deadline(START, 15, "Décision fictive 1", "to_confirm"),),
    (
        Exemption("E03", START, True, "Dons", "Décision fictive 1", "to_confirm"),
        Exemption("E03", date(2026, 2, 1), False, "Dons", "Décision fictive 3", "to_confirm"),
        Exemption("E99", START, True, "Autres", "Décision fictive 1", "to_confirm"),
    ),
)


@pytest.mark.parametrize(("base", "levy"), [(0, 0), (99, 0), (100, 1), (299, 1), (300, 2), (200_000_000, 1_000_000)])
def test_half_a_per_cent_is_rounded_to_the_nearest_franc_half_a_franc_up(base: int, levy: int) -> None:
    assert expected_levy(base, 50) == levy


def test_each_declaration_is_rounded_when_declarations_are_given() -> None:
    assert expected_levy(400, 50, [100, 100, 100, 100]) == 4
    assert expected_levy(400, 50) == 2
    with pytest.raises(ValueError, match="add up"):
        expected_levy(400, 50, [100, 100])
    with pytest.raises(ValueError, match="never negative"):
        expected_levy(-1, 50)


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=50), st.integers(0, 10_000))
def test_rounding_each_declaration_never_leaves_the_tolerance(values: list[int], rate: int) -> None:
    apart = expected_levy(sum(values), rate, values)
    assert abs(apart - expected_levy(sum(values), rate)) <= tolerance(len(values))


def test_the_rate_of_a_month_is_the_one_in_force_on_its_last_day() -> None:
    rates = [(period, LAW.rate(period)) for period in ("2025-02", "2025-03", "2025-12", "2026-01")]
    assert [(period, rate and rate.per_ten_thousand) for period, rate in rates] == [
        ("2025-02", None),
        ("2025-03", 50),
        ("2025-12", 50),
        ("2026-01", 75),
    ]


def test_the_due_date_is_fifteen_days_after_the_month() -> None:
    assert [LAW.due_date(period) for period in ("2025-04", "2025-12", "2028-02")] == [
        date(2025, 5, 15),
        date(2026, 1, 15),
        date(2028, 3, 15),
    ]


def test_an_exemption_ends_at_its_date() -> None:
    assert list(LAW.codes("2026-01")) == ["E03", "E99"]
    assert list(LAW.codes("2026-02")) == ["E99"]
    assert LAW.exemption("E77", "2026-01") is None


@given(st.integers(2000, 2099), st.integers(1, 12))
def test_months_follow_one_another_without_a_day_between(year: int, month: int) -> None:
    period = f"{year}-{month:02d}"
    assert (period_start(next_period(period)) - period_end(period)).days == 1


DECLARED = {"REV-1": 100, "REV-2": 50, "RVF/12": 7}


@pytest.mark.parametrize(
    ("texts", "found"),
    [
        (("rev-1",), ["REV-1"]),
        (("NONREF", "VIR RECU REV-1, REV-2. TRESOR"), ["REV-1", "REV-2"]),
        (("MOTIF:RVF/12",), ["RVF/12"]),
        (("NOTE/REV-2",), ["REV-2"]),
        (("REV-11", "XREV-1"), []),
        ((), []),
    ],
)
def test_a_reference_is_found_whole_or_word_by_word_never_inside_a_word(
    texts: tuple[str, ...], found: list[str]
) -> None:
    assert references_in(texts, DECLARED) == found


@given(st.lists(st.tuples(st.integers(-(10**9), 10**9), st.sampled_from(["REV-1", "REV-1 REV-2", "autre", ""]))))
def test_every_franc_credited_is_under_a_reference_or_in_the_rest(lines: list[tuple[int, str]]) -> None:
    credits = [Credit("BF", amount, (text,)) for amount, text in lines]
    found, rest = by_reference(credits, {"BF": DECLARED})
    assert sum(found.values()) + sum(rest.values()) == sum(amount for amount, _ in lines)


def row(period: str = "2025-06", office: str = "BF901", **changes: int) -> Collection:
    """A month without anything to look at."""
    base = changes.pop("base", 200_000_000 + int(period[2:4]) * 1_200 + int(period[5:]) * 100)
    assessed = changes.pop("assessed", expected_levy(base, 50))
    one = Collection(
        "BF", office, period, base, 0, expected_levy(base, 50), assessed, assessed, assessed, assessed, 0, 0,
        LAW.due_date(period), 0, declarations=10, revision=1, reference="R", remitted_on=LAW.due_date(period),
    )  # fmt: skip
    return replace(one, **changes)


def codes(*rows: Collection) -> list[tuple[str, str]]:
    return [(one.code, one.period) for one in anomalies(rows, LAW)]


def test_ordinary_months_deserve_no_look() -> None:
    assert codes(row("2025-06"), row("2025-07"), row("2025-07", "BF902", base=3)) == []


@pytest.mark.parametrize(("apart", "told"), [(10, []), (-10, []), (11, ["rate"]), (-11, ["rate"])])
def test_a_rate_is_strange_beyond_a_franc_for_each_declaration(apart: int, told: list[str]) -> None:
    one = row()
    found = codes(replace(one, assessed=one.expected + apart))
    assert [code for code, _ in found] == told


def test_the_text_of_a_wrong_rate_gives_expected_found_and_difference() -> None:
    (found,) = anomalies([row(base=20_000_000, assessed=90_000)], LAW)
    assert (found.code, found.amount) == ("rate", -10_000)
    assert found.text.replace("\u00a0", " ") == (
        "Liquidé 90 000, attendu 100 000 (0,50 % de 20 000 000), écart -10 000, tolérance 10."
    )


def test_a_missing_month_is_told_between_the_first_and_the_last_of_the_state() -> None:
    found = codes(row("2025-04"), row("2025-07"), row("2025-08", "BF902", base=3))
    assert found == [("office_missing", "2025-05"), ("office_missing", "2025-06"), ("office_missing", "2025-08")]


def test_an_exempt_share_jumps_from_fifteen_points_above_the_usual_and_stays_told() -> None:
    usual = [row(f"2025-0{month}", base=90_000_000 + month * 200, exempt_base=10_000_000) for month in (4, 5, 6)]
    after = [row(f"2025-0{month}", base=70_000_000 + month * 200, exempt_base=30_000_000) for month in (7, 8)]
    assert codes(*usual, *after) == [("exempt_share", "2025-07"), ("exempt_share", "2025-08")]
    assert codes(*usual[1:], *after) == []
    assert share_of_exempt(0, 0) == 0


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("collected_over_assessed", {"to_collect": -1}),
        ("over_remitted", {"to_remit": -1}),
        ("over_credited", {"credited": 2_000_000}),
        ("never_credited", {"unexplained": 1}),
        ("reference_missing", {"reference": None}),
        ("date_missing", {"remitted_on": None}),
        ("declarations_missing", {"declarations": 0}),
        ("restated", {"revision": 2}),
        ("late", {"remitted_on": date(2025, 7, 16)}),
    ],
)
def test_each_break_in_the_chain_has_its_name(code: str, changes: dict[str, object]) -> None:
    assert [one.code for one in anomalies([replace(row(), **changes)], LAW)] == [code]  # type: ignore[arg-type]  # any field


def test_the_same_totals_twice_and_a_levy_before_its_time_are_told() -> None:
    assert codes(row("2025-06", base=7), row("2025-07", base=7)) == [("same_totals", "2025-07")]
    assert codes(row("2025-02", base=7)) == [("before_levy", "2025-02")]
