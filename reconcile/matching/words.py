"""The words by which banks of the zone name charges, interest and returned payments."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from itertools import accumulate

from reconcile.matching.references import plain_text

_CHARGE = re.compile(
    r"\b(COMMISSIONS?|COMM|COM|AGIOS?|TAF|TOB|TPS|"
    r"(?:TVA|TAXE) (?:SUR )?(?:COMM\w*|FRAIS|OPERATIONS?)|"
    r"FRAIS (?:DE |D'|SUR |ET )?(?:TENUE|COMPTE|BANC\w*|BANQUE|VIREMENTS?|VRT|VIR|SWIFT|TRANSFERTS?|GESTION|RELEVES?|"
    r"REJETS?|OPERATIONS?|DOSSIER|COMM\w*|CHEQUIER|ATTESTATION|MENSUELS?|FIXES|TRIMESTRIELS?)|"
    r"INTERETS? DEBITEURS?)\b"
)
_WEAK_CHARGE = re.compile(r"\bFRAIS\b")
_INTEREST = re.compile(r"\b(INTERETS?|INT CREDITEURS?)\b")
# REV is a bank's reversal, unless it begins a reference such as REV-BF-2026-02, a remittance (reversement)
_RETURN = re.compile(
    r"\b(REJETS?|REJETE\w?|RETOURS?|RETOURNE\w?|IMPAYES?|REV(?![-/_.]| (?:BF|ML|NE|\d))|ANNULATIONS?|RESTITUTIONS?|"
    r"RETURN(?:ED)?|REVERSAL)\b"
)
_WORD = re.compile(r"[A-Z]{3,}")
_EMPTY_WORDS = frozenset(
    {
        "LES",
        "DES",
        "AUX",
        "SUR",
        "PAR",
        "POUR",
        "VIREMENT",
        "VIR",
        "VRT",
        "PAIEMENT",
        "RECU",
        "EMIS",
        "ORDRE",
        "FAVEUR",
        "STE",
        "SARL",
        "SOCIETE",
        "ETS",
        "COMPTE",
        "REF",
        "TRESOR",
        "PUBLIC",
        "BURKINA",
        "FASO",
        "MALI",
        "NIGER",
    }
)


@lru_cache(maxsize=1 << 15)
def says_charge(label: str) -> bool:
    """True when the label names a bank charge beyond doubt: « Frais de tenue de compte », « Commission »."""
    return _CHARGE.search(plain_text(label)) is not None


@lru_cache(maxsize=1 << 15)
def may_say_charge(label: str) -> bool:
    """True when the label has the word « frais », which a mission's expenses bear as well."""
    text = plain_text(label)
    return _CHARGE.search(text) is not None or _WEAK_CHARGE.search(text) is not None


_SIGNS = ("COM", "AGIO", "TAF", "TOB", "TPS", "TVA", "TAXE", "FRAIS", "INTERET", "REJET", "RETOUR", "IMPAYE", "REV",
          "ANNULATION", "RESTITUTION", "RETURN")  # fmt: skip
"""Every label that names a charge or a returned payment holds one of these."""


def telling_labels(labels: Iterable[str]) -> frozenset[str]:
    """Those of the labels that name, or may name, a charge or a returned payment: the others are asked no more.

    One search over all of them costs far less than a search in each.
    """
    unique = [label for label in set(labels) if label]
    text = "\n".join([plain_text(label.replace("\n", " ")) for label in unique])
    ends: list[int] = []
    found = set[int]()
    for sign in _SIGNS:
        place = text.find(sign)
        while place >= 0:
            if not ends:
                ends = list(accumulate(len(line) + 1 for line in text.split("\n")))
            row = bisect_right(ends, place)
            found.add(row)
            place = text.find(sign, ends[row] - 1)
    return frozenset(label for label in map(unique.__getitem__, found) if may_say_charge(label) or says_return(label))


def says_interest(label: str) -> bool:
    """True when the label names interest."""
    return _INTEREST.search(plain_text(label)) is not None


@lru_cache(maxsize=1 << 15)
def says_return(label: str) -> bool:
    """True when the label names a returned, rejected or cancelled payment."""
    return _RETURN.search(plain_text(label)) is not None


@lru_cache(maxsize=1 << 15)
def name_words(name: str | None) -> frozenset[str]:
    """The telling words of a person's or company's name."""
    return frozenset(_WORD.findall(plain_text(name or ""))) - _EMPTY_WORDS
