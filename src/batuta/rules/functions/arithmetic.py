"""Arithmetic. A result beyond 64 bits, 38 digits or the range of doubles is empty, as is a division by zero."""

from __future__ import annotations

import math
from decimal import Decimal

from batuta.rules.bound import Moment
from batuta.rules.functions.guards import (
    as_exact,
    as_number,
    finite,
    in_38_digits,
    in_64_bits,
    nested,
    of_two,
    once,
    wide,
)
from batuta.rules.functions.model import Family, Function, Parameter, Types
from batuta.rules.functions.results import EXACT, always, number_of, scale_of
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK, on_each
from batuta.schema.types import DOUBLE, INTEGER, DataType

Number = int | Decimal | float
NUMBERS_BESIDE = (Parameter("left", Family.NUMBER), Parameter("right", Family.NUMBER))


def finite_or_none(number: float) -> float | None:
    """Return a double, or None for one that is infinite or no number."""
    return number if math.isfinite(number) else None


def _product_type(types: Types) -> DataType:
    return number_of(types, sum(map(scale_of, types)))


def _add(_: Moment, *numbers: Number) -> Number | None:
    if any(isinstance(number, float) for number in numbers):
        total = 0.0
        for number in numbers:
            total += float(number)
        return finite_or_none(total)
    if all(isinstance(number, int) for number in numbers):
        return sum(map(int, numbers))
    exact = Decimal(0)
    for number in numbers:
        exact = EXACT.add(exact, Decimal(number))
    return exact


def _negate(_: Moment, number: Number) -> Number:
    return number.copy_negate() if isinstance(number, Decimal) else -number


def _subtract(moment: Moment, left: Number, right: Number) -> Number | None:
    return _add(moment, left, _negate(moment, right))


def _multiply(_: Moment, left: Number, right: Number) -> Number | None:
    if isinstance(left, float) or isinstance(right, float):
        return finite_or_none(float(left) * float(right))
    if isinstance(left, int) and isinstance(right, int):
        return left * right
    return EXACT.multiply(Decimal(left), Decimal(right))


def divide(_: Moment, left: Number, right: Number) -> float | None:
    """Return the quotient as a double; by zero it is empty."""
    return finite_or_none(float(left) / float(right)) if right else None


def remainder(_: Moment, left: Number, right: Number) -> Number | None:
    """Return what is left of a division towards zero, with the sign of the dividend; by zero it is empty."""
    if right == 0:
        return None
    if isinstance(left, float) or isinstance(right, float):
        return math.fmod(left, right) if math.isfinite(left) and not math.isnan(right) else None
    if isinstance(left, int) and isinstance(right, int):
        return int(math.copysign(1, left)) * (abs(left) % abs(right))
    return EXACT.remainder(Decimal(left), Decimal(right))


def _sum_template(engine: str, types: Types) -> str:
    wanted = number_of(types)
    parts = [as_number(engine, place, given, wanted) for place, given in enumerate(types)]
    if wanted == INTEGER:
        return in_64_bits(engine, " + ".join(wide(engine, place) for place, _ in enumerate(types)))
    if wanted == DOUBLE:
        return nested("batuta_plus", parts) if engine == POSTGRES else finite(engine, " + ".join(parts))
    if engine == POSTGRES:
        return in_38_digits(engine, " + ".join(parts), wanted)
    if engine == SPARK:
        return nested("TRY_ADD", parts)
    total = " + ".join(f"v[{place}]" for place, _ in enumerate(types, 1))
    return once(engine, f"[{', '.join(parts)}]", f"TRY({total})")


def _difference_template(engine: str, types: Types) -> str:
    wanted = number_of(types)
    left, right = (as_number(engine, place, given, wanted) for place, given in enumerate(types))
    if wanted == INTEGER:
        return in_64_bits(engine, f"{wide(engine, 0)} - {wide(engine, 1)}")
    if wanted == DOUBLE:
        return f"batuta_plus({left}, -({right}))" if engine == POSTGRES else finite(engine, f"{left} - {right}")
    if engine == POSTGRES:
        return in_38_digits(engine, f"{left} - {right}", wanted)
    return f"TRY_SUBTRACT({left}, {right})" if engine == SPARK else of_two(left, right, "TRY(v.a - v.b)")


