"""Textbook cases: the lines before, the run, what the accountant reads after. All data is fictitious."""

from datetime import date

from reconcile.matching.config import MatchConfig
from reconcile.matching.declarations import Declarations, DeclaredRemittance
from reconcile.matching.engine import match
from reconcile.matching.rows import BankLine, BookLine, Match, Outcome
from reconcile.model import LineDetail

MARCH = {day: date(2026, 3, day) for day in range(1, 32)}


def bank(
    number: int, day: int, amount: int, reference: str | None = None, label: str = "VIREMENT", **more: object
) -> BankLine:
    """A line of the statement of March of book BF."""
    state = str(more.pop("book", "BF"))
    line = BankLine(number, state, "3/1", number, MARCH[day], MARCH[day], amount, label=label)
    return line._replace(customer_reference=reference, **more)


def book(number: int, day: int, amount: int, reference: str = "", document: str = "", **more: object) -> BookLine:
    """A line on the bank account of book BF."""
    state = str(more.pop("book", "BF"))
    return BookLine((number, 2), state, MARCH[day], amount, (reference, document))._replace(**more)


def shape(outcome: Outcome) -> list[tuple[str, str, tuple[int, ...], tuple[int, ...]]]:
    """Pass, status, bank lines and entries of every match."""
    return [(x.pass_name, x.status, x.bank_ids, tuple(y[0] for y in x.book_ids)) for x in outcome.matches]


def entry(found: Match) -> list[tuple[str, int, int]]:
    """The lines of the entry that the match proposes."""
    assert found.posting is not None
    return [(line.account, line.debit, line.credit) for line in found.posting.lines]


def test_the_same_reference_and_amount_are_one_payment() -> None:
    after = match([bank(1, 3, -1_000_000, "OP-0012")], [book(12, 2, -1_000_000, "OP-0012")])

    assert shape(after) == [("reference", "confirmed", (1,), (12,))]
    assert after.matches[0].reason == (
        "Référence OP-0012 identique, montant -1\u00a0000\u00a0000\u00a0F, écart de date 1 jour ouvré."
    )
    assert after.matches[0].nearest_rejected == "Aucune autre ligne d'écriture ne porte cette référence."
    assert (after.open_bank, after.open_book) == ((), ())


def test_a_reference_alone_is_no_identity_the_commission_and_the_tax_are_charges() -> None:
    statement = [
        bank(1, 3, -1_000_000, "OP-0012", type="NTRF"),
        bank(2, 3, -2_500, "OP-0012", "COMMISSION", type="NCOM"),
        bank(3, 3, -450, "OP-0012", "TAXE", type="NTAX"),
    ]

    after = match(statement, [book(12, 2, -1_000_000, "OP-0012")])

    assert shape(after) == [
        ("reference", "confirmed", (1,), (12,)),
        ("rule_charge", "confirmed", (2,), ()),
        ("rule_charge", "confirmed", (3,), ()),
    ]
    assert entry(after.matches[1]) == [("47111", 2_500, 0), ("52111", 0, 2_500)]


def test_a_reference_retyped_in_the_label_is_read() -> None:
    after = match([bank(1, 4, -75_000, None, "Vir op 12 fav. garage")], [book(12, 2, -75_000, "OP-0012")])

    assert shape(after) == [("reference_in_label", "confirmed", (1,), (12,))]


def test_a_reference_that_differs_by_one_sign_is_only_proposed() -> None:
    after = match([bank(1, 4, -75_000, None, "VIR OP-0013")], [book(12, 2, -75_000, "OP-0012")])

    assert shape(after) == [("reference_in_label", "proposed", (1,), (12,))]
    assert "OP-0013" in after.matches[0].nearest_rejected


def test_an_amount_alone_ties_lines_a_few_working_days_apart_over_a_closed_day() -> None:
    # Saturday, Sunday 8 and the holiday of Monday 9 March do not count in Burkina Faso.
    after = match([bank(1, 10, 320_000)], [book(40, 6, 320_000, "", "PC-0040")])

    assert shape(after) == [("amount_date", "confirmed", (1,), (40,))]
    assert after.matches[0].facts["working_days"] == 1


def test_twins_of_one_day_are_shown_together_and_not_guessed() -> None:
    after = match([bank(1, 5, -50_000), bank(2, 5, -50_000)], [book(7, 4, -50_000), book(8, 4, -50_000)])

    assert shape(after) == [("amount_date", "ambiguous", (1, 2), (7, 8))]
    assert len(after.open_bank) == 2


def test_a_near_amount_is_no_match_unless_a_tolerance_proposes_it() -> None:
    lines = [bank(1, 5, -50_001)], [book(7, 4, -50_000)]

    assert shape(match(*lines)) == []
    assert shape(match(*lines, config=MatchConfig(amount_tolerance=5))) == [("amount_date", "proposed", (1,), (7,))]


