"""Separation of duties, the optional rule of nationalities, the accountant's checks, the handover."""

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.mandates.mandate import Mandate
from ledger.orders.checks import (
    CHECKS,
    CheckFailed,
    CheckIncomplete,
    CheckReasonMissing,
    CheckResult,
    CheckUnknown,
    RequisitionExcepted,
    check_acceptance,
    check_requisition,
    check_results,
    check_suspension,
    suspension_reasons,
)
from ledger.orders.duties import (
    DutyConflict,
    NationalityConflict,
    NationalityRule,
    Performed,
    VisaTwice,
    check_duties,
    check_nationalities,
    conflicts,
    duty_of,
)
from ledger.orders.handover import OrderAwaitsConfirmation, SignedUnder, awaits_confirmation, check_confirmed
from ledger.orders.stages import moves

DUTIES = ("request", "visa", "authorise", "pay")
DAY = date(2026, 3, 5)


@pytest.mark.parametrize(("done", "asked"), list(itertools.permutations(DUTIES, 2)))
def test_nobody_holds_two_duties_on_one_order(done: str, asked: str) -> None:
    past = [Performed("request", "autre"), Performed(done, "fatou")]

    with pytest.raises(DutyConflict) as refused:
        check_duties("2026-0012", Performed(asked, "fatou"), past)
    assert refused.value.code == "duty_conflict"
    check_duties("2026-0012", Performed(asked, "personne-neuve"), past)


def test_one_person_may_accept_and_pay_or_ask_and_certify() -> None:
    check_duties("2026-0012", Performed("pay", "comptable"), [Performed("pay", "comptable")])
    check_duties("2026-0012", Performed("request", "gest"), [Performed("request", "gest")])


def test_a_further_visa_comes_from_another_controller() -> None:
    with pytest.raises(VisaTwice):
        check_duties("2026-0012", Performed("visa", "cf-1"), [Performed("visa", "cf-1")])
    check_duties("2026-0012", Performed("visa", "cf-2"), [Performed("visa", "cf-1")])


def test_each_move_has_a_duty() -> None:
    found = {step.act: duty_of(step) for step in moves() if step.act not in ("cancel", "reject", "return")}

    assert found == {
        "commit": "request", "verify": "request", "visa": "visa",
        "authorise": "authorise", "requisition": "authorise", "confirm": "authorise",
        "accept": "pay", "regularise": "pay", "suspend": "pay", "resume": "pay", "pay": "pay", "clear": "pay",
        "unclear": "pay",
    }  # fmt: skip


def test_conflicts_are_found_again_from_the_events() -> None:
    acts = [Performed("request", "a"), Performed("visa", "b"), Performed("authorise", "c"), Performed("pay", "b")]

    assert conflicts(acts) == [("b", ["pay", "visa"])]
    assert conflicts(acts[:3]) == []


RULE = NationalityRule(date(2026, 1, 1), date(2027, 1, 1), "Règlement fictif n° 3")


@pytest.mark.parametrize(
    ("visa", "officer", "payer", "refused"),
    [("BF", "ML", "NE", False), ("BF", "ML", "BF", True), ("BF", "ML", "ML", True), ("BF", "ML", None, True)],
)
def test_three_nationalities_are_asked_where_the_rule_is_in_force(
    visa: str, officer: str, payer: str | None, refused: bool
) -> None:
    past = [Performed("request", "g", payer), Performed("visa", "cf", visa), Performed("authorise", "o", officer)]
    new = Performed("pay", "c", payer)

    if refused:
        with pytest.raises(NationalityConflict) as found:
            check_nationalities("2026-0012", new, past, [RULE], DAY)
        assert found.value.code == "nationality_rule"
    else:
        check_nationalities("2026-0012", new, past, [RULE], DAY)
    check_nationalities("2026-0012", new, past, [RULE], date(2027, 1, 1))
    check_nationalities("2026-0012", new, past, [], DAY)


def results(*failed: str, note: str = "motif écrit") -> list[CheckResult]:
    """A result for every check of the list; those named fail."""
    return [CheckResult(c.code, c.code not in failed, "comptable", note if c.code in failed else "") for c in CHECKS]


EXCEPTED = ("funds_available", "legal_basis", "service_rendered", "prior_visa", "payee_account", "no_opposition")
ORDINARY = ("officer_in_office", "officer_specimen", "account_imputed", "calculation_exact", "documents_produced")


def test_the_list_holds_the_checks_of_the_law_and_its_exceptions() -> None:
    assert sorted(c.code for c in CHECKS if c.excepted) == sorted(EXCEPTED)
    assert sorted(c.code for c in CHECKS if not c.excepted) == sorted(ORDINARY)
    assert [c.code for c in CHECKS if not (c.title and c.source and c.family)] == []


def test_an_order_that_passes_every_check_is_accepted() -> None:
    check_acceptance("2026-0012", results())


@pytest.mark.parametrize("code", [*EXCEPTED, *ORDINARY])
def test_a_failed_check_stops_the_acceptance(code: str) -> None:
    with pytest.raises(CheckFailed) as refused:
        check_acceptance("2026-0012", results(code))
    assert refused.value.code == "check_failed"
    assert refused.value.facts["codes"] == [code]


