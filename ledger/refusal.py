"""What a refusal is: a stable code, the facts, and one sentence for the person who reads it."""

import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

from ledger.money import format_francs
from ledger.plural import counted

Translate = Callable[[str], str]

CATALOGUE: dict[str, type["Refusal"]] = {}
"""Every refusal class by its code; filled as classes are defined."""


class _Sentence(string.Formatter):
    """Fills a sentence: `{x:F}` is an amount in francs, `{d:D}` a date, `{n:ligne|lignes}` a count and the word that
    agrees with it, anything else plain text."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec == "F":
            return format_francs(int(value))
        if format_spec == "D":
            day = date.fromisoformat(value) if isinstance(value, str) else value
            return day.strftime("%d/%m/%Y")
        if "|" in format_spec:
            return counted(int(value), *format_spec.split("|"))
        if isinstance(value, (list, tuple)):
            return ", ".join(str(item) for item in value)
        return format(value, format_spec) if format_spec else str(value)


_SENTENCE = _Sentence()


class Refusal(Exception):
    """A rule said no. Subclasses give `code` (stable, English) and `sentence` (French, with named facts).

    The sentence says, in this order: which document, what is wrong, expected, found, difference, what to
    do. Every fact named by the sentence must be given to the constructor, by name; further facts are kept
    for machines. `exit_code` is 1 for a refused act and 2 for wrong usage.
    """

    code: ClassVar[str] = ""
    sentence: ClassVar[str] = ""
    exit_code: ClassVar[int] = 1

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if not cls.code:
            return
        known = CATALOGUE.setdefault(cls.code, cls)
        if known.__qualname__ != cls.__qualname__:
            raise TypeError(f"the code {cls.code!r} is taken by {known.__qualname__}")

    def __init__(self, **facts: Any) -> None:
        self.facts = facts
        missing = self.named_facts() - facts.keys()
        if missing:
            raise TypeError(f"{type(self).__name__} lacks the facts {sorted(missing)}")
        super().__init__(self.message())

    @classmethod
    def named_facts(cls) -> set[str]:
        """The names that the sentence needs."""
        return {name.split(".")[0].split("[")[0] for _, name, _, _ in _SENTENCE.parse(cls.sentence) if name}

    def message(self, translate: Translate = str) -> str:
        """The sentence with its facts; `translate` turns the French sentence into another language's."""
        return _SENTENCE.format(translate(self.sentence), **self.facts)

    def as_json(self, translate: Translate = str) -> dict[str, Any]:
        """`{"code", "message", "facts"}` with dates as ISO 8601 text."""
        return {"code": self.code, "message": self.message(translate), "facts": plain(self.facts)}


def plain(value: Any) -> Any:
    """The value in types that JSON knows: dates as ISO 8601, tuples and sets as lists."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (str, int, float, bool)) or value is None:
        return value
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    return str(value)


def fill(sentence: str, **facts: Any) -> str:
    """Fill any French sentence by the same rules as a refusal's."""
    return _SENTENCE.format(sentence, **facts)
