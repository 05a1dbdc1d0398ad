"""Whole francs: one type, one way to show them, one way to share them out."""

from collections.abc import Iterable, Sequence

DIGITS_MAX = 15
"""More digits than this are not shown exactly by spreadsheet programs (IEEE 754 doubles)."""

AMOUNT_MAX = 999_999_999_999_999

NO_BREAK_SPACE = "\u00a0"


def format_francs(amount: int) -> str:
    """The amount as a French reader writes it: groups of three, no-break space, `-` before a negative."""
    return f"{amount:,}".replace(",", NO_BREAK_SPACE)


def format_each(amounts: Iterable[int]) -> list[str]:
    """`format_francs` of a whole column of amounts, in a third of the time."""
    text = "\n".join(map("{:,}".format, amounts)).replace(",", NO_BREAK_SPACE)
    return text.split("\n") if text else []


def format_minor(amount: int, exponent: int) -> str:
    """An amount held in the minor unit of a currency with `exponent` decimals, French notation."""
    if exponent == 0:
        return format_francs(amount)
    sign = "-" if amount < 0 else ""
    whole, rest = divmod(abs(amount), 10**exponent)
    return f"{sign}{format_francs(whole)},{rest:0{exponent}d}"


def fits(amount: int) -> bool:
    """True when the amount, whatever its sign, has at most fifteen digits."""
    return -AMOUNT_MAX <= amount <= AMOUNT_MAX


def share(amount: int, weights: Sequence[int]) -> list[int]:
    """Split `amount` in proportion to `weights` and give every franc away.

    Largest remainder first, the earliest weight first among equals, so that the same input always gives
    the same shares and their sum is `amount`. A zero weight receives nothing unless all weights are zero,
    in which case the parts are equal. Works for negative amounts. Raises `ValueError` when there is no
    weight or a weight is negative.
    """
    if not weights or any(weight < 0 for weight in weights):
        raise ValueError("share needs at least one weight, none of them negative")
    total = sum(weights)
    if total == 0:
        weights = [1] * len(weights)
        total = len(weights)
    sign = -1 if amount < 0 else 1
    quotas = [divmod(abs(amount) * weight, total) for weight in weights]
    parts = [whole for whole, _ in quotas]
    left = abs(amount) - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda place: (-quotas[place][1], place))
    for place in by_remainder[:left]:
        parts[place] += 1
    return [sign * part for part in parts]