def test_one_debit_pays_the_three_lines_of_a_bordereau() -> None:
    entries = [book(n, 4, -amount, f"L-{n}", "BORD-31") for n, amount in ((1, 120_000), (2, 80_000), (3, 45_500))]

    after = match([bank(1, 6, -245_500, None, "VIREMENTS MULTIPLES BORD 31")], entries)

    assert shape(after) == [("group", "confirmed", (1,), (1, 2, 3))]
    assert after.matches[0].facts["combinations"] == 1


def test_one_entry_is_paid_in_two_transfers() -> None:
    after = match(
        [bank(1, 5, -400_000, "OP-0012"), bank(2, 9, -600_000, "OP-0012")], [book(12, 4, -1_000_000, "OP-0012")]
    )

    assert shape(after) == [("group", "confirmed", (1, 2), (12,))]


def test_two_combinations_for_one_total_are_counted_and_shown() -> None:
    entries = [book(n, 4, -amount, "", "BORD-31") for n, amount in ((1, 500), (2, 500), (3, 300))]

    after = match([bank(1, 6, -800, "BORD-31")], entries)

    assert shape(after) == [("group", "ambiguous", (1,), (1, 2, 3))]
    assert "2 combinaisons" in after.matches[0].reason


def test_the_details_of_a_batch_name_its_entries() -> None:
    parts = (LineDetail(70_000, "OP-0001", None, ""), LineDetail(30_000, "OP-0002", None, ""))

    after = match(
        [bank(1, 6, -100_000, None, "LOT", details=parts)],
        [book(1, 5, -70_000, "OP-0001"), book(2, 5, -30_000, "OP-0002")],
    )

    assert shape(after) == [("group", "confirmed", (1,), (1, 2))]


def test_the_two_halves_of_a_transfer_are_seen_on_two_accounts() -> None:
    statement = [bank(1, 5, -9_000_000), bank(2, 6, 9_000_000, book="ML")]
    entries = [
        book(1, 4, -9_000_000, "", "VF-1", transfer="VF-1"),
        book(2, 4, 9_000_000, "", "VF-1", transfer="VF-1", book="ML"),
    ]

    after = match(statement, entries)

    assert shape(after) == [("transfer", "confirmed", (1,), (1,)), ("transfer", "confirmed", (2,), (2,))]
    assert "l'autre moitié est au livre ML" in after.matches[0].reason


def test_a_returned_payment_waits_on_47129_to_be_ordered_again() -> None:
    statement = [bank(1, 3, -75_000, "OP-0012"), bank(2, 9, 75_000, "OP-0012", "REJET COMPTE CLOS")]

    after = match(statement, [book(12, 2, -75_000, "OP-0012")])

    assert shape(after) == [("reference", "confirmed", (1,), (12,)), ("returned_payment", "confirmed", (2,), ())]
    assert entry(after.matches[1]) == [("52111", 75_000, 0), ("47129", 0, 75_000)]


def test_charges_go_to_suspense_but_mission_expenses_are_no_charge() -> None:
    statement = [bank(1, 31, -4_720, None, "FRAIS DE TENUE DE COMPTE"), bank(2, 31, -90_000, None, "FRAIS DE MISSION")]

    after = match(statement, [])

    assert shape(after) == [("rule_charge", "confirmed", (1,), ()), ("rule_charge", "proposed", (2,), ())]


def test_a_charge_that_may_be_booked_already_is_not_posted_again() -> None:
    after = match(
        [bank(1, 31, -4_720, type="NCOM")], [book(9, 30, -9_440, "", "PC-9", label="Frais bancaires de mars")]
    )

    assert shape(after) == [("rule_charge", "proposed", (1,), ())]


def test_interest_received_goes_to_771() -> None:
    after = match([bank(1, 31, 18_300, None, "INTERETS CREDITEURS", type="NINT")], [])

    assert entry(after.matches[0]) == [("52111", 18_300, 0), ("771", 0, 18_300)]
    assert after.matches[0].status == "confirmed"


def test_one_credit_for_two_declared_remittances_is_shared_by_their_amounts() -> None:
    declared = Declarations(
        (
            DeclaredRemittance("REM-BF-01", "BF", "OUAGA-1", "2026-02", 600_000, MARCH[2]),
            DeclaredRemittance("REM-BF-02", "BF", "BOBO-1", "2026-02", 400_001, MARCH[2]),
        )
    )

    after = match([bank(1, 5, 1_000_001, None, "REVERSEMENT REM-BF-01 ET REM-BF-02")], [], declared)

    assert shape(after) == [("rule_remittance", "confirmed", (1,), ())]
    assert entry(after.matches[0]) == [("52111", 1_000_001, 0), ("44871", 0, 600_000), ("44871", 0, 400_001)]


