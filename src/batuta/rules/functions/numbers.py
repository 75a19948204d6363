"""Functions of numbers, and conversions between numbers and text."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Any

from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter, Types
from batuta.rules.functions.operators import comparable_pair, is_empty, remainder, remainder_template
from batuta.rules.functions.results import (
    EXACT,
    always,
    as_first,
    common,
    decimal_of,
    number_of,
    rounded_half_away,
    scale_of,
)
from batuta.rules.functions.sql import DUCKDB, name_of, skipping_empty
from batuta.schema.types import DOUBLE, INTEGER, STRING, DataType, Kind, Scalar

Number = int | Decimal | float
_NUMBER = Parameter("number", Family.NUMBER)
_WHOLE = re.compile(r"[ \t\n\r]*([+-]?[0-9]+)(\.[0-9]*)?[ \t\n\r]*\Z")
_REAL = re.compile(r"[ \t\n\r]*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)[ \t\n\r]*\Z")


def _whole_type(types: Types) -> DataType:
    return decimal_of(0) if types[0].kind is Kind.DECIMAL else types[0]


def _absolute(_: Moment, number: Number) -> Number:
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


def _towards(rounding: str, plain: Callable[[float], int]) -> Callable[[Moment, Number], Number]:
    def evaluate(_: Moment, number: Number) -> Number:
        if isinstance(number, Decimal):
            return number.quantize(Decimal(1), rounding=rounding, context=EXACT)
        return float(plain(number)) if isinstance(number, float) and math.isfinite(number) else number

    return evaluate


def _whole_template(function: str) -> Callable[[Types], str]:
    return lambda types: "{0}" if types[0].kind is Kind.INTEGER else f"{function}({{0}})"


def _round(_: Moment, number: Number, digits: int = 0) -> Number:
    if isinstance(number, float):
        return _round_double(number, digits)
    exact = rounded_half_away(Decimal(number), digits)
    return int(exact) if isinstance(number, int) else exact


def _round_double(number: float, digits: int) -> float:
    factor = 10.0 ** abs(digits)
    moved = number * factor if digits >= 0 else number / factor
    if not math.isfinite(moved):
        return number
    whole = math.floor(abs(moved))
    away = math.copysign(whole + (abs(moved) - whole >= 0.5), moved)
    return away / factor if digits >= 0 else away * factor


def _round_template(types: Types) -> str:
    kind = types[0].kind
    digits = "CAST({1} AS INTEGER)" if len(types) > 1 else "0"
    if kind is Kind.DOUBLE:
        return f"ROUND({{0}}, {digits})"
    wide = name_of(DUCKDB, decimal_of(scale_of(types[0])))
    return f"TRY(CAST(ROUND(CAST({{0}} AS {wide}), {digits}) AS {name_of(DUCKDB, as_first(types))}))"


def _extreme(better: Callable[[Any, Any], Any]) -> Callable[..., Scalar]:
    def evaluate(_: Moment, *values: Scalar) -> Scalar:
        best: Scalar = None
        for value in values:
            if is_empty(value):
                continue
            if best is None or better(*comparable_pair(value, best)):
                best = value
        return best

    return evaluate


def _extreme_template(function: str) -> Callable[[Types], str]:
    return lambda types: f"{function}({', '.join(skipping_empty(DUCKDB, types))})"


def text_of(value: Scalar) -> str:
    """Return a value as text, one form for each type; an instant has none without a zone.

    Whole numbers have no point, decimals no zeros at their end, a double the fewest digits that read back;
    'true' and 'false'; dates and times in ISO form with a space between, a fraction only where there is one.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        shown = repr(value).removesuffix(".0")
        return "0" if shown == "-0" else shown
    if isinstance(value, Decimal):
        return _decimal_text(value)
    if isinstance(value, datetime):
        return _without_zeros(value.isoformat(sep=" "))
    if isinstance(value, (date, time)):
        return _without_zeros(value.isoformat())
    return str(value)


def _decimal_text(value: Decimal) -> str:
    return _without_zeros(format(value, "f")) if value else "0"


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text_template(types: Types) -> str:
    kind = types[0].kind
    if kind is Kind.DOUBLE:
        return r"REGEXP_REPLACE(REGEXP_REPLACE(CAST({0} AS VARCHAR), '\.0$', ''), '^-0$', '0')"
    if kind is Kind.DECIMAL and scale_of(types[0]) > 0:
        return "RTRIM(RTRIM(CAST({0} AS VARCHAR), '0'), '.')"
    return "CAST({0} AS VARCHAR)"


