"""Operators, which are functions too: arithmetic, comparison, and, or, not, and joining text.

Comparisons and logic are never empty: order against an empty value is false, empty equals empty (for text,
NULL and '' alike), and an empty boolean counts as false.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter, Types, Unfit
from batuta.rules.functions.results import EXACT, LEAST_INTEGER, MOST_INTEGER, always, number_of, scale_of
from batuta.rules.functions.sql import DUCKDB, alike, name_of
from batuta.schema.types import BOOLEAN, DOUBLE, INTEGER, STRING, DataType, Kind, Scalar, comparable

Number = int | Decimal | float


def comparable_pair(left: Scalar, right: Scalar) -> tuple[Scalar, Scalar]:
    """Return two values of comparable types as values that Python compares as the engines do.

    A double meets other numbers as a double; a date meets a datetime as its midnight; instants without
    zone are UTC.
    """
    if isinstance(left, float) or isinstance(right, float):
        return _as_double(left), _as_double(right)
    if isinstance(left, datetime) and isinstance(right, datetime) and (left.tzinfo is None) != (right.tzinfo is None):
        return left.replace(tzinfo=left.tzinfo or right.tzinfo), right.replace(tzinfo=right.tzinfo or left.tzinfo)
    if isinstance(left, datetime) != isinstance(right, datetime):
        return _as_datetime(left), _as_datetime(right)
    return left, right


def _as_double(value: Scalar) -> Scalar:
    return float(value) if isinstance(value, (int, Decimal)) else value


def _as_datetime(value: Scalar) -> Scalar:
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value


def is_empty(value: Scalar) -> bool:
    """Tell whether a value is empty: NULL or ''."""
    return value is None or value == ""


def equal(left: Scalar, right: Scalar) -> bool:
    """Tell whether two values are equal; empty equals empty."""
    if is_empty(left) or is_empty(right):
        return is_empty(left) and is_empty(right)
    one, other = comparable_pair(left, right)
    return one == other


def ordered(compare: Callable[[Any, Any], Any], left: Scalar, right: Scalar) -> bool:
    """Tell whether an order holds between two values; never with an empty one."""
    if is_empty(left) or is_empty(right):
        return False
    return bool(compare(*comparable_pair(left, right)))


def _product_type(types: Types) -> DataType:
    return number_of(types, sum(map(scale_of, types)))


def _in_64_bits(number: int) -> int | None:
    return number if LEAST_INTEGER <= number <= MOST_INTEGER else None


def _add(_: Moment, *numbers: Number) -> Number | None:
    total: Number | None = numbers[0]
    for number in numbers[1:]:
        if total is None:
            return None
        if isinstance(total, float) or isinstance(number, float):
            total = float(total) + float(number)
        elif isinstance(total, int) and isinstance(number, int):
            total = _in_64_bits(total + number)
        else:
            total = EXACT.add(Decimal(total), Decimal(number))
    return total


def _negate(_: Moment, number: Number) -> Number | None:
    return (
        _in_64_bits(-number)
        if isinstance(number, int)
        else number.copy_negate()
        if isinstance(number, Decimal)
        else -number
    )


def _subtract(moment: Moment, left: Number, right: Number) -> Number | None:
    if isinstance(right, int) and isinstance(left, int):
        return _in_64_bits(left - right)
    return _add(moment, left, right.copy_negate() if isinstance(right, Decimal) else -right)


def _multiply(_: Moment, left: Number, right: Number) -> Number | None:
    if isinstance(left, float) or isinstance(right, float):
        return float(left) * float(right)
    if isinstance(left, int) and isinstance(right, int):
        return _in_64_bits(left * right)
    return EXACT.multiply(Decimal(left), Decimal(right))


def _divide(_: Moment, left: Number, right: Number) -> float | None:
    if right == 0:
        return None
    try:
        return float(left) / float(right)
    except OverflowError:
        return None


def remainder(_: Moment, left: Number, right: Number) -> Number | None:
    """Return what is left of a division towards zero, with the sign of the dividend; by zero it is empty."""
    if right == 0:
        return None
    if isinstance(left, float) or isinstance(right, float):
        return math.fmod(float(left), float(right))
    if isinstance(left, int) and isinstance(right, int):
        return int(math.copysign(1, left)) * (abs(left) % abs(right))
    return EXACT.remainder(Decimal(left), Decimal(right))


def remainder_template(types: Types) -> str:
    """Return DuckDB's SQL for a remainder, converted first so that nothing overflows."""
    if number_of(types) == INTEGER:
        return "CAST(CAST({0} AS HUGEINT) % NULLIF({1}, 0) AS BIGINT)"
    left, right = alike(DUCKDB, types)
    return f"TRY(({left}) % (NULLIF({right}, 0)))"


