"""The encoding behind the hashes, fixed byte for byte, and a verifier that shares no code with the product."""

import copy
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import verify_chain
from ledger.chain import ENTRY_FIELDS, GENESIS, LINE_FIELDS, encode, entry_hash

ENTRY: dict[str, Any] = {
    "id": 1, "book": "NE", "journal": "OD", "year": 2026, "number": 1, "period": 3, "position": 1,
    "date": "2026-03-05", "document": "FACT-12", "document_date": None, "label": "Éclairage : 3 mois",
    "origin": "direct", "origin_ref": None, "correction": None, "corrects": None, "replaces": None, "transfer": None,
    "peer": None, "key": "k-1", "recorded_at": "2026-03-06T08:00:00.000001Z", "actor": "comptable-ne", "command_id": 7,
    "previous_hash": GENESIS,
}  # fmt: skip
LINES: list[dict[str, Any]] = [
    {"position": 1, "account": "6328", "debit": 5000, "credit": 0, "label": None, "reference": "R", "value_date": None},
    {
        "position": 2, "account": "40113", "debit": 0, "credit": 5000, "label": "", "reference": None,
        "value_date": "2026-03-07",
    },
]  # fmt: skip
GOLDEN = (
    "13:pcaes-entry-11:12:NE2:OD4:20261:11:31:110:2026-03-057:FACT-12-18:Éclairage : 3 mois6:direct------3:k-1"
    f"27:2026-03-06T08:00:00.000001Z12:comptable-ne1:764:{GENESIS}1:2"
    "1:14:63284:50001:0-1:R-1:25:401131:04:50000:-10:2026-03-07"
)
GOLDEN_HASH = "393708598222b438cb06a4878ac32934dfeb5a71b4c62209bc26016ac08146d1"


def rows(entry: dict[str, Any], lines: list[dict[str, Any]]) -> tuple[list[Any], list[list[Any]]]:
    return [entry[name] for name in ENTRY_FIELDS], [[line[name] for name in LINE_FIELDS] for line in lines]


