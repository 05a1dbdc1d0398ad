"""Entries as scripts send them: the JSON document of `pcaes post`, read strictly."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ledger.book import BOOKS, JOURNALS
from ledger.entry import EntryDraft, Line
from ledger.plain_text import unfit_sign, visible
from ledger.refusal import Refusal
from ledger.system_words import system_reason

ENTRY_KEYS = {
    "book", "journal", "date", "document", "document_date", "label", "key", "lines", "transfer", "complementary",
}  # fmt: skip
LINE_KEYS = {"account", "debit", "credit", "label", "reference", "value_date"}
TEXT_MAX = 500
OWN_KEYS = ("bank-line-", "capital:", "draft/", "levy:", "order:", "regularise-", "year/")
"""How the keys begin that the program gives to the entries of its own acts: one taken by hand would stop the act."""
TAKEN_BACK = "/annulation"
"""How the name of a transfer ends when it takes another one back."""
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class EntryFileUnreadable(Refusal):
    """The file is not the JSON document that the command expects."""

    code = "entry_file_unreadable"
    sentence = "Le fichier {file} ne peut pas être lu ({where}) : {fault}. Corrigez-le, puis recommencez."


class AmountNotWhole(Refusal):
    """An amount of a file is not a whole number of francs."""

    code = "amount_not_whole"
    sentence = (
        "Le fichier {file} ({where}) donne « {found} » comme montant : attendu un nombre entier de francs, sans "
        "guillemets ni décimales. Corrigez le montant."
    )


def load_json(path: Path) -> Any:
    """The JSON document of a file.

    Refuses: entry_file_unreadable.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
        document = json.loads(text, parse_constant=_no_constant, object_pairs_hook=_each_once)
        if _HALF.search(text):
            json.dumps(document, ensure_ascii=False).encode()
        return document
    except OSError as fault:
        raise EntryFileUnreadable(file=path.name or str(path), where="fichier", fault=system_reason(fault)) from fault
    except UnicodeEncodeError as fault:
        half = "une moitié de caractère (\\ud800 à \\udfff) n'est pas un texte"
        raise EntryFileUnreadable(file=path.name, where="JSON", fault=half) from fault
    except (ValueError, RecursionError) as fault:
        raise EntryFileUnreadable(file=path.name, where="JSON", fault=str(fault)[:200]) from fault


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} n'est pas un nombre")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose fields are each given once: of two amounts, nobody knows which one was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"le champ « {visible(twice)} » est donné deux fois dans le même objet")
    return found


def read_entries(document: Any, file: str) -> list[EntryDraft]:
    """The entries of `{"entries": [...]}`.

    Refuses: entry_file_unreadable, amount_not_whole.
    """
    if not isinstance(document, Mapping) or not isinstance(document.get("entries"), list) or not document["entries"]:
        raise EntryFileUnreadable(
            file=file, where="début", fault='attendu {"entries": [ … ]} avec au moins une écriture'
        )
    return [_entry(item, file, place) for place, item in enumerate(document["entries"], start=1)]


def _entry(item: Any, file: str, place: int) -> EntryDraft:
    where = f"écriture {place}"
    _known_keys(item, ENTRY_KEYS, file, where)
    lines = item.get("lines")
    if not isinstance(lines, list):
        raise EntryFileUnreadable(file=file, where=where, fault="« lines » manque")
    book, journal = _text(item, "book", file, where), _text(item, "journal", file, where)
    if book not in BOOKS:
        known = ", ".join(BOOKS)
        raise EntryFileUnreadable(file=file, where=where, fault=f"le livre « {book} » n'existe pas ({known})")
    if journal not in JOURNALS:
        known = ", ".join(JOURNALS)
        raise EntryFileUnreadable(file=file, where=where, fault=f"le journal « {journal} » n'existe pas ({known})")
    transfer, key = _names(item, file, where)
    complementary = item.get("complementary")
    if complementary is not None and not isinstance(complementary, bool):
        raise EntryFileUnreadable(file=file, where=where, fault="« complementary » vaut true ou false, rien d'autre")
    return EntryDraft(
        book=book or "",
        journal=journal or "",
        date=_day(item, "date", file, where) or dt.date.min,
        document=_text(item, "document", file, where) or "",
        label=_text(item, "label", file, where) or "",
        lines=tuple(_line(line, file, f"{where}, ligne {n}") for n, line in enumerate(lines, start=1)),
        document_date=_day(item, "document_date", file, where, needed=False),
        period=13 if complementary is True else None,
        origin="direct" if transfer is None else "transfer",
        transfer=transfer,
        key=key,
    )