def _sum_template(types: Types) -> str:
    wanted = name_of(DUCKDB, number_of(types))
    return f"TRY({' + '.join(f'CAST({{{place}}} AS {wanted})' for place in range(len(types)))})"


def _difference_template(types: Types) -> str:
    wanted = name_of(DUCKDB, number_of(types))
    return f"TRY(CAST({{0}} AS {wanted}) - CAST({{1}} AS {wanted}))"


def _product_template(types: Types) -> str:
    wanted = _product_type(types)
    if wanted == DOUBLE:
        return "(CAST({0} AS DOUBLE) * CAST({1} AS DOUBLE))"
    return f"TRY(CAST(({{0}}) * ({{1}}) AS {name_of(DUCKDB, wanted)}))"


def _negation_template(types: Types) -> str:
    return f"TRY(-CAST({{0}} AS {name_of(DUCKDB, number_of(types))}))"


def _checked(types: Types) -> DataType:
    left, right = types
    if Kind.INSTANT in (left.kind, right.kind) and left.kind is not right.kind:
        raise Unfit("expression.no-zone", left=left.kind, right=right.kind)
    if not comparable(left, right):
        raise Unfit("expression.not-comparable", left=left.kind, right=right.kind)
    return BOOLEAN


def _ordered_types(types: Types) -> DataType:
    if Kind.BOOLEAN in (types[0].kind, types[1].kind):
        raise Unfit("expression.no-order", type=Kind.BOOLEAN)
    return _checked(types)


def equality_template(types: Types, left: int = 0, right: int = 1) -> str:
    """Return DuckDB's SQL that two arguments are equal, where empty equals empty."""
    if types[left].is_text:
        return f"(COALESCE({{{left}}}, '') = COALESCE({{{right}}}, ''))"
    return f"(({{{left}}}) IS NOT DISTINCT FROM ({{{right}}}))"


def _inequality_template(types: Types) -> str:
    return f"(NOT {equality_template(types)})"


def _order_template(sign: str) -> Callable[[Types], str]:
    def template(types: Types) -> str:
        if types[0].is_text:
            return f"COALESCE(NULLIF({{0}}, '') {sign} NULLIF({{1}}, ''), FALSE)"
        return f"COALESCE(({{0}}) {sign} ({{1}}), FALSE)"

    return template


def _logic_template(word: str) -> Callable[[Types], str]:
    def template(types: Types) -> str:
        parts = (f"COALESCE({{{place}}}, FALSE)" for place in range(len(types)))
        return f"({f' {word} '.join(parts)})"

    return template


def _joined(_: Moment, *texts: str | None) -> str:
    return "".join(text or "" for text in texts)


def _between(family: Family) -> tuple[Parameter, Parameter]:
    return Parameter("left", family), Parameter("right", family)


def _comparison(sign: str, compare: Callable[[Any, Any], Any], summary: str) -> Function:
    def evaluate(_: Moment, left: Scalar, right: Scalar) -> bool:
        return ordered(compare, left, right)

    templates = {DUCKDB: _order_template(sign)}
    return Function(
        sign, _between(Family.ANY), _ordered_types, evaluate, summary, f"[points] {sign} 10", templates, strict=False
    )


