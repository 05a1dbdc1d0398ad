"""Credits of the bank seen by the levy: before the reconciliation, beside a direct entry, and after it."""

from datetime import date
from pathlib import Path

import pytest
from levying import chain, credit, figures, month, take
from posting import NOON, do, failed, seal
from sqlalchemy import Engine

from ledger.bank_accounts import bind
from ledger.levy.anomalies import anomalies
from ledger.levy.law import levy_law
from ledger.levy.remittances import declared_remittances
from ledger.unit import Ledger
from reconcile.import_files import import_file
from reconcile.run import run_book

IBAN = "BF42BF9990100102025000011784"
STATEMENT = f""":20:FICTIF
:25:{IBAN}
:28C:1/1
:60F:C250701XOF0,
:61:2507100710C1000000,NTRFREV-BF901-2025-06//B1
:86:VIR RECU TRESOR FICTIF
:61:2507110711C500,NTRFNONREF//B2
:86:VERSEMENT SANS MOTIF
:61:2507120712C75,NTRFNONREF//B3
:86:VIR RECU COMPTE ERRONE
:61:2507130712RC75,NTRFNONREF//B4
:86:EXTOURNE
:62F:C250713XOF1000500,
-
"""
NAMES = ("office", "credited", "not_booked")


@pytest.fixture
def ledger(books_engine: Engine, tmp_path: Path) -> Ledger:
    """Fictional books with one month declared and one statement imported, nothing reconciled."""
    found = Ledger(books_engine, "installation", clock=lambda: NOON)
    do(found, bind, "BF", IBAN)
    take(found, month())
    file = tmp_path / "releve.sta"
    file.write_text(STATEMENT, encoding="utf-8")
    assert import_file(found, file, None)["status"] == "imported"
    return found


def test_a_credit_of_the_statement_counts_before_the_books_hold_it(ledger: Ledger) -> None:
    assert figures(chain(ledger), *NAMES) == [("BF901", 1_000_000, 1_000_000), (None, 500, 500)]
    assert figures(chain(ledger, known=1), *NAMES) == [("BF901", 0, 0)]
    assert failed(ledger) == []


def test_a_credit_that_an_entry_bears_already_is_not_counted_twice(ledger: Ledger) -> None:
    seal(ledger, credit(1_000_000, "REV-BF901-2025-06", day=date(2025, 7, 10)))
    assert figures(chain(ledger), *NAMES) == [("BF901", 1_000_000, 0), (None, 500, 500)]


def test_the_reconciliation_books_the_remittance_and_changes_no_total(ledger: Ledger) -> None:
    do(ledger, run_book, "BF")
    assert figures(chain(ledger), *NAMES) == [("BF901", 1_000_000, 0), (None, 500, 500)]
    with ledger.read() as connection:
        (row,) = declared_remittances(connection, "BF")
    assert (row.amount, row.credited) == (1_000_000, 1_000_000)
    again = do(ledger, run_book, "BF")
    assert again["confirmed"] == 0
    assert failed(ledger) == []


def test_a_credit_beyond_what_is_declared_stays_with_its_office_and_is_told(ledger: Ledger) -> None:
    take(ledger, month(remitted=600_000), name="rectifie.csv")
    do(ledger, run_book, "BF")
    found = chain(ledger)
    assert figures(found, *NAMES) == [("BF901", 1_000_000, 1_000_000), (None, 500, 500)]
    with ledger.read() as connection:
        told = anomalies(found, levy_law(connection))
    assert [(one.code, one.amount) for one in told] == [("over_credited", 400_000), ("restated", None)]