@pytest.mark.parametrize("code", EXCEPTED)
def test_a_requisition_is_refused_in_the_excepted_cases(code: str) -> None:
    with pytest.raises(RequisitionExcepted) as refused:
        check_requisition("2026-0012", results(code, "account_imputed"))
    assert refused.value.code == "requisition_excepted"
    assert refused.value.facts["failed"] == [check.title for check in CHECKS if check.code == code]
    with pytest.raises(RequisitionExcepted):
        check_acceptance("2026-0012", results(code), requisitioned=True)


@pytest.mark.parametrize("code", ORDINARY)
def test_the_accountant_obeys_a_requisition_in_the_other_cases(code: str) -> None:
    check_requisition("2026-0012", results(code))
    check_acceptance("2026-0012", results(code), requisitioned=True)


def test_a_suspension_needs_a_failed_check_and_its_reason() -> None:
    with pytest.raises(CheckReasonMissing):
        check_suspension("2026-0012", results())
    with pytest.raises(CheckReasonMissing):
        check_suspension("2026-0012", results("account_imputed", note="  "))
    check_suspension("2026-0012", [CheckResult("account_imputed", False, "c", "compte 65882 attendu")])
    assert suspension_reasons(results("account_imputed", note="compte 65882 attendu")) == [
        "Exacte imputation de la dépense : compte 65882 attendu"
    ]


def test_a_requisition_needs_something_to_override() -> None:
    with pytest.raises(CheckReasonMissing):
        check_requisition("2026-0012", results())


def test_every_check_has_one_result() -> None:
    with pytest.raises(CheckIncomplete) as refused:
        check_results("2026-0012", results()[1:])
    assert refused.value.facts["missing"] == [CHECKS[0].title]
    with pytest.raises(CheckUnknown):
        check_results("2026-0012", [*results(), CheckResult("colour_of_ink", True, "c")])
    with pytest.raises(CheckUnknown):
        check_results("2026-0012", [*results(), results()[0]])
    with pytest.raises(CheckReasonMissing):
        check_results("2026-0012", results("calculation_exact", note=""))


HOLDER = Mandate(2, "BF", "ministre-bf", datetime(2025, 12, 23, tzinfo=UTC), None, "Décret fictif")


@pytest.mark.parametrize("stage", ["authorised", "suspended", "requisitioned", "accepted"])
def test_a_predecessors_unpaid_order_waits_for_the_successor(stage: str) -> None:
    signed = [SignedUnder("authorise", 1), SignedUnder("requisition", 2)]

    assert awaits_confirmation(stage, signed, HOLDER) is True
    assert awaits_confirmation(stage, [*signed, SignedUnder("confirm", 2)], HOLDER) is False
    assert awaits_confirmation(stage, [SignedUnder("authorise", 2)], HOLDER) is False


@pytest.mark.parametrize("stage", ["verified", "paid", "cleared", "returned", "cancelled"])
def test_an_order_that_is_not_in_hand_waits_for_nobody(stage: str) -> None:
    assert awaits_confirmation(stage, [SignedUnder("authorise", 1)], HOLDER) is False


def test_a_predecessors_order_is_not_paid_but_may_be_suspended_or_returned() -> None:
    signed = [SignedUnder("authorise", 1)]

    for act, stage in (("pay", "accepted"), ("accept", "authorised"), ("requisition", "suspended")):
        with pytest.raises(OrderAwaitsConfirmation):
            check_confirmed("2026-0012", act, stage, signed, HOLDER, "ministre-ml")
    for act, stage in (("suspend", "authorised"), ("return", "accepted"), ("cancel", "accepted")):
        check_confirmed("2026-0012", act, stage, signed, HOLDER, "ministre-ml")


NATIONS = st.sampled_from(["BF", "ML", "BF", "ML", None])
DUTIES = st.sampled_from(["request", "visa", "authorise", "pay"])


@settings(max_examples=400)
@given(st.lists(st.tuples(DUTIES, NATIONS), min_size=1, max_size=4), DUTIES, NATIONS, st.sampled_from([0, 1, -1, 2]))
def test_the_rule_of_nationalities_is_that_of_a_slow_reading(
    past: list[tuple[str, str | None]], duty: str, nation: str | None, days: int
) -> None:
    """On a day of the rule, two offices of an order are never of one nationality, nor of an unknown one."""
    start = date(2026, 3, 2)
    rule = NationalityRule(start, start + timedelta(days=2), "Décision fictive")
    done = [Performed(one, f"p{place}", other) for place, (one, other) in enumerate(past)]
    offices = {"visa", "authorise", "pay"}
    clash = any(
        {one, duty} <= offices and one != duty and (other is None or nation is None or other == nation)
        for one, other in past
    )
    try:
        check_nationalities("2026-0001", Performed(duty, "x", nation), done, [rule], start + timedelta(days=days))
        refused = False
    except NationalityConflict:
        refused = True
    assert refused == (clash and days in (0, 1))
