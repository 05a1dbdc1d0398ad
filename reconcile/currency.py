"""How many decimals the minor unit of a currency has."""

import re

from ledger.plural import counted

_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_EXPONENTS = {
    code: exponent
    for codes, exponent in ((_NO_DECIMALS, 0), (_THREE_DECIMALS, 3), (_FOUR_DECIMALS, 4))
    for code in codes.split()
}

_CODE = re.compile("[A-Z]{3}")


def exponent_of(currency: str) -> int:
    """The decimals of the currency by ISO 4217: 0 for XOF, 2 for EUR and any that is not listed."""
    return _EXPONENTS.get(currency, 2)


def is_currency(text: str) -> bool:
    """True when the text has the shape of an ISO 4217 code."""
    return _CODE.fullmatch(text) is not None


def decimals_allowed(exponent: int) -> str:
    """How a sentence says it: `sans décimale`, `avec 2 décimales au plus`; zeros beyond are accepted."""
    if exponent == 0:
        return "sans décimale autre que zéro"
    return f"avec {counted(exponent, 'décimale')} au plus"
