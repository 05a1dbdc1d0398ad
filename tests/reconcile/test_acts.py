"""What people decide in the reconciliation, on each engine: matches by hand, undoing, imputing, regularising."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from ledger.balance import balance_of
from ledger.correct import reverse_entry
from ledger.entry_view import view_entry
from ledger.refusal import Refusal
from ledger.tables.periods import takeover_end
from ledger.unit import Ledger
from portal.verification import verify_books
from reconcile.confirm import confirm_by_hand, confirm_proposal
from reconcile.impute import impute_line
from reconcile.matches import list_matches, reconcile_status
from reconcile.regularise import regularise
from reconcile.suggestions import suggestions
from reconcile.undo import undo_match
from tests.reconcile.banked import Answer, Seen, bring, do, enter, march, prepared, run, seen_by, statement

CHARGE = Seen(march(31), -2_500, "FRAIS DE TENUE DE COMPTE", type="NCHG", bank_reference="FR0331")
UNKNOWN = Seen(march(12), 750_000, "VIREMENT RECU SANS MENTION")
END = date(2026, 12, 31)


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books, three bound accounts, no user."""
    return prepared(books_engine)


def look(ledger: Ledger, status: str | None = None) -> Answer:
    """The matches of the book BF and its open lines."""
    with ledger.read() as connection:
        found: Answer = list_matches(connection, "BF", status)
    return found


def open_ids(ledger: Ledger) -> list[int]:
    """The numbers of the open bank lines."""
    return [line["id"] for line in look(ledger)["open"]["statement_lines"]]


def balance(ledger: Ledger, account: str) -> int:
    """Debit less credit of an account of BF at the end of the year."""
    with ledger.read() as connection:
        return balance_of(connection, "BF", account, as_of=END)


def lines(ledger: Ledger, reference: str) -> list[tuple[str, int, int]]:
    """Account, debit and credit of each line of an entry."""
    with ledger.read() as connection:
        return [(x["account"], x["debit"], x["credit"]) for x in view_entry(connection, reference)["lines"]]


def impute(ledger: Ledger, line: int, **options: Any) -> Answer:
    """Impute a line, with a reason."""
    return do(ledger, lambda unit: impute_line(unit, line, "Crédit à identifier", **options))


def refused(ledger: Ledger, act: Any) -> Refusal:
    """What the act is refused with; the journal stays as it was."""
    with ledger.read() as connection:
        before = verify_books(connection)["heads"]
    with pytest.raises(Refusal) as caught:
        do(ledger, act)
    with ledger.read() as connection:
        assert verify_books(connection)["heads"] == before
    return caught.value


def test_lines_of_equal_sums_are_matched_by_hand(ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(12), -900, "REMISE")]))
    first, second = enter(ledger, -400, march(10), "A1"), enter(ledger, -500, march(10), "A2")
    line = open_ids(ledger)[0]
    done = do(ledger, lambda unit: confirm_by_hand(unit, [line], [f"{first}:1", f"{second}:1"], "bordereau"))
    one = look(ledger, "confirmed")["matches"][0]
    assert (done["match"], one["pass"], one["reason"], len(one["entry_lines"])) == (1, "manual", "bordereau", 2)
    assert open_ids(ledger) == []


def test_a_match_by_hand_is_refused_for_one_franc(ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(12), -900, "REMISE")]))
    paid = enter(ledger, -899, march(10), "A1")
    found = refused(ledger, lambda unit: confirm_by_hand(unit, open_ids(ledger), [f"{paid}:1"], "essai"))
    assert (found.code, found.facts["difference"]) == ("match_unbalanced", -1)


@pytest.mark.parametrize(
    ("entry", "reason", "code"),
    [
        ("{}:2", "essai", "entry_line_unknown"),
        ("{}", "essai", "entry_line_unknown"),
        ("{}:1", " ", "reason_missing"),
    ],
)
def test_a_match_by_hand_names_lines_of_the_bank_account(entry: str, reason: str, code: str, ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(12), -900, "REMISE")]))
    paid, line = enter(ledger, -900, march(10), "A1"), open_ids(ledger)[0]
    found = refused(ledger, lambda unit: confirm_by_hand(unit, [line], [entry.format(paid)], reason))
    assert found.code == code


