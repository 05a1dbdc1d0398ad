"""Who signs a reconciliation statement, in which order, and what bytes they sign: pure rules."""

import hashlib
import json
from typing import Any, NamedTuple

from ledger.refusal import Refusal
from reconcile.etat import Etat

CONTEXT = "PC-AES etat de rapprochement 1"
PARTS = {"preparer": "établi", "reviewer": "vérifié"}


class EtatNotSignable(Refusal):
    """A statement whose balances are not equal, or not proven, is not signed."""

    code = "etat_not_signable"
    sentence = "L'état de rapprochement du livre {book} pour {month} ne peut pas être signé. {faults}"


class EtatMonthNotOver(Refusal):
    """A month is signed once it is over."""

    code = "etat_month_not_over"
    sentence = (
        "L'état de rapprochement du livre {book} pour {month} se signe après la fin du mois ({end:D}) ; nous sommes le "
        "{today:D}. Attendez le relevé de fin de mois."
    )


class EtatSigned(Refusal):
    """A month is signed once by two people."""

    code = "etat_signed"
    sentence = (
        "L'état de rapprochement du livre {book} pour {month} est déjà signé par {preparer} et {reviewer}. Ce qui a "
        "changé depuis se lit par « pcaes reconcile statement » et figure sur les états suivants."
    )


class EtatMonthOrder(Refusal):
    """Months are signed one after the other."""

    code = "etat_month_order"
    sentence = (
        "L'état de rapprochement du livre {book} pour {month} n'est pas le suivant : dernier mois signé {last}, "
        "attendu {expected}. Signez les mois dans l'ordre."
    )


class EtatSamePerson(Refusal):
    """The reviewer is another person."""

    code = "etat_same_person"
    sentence = (
        "« {name} » a établi l'état de rapprochement du livre {book} pour {month} et ne peut pas le vérifier. Un autre "
        "comptable, ou le contrôleur financier, le signe."
    )


class EtatChanged(Refusal):
    """What was prepared is not what stands."""

    code = "etat_changed"
    sentence = (
        "L'état de rapprochement du livre {book} pour {month} a changé depuis que {preparer} l'a établi : {changes} Le "
        "comptable doit l'établir et le signer de nouveau."
    )


class KeyNeeded(Refusal):
    """A signature needs a key that is registered for the person."""

    code = "key_needed"
    sentence = (
        "« {name} » n'a pas de clé de signature enregistrée : faites « pcaes key new », puis faites-la enregistrer par "
        "un administrateur (« pcaes key register »)."
    )


class Signed(NamedTuple):
    """What is known of a month: its last revision, who prepared and who reviewed it."""

    signoff_id: int
    revision: int
    content: str
    sha256: str
    preparer: str
    reviewer: str | None


def month_name(year: int, month: int) -> str:
    """`2026-03`."""
    return f"{year:04d}-{month:02d}"


def frozen(etat: Etat) -> tuple[str, str]:
    """The content that is signed, as canonical JSON, and its SHA-256."""
    text = json.dumps(etat.as_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text, hashlib.sha256(text.encode("utf-8")).hexdigest()


def signed_bytes(*, book: str, month: str, revision: int, sha256: str, part: str, person: str, signed_at: str) -> bytes:
    """The bytes that a person signs: which statement, in which part, who and when."""
    document = {"book": book, "month": month, "part": part, "person": person, "revision": revision, "sha256": sha256,
                "signed_at": signed_at}  # fmt: skip
    text = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return f"{CONTEXT}\n{text}".encode()


def check_order(book: str, year: int, month: int, signed: list[tuple[int, int]]) -> None:
    """Months are signed in order, once. `signed` are those that two people have signed.

    Refuses: etat_month_order.
    """
    if not signed:
        return
    last = max(signed)
    expected = (last[0] + last[1] // 12, last[1] % 12 + 1)
    if (year, month) != expected:
        raise EtatMonthOrder(
            book=book, month=month_name(year, month), last=month_name(*last), expected=month_name(*expected)
        )


def check_signable(etat: Etat) -> None:
    """Both adjusted balances are equal to the franc and proven. Refuses: etat_not_signable."""
    if etat.faults:
        raise EtatNotSignable(
            book=etat.book,
            month=month_name(etat.year, etat.month),
            faults=" ".join(fault.message for fault in etat.faults),
            codes=[fault.code for fault in etat.faults],
        )


def changes(before: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What differs between two contents of one month's statement, in words."""
    told = []
    titles = {"book_balance": "solde des livres", "bank_balance": "solde de la banque",
              "adjusted_book": "solde rectifié des livres", "adjusted_bank": "solde rectifié de la banque"}  # fmt: skip
    for name, title in titles.items():
        if before[name] != now[name]:
            told.append(f"{title} : {before[name]} alors, {now[name]} maintenant.")
    for name, title in (("to_book", "à passer par le comptable"), ("to_bank", "à passer par la banque"),
                        ("suspense", "en imputation provisoire")):  # fmt: skip
        old = {item["id"]: item for item in before[name]}
        new = {item["id"]: item for item in now[name]}
        told += [f"{key} n'est plus {title}." for key in old if key not in new]
        told += [f"{key} est maintenant {title}." for key in new if key not in old]
        told += [f"{key}, {title}, n'a plus le même contenu." for key in old if key in new and old[key] != new[key]]
    return told
