"""The capital register and the exports through the door: words in, one JSON document or French screens out."""

import json
from pathlib import Path
from typing import Any

import pytest

from portal.cli.call import Outcome, call

BILLION = 1_000_000_000
ORDER = {
    "entries": [
        {
            "book": "BF",
            "journal": "OP",
            "date": "2025-12-11",
            "document": "OP-0012",
            "label": "Libération du capital (fictif)",
            "lines": [
                {"account": "48132", "debit": 3 * BILLION, "reference": "CAP-BF-1"},
                {"account": "40111", "credit": 3 * BILLION, "reference": "CAP-BF-1"},
            ],
        }
    ]
}


@pytest.fixture
def books(sqlite_books: Any) -> str:
    return str(sqlite_books.url)


def pcaes(books: str, *words: str) -> Outcome:
    return call(words, database=books, actor="installation", now="2026-01-05T12:00:00Z")


def capital(books: str, act: str, *words: str, state: str = "BF", amount: int = 1) -> Outcome:
    return pcaes(books, "capital", act, "--state", state, "--amount", str(amount), *words, "--json")


def played(books: str, folder: Path) -> None:
    """A share, a call, a payment of each source."""
    file = folder / "ordre.json"
    file.write_text(json.dumps(ORDER), "utf-8")
    done = [
        capital(books, "subscribe", "--date", "2025-09-01", "--reference", "S-1", amount=170 * BILLION),
        capital(
            books, "call", "--date", "2025-09-15", "--due", "2025-12-15", "--reference", "A-1", amount=20 * BILLION
        ),
        capital(
            books, "pay", "--date", "2025-12-11", "--source", "budget", "--reference", "R-1", amount=16 * BILLION
        ),
        pcaes(books, "post", str(file)),
        capital(
            books, "pay", "--date", "2025-12-12", "--source", "levy", "--reference", "CAP-BF-1", "--book", "BF",
            amount=3 * BILLION,
        ),
    ]  # fmt: skip
    assert [one.code for one in done] == [0] * 5, [one.out + one.err for one in done]
    assert done[4].document["entry"] == "BF/OP/2025/1"


def test_the_status_says_what_is_paid_and_what_is_late(books: str, tmp_path: Path) -> None:
    played(books, tmp_path)
    found = pcaes(books, "capital", "status", "--as-of", "2026-01-15", "--json").document
    assert (found["total"], found["paid_percent"]) == (500 * BILLION, 3.8)
    burkina = found["by_state"][0]
    assert (burkina["paid"], burkina["to_pay"], burkina["to_call"], burkina["days_late"]) == (
        19 * BILLION, BILLION, 150 * BILLION, 31,
    )  # fmt: skip
    shown = pcaes(books, "capital", "status")
    assert "libéré 19\u00a0000\u00a0000\u00a0000 (3,80 %)" in shown.out
    assert "TOTAL" in shown.out


def test_a_refusal_leaves_with_code_1_and_its_facts(books: str, tmp_path: Path) -> None:
    played(books, tmp_path)
    done = capital(books, "pay", "--date", "2026-01-02", "--source", "budget", "--reference", "R-2", amount=2 * BILLION)
    assert (done.code, done.document["refused"]["code"]) == (1, "capital_paid_beyond_called")
    assert done.document["refused"]["facts"]["excess"] == BILLION
    unknown = capital(books, "pay", "--date", "2026-01-02", "--source", "or", "--reference", "R-2")
    assert (unknown.code, unknown.document["refused"]["code"]) == (2, "capital_source_unknown")


def test_the_same_key_does_the_act_once(books: str) -> None:
    words = ("--date", "2025-09-01", "--reference", "S-1", "--idempotency-key", "envoi-1")
    first, second = (capital(books, "subscribe", *words, amount=5) for _ in range(2))
    assert (first.code, first.document) == (0, second.document)
    assert pcaes(books, "capital", "status", "--json").document["by_state"][0]["subscribed"] == 5


def test_a_receipt_a_cancellation_and_a_text_have_their_commands(books: str, tmp_path: Path) -> None:
    played(books, tmp_path)
    scan = tmp_path / "recu.pdf"
    scan.write_bytes(b"fictif")
    receipt = ("--state", "BF", "--reference", "CAP-BF-1", "--receipt", "BCID-1", "--date", "2025-12-20")
    done = pcaes(books, "capital", "receipt", *receipt, "--file", str(scan), "--json")
    assert done.document["sha256"] == "0a71eb9589cd674117c13c5bb2edf05e27ccf2d37d6699446c50d7778226dff0"
    cancelled = ("--kind", "pay", "--state", "BF", "--reference", "R-1", "--date", "2026-01-03", "--reason", "erreur")
    assert pcaes(books, "capital", "cancel", *cancelled, "--json").document["amount"] == -16 * BILLION
    text = ("--total", str(600 * BILLION), "--from", "2027-01-01", "--paid-by", "2030-12-31", "--act", "texte fictif")
    assert [one["total"] for one in pcaes(books, "capital", "terms", *text, "--json").document["terms"]] == [
        500 * BILLION,
        600 * BILLION,
    ]
    assert pcaes(books, "verify").code == 0


@pytest.mark.parametrize("name", ["fec", "hledger", "beancount", "chain"])
def test_an_export_says_what_it_wrote(books: str, tmp_path: Path, name: str) -> None:
    import hashlib

    played(books, tmp_path)
    out = tmp_path / f"livres.{name}"
    document = pcaes(books, "export", name, "--out", str(out), "--json").document
    data = out.read_bytes()
    assert document["sha256"] == hashlib.sha256(data).hexdigest()
    assert document["lines"] == data.count(b"\n")
    assert not list(tmp_path.glob("*.partial"))


def test_an_export_of_an_unknown_book_is_refused(books: str, tmp_path: Path) -> None:
    done = pcaes(books, "export", "fec", "--out", str(tmp_path / "f.txt"), "--book", "XX", "--json")
    assert (done.code, done.document["refused"]["code"]) == (2, "book_unknown")
