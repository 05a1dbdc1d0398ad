"""The commands of the books, as an accountant types them."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from portal.cli.call import Outcome, call

IBAN_BF = "BF42BF9990100102025000011784"


def entries(**changes: Any) -> dict[str, Any]:
    one = {
        "book": "BF",
        "journal": "OD",
        "date": "2026-03-05",
        "document": "OV-FICTIF-12",
        "label": "Paiement fictif",
        "lines": [{"account": "40111", "debit": 1_000_000}, {"account": "52111", "credit": 1_000_000}],
    }
    return {"entries": [{**one, **changes}]}


@pytest.fixture
def shop(tmp_path: Path) -> Any:
    """Fresh books in an empty folder, and a way to give commands there."""
    database = f"sqlite:///{tmp_path / 'pcaes.db'}"

    def give(*words: str, actor: str | None = "essai") -> Outcome:
        return call(words, database=database, actor=actor)

    def post(document: dict[str, Any], *words: str, actor: str | None = "essai") -> Outcome:
        file = tmp_path / "ecritures.json"
        file.write_text(json.dumps(document), encoding="utf-8")
        return give("post", str(file), "--json", *words, actor=actor)

    give.post = post  # type: ignore[attr-defined]  # one fixture for both ways of asking
    assert give("init").code == 0
    return give


def code_of(outcome: Outcome) -> str:
    return str(outcome.document["refused"]["code"])


def test_posting_answers_the_name_and_the_hash_of_each_entry(shop: Any) -> None:
    done = shop.post(entries())

    one = done.document["entries"][0]
    assert (done.code, one["book"], one["journal"], one["year"], one["number"]) == (0, "BF", "OD", 2026, 1)
    assert len(one["hash"]) == 64
    assert done.err == ""


def test_an_unbalanced_entry_is_refused_with_its_difference_and_nothing_is_kept(shop: Any) -> None:
    lines = [{"account": "40111", "debit": 5_000}, {"account": "52111", "credit": 4_999}]
    done = shop.post(entries(lines=lines))

    refused = done.document["refused"]
    assert (done.code, refused["code"], refused["facts"]["difference"]) == (1, "entry_unbalanced", 1)
    assert "débits 5\u00a0000, crédits 4\u00a0999, écart 1 (débit)" in refused["message"]
    assert shop.post(entries()).document["entries"][0]["number"] == 1


def test_a_dry_run_numbers_the_entry_and_records_nothing(shop: Any) -> None:
    tried = shop.post(entries(), "--dry-run")
    posted = shop.post(entries())

    assert tried.document["entries"][0]["number"] == 1
    assert posted.document["entries"][0]["number"] == 1


def test_the_same_entry_key_sent_twice_gives_one_entry(shop: Any) -> None:
    first = shop.post(entries(key="cle-1"))
    second = shop.post(entries(key="cle-1"))
    other = shop.post(entries(key="cle-1", label="Autre libellé"))

    assert second.document == first.document
    assert code_of(other) == "entry_key_reused"


def test_the_same_command_key_sent_twice_gives_one_entry(shop: Any) -> None:
    first = shop.post(entries(), "--idempotency-key", "envoi-1")
    second = shop.post(entries(), "--idempotency-key", "envoi-1")
    other = shop.post(entries(label="Autre libellé"), "--idempotency-key", "envoi-1")

    assert second.document == first.document
    assert code_of(other) == "key_reused"


def test_half_a_transfer_is_refused_and_both_halves_pass(shop: Any) -> None:
    halves = [
        {**entries(book="BF", transfer="VIR-1")["entries"][0], "lines": [
            {"account": "5851", "debit": 700}, {"account": "52111", "credit": 700}]},
        {**entries(book="ML", transfer="VIR-1")["entries"][0], "lines": [
            {"account": "52112", "debit": 700}, {"account": "5851", "credit": 700}]},
    ]  # fmt: skip

    assert code_of(shop.post({"entries": halves[:1]})) == "transfer_alone"
    assert [one["book"] for one in shop.post({"entries": halves}).document["entries"]] == ["BF", "ML"]


def test_an_accountant_posts_in_the_book_that_is_theirs(shop: Any) -> None:
    assert shop("user", "add", "chef", "--role", "administrator").code == 0
    assert shop("user", "add", "comptable-ml", "--role", "accountant", "--book", "ML", actor="chef").code == 0

    assert code_of(shop.post(entries(), actor="comptable-ml")) == "book_forbidden"
    assert code_of(shop.post(entries(), actor="chef")) == "role_forbidden"
    assert code_of(shop.post(entries(), actor="inconnu")) == "user_unknown"


def test_the_first_user_must_be_an_administrator(shop: Any) -> None:
    done = shop("user", "add", "x", "--role", "accountant", "--json")

    assert (done.code, code_of(done)) == (1, "first_user_administrator")


def test_a_disabled_user_acts_no_more_and_can_be_given_back_the_right(shop: Any) -> None:
    shop("user", "add", "chef", "--role", "administrator")
    shop("user", "add", "comptable", "--role", "accountant", actor="chef")
    shop("user", "disable", "comptable", "--reason", "Mutation", actor="chef")

    assert code_of(shop.post(entries(), actor="comptable")) == "user_disabled"
    shop("user", "enable", "comptable", "--reason", "Retour", actor="chef")
    assert shop.post(entries(), actor="comptable").code == 0


def test_binding_an_account_checks_its_keys_and_keeps_it_to_one_book(shop: Any) -> None:
    bound = shop("account", "bind", "BF", "--iban", IBAN_BF, "--aliases", "020250000117", "--json")

    assert bound.document == {
        "book": "BF", "iban": IBAN_BF, "account": "52111", "bank": None, "aliases": ["020250000117"]
    }  # fmt: skip
    assert code_of(shop("account", "bind", "ML", "--iban", IBAN_BF, "--json")) == "bank_account_taken"
    assert code_of(shop("account", "bind", "BF", "--iban", IBAN_BF[:-1] + "5", "--json")) == "iban_invalid"
    assert shop("account", "bind", "XX", "--iban", IBAN_BF, "--json").code == 2


def test_a_closed_account_takes_no_entry_until_it_is_open_again(shop: Any) -> None:
    shop("account", "close", "40111", "--from", "2026-03-01", "--reason", "Essai")

    assert code_of(shop.post(entries())) == "account_closed"
    assert shop.post(entries(date="2026-02-27")).code == 0
    shop("account", "open", "40111", "--from", "2026-03-02", "--reason", "Essai")
    assert shop.post(entries()).code == 0


def test_an_entry_is_shown_with_the_titles_of_its_accounts(shop: Any) -> None:
    shop.post(entries())
    shown = shop("entry", "show", "BF/OD/2026/1", "--json").document

    assert (shown["reference"], shown["lines"][1]["credit"]) == ("BF/OD/2026/1", 1_000_000)
    assert shown["lines"][1]["title"] == "Banque – compte PC-AES Burkina Faso"
    assert code_of(shop("entry", "show", "BF/OD/2026/2", "--json")) == "entry_unknown"
    assert shop("entry", "show", "n'importe quoi", "--json").code == 2


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", "JSON"),
        ("{", "JSON"),
        ('{"entries": []}', "au moins une écriture"),
        ('{"entries": [{"book": "FR"}]}', "lines"),
        ("[" * 100_000, "JSON"),
        (
            json.dumps(entries(lines=[{"account": "40111", "debit": 10.5}, {"account": "52111", "credit": 10.5}])),
            "10.5",
        ),
        (json.dumps(entries(date="05/03/2026")), "AAAA-MM-JJ"),
        (json.dumps(entries(montant=1)), "montant"),
        (json.dumps(entries(label="a\u0000b")), "contrôle"),
    ],
)
def test_a_file_that_is_not_what_is_expected_is_refused_in_one_sentence(
    shop: Any, tmp_path: Path, content: str, fault: str
) -> None:
    file = tmp_path / "faux.json"
    file.write_text(content, encoding="utf-8")
    done = shop("post", str(file), "--json")

    assert done.code == 1
    assert "faux.json" in done.document["refused"]["message"]
    assert fault in done.document["refused"]["message"]


def test_verify_is_green_on_good_books_and_says_the_heads(shop: Any) -> None:
    posted = shop.post(entries()).document["entries"][0]
    done = shop("verify", "--json")

    assert (done.code, done.document["ok"]) == (0, True)
    assert done.document["heads"]["BF"] == {"entries": 1, "hash": posted["hash"]}
    assert [one["name"] for one in done.document["checks"] if not one["ok"]] == []


def test_verify_notices_a_tail_that_was_cut_off(shop: Any, tmp_path: Path) -> None:
    shop.post(entries())
    heads = tmp_path / "tetes.json"
    heads.write_text(json.dumps({"heads": {"BF": {"entries": 2, "hash": "0" * 64}}}), encoding="utf-8")
    done = shop("verify", "--expect-heads", str(heads), "--json")

    assert done.code == 1
    assert [one["name"] for one in done.document["checks"] if not one["ok"]] == ["expected_heads"]


def test_without_books_every_command_says_how_to_begin(tmp_path: Path) -> None:
    done = call(("verify", "--json"), database=f"sqlite:///{tmp_path / 'rien.db'}", actor=None)

    assert (done.code, code_of(done)) == (1, "database_not_ready")
    assert not (tmp_path / "rien.db").exists()


def test_a_clock_of_its_own_is_refused_to_real_books(shop: Any, tmp_path: Path) -> None:
    words = ("user", "add", "chef", "--role", "administrator", "--json")
    real = call(words, database=f"sqlite:///{tmp_path / 'pcaes.db'}", actor=None, now="2026-03-01T08:00:00Z")

    assert (real.code, code_of(real)) == (1, "clock_not_allowed")


def test_the_program_answers_in_json_alone_on_stdout_and_in_french_on_stderr(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        program = [sys.executable, "-c", "from portal.cli.main import main; main()", *words]
        return subprocess.run(program, cwd=tmp_path, capture_output=True, text=True, check=False)

    created = run("init", "--json")
    wrong = run("post")
    unknown = run("--json", "nimporte")
    option = run("verify", "--nimporte")

    assert (created.returncode, json.loads(created.stdout)["books"]) == (0, ["BF", "ML", "NE"])
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("✗ Il manque ")
    assert (unknown.returncode, json.loads(unknown.stdout)["refused"]["code"]) == (2, "usage")
    assert option.returncode == 2
    assert "--nimporte n'existe pas" in option.stderr


def test_the_number_of_an_entry_is_one_that_a_database_can_hold(shop: Any) -> None:
    done = shop("entry", "show", "BF/OD/2026/" + "9" * 30, "--json")

    assert (done.code, code_of(done)) == (2, "reference_unreadable")


@pytest.mark.parametrize("name", ["", " chef", "chef\u200b", "x" * 101])
def test_a_user_has_a_name_that_can_be_read(shop: Any, name: str) -> None:
    done = shop("user", "add", name, "--role", "administrator", "--json", actor=None)

    assert (done.code, code_of(done)) == (2, "user_name_unusable")


def test_a_short_alias_is_refused_since_another_account_could_bear_it(shop: Any) -> None:
    for alias in ("123", "ABCDEFGHIJ"):
        done = shop("account", "bind", "BF", "--iban", IBAN_BF, "--aliases", alias, "--json")
        assert (done.code, code_of(done)) == (1, "alias_unusable")


def test_a_third_entry_of_a_transfer_is_refused(shop: Any) -> None:
    def half(book: str, debit: str, credit: str) -> dict[str, Any]:
        lines = [{"account": debit, "debit": 700}, {"account": credit, "credit": 700}]
        return {**entries(book=book, transfer="VIR-3")["entries"][0], "lines": lines}

    sent = [half("BF", "5851", "52111"), half("ML", "52112", "5851"), half("NE", "52113", "5851")]

    assert code_of(shop.post({"entries": sent})) == "transfer_too_many"


def test_a_file_that_is_no_database_is_said_to_be_damaged(tmp_path: Path) -> None:
    file = tmp_path / "abime.db"
    file.write_bytes(b"ceci n'est pas une base" * 500)
    done = call(("verify", "--json"), database=f"sqlite:///{file}", actor=None)

    assert (done.code, code_of(done)) == (1, "database_damaged")


@pytest.mark.parametrize(
    "reason", ["a\udcffb", "deux\nlignes", "\u202e0001", "x" * 1_001], ids=["bytes", "two lines", "turned", "long"]
)
def test_a_reason_that_the_books_cannot_hold_is_refused(reason: str, shop: Any) -> None:
    shop.post(entries())
    done = shop("--json", "entry", "reverse", "BF/OD/2026/1", "--style", "negative", "--reason", reason)
    assert (done.code, code_of(done)) == (2, "argument_unreadable")
    assert shop("entry", "show", "BF/OD/2026/2").code == 1


def test_an_actor_from_the_environment_is_text(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCAES_USER", "a\udcff")
    done = shop("--json", "user", "list", actor=None)
    assert (done.code, code_of(done)) == (2, "argument_unreadable")


@pytest.mark.parametrize("key", ["", "  ", "k" * 201])
def test_a_key_that_names_nothing_is_refused(key: str, shop: Any) -> None:
    done = shop.post(entries(), "--idempotency-key", key)
    assert (done.code, code_of(done)) == (2, "idempotency_key_unusable")


def test_a_number_too_large_for_any_book_is_refused(shop: Any) -> None:
    done = shop("reconcile", "undo", "9" * 25, "--reason", "essai", "--json")

    assert (done.code, code_of(done)) == (2, "number_too_large")
