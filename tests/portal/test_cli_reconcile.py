"""The words of `pcaes reconcile` and `pcaes statement profile`, from one end to the other."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.engine import open_engine
from ledger.signing import make_key
from portal.cli.call import Outcome, call
from portal.cli.progress import MatchingProgress
from tests.reconcile.banked import IBAN, Seen, bring, enter, march, prepared, seen_by, statement
from tests.reconcile.signed import PEOPLE

NOW = "2026-04-20T12:00:00Z"


@pytest.fixture
def pcaes(sqlite_books: Any) -> Any:
    """Gives a command as a user on books with a statement of March and a payment that the bank has not seen."""
    engine = open_engine(sqlite_books.url)
    ledger = seen_by(prepared(engine, PEOPLE), "comptable-bf")
    paid = Seen(march(10), -40_000, "VIREMENT", "OP-2026-0012")
    bring(ledger, statement([paid, Seen(march(20), 900_000, "VIREMENT RECU"), Seen(march(21), -5, "DIVERS")]))
    enter(ledger, -40_000, march(9), "OP-2026-0012")
    enter(ledger, -5, march(21), "AUTRE", label="Menue dépense")
    engine.dispose()

    def give(*words: str, user: str = "comptable-bf") -> Outcome:
        return call(words, database=sqlite_books.url, actor=user, now=NOW)

    return give


def key(pcaes: Any, folder: Path, name: str) -> tuple[str, ...]:
    """A key registered for a person, as the options of a signature."""
    private, public = make_key("phrase fictive")
    (folder / f"{name}.key").write_bytes(private)
    (folder / f"{name}.pub").write_bytes(public)
    (folder / "phrase.txt").write_text("phrase fictive\n", encoding="utf-8")
    words = ("key", "register", str(folder / f"{name}.pub"), "--user", name, "--act", "dépôt")
    assert pcaes(*words, user="admin").code == 0
    return ("--key", str(folder / f"{name}.key"), "--passphrase-file", str(folder / "phrase.txt"))


def test_a_month_goes_from_the_statement_to_two_signatures(pcaes: Any, tmp_path: Path) -> None:
    assert pcaes("reconcile", "run", "--book", "BF", "--json").document["book"] == "BF"
    open_lines = pcaes("reconcile", "matches", "--status", "open", "--json").document["open"]["statement_lines"]
    numbers = {line["amount"]: str(line["id"]) for line in open_lines}
    done = pcaes("reconcile", "impute", numbers[900_000], "--reason", "à identifier", "--json").document
    assert (done["account"], done["entry"]) == ("47121", "BF/BQ/2026/3")
    right = ("--account", "44871", "--reference", "REV-BF-2026-02", "--reason", "reconnu")
    assert pcaes("reconcile", "regularise", numbers[900_000], *right, "--json").document["left"] == 0
    one = pcaes("reconcile", "statement", "--book", "BF", "--month", "2026-03", "--json").document
    assert (one["difference"], one["faults"], one["signed"]) == (0, [], None)
    month = ("reconcile", "sign", "--book", "BF", "--month", "2026-03")
    assert pcaes(*month, *key(pcaes, tmp_path, "comptable-bf")).code == 0
    assert pcaes(*month, *key(pcaes, tmp_path, "controleur"), user="controleur").code == 0
    signed = pcaes("reconcile", "statement", "--book", "bf", "--month", "2026-03", "--json").document["signed"]
    assert (signed["preparer"], signed["reviewer"], signed["changes"]) == ("comptable-bf", "controleur", [])
    assert "vérifié par controleur" in pcaes("reconcile", "statement", "--book", "BF", "--month", "2026-03").out
    told = pcaes("reconcile", "status", "--book", "BF", "--json").document["books"][0]
    assert (told["open_bank"], told["signed_until"]) == (0, "2026-03")
    assert [one["book"] for one in pcaes("reconcile", "runs", "--json").document["runs"]] == ["BF"]
    assert pcaes("verify", "--json").document["ok"] is True


def test_a_person_matches_by_hand_and_undoes(pcaes: Any) -> None:
    line = next(
        one["id"]
        for one in pcaes("reconcile", "matches", "--json").document["open"]["statement_lines"]
        if one["amount"] == -5
    )
    pair = ("--line", str(line), "--entry", "BF/BQ/2026/2:1")
    done = pcaes("reconcile", "confirm", *pair, "--reason", "menue dépense", "--json").document
    assert (done["match"], done["posted"]) == (1, None)
    assert pcaes("reconcile", "undo", "1", "--reason", "erreur").code == 0
    assert pcaes("reconcile", "undo", "1", "--reason", "erreur", "--json").document["refused"]["code"] == "match_undone"
    assert pcaes("reconcile", "suggestions").code == 0


@pytest.mark.parametrize("words", [(), ("1", "--line", "1")])
def test_confirm_takes_a_proposal_or_lines(words: tuple[str, ...], pcaes: Any) -> None:
    assert pcaes("reconcile", "confirm", *words).code == 2


def test_a_signature_without_a_key_is_refused(pcaes: Any) -> None:
    done = pcaes("reconcile", "sign", "--book", "BF", "--month", "2026-03", "--json")
    assert (done.code, done.document["refused"]["code"]) == (1, "key_needed")


def test_a_layout_is_declared_then_used(pcaes: Any, tmp_path: Path) -> None:
    layout = {"name": "fictive", "header": ["Quand", "Quoi", "Sortie", "Entrée"], "currency": "XOF",
              "columns": [[0, "booking"], [1, "label"], [2, "debit"], [3, "credit"]]}  # fmt: skip
    (tmp_path / "d.json").write_text(json.dumps(layout), encoding="utf-8")
    (tmp_path / "r.csv").write_text("Quand;Quoi;Sortie;Entrée\n05/04/2026;LOYER;1000;\n", encoding="utf-8")
    assert pcaes("statement", "profile", "declare", str(tmp_path / "d.json")).code == 0
    assert [one["name"] for one in pcaes("statement", "profile", "list", "--json").document["profiles"]] == ["fictive"]
    words = ("statement", "import", str(tmp_path / "r.csv"), "--book", "BF", "--profile", "fictive", "--json")
    assert pcaes(*words).document["files"][0]["lines_new"] == 1


def test_a_run_tells_its_passes_on_stderr_and_keeps_stdout_for_the_document(pcaes: Any) -> None:
    told = pcaes("reconcile", "run", "--book", "BF", "--json")
    assert told.document["confirmed"] == 2
    assert told.err.splitlines() == [
        "Rapprochement du livre BF…",
        "    Référence exacte : 1 rapprochement trouvé, 2 lignes restent ouvertes",
        "    Montant et date : 1 rapprochement trouvé, 1 ligne reste ouverte",
    ]


def test_the_progress_is_rewritten_in_place_on_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for live in (True, False):
        monkeypatch.setattr("sys.stderr.isatty", lambda live=live: live)
        progress = MatchingProgress("BF")
        progress.kept(5_000, 12_000)
        progress.kept(10_000, 12_000)
        progress.end()
    shown = capsys.readouterr().err
    line = "    BF : {} enregistrés sur 12000"
    assert shown == (
        f"Rapprochement du livre BF…\n\r{line.format(5000)}\r{line.format(10000)}\nRapprochement du livre BF…\n"
    )


def test_a_statement_of_a_long_past_year_is_refused_in_the_language_asked_for_and_taken_when_said_so(
    pcaes: Any, tmp_path: Path
) -> None:
    file = tmp_path / "ancien.sta"
    file.write_text(
        f":20:A\n:25:{IBAN['BF']}\n:28C:3/1\n:60F:C160301XOF5,\n:62F:C160331XOF5,\n-\n", encoding="utf-8", newline=""
    )
    words = ("statement", "import", str(file))
    french, english = (pcaes(*words, "--json"), pcaes("--lang", "en", *words, "--json"))
    told = [one.document["files"][0]["refused"] for one in (french, english)]
    assert (french.code, [one["code"] for one in told]) == (1, ["statement_long_past"] * 2)
    assert "n'est connu que depuis le 01/03/2026, plus de 1 an après" in told[0]["message"]
    assert "is only known from 01/03/2026, more than 1 year later" in told[1]["message"]

    done = pcaes(*words, "--historical", "--json")
    assert (done.code, done.document["files"][0]["status"]) == (0, "imported")
