"""The headings that a customs return must bear, and what is wrong with those that it bears."""

from collections import Counter
from collections.abc import Sequence

from ledger.levy.return_rules import Fault


def heading_faults(
    names: Sequence[str], row: int, headings: Sequence[str], optional: Sequence[str] = ()
) -> list[Fault]:
    """The faults of a heading line: titles that are missing, unknown or twice there."""
    expected = ";".join(headings)
    if not names:
        return [Fault(None, None, f"Le fichier est vide. Attendu en première ligne : {expected}.")]
    faults = []
    missing = [name for name in headings if name not in names and name not in optional]
    unknown = [name or "(vide)" for name in names if name not in headings]
    twice = [name for name, count in Counter(names).items() if count > 1 and name in headings]
    for title, found in (("absent", missing), ("inconnu", unknown), ("en double", twice)):
        if found:
            many = "s" if len(found) > 1 and title != "en double" else ""
            text = f"titre{'s' if len(found) > 1 else ''} {title}{many} : {', '.join(found)}. Attendu : {expected}"
            faults.append(Fault(row, None, f"Ligne {row} : {text}."))
    return faults