def exported(entry: dict[str, Any], lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {**entry, "hash": entry_hash(*rows(entry, lines)), "lines": lines}


def test_the_bytes_of_an_entry_are_these() -> None:
    assert encode(*rows(ENTRY, LINES)).decode() == GOLDEN


def test_the_hash_of_an_entry_is_this() -> None:
    assert entry_hash(*rows(ENTRY, LINES)) == GOLDEN_HASH


def test_the_other_program_finds_the_same_bytes() -> None:
    assert verify_chain.canonical({**ENTRY, "lines": LINES}).decode() == GOLDEN


def test_both_programs_name_the_same_fields() -> None:
    assert (verify_chain.ENTRY, verify_chain.LINE) == (ENTRY_FIELDS, LINE_FIELDS)


def test_lines_and_fields_cannot_be_shifted_into_one_another() -> None:
    first = entry_hash(["1:2", None], [])
    assert first != entry_hash(["1", ":2"], [])
    assert entry_hash(["a", ""], []) != entry_hash(["a", None], [])


@given(st.integers(0, len(GOLDEN.encode()) - 1), st.integers(1, 255))
def test_changing_one_byte_changes_the_hash(place: int, difference: int) -> None:
    data = bytearray(GOLDEN.encode())
    data[place] ^= difference
    assert hashlib.sha256(bytes(data)).hexdigest() != GOLDEN_HASH


TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.one_of(st.none(), TEXTS, st.integers(-(10**15), 10**15))


@given(st.lists(VALUES, max_size=6), st.lists(VALUES, max_size=6))
def test_two_different_entries_never_have_the_same_bytes(one: list[Any], other: list[Any]) -> None:
    as_text = [[None if value is None else str(value) for value in values] for values in (one, other)]
    assert (encode(one, []) == encode(other, [])) == (as_text[0] == as_text[1])


@given(st.data())
def test_the_verifier_sees_any_field_that_is_changed(data: st.DataObject) -> None:
    document = exported(copy.deepcopy(ENTRY), copy.deepcopy(LINES))
    place = data.draw(st.sampled_from(["entry", "line"]))
    target = document if place == "entry" else document["lines"][data.draw(st.integers(0, 1))]
    name = data.draw(st.sampled_from(sorted(set(target) - {"lines"})))
    before = target[name]
    change = data.draw(st.integers(1, 9) if isinstance(before, int) else st.sampled_from(["x", "Z", "0"]))
    target[name] = before + change if isinstance(before, int) else f"{before or ''}{change}"
    books = verify_chain.Books(partial=False)
    books.take(document)
    assert books.faults != []


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    program = str(Path(verify_chain.__file__))
    return subprocess.run([sys.executable, "-I", program, *arguments], capture_output=True, text=True, check=False)


def test_the_program_runs_alone_and_says_the_heads(tmp_path: Path) -> None:
    file = tmp_path / "chaine.jsonl"
    file.write_text(json.dumps(exported(ENTRY, LINES), ensure_ascii=False) + "\n", "utf-8")
    heads = tmp_path / "tetes.json"
    heads.write_text(json.dumps({"heads": {"NE": {"entries": 1, "hash": GOLDEN_HASH}}}), "utf-8")
    done = run(str(file), "--expect-heads", str(heads))
    assert (done.returncode, done.stdout) == (
        0,
        f"NE : 1 écriture, tête {GOLDEN_HASH}\nTotal des débits 5000, total des crédits 5000\n"
        "1 écriture : la chaîne est intacte\n",
    )


@pytest.mark.parametrize("text", ["", "{}", "[1]", "pas du JSON"])
def test_what_is_no_export_is_not_verified(tmp_path: Path, text: str) -> None:
    file = tmp_path / "chaine.jsonl"
    file.write_text(text + "\n", "utf-8")
    assert run(str(file)).returncode == 2


def test_a_chain_cut_short_does_not_reach_the_head_noted_before(tmp_path: Path) -> None:
    file = tmp_path / "chaine.jsonl"
    file.write_text(json.dumps(exported(ENTRY, LINES)) + "\n", "utf-8")
    heads = tmp_path / "tetes.json"
    heads.write_text(json.dumps({"NE": {"entries": 2, "hash": "f" * 64}}), "utf-8")
    done = run(str(file), "--expect-heads", str(heads))
    assert done.returncode == 1
    assert "tête attendue à 2 écritures" in done.stdout


def test_a_head_noted_before_is_not_the_last_one_once_an_entry_follows(tmp_path: Path) -> None:
    first = exported(ENTRY, LINES)
    second = {**ENTRY, "id": 2, "number": 2, "position": 2, "key": "k-2", "previous_hash": first["hash"]}
    file = tmp_path / "chaine.jsonl"
    file.write_text("".join(json.dumps(one) + "\n" for one in (first, exported(second, LINES))), "utf-8")
    heads = tmp_path / "tetes.json"
    heads.write_text(json.dumps({"NE": {"entries": 1, "hash": GOLDEN_HASH}}), "utf-8")
    assert run(str(file), "--expect-heads", str(heads)).returncode == 0
    assert run(str(file), "--expect-heads", str(heads), "--last").returncode == 1


def faults_of(*documents: dict[str, Any]) -> list[str]:
    books = verify_chain.Books(partial=False)
    for document in documents:
        books.take(document)
    books.end(None)
    return books.faults


def test_a_gap_an_unbalanced_entry_and_a_lone_half_are_seen_though_the_hash_is_right() -> None:
    assert faults_of(exported(ENTRY, LINES)) == []
    unbalanced = [LINES[0], {**LINES[1], "credit": 4999}]
    assert len(faults_of(exported(ENTRY, unbalanced))) == 1
    assert "total des débits 5000" in faults_of(exported(ENTRY, unbalanced))[0]
    assert "numéro 2, attendu 1" in faults_of(exported({**ENTRY, "number": 2}, LINES))[0]
    assert "moitié du virement" in faults_of(exported({**ENTRY, "peer": 2, "transfer": "V"}, LINES))[0]
    negative = [{**LINES[0], "debit": -5000}, {**LINES[1], "credit": -5000}]
    assert len(faults_of(exported(ENTRY, negative))) == 2


def test_an_entry_put_in_the_place_of_another_breaks_the_link_of_the_next() -> None:
    first = exported(ENTRY, LINES)
    second = {**ENTRY, "id": 2, "number": 2, "position": 2, "key": "k-2"}
    assert faults_of(first, exported({**second, "previous_hash": first["hash"]}, LINES)) == []
    forged = exported({**ENTRY, "label": "Autre libellé"}, LINES)
    faults = faults_of(forged, exported({**second, "previous_hash": first["hash"]}, LINES))
    assert faults == [f"NE/OD/2026/2 : empreinte précédente {first['hash']}, attendue {forged['hash']}"]
