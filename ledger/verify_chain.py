#!/usr/bin/env python3
"""Vérifie la chaîne d'empreintes d'un export, sans le programme, sans base de données et sans réseau.

Bibliothèque standard seule (Python 3.9 ou plus récent). Le fichier est celui de « pcaes export chain », ou celui du
dossier d'audit : une écriture par ligne, en JSON. L'encodage est écrit ici une seconde fois, exprès : deux programmes
qui ne partagent rien et trouvent la même empreinte se contrôlent l'un l'autre.

    python3 -I verify_chain.py chaine.jsonl --expect-heads tetes.json

Encodage haché (version pcaes-entry-1) : le texte de la version, puis chaque champ de l'écriture dans l'ordre de ENTRY,
puis le nombre de lignes, puis les champs de chaque ligne dans l'ordre de LINE. Chaque valeur s'écrit LONGUEUR:TEXTE
(longueur en caractères), ou « - » quand elle manque. Le tout en UTF-8, SHA-256 en hexadécimal.

Code de sortie : 0 la chaîne est intacte, 1 un contrôle échoue, 2 le fichier ne peut pas être vérifié.
"""

from __future__ import annotations  # read by Python 3.9 too

import argparse
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any

Entry = dict[str, Any]

VERSION = "pcaes-entry-1"
GENESIS = "0" * 64
ENTRY = (
    "id", "book", "journal", "year", "number", "period", "position", "date", "document", "document_date", "label",
    "origin", "origin_ref", "correction", "corrects", "replaces", "transfer", "peer", "key", "recorded_at", "actor",
    "command_id", "previous_hash",
)  # fmt: skip
NEEDED = ("id", "year", "number", "period", "position", "command_id")
WHOLE = (*NEEDED, "corrects", "replaces", "peer")
LINE = ("position", "account", "debit", "credit", "label", "reference", "value_date")
FAULTS_SHOWN = 50


def field(value: Any) -> str:
    """One field: length in characters, colon, text; a dash when there is none."""
    return "-" if value is None else f"{len(str(value))}:{value}"


def canonical(entry: Entry) -> bytes:
    """The bytes whose SHA-256 seals the entry."""
    parts = [VERSION, *(entry[name] for name in ENTRY), len(entry["lines"])]
    parts += [line[name] for line in entry["lines"] for name in LINE]
    return "".join(field(part) for part in parts).encode("utf-8")


class Books:
    """What was seen so far: heads, totals, numbers, pairs of transfers, corrections."""

    def __init__(self, partial: bool) -> None:
        self.partial = partial
        self.heads: dict[str, tuple[int, str]] = {}
        self.history: dict[tuple[str, int], str] = {}
        self.numbers: dict[tuple[str, str, int], int] = {}
        self.waiting: dict[int, Entry] = {}
        self.corrected: set[int] = set()
        self.last_id = 0
        self.entries = self.debits = self.credits = 0
        self.faults: list[str] = []

    def fault(self, entry: Entry, text: str) -> None:
        """Note a fault under the entry's name."""
        self.faults.append("{book}/{journal}/{year}/{number} : ".format(**entry) + text)

    def take(self, entry: Entry) -> None:
        """Check one entry against what came before it."""
        self.entries += 1
        wrong = [name for name in WHOLE if type(entry[name]) is not int and (name in NEEDED or entry[name] is not None)]
        wrong += [name for name in ("book", "journal", "date") if not isinstance(entry[name], str)]
        if wrong:
            self.fault(entry, f"champs qui n'ont pas le type attendu : {', '.join(wrong)}")
            return
        self._chain(entry)
        self._numbers(entry)
        self._lines(entry)
        self._links(entry)

    def _chain(self, entry: Entry) -> None:
        book = entry["book"]
        position, previous = self.heads.get(book, (0, GENESIS))
        digest = hashlib.sha256(canonical(entry)).hexdigest()
        if digest != entry["hash"]:
            self.fault(entry, f"empreinte {entry['hash']}, recalculée {digest}")
        if entry["previous_hash"] != previous:
            self.fault(entry, f"empreinte précédente {entry['previous_hash']}, attendue {previous}")
        if entry["position"] != position + 1:
            self.fault(entry, f"position {entry['position']} dans le livre, attendue {position + 1}")
        self.heads[book] = (entry["position"], entry["hash"])
        self.history[book, entry["position"]] = entry["hash"]

    def _numbers(self, entry: Entry) -> None:
        key = (entry["book"], entry["journal"], entry["year"])
        expected = self.numbers.get(key, 0) + 1
        if entry["number"] != expected:
            self.fault(entry, f"numéro {entry['number']}, attendu {expected}")
        self.numbers[key] = entry["number"]
        if entry["id"] <= self.last_id or (not self.partial and entry["id"] != self.last_id + 1):
            self.fault(entry, f"rang d'enregistrement {entry['id']} après {self.last_id}")
        self.last_id = entry["id"]
        if str(entry["year"]) != entry["date"][:4]:
            self.fault(entry, f"exercice {entry['year']}, date {entry['date']}")

    def _lines(self, entry: Entry) -> None:
        lines = entry["lines"]
        if len(lines) < 2 or [line["position"] for line in lines] != list(range(1, len(lines) + 1)):
            self.fault(entry, "moins de deux lignes, ou lignes mal numérotées")
        amounts = [(line["debit"], line["credit"]) for line in lines]
        if any(type(amount) is not int for pair in amounts for amount in pair):
            self.fault(entry, "un montant n'est pas un nombre entier de francs")
            return
        for place, (debit, credit) in enumerate(amounts, start=1):
            if (debit == 0) == (credit == 0):
                self.fault(entry, f"ligne {place} : débit {debit}, crédit {credit}")
            if min(debit, credit) < 0 and entry["correction"] != "negative":
                self.fault(entry, f"ligne {place} : montant négatif hors d'une correction")
        debits, credits = (sum(pair[side] for pair in amounts) for side in (0, 1))
        self.debits, self.credits = self.debits + debits, self.credits + credits
        if debits != credits:
            self.fault(entry, f"total des débits {debits}, total des crédits {credits}")

    def _links(self, entry: Entry) -> None:
        if entry["corrects"] is not None:
            if entry["corrects"] in self.corrected or entry["corrects"] >= entry["id"]:
                self.fault(entry, f"corrige {entry['corrects']}, déjà corrigée ou postérieure")
            self.corrected.add(entry["corrects"])
        if entry["peer"] is None or self.partial:
            return
        if entry["id"] in self.waiting:
            first = self.waiting.pop(entry["id"])
            if first["id"] != entry["peer"] or first["book"] == entry["book"] or first["date"] != entry["date"]:
                self.fault(entry, "ne s'accorde pas avec l'autre moitié du virement")
        else:
            self.waiting[entry["peer"]] = entry

    def end(self, expected: Entry | None, last: bool = False) -> None:
        """What only shows once everything was read: halves left alone, heads noted earlier, or the `last` heads."""
        for entry in self.waiting.values():
            self.fault(entry, f"l'autre moitié du virement ({entry['peer']}) manque")
        for book, head in sorted((expected or {}).items()):
            count, found = head["entries"], self.heads.get(book, (0, GENESIS))
            if self.partial and book not in self.heads:
                continue
            if not last and count:
                found = (count, self.history.get((book, count), "aucune"))
            if (last or count) and found != (count, head["hash"]):
                text = f"tête attendue à {count} écritures {head['hash']}, trouvée à {found[0]} {found[1]}"
                self.faults.append(f"{book} : {text}")


