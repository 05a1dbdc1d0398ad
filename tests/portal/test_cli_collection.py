"""`pcaes collection`, as an accountant types it: import, restate, refuse, look at the chain and the arrears."""

import shlex
from pathlib import Path
from typing import Any

import pytest
from levying import exempt, month, text

from portal.cli.call import Outcome, call


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """Fresh books in an empty folder, a way to give commands there and a way to import rows."""
    database = f"sqlite:///{tmp_path / 'pcaes.db'}"

    def give(*words: str, actor: str = "essai") -> Outcome:
        return call(words, database=database, actor=actor)

    def take(*rows: str, name: str = "etat.csv", words: tuple[str, ...] = ("--json",), actor: str = "essai") -> Outcome:
        file = tmp_path / name
        file.write_text(text(*rows), encoding="utf-8")
        return give("collection", "import", str(file), *words, actor=actor)

    give.take = take  # type: ignore[attr-defined]  # one fixture for both ways of asking
    assert give("init").code == 0
    return give


def plain(outcome: Outcome) -> str:
    """What a person reads, with ordinary spaces."""
    return outcome.out.replace("\u00a0", " ")


def test_an_import_answers_what_it_changed_and_the_entries_it_posted(shop: Any) -> None:
    done = shop.take(month(), exempt(), month("ML901", base=1_000, assessed=5))
    assert (done.code, done.err) == (0, "")
    assert done.document == {
        "file": "etat.csv",
        "dry_run": False,
        "form": "months",
        "status": "imported",
        "rows": 3,
        "months": 2,
        "new": 2,
        "restated": 0,
        "unchanged": 0,
        "corrected": 0,
        "assessed": 1_000_005,
        "entries": [
            {"book": "BF", "reference": "BF/PC/2025/1", "document": "EMR-BF901-2025-06", "correction": None,
             "amount": 1_000_000},
            {"book": "ML", "reference": "ML/PC/2025/1", "document": "EMR-ML901-2025-06", "correction": None,
             "amount": 5},
        ],
    }  # fmt: skip
    assert shop("verify", "--json").document["ok"] is True


def test_a_dry_run_shows_the_same_and_keeps_nothing(shop: Any) -> None:
    tried = shop.take(month(), words=("--json", "--dry-run"))
    assert (tried.document["status"], tried.document["dry_run"]) == ("imported", True)
    assert shop.take(month()).document["entries"][0]["reference"] == "BF/PC/2025/1"


def test_a_return_with_faults_is_refused_with_every_one_of_them(shop: Any) -> None:
    done = shop.take(month(), month(), exempt(code="E42"))
    assert done.code == 1
    refused = done.document["refused"]
    assert (refused["code"], refused["facts"]["count"]) == ("return_refused", 2)
    assert [(fault["row"], fault["column"]) for fault in refused["facts"]["faults"]] == [
        (3, "code_exoneration"),
        (4, "code_exoneration"),
    ]
    assert shop("report", "collections", "--format", "json").document["rows"] == []


def test_a_person_reads_the_faults_one_by_one(shop: Any) -> None:
    done = shop.take(month(), exempt(code="E42"), exempt(code="E43"), words=())
    assert (done.code, done.out) == (1, "")
    assert done.err.count("n'est pas en vigueur") == 3
    assert "2 anomalie(s)" in done.err


def test_a_row_of_another_book_is_refused(shop: Any) -> None:
    done = shop.take(month(), words=("--json", "--book", "ml"))
    assert (done.code, done.document["refused"]["facts"]["faults"][0]["column"]) == (1, "etat")
    assert shop.take(month(), words=("--json", "--book", "XX")).code == 2


def test_an_accountant_imports_for_the_book_that_is_theirs(shop: Any) -> None:
    shop("user", "add", "admin", "--role", "administrator")
    shop("user", "add", "comptable", "--role", "accountant", "--book", "BF", actor="admin")
    assert shop.take(month("ML901"), actor="comptable").document["refused"]["code"] == "book_forbidden"
    assert shop.take(month("BF901"), actor="admin").document["refused"]["code"] == "role_forbidden"
    assert shop.take(month("BF901"), actor="comptable").document["status"] == "imported"


def test_the_screen_of_an_import_says_what_was_restated(shop: Any) -> None:
    first = shop.take(month(), words=())
    assert "mois déclarés : 1 nouveau, 0 rectifié, 0 inchangé" in plain(first)
    again = shop.take(month(assessed=900_000), name="rectifie.csv", words=())
    assert "correction en négatif" in plain(again)
    assert "Variation du prélèvement constaté : -100 000 francs." in plain(again)
    assert "déjà importé (fichier etat.csv)" in shop.take(month(), words=()).out


def test_the_status_gives_the_chain_by_state_and_the_anomalies(shop: Any) -> None:
    assert "Aucun état" in shop("collection", "status").out
    shop.take(month(assessed=800_000, collected=700_000, remitted=0))
    found = shop("collection", "status", "--json").document
    state = found["by_state"][0]
    assert (found["as_of"], state["assessed"], state["collected"], state["remitted"]) == (
        "2025-06-30",
        800_000,
        700_000,
        0,
    )
    assert [one["code"] for one in found["anomalies"]] == ["rate"]
    screen = plain(shop("collection", "status", "--anomalies"))
    assert "Prélèvement confédéral au 30/06/2025" in screen
    assert "Liquidé 800 000, attendu 1 000 000" in screen


