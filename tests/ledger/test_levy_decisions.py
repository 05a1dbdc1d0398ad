"""Rates, deadlines, exemptions, holidays decided: one at each date, never retroactive without saying what changes."""

import datetime as dt
import tempfile
from typing import Any

import pytest
from attack import insert
from behind import behind_the_guards
from databases import Database
from hypothesis import given, settings
from hypothesis import strategies as some
from levying import chain, exempt, figures, month, take
from posting import NOON, failed, write
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from ledger.engine import open_engine
from ledger.guards import guard_name
from ledger.levy.anomalies import anomalies
from ledger.levy.decisions import (
    Decision,
    DecisionDated,
    DecisionRetroactive,
    DecisionUnchanged,
    DecisionUnreadable,
    check_decision,
    decide,
    holidays_decided,
    list_decisions,
)
from ledger.levy.law import levy_law
from ledger.setup import create_books
from ledger.unit import Ledger
from ledger.users import RoleForbidden, User
from reports.audit.working_time import ClosedDays

TODAY = NOON.date()
FIRST = dt.date(2026, 5, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def rate(value: int, since: str) -> Decision:
    return Decision("rate", day(since), "Décision fictive", "essai", value)


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books at noon on 2 April 2026, one month of 2025 and one of 2026 declared."""
    found = Ledger(books_engine, "installation", clock=lambda: NOON)
    take(found, month(period="2025-06"), exempt(period="2025-06"), month(period="2026-02"))
    return found


def decided(ledger: Ledger, decision: Decision, **named: Any) -> dict[str, Any]:
    return ledger.perform("decide", lambda unit: decide(unit, decision, **named), payload=[*decision, named])


def test_a_rate_to_come_changes_nothing_declared_and_is_in_force_from_its_day(ledger: Ledger) -> None:
    done = decided(ledger, rate(75, "2026-05-01"))
    assert (done["changes"], done["expected_difference"], done["decision"]["retroactive"]) == ([], 0, False)
    with ledger.read() as connection:
        law = levy_law(connection)
    assert [(one.from_date, one.per_ten_thousand) for one in law.rates] == [
        (day("2025-03-28"), 50),
        (day("2026-05-01"), 75),
    ]
    assert (law.rate("2026-04"), law.rate("2026-05")) == (law.rates[0], law.rates[1])
    assert failed(ledger) == []


def test_a_rate_that_reaches_back_is_refused_with_what_it_would_change_then_taken_knowingly(ledger: Ledger) -> None:
    with pytest.raises(DecisionRetroactive) as told:
        decided(ledger, rate(75, "2026-01-01"))
    assert (told.value.facts["months"], told.value.facts["difference"], told.value.facts["today"]) == (
        1,
        500_000,
        TODAY,
    )
    assert figures(chain(ledger), "expected") == [(1_000_000,), (1_000_000,)]
    done = decided(ledger, rate(75, "2026-01-01"), retroactive=True)
    assert done["changes"] == [
        {"book": "BF", "office": "BF901", "period": "2026-02", "what": "expected", "before": 1_000_000,
         "after": 1_500_000}
    ]  # fmt: skip
    assert figures(chain(ledger), "expected") == [(1_000_000,), (1_500_000,)]
    assert failed(ledger) == []


def test_what_was_known_before_a_decision_is_seen_without_it(ledger: Ledger) -> None:
    with ledger.read() as connection:
        last = connection.exec_driver_sql("SELECT max(id) FROM command_log").scalar()
    decided(ledger, rate(75, "2026-01-01"), retroactive=True)
    assert figures(chain(ledger, known_command=last), "expected") == [(1_000_000,), (1_000_000,)]


def test_a_second_decision_of_the_same_day_replaces_the_first_only_when_asked(ledger: Ledger) -> None:
    decided(ledger, rate(75, "2026-05-01"))
    with pytest.raises(DecisionDated) as told:
        decided(ledger, rate(80, "2026-05-01"))
    assert told.value.facts["found"] == "0,75 %"
    done = decided(ledger, rate(80, "2026-05-01"), correct=True)
    assert done["decision"]["replaces"] == 1
    with ledger.read() as connection:
        known = [(one["words"], one["replaced"]) for one in list_decisions(connection, "rate")]
    assert known == [("0,50 %", False), ("0,75 %", True), ("0,80 %", False)]
    assert failed(ledger) == []


def test_a_shipped_rule_is_replaced_only_when_asked(ledger: Ledger) -> None:
    with pytest.raises(DecisionDated):
        decided(ledger, rate(40, "2025-03-28"), retroactive=True)
    decided(ledger, rate(40, "2025-03-28"), retroactive=True, correct=True)
    assert figures(chain(ledger), "expected") == [(800_000,), (800_000,)]


@pytest.mark.parametrize(
    "decision",
    [
        rate(50, "2026-05-01"),
        Decision("deadline", day("2026-05-01"), "D", "r", 15),
        Decision("exemption", day("2026-05-01"), "D", "r", None, "E03", "Aides, dons et subventions"),
        Decision("exemption", day("2026-05-01"), "D", "r", None, "E10", "Livres", in_force=False),
    ],
)
def test_deciding_what_is_in_force_already_is_refused(decision: Decision, ledger: Ledger) -> None:
    with pytest.raises(DecisionUnchanged):
        decided(ledger, decision)


@pytest.mark.parametrize(
    ("decision", "fault"),
    [
        (rate(10_001, "2026-05-01"), "la valeur 10001 est hors des bornes, attendu de 0 à 10000"),
        (rate(75, "2026-05-01")._replace(reason=" "), "attendu une référence juridique et un motif"),
        (rate(75, "2026-05-01")._replace(status="sure"), "le fondement « sure » est inconnu, attendu established, "
         "to_confirm, disputed"),
        (rate(75, "1926-05-01"), "la date d'effet est hors du siècle"),
        (Decision("deadline", day("2026-05-01"), "D", "r", 367),
         "la valeur 367 est hors des bornes, attendu de 0 à 366"),
        (Decision("exemption", day("2026-05-01"), "D", "r", None, "E10"), "attendu un intitulé"),
        (Decision("exemption", day("2026-05-01"), "D", "r", None, "E 10", "Livres"),
         "le code « E 10 » ne convient pas, attendu de 1 à 10 lettres ou chiffres"),
        (Decision("holiday", day("2026-05-01"), "D", "r", None, "FR", "Fête"),
         "le livre « FR » est inconnu, attendu BF, ML, NE"),
    ],
)  # fmt: skip
def test_a_decision_that_cannot_be_used_says_why(decision: Decision, fault: str) -> None:
    with pytest.raises(DecisionUnreadable) as told:
        check_decision(decision)
    assert told.value.facts["fault"] == fault


def test_an_accountant_does_not_decide(ledger: Ledger) -> None:
    def act(unit: Any) -> Any:
        unit.user = User("comptable", "accountant", "BF")
        return decide(unit, rate(75, "2026-05-01"))

    with pytest.raises(RoleForbidden):
        ledger.perform("decide", act)


def test_a_deadline_moves_the_due_dates_and_a_new_code_is_taken_in_a_return(ledger: Ledger) -> None:
    done = decided(ledger, Decision("deadline", day("2026-02-01"), "D", "r", 20), retroactive=True)
    assert [(one["period"], one["before"], one["after"]) for one in done["changes"]] == [
        ("2026-02", "2026-03-15", "2026-03-20")
    ]
    decided(ledger, Decision("exemption", day("2026-03-01"), "D", "r", None, "E10", "Livres"), retroactive=True)
    take(ledger, month(period="2026-03"), exempt(period="2026-03", code="E10"), name="mars.csv")
    assert figures(chain(ledger), "period", "exempt_base")[2] == ("2026-03", 40_000_000)
    assert failed(ledger) == []


def test_the_end_of_an_exemption_shows_the_values_that_lose_it(ledger: Ledger) -> None:
    done = decided(
        ledger, Decision("exemption", day("2025-06-01"), "D", "r", None, "E03", "Aides", in_force=False),
        retroactive=True,
    )  # fmt: skip
    assert [(one["period"], one["before"], one["after"]) for one in done["changes"]] == [("2025-06", 40_000_000, 0)]
    with ledger.read() as connection:
        found = [(one.code, one.period, one.amount) for one in anomalies(chain(ledger), levy_law(connection))]
    assert ("exempt_not_in_force", "2025-06", 40_000_000) in found


def test_a_holiday_of_a_state_is_known_and_can_be_worked_after_all(ledger: Ledger) -> None:
    feast = Decision("holiday", day("2026-05-27"), "Décret fictif", "lune", None, "BF", "Fête fictive")
    decided(ledger, feast)
    with ledger.read() as connection:
        assert holidays_decided(connection, "BF") == {day("2026-05-27"): "Fête fictive"}
        assert holidays_decided(connection, "ML") == {}
    decided(ledger, feast._replace(in_force=False), correct=True)
    with ledger.read() as connection:
        assert holidays_decided(connection, "BF") == {day("2026-05-27"): None}


def test_the_test_of_closed_days_knows_the_days_decided() -> None:
    decided_days = {"BF": {day("2026-05-20"): "Fête fictive", day("2026-08-05"): None}}
    days = ClosedDays(decided=decided_days)
    assert days.reason("BF", day("2026-05-20")) == "Fête fictive"
    assert days.reason("ML", day("2026-05-20")) is None
    assert (ClosedDays().reason("BF", day("2026-08-05")), days.reason("BF", day("2026-08-05"))) == (
        "Fête nationale", None,
    )  # fmt: skip


GOOD = {
    "id": 2, "kind": "rate", "code": "", "from_date": "2026-06-01", "value": 60, "in_force": True, "title": "Taux",
    "legal_reference": "D", "status": "established", "reason": "r", "retroactive": False, "replaces": None,
    "command_id": 1,
}  # fmt: skip
ATTACKS: dict[str, tuple[str, dict[str, Any]]] = {
    "a number left out": ("levy_decision_sequence", {"id": 7}),
    "two of one day": ("levy_decision_replaces", {"from_date": "2026-05-01"}),
    "replacing another day": ("levy_decision_replaces", {"replaces": 1}),
    "a rate without value": ("levy_decision_kind", {"value": None}),
    "a rate not in force": ("levy_decision_kind", {"in_force": False}),
    "an unknown kind": ("levy_decision_kind", {"kind": "tax"}),
    "a rate over all": ("levy_decision_value", {"value": 10_001}),
    "a deadline over a year": ("levy_decision_value", {"kind": "deadline", "value": 367}),
    "a holiday elsewhere": ("levy_decision_book", {"kind": "holiday", "code": "FR", "value": None}),
    "no act": ("levy_decision_texts", {"legal_reference": ""}),
    "no reason": ("levy_decision_texts", {"reason": ""}),
    "no title": ("levy_decision_texts", {"title": ""}),
    "an unknown status": ("levy_decision_status", {"status": "sure"}),
    "a day out of the calendar": ("levy_decision_dates", {"from_date": "1026-06-01"}),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_on_the_decisions_meets_its_guard(attack: str, ledger: Ledger, owner_engine: Engine) -> None:
    decided(ledger, rate(75, "2026-05-01"))
    guard, change = ATTACKS[attack]
    with pytest.raises(DBAPIError) as told:
        write(Ledger(owner_engine), insert("levy_decision", **{**GOOD, **change}))
    assert told.value.orig is not None
    assert guard_name(told.value.orig) == guard


def test_the_decision_that_the_attacks_change_would_enter(ledger: Ledger, owner_engine: Engine) -> None:
    decided(ledger, rate(75, "2026-05-01"))
    write(Ledger(owner_engine), insert("levy_decision", **GOOD))
    with ledger.read() as connection:
        assert [one["value"] for one in list_decisions(connection, "rate")] == [50, 75, 60]


@pytest.mark.parametrize("statement", ["UPDATE levy_decision SET value = 1", "DELETE FROM levy_decision"])
def test_a_decision_never_changes_nor_goes(statement: str, ledger: Ledger, owner_engine: Engine) -> None:
    decided(ledger, rate(75, "2026-05-01"))
    with pytest.raises(DBAPIError) as told:
        write(Ledger(owner_engine), statement)
    assert told.value.orig is not None
    assert guard_name(told.value.orig) == "levy_decision_append_only"


@pytest.mark.parametrize("change", ["retroactive = NOT retroactive", "replaces = 1", "from_date = '2020-01-01'"])
def test_a_decision_altered_behind_the_guards_is_noticed(change: str, ledger: Ledger, books: Database) -> None:
    decided(ledger, rate(75, "2026-05-01"))
    with behind_the_guards(books) as connection, connection.begin():
        if books.backend == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = 'replica'")
        connection.exec_driver_sql(f"UPDATE levy_decision SET {change}")
    assert "levy_decisions" in failed(ledger)


@settings(max_examples=25)
@given(some.lists(some.tuples(some.integers(0, 40), some.integers(0, 300)), max_size=12))
def test_at_each_date_the_rate_is_the_last_word_of_the_last_day_before_it(acts: list[tuple[int, int]]) -> None:
    model = {day("2025-03-28"): 50}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/essai.db"
        create_books(url, fictional=True)
        engine = open_engine(url)
        ledger = Ledger(engine, "installation", clock=lambda: NOON)
        for after, value in acts:
            on = FIRST + dt.timedelta(days=after)
            try:
                decided(ledger, rate(value, on.isoformat()), correct=True)
            except DecisionUnchanged:
                continue
            model[on] = value
        with ledger.read() as connection:
            law = levy_law(connection)
        assert {one.from_date: one.per_ten_thousand for one in law.rates} == model
        assert failed(ledger) == []
        engine.dispose()
