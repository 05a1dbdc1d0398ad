"""A run on real books, on each engine: what is matched, what the rules post, what a second run finds."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from ledger.correct import reverse_entry
from ledger.entry_view import view_entry
from ledger.refusal import Refusal
from ledger.tables.periods import period_event, takeover_end
from ledger.unit import Ledger
from portal.verification import verify_books
from reconcile.matches import list_matches, reconcile_status
from reconcile.matching.declarations import Declarations, DeclaredRemittance
from reconcile.runs import list_runs
from tests.reconcile.banked import Seen, bring, do, enter, march, prepared, run, seen_by, statement

ACCOUNTANTS = (
    ("admin", "administrator", None),
    ("comptable-bf", "accountant", "BF"),
    ("comptable-ml", "accountant", "ML"),
    ("auditeur", "auditor", None),
)
CHARGE = Seen(march(31), -2_500, "FRAIS DE TENUE DE COMPTE", type="NCHG", bank_reference="FR0331")


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books, three bound accounts, no user."""
    return prepared(books_engine)


def confirmed(ledger: Ledger) -> list[dict[str, Any]]:
    """The confirmed matches of the book BF."""
    with ledger.read() as connection:
        found: list[dict[str, Any]] = list_matches(connection, "BF", "confirmed")["matches"]
    return found


def names(match: dict[str, Any]) -> list[str]:
    """The entry lines of a match as people write them."""
    return [f"{x['book']}/{x['journal']}/{x['year']}/{x['number']}:{x['line']}" for x in match["entry_lines"]]


def test_a_payment_is_matched_by_its_reference(ledger: Ledger) -> None:
    paid = enter(ledger, -40_000, march(9), "OP-2026-0012")
    bring(ledger, statement([Seen(march(10), -40_000, "VIREMENT EMIS", "OP-2026-0012")]))

    done = run(ledger)

    assert (done["lines"], done["confirmed"], done["open"]) == (1, 1, 0)
    one = confirmed(ledger)[0]
    assert (one["pass"], names(one), one["posted"]) == ("reference", [f"{paid}:1"], False)


def test_a_charge_is_posted_to_the_suspense_account_and_its_match_names_the_entry(ledger: Ledger) -> None:
    bring(ledger, statement([CHARGE]))

    done = run(ledger)

    one = confirmed(ledger)[0]
    assert (done["confirmed"], one["pass"], one["posted"]) == (1, "rule_charge", True)
    assert names(one) == ["BF/BQ/2026/1:2"]
    with ledger.read() as connection:
        entry = view_entry(connection, "BF/BQ/2026/1")
    assert [(x["account"], x["debit"], x["credit"]) for x in entry["lines"]] == [
        ("47111", 2_500, 0),
        ("52111", 0, 2_500),
    ]
    assert (entry["date"], entry["origin"]) == ("2026-03-31", "statement")