def test_a_match_by_hand_needs_both_sides_and_lines_that_exist(ledger: Ledger) -> None:
    paid = enter(ledger, -900, march(10), "A1")
    assert refused(ledger, lambda unit: confirm_by_hand(unit, [], [f"{paid}:1"], "essai")).code == "match_empty"
    assert refused(ledger, lambda u: confirm_by_hand(u, [99], [f"{paid}:1"], "essai")).code == "bank_line_unknown"


def test_a_settled_line_is_not_matched_again(ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(12), -900, "X", "OP-11"), Seen(march(13), -900, "Y", "OP-12")]))
    first, second = enter(ledger, -900, march(12), "OP-11"), enter(ledger, -900, march(13), "AUTRE")
    ids = open_ids(ledger)
    do(ledger, lambda unit: confirm_by_hand(unit, [ids[0]], [f"{first}:1"], "essai"))
    again = refused(ledger, lambda unit: confirm_by_hand(unit, [ids[0]], [f"{second}:1"], "essai"))
    other = refused(ledger, lambda unit: confirm_by_hand(unit, [ids[1]], [f"{first}:1"], "essai"))
    assert (again.code, other.code) == ("bank_line_matched", "entry_line_matched")


def test_an_undone_match_is_only_proposed_again(ledger: Ledger) -> None:
    enter(ledger, -900, march(9), "OP-2026-0012")
    bring(ledger, statement([Seen(march(10), -900, "VIREMENT", "OP-2026-0012")]))
    run(ledger)
    do(ledger, lambda unit: undo_match(unit, 1, "autre dépense"))

    again = run(ledger)

    assert (again["confirmed"], again["proposed"]) == (0, 1)
    proposal = look(ledger, "proposed")["matches"][0]
    assert "autre dépense" in proposal["reason"]
    done = do(ledger, lambda unit: confirm_proposal(unit, proposal["id"]))
    assert (done["match"], open_ids(ledger)) == (2, [])


def test_undoing_takes_back_the_entry_that_the_rule_posted(ledger: Ledger) -> None:
    bring(ledger, statement([CHARGE]))
    run(ledger)

    done = do(ledger, lambda unit: undo_match(unit, 1, "frais contestés"))

    assert (done["corrected"], lines(ledger, "BF/BQ/2026/2")) == (
        "BF/BQ/2026/1",
        [("47111", -2_500, 0), ("52111", 0, -2_500)],
    )
    assert (balance(ledger, "47111"), len(open_ids(ledger))) == (0, 1)
    again = run(ledger)
    assert (again["confirmed"], again["proposed"]) == (0, 1)
    proposal = look(ledger, "proposed")["matches"][0]["id"]
    posted = do(ledger, lambda unit: confirm_proposal(unit, proposal))["posted"]
    assert (posted, balance(ledger, "47111")) == ("BF/BQ/2026/3", 2_500)


def test_undoing_needs_a_match_in_force_and_a_reason(ledger: Ledger) -> None:
    bring(ledger, statement([CHARGE]))
    run(ledger)
    assert refused(ledger, lambda unit: undo_match(unit, 9, "essai")).code == "match_unknown"
    assert refused(ledger, lambda unit: undo_match(unit, 1, "")).code == "reason_missing"
    do(ledger, lambda unit: undo_match(unit, 1, "essai"))
    assert refused(ledger, lambda unit: undo_match(unit, 1, "essai")).code == "match_undone"


def test_a_proposal_of_an_older_run_or_already_settled_is_refused(ledger: Ledger) -> None:
    bring(ledger, statement([CHARGE]))
    run(ledger)
    do(ledger, lambda unit: undo_match(unit, 1, "essai"))
    run(ledger)
    old = look(ledger, "proposed")["matches"][0]["id"]
    run(ledger)
    assert refused(ledger, lambda unit: confirm_proposal(unit, old)).code == "proposal_unknown"
    assert refused(ledger, lambda unit: confirm_proposal(unit, 999)).code == "proposal_unknown"
    impute(ledger, open_ids(ledger)[0])
    assert refused(ledger, lambda unit: confirm_proposal(unit, old + 1)).code == "proposal_stale"