def test_the_arrears_are_those_past_their_day(shop: Any) -> None:
    shop.take(month(assessed=1_000_000, collected=700_000, remitted=200_000))
    assert "Rien n'est échu." in shop("collection", "arrears", "--as-of", "2025-07-15").out
    found = shop("collection", "arrears", "--as-of", "2025-07-20", "--json").document
    assert [(one["stage"], one["amount"], one["days_late"], one["amount_days"]) for one in found["arrears"]] == [
        ("to_collect", 300_000, 5, 1_500_000),
        ("to_remit", 500_000, 5, 2_500_000),
    ]
    assert found["by_state"] == [{"book": "BF", "to_collect": 300_000, "to_remit": 500_000}]
    assert "reste à reverser échu 500 000" in plain(shop("collection", "arrears", "--as-of", "2025-07-20"))
    assert shop("collection", "arrears", "--book", "XX", "--json").code == 2


def test_the_report_gives_the_rows_that_scripts_rely_on(shop: Any) -> None:
    shop.take(month(), exempt(value=50))
    (row,) = shop("report", "collections", "--format", "json").document["rows"]
    names = "book office period base exempt_base expected assessed collected remitted credited to_collect to_remit"
    assert [row[name] for name in (*names.split(), "due_date", "days_late")] == [
        "BF", "BF901", "2025-06", 200_000_000, 50, 1_000_000, 1_000_000, 1_000_000, 1_000_000, 0, 0, 0, "2025-07-15", 0,
    ]  # fmt: skip


def test_the_report_as_known_before_a_restated_return_shows_what_was_known(shop: Any) -> None:
    shop.take(month())
    shop.take(month(assessed=900_000), name="rectifie.csv")

    def assessed(*words: str) -> list[int]:
        rows = shop("report", "collections", "--format", "json", *words).document["rows"]
        return [row["assessed"] for row in rows]

    assert (assessed(), assessed("--as-known", "1"), assessed("--as-known", "0")) == ([900_000], [1_000_000], [])


def test_the_workbook_holds_its_controls_and_is_the_same_twice(shop: Any, tmp_path: Path) -> None:
    shop.take(month(collected=900_000, remitted=100_000), exempt(), month("ML901", base=7, assessed=9))
    files = [tmp_path / "a.xlsx", tmp_path / "b.xlsx"]
    for file in files:
        done = shop("report", "collections", "--out", str(file), "--json")
        assert done.document["controls"]["failed"] == 0
    assert files[0].read_bytes() == files[1].read_bytes()

    from openpyxl import load_workbook

    book = load_workbook(files[0])
    assert book.sheetnames == [
        "Synthèse", "Recouvré par mois", "Détail par bureau et mois", "Écarts et reversements", "Arriérés", "Anomalies",
        "Exonérations", "Règles appliquées", "Contrôles", "Provenance",
    ]  # fmt: skip
    book.close()


STATEMENT = """:20:FICTIF
:25:BF42BF9990100102025000011784
:28C:1/1
:60F:C250701XOF0,
:61:2507100710C1000000,NTRFREV BF901 202506//B1
:86:VIR RECU TRESOR FICTIF
:62F:C250731XOF1000000,
-
"""


def test_a_credit_that_came_before_its_return_is_proposed_and_regularised_as_told(shop: Any, tmp_path: Path) -> None:
    (tmp_path / "releve.sta").write_text(STATEMENT, encoding="utf-8")
    assert shop("account", "bind", "BF", "--iban", "BF42BF9990100102025000011784").code == 0
    assert shop("statement", "import", str(tmp_path / "releve.sta")).code == 0
    assert shop("reconcile", "impute", "1", "--reason", "à identifier").code == 0
    shop.take(month())
    assert "1 crédit en imputation provisoire pour 1 000 000 francs" in plain(shop("collection", "status"))
    line = next(one.strip() for one in shop("reconcile", "suggestions").out.splitlines() if "regularise" in one)
    words = shlex.split(line)[1:]
    assert words[:3] == ["reconcile", "regularise", "BF/BQ/2025/1"]
    assert shop(*words).code == 0
    assert shop("reconcile", "suggestions", "--json").document["regularisations"] == []
    done = shop("collection", "status", "--json").document
    assert (done["all"]["credited"], done["all"]["without_reference"], done["regularisations"]) == (1_000_000, 0, [])


def test_the_chain_of_three_states_stands_side_by_side_on_eighty_columns(shop: Any) -> None:
    rows = (month(office, base=4_999_999_999_800, assessed=24_999_999_999) for office in ("BF901", "ML901", "NE901"))
    shop.take(*rows)
    lines = [
        line.replace("\u00a0", " ").replace("\u202f", " ") for line in shop("collection", "status").out.splitlines()
    ]
    assert lines[1].split() == ["BF", "ML", "NE", "TOTAL"]
    assert lines[2] == "Liquidé       " + "  24 999 999 999" * 3 + "  74 999 999 997"
    assert [len(line) for line in lines[1:10]] == [78] * 9
