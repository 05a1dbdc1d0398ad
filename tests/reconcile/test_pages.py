"""Pages of one statement that the bank sent in several files."""

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select

from ledger.unit import Ledger
from reconcile.import_files import import_files
from reconcile.inspect import inspect_files
from reconcile.pages import together
from reconcile.statements import list_statements
from reconcile.tables import statement_file, statement_line
from tests.reconcile.banked import IBAN, prepared

CAMT = (
    '<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">'
    "<BkToCstmrStmt><GrpHdr><MsgId>{message}</MsgId>{of_message}</GrpHdr><Stmt><Id>S</Id><ElctrncSeqNb>7</ElctrncSeqNb>"
    "{of_statement}<Acct><Id><IBAN>{account}</IBAN></Id></Acct>{balance}"
    '<Ntry><Amt Ccy="XOF">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>'
    "<BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry></Stmt></BkToCstmrStmt></Document>"
)
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy="XOF">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>2026-03-{}</Dt></Dt></Bal>"
)
AMOUNTS = (10, 20, 30)


@pytest.fixture
def ledger(books_engine: Engine) -> Ledger:
    """Fictional books, three bound accounts, no user."""
    return prepared(books_engine)


def camt_page(number: int, *, by_statement: bool = False) -> bytes:
    """One of the three pages of statement 7; each page is a message of its own when the statement is paged."""
    paging = f"Pgntn><PgNb>{number}</PgNb><LastPgInd>{'true' if number == 3 else 'false'}</LastPgInd>"
    balances = {1: BALANCE.format("OPBD", 1_000, "01"), 3: BALANCE.format("CLBD", 1_060, "31")}
    return CAMT.format(
        message=f"M{number}" if by_statement else "M",
        of_message="" if by_statement else f"<Msg{paging}</MsgPgntn>",
        of_statement=f"<Stmt{paging}</StmtPgntn>" if by_statement else "",
        account=IBAN["BF"], balance=balances.get(number, ""), amount=AMOUNTS[number - 1],
    ).encode()  # fmt: skip


def swift_page(number: int) -> bytes:
    """One of the three pages of statement 7 as MT940."""
    before, after = 1_000 + sum(AMOUNTS[: number - 1]), 1_000 + sum(AMOUNTS[:number])
    first, last = "F" if number == 1 else "M", "F" if number == 3 else "M"
    return (
        f":20:P{number}\n:25:{IBAN['BF']}\n:28C:7/{number}\n:60{first}:C260301XOF{before},\n"
        f":61:260302C{AMOUNTS[number - 1]},NTRFNONREF\n:62{last}:C260331XOF{after},\n-\n"
    ).encode()


PAGES = {
    "message": [camt_page(number) for number in (1, 2, 3)],
    "statement": [camt_page(number, by_statement=True) for number in (1, 2, 3)],
    "mt940": [swift_page(number) for number in (1, 2, 3)],
}


def files(folder: Path, kind: str, numbers: tuple[int, ...]) -> list[Path]:
    """Those pages, each in its file."""
    for number in numbers:
        (folder / f"p{number}").write_bytes(PAGES[kind][number - 1])
    return [folder / f"p{number}" for number in numbers]


def kept(ledger: Ledger) -> tuple[int, int]:
    """How many files and lines the books hold."""
    with ledger.read() as connection:
        counts = [
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (statement_file, statement_line)
        ]
    return counts[0], counts[1]


@pytest.mark.parametrize("kind", PAGES)
def test_the_pages_of_a_statement_are_imported_together_in_any_order(kind: str, ledger: Ledger, tmp_path: Path) -> None:
    done = import_files(ledger, files(tmp_path, kind, (3, 1, 2)), None)
    assert [(one["file"], one["status"], one.get("page_of")) for one in done] == [
        ("p3", "imported", None), ("p1", "imported", "p3"), ("p2", "imported", "p3"),
    ]  # fmt: skip
    (told,) = done[0]["statements"]
    assert (told["opening"], told["closing"], told["lines_new"], told["proven"]) == (1_000, 1_060, 3, True)
    assert [one["lines_new"] for one in done] == [3, 0, 0]
    assert kept(ledger) == (3, 3)
    with ledger.read() as connection:
        assert [one["number"].split("/")[0] for one in list_statements(connection)] == ["7"]


