"""Account identities: the IBAN, the RIB of the UEMOA inside it, and how banks print either on a statement."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ledger.refusal import Refusal

UEMOA = ("BF", "BJ", "CI", "ML", "NE", "SN", "TG")
"""Countries whose IBAN is country, two check digits and a RIB of 24 characters (Guinea-Bissau's differs)."""

_UEMOA_LENGTH = 28
_SHAPE = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_BANK = re.compile(r"[A-Z]{2}[0-9]{3}|[A-Z][0-9]{4}")
_IGNORED = re.compile(r"[\s.\-_]+")
_CURRENCY_END = re.compile(r"(?<=[0-9])[ /\-]*[A-Z]{3}$")

_RIB_DIGITS = str.maketrans(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "12345678912345678923456789",
)
"""Letters of the key's computation: A J 1, B K S 2, C L T 3 … I R Z 9."""


@dataclass(frozen=True, slots=True)
class Iban:
    """An account whose keys were checked. `bank`, `branch`, `account` and `key` are empty outside the UEMOA."""

    compact: str
    country: str
    bank: str = ""
    branch: str = ""
    account: str = ""
    key: str = ""

    @property
    def bban(self) -> str:
        """The national part: in the UEMOA, the RIB."""
        return self.compact[4:]

    @property
    def is_uemoa(self) -> bool:
        """True when the account carries a RIB whose key was checked."""
        return bool(self.key)

    def __str__(self) -> str:
        return self.compact


class IbanInvalid(Refusal):
    """An account number that fails one of its checks.

    The fact `reason` is `iban_format`, `iban_length`, `iban_checksum`, `rib_bank` or `rib_key`.
    """

    code = "iban_invalid"
    sentence = (
        "Le compte « {iban} » n'est pas valable : {problem}. Attendu : {expected} ; lu : {found}. "
        "Recopiez l'IBAN du relevé d'identité bancaire."
    )

    def __init__(self, *, iban: str, reason: str, problem: str, expected: str, found: str, **facts: Any) -> None:
        super().__init__(iban=iban, reason=reason, problem=problem, expected=expected, found=found, **facts)


def normalise(text: str) -> str:
    """The account number without blanks, dots, dashes nor a leading `IBAN`, in capitals."""
    return _IGNORED.sub("", text.upper()).removeprefix("IBAN").lstrip(":")


def check_iban(text: str) -> Iban:
    """The account named by an IBAN, after both its checks: modulo 97, and in the UEMOA the key of the RIB.

    Refuses: iban_invalid (reasons `iban_format`, `iban_length`, `iban_checksum`, `rib_bank`, `rib_key`).
    Source: ISO 13616; RIB of the UEMOA (bank 5, branch 5, account 12, key 2).
    """
    compact = normalise(text)
    country = compact[:2]
    if not _SHAPE.fullmatch(compact):
        raise IbanInvalid(
            iban=text.strip(),
            reason="iban_format",
            problem="sa forme n'est pas celle d'un IBAN",
            expected="deux lettres de pays, deux chiffres, puis 11 à 30 lettres ou chiffres",
            found=f"{len(compact)} caractères",
        )
    if country in UEMOA and len(compact) != _UEMOA_LENGTH:
        raise IbanInvalid(
            iban=compact,
            reason="iban_length",
            problem="sa longueur n'est pas celle de son pays",
            expected=f"{_UEMOA_LENGTH} caractères pour {country}",
            found=f"{len(compact)} caractères",
        )
    if (expected := check_digits(country, compact[4:])) != compact[2:4]:
        raise IbanInvalid(
            iban=compact,
            reason="iban_checksum",
            problem="les deux chiffres de contrôle de l'IBAN ne correspondent pas au reste",
            expected=expected,
            found=compact[2:4],
        )
    if country not in UEMOA:
        return Iban(compact, country)
    bank, branch, account, key = compact[4:9], compact[9:14], compact[14:26], compact[26:28]
    if not _BANK.fullmatch(bank):
        raise IbanInvalid(
            iban=compact,
            reason="rib_bank",
            problem="le code de la banque n'a pas la forme de ceux de l'UEMOA",
            expected="deux lettres et trois chiffres, ou une lettre et quatre chiffres",
            found=bank,
        )
    if (expected := rib_key(bank, branch, account)) != key:
        raise IbanInvalid(
            iban=compact,
            reason="rib_key",
            problem="la clé du RIB ne correspond pas au compte",
            expected=expected,
            found=key,
        )
    return Iban(compact, country, bank, branch, account, key)


def check_digits(country: str, bban: str) -> str:
    """The two digits that make an IBAN of this country and national part divisible as ISO 13616 requires."""
    digits = "".join(str(int(char, 36)) for char in f"{bban}{country}00")
    return f"{98 - int(digits) % 97:02d}"


def rib_key(bank: str, branch: str, account: str) -> str:
    """The key of a RIB of the UEMOA: 01 to 97, letters counted as digits."""
    digits = f"{bank}{branch}{account}".translate(_RIB_DIGITS)
    return f"{97 - int(digits) * 100 % 97:02d}"


def same_account(iban: Iban | str, printed: str, aliases: Iterable[str] = ()) -> bool:
    """True when what a statement prints names this account.

    Understood: the IBAN; the RIB; bank, branch and account with or without the key, the account in 12 or in
    11 characters; a BIC or a bank before a `/`; a currency at the end; and, word for word, a declared alias,
    which is the only way for a bare account number to be recognised.
    """
    bound = check_iban(iban) if isinstance(iban, str) else iban
    declared = {normalise(alias) for alias in aliases} - {""}
    for text in _readings(printed):
        compact = normalise(text.replace("/", "").replace("|", ""))
        if compact == bound.compact or compact == bound.bban or compact in declared:
            return True
        if bound.is_uemoa and _is_rib_of(bound, compact):
            return True
    return False


def _readings(printed: str) -> list[str]:
    """The text itself, without a currency at its end, and the same after each `/`."""
    text = printed.strip().upper()
    if not text:
        return []
    readings = [text, _CURRENCY_END.sub("", text)]
    while "/" in text:
        text = text.split("/", 1)[1]
        readings += [text, _CURRENCY_END.sub("", text)]
    return list(dict.fromkeys(reading for reading in readings if reading.strip(" /")))


def _is_rib_of(bound: Iban, compact: str) -> bool:
    """Bank and branch are the account's, and what follows is its number, with the right key or none."""
    place = f"{bound.bank}{bound.branch}"
    if not compact.startswith(place):
        return False
    rest = compact[len(place) :]
    shorter = bound.account[1:]
    if rest in (bound.account, shorter, bound.account + bound.key, shorter + bound.key):
        return True
    return rest != "" and rest.rjust(len(bound.account), "0") == bound.account
