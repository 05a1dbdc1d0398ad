"""The books for other programs: hledger and beancount accept them and find our balances, the FEC keeps its columns."""

import csv
import datetime as dt
import json
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from ledger import verify_chain
from ledger.balance import known_entry, totals
from ledger.checks.chain import heads
from ledger.commands import post
from ledger.entry import EntryDraft, Line
from ledger.entry_file import read_entries
from ledger.post import post_entries
from ledger.unit import Ledger
from reports.exports.beancount import beancount
from reports.exports.chain import chain
from reports.exports.entries import Selection, one_line
from reports.exports.fec import COLUMNS, LINE_END, fec
from reports.exports.file import write_lines
from reports.exports.hledger import hledger
from tests.reconcile.banked import Seen, bring, enter, march, prepared, run, statement
from tests.reports.worked import ACTS, entry, hour, posted

HOSTILE = (
    '=1+1; date:1999-01-01 [2020-02-30] \t"tab"\r\nRetour | barre ; 5 EUR\u2028ligne\x85x\x07 \\ fin\\',
    "* (BF/OD/2026/1)  deux espaces, type:A",
    "2026-01-01 open Assets:Faux\n  Assets:Faux  5 XOF",
)
NAMES = {
    "hledger": (hledger, ".journal"), "beancount": (beancount, ".beancount"), "fec": (fec, ".txt"),
    "chain": (chain, ".jsonl"),
}  # fmt: skip


def hostile(place: int, label: str) -> EntryDraft:
    """An entry whose every text is hostile, as a program that calls the library could give it."""
    lines = (Line("6318", debit=100 + place), Line("47113", credit=100 + place))
    told = tuple(line._replace(label=label, reference=label) for line in lines)
    return EntryDraft("NE", "OD", dt.date(2026, 4, 10 + place), label, label, told)


def filled(engine: Engine) -> Ledger:
    """Transfers, a negative correction and hostile texts in the three books."""
    posted(engine)
    ledger = Ledger(engine, "installation", clock=lambda: hour(len(ACTS) + 1))
    drafts = [hostile(place, label) for place, label in enumerate(HOSTILE)]
    ledger.perform("hostile", lambda unit: post(unit, drafts))
    return ledger


def lines_of(engine: Engine, name: str, selection: Selection | None = None) -> list[str]:
    with engine.connect() as connection:
        return list(NAMES[name][0](connection, selection or Selection()))


def written(engine: Engine, name: str, folder: Path, selection: Selection | None = None) -> Path:
    file = folder / f"livres{NAMES[name][1]}"
    write_lines(file, lines_of(engine, name, selection), LINE_END if name == "fec" else "\n")
    return file


def ours(engine: Engine) -> dict[tuple[str, str], int]:
    """Debit less credit of every account of every book that is not at zero."""
    with engine.connect() as connection:
        found = totals(connection, known=known_entry(connection, None))
    return {key: debit - credit for key, (debit, credit) in found.items() if debit != credit}


