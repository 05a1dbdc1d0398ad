"""What the levy should be: customs value times the rate of the month, rounded as stated."""

from collections.abc import Sequence


def expected_levy(base: int, per_ten_thousand: int, declarations: Sequence[int] | None = None) -> int:
    """The levy due in whole francs on a taxable customs value in francs.

    Rounded to the nearest franc, half a franc up: on each declaration when their values are given (`base` is
    then their sum), else on the total. Raises `ValueError` when a value is negative or the sum differs.
    """
    if declarations is None:
        declarations = [base]
    elif sum(declarations) != base:
        raise ValueError("the declarations do not add up to the base")
    if per_ten_thousand < 0 or any(value < 0 for value in declarations):
        raise ValueError("a customs value and a rate are never negative")
    return sum((value * per_ten_thousand + 5_000) // 10_000 for value in declarations)


def tolerance(declarations: int) -> int:
    """How far the assessed levy may stand from one computed on the total: a franc for each declaration.

    Customs round every declaration; a total alone cannot tell which way.
    """
    return max(declarations, 1)
