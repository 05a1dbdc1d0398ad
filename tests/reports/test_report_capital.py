"""The capital report of a worked register: figures by hand, controls that hold, the document that scripts read."""

import datetime as dt
import io
from typing import Any

from capital_books import BILLION, call, day, do, opened, order_entry, played, posted
from sqlalchemy import Engine

from ledger.capital.levy_payment import pay_from_levy
from ledger.capital.register import add_receipt, cancel, pay_from_budget
from reports.json_file import document, json_text
from reports.workbook.write import write_workbook
from tests.reconcile.banked import Seen, bring, prepared, run, statement
from tests.reports.worked import report_of, rows_of


def report(engine: Engine, **asked: Any) -> Any:
    return report_of(engine, "capital", **asked)


def test_the_document_has_the_shape_that_scripts_rely_on(books_engine: Engine) -> None:
    played(opened(books_engine))
    found = document(report(books_engine))
    assert found["total"] == 500 * BILLION
    assert {
        key: found["by_state"][0][key] for key in ("state", "subscribed", "called", "paid", "to_pay", "to_call")
    } == {
        "state": "BF",
        "subscribed": 170 * BILLION,
        "called": 20 * BILLION,
        "paid": 8 * BILLION,
        "to_pay": 12 * BILLION,
        "to_call": 150 * BILLION,
    }
    assert found["paid_percent"] == 1.6
    assert [(one["state"], one["reference"], one["amount"], one["source"]) for one in found["payments"]] == [
        ("BF", "RECU-1", 5 * BILLION, "budget"),
        ("BF", "OP-1", 3 * BILLION, "levy"),
    ]
    assert '"paid_percent": 1.6' in json_text(report(books_engine))


def test_every_control_ties_the_register_to_the_books(books_engine: Engine) -> None:
    played(opened(books_engine))
    found = report(books_engine)
    assert len(found.controls) == 16
    assert [control.title for control in found.controls if not control.holds] == []


def test_an_order_accepted_and_not_declared_shows_as_a_difference(books_engine: Engine) -> None:
    ledger = opened(books_engine)
    played(ledger)
    posted(ledger, order_entry("BF", "OP-2", 1_000))
    broken = [control for control in report(books_engine).controls if not control.holds]
    assert [(control.title, control.value, control.wanted) for control in broken] == [
        (
            "Burkina Faso (BF) — registre = solde du compte 48132 (débit +, crédit −)",
            -12 * BILLION,
            -12 * BILLION + 1_000,
        )
    ]


def test_the_stages_add_up_to_the_capital(books_engine: Engine) -> None:
    played(opened(books_engine))
    rows = rows_of(report(books_engine), "stages", "paid", "called_not_paid", "subscribed_not_called", "not_subscribed")
    assert [sum(column) for column in zip(*rows, strict=True)] == [8 * BILLION, 52 * BILLION, 440 * BILLION, 0]


def test_calls_show_their_delay(books_engine: Engine) -> None:
    played(opened(books_engine))
    found = report(books_engine, as_of=dt.date(2026, 1, 31))
    assert rows_of(found, "calls", "state", "remaining", "late", "days_late") == [
        ("BF", 12 * BILLION, 12 * BILLION, 47),
        ("ML", 20 * BILLION, 20 * BILLION, 47),
        ("NE", 20 * BILLION, 20 * BILLION, 47),
    ]


def test_the_report_can_be_made_again_as_it_was_known(books_engine: Engine) -> None:
    ledger = opened(books_engine)
    played(ledger)
    with books_engine.connect() as connection:
        from ledger.balance import known_entry

        known = known_entry(connection, None)
    before = report(books_engine, as_of=dt.date(2026, 1, 31), as_known=str(known))
    do(ledger, cancel, "pay", "BF", "RECU-1", day("2026-01-04"), "erreur")
    do(ledger, pay_from_budget, "ML", BILLION, day("2025-12-01"), "RECU-9")
    again = report(books_engine, as_of=dt.date(2026, 1, 31), as_known=str(known))
    assert document(again) == document(before)
    now = document(report(books_engine, as_of=dt.date(2026, 1, 31)))
    assert [one["paid"] for one in now["by_state"]] == [3 * BILLION, BILLION, 0]
    assert now["payments"][1]["cancelled"] == "2026-01-04"


def test_a_levy_payment_shows_its_bank_line_and_its_receipt(sqlite_books: Any) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    ledger = prepared(engine)
    small = 5_000
    from capital_books import subscribed

    subscribed(ledger)
    do(ledger, call, "BF", small, day("2025-09-15"), day("2025-12-15"), "APPEL-1")
    draft = order_entry("BF", "OP-5", small, "2026-03-04")
    paid = draft._replace(
        document="PAI-5",
        journal="BQ",
        date=dt.date(2026, 3, 5),
        lines=(
            draft.lines[1]._replace(debit=small, credit=0, reference="OP-5"),
            draft.lines[1]._replace(account="52111", reference="OP-5"),
        ),
    )
    posted(ledger, draft, paid)
    do(ledger, pay_from_levy, "BF", small, day("2026-03-05"), "OP-5")
    assert rows_of(report(engine), "payments", "bank_line", "receipt") == [("pas encore vue", "à joindre")]
    bring(ledger, statement([Seen(dt.date(2026, 3, 6), -small, "VIREMENT OP-5", "OP-5")]))
    run(ledger)
    do(ledger, add_receipt, "BF", "OP-5", "BCID-77", day("2026-03-09"))
    assert rows_of(report(engine), "payments", "bank_line", "receipt", "receipt_date") == [
        ("relevé 3, ligne 1 du 06/03/2026", "BCID-77", dt.date(2026, 3, 9))
    ]
    engine.dispose()


def test_one_state_can_be_shown_alone_against_the_whole_capital(books_engine: Engine) -> None:
    played(opened(books_engine))
    found = report(books_engine, book="ML")
    assert rows_of(found, "calls", "state") == [("ML",)]
    assert rows_of(found, "payments", "state") == []
    assert len(rows_of(found, "positions", "state")) == 3
    write_workbook(found, io.BytesIO())


def test_the_workbook_is_the_same_bytes_each_time_and_exists_for_an_empty_register(sqlite_books: Any) -> None:
    from ledger.engine import open_engine

    engine = open_engine(sqlite_books.url)
    write_workbook(report(engine), io.BytesIO())
    played(opened(engine))
    files = []
    for _ in range(2):
        stream = io.BytesIO()
        write_workbook(report(engine), stream)
        files.append(stream.getvalue())
    assert files[0] == files[1]
    engine.dispose()