def product_of_doubles(engine: str, left: str, right: str) -> str:
    """Return the product of two doubles."""
    return f"batuta_times({left}, {right})" if engine == POSTGRES else finite(engine, f"{left} * {right}")


def _product_template(engine: str, types: Types) -> str:
    wanted = _product_type(types)
    if wanted == DOUBLE:
        return product_of_doubles(
            engine, *(as_number(engine, place, given, DOUBLE) for place, given in enumerate(types))
        )
    if wanted == INTEGER:
        if engine == SPARK:
            return "TRY_MULTIPLY({0}, {1})"
        return in_64_bits(engine, f"{wide(engine, 0)} * {wide(engine, 1)}")
    left, right = (as_exact(engine, place, given) for place, given in enumerate(types))
    if engine == POSTGRES:
        return in_38_digits(engine, f"{left} * {right}", wanted)
    if engine == SPARK:
        return f"TRY_MULTIPLY({left}, {right})"
    return of_two(left, right, f"TRY(CAST(v.a * v.b AS DECIMAL(38, {scale_of(wanted)})))")


def quotient(engine: str, left: str, right: str) -> str:
    """Return the quotient of two doubles."""
    if engine == POSTGRES:
        return f"batuta_over({left}, {right})"
    if engine == SPARK:
        return finite(engine, f"TRY_DIVIDE({left}, {right})")
    return finite(engine, of_two(left, right, "CASE WHEN v.b <> 0 THEN v.a / v.b END"))


def _quotient_template(engine: str, types: Types) -> str:
    return quotient(engine, *(as_number(engine, place, given, DOUBLE) for place, given in enumerate(types)))


def remainder_template(engine: str, types: Types) -> str:
    """Return the SQL of a remainder."""
    wanted = number_of(types)
    left, right = (as_number(engine, place, given, wanted) for place, given in enumerate(types))
    if engine == POSTGRES:
        return f"batuta_remainder({left}, {right})" if wanted == DOUBLE else f"({left}) % NULLIF({right}, 0)"
    if engine == SPARK:
        return finite(engine, f"TRY_MOD({left}, {right})") if wanted == DOUBLE else f"TRY_MOD({left}, {right})"
    if wanted == INTEGER:
        left = wide(DUCKDB, 0)
    sql = of_two(left, right, "CASE WHEN v.b <> 0 THEN v.a % v.b END")
    return finite(DUCKDB, sql) if wanted == DOUBLE else f"CAST({sql} AS BIGINT)" if wanted == INTEGER else sql


def _negation_template(engine: str, types: Types) -> str:
    if types[0] == INTEGER:
        return in_64_bits(engine, f"-{wide(engine, 0)}")
    number = as_number(engine, 0, types[0], number_of(types))
    return negated_on_spark(number, types) if engine == SPARK and types[0] != DOUBLE else f"-({number})"


def negated_on_spark(number: str, types: Types) -> str:
    """Return a decimal with its sign changed; by - Spark would round to 34 digits."""
    return f"TRY_SUBTRACT(CAST(0 AS DECIMAL(38, {scale_of(types[0])})), {number})"


ARITHMETIC = (
    Function(
        "+",
        NUMBERS_BESIDE,
        number_of,
        _add,
        "Adds numbers; joins texts, where an empty one counts as ''.",
        "[points] + 10",
        on_each(_sum_template),
        variadic=True,
    ),
    Function(
        "-",
        NUMBERS_BESIDE,
        number_of,
        _subtract,
        "Subtracts.",
        "[points] - 10",
        on_each(_difference_template),
    ),
    Function(
        "*",
        NUMBERS_BESIDE,
        _product_type,
        _multiply,
        "Multiplies; the digits after the point add up.",
        "[price] * [quantity]",
        on_each(_product_template),
    ),
    Function(
        "/",
        NUMBERS_BESIDE,
        always(DOUBLE),
        divide,
        "Divides, giving a double; by zero the result is empty.",
        "[total] / [orders]",
        on_each(_quotient_template),
    ),
    Function(
        "%",
        NUMBERS_BESIDE,
        number_of,
        remainder,
        "Gives what is left of a division, with the sign of the first number; by zero it is empty.",
        "[points] % 10",
        on_each(remainder_template),
    ),
    Function(
        "negate",
        (Parameter("number", Family.NUMBER),),
        number_of,
        _negate,
        "Changes the sign of a number; written as - before it.",
        "-[points]",
        on_each(_negation_template),
    ),
)
