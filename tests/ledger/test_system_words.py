"""What the system answers about a file is told in our words, and each of them has its English."""

import errno
from pathlib import Path

import pytest

from ledger.entry_file import EntryFileUnreadable, load_json
from ledger.i18n import translated
from ledger.system_words import REASONS, system_reason
from portal.cli.call import call


def test_a_common_answer_is_told_in_our_words() -> None:
    assert system_reason(FileNotFoundError(errno.ENOENT, "No such file or directory")) == (
        "aucun fichier ni dossier ne porte ce nom"
    )
    assert system_reason(OSError(errno.ENOSPC, "No space left on device")) == "il n'y a plus de place sur le disque"


def test_a_rare_answer_keeps_its_number_and_the_systems_words() -> None:
    assert system_reason(OSError(errno.EPIPE, "Broken pipe")) == "erreur 32 du système (Broken pipe)"
    assert system_reason(OSError("rien")) == "erreur – du système (rien)"


def test_every_reason_has_its_english() -> None:
    assert [one for one in REASONS.values() if translated(one, "en") == one] == [], "write it in ledger/locale/en.po"


def test_a_file_of_entries_says_why_it_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(EntryFileUnreadable) as absent:
        load_json(tmp_path / "absent.json")
    with pytest.raises(EntryFileUnreadable) as folder:
        load_json(tmp_path)
    assert absent.value.facts["fault"] == "aucun fichier ni dossier ne porte ce nom"
    assert folder.value.facts["fault"] == "c'est un dossier, non un fichier"


@pytest.mark.parametrize(
    ("lang", "words"),
    [("fr", "aucun fichier ni dossier ne porte ce nom"), ("en", "no file or folder bears this name")],
)
def test_the_command_line_says_it_in_the_language_asked_for(tmp_path: Path, lang: str, words: str) -> None:
    url = f"sqlite:///{tmp_path / 'livres.db'}"
    assert call(("init", "--fictional"), database=url, actor=None).code == 0
    told = call(
        ("--lang", lang, "key", "register", str(tmp_path / "absent.pub"), "--user", "x"), database=url, actor="x"
    )
    assert (told.code, words in told.err, "No such file" in told.err) == (1, True, False)
