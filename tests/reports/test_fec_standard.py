"""The FEC against the standard itself: article A 47 A-1 of the French *livre des procédures fiscales*, part VII."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ordered import PAYEE, Office
from posting import NOON, seal
from sqlalchemy import Engine

from ledger.capital.register import subscribe
from ledger.entry import EntryDraft, Line
from ledger.unit import Ledger
from portal.cli.call import call
from reports.exports.entries import Selection
from reports.exports.fec import LINE_END, fec
from reports.exports.file import write_lines
from tests.reconcile.banked import IBAN, prepared

NAMES = (
    "JournalCode JournalLib EcritureNum EcritureDate CompteNum CompteLib CompAuxNum CompAuxLib PieceRef PieceDate "
    "EcritureLib Debit Credit EcritureLet DateLet ValidDate Montantdevise Idevise"
)
MUST = ("JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "PieceRef", "PieceDate",
        "EcritureLib", "Debit", "Credit", "ValidDate")  # fmt: skip
TOGETHER = (("CompAuxNum", "CompAuxLib"), ("EcritureLet", "DateLet"), ("Montantdevise", "Idevise"))
AMOUNT = re.compile(r"-?[0-9]+,[0-9]{2}")


def read_fec(content: bytes) -> tuple[list[str], list[dict[str, str]]]:
    """The headings and the rows of a file: UTF-8 without mark, tabulations, CR LF."""
    text = content.decode("utf-8")
    assert not text.startswith("\ufeff")
    assert text.endswith("\r\n")
    lines = text.removesuffix("\r\n").split("\r\n")
    names = lines[0].split("\t")
    return names, [dict(zip(names, line.split("\t"), strict=True)) for line in lines[1:]]


def is_day(text: str) -> bool:
    try:
        return f"{dt.date(int(text[:4]), int(text[4:6]), int(text[6:])):%Y%m%d}" == text
    except ValueError:
        return False


def cents(amount: str) -> int:
    """The hundredths of an amount, whatever stands between its figures: its form is looked at elsewhere."""
    return int(re.sub(r"[^0-9-]", "", amount) or 0)


def wrong_rows(rows: list[dict[str, str]]) -> Iterator[str]:
    """What each row alone breaks."""
    for place, row in enumerate(rows, 2):
        yield from (f"line {place}: {name} is empty" for name in MUST if not row[name].strip())
        for name in ("EcritureDate", "PieceDate", "ValidDate"):
            if not is_day(row[name]):
                yield f"line {place}: {name} is « {row[name]} »"
        if row["DateLet"] and not is_day(row["DateLet"]):
            yield f"line {place}: DateLet is « {row['DateLet']} »"
        yield from (f"line {place}: {pair}" for pair in TOGETHER if bool(row[pair[0]]) != bool(row[pair[1]]))
        if not re.fullmatch(r"[1-9][0-9]{2,}", row["CompteNum"]):
            yield f"line {place}: account {row['CompteNum']}"
        if not AMOUNT.fullmatch(row["Debit"]) or not AMOUNT.fullmatch(row["Credit"]):
            yield f"line {place}: {row['Debit']} / {row['Credit']}"
        elif ("0,00" in (row["Debit"], row["Credit"])) == (row["Debit"] == row["Credit"]):
            yield f"line {place}: a line is a debit or a credit"
        if any(sign in value for value in row.values() for sign in "\t\r\n"):
            yield f"line {place}: a field is not on one line"


def wrong_entries(rows: list[dict[str, str]]) -> Iterator[str]:
    """What rows break together: order of validation, one number one entry, balance, numbers without holes."""
    if [row["ValidDate"] for row in rows] != sorted(row["ValidDate"] for row in rows):
        yield "the entries are not in the order of their validation"
    heads: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    sums: dict[str, int] = defaultdict(int)
    runs: list[str] = []
    for row in rows:
        number = row["EcritureNum"]
        heads[number].add(tuple(row[name] for name in ("JournalCode", "EcritureDate", "PieceRef", "ValidDate")))
        sums[number] += cents(row["Debit"]) - cents(row["Credit"])
        if not runs or runs[-1] != number:
            runs.append(number)
    yield from (f"entry {number} has several heads" for number, found in heads.items() if len(found) > 1)
    yield from (f"entry {number} is out by {amount}" for number, amount in sums.items() if amount)
    if len(runs) != len(set(runs)):
        yield "an entry is interrupted by another"
    series: dict[str, list[int]] = defaultdict(list)
    for number in runs:
        name, _, rank = number.rpartition("-")
        series[name].append(int(rank))
    yield from (f"{name}: numbers {found}" for name, found in series.items() if found != [*range(1, len(found) + 1)])
    titles: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        titles[row["CompAuxNum"]].add(row["CompAuxLib"])
    yield from (f"{number}: names {found}" for number, found in titles.items() if len(found) > 1)


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """The rows of the demonstration's file."""
    out = tmp_path_factory.mktemp("fec")
    call(("demo", "--out", str(out), "--json"), database="sqlite:///unused.db", actor=None)
    names, rows = read_fec((out / "fec.txt").read_bytes())
    assert " ".join(names) == NAMES
    return rows


