"""A pack made later, as the books were known then, is the pack stored then."""

import csv
import datetime as dt
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from ordered import SIGNERS, Office
from sqlalchemy import Engine

from ledger.mandates.handover import hand_over, sign_handover
from ledger.orders.order import Charge
from portal.verification import verify_books
from reports.audit.pack import write_pack
from reports.audit.pack_data import known_tables
from reports.audit.pack_scope import recorded_by
from reports.request import KnownUnreadable

TOLD = ("LISEZ-MOI.txt", "SHA256SUMS")
"""Files that say that the books are shown as known, and their list."""

REFERENCE = {
    "account", "account_crosswalk", "book", "check_item", "journal", "ledger_info", "levy_deadline", "levy_exemption",
    "levy_rate", "order_move", "reference_seal",
}  # fmt: skip
"""Tables that no command fills: those of the installation."""


def pack(engine: Engine, out: Path, **asked: Any) -> dict[str, bytes]:
    """The files of a pack."""
    with engine.connect() as connection, connection.begin():
        write_pack(connection, verify_books(connection), out, **asked)
    with zipfile.ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def a_month(office: Office) -> None:
    """An order paid from two books, another waiting for its visa."""
    number = office.order(charges=(Charge("BF", 400_000), Charge("ML", 300_000)))
    for name in ("commit", "visa", "verify", "authorise", "accept"):
        office.act(number, name)
    office.act(office.order(50_000), "commit")


def the_next(office: Office) -> None:
    """The order is paid, the other gets its visa, a third comes, money comes in, the office changes hands."""
    office.later(days=3)
    office.act("2026-0001", "pay")
    office.act("2026-0002", "visa")
    office.until("accept", 20_000)
    office.receive("ML", 70_000)
    office.later(hours=1)
    office.perform("adm", lambda unit: hand_over(unit, "bfo", "2026-03-05T10:00", "Acte fictif", state="BF") and None)
    office.perform("mlo", lambda unit: sign_handover(unit, 1, SIGNERS["mlo"], "") and None)


@pytest.fixture
def office(books_engine: Engine) -> Office:
    ready = Office(books_engine).set_up()
    a_month(ready)
    return ready


def test_a_pack_as_known_then_is_the_pack_stored_then(office: Office, tmp_path: Path) -> None:
    stored = pack(office.engine, tmp_path / "alors.zip")
    then = office.now
    the_next(office)
    made_again = pack(office.engine, tmp_path / "encore.zip", as_known=then.isoformat())
    assert sorted(made_again) == sorted(stored)
    assert [name for name in stored if made_again[name] != stored[name] and name not in TOLD] == []
    now = pack(office.engine, tmp_path / "maintenant.zip")
    assert now["exports/fec.txt"] != stored["exports/fec.txt"]
    assert len([name for name in now if name.startswith("mandats/remises/")]) == 2


def test_the_read_me_says_what_was_known_and_keeps_the_control_totals(office: Office, tmp_path: Path) -> None:
    then = office.now
    the_next(office)
    told = pack(office.engine, tmp_path / "encore.zip", as_known=then.isoformat())["LISEZ-MOI.txt"].decode("utf-8-sig")
    assert "Tel que connu : 02/03/2026 à 09:00:00 UTC (écriture n° 4)" in told
    assert "Écritures : 4     Lignes : 8" in told


def test_a_pack_up_to_a_day_leaves_the_entries_dated_after_it_out_but_for_the_chain(
    office: Office, tmp_path: Path
) -> None:
    day = dt.date(2026, 2, 28)
    files = pack(office.engine, tmp_path / "fevrier.zip", as_of=day)
    rows = list(csv.DictReader(files["exports/fec.txt"].decode().splitlines(), delimiter="\t"))
    assert {row["EcritureDate"] for row in rows} == {"20260227"}
    assert len(files["exports/chaine.jsonl"].splitlines()) == 4
    told = files["LISEZ-MOI.txt"].decode("utf-8-sig")
    assert "Arrêté au : 28/02/2026" in told
    assert "Écritures : 3     Lignes : 6" in told
    assert [name for name in files if name.startswith("ordres/")] == []
    assert json.loads(files["verification/tetes.json"])["BF"]["entries"] == 2


def test_every_table_that_commands_fill_is_cut_where_the_commands_were() -> None:
    assert {table.name for table in known_tables() if not recorded_by(table, 1)} == REFERENCE


def test_a_knowledge_that_names_nothing_is_refused(office: Office, tmp_path: Path) -> None:
    with pytest.raises(KnownUnreadable):
        pack(office.engine, tmp_path / "x.zip", as_known="hier")
    assert [one.name for one in tmp_path.iterdir() if not one.name.startswith("pcaes.db")] == []


def test_a_day_before_the_books_gives_a_pack_without_entries(office: Office, tmp_path: Path) -> None:
    files = pack(office.engine, tmp_path / "vide.zip", as_of=dt.date(2025, 12, 31))
    assert len(files["exports/fec.txt"].splitlines()) == 1