def run_program(program: str, *arguments: str) -> str:
    """What a program says; it must end well."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed on this machine")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def hledger_balances(file: Path) -> dict[tuple[str, str], int]:
    out = run_program("hledger", "-f", str(file), "balance", "--flat", "-N", "-O", "csv")
    rows = list(csv.reader(out.splitlines()))[1:]
    return {
        (name.split(":")[0], name.split(":")[1]): int(amount.split()[0])
        for name, amount in rows
        if name and amount != "0"
    }


def beancount_balances(file: Path) -> tuple[list[Any], dict[tuple[str, str], int]]:
    """The errors of the loader, and the sums that beancount makes of the postings."""
    from beancount import loader
    from beancount.core import data

    entries, errors, _ = loader.load_file(str(file))
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for one in entries:
        if isinstance(one, data.Transaction):
            for posting in one.postings:
                _, book, number = posting.account.split(":")
                assert posting.units.currency == "XOF"
                assert posting.units.number == int(posting.units.number)
                sums[book, number] += int(posting.units.number)
    return errors, {key: amount for key, amount in sums.items() if amount}


def test_hledger_accepts_the_books_strictly_and_finds_our_balances(books_engine: Engine, tmp_path: Path) -> None:
    filled(books_engine)
    file = written(books_engine, "hledger", tmp_path)
    run_program("hledger", "-f", str(file), "check", "--strict")
    run_program("hledger", "-f", str(file), "check", "ordereddates")
    assert hledger_balances(file) == ours(books_engine)


def test_hledger_reads_as_many_entries_as_the_books_have(sqlite_books: Any, tmp_path: Path) -> None:
    engine = _engine(sqlite_books)
    filled(engine)
    file = written(engine, "hledger", tmp_path)
    out = run_program("hledger", "-f", str(file), "print", "-O", "csv")
    codes = {row["code"] for row in csv.DictReader(out.splitlines())}
    with engine.connect() as connection:
        assert len(codes) == known_entry(connection, None)
    engine.dispose()


def test_beancount_accepts_the_books_and_finds_our_balances(books_engine: Engine, tmp_path: Path) -> None:
    filled(books_engine)
    errors, sums = beancount_balances(written(books_engine, "beancount", tmp_path))
    assert errors == []
    assert sums == ours(books_engine)


def test_beancount_would_notice_a_wrong_balance(sqlite_books: Any, tmp_path: Path) -> None:
    engine = _engine(sqlite_books)
    filled(engine)
    file = written(engine, "beancount", tmp_path)
    file.write_text(
        file.read_text("utf-8").replace("balance Assets:NE:52113  248500", "balance Assets:NE:52113  1"), "utf-8"
    )
    errors, _ = beancount_balances(file)
    assert len(errors) == 1
    engine.dispose()


def fec_rows(lines: Iterable[str]) -> list[dict[str, str]]:
    rows = [line.split("\t") for line in lines]
    assert {len(row) for row in rows} == {18}
    assert tuple(rows[0]) == COLUMNS
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows[1:]]


def francs(amount: str) -> int:
    whole, cents = amount.split(",")
    assert cents == "00"
    return int(whole)


def test_the_fec_sums_to_our_balances_whatever_the_labels(books_engine: Engine) -> None:
    filled(books_engine)
    rows = fec_rows(lines_of(books_engine, "fec"))
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        sums[row["JournalCode"][:2], row["CompteNum"]] += francs(row["Debit"]) - francs(row["Credit"])
    assert {key: amount for key, amount in sums.items() if amount} == ours(books_engine)
    back = [row for row in rows if row["EcritureNum"] == "BF-OD-2026-000002"]
    assert [(row["Debit"], row["Credit"]) for row in back] == [("-70000,00", "0,00"), ("0,00", "-70000,00")]


def test_the_fec_of_a_matched_line_says_the_match(sqlite_books: Any) -> None:
    engine = _engine(sqlite_books)
    ledger = prepared(engine)
    enter(ledger, 5_000, march(5), "REF-77", other="44871")
    bring(ledger, statement([Seen(march(5), 5_000, "VIREMENT REF-77", "REF-77")]))
    run(ledger)
    rows = fec_rows(lines_of(engine, "fec"))
    assert [(row["CompteNum"], row["EcritureLet"], row["DateLet"]) for row in rows] == [
        ("52111", "R1", "20260420"),
        ("44871", "", ""),
    ]
    engine.dispose()


def test_one_book_of_one_year_stands_alone(sqlite_books: Any) -> None:
    engine = _engine(sqlite_books)
    filled(engine)
    rows = fec_rows(lines_of(engine, "fec", Selection("ML", 2026)))
    assert {row["JournalCode"] for row in rows} == {"ML-BQ", "ML-OD"}
    assert fec_rows(lines_of(engine, "fec", Selection("ML", 2025))) == []
    engine.dispose()


def test_balances_carried_forward_are_counted_once(sqlite_books: Any, tmp_path: Path) -> None:
    engine = _engine(sqlite_books)
    ledger = filled(engine)
    before = ours(engine)
    _carry_forward(engine, ledger, before)
    assert hledger_balances(written(engine, "hledger", tmp_path)) == before
    errors, sums = beancount_balances(written(engine, "beancount", tmp_path))
    assert (errors, sums) == ([], before)
    only = hledger_balances(written(engine, "hledger", tmp_path, Selection(None, 2027)))
    assert only == {key: amount for key, amount in before.items() if key[0] == "BF"}
    engine.dispose()


def _carry_forward(engine: Engine, ledger: Ledger, balances: dict[tuple[str, str], int]) -> None:
    """The opening entry of 2027 in the book of Burkina Faso, as the closing of a year records it."""
    own = [(number, amount) for (book, number), amount in balances.items() if book == "BF"]
    document = entry("BF", "AN", "2027-01-01", "AN-2027", *own)
    draft = read_entries({"entries": [document]}, "an.json")[0]._replace(origin="opening")
    made: list[Any] = []

    def act(unit: Any) -> dict[str, Any]:
        made.extend(post_entries(unit, [draft]))
        return {}

    ledger.perform("à-nouveaux", act)
    with engine.connect().execution_options(write=True) as connection, connection.begin():
        triggers = connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'year_event'")
        ).scalars()
        for name in list(triggers):
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(
            text(
                "INSERT INTO year_event (id, book, year, action, entry_id, at, actor, command_id) VALUES"
                " (1, 'BF', 2027, 'opening', :entry, '2027-01-02T00:00:00.000000Z', 'x', 1)"
            ),
            {"entry": made[0].id},
        )


def test_the_exported_chain_is_verified_by_the_program_that_stands_alone(
    books_engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled(books_engine)
    file = written(books_engine, "chain", tmp_path)
    with books_engine.connect() as connection:
        noted = heads(connection)
    expected = tmp_path / "tetes.json"
    expected.write_text(json.dumps({"heads": noted}), "utf-8")
    assert verify_chain.main([str(file), "--expect-heads", str(expected)]) == 0
    assert f"NE : {noted['NE']['entries']} écritures, tête {noted['NE']['hash']}" in capsys.readouterr().out
    shortened = file.read_text("utf-8").splitlines(keepends=True)[:-1]
    file.write_text("".join(shortened), "utf-8")
    assert verify_chain.main([str(file), "--expect-heads", str(expected)]) == 1


def test_the_same_books_give_the_same_files_on_both_engines(sqlite_books: Any, postgres_books: Any) -> None:
    files = []
    for database in (sqlite_books, postgres_books):
        engine = _engine(database)
        filled(engine)
        files.append({name: lines_of(engine, name) for name in NAMES})
        engine.dispose()
    assert files[0] == files[1]


def test_empty_books_are_accepted(sqlite_books: Any, tmp_path: Path) -> None:
    engine = _engine(sqlite_books)
    run_program("hledger", "-f", str(written(engine, "hledger", tmp_path)), "check", "--strict")
    assert beancount_balances(written(engine, "beancount", tmp_path)) == ([], {})
    assert fec_rows(lines_of(engine, "fec")) == []
    engine.dispose()


@given(st.text())
def test_a_text_stays_on_one_line_of_one_field(given_text: str) -> None:
    cleaned = one_line(given_text)
    assert cleaned.splitlines() in ([], [cleaned])
    assert "\t" not in cleaned
    assert cleaned == cleaned.strip()


def test_a_text_keeps_its_letters() -> None:
    assert one_line("Dépôt\tn° 7\r\n– reçu « A »") == "Dépôt n° 7 – reçu « A »"


def _engine(database: Any) -> Engine:
    from ledger.engine import open_engine

    return open_engine(database.url)
