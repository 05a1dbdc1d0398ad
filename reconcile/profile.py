"""The declared layout of a bank's table: what each column means, bound to the header it was declared for."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from reconcile.model import Fault, FileRefused
from reconcile.readers.table import normal
from reconcile.readers.table_words import MEANINGS

SIGNS = ("printed", "inverted")
"""`inverted`: the bank writes from its own side, so that money in is negative."""

_SHOWN_ROWS = 5


class ProfileInvalid(ValueError):
    """A declared layout that says something impossible; the text is French, for the person who declared it."""


@dataclass(frozen=True, slots=True)
class Profile:
    """How one bank lays out one table. `header` is the row of column names, empty when the file has none.

    `columns` maps a position from 0 to a meaning of `MEANINGS`. `decimal_mark` is `,` or `.`, None to let
    each amount speak for itself. `skip_rows` are rows passed over above the table. `account` and `currency`
    serve files that state none.
    """

    name: str
    header: tuple[str, ...]
    columns: tuple[tuple[int, str], ...]
    delimiter: str | None = None
    date_pattern: str | None = None
    decimal_mark: str | None = None
    signs: str = "printed"
    skip_rows: int = 0
    account: str | None = None
    currency: str | None = None

    def __post_init__(self) -> None:
        meanings = [meaning for _, meaning in self.columns]
        unknown = [meaning for meaning in meanings if meaning not in MEANINGS]
        if unknown:
            raise ProfileInvalid(f"Signification de colonne inconnue : {', '.join(unknown)}.")
        if len(set(meanings)) != len(meanings):
            raise ProfileInvalid("Deux colonnes portent la même signification.")
        if not {"booking", "transaction", "date", "value"} & set(meanings) or "label" not in meanings:
            raise ProfileInvalid("Le modèle doit désigner une colonne de date et une colonne de libellé.")
        if "amount" not in meanings and not {"debit", "credit"} <= set(meanings):
            raise ProfileInvalid("Le modèle doit désigner le montant, ou le débit et le crédit.")
        if self.decimal_mark not in (None, ",", ".") or self.signs not in SIGNS or self.skip_rows < 0:
            raise ProfileInvalid("La marque décimale, la convention de signe ou le nombre de lignes est inconnu.")
        if any(not 0 <= place < 60 for place, _ in self.columns):
            raise ProfileInvalid("Une colonne désignée est hors du tableau.")

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the header that this layout was declared for."""
        return fingerprint(self.header)

    def to_json(self) -> str:
        """The layout as JSON text, keys in a fixed order."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "Profile":
        """The layout written by `to_json`. Raises `ProfileInvalid`."""
        try:
            given = json.loads(text)
            names = {item.name for item in fields(cls)}
            if not isinstance(given, dict) or not given.keys() <= names:
                raise ProfileInvalid("Le modèle contient des champs inconnus.")
            given["header"] = tuple(str(name) for name in given.get("header", ()))
            given["columns"] = tuple((int(place), str(meaning)) for place, meaning in given.get("columns", ()))
            return cls(**given)
        except ProfileInvalid:
            raise
        except (TypeError, ValueError) as error:
            raise ProfileInvalid("Le modèle n'est pas lisible.") from error


def fingerprint(header: Sequence[str]) -> str:
    """What identifies a header whatever its accents, case, spaces and trailing empty cells: SHA-256, hexadecimal."""
    return hashlib.sha256("\x1f".join(_names(header)).encode()).hexdigest()


def check(profile: Profile, header: Sequence[str], *, format: str | None = None) -> None:
    """Refuses: `profile_header_changed` when the header is not the one the layout was declared for."""
    if fingerprint(header) == profile.fingerprint:
        return
    before, after = _names(profile.header), _names(header)
    gone = [name for name in before if name not in after]
    new = [name for name in after if name not in before]
    changes = []
    if gone:
        changes.append(f"colonnes disparues : {', '.join(gone)}")
    if new:
        changes.append(f"colonnes nouvelles : {', '.join(new)}")
    facts: dict[str, Any] = {"profile": profile.name, "expected": list(profile.header), "found": list(header)}
    raise FileRefused(
        [
            Fault(
                "profile_header_changed",
                f"Les colonnes ne sont plus celles du modèle « {profile.name} » "
                f"({' ; '.join(changes) or 'ordre changé'}). "
                f"Attendu : {', '.join(profile.header)}. Lu : {', '.join(header)}. "
                "Vérifiez le fichier, puis déclarez de nouveau la signification des colonnes.",
                facts | {"gone": gone, "new": new},
            )
        ],
        format=format,
    )


def profile_needed(columns: Sequence[str], rows: Sequence[Sequence[str]], *, format: str | None = None) -> FileRefused:
    """The refusal of a table whose columns are not known: lists them with the first rows, to be declared once."""
    shown = [[cell[:80] for cell in row] for row in rows[:_SHOWN_ROWS]]
    return FileRefused(
        [
            Fault(
                "profile_needed",
                "Les colonnes de ce tableau ne sont pas reconnues. Attendu : une date, un libellé et un montant "
                f"(ou un débit et un crédit). Lu : {', '.join(column[:40] or '(sans nom)' for column in columns)}. "
                "Déclarez une fois la signification des colonnes de cette banque, par « pcaes statement profile "
                "declare », puis importez avec --profile.",
                {"columns": list(columns), "rows": shown},
            )
        ],
        format=format,
    )


def _names(header: Sequence[str]) -> list[str]:
    names = [normal(name) for name in header]
    while names and not names[-1]:
        names.pop()
    return names
