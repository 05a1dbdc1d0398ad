"""The words of `pcaes statement withdraw`: asked, tried, done once under its key, told in both languages."""

import json
from pathlib import Path
from typing import Any

import pytest

from ledger.engine import open_engine
from portal.cli.call import Outcome, call
from tests.reconcile.banked import IBAN, Seen, bring, enter, march, prepared, seen_by, statement
from tests.reconcile.signed import PEOPLE

NOW = "2026-04-20T12:00:00Z"
LINES = (":20:R", ":25:{iban}", ":28C:3/1", ":60F:C260301XOF0,", ":61:260310C7000,NTRFREC-1", ":86:VERSEMENT",
         ":62F:C260331XOF7000,", "-", "")  # fmt: skip
RIGHT = "\n".join(LINES)


@pytest.fixture
def pcaes(sqlite_books: Any) -> Any:
    """Gives a command as a user on books whose statement of March is provisional: a payment seen and a charge."""
    engine = open_engine(sqlite_books.url)
    ledger = seen_by(prepared(engine, PEOPLE), "comptable-bf")
    enter(ledger, -40_000, march(9), "OP-2026-0012")
    paid = Seen(march(10), -40_000, "VIREMENT", "OP-2026-0012")
    bring(ledger, statement([paid, Seen(march(28), -500, "FRAIS DE TENUE DE COMPTE", type="NCHG")], "3/1"))
    engine.dispose()

    def give(*words: str, user: str = "comptable-bf", before: tuple[str, ...] = ()) -> Outcome:
        return call([*before, *words], database=sqlite_books.url, actor=user, now=NOW)

    return give


WITHDRAW = ("statement", "withdraw", "3/1", "--reason", "relevé provisoire")


def test_a_provisional_statement_gives_way_to_the_right_one(pcaes: Any, tmp_path: Path) -> None:
    assert pcaes("reconcile", "run", "--book", "BF", "--json").document["confirmed"] == 2
    refused = pcaes(*WITHDRAW, "--json")
    assert (refused.code, refused.document["refused"]["code"]) == (1, "withdrawal_line_matched")
    assert refused.document["refused"]["facts"]["matches"] == [1, 2]
    assert "« pcaes reconcile undo --statement 1 --reason … »" in refused.document["refused"]["message"]

    undone = pcaes("reconcile", "undo", "--statement", "1", "--reason", "relevé provisoire", "--json").document
    assert [(one["match"], one["corrected"]) for one in undone["undone"]] == [(1, None), (2, "BF/BQ/2026/2")]
    done = pcaes(*WITHDRAW, "--json").document
    assert {name: done[name] for name in ("statement", "book", "number", "lines_withdrawn", "by", "dry_run")} == {
        "statement": 1, "book": "BF", "number": "3/1", "lines_withdrawn": 2, "by": "comptable-bf", "dry_run": False,
    }  # fmt: skip
    assert (done["from"], done["to"], done["opening"], done["closing"]) == ("2026-03-01", "2026-03-31", 0, -40_500)

    (tmp_path / "juste.sta").write_text(RIGHT.format(iban=IBAN["BF"]), encoding="utf-8")
    imported = pcaes("statement", "import", str(tmp_path / "juste.sta"), "--json").document["files"][0]
    assert (imported["status"], imported["lines_new"]) == ("imported", 1)
    assert pcaes("verify", "--json").document["ok"] is True


def test_a_statement_without_a_match_has_nothing_to_undo(pcaes: Any) -> None:
    done = pcaes("reconcile", "undo", "--statement", "1", "--reason", "relevé provisoire", "--json").document
    assert done == {"statement": 1, "book": "BF", "undone": []}
    unknown = pcaes("reconcile", "undo", "--statement", "9", "--reason", "x", "--json").document["refused"]
    assert unknown["code"] == "statement_unknown"
    assert pcaes("reconcile", "undo", "--statement", "1", "--json").document["refused"]["code"] == "reason_missing"
    foreign = pcaes("reconcile", "undo", "--statement", "1", "--reason", "x", "--json", user="comptable-ml")
    assert foreign.document["refused"]["code"] == "book_forbidden"


@pytest.mark.parametrize("words", [(), ("1", "--statement", "1")])
def test_what_is_undone_is_a_match_or_a_statement(words: tuple[str, ...], pcaes: Any) -> None:
    given = pcaes("reconcile", "undo", *words, "--reason", "x")
    assert (given.code, "--statement" in given.err) == (2, True)


def test_a_trial_withdraws_nothing(pcaes: Any) -> None:
    tried = pcaes(*WITHDRAW, "--dry-run", "--json").document
    assert (tried["dry_run"], tried["lines_withdrawn"]) == (True, 2)
    assert pcaes("statement", "list", "--json").document["statements"][0]["withdrawn"] is None
    assert "Essai à blanc, rien n'est enregistré." in pcaes(*WITHDRAW, "--dry-run").out


def test_the_same_key_withdraws_once(pcaes: Any) -> None:
    key = ("--idempotency-key", "retrait-1")
    first = pcaes(*WITHDRAW, "--json", before=key).document
    assert first["statement"] == 1
    assert pcaes(*WITHDRAW, "--json", before=key).document == first
    other = pcaes("statement", "withdraw", "1", "--reason", "autre", "--json", before=key)
    assert other.document["refused"]["code"] == "key_reused"
    assert pcaes(*WITHDRAW, "--json").document["refused"]["code"] == "statement_withdrawn"


def test_an_auditor_sees_the_withdrawn_statement_and_its_lines(pcaes: Any) -> None:
    assert pcaes(*WITHDRAW, user="auditeur").code == 1
    told = pcaes(*WITHDRAW)
    assert "Relevé 3/1 (n° 1) du livre BF retiré : 2 lignes ne comptent plus." in told.out
    assert "Aucun relevé n'a été importé pour ce compte." in told.out
    mark = "relevé retiré le 20/04/2026 par comptable-bf : « relevé provisoire »"
    assert mark in pcaes("statement", "list", user="auditeur").out
    shown = pcaes("statement", "show", "1", user="auditeur")
    assert (mark in shown.out, "FRAIS DE TENUE DE COMPTE" in shown.out) == (True, True)
    document = json.loads(pcaes("statement", "show", "1", "--json", user="auditeur").out)
    assert document["withdrawn"] == {
        "at": "2026-04-20T12:00:00+00:00", "by": "comptable-bf", "reason": "relevé provisoire",
    }  # fmt: skip
    assert [line["amount"] for line in document["content"]] == [-40_000, -500]


def test_a_withdrawal_is_told_in_english(pcaes: Any) -> None:
    english = ("--lang", "en")
    assert (
        "Statement 3/1 (no. 1) of the book BF withdrawn: 2 lines count no more." in pcaes(*WITHDRAW, before=english).out
    )
    again = pcaes(*WITHDRAW, before=english)
    assert "was already withdrawn on 20/04/2026 by comptable-bf" in again.err
