"""What each move of an order enters in the books: every entry balanced, on the accounts of the plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.iban import IbanInvalid
from ledger.money import share
from ledger.orders.order import (
    PAYMENT,
    REGULARISATION,
    REISSUE,
    Charge,
    Document,
    OrderChargesDiffer,
    OrderIncomplete,
    Payee,
    PaymentOrder,
    check_order,
    payee_from,
)
from ledger.orders.postings import (
    OrderAccountWrong,
    OrderKindWrong,
    ProposedEntry,
    check_account,
    entries_for,
)
from ledger.orders.stages import move, moves

PAPER = Document("facture.pdf", "ab" * 32, 1200)


def order(account: str = "65881", kind: str = PAYMENT, **changes: object) -> PaymentOrder:
    facts: dict[str, object] = {
        "number": "2026-0012",
        "purpose": "Étude de faisabilité",
        "payee": Payee("Bureau fictif", "ML13ML9980100100000000000783"),
        "amount": 1_000_000,
        "account": account,
        "charges": (Charge("BF", 400_000), Charge("ML", 350_000), Charge("NE", 250_000)),
        "documents": (PAPER,),
        "kind": kind,
        "reissues": "2026-0003" if kind == REISSUE else None,
    }
    return PaymentOrder(**(facts | changes))  # type: ignore[arg-type]  # the changes are the test's own


def written(entries: tuple[ProposedEntry, ...]) -> list[str]:
    """Each entry as « book journal: D account amount / C account amount »."""
    return [
        f"{entry.book} {entry.journal}: "
        + " / ".join(f"D {r.account} {r.debit}" if r.debit else f"C {r.account} {r.credit}" for r in entry.lines)
        for entry in entries
    ]


@pytest.mark.parametrize(
    ("book", "accepted", "paid", "came_back"),
    [
        ("BF", "D 65881 400000 / C 40111 400000", "D 40111 400000 / C 52111 400000", "D 52111 400000 / C 47129 400000"),
        ("ML", "D 65881 350000 / C 40112 350000", "D 40112 350000 / C 52112 350000", "D 52112 350000 / C 47129 350000"),
        ("NE", "D 65881 250000 / C 40113 250000", "D 40113 250000 / C 52113 250000", "D 52113 250000 / C 47129 250000"),
    ],
)
def test_a_charge_is_accepted_paid_and_returned_in_its_own_book(
    book: str, accepted: str, paid: str, came_back: str
) -> None:
    asked = order()

    assert written(entries_for(move("authorised", "accept"), asked, book)) == [f"{book} OP: {accepted}"]
    assert written(entries_for(move("accepted", "pay"), asked, book)) == [f"{book} BQ: {paid}"]
    assert written(entries_for(move("paid", "return"), asked, book)) == [f"{book} BQ: {came_back}"]
    assert written(entries_for(move("cleared", "return"), asked, book)) == [f"{book} BQ: {came_back}"]


def test_a_returned_payment_ordered_again_does_not_book_the_expense_twice() -> None:
    again = order("47129", REISSUE)

    assert written(entries_for(move("authorised", "accept"), again, "BF")) == ["BF OP: D 47129 400000 / C 40111 400000"]


def test_bank_charges_are_regularised_without_a_payment() -> None:
    charges = order("6318", REGULARISATION)

    assert written(entries_for(move("authorised", "regularise"), charges, "ML")) == [
        "ML OP: D 6318 350000 / C 47112 350000"
    ]
    for stage, act in (("authorised", "accept"), ("accepted", "pay"), ("cleared", "unclear"), ("cleared", "return")):
        with pytest.raises(OrderKindWrong) as refused:
            entries_for(move(stage, act), charges, "ML")
        assert refused.value.code == "order_kind_wrong"
    assert entries_for(move("suspended", "return"), charges, "ML") == ()


def test_an_order_to_pay_is_not_regularised() -> None:
    with pytest.raises(OrderKindWrong):
        entries_for(move("authorised", "regularise"), order(), "BF")


def test_a_levy_refund_and_a_capital_payment_debit_their_own_accounts() -> None:
    assert written(entries_for(move("authorised", "accept"), order("7101"), "BF")) == [
        "BF OP: D 7101 400000 / C 40111 400000"
    ]
    assert written(entries_for(move("authorised", "accept"), order("48132"), "NE")) == [
        "NE OP: D 48132 250000 / C 40113 250000"
    ]


def test_one_states_call_paid_from_another_states_account_goes_through_the_liaison_pair() -> None:
    call = order("48132", on_behalf_of="NE", amount=400_000, charges=(Charge("BF", 400_000),))

    both = entries_for(move("authorised", "accept"), call, "BF")

    assert written(both) == ["BF OP: D 1853 400000 / C 40111 400000", "NE OP: D 48132 400000 / C 1851 400000"]
    assert both[0].pair == both[1].pair
    assert both[0].pair is not None
    assert written(entries_for(move("accepted", "pay"), call, "BF")) == ["BF BQ: D 40111 400000 / C 52111 400000"]


def test_a_second_acceptance_and_a_reversal_have_pairs_of_their_own() -> None:
    call = order("48132", on_behalf_of="NE", amount=400_000, charges=(Charge("BF", 400_000),))
    done = [
        ("authorised", "accept", 1),
        ("accepted", "suspend", 1),
        ("authorised", "accept", 2),
        ("accepted", "cancel", 2),
    ]

    pairs = [[entry.pair for entry in entries_for(move(stage, act), call, "BF", n)] for stage, act, n in done]

    assert [one == two for one, two in pairs] == [True, True, True, True]
    assert len({one for one, _ in pairs}) == 4


def test_the_bearing_state_needs_no_liaison_with_itself() -> None:
    call = order("48132", on_behalf_of="BF", amount=400_000, charges=(Charge("BF", 400_000),))

    assert written(entries_for(move("authorised", "accept"), call, "BF")) == ["BF OP: D 48132 400000 / C 40111 400000"]


@pytest.mark.parametrize("act", ["suspend", "cancel", "return"])
def test_an_acceptance_is_taken_back_with_negative_amounts_on_the_same_sides(act: str) -> None:
    entries = entries_for(move("accepted", act), order(), "BF")

    assert written(entries) == ["BF OP: D 65881 -400000 / C 40111 -400000"]
    assert [entry.corrects for entry in entries] == ["acceptance"]


@given(
    st.integers(1, 10**15 - 1),
    st.lists(st.integers(0, 100), min_size=3, max_size=3),
    st.sampled_from([None, "BF", "ML", "NE"]),
    st.sampled_from([step for step in moves() if step.posts and step.act != "regularise"]),
)
def test_whatever_the_split_every_entry_balances_and_every_franc_is_charged(
    amount: int, weights: list[int], bearer: str | None, step: object
) -> None:
    parts = zip(("BF", "ML", "NE"), share(amount, weights), strict=True)
    charges = tuple(Charge(book, part) for book, part in parts if part)
    asked = order(amount=amount, charges=charges, on_behalf_of=bearer)
    check_order(asked)

    liaison = 0
    for charge in charges:
        for entry in entries_for(step, asked, charge.book):  # type: ignore[arg-type]  # drawn from the moves
            assert sum(row.debit for row in entry.lines) == sum(row.credit for row in entry.lines)
            assert [row for row in entry.lines if (row.debit == 0) == (row.credit == 0)] == []
            liaison += sum(row.debit - row.credit for row in entry.lines if row.account.startswith("185"))
    assert sum(charge.amount for charge in charges) == amount
    assert liaison == 0


@given(st.data(), st.sampled_from([None, "BF", "NE"]))
def test_whatever_happens_to_a_charge_the_books_say_its_stage(data: st.DataObject, bearer: str | None) -> None:
    asked = order(amount=9, charges=(Charge("BF", 9),), on_behalf_of=bearer)
    stage, accepted, balances = "authorised", 0, dict.fromkeys(("40111", "52111", "65881", "47129", "1851", "1853"), 0)

    for _ in range(data.draw(st.integers(0, 12))):
        ways = [step for step in moves() if step.source == stage and step.act != "regularise"]
        if not ways:
            break
        step = data.draw(st.sampled_from(ways))
        accepted += step.act == "accept"
        for entry in entries_for(step, asked, "BF", accepted):
            for row in entry.lines:
                balances[row.account] += row.debit - row.credit
        stage = step.target

    booked = 9 if stage in ("accepted", "paid", "cleared", "bank_returned") else 0
    assert balances["65881"] == booked
    assert balances["40111"] == (-9 if stage == "accepted" else 0)
    assert balances["52111"] == (-9 if stage in ("paid", "cleared") else 0)
    assert balances["47129"] == (-9 if stage == "bank_returned" else 0)
    assert balances["1853"] == -balances["1851"] == (booked if bearer == "NE" else 0)


@pytest.mark.parametrize("account", ["52111", "40111", "1851", "5851", "47111", "47129"])
def test_an_order_is_not_imputed_to_an_account_that_the_moves_use_themselves(account: str) -> None:
    with pytest.raises(OrderAccountWrong) as refused:
        check_account(order(account))
    assert refused.value.code == "order_account_wrong"


def test_an_order_again_is_imputed_to_returned_payments_and_nothing_else() -> None:
    check_account(order("47129", REISSUE))
    with pytest.raises(OrderAccountWrong):
        check_account(order("65881", REISSUE))


@pytest.mark.parametrize("account", ["65881", "48132", "7101", "6318", "47121", "44871", "622"])
def test_the_accounts_of_the_standard_postings_may_be_imputed(account: str) -> None:
    check_account(order(account))


def test_charges_that_do_not_make_the_amount_are_refused_with_the_difference() -> None:
    with pytest.raises(OrderChargesDiffer) as refused:
        check_order(order(amount=1_000_001))
    assert (refused.value.facts["charged"], refused.value.facts["difference"]) == (1_000_000, 1)


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"purpose": " "}, "objet manquant"),
        ({"purpose": "Étude\nMontant : 5"}, "caractère de contrôle ou illisible dans un texte"),
        ({"payee": Payee("B\x00", "ML00")}, "caractère de contrôle ou illisible dans un texte"),
        ({"documents": (Document("a\ud800", "ab" * 32, 1),)}, "caractère de contrôle ou illisible dans un texte"),
        ({"payee": Payee("", "ML00")}, "nom du bénéficiaire manquant"),
        ({"payee": Payee("X", "")}, "compte du bénéficiaire manquant"),
        ({"amount": 0}, "montant nul, négatif ou trop grand"),
        ({"account": ""}, "compte imputé manquant"),
        ({"charges": ()}, "aucun livre chargé"),
        ({"charges": (Charge("SN", 1_000_000),)}, "livre inconnu"),
        ({"charges": (Charge("BF", 500_000), Charge("BF", 500_000))}, "livre chargé deux fois"),
        ({"charges": (Charge("BF", 1_100_000), Charge("ML", -100_000))}, "charge nulle ou négative"),
        ({"documents": ()}, "aucune pièce justificative"),
        ({"documents": (Document("a", "xyz", 1),)}, "empreinte de pièce mal formée"),
        ({"documents": (PAPER, PAPER)}, "même pièce jointe deux fois"),
        ({"kind": "gift"}, "nature d'ordre inconnue"),
        ({"reissues": "2026-0001"}, "ordre d'origine du virement revenu mal indiqué"),
        ({"on_behalf_of": "SN"}, "État bénéficiaire inconnu"),
        ({"currency": "EUR"}, "monnaie autre que le franc CFA (XOF)"),
    ],
)
def test_an_order_that_lacks_something_is_refused_with_its_faults(changes: dict[str, object], fault: str) -> None:
    with pytest.raises(OrderIncomplete) as refused:
        check_order(order(**changes))
    assert fault in refused.value.facts["faults"]


def test_the_account_of_the_payee_is_checked_and_written_without_blanks() -> None:
    assert payee_from("  Bureau \t fictif", "ml13 ml99 8010 0100 0000 0000 0783") == order().payee
    assert payee_from("E\u0301tude", order().payee.iban).name == "Étude"
    with pytest.raises(IbanInvalid):
        payee_from("Bureau fictif", "ML13ML9980100100000000000789")
    with pytest.raises(IbanInvalid):
        check_order(order(payee=Payee("Bureau fictif", "ML13ML9980100100000000000789")))


def test_a_book_that_the_order_does_not_charge_has_no_entry() -> None:
    asked = order(amount=1, charges=(Charge("BF", 1),))

    with pytest.raises(KeyError):
        entries_for(move("authorised", "accept"), asked, "NE")
