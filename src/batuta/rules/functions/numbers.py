"""Functions of numbers."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, Decimal
from typing import Any

from batuta.rules.bound import Moment
from batuta.rules.functions.arithmetic import (
    Number,
    divide,
    finite_or_none,
    negated_on_spark,
    product_of_doubles,
    quotient,
    remainder,
    remainder_template,
)
from batuta.rules.functions.guards import as_exact, as_number, in_38_digits, in_64_bits, once, wide
from batuta.rules.functions.model import Family, Function, Parameter, Types
from batuta.rules.functions.operators import in_order, is_empty
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
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK, on_each, skipping_empty
from batuta.schema.types import DOUBLE, INTEGER, DataType, Kind, Scalar

_NUMBER = Parameter("number", Family.NUMBER)
_DIGITS = Parameter("digits", Family.INTEGER, optional=True, literal=(-18, 18))
_WHOLE_FROM = 2.0**52
"""From here on, a double has no fraction."""
_NEARLY_MOST = "9" * 20 + "0" * 18
"""Below, a number without fraction keeps to 38 digits whatever digit it is rounded at."""


def _whole_type(types: Types) -> DataType:
    return decimal_of(0) if types[0].kind is Kind.DECIMAL else types[0]


def _absolute(_: Moment, number: Number) -> Number:
    return number.copy_abs() if isinstance(number, Decimal) else abs(number)


def _absolute_template(engine: str, types: Types) -> str:
    if types[0] == INTEGER:
        return in_64_bits(engine, f"ABS({wide(engine, 0)})")
    number = as_number(engine, 0, types[0], number_of(types))
    if engine == SPARK and types[0] != DOUBLE:
        return once(SPARK, number, f"CASE WHEN v < 0 THEN {negated_on_spark('v', types)} ELSE v END")
    return f"ABS({number})"


def _towards(rounding: str, plain: Callable[[float], int]) -> Callable[[Moment, Number], Number]:
    def evaluate(_: Moment, number: Number) -> Number:
        if isinstance(number, Decimal):
            return number.quantize(Decimal(1), rounding=rounding, context=EXACT)
        return float(plain(number)) if isinstance(number, float) and math.isfinite(number) else number

    return evaluate


def _whole_template(function: str) -> Callable[[str, Types], str]:
    def template(engine: str, types: Types) -> str:
        if types[0] == INTEGER:
            return "{0}"
        if engine != SPARK:
            return f"{function}({{0}})"
        if types[0] != DOUBLE:
            return f"CAST({function}({{0}}) AS DECIMAL(38, 0))"
        return once(SPARK, "{0}", f"CASE WHEN ABS(v) < {_WHOLE_FROM:.0f} THEN CAST({function}(v) AS DOUBLE) ELSE v END")

    return template


def _round(_: Moment, number: Number, digits: int = 0) -> Number:
    if isinstance(number, float):
        return _scaled(number, digits, lambda moved: math.floor(moved) + (moved - math.floor(moved) >= 0.5))
    exact = rounded_half_away(Decimal(number), digits)
    return int(exact) if isinstance(number, int) else exact


def _truncated(_: Moment, number: Number, digits: int = 0) -> Number:
    if isinstance(number, float):
        return _scaled(number, digits, math.floor)
    exact = EXACT.divide(Decimal(number), _step(digits)).to_integral_value(ROUND_DOWN, context=EXACT)
    whole = EXACT.multiply(exact, _step(digits))
    return int(whole) if isinstance(number, int) else whole


def _step(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def _scaled(number: float, digits: int, whole: Callable[[float], int]) -> float:
    """Return a double made whole at a digit; one that has no fraction there, or moved there is infinite, stays."""
    factor = 10.0 ** abs(digits)
    moved = abs(number * factor if digits >= 0 else number / factor)
    if not moved < _WHOLE_FROM:
        return number
    away = math.copysign(whole(moved), number)
    return away / factor if digits >= 0 else away * factor


def rounded_double(number: float, digits: int) -> float:
    """Return a double rounded to that many digits after the point, halves away from zero."""
    return _scaled(number, digits, lambda moved: math.floor(moved) + (moved - math.floor(moved) >= 0.5))


def _scaled_template(engine: str, digits: str, whole: str) -> str:
    up, down = (
        f"POWER(CAST(10 AS DOUBLE), GREATEST({digits}, 0))",
        f"POWER(CAST(10 AS DOUBLE), GREATEST(-({digits}), 0))",
    )
    moved = f"ABS(v * {up} / {down})"
    sign = "SIGN(v)"
    return once(
        engine,
        "{0}",
        f"CASE WHEN {moved} < {_WHOLE_FROM:.0f} THEN {sign} * {whole.format(moved)} / {up} * {down} ELSE v END",
    )


def _round_template(engine: str, types: Types) -> str:
    digits = "CAST({1} AS INTEGER)" if len(types) > 1 else "0"
    if types[0] == DOUBLE:
        if engine == POSTGRES:
            return f"batuta_round({{0}}, {digits})"
        half = "(FLOOR({0}) + CASE WHEN {0} - FLOOR({0}) >= 0.5 THEN 1 ELSE 0 END)"
        return _scaled_template(engine, digits, half)
    exact = as_exact(engine, 0, types[0])
    if engine == POSTGRES:
        return _fitted(engine, types, f"ROUND({exact}, {digits})")
    if engine == DUCKDB:
        return _fitted(engine, types, once(DUCKDB, exact, f"TRY(CAST(ROUND(v, {digits}) AS {_of_scale(types)}))"))
    rounded = once(SPARK, exact, f"CASE WHEN ABS(v) < {_NEARLY_MOST} THEN ROUND(v, {digits}) END")
    return _fitted(engine, types, rounded if scale_of(types[0]) == 0 else f"ROUND({exact}, {digits})")


def _of_scale(types: Types) -> str:
    return f"DECIMAL(38, {scale_of(types[0])})"


def _fitted(engine: str, types: Types, sql: str) -> str:
    wanted = as_first(types)
    return in_64_bits(engine, sql) if wanted == INTEGER else in_38_digits(engine, sql, wanted)


def _truncation_template(engine: str, types: Types) -> str:
    digits = "CAST({1} AS INTEGER)" if len(types) > 1 else "0"
    if types[0] == DOUBLE:
        return (
            f"batuta_trunc({{0}}, {digits})" if engine == POSTGRES else _scaled_template(engine, digits, "FLOOR({0})")
        )
    exact = as_exact(engine, 0, types[0])
    if engine != SPARK:
        return _fitted(engine, types, f"TRUNC({exact}, {digits})")
    return _fitted(
        engine, types, once(SPARK, exact, f"CASE WHEN v < 0 THEN CEIL(v, {digits}) ELSE FLOOR(v, {digits}) END")
    )


def _percent(moment: Moment, part: Number, whole: Number) -> float | None:
    hundredfold = finite_or_none(float(part) * 100)
    return None if hundredfold is None else divide(moment, hundredfold, whole)


def _percent_template(engine: str, types: Types) -> str:
    part, whole = (as_number(engine, place, given, DOUBLE) for place, given in enumerate(types))
    return quotient(engine, product_of_doubles(engine, part, "CAST(100 AS DOUBLE)"), whole)


def _sign_template(engine: str, types: Types) -> str:
    sign = "NANVL(SIGN({0}), 0)" if engine == SPARK and types[0] == DOUBLE else "SIGN({0})"
    return f"CAST({sign} AS BIGINT)"


def _extreme(better: Callable[[Any, Any], Any]) -> Callable[..., Scalar]:
    def evaluate(_: Moment, *values: Scalar) -> Scalar:
        best: Scalar = None
        for value in values:
            if is_empty(value):
                continue
            if best is None or better(*in_order(value, best)):
                best = value
        return best

    return evaluate


def _extreme_template(function: str) -> Callable[[str, Types], str]:
    def template(engine: str, types: Types) -> str:
        values = skipping_empty(engine, types)
        return values[0] if len(values) == 1 else f"{function}({', '.join(values)})"

    return template


NUMBERS = (
    Function(
        "Abs",
        (_NUMBER,),
        as_first,
        _absolute,
        "Gives a number without its sign.",
        "Abs([balance])",
        on_each(_absolute_template),
    ),
    Function(
        "Ceil",
        (_NUMBER,),
        _whole_type,
        _towards(ROUND_CEILING, math.ceil),
        "Gives the nearest whole number that is not smaller.",
        "Ceil([amount])",
        on_each(_whole_template("CEIL")),
    ),
    Function(
        "Floor",
        (_NUMBER,),
        _whole_type,
        _towards(ROUND_FLOOR, math.floor),
        "Gives the nearest whole number that is not greater.",
        "Floor([amount])",
        on_each(_whole_template("FLOOR")),
    ),
    Function(
        "Round",
        (_NUMBER, _DIGITS),
        as_first,
        _round,
        "Rounds to that many digits after the point (0 if left out, before the point if negative); halves go away "
        "from zero, exactly so for decimals.",
        "Round([amount], 2)",
        on_each(_round_template),
    ),
    Function(
        "Trunc",
        (_NUMBER, _DIGITS),
        as_first,
        _truncated,
        "Leaves out what follows that many digits after the point (0 if left out, before the point if negative).",
        "Trunc([amount], 2)",
        on_each(_truncation_template),
    ),
    Function(
        "Sign",
        (_NUMBER,),
        always(INTEGER),
        lambda _, number: (number > 0) - (number < 0),
        "Gives 1 for a number above zero, -1 for one below, else 0.",
        "Sign([balance])",
        on_each(_sign_template),
    ),
    Function(
        "Percent",
        (Parameter("part", Family.NUMBER), Parameter("whole", Family.NUMBER)),
        always(DOUBLE),
        _percent,
        "Gives how many hundredths of the second number the first one is, as a double; of zero it is empty.",
        "Percent([opened], [sent])",
        on_each(_percent_template),
    ),
    Function(
        "Mod",
        (_NUMBER, Parameter("divisor", Family.NUMBER)),
        number_of,
        remainder,
        "Gives what is left of a division, with the sign of the first number; by zero it is empty.",
        "Mod([customer_id], 10)",
        on_each(remainder_template),
    ),
    Function(
        "Greatest",
        (Parameter("value", Family.ANY),),
        common,
        _extreme(operator.gt),
        "Gives the greatest of several values; empty ones are left out.",
        "Greatest([points], 0)",
        on_each(_extreme_template("GREATEST")),
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
        on_each(_extreme_template("LEAST")),
        variadic=True,
        strict=False,
    ),
)