def test_a_declared_remittance_is_credited_with_its_reference(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    row = DeclaredRemittance("REV-BF-2026-02", "BF", "BF-OUAGA", "2026-02", 900_000)
    monkeypatch.setattr("reconcile.run.declarations_of", lambda _connection, _book: Declarations((row,)))
    bring(ledger, statement([Seen(march(12), 900_000, "VIR TRESOR REV-BF-2026-02", "REV-BF-2026-02")]))

    run(ledger)

    with ledger.read() as connection:
        entry = view_entry(connection, "BF/BQ/2026/1")
    assert [(x["account"], x["debit"], x["credit"], x["reference"]) for x in entry["lines"]] == [
        ("52111", 900_000, 0, "REV-BF-2026-02"),
        ("44871", 0, 900_000, "REV-BF-2026-02"),
    ]


def test_a_second_run_finds_nothing_new(ledger: Ledger) -> None:
    enter(ledger, -40_000, march(9), "OP-2026-0012")
    bring(ledger, statement([Seen(march(10), -40_000, "VIREMENT", "OP-2026-0012"), CHARGE, Seen(march(11), 70)]))
    run(ledger)
    before = confirmed(ledger)

    again = run(ledger)

    assert (again["lines"], again["confirmed"], again["open"]) == (1, 0, 1)
    assert confirmed(ledger) == before


def test_lines_after_the_last_day_wait(ledger: Ledger) -> None:
    bring(ledger, statement([CHARGE]))
    assert run(ledger, until=march(30))["lines"] == 0
    assert run(ledger, until=march(31))["confirmed"] == 1


@pytest.mark.parametrize(("who", "code"), [("auditeur", "role_forbidden"), ("comptable-ml", "book_forbidden")])
def test_another_person_does_not_reconcile_the_book(who: str, code: str, books_engine: Engine) -> None:
    ledger = prepared(books_engine, ACCOUNTANTS)
    with pytest.raises(Refusal) as refused:
        run(seen_by(ledger, who))
    assert refused.value.code == code


def test_a_book_that_does_not_exist_is_refused(ledger: Ledger) -> None:
    with pytest.raises(Refusal) as refused:
        run(ledger, "XX")
    assert refused.value.code == "book_unknown"


def test_the_entry_of_a_closed_month_goes_to_the_first_open_one(ledger: Ledger) -> None:
    def close(unit: Any) -> dict[str, Any]:
        for place, month in enumerate((3, 4), start=1):
            unit.connection.execute(
                insert(period_event).values(
                    id=place, book="BF", year=2026, period=month, action="close", known_entry=0, at=unit.now,
                    actor=unit.user.name, command_id=unit.command_id,
                )
            )  # fmt: skip
        return {}

    do(ledger, close)
    bring(ledger, statement([CHARGE]))
    run(ledger)

    with ledger.read() as connection:
        entry = view_entry(connection, "BF/BQ/2026/1")
    assert (entry["date"], entry["document_date"]) == ("2026-05-01", "2026-03-31")


def test_an_entry_corrected_before_the_bank_saw_it_waits_for_nothing(ledger: Ledger) -> None:
    wrong = enter(ledger, -40_000, march(9), "OP-2026-0012")
    do(ledger, lambda unit: reverse_entry(unit, wrong, "negative", "montant faux"))
    with ledger.read() as connection:
        assert list_matches(connection, "BF")["open"]["entry_lines"] == []


def test_the_order_of_arrival_changes_nothing(books_engine: Engine, tmp_path: Any) -> None:
    from ledger.engine import open_engine
    from ledger.setup import create_books

    lines = [
        Seen(march(10), -40_000, "VIREMENT", "OP-2026-0012"),
        Seen(march(11), -40_000, "VIREMENT", "OP-2026-0013"),
        Seen(march(12), -5_000, "CHEQUE"),
    ]
    told = []
    for place, order in enumerate(itertools.permutations(range(3))):
        create_books(f"sqlite:///{tmp_path}/{place}.db", fictional=True)
        engine = open_engine(f"sqlite:///{tmp_path}/{place}.db")
        ledger = prepared(engine)
        for rank in order:
            enter(ledger, lines[rank].amount, march(9), lines[rank].reference or "CHQ")
        for rank in order:
            day = lines[rank].day
            bring(ledger, statement([lines[rank]], number=f"{rank}", start=day, end=day))
        done = run(ledger)
        reasons = sorted((one["pass"], one["statement_lines"][0]["amount"], one["reason"]) for one in confirmed(ledger))
        told.append((done, reasons))
        engine.dispose()
    assert told[0][0]["confirmed"] == 3
    assert [one for one in told if one != told[0]] == []


def test_a_run_that_stops_half_way_leaves_nothing_and_the_next_does_it_all(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(ledger, -40_000, march(9), "OP-2026-0012")
    bring(ledger, statement([Seen(march(10), -40_000, "VIREMENT", "OP-2026-0012"), CHARGE]))
    with monkeypatch.context() as broken:
        broken.setattr("reconcile.run._store_proposals", stopped)
        with pytest.raises(RuntimeError, match="coupure"):
            run(ledger)
    assert confirmed(ledger) == []
    assert run(ledger)["confirmed"] == 2
    with ledger.read() as connection:
        told = [(one["id"], one["by"], one["confirmed"], one["open"]) for one in list_runs(connection, "BF")]
    assert told == [(1, "installation", 2, 0)]


def stopped(*_given: Any) -> None:
    """The machine stops."""
    raise RuntimeError("coupure")


def test_two_accountants_reconcile_at_once(books_engine: Engine) -> None:
    ledger = prepared(books_engine, ACCOUNTANTS)
    for who, book in (("comptable-bf", "BF"), ("comptable-ml", "ML")):
        bring(seen_by(ledger, who), statement([CHARGE, Seen(march(10), 5)]), book)
    with ThreadPoolExecutor(2) as two:
        first = two.submit(run, seen_by(ledger, "comptable-bf"), "BF")
        second = two.submit(run, seen_by(ledger, "comptable-ml"), "ML")
    assert (first.result()["confirmed"], second.result()["confirmed"]) == (1, 1)
    with ledger.read() as connection:
        assert sorted(one["book"] for one in list_runs(connection)) == ["BF", "ML"]
        assert [one["name"] for one in verify_books(connection)["checks"] if not one["ok"]] == []


def test_a_charge_is_still_posted_once_the_take_over_is_over(ledger: Ledger) -> None:
    def end(unit: Any) -> dict[str, Any]:
        row = {"id": 1, "until": march(1), "at": unit.now, "actor": unit.user.name, "command_id": unit.command_id}
        unit.connection.execute(insert(takeover_end).values(**row))
        return {}

    do(ledger, end)
    bring(ledger, statement([CHARGE]))
    assert run(ledger)["confirmed"] == 1


def test_the_status_counts_what_is_left(ledger: Ledger) -> None:
    enter(ledger, -70, march(9), "OP-1")
    bring(ledger, statement([CHARGE, Seen(march(11), 900)]))
    run(ledger)
    with ledger.read() as connection:
        one = reconcile_status(connection, "BF")[0]
    assert {name: one[name] for name in one if name != "last_run"} == {
        "book": "BF", "lines": 2, "matched": 1, "open_bank": 1, "open_bank_amount": 900, "open_book": 1,
        "open_book_amount": -70, "finished": True, "proposed": 0, "ambiguous": 0, "undecided": 0, "signed_until": None,
    }  # fmt: skip
