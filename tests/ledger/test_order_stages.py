"""Every pair of stage and act, legal or not, against a table written by hand from the text of the law."""

import itertools

import pytest

from ledger.orders.stages import (
    STAGE_TITLES,
    VERIFICATION_FIRST,
    VISA_FIRST,
    OrderMoveIllegal,
    OrderReasonMissing,
    OrderRoleWrong,
    check_move,
    move,
    moves,
    overall_stage,
)

ACTS = sorted({step.act for step in moves()})

# stage: act>new stage:office (r requester, c controller, o officer, a accountant), `!` needs a reason
ORACLE = {
    VISA_FIRST: """
        draft: commit>committed:r cancel>cancelled:r!
        committed: visa>visa:c reject>rejected:c! cancel>cancelled:r!
        visa: visa>visa:c verify>verified:r cancel>cancelled:r!
        verified: visa>verified:c authorise>authorised:o reject>rejected:o! cancel>cancelled:r!
    """,
    VERIFICATION_FIRST: """
        draft: commit>committed:r cancel>cancelled:r!
        committed: verify>verified:r cancel>cancelled:r!
        verified: visa>visa:c reject>rejected:c! cancel>cancelled:r!
        visa: visa>visa:c authorise>authorised:o reject>rejected:o! cancel>cancelled:r!
    """,
}
AFTER = """
    authorised: accept>accepted:a regularise>cleared:a suspend>suspended:a! cancel>cancelled:o! confirm>authorised:o return>returned:o!
    accepted: pay>paid:a suspend>suspended:a! cancel>cancelled:o! confirm>accepted:o return>returned:o!
    paid: clear>cleared:a return>bank_returned:a!
    cleared: unclear>paid:a! return>bank_returned:a!
    suspended: resume>authorised:a! requisition>requisitioned:o! return>returned:a! cancel>cancelled:o! confirm>suspended:o
    requisitioned: accept>accepted:a cancel>cancelled:o! confirm>requisitioned:o return>returned:o!
    rejected:
    returned:
    bank_returned:
    cancelled:
"""  # noqa: E501  a table is read in rows
OFFICES = {"r": "requester", "c": "controller", "o": "officer", "a": "accountant"}


def read(text: str) -> dict[tuple[str, str], tuple[str, str, bool]]:
    """(stage, act) → (new stage, office, reason needed)."""
    found = {}
    for row in text.strip().splitlines():
        stage, _, cells = row.strip().partition(":")
        for cell in cells.split():
            act, _, rest = cell.partition(">")
            target, _, office = rest.partition(":")
            found[stage, act] = (target, OFFICES[office[0]], office.endswith("!"))
    return found


def pairs() -> list[tuple[str, str, str]]:
    return list(itertools.product((VISA_FIRST, VERIFICATION_FIRST), STAGE_TITLES, ACTS))


@pytest.mark.parametrize(("sequence", "stage", "act"), pairs())
def test_only_the_moves_of_the_law_exist(sequence: str, stage: str, act: str) -> None:
    expected = read(ORACLE[sequence] + AFTER).get((stage, act))

    if expected is None:
        with pytest.raises(OrderMoveIllegal) as refused:
            move(stage, act, sequence)
        assert refused.value.code == "order_move_illegal"
    else:
        step = move(stage, act, sequence)
        assert (step.target, step.role, step.reason) == expected


def test_the_refusal_lists_the_acts_that_are_legal_at_that_stage() -> None:
    with pytest.raises(OrderMoveIllegal) as refused:
        move("committed", "pay")
    assert refused.value.facts["legal"] == ["annulation", "rejet", "visa"]
    assert "engagé" in refused.value.message()

    with pytest.raises(OrderMoveIllegal) as refused:
        move("cancelled", "pay")
    assert refused.value.facts["legal"] == ["aucun (stade final)"]


@pytest.mark.parametrize("sequence", [VISA_FIRST, VERIFICATION_FIRST])
def test_an_act_at_a_stage_leads_to_one_place(sequence: str) -> None:
    keys = [(step.source, step.act) for step in moves(sequence)]

    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("sequence", [VISA_FIRST, VERIFICATION_FIRST])
def test_nothing_is_paid_that_was_not_committed_visaed_verified_authorised_and_accepted(sequence: str) -> None:
    """Every way through the table, without its loops."""
    ways, paid = [("draft", ())], []
    while ways:
        stage, passed = ways.pop()
        if stage == "paid":
            paid.append({*passed})
            continue
        ways += [(s.target, (*passed, stage)) for s in moves(sequence) if s.source == stage and s.target not in passed]

    assert paid != []
    # `regularise` reaches `cleared`, and undoing it `paid`: postings refuse that to an order « ne pas payer »
    through = [way for way in paid if "cleared" not in way]
    assert [way for way in through if not {"committed", "visa", "verified", "authorised", "accepted"} <= way] == []


def test_what_moves_money_is_the_accountants_and_what_is_signed_is_the_officers() -> None:
    for step in moves():
        if step.posts and step.posts != "acceptance_reversal":
            assert step.role == "accountant", step
        if step.signed:
            assert step.role == "officer", step
    assert sorted({step.act for step in moves() if step.signed}) == ["authorise", "confirm", "requisition"]


def test_a_move_belongs_to_one_office() -> None:
    step = move("verified", "authorise")

    check_move(step, person="ministre-bf", roles=["officer"], reason=None)
    with pytest.raises(OrderRoleWrong) as refused:
        check_move(step, person="comptable-bf", roles=["accountant"], reason=None)
    assert refused.value.code == "order_role_wrong"
    assert refused.value.facts["expected"] == "ordonnateur"


@pytest.mark.parametrize("reason", [None, "", "  \t"])
def test_a_suspension_is_motivated_in_writing(reason: str | None) -> None:
    step = move("authorised", "suspend")

    with pytest.raises(OrderReasonMissing):
        check_move(step, person="comptable-bf", roles=["accountant"], reason=reason)
    check_move(step, person="comptable-bf", roles=["accountant"], reason="pièce manquante")


@pytest.mark.parametrize(
    ("order_stage", "charges", "expected"),
    [
        ("verified", [], "verified"),
        ("authorised", ["authorised", "authorised"], "authorised"),
        ("authorised", ["accepted", "paid"], "accepted"),
        ("authorised", ["cleared", "paid", "paid"], "paid"),
        ("authorised", ["cleared", "cleared"], "cleared"),
        ("authorised", ["paid", "suspended"], "suspended"),
        ("authorised", ["bank_returned", "cleared"], "bank_returned"),
        ("authorised", ["cancelled", "cleared"], "cleared"),
        ("authorised", ["cancelled", "cancelled"], "cancelled"),
    ],
)
def test_an_order_on_several_books_shows_the_charge_that_lags(
    order_stage: str, charges: list[str], expected: str
) -> None:
    assert overall_stage(order_stage, charges) == expected
