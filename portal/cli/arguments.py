"""The words of a command line, before any command reads them: texts that the books can hold."""

from collections.abc import Sequence

from ledger.plain_text import unfit_sign, visible
from ledger.refusal import Refusal

LONGEST = 1_000
KEY_LONGEST = 200
"""Longer keys do not fit in the index that finds them on PostgreSQL."""


class ArgumentUnreadable(Refusal):
    """A word of the command line is no readable text."""

    code = "argument_unreadable"
    sentence = (
        "L'argument « {text} » n'est pas un texte que les livres peuvent garder. Attendu : une ligne, en UTF-8, de "
        "{longest} caractères au plus ; trouvé : {length} caractère(s), signe illisible : {sign}. Corrigez-le, puis "
        "recommencez."
    )
    exit_code = 2


class KeyUnusable(Refusal):
    """The idempotency key names nothing, or is longer than what can be looked up."""

    code = "idempotency_key_unusable"
    sentence = (
        "La clé d'idempotence a {length} caractère(s) : attendu de 1 à {longest}, dont un au moins n'est pas une "
        "espace. Une clé vide vient souvent d'une variable qui n'a pas été définie. Donnez une clé propre à cet acte."
    )
    exit_code = 2


def check_arguments(words: Sequence[str]) -> None:
    """Refuse a word that holds a control character, half a character, or thousands of them.

    Refuses: argument_unreadable.
    """
    for word in words:
        sign = unfit_sign(word)
        if sign is not None or len(word) > LONGEST:
            shown = "–" if sign is None else f"U+{ord(sign):04X}"
            raise ArgumentUnreadable(text=visible(word)[:60], longest=LONGEST, length=len(word), sign=shown)


def check_key(key: str) -> None:
    """Refuse an idempotency key that is empty or too long.

    Refuses: idempotency_key_unusable.
    """
    if not key.strip() or len(key) > KEY_LONGEST:
        raise KeyUnusable(length=len(key), longest=KEY_LONGEST)
