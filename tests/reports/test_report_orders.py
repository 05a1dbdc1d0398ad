"""The state of payment orders and the record of a handover: figures by hand, controls that hold."""

import io
from typing import Any

import pytest
from ordered import SIGNERS, Office, all_passed
from sqlalchemy import Engine

from ledger.mandates.handover import hand_over, sign_handover
from ledger.orders.order import Charge
from reports.handover import HandoverAbsent
from reports.workbook.write import write_workbook
from tests.reports.worked import report_of, rows_of

TWO = (Charge("BF", 400_000), Charge("ML", 300_000))


@pytest.fixture
def office(books_engine: Engine) -> Office:
    """One order on two books, paid in one of them three days later; one accepted; one requisitioned; one draft."""
    ready = Office(books_engine).set_up()
    number = ready.order(charges=TWO)
    for name in ("commit", "visa", "verify", "authorise", "accept"):
        ready.act(number, name)
    ready.later(days=3)
    ready.act(number, "pay")
    ready.until("accept", 100_000)
    third = ready.until("authorise", 50_000)
    ready.act(third, "suspend", results=all_passed("accBF", "account_imputed"))
    ready.act(third, "requisition", "mlo", reason="Continuité du service")
    ready.order(20_000)
    return ready


def failing(report: Any) -> list[str]:
    return [control.title for control in report.controls if not control.holds]


def test_the_register_shows_every_charge_with_its_stage(office: Office) -> None:
    found = report_of(office.engine, "orders")
    assert rows_of(found, "register", "number", "book", "amount", "stage_title", "days_total") == [
        ("2026-0001", "BF", 400_000, "payé", 3),
        ("2026-0001", "ML", 300_000, "ordonnancé", 3),
        ("2026-0002", "BF", 100_000, "pris en charge", 0),
        ("2026-0003", "BF", 50_000, "réquisitionné", 0),
        ("2026-0004", "BF", 20_000, "projet", 0),
    ]
    assert rows_of(found, "stages", "stage", "count", "amount") == [
        ("projet", 1, 20_000),
        ("ordonnancé", 1, 300_000),
        ("pris en charge", 1, 100_000),
        ("payé", 1, 400_000),
        ("réquisitionné", 1, 50_000),
    ]
    assert failing(found) == []


def test_delays_and_requisitions_are_stated(office: Office) -> None:
    found = report_of(office.engine, "orders")
    assert rows_of(found, "delays", "step", "count", "days", "mean", "longest")[-1] == (
        "Pris en charge → payé", 1, 3, "3,00", 3,
    )  # fmt: skip
    assert rows_of(found, "requisitions", "number", "amount", "suspension", "reason") == [
        ("2026-0003", 50_000, "Exacte imputation de la dépense : motif écrit", "Continuité du service")
    ]


def test_every_signature_is_in_the_register(office: Office) -> None:
    found = report_of(office.engine, "orders")
    assert rows_of(found, "signatures", "number", "act_title", "book", "person") == [
        ("2026-0001", "ordonnancement", "tous", "mlo"),
        ("2026-0002", "ordonnancement", "tous", "mlo"),
        ("2026-0003", "ordonnancement", "tous", "mlo"),
        ("2026-0003", "réquisition", "BF", "mlo"),
    ]
    assert rows_of(report_of(office.engine, "orders", book="ML"), "signatures", "number") == [("2026-0001",)]


def test_one_book_and_an_earlier_day_show_what_was(office: Office) -> None:
    import datetime as dt

    assert rows_of(report_of(office.engine, "orders", book="ML"), "register", "number", "amount") == [
        ("2026-0001", 300_000)
    ]
    earlier = report_of(office.engine, "orders", as_of=dt.date(2026, 3, 2))
    assert rows_of(earlier, "register", "number", "book", "stage_title") == [
        ("2026-0001", "BF", "pris en charge"),
        ("2026-0001", "ML", "ordonnancé"),
    ]
    assert failing(earlier) == []


@pytest.mark.parametrize("name", ["orders", "handover"])
def test_the_workbooks_are_written_the_same_twice(name: str, office: Office) -> None:
    office.later(hours=1)
    office.perform("adm", lambda unit: hand_over(unit, "bfo", "2026-03-05T10:00", "Acte", state="BF") and None)
    one, two = io.BytesIO(), io.BytesIO()
    write_workbook(report_of(office.engine, name), one)
    office.later(hours=1)
    write_workbook(report_of(office.engine, name), two)
    assert one.getvalue() == two.getvalue()
    assert len(one.getvalue()) > 8_000


def test_the_record_has_a_place_for_both_signatures(office: Office) -> None:
    with pytest.raises(HandoverAbsent):
        report_of(office.engine, "handover")
    office.later(hours=2)
    office.perform("adm", lambda unit: hand_over(unit, "bfo", "2026-03-05T10:00", "Acte", state="BF") and None)
    office.perform("mlo", lambda unit: sign_handover(unit, 1, SIGNERS["mlo"], "Réserve fictive") and None)
    found = report_of(office.engine, "handover")
    assert rows_of(found, "signatures", "part", "signed_at", "reservations")[0] == (
        "ordonnateur sortant", "05/03/2026 à 11:00", "Réserve fictive",
    )  # fmt: skip
    part, at, place = rows_of(found, "signatures", "part", "signed_at", "reservations")[1]
    assert (part, at, set(place)) == ("ordonnateur entrant", "à signer", {".", " "})
    assert ("Arrêtée au", "05/03/2026 à 10:00 (heure de Ouagadougou)") in rows_of(found, "record", "what", "value")
    assert rows_of(found, "stages", "stage", "count", "action", "amount") == [
        ("projet", 1, "—", 20_000),
        ("ordonnancé", 1, "confirmer ou renvoyer", 300_000),
        ("pris en charge", 1, "confirmer ou renvoyer", 100_000),
        ("payé", 1, "—", 400_000),
        ("réquisitionné", 1, "confirmer ou renvoyer", 50_000),
    ]
    assert rows_of(found, "balances", "account", "balance") == [
        ("52111", 600_000),
        ("52112", 1_000_000),
        ("52113", 1_000_000),
    ]
    assert failing(found) == []