_ARITHMETIC = (
    Function(
        "+",
        _between(Family.NUMBER),
        number_of,
        _add,
        "Adds numbers; joins texts, where an empty one counts as ''.",
        "[points] + 10",
        {DUCKDB: _sum_template},
        variadic=True,
    ),
    Function(
        "-",
        _between(Family.NUMBER),
        number_of,
        _subtract,
        "Subtracts.",
        "[points] - 10",
        {DUCKDB: _difference_template},
    ),
    Function(
        "*",
        _between(Family.NUMBER),
        _product_type,
        _multiply,
        "Multiplies; the digits after the point add up.",
        "[price] * [quantity]",
        {DUCKDB: _product_template},
    ),
    Function(
        "/",
        _between(Family.NUMBER),
        always(DOUBLE),
        _divide,
        "Divides, giving a double; by zero the result is empty.",
        "[total] / [orders]",
        {DUCKDB: "(CAST({0} AS DOUBLE) / NULLIF(CAST({1} AS DOUBLE), 0))"},
    ),
    Function(
        "%",
        _between(Family.NUMBER),
        number_of,
        remainder,
        "Gives what is left of a division, with the sign of the first number; by zero it is empty.",
        "[points] % 10",
        {DUCKDB: remainder_template},
    ),
    Function(
        "negate",
        (Parameter("number", Family.NUMBER),),
        number_of,
        _negate,
        "Changes the sign of a number; written as - before it.",
        "-[points]",
        {DUCKDB: _negation_template},
    ),
    Function(
        "||",
        _between(Family.TEXT),
        always(STRING),
        _joined,
        "Joins texts; written as +. An empty text counts as ''.",
        "[first_name] + ' ' + [last_name]",
        {DUCKDB: "CONCAT({*})"},
        strict=False,
        variadic=True,
    ),
)

_COMPARISONS = (
    Function(
        "=",
        _between(Family.ANY),
        _checked,
        lambda _, left, right: equal(left, right),
        "True where both are equal, case and accents as given; empty equals empty.",
        "[city] = 'Paris'",
        {DUCKDB: equality_template},
        strict=False,
    ),
    Function(
        "<>",
        _between(Family.ANY),
        _checked,
        lambda _, left, right: not equal(left, right),
        "True where = is not, so also for empty values; also written as !=.",
        "[city] <> 'Paris'",
        {DUCKDB: _inequality_template},
        strict=False,
    ),
    _comparison("<", operator.lt, "True where the first is less; never with an empty value."),
    _comparison("<=", operator.le, "True where the first is less or equal; never with an empty value."),
    _comparison(">", operator.gt, "True where the first is greater; never with an empty value."),
    _comparison(">=", operator.ge, "True where the first is greater or equal; never with an empty value."),
)

_LOGIC = (
    Function(
        "and",
        _between(Family.BOOLEAN),
        always(BOOLEAN),
        lambda _, *given: all(given),
        "True where all are true; an empty one counts as false.",
        "[vip] and [points] > 10",
        {DUCKDB: _logic_template("AND")},
        strict=False,
        variadic=True,
    ),
    Function(
        "or",
        _between(Family.BOOLEAN),
        always(BOOLEAN),
        lambda _, *given: any(given),
        "True where one is true; an empty one counts as false.",
        "[vip] or [points] > 10",
        {DUCKDB: _logic_template("OR")},
        strict=False,
        variadic=True,
    ),
    Function(
        "not",
        (Parameter("condition", Family.BOOLEAN),),
        always(BOOLEAN),
        lambda _, given: not given,
        "True where the condition is false or empty.",
        "not [vip]",
        {DUCKDB: "(NOT COALESCE({0}, FALSE))"},
        strict=False,
    ),
)

OPERATORS = (*_ARITHMETIC, *_COMPARISONS, *_LOGIC)