def test_the_file_of_a_year_and_a_half_keeps_the_standard(demonstration: list[dict[str, str]]) -> None:
    assert list(wrong_rows(demonstration)) == []
    assert list(wrong_entries(demonstration)) == []


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("CompteLib", "", "CompteLib is empty"),
        ("EcritureDate", "20260230", "EcritureDate is"),
        ("CompAuxNum", "X", "CompAuxNum"),
        ("CompteNum", "5A", "account 5A"),
        ("Debit", "12.00", "12.00"),
        ("Debit", "7,00", "a line is a debit or a credit|is out by"),
        ("ValidDate", "20200101", "order of their validation"),
        ("EcritureNum", "BF-BQ-2026-999999", "numbers|interrupted"),
    ],
)
def test_a_file_that_breaks_the_standard_is_seen(
    demonstration: list[dict[str, str]], name: str, value: str, said: str
) -> None:
    place = next(place for place, row in enumerate(demonstration) if place > 50 and row["CompAuxNum"] == "")
    rows = [*demonstration[:place], {**demonstration[place], name: value}, *demonstration[place + 1 :]]
    found = " ".join((*wrong_rows(rows), *wrong_entries(rows)))
    assert any(one in found for one in said.split("|"))


def test_lines_of_third_parties_name_them(demonstration: list[dict[str, str]]) -> None:
    named: dict[str, list[str]] = defaultdict(list)
    for row in demonstration:
        named[row["CompteNum"][:4]].append(row["CompAuxNum"])
    assert {one for one in named["5211"] if not one} == set()
    assert set(named["2621"]) == set(named["4813"]) == {"BF", "ML", "NE"}
    assert {one[:2] for one in named["4487"] if one} == {"BF", "ML", "NE"}
    assert sum(not one for one in named["4487"]) / len(named["4487"]) < 0.01
    assert set(named["7101"]) == {""}
    assert {one for one in named["4011"] if not one} == set()


def rows_of(engine: Engine, folder: Path) -> list[dict[str, str]]:
    file = folder / "fec.txt"
    with engine.connect() as connection:
        write_lines(file, fec(connection, Selection()), LINE_END)
    return read_fec(file.read_bytes())[1]


def test_the_payee_of_an_order_is_the_third_party_of_its_debt(books_engine: Engine, tmp_path: Path) -> None:
    prepared(books_engine)
    Office(books_engine).set_up().until("pay", 30_000)
    rows = rows_of(books_engine, tmp_path)
    found = {(row["CompteNum"], row["CompAuxNum"], row["CompAuxLib"]) for row in rows if row["JournalCode"] != "ML-BQ"}
    assert ("40111", PAYEE.iban, PAYEE.name) in found
    assert ("52111", IBAN["BF"], "Banque du compte Burkina Faso") in found
    assert ("65881", "", "") in found


def test_a_debt_taken_over_is_known_by_its_reference_under_its_first_words(
    books_engine: Engine, tmp_path: Path
) -> None:
    def taken_over(document: str, reference: str | None, label: str | None, *amounts: int) -> EntryDraft:
        own = Line("40111", *amounts, label, reference)
        lines = (own, Line("65881", *reversed(amounts)))
        return EntryDraft("BF", "OD", dt.date(2026, 3, 5), document, "Reprise", lines)

    ledger = Ledger(books_engine, "installation", clock=lambda: NOON)
    seal(
        ledger,
        taken_over("D1", "OPF-1", "Bénéficiaire fictif", 0, 900),
        taken_over("D2", "OPF-1", "Virement à ce bénéficiaire", 900, 0),
        taken_over("D3", "OPF-2", None, 0, 800),
        taken_over("D4", None, "Quelqu'un", 0, 700),
    )
    found = [
        (row["PieceRef"], row["CompAuxNum"], row["CompAuxLib"])
        for row in rows_of(books_engine, tmp_path)
        if row["CompteNum"] == "40111"
    ]
    assert found == [
        ("D1", "OPF-1", "Bénéficiaire fictif"),
        ("D2", "OPF-1", "Bénéficiaire fictif"),
        ("D3", "OPF-2", "Reprise"),
        ("D4", "", ""),
    ]


def test_a_line_under_the_number_of_an_order_names_its_payee(books_engine: Engine, tmp_path: Path) -> None:
    prepared(books_engine)
    office = Office(books_engine).set_up()
    office.until("pay", 30_000)
    with books_engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT number FROM payment_order").scalar_one()
    own, other = Line("40111", 500, 0, "Reprise", number), Line("65881", 0, 500)
    seal(office.ledger("accBF"), EntryDraft("BF", "OD", dt.date(2026, 4, 5), "OD-9", "Rectification", (own, other)))
    rows = [row for row in rows_of(books_engine, tmp_path) if row["PieceRef"] == "OD-9"]
    assert [(row["CompAuxNum"], row["CompAuxLib"]) for row in rows] == [(PAYEE.iban, PAYEE.name), ("", "")]


def test_the_shareholder_is_the_third_party_of_the_capital(books_engine: Engine, tmp_path: Path) -> None:
    office = Office(books_engine).set_up(money=0)

    def act(unit: Any) -> Any:
        return subscribe(unit, "ML", 5_000_000, dt.date(2026, 3, 1), "SOUS-1")

    office.perform("accML", act)
    assert [(row["CompteNum"], row["CompAuxNum"], row["CompAuxLib"]) for row in rows_of(books_engine, tmp_path)] == [
        ("2621", "ML", "Mali"),
        ("48131", "ML", "Mali"),
    ]
