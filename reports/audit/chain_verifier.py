"""Vérifie la chaîne des écritures sans le programme qui l'a faite : Python 3.9 ou plus récent, rien d'autre.

`python3 -I verifier_chaine.py chaine.jsonl --tetes tetes.json`

Chaque ligne du fichier est une écriture : ses champs, ses lignes, son empreinte. L'empreinte est recalculée,
comparée à celle qui est écrite, puis à la « previous_hash » de l'écriture suivante du même livre. Sont aussi
vérifiés : l'équilibre de chaque écriture, les rangs et les numéros sans trou, le dernier rang et la dernière
empreinte de chaque livre (--tetes).

Encodage haché (version pcaes-entry-1) : le texte de la version, puis chaque champ de l'écriture dans l'ordre ci-
dessous, puis le nombre de lignes, puis les champs de chaque ligne. Chaque valeur s'écrit LONGUEUR:TEXTE (longueur
en caractères), ou « - » quand elle manque. Le tout en UTF-8, SHA-256 en hexadécimal.

Code de sortie : 0 tout est conforme, 1 un contrôle échoue, 2 le fichier ne peut pas être lu.
"""

import argparse
import hashlib
import json
import sys
from typing import Any, NamedTuple, Optional

VERSION = "pcaes-entry-1"
GENESIS = "0" * 64
ENTRY_FIELDS = (
    "id", "book", "journal", "year", "number", "period", "position", "date", "document", "document_date", "label",
    "origin", "origin_ref", "correction", "corrects", "replaces", "transfer", "peer", "key", "recorded_at", "actor",
    "command_id", "previous_hash",
)  # fmt: skip
LINE_FIELDS = ("position", "account", "debit", "credit", "label", "reference", "value_date")
FAULTS_SHOWN = 50

Heads = dict[str, tuple[int, str]]
Numbers = dict[tuple[str, str, int], int]


class Outcome(NamedTuple):
    """What was found: the faults as text, how many entries, their totals, the last entry of each book."""

    faults: list[str]
    entries: int
    debit: int
    credit: int
    heads: Heads


def field(value: object) -> str:
    """One value: its length, a colon, its text; a dash when there is none."""
    return "-" if value is None else f"{len(str(value))}:{value}"


def recomputed(entry: dict[str, Any]) -> str:
    """The SHA-256 of an entry from its own fields."""
    parts = [field(VERSION), *(field(entry[name]) for name in ENTRY_FIELDS), field(len(entry["lines"]))]
    for line in entry["lines"]:
        parts.extend(field(line[name]) for name in LINE_FIELDS)
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def check_entry(entry: dict[str, Any], heads: Heads, numbers: Numbers) -> list[str]:
    """The faults of one entry, given the last of each book and the last number of each journal; both move on."""
    book, lines = entry["book"], entry["lines"]
    position, previous = heads.get(book, (0, GENESIS))
    sequence = (book, entry["journal"], entry["year"])
    number = numbers.get(sequence, 0) + 1
    debit, credit = sum(line["debit"] for line in lines), sum(line["credit"] for line in lines)
    found = []
    if recomputed(entry) != entry["hash"]:
        found.append("l'empreinte recalculée n'est pas celle qui est écrite")
    if entry["previous_hash"] != previous:
        found.append("ne suit pas l'écriture précédente de son livre")
    if entry["position"] != position + 1:
        found.append(f"rang {entry['position']} dans le livre, attendu {position + 1}")
    if entry["number"] != number:
        found.append(f"numéro {entry['number']}, attendu {number}")
    if len(lines) < 2 or debit != credit:
        found.append(f"débits {debit}, crédits {credit}")
    heads[book] = (entry["position"], entry["hash"])
    numbers[sequence] = entry["number"]
    return found


def check_heads(heads: Heads, expected: dict[str, dict[str, Any]]) -> list[str]:
    """What differs between the end of the chain and the heads noted elsewhere."""
    found = []
    for book, wanted in sorted(expected.items()):
        position, digest = heads.get(book, (0, GENESIS))
        if (position, digest) != (wanted["entries"], wanted["hash"]):
            found.append(f"livre {book} : {position} écritures, fin {digest} ; attendu {wanted['entries']}, "
                         f"fin {wanted['hash']}")  # fmt: skip
    return found


def verify(path: str, heads_path: Optional[str] = None) -> Outcome:  # noqa: UP045  # read by Python 3.9 too
    """Read the whole file, entry by entry."""
    heads: Heads = {}
    numbers: Numbers = {}
    faults: list[str] = []
    count = debit = credit = 0
    with open(path, encoding="utf-8") as stream:
        for row in stream:
            entry = json.loads(row)
            count += 1
            debit += sum(line["debit"] for line in entry["lines"])
            credit += sum(line["credit"] for line in entry["lines"])
            name = f"{entry['book']}/{entry['journal']}/{entry['year']}/{entry['number']}"
            faults.extend(f"{name} : {fault}" for fault in check_entry(entry, heads, numbers))
    if heads_path is not None:
        with open(heads_path, encoding="utf-8") as stream:
            faults.extend(check_heads(heads, json.load(stream)))
    return Outcome(faults, count, debit, credit, heads)


def main(arguments: Optional[list[str]] = None) -> int:  # noqa: UP045  # read by Python 3.9 too
    """The command; gives the exit code."""
    parser = argparse.ArgumentParser(description="Vérifie hors ligne la chaîne des écritures.")
    parser.add_argument("chaine")
    parser.add_argument("--tetes", default=None, help="dernières écritures notées par ailleurs (JSON)")
    asked = parser.parse_args(arguments)
    try:
        found = verify(asked.chaine, asked.tetes)
    except (OSError, ValueError, KeyError, TypeError) as unreadable:
        sys.stderr.write(f"Le fichier ne peut pas être lu : {unreadable!r}\n")
        return 2
    for fault in found.faults[:FAULTS_SHOWN]:
        sys.stdout.write(f"FAUX  {fault}\n")
    sys.stdout.write(f"{found.entries} écritures, débits {found.debit}, crédits {found.credit}\n")
    for book, (position, digest) in sorted(found.heads.items()):
        sys.stdout.write(f"{book} : {position} écritures, dernière empreinte {digest}\n")
    sys.stdout.write(f"{len(found.faults)} FAUTE(S)\n" if found.faults else "TOUT EST CONFORME\n")
    return 1 if found.faults else 0


if __name__ == "__main__":
    sys.exit(main())