def test_an_ambiguous_proposal_is_not_confirmed_as_it_is(ledger: Ledger) -> None:
    for name in ("A1", "B2"):
        enter(ledger, -900, march(10), name)
    bring(ledger, statement([Seen(march(10), -900, "VIREMENT")]))
    run(ledger)
    one = look(ledger, "ambiguous")["matches"][0]
    assert refused(ledger, lambda unit: confirm_proposal(unit, one["id"])).code == "proposal_ambiguous"


@pytest.mark.parametrize(("amount", "account"), [(750_000, "47121"), (-750_000, "47111")])
def test_a_line_goes_to_the_suspense_account_of_its_sign(amount: int, account: str, ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(12), amount, "SANS MENTION")]))
    done = impute(ledger, open_ids(ledger)[0])
    assert (done["account"], balance(ledger, account), balance(ledger, "52111")) == (account, -amount, amount)
    with ledger.read() as connection:
        entry = view_entry(connection, done["entry"])
    assert (entry["origin"], entry["origin_ref"], entry["date"]) == ("imputation", "statement_line:1", "2026-03-12")
    assert open_ids(ledger) == []


@pytest.mark.parametrize("account", ["65881", "47112", "52111", "99"])
def test_a_line_is_imputed_to_a_suspense_account_of_its_book_only(account: str, ledger: Ledger) -> None:
    bring(ledger, statement([UNKNOWN]))
    found = refused(ledger, lambda unit: impute_line(unit, open_ids(ledger)[0], "essai", account))
    assert (found.code, found.facts["known"][:2]) == ("imputation_account", ["47111", "47121"])


def test_a_recognised_credit_leaves_the_suspense_account_with_its_reference(ledger: Ledger) -> None:
    bring(ledger, statement([UNKNOWN]))
    line = open_ids(ledger)[0]
    impute(ledger, line)
    done = do(ledger, lambda u: regularise(u, str(line), "44871", "reconnu", reference="REV-BF-2026-02"))
    with ledger.read() as connection:
        entry = view_entry(connection, done["entry"])
    assert [(x["account"], x["debit"], x["credit"], x["reference"]) for x in entry["lines"]] == [
        ("47121", 750_000, 0, "REV-BF-2026-02"),
        ("44871", 0, 750_000, "REV-BF-2026-02"),
    ]
    assert (done["left"], balance(ledger, "47121")) == (0, 0)
    again = refused(ledger, lambda unit: regularise(unit, str(line), "44871", "encore"))
    assert again.code == "nothing_to_regularise"


def test_a_part_may_be_regularised_and_never_more_than_what_is_left(ledger: Ledger) -> None:
    bring(ledger, statement([UNKNOWN]))
    entry = impute(ledger, open_ids(ledger)[0])["entry"]
    assert do(ledger, lambda u: regularise(u, entry, "44871", "part", amount=700_000))["left"] == 50_000
    more = refused(ledger, lambda u: regularise(u, entry, "44871", "reste", amount=50_001))
    assert (more.code, more.facts["difference"]) == ("regularisation_too_large", 1)
    wrong = refused(ledger, lambda u: regularise(u, entry, "47111", "reste"))
    assert wrong.code == "regularisation_account"
    assert do(ledger, lambda u: regularise(u, entry, "44871", "reste"))["left"] == 0


def test_an_imputation_is_undone_once_its_regularisation_is_taken_back(ledger: Ledger) -> None:
    bring(ledger, statement([UNKNOWN]))
    entry = impute(ledger, open_ids(ledger)[0])["entry"]
    settled = do(ledger, lambda u: regularise(u, entry, "44871", "reconnu"))["entry"]
    assert refused(ledger, lambda unit: undo_match(unit, 1, "essai")).code == "imputation_regularised"
    do(ledger, lambda unit: reverse_entry(unit, settled, "negative", "erreur"))
    do(ledger, lambda unit: undo_match(unit, 1, "essai"))
    assert (balance(ledger, "47121"), balance(ledger, "44871"), balance(ledger, "52111")) == (0, 0, 0)


