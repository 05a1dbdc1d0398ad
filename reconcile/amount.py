"""Read an amount as a bank prints it: `1 234 567`, `(1 500)`, `1.234.567,00`, `1 500 DR`, `15 000 FCFA`."""

import re
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from ledger.money import DIGITS_MAX

_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009\u2007\t\u2019\u02bc'", " "))
_DASHES = str.maketrans(dict.fromkeys("\u2212\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\uff0d", "-"))

_CURRENCY = r"XOF|F\.?[ ]?CFA|FCFA|CFA"
_MARK = "DR|CR|D|C"

_MACHINE = re.compile(r"([0-9]*)(?:[.,]([0-9]*))?")
_GROUPED = re.compile(
    r"""
    (?: (?P<spaced>[0-9]{1,3}(?:[ ][0-9]{3})+)
      | (?P<dotted>[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?![0-9.]))
      | (?P<commas>[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9,]))
      | (?P<plain>[0-9]+)
    )?
    (?: [.,] (?P<decimals>[0-9]*) )?
    """,
    re.VERBOSE,
)

_REASONS = {
    "empty": "aucun montant n'est écrit",
    "two_signs": "le montant porte deux signes à la fois",
    "grouping": "les chiffres ne sont pas groupés par trois",
    "decimals": "les décimales dépassent celles de la monnaie",
    "digits": f"le montant a plus de {DIGITS_MAX} chiffres",
    "not_a_number": "ce n'est pas un montant",
}


class AmountUnreadable(ValueError):
    """An amount that must not be guessed. `reason` is a stable code, `explanation` its French wording.

    Reasons: `empty`, `two_signs`, `grouping`, `decimals`, `digits`, `not_a_number`.
    """

    def __init__(self, text: str, reason: str) -> None:
        self.text = text
        self.reason = reason
        self.explanation = _REASONS[reason]
        super().__init__(f"{self.explanation} : « {text} »")


def parse_amount(text: str, exponent: int, currency: str | None = None) -> int:
    """The amount written in `text`, signed, in the minor unit of a currency with `exponent` decimals.

    One sign at most, whatever its form: leading or trailing `-` or `+`, parentheses, or a Dr/Cr mark (debit
    negative). Groups of three by space, dot, comma or apostrophe; decimals beyond the currency's must be
    zero. A single separator followed by three digits groups (`1.234` is 1234), except in currencies that
    have three decimals. The franc's own names may stand before or after; `currency` allows another code.
    Raises `AmountUnreadable`.
    """
    core = text.translate(_SPACES).translate(_DASHES).strip().upper()
    if not core:
        raise AmountUnreadable(text, "empty")
    core, sign = _without_sign(core, text, _currency_pattern(currency))
    return sign * _magnitude(core, exponent, text)


def parse_decimal(digits: str, exponent: int, decimals_max: int = 5) -> int:
    """An unsigned amount from a machine format: digits with an optional point or comma, no groups.

    `decimals_max` is what the format allows; decimals beyond the currency's must be zero.
    Raises `AmountUnreadable`.
    """
    found = _MACHINE.fullmatch(digits)
    if not found or not (found[1] or found[2]):
        raise AmountUnreadable(digits, "not_a_number" if digits.strip() else "empty")
    whole, decimals = found[1], found[2] or ""
    if len(decimals) > max(decimals_max, exponent):
        raise AmountUnreadable(digits, "decimals")
    return _minor(whole, decimals, exponent, digits)


def amount_of_number(number: int | float, exponent: int) -> int:
    """The amount held as a number by a spreadsheet, in minor units.

    Binary noise is rounded away only when it is below a millionth of the minor unit. Raises
    `AmountUnreadable`.
    """
    if isinstance(number, bool):
        raise AmountUnreadable(str(number), "not_a_number")
    exact = Decimal(repr(number))
    if not exact.is_finite():
        raise AmountUnreadable(str(number), "not_a_number")
    if exact.adjusted() >= DIGITS_MAX:
        raise AmountUnreadable(str(number), "digits")
    with localcontext() as context:
        context.prec = 400  # the smallest doubles have 324 decimals: nothing may be rounded here
        minor = exact.scaleb(exponent)
        nearest = minor.to_integral_value(ROUND_HALF_EVEN)
        noise = abs(minor - nearest)
    if noise >= Decimal("0.000001"):
        raise AmountUnreadable(str(number), "decimals")
    if abs(nearest) >= 10**DIGITS_MAX:
        raise AmountUnreadable(str(number), "digits")
    return int(nearest)


def _currency_pattern(currency: str | None) -> str:
    return _CURRENCY if currency is None else f"{_CURRENCY}|{re.escape(currency.upper())}"


def _without_sign(core: str, text: str, currency: str) -> tuple[str, int]:
    """Peel the sign and the currency off both ends; what remains must be the digits."""
    before = re.compile(rf"(?P<open>\()|(?P<sign>[+-])|(?P<currency>{currency})|(?P<mark>{_MARK})(?![A-Z])")
    after = re.compile(rf"(?:(?P<close>\))|(?P<sign>[+-])|(?P<currency>{currency})|(?<![A-Z])(?P<mark>{_MARK}))$")
    peeled: dict[str, list[str]] = {"open": [], "close": [], "sign": [], "currency": [], "mark": []}
    while found := before.match(core):
        peeled[str(found.lastgroup)].append(found[0])
        core = core[found.end() :].lstrip()
    while found := after.search(core):
        peeled[str(found.lastgroup)].append(found[0])
        core = core[: found.start()].rstrip()
    signs, marks = peeled["sign"], peeled["mark"]
    brackets = len(peeled["open"])
    if brackets != len(peeled["close"]) or len(peeled["currency"]) > 1:
        raise AmountUnreadable(text, "not_a_number")
    if len(signs) + len(marks) + brackets > 1:
        raise AmountUnreadable(text, "two_signs")
    negative = bool(brackets) or signs == ["-"] or marks in (["D"], ["DR"])
    return core, -1 if negative else 1


def _magnitude(core: str, exponent: int, text: str) -> int:
    if exponent >= 3 and (machine := _MACHINE.fullmatch(core)) and (machine[1] or machine[2]):
        decimals = machine[2] or ""
        if len(decimals) > exponent:
            raise AmountUnreadable(text, "decimals")
        return _minor(machine[1], decimals, exponent, text)
    found = _GROUPED.fullmatch(core)
    if not found or not re.search("[0-9]", core):
        raise AmountUnreadable(text, _why_unreadable(core))
    decimals = found["decimals"] or ""
    if len(decimals) > max(2, exponent):
        raise AmountUnreadable(text, "decimals")
    whole = re.sub("[ .,]", "", found["plain"] or found["spaced"] or found["dotted"] or found["commas"] or "")
    return _minor(whole, decimals, exponent, text)


def _why_unreadable(core: str) -> str:
    return "grouping" if re.fullmatch("[0-9][0-9 .,]*", core) else "not_a_number"


def _minor(whole: str, decimals: str, exponent: int, text: str) -> int:
    if decimals[exponent:].strip("0"):
        raise AmountUnreadable(text, "decimals")
    minor = (whole + decimals[:exponent].ljust(exponent, "0")).lstrip("0")
    if len(minor) > DIGITS_MAX:
        raise AmountUnreadable(text, "digits")
    return int(minor or "0")
