"""`--lang en`: every sentence has its English, with the same facts; French stays the language of the books."""

import ast
import string
from pathlib import Path
from typing import Any

import pytest
from commands_page import commands
from errors_page import catalogue

from ledger.guards import RefusedByDatabase
from ledger.i18n import translated
from portal.cli.call import Outcome, call

ROOT = Path(__file__).resolve().parents[2]
UNBALANCED = """{"entries": [{"book": "BF", "journal": "OD", "date": "2026-03-05", "document": "OV-1",
 "document_date": "2026-03-05", "label": "Essai", "lines": [
 {"account": "40111", "debit": 10}, {"account": "52111", "credit": 9}]}]}"""


def facts(sentence: str) -> set[tuple[str, str]]:
    """What a sentence fills in: names with their formats; the forms of a plural are each language's own."""
    found = [(name, form or "") for _, name, form, _ in string.Formatter().parse(sentence) if name is not None]
    return {(name, "|" if "|" in form else form) for name, form in found}


def faults(sentences: list[str]) -> list[str]:
    """Sentences that have no English, or whose English fills in other facts."""
    return [one for one in sentences if translated(one, "en") == one or facts(translated(one, "en")) != facts(one)]


def said_on_screen() -> list[str]:
    """The sentences that the commands give to `tell` and `phrase`, read from their source."""
    found = []
    for file in sorted((ROOT / "portal" / "cli").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("tell", "phrase") and node.args:
                first = node.args[0]
                branches = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                found += [one.value for one in branches if isinstance(one, ast.Constant)]
    return found


def speak(books: str, *words: str, actor: str | None = None) -> Outcome:
    """One command on these books."""
    return call(words, database=books, actor=actor)


@pytest.fixture
def books(tmp_path: Path) -> str:
    """Fictional books with an administrator and the accountant of Burkina Faso."""
    url = f"sqlite:///{tmp_path / 'livres.db'}"
    assert speak(url, "init", "--fictional").code == 0
    assert speak(url, "user", "add", "admin", "--role", "administrator").code == 0
    added = speak(url, "user", "add", "comptable-bf", "--role", "accountant", "--book", "BF", actor="admin")
    assert added.code == 0, added.err
    return url


def test_every_refusal_has_its_english_sentence_with_the_same_facts() -> None:
    assert faults([refusal.sentence for refusal in catalogue().values()]) == [], "write it in ledger/locale/en.po"


def test_every_check_has_its_english_title() -> None:
    from portal.verification import all_checks

    assert faults([check.title for check in all_checks()]) == [], "write it in ledger/locale/en.po"


def test_every_sentence_on_screen_has_its_english() -> None:
    sentences = said_on_screen()
    assert "Écritures validées :" in sentences, "the sentences were not found in the source"
    assert faults(sentences) == [], "write it in ledger/locale/en.po"


def test_every_help_text_has_its_english() -> None:
    texts = {" ".join((command.help or "").split()) for _, command in commands()}
    texts |= {
        (getattr(parameter, "help", None) or "").strip()
        for _, command in commands()
        for parameter in command.params
        if parameter.name not in ("help", "version")
    }
    assert faults(sorted(texts - {""})) == [], "write it in ledger/locale/en.po"


def test_the_catalogue_holds_nothing_twice_and_nothing_empty() -> None:
    from babel.messages.pofile import read_po

    text = (ROOT / "ledger" / "locale" / "en.po").read_text(encoding="utf-8")
    with (ROOT / "ledger" / "locale" / "en.po").open("rb") as file:
        messages = [message for message in read_po(file, abort_invalid=True) if message.id]
    assert len(messages) == text.count("\nmsgid ") - 1
    assert [message.id for message in messages if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("words", [("--lang", "xx", "user", "list"), ("user", "list", "--lang=xx")])
def test_an_unknown_language_is_refused_in_both_languages(books: str, words: tuple[str, ...]) -> None:
    told = speak(books, *words)
    assert told.code == 2
    assert "[language_unknown]" in told.err
    assert "La langue « xx » n'existe pas" in told.err
    assert "The language “xx” does not exist" in told.err


def test_the_variable_asks_for_a_language_and_the_option_wins(books: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PCAES_LANG", "en")
    assert "accountant" in speak(books, "user", "list").out
    assert "comptable " in speak(books, "--lang", "fr", "user", "list").out
    monkeypatch.setenv("PCAES_LANG", "de")
    assert speak(books, "user", "list").code == 2


def test_a_refusal_is_said_in_english_with_the_same_code_and_facts(books: str, tmp_path: Path) -> None:
    file = tmp_path / "ecritures.json"
    file.write_text(UNBALANCED, encoding="utf-8")
    said: dict[str, Any] = {}
    for lang in ("fr", "en"):
        told = speak(books, "--lang", lang, "--json", "post", str(file), actor="comptable-bf")
        assert told.code == 1
        said[lang] = told.document["refused"]
    assert said["en"]["code"] == said["fr"]["code"] == "entry_unbalanced"
    assert said["en"]["facts"] == said["fr"]["facts"]
    assert "does not balance: debits 10, credits 9, difference 1" in said["en"]["message"]
    assert "n'est pas équilibrée : débits 10, crédits 9, écart 1" in said["fr"]["message"]


def test_wrong_usage_and_help_are_said_in_english(books: str) -> None:
    assert "The command nothing does not exist." in speak(books, "--lang", "en", "nothing").err
    told = speak(books, "post", "--help", "--lang", "en")
    assert told.code == 0
    assert "Post entries (JSON file), all or none" in told.out
    assert "Usage: pcaes post" in told.out
    assert "Usage : pcaes post" in speak(books, "post", "--help").out


def test_verification_is_titled_in_english_for_people_only(books: str) -> None:
    told = speak(books, "--lang", "en", "verify")
    assert "✓ Every entry balances: total debits = total credits" in told.out
    assert "All checks are good." in told.out
    titles = {
        check["name"]: check["title"] for check in speak(books, "--lang", "en", "--json", "verify").document["checks"]
    }
    assert titles["entry_balance"].startswith("Chaque écriture est équilibrée"), "documents for programs do not change"


def test_a_guard_of_the_database_is_said_in_english() -> None:
    refusal = RefusedByDatabase("period_closed", "le mois est ouvert")
    told = refusal.as_json(lambda sentence: translated(sentence, "en"))
    assert told["code"] == "period_closed"
    assert told["message"] == (
        "The database refused the operation: the month is open (rule period_closed). Nothing was recorded."
    )


def test_a_sentence_without_english_stays_french() -> None:
    assert translated("Phrase que le catalogue n'a pas.", "en") == "Phrase que le catalogue n'a pas."