def read(lines: Iterable[str]) -> Iterator[Entry]:
    """The entries of the file; a line that is none stops the reading."""
    wanted = {*ENTRY, "hash", "lines"}
    for number, text in enumerate(lines, start=1):
        entry = json.loads(text)
        if not isinstance(entry, dict) or set(entry) != wanted:
            raise ValueError(f"ligne {number} : ce n'est pas une écriture de l'export")
        if any(not isinstance(line, dict) or set(line) != set(LINE) for line in entry["lines"]):
            raise ValueError(f"ligne {number} : une ligne d'écriture n'a pas les champs attendus")
        yield entry


def main(arguments: list[str] | None = None) -> int:
    """Exit code: 0 all good, 1 a check fails, 2 the file cannot be verified."""
    parser = argparse.ArgumentParser(description="Vérifie un export de « pcaes export chain ».")
    parser.add_argument("file", help="export à vérifier (une écriture JSON par ligne)")
    parser.add_argument("--expect-heads", help="JSON de « pcaes verify --json » noté auparavant")
    parser.add_argument("--last", action="store_true", help="ces têtes sont la fin de la chaîne : rien ne les suit")
    parser.add_argument("--partial", action="store_true", help="export d'un seul livre (--book)")
    asked = parser.parse_args(arguments)
    books = Books(asked.partial)
    try:
        expected = None
        if asked.expect_heads:
            with open(asked.expect_heads, encoding="utf-8") as stream:
                document = json.load(stream)
            expected = document.get("heads", document)
            if not all(isinstance(head, dict) and "entries" in head for head in expected.values()):
                raise ValueError(f"{asked.expect_heads} ne contient pas de têtes")
        with open(asked.file, encoding="utf-8", newline="\n") as stream:
            for entry in read(stream):
                books.take(entry)
        books.end(expected, asked.last)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        sys.stderr.write(f"✗ {asked.file} ne peut pas être vérifié : {error}\n")
        return 2
    for fault in books.faults[:FAULTS_SHOWN]:
        sys.stdout.write(f"✗ {fault}\n")
    for book, (position, digest) in sorted(books.heads.items()):
        sys.stdout.write(f"{book} : {position} écriture{'s' if position > 1 else ''}, tête {digest}\n")
    sys.stdout.write(f"Total des débits {books.debits}, total des crédits {books.credits}\n")
    many = f"{len(books.faults)} anomalie{'s' if len(books.faults) > 1 else ''}"
    verdict = many if books.faults else "la chaîne est intacte"
    sys.stdout.write(f"{books.entries} écriture{'s' if books.entries > 1 else ''} : {verdict}\n")
    return 1 if books.faults else 0


if __name__ == "__main__":
    sys.exit(main())
