"""Amounts and counts as people read them, in every country alike.

Thousands stand apart by a narrow space, decimals behind a point, days are written 2025-11-28.
"""

from __future__ import annotations

__all__ = ["amount", "count", "minor_digits", "share", "symbol"]

_SYMBOLS = {"NOK": "kr", "SEK": "kr", "DKK": "kr", "EUR": "€", "GBP": "£", "USD": "$"}
_WITHOUT_MINOR = {"ISK", "JPY", "KRW", "CLP", "VND", "XOF", "XAF", "UGX", "PYG", "RWF"}
_NARROW_SPACE = "\N{NARROW NO-BREAK SPACE}"
_MINUS = "\N{MINUS SIGN}"


def symbol(currency: str) -> str:
    """What people write behind an amount: `kr` for NOK, the code itself where they differ.

    >>> from rabatt import money
    >>> money.symbol("NOK"), money.symbol("CHF")
    ('kr', 'CHF')
    """
    return _SYMBOLS.get(currency, currency)


def minor_digits(currency: str) -> int:
    """How many digits of an amount in minor units are behind the point."""
    return 0 if currency in _WITHOUT_MINOR else 2


def count(value: int) -> str:
    """A whole number: `12 345`."""
    return ("" if value >= 0 else _MINUS) + f"{abs(value):,}".replace(",", _NARROW_SPACE)


def amount(value: int, currency: str = "NOK", *, minor: bool = False) -> str:
    """An amount in minor units: `12 345 kr`, with `minor=True` `12 345.00 kr`. Halves are rounded away from zero.

    >>> from rabatt import money
    >>> money.amount(1_234_550).split()
    ['12', '346', 'kr']
    >>> money.amount(1_234_550, "EUR", minor=True).split()
    ['12', '345.50', '€']
    """
    digits = minor_digits(currency)
    unit = 10**digits
    if minor and digits:
        whole, rest = divmod(abs(value), unit)
        text = f"{count(whole)}.{rest:0{digits}}"
    else:
        text = count((abs(value) + unit // 2) // unit)
    sign = _MINUS if value < 0 and text.strip("0.") else ""
    return f"{sign}{text}{_NARROW_SPACE}{symbol(currency)}"


def share(part: int, whole: int) -> str:
    """A part in percent: `3.4 %`; of nothing, a dash."""
    if whole == 0:
        return "\N{EN DASH}"
    tenths = (abs(part) * 2000 + abs(whole)) // (2 * abs(whole))
    sign = _MINUS if (part < 0) != (whole < 0) and tenths else ""
    return f"{sign}{tenths // 10}.{tenths % 10}{_NARROW_SPACE}%"