def test_pages_given_again_are_known_each_by_itself(ledger: Ledger, tmp_path: Path) -> None:
    pages = files(tmp_path, "message", (1, 2, 3))
    import_files(ledger, pages, None)
    assert [one["status"] for one in import_files(ledger, [pages[1]], None)] == ["already_imported"]


def test_a_missing_page_is_named_and_nothing_is_kept(ledger: Ledger, tmp_path: Path) -> None:
    done = import_files(ledger, files(tmp_path, "message", (1, 3)), None)
    assert [(one["file"], one["status"], one["refused"]["code"]) for one in done] == [
        ("p1", "refused", "page_missing"), ("p3", "refused", "page_missing"),
    ]  # fmt: skip
    (fault,) = done[0]["refused"]["facts"]["faults"]
    assert (fault["pages"], fault["missing"], fault["last"]) == ([1, 3], [2], 3)
    assert (
        "il manque la page 2. Attendu : les pages 1 à 3, une fois chacune ; lu : les pages 1 et 3."
        in (fault["message"])
    )
    assert kept(ledger) == (0, 0)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((2,), "il manque la page 1 ; il manque aussi ce qui suit la page 2"),
        ((1, 2), "il manque ce qui suit la page 2, qui n'est pas la dernière"),
        ((3,), "il manque les pages 1 et 2"),
    ],
)
def test_the_sentence_says_which_pages_lack(numbers: tuple[int, ...], words: str, tmp_path: Path) -> None:
    (first, *_) = inspect_files(files(tmp_path, "message", numbers))["files"]
    assert words in first["refused"]["message"]


def test_a_page_given_twice_is_refused_as_such(tmp_path: Path) -> None:
    pages = files(tmp_path, "message", (1, 2, 3))
    (tmp_path / "copie").write_bytes(PAGES["message"][1])
    found = inspect_files([*pages, tmp_path / "copie"])["files"]
    assert {one["status"] for one in found} == {"refused"}
    assert "la page 2 est donnée plusieurs fois" in found[0]["refused"]["message"]


def test_inspection_joins_the_pages_too(tmp_path: Path) -> None:
    found = inspect_files(files(tmp_path, "statement", (2, 3, 1)))["files"]
    assert [(one["file"], one["status"], one.get("page_of"), len(one["statements"])) for one in found] == [
        ("p2", "read", None, 1), ("p3", "read", "p2", 0), ("p1", "read", "p2", 0),
    ]  # fmt: skip
    assert [line["amount"] for line in found[0]["statements"][0]["lines"]] == [10, 20, 30]


def test_a_whole_file_beside_lonely_pages_is_imported(ledger: Ledger, tmp_path: Path) -> None:
    whole = swift_page(1).replace(b":28C:7/1", b":28C:8").replace(b":62M:", b":62F:")
    (tmp_path / "whole").write_bytes(whole)
    done = import_files(ledger, [*files(tmp_path, "mt940", (2,)), tmp_path / "whole"], None)
    assert [one["status"] for one in done] == ["refused", "imported"]
    assert kept(ledger) == (1, 1)


@given(st.lists(st.frozensets(st.integers(0, 6).map(str), min_size=1), max_size=6))
def test_files_are_grouped_by_what_they_share_whatever_their_order(keys: list[frozenset[str]]) -> None:
    groups = together(keys)
    assert sorted(place for group in groups for place in group) == list(range(len(keys)))
    for one, other in permutations(groups, 2):
        assert not any(keys[a] & keys[b] for a in one for b in other)
    for group in groups:
        reached = {group[0]}
        for _ in group:
            reached |= {b for a in reached for b in group if keys[a] & keys[b]}
        assert reached == set(group)


def test_an_account_that_is_not_bound_refuses_every_page_by_name(ledger: Ledger, tmp_path: Path) -> None:
    for number in (1, 2, 3):
        (tmp_path / f"p{number}").write_bytes(PAGES["mt940"][number - 1].replace(IBAN["BF"].encode(), b"123456789012"))
    done: list[dict[str, Any]] = import_files(ledger, [tmp_path / f"p{number}" for number in (1, 2, 3)], None)
    assert {one["refused"]["code"] for one in done} == {"account_not_bound"}
    assert "p1, p2, p3" in done[1]["refused"]["message"]
    assert kept(ledger) == (0, 0)
