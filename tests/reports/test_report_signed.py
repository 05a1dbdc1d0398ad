"""The reconciliation statement says who signed it, as known then."""

import datetime as dt
import json
from typing import Any

from reports.json_file import json_text
from tests.reconcile.banked import NOON, march
from tests.reconcile.signed import month_of_march, sign, with_keys
from tests.reports.worked import report_of

HOUR = dt.timedelta(hours=1)


def notes(engine: Any, **asked: Any) -> list[str]:
    table = report_of(engine, "reconciliation", book="BF", **{"as_of": march(31), **asked}).table("statement_BF")
    return [note.partition(" : ")[2] for note in table.notes[-2:]]


def test_a_statement_names_its_two_signatories_and_what_they_signed(books_engine: Any) -> None:
    ledger = with_keys(books_engine)
    month_of_march(ledger)
    digest = sign(ledger, "comptable-bf", now=NOON + HOUR)["sha256"]
    sign(ledger, "controleur", now=NOON + 2 * HOUR)
    assert notes(books_engine) == [
        f"comptable-bf, signé le 20/04/2026 à 13:00 UTC (Ed25519, empreinte {digest[:12]}).",
        f"controleur, signé le 20/04/2026 à 14:00 UTC (Ed25519, empreinte {digest[:12]}).",
    ]
    found = json.loads(json_text(report_of(books_engine, "reconciliation", book="BF", as_of=march(31))))
    assert found["signed"] == {"preparer": "comptable-bf", "reviewer": "controleur", "sha256": digest}


def test_before_the_second_signature_the_place_was_empty(books_engine: Any) -> None:
    ledger = with_keys(books_engine)
    month_of_march(ledger)
    sign(ledger, "comptable-bf", now=NOON + HOUR)
    sign(ledger, "controleur", now=NOON + 2 * HOUR)
    empty = "pas encore signé.   Nom, date et signature :"
    before = (NOON + HOUR).isoformat()
    assert [note == empty for note in notes(books_engine, as_known=before)] == [False, True]
    assert notes(books_engine, as_known=NOON.isoformat()) == [empty, empty]


def test_a_day_inside_a_month_bears_no_signature(books_engine: Any) -> None:
    ledger = with_keys(books_engine)
    month_of_march(ledger)
    sign(ledger, "comptable-bf")
    assert [note.startswith("pas encore signé") for note in notes(books_engine, as_of=march(30))] == [True, True]
