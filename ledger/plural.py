"""« 1 écriture », « 2 écritures » : a count and the words that agree with it."""

from ledger.money import format_francs


def counted(count: int, *forms: str) -> str:
    """The count as a reader writes it, then the form that agrees with it.

    Two forms: as in French, where 0 and 1 are singular. Three forms: for none, for one, for many, as English needs.
    One form: French, every word of which takes an « s » in the plural.
    """
    if len(forms) == 1:
        forms = (forms[0], " ".join(f"{word}s" for word in forms[0].split()))
    place = min(abs(count), 2) if len(forms) == 3 else int(abs(count) > 1)
    return f"{format_francs(count)} {forms[place]}"