def _names(item: Mapping[str, Any], file: str, where: str) -> tuple[str | None, str | None]:
    """The names of the transfer and of the entry, when given: never one that the program gives itself."""
    transfer, key = (_text(item, name, file, where, needed=False) for name in ("transfer", "key"))
    if transfer is not None and transfer.endswith(TAKEN_BACK):
        fault = f"« transfer » finit par « {TAKEN_BACK} », réservé à la reprise d'un virement"
        raise EntryFileUnreadable(file=file, where=where, fault=fault)
    for begin in OWN_KEYS:
        if key is not None and key.startswith(begin):
            fault = f"« key » commence par « {begin} », réservé aux écritures que le programme passe lui-même"
            raise EntryFileUnreadable(file=file, where=where, fault=fault)
    return transfer, key


def _line(item: Any, file: str, where: str) -> Line:
    _known_keys(item, LINE_KEYS, file, where)
    return Line(
        account=_text(item, "account", file, where) or "",
        debit=_amount(item, "debit", file, where),
        credit=_amount(item, "credit", file, where),
        label=_text(item, "label", file, where, needed=False),
        reference=_text(item, "reference", file, where, needed=False),
        value_date=_day(item, "value_date", file, where, needed=False),
    )


def _known_keys(item: Any, known: set[str], file: str, where: str) -> None:
    if not isinstance(item, Mapping):
        raise EntryFileUnreadable(file=file, where=where, fault="attendu un objet JSON")
    unknown = sorted(set(item) - known)
    if unknown:
        shown = ", ".join(visible(name) for name in unknown)
        raise EntryFileUnreadable(file=file, where=where, fault=f"champ inconnu : {shown}")


def _text(item: Mapping[str, Any], name: str, file: str, where: str, *, needed: bool = True) -> str | None:
    value = item.get(name)
    if value is None:
        if needed:
            raise EntryFileUnreadable(file=file, where=where, fault=f"« {name} » manque")
        return None
    if not isinstance(value, str) or (needed and not value.strip()):
        raise EntryFileUnreadable(file=file, where=where, fault=f"« {name} » doit être un texte non vide")
    if len(value) > TEXT_MAX:
        raise EntryFileUnreadable(file=file, where=where, fault=f"« {name} » dépasse {TEXT_MAX} caractères")
    if (sign := unfit_sign(value)) is not None:
        fault = f"« {name} » contient un caractère de contrôle (U+{ord(sign):04X})"
        raise EntryFileUnreadable(file=file, where=where, fault=fault)
    text = value.strip()
    if needed and not any(sign.isprintable() for sign in text):
        raise EntryFileUnreadable(file=file, where=where, fault=f"« {name} » ne montre aucun caractère")
    return text or None


def _amount(item: Mapping[str, Any], name: str, file: str, where: str) -> int:
    value = item.get(name, 0)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise AmountNotWhole(file=file, where=where, found=str(value))
    return value


def _day(item: Mapping[str, Any], name: str, file: str, where: str, *, needed: bool = True) -> dt.date | None:
    text = _text(item, name, file, where, needed=needed)
    if text is None:
        return None
    try:
        # Python also reads weeks and days without hyphens
        day = dt.date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError as fault:
        raise EntryFileUnreadable(
            file=file, where=where, fault=f"« {name} » vaut « {text} », attendu une date AAAA-MM-JJ"
        ) from fault
    if not 2000 <= day.year <= 2100:
        raise EntryFileUnreadable(
            file=file, where=where, fault=f"« {name} » vaut « {text} », hors des années 2000 à 2100"
        )
    return day
