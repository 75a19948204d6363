"""Operators, which are functions too: comparison, and, or, not, joining text, and arithmetic.

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
from batuta.rules.functions.arithmetic import ARITHMETIC
from batuta.rules.functions.guards import converted
from batuta.rules.functions.model import Family, Function, Parameter, Types, Unfit
from batuta.rules.functions.results import always, decimal_of, scale_of
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK, everywhere, name_of, on_each
from batuta.schema.types import BOOLEAN, STRING, DataType, Kind, Scalar, comparable


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


def in_order(left: Scalar, right: Scalar) -> tuple[Any, Any]:
    """Return what orders two values of comparable types: a double that is no number equals itself, above all others."""
    one, other = comparable_pair(left, right)
    if isinstance(one, float) and isinstance(other, float):
        return ranked(one), ranked(other)
    return one, other


def ranked(value: Any) -> tuple[bool, Any]:
    """Return a value as it is ordered among others of its type: a double that is no number is above all others."""
    unordered = isinstance(value, float) and math.isnan(value)
    return unordered, 0.0 if unordered else value


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
    one, other = in_order(left, right)
    return bool(one == other)


def ordered(compare: Callable[[Any, Any], Any], left: Scalar, right: Scalar) -> bool:
    """Tell whether an order holds between two values; never with an empty one."""
    if is_empty(left) or is_empty(right):
        return False
    return bool(compare(*in_order(left, right)))


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


def _across_scales(engine: str, types: Types, test: str, left: int, right: int) -> str:
    """Return DuckDB's or Spark's test of two decimals, of which one may have too many digits for the type of both.

    Such a number is greater than all of the other type, or less: it stands to them as to zero.
    """
    few, many = sorted((left, right), key=lambda place: scale_of(types[place]))
    if types[few].kind is not Kind.DECIMAL or scale_of(types[few]) == scale_of(types[many]):
        return test.format(f"({{{left}}})", f"({{{right}}})")
    fitted = converted(engine, f"{{{few}}}", name_of(engine, decimal_of(scale_of(types[many]))))
    close = {few: fitted, many: f"({{{many}}})"}
    far = {few: f"({{{few}}})", many: f"CASE WHEN {{{many}}} IS NOT NULL THEN 0 END"}
    return (
        f"(CASE WHEN {{{few}}} IS NULL OR {fitted} IS NOT NULL THEN {test.format(close[left], close[right])} "
        f"ELSE {test.format(far[left], far[right])} END)"
    )


def equality_template(engine: str, types: Types, left: int = 0, right: int = 1) -> str:
    """Return the SQL that two arguments are equal, where empty equals empty."""
    if types[left].is_text:
        return f"(COALESCE({{{left}}}, '') = COALESCE({{{right}}}, ''))"
    test = "({0} IS NOT DISTINCT FROM {1})"
    if engine != POSTGRES and _are_decimals(types[left], types[right]):
        return _across_scales(engine, types, test, left, right)
    return test.format(f"({{{left}}})", f"({{{right}}})")


def _are_decimals(*types: DataType) -> bool:
    return all(given.kind is Kind.DECIMAL for given in types)


def _inequality_template(engine: str, types: Types) -> str:
    return f"(NOT {equality_template(engine, types)})"


def _order_template(sign: str) -> Callable[[str, Types], str]:
    def template(engine: str, types: Types) -> str:
        if types[0].is_text:
            return f"COALESCE(NULLIF({{0}}, '') {sign} NULLIF({{1}}, ''), FALSE)"
        test = f"{{0}} {sign} {{1}}"
        if engine != POSTGRES and _are_decimals(*types):
            return f"COALESCE({_across_scales(engine, types, test, 0, 1)}, FALSE)"
        return f"COALESCE({test.format('({0})', '({1})')}, FALSE)"

    return template


def _logic_template(word: str) -> Callable[[str, Types], str]:
    def template(_: str, types: Types) -> str:
        parts = (f"COALESCE({{{place}}}, FALSE)" for place in range(len(types)))
        return f"({f' {word} '.join(parts)})"

    return template


def _joined(_: Moment, *texts: str | None) -> str:
    return "".join(text or "" for text in texts)


def _joined_on_spark(types: Types) -> str:
    parts = (f"COALESCE({{{place}}}, '')" for place, _ in enumerate(types))
    return f"CONCAT({', '.join(parts)})"


def _between(family: Family) -> tuple[Parameter, Parameter]:
    return Parameter("left", family), Parameter("right", family)


def _comparison(sign: str, compare: Callable[[Any, Any], Any], summary: str) -> Function:
    def evaluate(_: Moment, left: Scalar, right: Scalar) -> bool:
        return ordered(compare, left, right)

    return Function(
        sign,
        _between(Family.ANY),
        _ordered_types,
        evaluate,
        summary,
        f"[points] {sign} 10",
        on_each(_order_template(sign)),
        strict=False,
    )


_JOINING = Function(
    "||",
    _between(Family.TEXT),
    always(STRING),
    _joined,
    "Joins texts; written as +. An empty text counts as ''.",
    "[first_name] + ' ' + [last_name]",
    {DUCKDB: "CONCAT({*})", POSTGRES: "CONCAT({*})", SPARK: _joined_on_spark},
    strict=False,
    variadic=True,
)

_COMPARISONS = (
    Function(
        "=",
        _between(Family.ANY),
        _checked,
        lambda _, left, right: equal(left, right),
        "True where both are equal, case and accents as given; empty equals empty.",
        "[city] = 'Paris'",
        on_each(equality_template),
        strict=False,
    ),
    Function(
        "<>",
        _between(Family.ANY),
        _checked,
        lambda _, left, right: not equal(left, right),
        "True where = is not, so also for empty values; also written as !=.",
        "[city] <> 'Paris'",
        on_each(_inequality_template),
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
        on_each(_logic_template("AND")),
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
        on_each(_logic_template("OR")),
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
        everywhere("(NOT COALESCE({0}, FALSE))"),
        strict=False,
    ),
)

OPERATORS = (*ARITHMETIC, _JOINING, *_COMPARISONS, *_LOGIC)