def test_a_partial_remittance_is_posted_and_what_exceeds_the_declaration_is_only_proposed() -> None:
    declared = Declarations((DeclaredRemittance("REM-BF-01", "BF", "OUAGA-1", "2026-02", 600_000, MARCH[2]),))
    statement = [bank(1, 5, 500_000, "REM-BF-01"), bank(2, 9, 200_000, "REM-BF-01")]

    after = match(statement, [], declared)

    assert [x.status for x in after.matches] == ["confirmed", "proposed"]
    assert "dépasse de 100\u00a0000\u00a0F" in after.matches[1].reason


def test_a_credit_answers_the_open_entry_before_any_rule_posts_it() -> None:
    declared = Declarations((DeclaredRemittance("REM-BF-01", "BF", "OUAGA-1", "2026-02", 600_000, MARCH[2]),))

    after = match([bank(1, 5, 600_000, "REM-BF-01")], [book(3, 5, 600_000, "REM-BF-01")], declared)

    assert shape(after) == [("reference", "confirmed", (1,), (3,))]


def test_a_reference_used_again_a_year_later_is_only_proposed() -> None:
    last_year = book(12, 2, -75_000, "OP-0012")._replace(date=date(2025, 3, 2))

    after = match([bank(1, 3, -75_000, "OP-0012")], [last_year])

    assert shape(after) == [("reference", "proposed", (1,), (12,))]


def test_an_equal_amount_under_another_number_of_the_series_is_not_taken() -> None:
    after = match([bank(1, 4, -75_000, "OP-0077")], [book(12, 4, -75_000, "OP-0012")])

    assert [x.status for x in after.matches] == ["proposed"]
    assert "OP-0012" in after.matches[0].reason


def test_nothing_to_match_is_an_answer() -> None:
    after = match([], [])

    assert after.matches == ()
    assert [(x.confirmed, x.proposed, x.ambiguous) for x in after.passes] == [(0, 0, 0)] * 9


def test_a_part_of_a_bordereau_is_only_proposed() -> None:
    entries = [book(n, 4, -amount, "", "BORD-31") for n, amount in ((1, 120_000), (2, 80_000), (3, 45_500))]

    after = match([bank(1, 6, -200_000, "BORD-31")], entries)

    assert shape(after) == [("group", "proposed", (1,), (1, 2))]
    assert "45\u00a0500" in after.matches[0].nearest_rejected


def test_one_entry_seen_twice_by_the_bank_under_its_reference_is_ambiguous() -> None:
    after = match([bank(1, 3, -75_000, "OP-0012"), bank(2, 3, -75_000, "OP-0012")], [book(12, 2, -75_000, "OP-0012")])

    assert shape(after) == [("reference", "ambiguous", (1, 2), (12,))]


def test_one_entry_named_by_two_labels_is_not_guessed() -> None:
    statement = [bank(1, 3, -75_000, None, "VIR OP 0012"), bank(2, 4, -75_000, None, "VIREMENT OP0012")]

    after = match(statement, [book(12, 2, -75_000, "OP-0012")])

    assert after.with_status("confirmed") == ()
    assert shape(after)[0][:2] == ("reference_in_label", "ambiguous")


def test_a_return_without_the_reference_of_its_debit_is_only_proposed() -> None:
    statement = [bank(1, 3, -75_000, "OP-0012"), bank(2, 9, 75_000, None, "RETOUR VIREMENT", reversal=True)]

    after = match(statement, [book(12, 2, -75_000, "OP-0012")])

    assert shape(after)[1] == ("returned_payment", "proposed", (2,), ())
    assert "aucune référence commune" in after.matches[1].reason


def test_a_transfer_that_two_bank_lines_can_be_is_not_guessed() -> None:
    half = book(1, 4, -9_000_000, "", "VF-1", transfer="VF-1")

    after = match([bank(1, 5, -9_000_000), bank(2, 6, -9_000_000)], [half])

    assert after.with_status("confirmed") == ()
    assert after.matches[0].status == "ambiguous"


def test_a_group_without_reference_is_shown_among_many_candidates() -> None:
    entries = [book(number, 2, -(10_007 * number**3 + number)) for number in range(1, 31)]
    statement = [bank(1, 3, sum(line.amount for line in entries if line.id[0] in (4, 15, 28)))]

    after = match(statement, entries)

    assert shape(after) == [("group", "proposed", (1,), (28, 15, 4))]
    assert "seule combinaison parmi 30 candidates (dates voisines, groupes de 4 au plus)" in after.matches[0].reason
