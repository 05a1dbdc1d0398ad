"""The auditors' pack: complete, the same each time, and checked without the program that made it."""

import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from ledger import verify_chain
from ledger.commands import post
from ledger.entry_file import read_entries
from ledger.unit import Ledger
from portal.verification import verify_books
from reports.audit.pack import PackFacts, write_pack
from reports.audit.pack_data import known_tables
from reports.audit.pack_folder import EPOCH, PackFolder, digest_of, safe_name
from reports.audit.pack_readme import BANNER, readme
from tests.reports.worked import START, entry, posted


def packed(engine: Engine, out: Path) -> PackFacts:
    """The pack of the books as they stand."""
    with engine.connect() as connection, connection.begin():
        return write_pack(connection, verify_books(connection), out)[0]


def unpacked(archive: Path, where: Path) -> Path:
    """The pack as an auditor has it on disk."""
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(where)
    return where


def sums(path: Path) -> dict[str, str]:
    """File → fingerprint, from a list that `sha256sum` reads."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def test_every_file_of_the_pack_is_in_its_list_with_its_fingerprint(books_engine: Engine, tmp_path: Path) -> None:
    posted(books_engine)
    packed(books_engine, tmp_path / "dossier.zip")
    place = unpacked(tmp_path / "dossier.zip", tmp_path / "dossier")

    files = {one.relative_to(place).as_posix() for one in place.rglob("*") if one.is_file()}
    listed = sums(place / "SHA256SUMS")
    assert files == {*listed, "SHA256SUMS"}
    assert {name: digest_of(place / name) for name in listed} == listed
    for name in (
        "LISEZ-MOI.txt",
        "verification/rapport.txt",
        "exports/fec.txt",
        "exports/chaine.jsonl",
        "donnees/entry_line.csv",
        "donnees/command_log.csv",
        "etats/tests-audit.xlsx",
        "etats/2026/trial-balance.xlsx",
        "verificateurs/verifier_ordre.py",
    ):
        assert name in listed


def test_the_list_is_checked_by_the_program_of_every_system(sqlite_books: Any, tmp_path: Path) -> None:
    program = shutil.which("sha256sum")
    if program is None:
        pytest.skip("sha256sum is not installed: the lists of the pack are NOT checked by another program")
    place = made(sqlite_books, tmp_path)
    assert subprocess.run([program, "-c", "--quiet", "SHA256SUMS"], cwd=place, check=False).returncode == 0
    with (place / "exports" / "fec.txt").open("a") as stream:
        stream.write("\n")
    told = subprocess.run([program, "-c", "--quiet", "SHA256SUMS"], cwd=place, capture_output=True, check=False)
    assert told.returncode == 1
    assert b"exports/fec.txt" in told.stdout


def made(database: Any, tmp_path: Path) -> Path:
    """The unpacked pack of the small fictional quarter."""
    from ledger.engine import open_engine

    engine = open_engine(database.url)
    posted(engine)
    packed(engine, tmp_path / "dossier.zip")
    engine.dispose()
    return unpacked(tmp_path / "dossier.zip", tmp_path / "dossier")


def test_the_same_books_give_the_same_bytes(books_engine: Engine, tmp_path: Path) -> None:
    posted(books_engine)
    (tmp_path / "ailleurs").mkdir()
    packed(books_engine, tmp_path / "un.zip")
    packed(books_engine, tmp_path / "ailleurs" / "deux.zip")

    assert (tmp_path / "un.zip").read_bytes() == (tmp_path / "ailleurs" / "deux.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "un.zip") as opened:
        assert {one.date_time for one in opened.infolist()} == {EPOCH}
        assert opened.namelist() == sorted(opened.namelist())


def test_nothing_is_left_beside_the_pack(sqlite_books: Any, tmp_path: Path) -> None:
    made(sqlite_books, tmp_path)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["dossier", "dossier.zip", "pcaes.db"]


def test_the_read_me_says_that_the_data_are_fictional_and_what_is_absent(books_engine: Engine, tmp_path: Path) -> None:
    posted(books_engine)
    facts = packed(books_engine, tmp_path / "dossier.zip")
    text = "\n".join(readme(facts)).replace("\u00a0", " ")

    assert text.startswith(BANNER)
    assert "Écritures : 9     Lignes : 18" in text
    assert "Total des débits  : 2 951 500 francs CFA" in text
    assert "- Ordres de paiement et signatures : la base n'en contient aucun." in text
    assert "- Relevés de compte importés : la base n'en contient aucun." in text
    assert all(f"Livre {book} :" in text for book in ("BF", "ML", "NE"))
    assert max(len(line) for line in text.splitlines() if not line.startswith("       ")) <= 110


def test_every_file_that_the_read_me_names_is_there(sqlite_books: Any, tmp_path: Path) -> None:
    place = made(sqlite_books, tmp_path)
    text = (place / "LISEZ-MOI.txt").read_text(encoding="utf-8-sig")
    named = set(re.findall(r"\b(?:etats|exports|verification|verificateurs)/[\w./-]+\.\w+", text))
    assert len(named) >= 15
    assert {name for name in named if not (place / name).is_file()} == set()


def test_the_chain_is_verified_by_the_file_of_the_pack_alone(sqlite_books: Any, tmp_path: Path) -> None:
    place = made(sqlite_books, tmp_path)
    words = [
        sys.executable, "-I", "verificateurs/verifier_chaine.py", "exports/chaine.jsonl", "--last",
        "--expect-heads", "verification/tetes.json",
    ]  # fmt: skip
    told = subprocess.run(words, cwd=place, capture_output=True, check=False, text=True)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.splitlines()[-2:] == [
        "Total des débits 2951500, total des crédits 2951500",
        "9 écritures : la chaîne est intacte",
    ]


def entries_of(place: Path) -> list[dict[str, Any]]:
    """The entries of the exported chain."""
    return [json.loads(row) for row in (place / "exports" / "chaine.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda rows: rows[2].update(label="autre libellé"), "recalculée"),
        (lambda rows: rows.pop(1), "empreinte précédente"),
        (lambda rows: rows[0]["lines"][0].update(debit=1), "total des débits 1, total des crédits 1000000"),
        (lambda rows: rows.pop(), "tête attendue"),
    ],
    ids=["a changed label", "an entry taken out", "a changed amount", "the end cut off"],
)
def test_a_changed_chain_is_found(
    sqlite_books: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Any, fault: str
) -> None:
    place = made(sqlite_books, tmp_path)
    rows = entries_of(place)
    change(rows)
    changed = tmp_path / "changée.jsonl"
    changed.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    assert verify_chain.main([str(changed), "--expect-heads", str(place / "verification" / "tetes.json")]) == 1
    assert fault in capsys.readouterr().out


def test_a_file_that_is_no_chain_is_not_called_good(tmp_path: Path) -> None:
    wrong = tmp_path / "autre.jsonl"
    wrong.write_text("{}\n", encoding="utf-8")
    assert verify_chain.main([str(wrong)]) == 2


def test_a_label_that_a_spreadsheet_would_run_is_text_in_the_tables(books_engine: Engine, tmp_path: Path) -> None:
    hostile = entry("BF", "OD", "2026-04-20", "=1+1", ("65881", 5), ("40111", -5)) | {"label": '=cmd|"/c calc"!A1'}
    drafts = read_entries({"entries": [hostile]}, "essai.json")
    Ledger(books_engine, "installation", clock=lambda: START).perform("post", lambda unit: post(unit, drafts))
    packed(books_engine, tmp_path / "dossier.zip")
    with zipfile.ZipFile(tmp_path / "dossier.zip") as opened:
        table = opened.read("donnees/entry.csv").decode("utf-8-sig")
    assert ";'=1+1;" in table
    assert "'=cmd|" in table


def test_a_pack_of_books_without_an_entry_says_so(books_engine: Engine, tmp_path: Path) -> None:
    facts = packed(books_engine, tmp_path / "dossier.zip")
    assert (facts.entries, facts.debit, facts.last_entry) == (0, 0, None)
    with zipfile.ZipFile(tmp_path / "dossier.zip") as opened:
        assert opened.read("exports/chaine.jsonl") == b""


def test_the_tables_of_the_pack_are_those_of_the_product() -> None:
    names = {table.name for table in known_tables()}
    assert {"entry", "entry_line", "statement", "statement_line", "payment_order", "mandate", "command_log"} <= names
    assert not {name for name in names if "password" in name or "session" in name}


@given(st.text(max_size=120))
def test_a_safe_name_leaves_no_folder_and_shocks_no_system(name: str) -> None:
    safe = safe_name(name)
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", safe)
    assert ".." not in safe


@pytest.mark.parametrize(
    ("given_name", "safe"),
    [
        ("relevé mars 2026.STA", "releve_mars_2026.STA"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\relevé.csv", "releve.csv"),
        ("…", "fichier"),
        ("a" * 200 + ".xlsx", "a" * 75 + ".xlsx"),
    ],
)
def test_names_given_by_others_become_plain(given_name: str, safe: str) -> None:
    assert safe_name(given_name) == safe


def test_the_zip_of_a_folder_is_made_of_its_files_only(tmp_path: Path) -> None:
    folder = PackFolder(tmp_path)
    folder.content("b/deux.bin", b"2")
    folder.text("un.txt", ["é"])
    assert folder.seal() == 2
    stream = io.BytesIO()
    folder.zip_to(stream)
    with zipfile.ZipFile(stream) as opened:
        assert opened.namelist() == ["SHA256SUMS", "b/deux.bin", "un.txt"]
        assert opened.read("un.txt") == "é\n".encode()


def test_a_received_file_that_changed_since_is_named_and_fails_its_own_list(sqlite_books: Any, tmp_path: Path) -> None:
    import hashlib
    import sqlite3

    from ledger.engine import open_engine

    raw = sqlite3.connect(sqlite_books.url.removeprefix("sqlite:///"))
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f'DROP TRIGGER "{name}"')
    received = hashlib.sha256(b"releve recu").hexdigest()
    row = (1, received, "../relevé 1.sta", "mt940", b"releve change", "2026-05-04T08:00:00.000000Z", "essai", 1)
    raw.execute("INSERT INTO statement_file VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
    raw.commit()
    raw.close()
    engine = open_engine(sqlite_books.url)
    facts = packed(engine, tmp_path / "dossier.zip")
    engine.dispose()
    place = unpacked(tmp_path / "dossier.zip", tmp_path / "dossier")

    assert sums(place / "sources/releves/SHA256SUMS") == {"00001-releve_1.sta": received}
    assert (place / "sources/releves/00001-releve_1.sta").read_bytes() == b"releve change"
    assert [one.altered for one in facts.sources if one.count] == [("00001-releve_1.sta",)]
    assert "ALTÉRÉ : sources/releves/00001-releve_1.sta" in (place / "LISEZ-MOI.txt").read_text(encoding="utf-8-sig")
