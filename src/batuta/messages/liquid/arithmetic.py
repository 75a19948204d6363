"""Liquid's filters for numbers, exact on decimals: the built-in ones take every decimal for 0.

Whole numbers among themselves stay whole, division included; anything else is computed as a decimal and rounds
half up. Text that is a number counts as one; all else counts as 0, as Liquid has it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from operator import add, floordiv, mod, mul, sub, truediv

from liquid.exceptions import FilterArgumentError
from liquid.undefined import is_undefined

Number = int | Decimal
_LEAST, _MOST = -20, 20
_MOST_DIGITS = 60


def plus(value: object, other: object) -> Number:
    """Add two numbers."""
    return _computed(add, value, other)


def minus(value: object, other: object) -> Number:
    """Take one number from another."""
    return _computed(sub, value, other)


def times(value: object, other: object) -> Number:
    """Multiply two numbers."""
    return _computed(mul, value, other)


def divided_by(value: object, other: object) -> Number:
    """Divide one number by another: a whole one by a whole one gives a whole one, rounded down."""
    whole = isinstance(numeric(value), int) and isinstance(numeric(other), int)
    return _computed(floordiv if whole else truediv, value, other)


def modulo(value: object, other: object) -> Number:
    """Return what a division leaves."""
    return _computed(mod, value, other)


def absolute(value: object) -> Number:
    """Return a number without its sign."""
    number = numeric(value)
    return -number if number < 0 else number


def at_least(value: object, other: object) -> Number:
    """Return the larger of two numbers."""
    return max(numeric(value), numeric(other))


def at_most(value: object, other: object) -> Number:
    """Return the smaller of two numbers."""
    return min(numeric(value), numeric(other))


def ceil(value: object) -> int:
    """Return the next whole number above."""
    return math.ceil(numeric(value))


def floor(value: object) -> int:
    """Return the next whole number below."""
    return math.floor(numeric(value))


def rounded(value: object, digits: object = None) -> Number:
    """Round half up to so many digits after the point, or to a whole number."""
    places = 0 if digits is None or is_undefined(digits) else int(numeric(digits))
    if not _LEAST <= places <= _MOST:
        raise FilterArgumentError(f"round takes digits from {_LEAST} to {_MOST}, found {places}", token=None)
    number = numeric(value)
    if isinstance(number, int) and places >= 0:
        return number
    try:
        found = Decimal(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    except InvalidOperation:
        raise FilterArgumentError("the number has too many digits to be rounded", token=None) from None
    return found if places > 0 else int(found)


FILTERS: Mapping[str, Callable[..., Number]] = {
    "plus": plus,
    "minus": minus,
    "times": times,
    "divided_by": divided_by,
    "modulo": modulo,
    "abs": absolute,
    "at_least": at_least,
    "at_most": at_most,
    "ceil": ceil,
    "floor": floor,
    "round": rounded,
}


def numeric(value: object) -> Number:
    """Return a value as a number."""
    if isinstance(value, Decimal):
        return _finite(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, (str, float)):
        return 0
    try:
        return int(value) if isinstance(value, str) else _finite(Decimal(str(value)))
    except ValueError:
        return _from_text(str(value))


def _from_text(text: str) -> Number:
    try:
        return _finite(Decimal(text))
    except InvalidOperation:
        return 0


def _finite(number: Decimal) -> Number:
    return _bounded(number) if number.is_finite() else 0


def _bounded(number: Decimal) -> Decimal:
    """Return a number unless writing it out would take very long."""
    if abs(number.adjusted()) > _MOST_DIGITS:
        raise FilterArgumentError("a number has too many digits", token=None)
    return number


def _computed(compute: Callable[[Number, Number], Number], value: object, other: object) -> Number:
    left, right = numeric(value), numeric(other)
    if not (isinstance(left, int) and isinstance(right, int)):
        left, right = Decimal(left), Decimal(right)
    try:
        return compute(left, right)
    except ArithmeticError:
        raise FilterArgumentError("can't divide by 0", token=None) from None