def _to_integer(_: Moment, value: str | Number) -> Scalar:
    if isinstance(value, str):
        found = _WHOLE.match(value)
        return int(found[1]) if found else None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    return int(value.quantize(Decimal(1), rounding=ROUND_DOWN, context=EXACT)) if isinstance(value, Decimal) else value


def _to_integer_template(types: Types) -> str:
    if types[0].is_text:
        return r"TRY_CAST(REGEXP_EXTRACT({0}, '^[ \t\n\r]*([+-]?[0-9]+)(\.[0-9]*)?[ \t\n\r]*$', 1) AS BIGINT)"
    return "{0}" if types[0].kind is Kind.INTEGER else "TRY_CAST(TRUNC({0}) AS BIGINT)"


def _to_double(_: Moment, value: str | Number) -> float | None:
    if isinstance(value, str):
        found = _REAL.match(value)
        return float(found[1]) if found else None
    return float(value)


def _to_double_template(types: Types) -> str:
    if types[0].is_text:
        real = r"^[ \t\n\r]*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)[ \t\n\r]*$"
        return f"TRY_CAST(REGEXP_EXTRACT({{0}}, '{real}', 1) AS DOUBLE)"
    return "CAST({0} AS DOUBLE)"


NUMBERS = (
    Function(
        "Abs",
        (_NUMBER,),
        as_first,
        _absolute,
        "Gives a number without its sign.",
        "Abs([balance])",
        {DUCKDB: "TRY(ABS({0}))"},
    ),
    Function(
        "Ceil",
        (_NUMBER,),
        _whole_type,
        _towards(ROUND_CEILING, math.ceil),
        "Gives the nearest whole number that is not smaller.",
        "Ceil([amount])",
        {DUCKDB: _whole_template("CEIL")},
    ),
    Function(
        "Floor",
        (_NUMBER,),
        _whole_type,
        _towards(ROUND_FLOOR, math.floor),
        "Gives the nearest whole number that is not greater.",
        "Floor([amount])",
        {DUCKDB: _whole_template("FLOOR")},
    ),
    Function(
        "Round",
        (_NUMBER, Parameter("digits", Family.INTEGER, optional=True, literal=(-18, 18))),
        as_first,
        _round,
        "Rounds to that many digits after the point (0 if left out, before the point if negative); halves go away "
        "from zero, exactly so for decimals.",
        "Round([amount], 2)",
        {DUCKDB: _round_template},
    ),
    Function(
        "Mod",
        (_NUMBER, Parameter("divisor", Family.NUMBER)),
        number_of,
        remainder,
        "Gives what is left of a division, with the sign of the first number; by zero it is empty.",
        "Mod([customer_id], 10)",
        {DUCKDB: remainder_template},
    ),
    Function(
        "Greatest",
        (Parameter("value", Family.ANY),),
        common,
        _extreme(operator.gt),
        "Gives the greatest of several values; empty ones are left out.",
        "Greatest([points], 0)",
        {DUCKDB: _extreme_template("GREATEST")},
        variadic=True,
        strict=False,
    ),
    Function(
        "Least",
        (Parameter("value", Family.ANY),),
        common,
        _extreme(operator.lt),
        "Gives the least of several values; empty ones are left out.",
        "Least([points], 100)",
        {DUCKDB: _extreme_template("LEAST")},
        variadic=True,
        strict=False,
    ),
    Function(
        "ToInteger",
        (Parameter("value", Family.TEXT_OR_NUMBER),),
        always(INTEGER),
        _to_integer,
        "Gives the whole part of a number or of a text that is one; empty for any other text and beyond 64 bits.",
        "ToInteger([zip])",
        {DUCKDB: _to_integer_template},
    ),
    Function(
        "ToDouble",
        (Parameter("value", Family.TEXT_OR_NUMBER),),
        always(DOUBLE),
        _to_double,
        "Gives a number, or a text that is one (with a point, not a comma), as a double; empty for any other text.",
        "ToDouble([score])",
        {DUCKDB: _to_double_template},
    ),
    Function(
        "ToString",
        (Parameter("value", Family.LOCAL),),
        always(STRING),
        lambda _, value: text_of(value),
        "Writes a value as text: 12.50 as 12.5, true and false, dates as 2024-02-29.",
        "ToString([order_id])",
        {DUCKDB: _text_template},
    ),
)