def test_after_the_take_over_an_expense_is_regularised_by_an_order(ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(12), -750, "PRELEVEMENT")]))
    entry = impute(ledger, open_ids(ledger)[0])["entry"]

    def end(unit: Any) -> Answer:
        row = {"id": 1, "until": march(31), "at": unit.now, "actor": unit.user.name, "command_id": unit.command_id}
        unit.connection.execute(insert(takeover_end).values(**row))
        return {}

    do(ledger, end)
    for day in (None, march(20)):
        found = refused(ledger, lambda unit, day=day: regularise(unit, entry, "6318", "frais", day=day))
        assert (found.code, found.facts["until"]) == ("regularisation_needs_order", march(31))


def test_a_past_decision_is_suggested_and_nothing_is_confirmed(ledger: Ledger) -> None:
    bring(ledger, statement([Seen(march(12), 750_000, "VIREMENT TRESORERIE REGIONALE")]))
    line = open_ids(ledger)[0]
    impute(ledger, line)
    do(ledger, lambda u: regularise(u, str(line), "44871", "reconnu"))
    later = statement([Seen(date(2026, 4, 9), 90_000, "VIREMENT TRESORERIE REGIONALE")], "4", 750_000,
                      date(2026, 4, 1), date(2026, 4, 30))  # fmt: skip
    bring(ledger, later)
    with ledger.read() as connection:
        found = suggestions(connection, "BF")
    assert [(one["amount"], one["choices"][0]["choice"]) for one in found] == [(90_000, "44871")]
    assert len(open_ids(ledger)) == 1


def test_only_the_accountant_of_the_book_decides(books_engine: Engine) -> None:
    people = (("admin", "administrator", None), ("comptable-bf", "accountant", "BF"),
              ("comptable-ml", "accountant", "ML"), ("controleur", "controller", None))  # fmt: skip
    ledger = prepared(books_engine, people)
    accountant = seen_by(ledger, "comptable-bf")
    bring(accountant, statement([UNKNOWN, CHARGE]))
    run(accountant)
    acts = (
        lambda unit: impute_line(unit, 1, "essai"),
        lambda unit: undo_match(unit, 1, "essai"),
        lambda unit: regularise(unit, "2", "6318", "essai"),
    )
    codes = []
    for name in ("comptable-ml", "controleur"):
        for act in acts:
            with pytest.raises(Refusal) as caught:
                do(seen_by(ledger, name), act)
            codes.append(caught.value.code)
    assert codes == ["book_forbidden"] * 3 + ["role_forbidden"] * 3


def test_a_search_that_ends_undecided_is_kept_and_seen_everywhere(ledger: Ledger) -> None:
    amounts = [1_000 + 7 * place for place in range(41)]
    for amount in amounts:
        enter(ledger, -amount, march(9), "BORD-77")
    bring(ledger, statement([Seen(march(10), 5 - sum(amounts), "VIREMENT MULTIPLE", "BORD-77")]))

    done = run(ledger)

    assert (done["confirmed"], done["ambiguous"], done["undecided"], done["open"]) == (0, 0, 1, 1)
    with ledger.read() as connection:
        one = list_matches(connection, "BF", "undecided")["matches"][0]
        told = suggestions(connection, "BF")
        standing = reconcile_status(connection, "BF")[0]
    assert (one["status"], [line["id"] for line in one["statement_lines"]], one["entry_lines"]) == (
        "undecided",
        [1],
        [],
    )
    assert one["reason"].startswith("Indécis dans la limite : 41 écritures peuvent entrer dans")
    assert one["nearest_rejected"].endswith("écart -45\u00a0455\u00a0F.")
    assert told[0]["search"]["nearest_rejected"] == one["nearest_rejected"]
    assert (standing["undecided"], standing["proposed"], standing["open_bank"]) == (1, 0, 1)
    with pytest.raises(Refusal) as refused:
        do(ledger, lambda unit: confirm_proposal(unit, one["id"]))
    assert refused.value.code == "proposal_undecided"
