"""`pcaes collection` with declarations and dated decisions, as a person types it and as a script reads it."""

from pathlib import Path
from typing import Any

import pytest
from declaring import declaration, text

from portal.cli.call import Outcome, call


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """Fictional books seen on 2 April 2026, with a file of three declarations imported."""
    database = f"sqlite:///{tmp_path / 'pcaes.db'}"

    def give(*words: str) -> Outcome:
        return call(words, database=database, actor="essai")

    file = tmp_path / "declarations.csv"
    rows = (declaration("C1"), declaration("C2", assessed=10_000), declaration("=C3", 700, code="E03"))
    file.write_text(text(*rows), encoding="utf-8", newline="")
    assert give("init").code == 0
    give.first = give("collection", "import", str(file))  # type: ignore[attr-defined]  # what the import said
    return give


def plain(outcome: Outcome) -> str:
    """What a person reads, with ordinary spaces."""
    return outcome.out.replace("\u00a0", " ")


def test_the_screen_of_an_import_says_how_many_declarations_are_kept_and_odd(shop: Any) -> None:
    assert plain(shop.first).splitlines()[-3:] == [
        "    Déclarations conservées : 3.",
        "            1  autre taux",
        "    Le détail : pcaes collection declarations --anomalies",
    ]


def test_the_declarations_behind_a_total_are_listed_and_the_odd_ones_alone(shop: Any) -> None:
    every = shop("collection", "declarations", "--book", "bf", "--period", "2025-06", "--json").document
    assert [(one["number"], one["expected"], one["faults"]) for one in every["declarations"]] == [
        ("C1", 5_000, []),
        ("C2", 5_000, ["declaration_rate"]),
        ("=C3", 0, []),
    ]
    assert (every["count"], every["more"]) == (3, False)
    odd = shop("collection", "declarations", "--anomalies", "--json").document
    assert [one["number"] for one in odd["declarations"]] == ["C2"]
    exempt = shop("collection", "declarations", "--code", "e03", "--json").document
    assert [one["number"] for one in exempt["declarations"]] == ["=C3"]
    first = shop("collection", "declarations", "--limit", "1", "--json").document
    assert (first["count"], first["more"]) == (1, True)
    assert plain(shop("collection", "declarations", "--number", "C9")) == (
        "Aucune déclaration ne répond à la demande.\n"
    )


def test_the_declarations_are_written_as_a_table_without_formulas(shop: Any, tmp_path: Path) -> None:
    out = tmp_path / "sortie.csv"
    assert shop("collection", "declarations", "--out", str(out), "--json").document == {"file": str(out), "count": 3}
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith("etat;bureau;periode;version;code_exoneration;numero_declaration;")
    assert lines[2].endswith(";1000000;10000;5000;10000;declarations.csv;3;autre taux")
    assert lines[3].split(";")[5] == "'=C3"


def test_a_rate_is_added_shown_and_refused_when_it_reaches_back_silently(shop: Any) -> None:
    words = ("collection", "rate", "add", "--percent", "0,75", "--act", "Décision fictive", "--reason", "essai")
    assert shop(*words, "--from", "2099-01-01", "--json").document["decision"]["value"] == 75
    back = shop(*words, "--from", "2025-05-01", "--json")
    assert (back.code, back.document["refused"]["code"]) == (1, "levy_decision_retroactive")
    assert back.document["refused"]["facts"]["changes"] == [
        {"book": "BF", "office": "BF901", "period": "2025-06", "what": "expected", "before": 10_000, "after": 15_000}
    ]
    dry = shop(*words, "--from", "2025-05-01", "--retroactive", "--dry-run")
    assert "BF BF901      2025-06  attendu : 10 000 → 15 000" in plain(dry)
    rates = shop("collection", "rate", "list", "--json").document["rates"]
    assert [(one["words"], one["from_date"]) for one in rates] == [
        ("0,50 %", "2025-03-28"),
        ("0,75 %", "2099-01-01"),
    ]
    assert shop("verify", "--json").document["ok"] is True


@pytest.mark.parametrize("rate", ["0,755", "x", "NaN"])
def test_a_rate_that_is_no_number_of_hundredths_is_wrong_usage(rate: str, shop: Any) -> None:
    told = shop("collection", "rate", "add", "--percent", rate, "--from", "2099-01-01", "--act", "D", "--reason", "r")
    assert told.code == 2


def test_a_deadline_an_exemption_and_a_holiday_are_decided_and_listed(shop: Any) -> None:
    why = ("--act", "Décision fictive", "--reason", "essai")
    since = ("--from", "2099-01-01")
    assert shop("collection", "deadline", "add", "--days", "20", *since, *why).code == 0
    assert shop("collection", "exemption", "add", "E10", "--title", "Livres", *since, *why).code == 0
    assert shop("collection", "exemption", "add", "E03", "--end", *since, *why).code == 0
    day = ("--book", "BF", "--day", "2099-05-27", "--title", "Fête fictive")
    assert shop("collection", "holiday", "add", *day, *why).code == 0
    assert "  à compter du 01/01/2099  20 jours après la fin du mois  (établi)" in plain(
        shop("collection", "deadline", "list")
    )
    exemptions = shop("collection", "exemption", "list", "--json").document["exemptions"]
    assert [(one["code"], one["words"]) for one in exemptions if one["id"]] == [
        ("E03", "E03 : fin de l'exonération"),
        ("E10", "E10 Livres"),
    ]
    assert [one["title"] for one in shop("collection", "holiday", "list", "--json").document["holidays"]] == [
        "Fête fictive"
    ]
    assert shop("verify", "--json").document["ok"] is True
