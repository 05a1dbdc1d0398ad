"""The end of a year as an accountant plays it: months, transfers, suspense, result, opening, definitive closing."""

import json
from pathlib import Path
from typing import Any

import pytest

from portal.cli.call import Outcome, call

NOVEMBER, JANUARY, MAY = "2025-11-03T09:00:00Z", "2026-01-10T09:00:00Z", "2026-05-04T09:00:00Z"


class Desk:
    """Fictional books in an empty folder, and the accountant of each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.now = NOVEMBER

    def give(self, *words: str, actor: str = "adm") -> Outcome:
        """One command."""
        return call(words, database=f"sqlite:///{self.folder / 'livres.db'}", actor=actor, now=self.now)

    def said(self, *words: str, actor: str = "accBF") -> str:
        """What a command that is done says, on one line, plain spaces."""
        done = self.give(*words, actor=actor)
        assert (done.code, done.err) == (0, ""), done.err
        return " ".join(done.out.split())

    def refused(self, *words: str, actor: str = "accBF") -> str:
        """The code of the refusal."""
        told = self.give(*words, "--json", actor=actor)
        assert told.code == 1
        return str(told.document["refused"]["code"])

    def post(self, *given: dict[str, Any], actor: str = "accBF") -> Outcome:
        """Entries from a file."""
        file = self.folder / "ecritures.json"
        file.write_text(json.dumps({"entries": given}), encoding="utf-8")
        done = self.give("post", str(file), actor=actor)
        assert done.code == 0, done.err
        return done


def entry(book: str, day: str, debit: str, credit: str, amount: int, **more: Any) -> dict[str, Any]:
    """Two lines."""
    lines = [{"account": debit, "debit": amount}, {"account": credit, "credit": amount}]
    journal = more.pop("journal", "OD")
    own = {"book": book, "journal": journal, "date": day, "document": "F-1", "label": "Fictif", "lines": lines}
    return {**own, **more}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """November and December 2025: receipts, an expense, a transfer from BF to ML, a receipt not identified."""
    desk = Desk(tmp_path)
    assert desk.give("init", "--fictional").code == 0
    people = (("adm", "administrator", None), ("accBF", "accountant", "BF"), ("accML", "accountant", "ML"),
              ("accNE", "accountant", "NE"), ("chef", "accountant", None))  # fmt: skip
    for name, role, book in people:
        assert desk.give("user", "add", name, "--role", role, *(["--book", book] if book else [])).code == 0
    desk.post(
        entry("BF", "2025-11-05", "52111", "7101", 9_000, journal="BQ"),
        entry("BF", "2025-12-10", "65881", "40111", 5_000),
        entry("BF", "2025-12-15", "52111", "47121", 40, journal="BQ"),
    )
    desk.post(entry("ML", "2025-11-06", "52112", "7102", 100, journal="BQ"), actor="accML")
    halves = (entry("BF", "2025-12-12", "5851", "52111", 700, journal="BQ", transfer="V1"),
              entry("ML", "2025-12-12", "52112", "5851", 700, journal="BQ", transfer="V1"))  # fmt: skip
    desk.post(*halves, actor="chef")
    desk.now = JANUARY
    return desk


def balances(desk: Desk, day: str) -> dict[str, int]:
    """Account → debit less credit of BF, as the report gives it."""
    file = desk.folder / "balance.json"
    file.unlink(missing_ok=True)
    words = ("report", "trial-balance", "--book", "BF", "--as-of", day, "--format", "json", "--out", str(file))
    assert desk.give(*words).code == 0
    given = json.loads(file.read_text("utf-8"))["rows"]
    found = {str(row["account"]): row["closing_debit"] - row["closing_credit"] for row in given}
    return {account: amount for account, amount in found.items() if amount}


def close_months(desk: Desk) -> None:
    """November and December of BF and ML."""
    for book, actor in (("BF", "accBF"), ("ML", "accML")):
        for month in ("2025-11", "2025-12"):
            assert desk.give("period", "close", "--book", book, "--month", month, actor=actor).code == 0


def test_a_year_is_closed_by_the_command_line_from_its_months_to_its_opening(desk: Desk) -> None:
    close = ("year", "close", "--book", "BF", "--year", "2025")
    assert desk.said("year", "status", "--book", "BF") == (
        "BF 2025 ouvert résultat 4 000 à imputer : 47121, solde -40 virements à solder : 5851, solde 700"
        " mois ouverts : 11/2025, 12/2025"
    )
    assert desk.refused(*close) == "year_months_open"
    close_months(desk)
    assert desk.refused(*close) == "year_suspense_left"

    # decided in January: the complementary period takes what belongs to the year
    desk.post(entry("BF", "2025-12-31", "47121", "44871", 40, complementary=True))
    assert desk.refused(*close) == "year_transfers_left"
    dry = desk.said("year", "clear", "--year", "2025", "--dry-run", actor="chef")
    assert dry.startswith("Essai à blanc, rien n'est enregistré : Virements de fonds de l'exercice 2025 soldés")
    cleared = desk.said("year", "clear", "--year", "2025", actor="chef")
    assert cleared.startswith("Virements de fonds de l'exercice 2025 soldés par les comptes de liaison : BF/OD/2025/3 ")
    assert desk.refused("year", "clear", "--year", "2025", actor="chef") == "year_nothing_to_clear"

    before = balances(desk, "2025-12-31")
    assert desk.said(*close, "--dry-run").startswith(
        "Essai à blanc, rien n'est enregistré : Livre BF, exercice 2025 clos : excédent 4 000."
    )
    done = desk.said(*close)
    assert done.startswith("Livre BF, exercice 2025 clos : excédent 4 000. Résultat et à-nouveaux : BF/OD/2025/4 ")
    assert " BF/AN/2026/1 " in done
    assert desk.refused(*close) == "year_already_closed"
    assert desk.refused(*close, actor="accML") == "book_forbidden"

    after = {"52111": 8_340, "1851": 700, "40111": -5_000, "44871": -40, "131": -4_000}
    assert before == {"52111": 8_340, "1851": 700, "40111": -5_000, "44871": -40, "7101": -9_000, "65881": 5_000}
    assert balances(desk, "2025-12-31") == balances(desk, "2026-01-01") == after
    assert desk.said("year", "status", "--book", "BF").startswith(
        "BF 2025 clos résultat 4 000 BF 2026 ouvert résultat 0"
    )
    assert desk.said("year", "close", "--book", "ML", "--year", "2025", actor="accML").startswith(
        "Livre ML, exercice 2025 clos : excédent 100."
    )
    assert desk.give("verify").code == 0


def test_a_closed_year_is_closed_for_good_quarter_by_quarter_and_the_next_carries_its_result(desk: Desk) -> None:
    close_months(desk)
    desk.post(entry("BF", "2025-12-31", "47121", "44871", 40, complementary=True))
    desk.said("year", "clear", "--year", "2025", actor="chef")
    desk.said("year", "close", "--book", "BF", "--year", "2025")
    assert desk.refused("period", "reopen", "--book", "BF", "--month", "2025-12", "--reason", "oubli") == (
        "period_of_closed_year"
    )
    quarter = ("period", "close", "--book", "BF", "--quarter", "2025-4", "--definitive")
    assert desk.refused(*quarter) == "period_quarter_open"
    assert desk.said("period", "close", "--book", "BF", "--month", "2025-10", "--dry-run") == (
        "Essai à blanc, rien n'est enregistré : Livre BF, période 10/2025 : close, 0 compte mouvementé."
    )
    desk.said("period", "close", "--book", "BF", "--month", "2025-10")
    assert desk.said(*quarter) == "Livre BF, trimestre 2025-4 : définitivement clos."
    assert desk.refused(*quarter) == "period_already_closed"
    desk.now = MAY
    desk.post(entry("BF", "2026-03-05", "65881", "40111", 1_500))
    for month in range(1, 13):
        desk.said("period", "close", "--book", "BF", "--month", f"2026-{month:02d}")
    done = desk.said("year", "close", "--book", "BF", "--year", "2026")
    assert done.startswith("Livre BF, exercice 2026 clos : déficit 1 500.")
    assert balances(desk, "2027-01-01") == {
        "52111": 8_340, "1851": 700, "40111": -6_500, "44871": -40, "121": -4_000, "139": 1_500,
    }  # fmt: skip
    assert desk.give("verify").code == 0
