"""Functions of many rows: each gives one figure of the values that the rows have, empty ones left out.

`evaluate` takes the values that are not empty; the first place of a template is the value in one row, NULL where it
is empty. Templates may hold several aggregates. They never raise: sums are computed wider than their type and then
held against it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from batuta.rules.bound import Moment
from batuta.rules.functions.model import Family, Function, Parameter, Role, Template, Types
from batuta.rules.functions.operators import ranked
from batuta.rules.functions.results import (
    DIGITS,
    EXACT,
    LEAST_INTEGER,
    MOST_INTEGER,
    always,
    decimal_of,
    fitted,
    scale_of,
)
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK, everywhere, name_of, on_each
from batuta.rules.tree import AggregateFunction
from batuta.schema.types import DOUBLE, INTEGER, STRING, DataType, Kind, Scalar

OF_RULES: Mapping[AggregateFunction, str] = {
    AggregateFunction.COUNT: "CountAll",
    AggregateFunction.COUNT_DISTINCT: "CountDistinct",
    AggregateFunction.SUM: "Sum",
    AggregateFunction.AVERAGE: "Avg",
    AggregateFunction.MIN: "Min",
    AggregateFunction.MAX: "Max",
}
"""The function of the table that computes each figure of an aggregate condition."""

MOST_DOUBLE = 1e140
"""Beyond it squares leave the range of doubles: sums, averages and deviations over such values are empty."""

_SAFE_DIGITS = 28
"""Decimals of so many digits add up to 38 digits only over ten thousand million rows."""

_NUMBER = Parameter("number", Family.NUMBER)


def sum_type(types: Types) -> DataType:
    """Return the type of a sum: that of what is summed, decimals with all digits there are."""
    return decimal_of(scale_of(types[0])) if types[0].kind is Kind.DECIMAL else types[0]


def _sum(_: Moment, values: Sequence[Any]) -> Scalar:
    if any(isinstance(value, float) for value in values):
        return math.fsum(values) if _summable(values) else None
    total = Decimal(0)
    for value in values:
        total = EXACT.add(total, Decimal(value))
    return total if any(isinstance(value, Decimal) for value in values) else int(total)


def _summable(values: Sequence[Any]) -> bool:
    return all(abs(value) <= MOST_DOUBLE for value in values)


def _average(moment: Moment, values: Sequence[Any]) -> Scalar:
    total = _sum(moment, values)
    if isinstance(total, Decimal):
        scale = max(-int(value.as_tuple().exponent) for value in values)
        total = fitted(total, decimal_of(scale))
    return float(total) / len(values) if values and isinstance(total, (int, float, Decimal)) else None


def _deviation(_: Moment, values: Sequence[Any]) -> Scalar:
    numbers = [float(value) for value in values]
    if len(numbers) < 2 or not _summable(numbers):
        return None
    mean = math.fsum(numbers) / len(numbers)
    return math.sqrt(math.fsum((number - mean) ** 2 for number in numbers) / (len(numbers) - 1))


def _bounded(value: str) -> str:
    """Return a double that aggregates of squares can hold, NULL for others."""
    return f"CASE WHEN ABS({value}) <= {MOST_DOUBLE:.0e} THEN {value} END"


def _if_bounded(value: str, figure: str) -> str:
    """Return a figure over doubles, NULL if one of them is out of bounds."""
    return f"CASE WHEN MAX(ABS({value})) <= {MOST_DOUBLE:.0e} THEN {figure} END"


def _sum_template(engine: str, types: Types) -> str:
    """Return the sum, 0 over nothing, NULL where its type cannot hold it."""
    wanted = sum_type(types)
    zero = f"CAST(0 AS {name_of(engine, wanted)})"
    return f"CASE WHEN COUNT({{0}}) = 0 THEN {zero} ELSE {_total(engine, types[0])} END"


def _total(engine: str, given: DataType) -> str:
    if given.kind is Kind.DOUBLE:
        return _if_bounded("{0}", f"SUM({_bounded('{0}')})")
    if given.kind is Kind.INTEGER:
        return _whole_total(engine)
    return _decimal_total(engine, given)


def _whole_total(engine: str) -> str:
    wide = _wide_total(engine)
    if engine == POSTGRES:
        return f"CASE WHEN {wide} BETWEEN {LEAST_INTEGER} AND {MOST_INTEGER} THEN CAST({wide} AS BIGINT) END"
    return f"TRY_CAST({wide} AS BIGINT)"


def _wide_total(engine: str) -> str:
    """Return a sum of integers beyond 64 bits: the sum of 64 bits raises on Spark alone."""
    return "SUM(CAST({0} AS DECIMAL(38, 0)))" if engine == SPARK else "SUM({0})"


def _decimal_total(engine: str, given: DataType) -> str:
    scale = scale_of(given)
    wanted = name_of(engine, decimal_of(scale))
    if engine == POSTGRES:
        return f"CASE WHEN ABS(SUM({{0}})) < {10 ** (DIGITS - scale)} THEN CAST(SUM({{0}}) AS {wanted}) END"
    if (given.precision or DIGITS) <= _SAFE_DIGITS:
        return f"CAST(SUM({{0}}) AS {wanted})"
    return f"CAST(TRY_SUM({{0}}) AS {wanted})" if engine == SPARK else _in_parts(scale, wanted)


def _in_parts(scale: int, wanted: str) -> str:
    """Return DuckDB's sum of decimals of 38 digits, which raises if it leaves 127 bits on the way.

    So the leading digits, the others before the point and those after it are summed apart.
    """
    whole, step = "CAST(TRUNC({0}) AS HUGEINT)", f"CAST({10**19} AS HUGEINT)"
    high, low = f"SUM({whole} // {step})", f"SUM({whole} % {step})"
    after = "SUM({0} - TRUNC({0}))" if scale else "CAST(0 AS DECIMAL(38, 0))"
    before = (
        f"(CASE WHEN ABS({high}) < {15 * 10**18} THEN {high} END * {step} + {low} + CAST(TRUNC({after}) AS HUGEINT))"
    )
    return f"CAST(TRY_CAST({before} AS {wanted}) + ({after} - TRUNC({after})) AS {wanted})"


def _average_template(engine: str, types: Types) -> str:
    given = types[0]
    total = _wide_total(engine) if given.kind is Kind.INTEGER else _total(engine, given)
    double = name_of(engine, DOUBLE)
    return f"(CAST({total} AS {double}) / CAST(NULLIF(COUNT({{0}}), 0) AS {double}))"


def _deviation_template(engine: str, _: Types) -> str:
    double = f"CAST({{0}} AS {name_of(engine, DOUBLE)})"
    return _if_bounded(double, f"STDDEV_SAMP({_bounded(double)})")


_JOINED: dict[str, Template] = {
    DUCKDB: "STRING_AGG({0}, {1})",
    POSTGRES: "STRING_AGG({0}, {1})",
    SPARK: "NULLIF(ARRAY_JOIN(COLLECT_LIST({0}), {1}), '')",
}

AGGREGATES = (
    Function(
        "Count",
        (Parameter("value", Family.ANY),),
        always(INTEGER),
        lambda _, values: len(values),
        "Counts the values that are not empty.",
        "Count([orders.shipped_on])",
        everywhere("COUNT({0})"),
        role=Role.AGGREGATE,
    ),
    Function(
        "CountAll",
        (Parameter("path", Family.ANY, optional=True),),
        always(INTEGER),
        lambda _, values: len(values),
        "Counts the rows.",
        "CountAll([orders])",
        everywhere("COUNT(*)"),
        role=Role.AGGREGATE,
    ),
    Function(
        "CountDistinct",
        (Parameter("value", Family.ANY),),
        always(INTEGER),
        lambda _, values: len({ranked(value) for value in values}),
        "Counts the different values that are not empty, case and accents as given.",
        "CountDistinct([orders.product_code])",
        everywhere("COUNT(DISTINCT {0})"),
        role=Role.AGGREGATE,
    ),
    Function(
        "Sum",
        (_NUMBER,),
        sum_type,
        _sum,
        "Adds up numbers; 0 over none.",
        "Sum([orders.total])",
        on_each(_sum_template),
        role=Role.AGGREGATE,
    ),
    Function(
        "Avg",
        (_NUMBER,),
        always(DOUBLE),
        _average,
        "Gives the average of numbers; empty over none.",
        "Avg([orders.total])",
        on_each(_average_template),
        role=Role.AGGREGATE,
    ),
    Function(
        "Min",
        (Parameter("value", Family.ORDERED),),
        lambda types: types[0],
        lambda _, values: min(values, default=None, key=ranked),
        "Gives the least value; empty over none.",
        "Min([orders.order_date])",
        everywhere("MIN({0})"),
        role=Role.AGGREGATE,
    ),
    Function(
        "Max",
        (Parameter("value", Family.ORDERED),),
        lambda types: types[0],
        lambda _, values: max(values, default=None, key=ranked),
        "Gives the greatest value; empty over none.",
        "Max([orders.order_date])",
        everywhere("MAX({0})"),
        role=Role.AGGREGATE,
    ),
    Function(
        "StdDev",
        (_NUMBER,),
        always(DOUBLE),
        _deviation,
        "Gives the standard deviation of a sample; empty for fewer than two numbers.",
        "StdDev([orders.total])",
        on_each(_deviation_template),
        role=Role.AGGREGATE,
    ),
    Function(
        "StringAgg",
        (Parameter("text", Family.TEXT), Parameter("separator", Family.TEXT)),
        always(STRING),
        lambda _, values, separator: separator.join(values) if values else None,
        "Joins texts that are not empty with a fixed text between them, in the order of the rows' keys.",
        "StringAgg([orders.note], ', ')",
        _JOINED,
        role=Role.AGGREGATE,
    ),
)
