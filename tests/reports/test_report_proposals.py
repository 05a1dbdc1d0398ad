"""The suspense report says which credits a declared remittance explains, and what to type."""

import csv
import io
import json
import shlex
from datetime import UTC, date, datetime
from typing import Any

import pytest
from levying import month, take
from openpyxl import load_workbook
from sqlalchemy import Engine

from ledger.unit import Ledger
from reconcile.impute import impute_line
from reconcile.regularise import regularise
from reports.csv_file import csv_lines
from reports.dataset import Report
from reports.json_file import json_text
from reports.workbook.write import write_workbook
from tests.reconcile.banked import Seen, bring, do, march, prepared, run, statement
from tests.reports.worked import report_of, rows_of

EARLY = Seen(march(10), 900_000, "VIR RECU TRESOR FICTIF REV BF901 202602", bank_reference="B77")
REFERENCE = "REV-BF901-2026-02"
SHOWN = (
    "BF/47121", "BF/BQ/2026/1", date(2026, 3, 10), 900_000, 850_000, "44871", REFERENCE,
)  # fmt: skip
KEYS = ("account", "entry", "date", "left", "amount", "to", "reference")


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """A credit imputed to 47121 before customs declare, in March, a remittance of 850 000 francs."""
    ledger = prepared(books_engine)
    bring(ledger, statement((EARLY,)))
    run(ledger)
    do(ledger, lambda unit: impute_line(unit, 1, "à identifier"))
    return ledger


def declare(ledger: Ledger) -> None:
    """Customs declare the remittance of the tenth of March."""
    take(ledger, month("BF901", "2026-02", 170_000_000, 850_000, reference=REFERENCE, day="2026-03-10"))


def suspense(ledger: Ledger, **asked: Any) -> Report:
    """The report on the three books."""
    return report_of(ledger.engine, "suspense", **asked)


def test_before_customs_declare_the_table_is_there_and_empty(ledger: Ledger) -> None:
    assert list(suspense(ledger).table("regularisations").each()) == []


def test_the_proposal_stands_with_its_reason_and_the_command(ledger: Ledger) -> None:
    declare(ledger)
    found = suspense(ledger)
    assert rows_of(found, "regularisations", *KEYS) == [SHOWN]
    assert rows_of(found, "regularisations", "reason", "command") == [
        (
            "Porte la référence REV-BF901-2026-02, déclarée depuis ; reste à créditer 850\u00a0000 ; 50\u00a0000 "
            "restent à expliquer.",
            "pcaes reconcile regularise BF/BQ/2026/1 --account 44871 --reference REV-BF901-2026-02 --amount 850000 "
            "--reason 'reversement REV-BF901-2026-02 déclaré depuis'",
        )
    ]
    assert ("Régularisations proposées", 1) in found.provenance.counts


def test_the_command_typed_as_it_stands_settles_the_item(ledger: Ledger) -> None:
    declare(ledger)
    words = shlex.split(rows_of(suspense(ledger), "regularisations", "command")[0][0])
    given = dict(zip(words[4::2], words[5::2], strict=True))
    assert words[:4] == ["pcaes", "reconcile", "regularise", "BF/BQ/2026/1"]
    do(
        ledger,
        lambda unit: regularise(
            unit, words[3], given["--account"], given["--reason"], reference=given["--reference"],
            amount=int(given["--amount"]),
        ),
    )  # fmt: skip
    after = suspense(ledger)
    assert rows_of(after, "regularisations", *KEYS) == []
    assert rows_of(after, "items", "open") == [(-50_000,)]


def test_workbook_csv_and_json_give_the_same_proposal(ledger: Ledger) -> None:
    declare(ledger)
    found = suspense(ledger)
    table = found.table("regularisations")
    (row,) = table.each()
    (as_json,) = json.loads(json_text(found))["tables"]["regularisations"]
    assert as_json == {
        column.key: cell.isoformat() if isinstance(cell, date) else cell
        for column, cell in zip(table.columns, row, strict=True)
    }
    (_, as_csv) = csv.reader(io.StringIO("".join(csv_lines(table)), newline=""), delimiter=";")
    assert as_csv == [str(cell) for cell in as_json.values()]
    stream = io.BytesIO()
    write_workbook(found, stream)
    sheet = load_workbook(stream)["Régularisations proposées"]
    cells = [[cell.value for cell in line] for line in sheet.iter_rows()]
    place = next(number for number, line in enumerate(cells) if line[0] == "BF/47121")
    assert [cells[place][1], *cells[place][4:]] == [row[1], *row[4:]]
    link = sheet.cell(place + 1, 2).hyperlink
    assert link.location.startswith("Suspens!") or link.location.startswith("'Suspens'!")


def test_as_known_before_the_return_nothing_was_proposed(ledger: Ledger) -> None:
    declare(Ledger(ledger.engine, "installation", clock=lambda: datetime(2026, 4, 21, 12, tzinfo=UTC)))
    assert rows_of(suspense(ledger, as_known="2026-04-20"), "regularisations", *KEYS) == []
    assert rows_of(suspense(ledger, as_known="2026-04-21"), "regularisations", *KEYS) == [SHOWN]


def test_a_remittance_sent_after_the_day_of_the_report_explains_nothing_yet(ledger: Ledger) -> None:
    take(ledger, month("BF901", "2026-02", 170_000_000, 850_000, reference=REFERENCE, day="2026-03-20"))
    late = Seen(march(31), -5_000, "FRAIS DE TENUE DE COMPTE")
    bring(ledger, statement((EARLY, late), number="2"))
    do(ledger, lambda unit: impute_line(unit, 2, "frais"))
    assert rows_of(suspense(ledger, as_of=date(2026, 3, 15)), "regularisations", *KEYS) == []
    assert rows_of(suspense(ledger, as_of=date(2026, 3, 20)), "regularisations", *KEYS) == [SHOWN]


def test_a_proposal_for_a_past_day_does_not_see_the_regularisation_made_since(ledger: Ledger) -> None:
    declare(ledger)
    do(
        ledger,
        lambda unit: regularise(
            unit, "BF/BQ/2026/1", "44871", "reconnu", reference=REFERENCE, amount=850_000, day=date(2026, 4, 15)
        ),
    )
    assert rows_of(suspense(ledger), "regularisations", *KEYS) == []
    assert rows_of(suspense(ledger, as_of=date(2026, 3, 31)), "regularisations", *KEYS) == [SHOWN]
