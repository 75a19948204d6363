"""How the types of results follow from those of arguments, and how values are made to fit them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache

from batuta.rules.functions.model import Types, Unfit
from batuta.schema.types import DATETIME, DOUBLE, INTEGER, STRING, DataType, Kind, Scalar

EXACT = Context(prec=120, rounding=ROUND_HALF_UP)
"""Decimal arithmetic without any rounding of its own; halves are rounded away from zero where asked for."""

DIGITS = 38
MOST_SCALE = 18
DEFAULT_SCALE = 4
"""Digits after the point of an attribute whose decimal type does not say."""

LEAST_INTEGER, MOST_INTEGER = -(2**63), 2**63 - 1


@cache
def decimal_of(scale: int) -> DataType:
    """Return the type of computed decimals with that many digits after the point."""
    return DataType(kind=Kind.DECIMAL, precision=DIGITS, scale=scale)


def scale_of(given: DataType) -> int:
    """Return how many digits after the point values of a type have."""
    if given.kind is not Kind.DECIMAL:
        return 0
    return DEFAULT_SCALE if given.precision is None else given.scale or 0


def number_of(types: Types, scale: int | None = None) -> DataType:
    """Return the type that holds the numbers of all the types: the widest kind, the largest scale."""
    kinds = {given.kind for given in types}
    if Kind.DOUBLE in kinds:
        return DOUBLE
    if Kind.DECIMAL not in kinds:
        return INTEGER
    digits = max(map(scale_of, types)) if scale is None else scale
    if digits > MOST_SCALE:
        raise Unfit("expression.too-many-digits", limit=MOST_SCALE)
    return decimal_of(digits)


def common(types: Types) -> DataType:
    """Return the one type that values of all the types can have; raise Unfit if there is none."""
    first = types[0]
    if all(given == first for given in types):
        return first
    if all(given.is_number for given in types):
        return number_of(types)
    if all(given.is_text for given in types):
        return STRING
    kinds = {given.kind for given in types}
    if kinds <= {Kind.DATE, Kind.DATETIME}:
        return DATETIME if Kind.DATETIME in kinds else first
    if len(kinds) == 1:
        return first
    other = next(given for given in types if given.kind is not first.kind)
    raise Unfit("expression.no-common-type", left=first.kind, right=other.kind)


def always(given: DataType) -> Callable[[Types], DataType]:
    """Return a result rule that gives the same type whatever the arguments."""
    return lambda _types: given


def as_first(types: Types) -> DataType:
    """Give the type of the first argument; a number gets the type of computed numbers."""
    return number_of(types[:1]) if types[0].is_number else types[0]


def fitted(value: Scalar, wanted: DataType) -> Scalar:
    """Return a computed value in its type: empty where the type cannot hold it.

    Integers have 64 bits, decimals 38 digits (rounded half away from zero to their scale), texts that are
    no member of an enum stay as they are.
    """
    if value is None:
        return None
    if wanted.kind is Kind.INTEGER:
        return _integer(value)
    if wanted.kind is Kind.DECIMAL:
        return _decimal(value, wanted)
    if wanted.kind is Kind.DOUBLE:
        return float(value) if isinstance(value, (int, Decimal, float)) else None
    if wanted.kind is Kind.DATETIME and not isinstance(value, datetime):
        return datetime.fromisoformat(str(value))
    return value


def _integer(value: Scalar) -> Scalar:
    return value if isinstance(value, int) and LEAST_INTEGER <= value <= MOST_INTEGER else None


def _decimal(value: Scalar, wanted: DataType) -> Scalar:
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    rounded = rounded_half_away(exact, scale_of(wanted))
    return rounded if len(rounded.as_tuple().digits) <= DIGITS else None


def rounded_half_away(value: Decimal, digits: int) -> Decimal:
    """Return a decimal rounded to that many digits after the point (before it, if negative), exactly."""
    step = Decimal(1).scaleb(-digits)
    rounded = value.quantize(step, context=EXACT)
    return rounded if digits >= 0 else rounded.quantize(Decimal(1), context=EXACT)
