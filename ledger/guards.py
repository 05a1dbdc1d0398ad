"""The guards of the database by name: what each one holds, in French, and how a driver's error names it."""

import re
from typing import Any

from ledger.refusal import Refusal

TITLES: dict[str, str] = {
    "entry_sequence": "les écritures se suivent sans trou dans l'ordre d'enregistrement",
    "entry_number_gap": "les numéros d'un journal se suivent sans trou dans l'exercice",
    "entry_position_gap": "les positions dans le livre se suivent sans trou",
    "entry_previous_hash": "chaque écriture porte l'empreinte de la précédente",
    "entry_recorded_order": "une écriture n'est pas enregistrée avant celle qui la précède",
    "entry_two_lines": "une écriture a au moins deux lignes",
    "entry_balances": "le total des débits égale le total des crédits",
    "line_of_its_entry": "une ligne porte le livre et la date de son écriture",
    "account_unknown": "le compte existe au plan de comptes",
    "account_not_postable": "le compte reçoit des écritures (ce n'est pas un compte de regroupement)",
    "account_of_book": "le compte appartient au livre de l'écriture",
    "account_closed": "le compte est ouvert à la date de l'écriture",
    "negative_only_in_correction": "un montant négatif n'existe que dans une correction en négatif",
    "transfer_in_pairs": "un virement entre comptes s'écrit dans deux livres à la fois",
    "transfer_of_two_books": "les deux moitiés d'un virement sont dans deux livres différents",
    "transfer_pair": "les deux moitiés d'un virement s'annulent sur le compte de virement",
    "entry_key_used": "une clé d'écriture ne sert qu'une fois",
    "entry_corrected_once": "une écriture n'est corrigée qu'une fois",
    "entry_corrects_same_book": "une correction vise une écriture de son livre qui n'est pas elle-même une correction",
    "correction_mirrors": "une correction reprend ligne à ligne l'écriture corrigée",
    "period_closed": "le mois est ouvert",
    "line_on_sealed_entry": "une écriture validée ne reçoit plus de ligne",
    "line_one_side": "une ligne est au débit ou au crédit, et son montant n'est pas nul",
    "line_amount_digits": "un montant a quinze chiffres au plus",
    "line_amount_whole": "un montant est un nombre entier de francs",
    "entry_year_of_date": "l'exercice est celui de la date",
    "entry_period_of_date": "la période est le mois de la date, ou la période complémentaire de janvier",
    "entry_document_given": "une écriture nomme sa pièce, son libellé et son auteur",
    "entry_line_entry": "une ligne appartient à une écriture",
}
"""Guard name → the rule that it holds. Guards of other migrations add themselves with `declare`."""


def declare(titles: dict[str, str]) -> None:
    """Add the guards of another part of the books."""
    TITLES.update(titles)


class RefusedByDatabase(Refusal):
    """A guard of the database said no: the last net, under the rules of the program."""

    code = "refused_by_database"
    sentence = "La base de données a refusé l'opération : {title} (règle {guard}). Rien n'a été enregistré."

    def __init__(self, guard: str, title: str) -> None:
        super().__init__(guard=guard, title=title)
        self.guard = guard

    def as_json(self, translate: Any = str) -> dict[str, Any]:
        """As any refusal, with the guard's name as code."""
        return {**super().as_json(translate), "code": self.guard}


_CHECK = re.compile(r"(?:CHECK constraint failed: |)([a-z][a-z0-9_]{3,62})$")
_UNIQUE = re.compile(r"UNIQUE constraint failed: (.+)")


def guard_name(error: BaseException) -> str | None:
    """The name of the guard behind a driver's error, or None when the error is of another kind.

    SQLite says a trigger's or a CHECK's name, `table.column` for a UNIQUE, and nothing for a foreign key;
    PostgreSQL names every constraint.
    """
    diagnostic = getattr(error, "diag", None)
    if diagnostic is not None:
        name = diagnostic.constraint_name or (diagnostic.column_name and f"not_null_{diagnostic.column_name}")
        return str(name) if name else None
    text = str(error)
    unique = _UNIQUE.match(text)
    if unique:
        return "unique_" + re.sub(r"\W+", "_", unique.group(1))
    if text.startswith("FOREIGN KEY"):
        return "foreign_key"
    if text.startswith("NOT NULL"):
        return "not_null_" + re.sub(r"\W+", "_", text.rsplit(" ", 1)[-1])
    check = _CHECK.match(text)
    return check.group(1) if check else None


def as_refusal(error: BaseException) -> RefusedByDatabase | None:
    """The refusal that a driver's integrity error stands for, or None when it is no guard's."""
    name = guard_name(error)
    if name is None:
        return None
    return RefusedByDatabase(name, TITLES.get(name, "une règle d'intégrité de la base n'est pas respectée"))
