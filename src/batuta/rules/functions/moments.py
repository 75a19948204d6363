"""What templates of dates share: parts, distances and literals of the calendar in the SQL of each engine.

Spark counts the microseconds of a datetime through its type with a zone, so its session has to be in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from batuta.rules.functions.model import Template, Types
from batuta.rules.functions.sql import DUCKDB, ENGINES, POSTGRES, SPARK
from batuta.schema.types import DataType, Kind

MOMENT: Mapping[str, str] = {DUCKDB: "TIMESTAMP", POSTGRES: "TIMESTAMP", SPARK: "TIMESTAMP_NTZ"}
"""The engines' type of a datetime."""

LEAST_DAY, MOST_DAY = "DATE '0001-01-01'", "DATE '9999-12-31'"
LEAST_SECOND, MOST_SECOND = -62_135_596_800, 253_402_300_799
"""The first and the last second of the years 1 to 9999, counted from 1970."""


def each(make: Callable[[str], str]) -> dict[str, Template]:
    """Return the templates that a function makes from the name of an engine."""
    return {engine: make(engine) for engine in ENGINES}


def each_typed(make: Callable[[str, Types], str]) -> dict[str, Template]:
    """Return the templates that a function makes from the name of an engine and the types of the arguments."""
    return {engine: partial(make, engine) for engine in ENGINES}


def moment(engine: str, value: str) -> str:
    """Return a date or datetime as a datetime."""
    return f"CAST({value} AS {MOMENT[engine]})"


def day(value: str) -> str:
    """Return a date or datetime as a date."""
    return f"CAST({value} AS DATE)"


def kind_name(engine: str, given: DataType) -> str:
    """Return the engine's type of a date or datetime."""
    return "DATE" if given.kind is Kind.DATE else MOMENT[engine]


def part(engine: str, name: str, value: str) -> str:
    """Return a part of a datetime (`year`, `month`, `hour`, `dow`) as an integer."""
    return f"CAST({name.upper()}({value}) AS BIGINT)" if engine == SPARK else _extracted(name, value)


def _extracted(name: str, value: str) -> str:
    return f"CAST(FLOOR(EXTRACT({name.upper()} FROM {value})) AS BIGINT)"


def day_number(engine: str, value: str) -> str:
    """Return how many days a date is after the first of 1970."""
    if engine == SPARK:
        return f"UNIX_DATE({day(value)})"
    return f"({day(value)} - DATE '1970-01-01')"


def microseconds(engine: str, value: str) -> str:
    """Return how many microseconds a datetime is after 1970, as a number with room for any sum."""
    if engine == DUCKDB:
        return f"CAST(EPOCH_US({moment(engine, value)}) AS HUGEINT)"
    if engine == POSTGRES:
        return f"(EXTRACT(EPOCH FROM {moment(engine, value)}) * 1000000)"
    return f"CAST(UNIX_MICROS(CAST({moment(engine, value)} AS TIMESTAMP)) AS DECIMAL(20, 0))"


def whole_seconds(engine: str, value: str) -> str:
    """Return how many whole seconds a datetime is after 1970, rounded down, as a double."""
    if engine == DUCKDB:
        return f"EPOCH(DATE_TRUNC('second', {moment(engine, value)}))"
    if engine == POSTGRES:
        return f"CAST(FLOOR(EXTRACT(EPOCH FROM {moment(engine, value)})) AS DOUBLE PRECISION)"
    return f"CAST(UNIX_SECONDS(CAST({moment(engine, value)} AS TIMESTAMP)) AS DOUBLE)"


def within(value: str, limit: int) -> str:
    """Return a number, NULL if it is further from zero than the limit; that of NULL is NULL.

    GREATEST and LEAST pass over NULL on all engines. Unlike CASE this holds for constants that are
    computed before the query runs.
    """
    clamped = f"LEAST(GREATEST({value}, {-limit - 1}), {limit + 1})"
    return f"NULLIF(NULLIF({clamped}, {-limit - 1}), {limit + 1})"


def double(engine: str, value: str) -> str:
    """Return a number as a double."""
    return f"CAST({value} AS {'DOUBLE PRECISION' if engine == POSTGRES else 'DOUBLE'})"


def seconds_from_1970(engine: str, seconds: str) -> str:
    """Return the datetime so many seconds, a double without fraction, after 1970; empty before the year 1."""
    since = f"NULLIF(GREATEST({seconds}, {LEAST_SECOND - 1}), {LEAST_SECOND - 1})"
    if engine == DUCKDB:
        return f"MAKE_TIMESTAMP(CAST({since} AS BIGINT) * 1000000)"
    if engine == POSTGRES:
        return f"(TIMESTAMP '1970-01-01 00:00:00' + {since} * INTERVAL '1 second')"
    return f"CAST(TIMESTAMP_SECONDS(CAST({since} AS BIGINT)) AS TIMESTAMP_NTZ)"


def plus(engine: str, value: str, count: str, unit: str) -> str:
    """Return a date or datetime moved by a count, an integer, of a unit: MONTH, DAY or SECOND."""
    if engine == DUCKDB:
        return f"({value} + TO_{unit}S(CAST({count} AS {'BIGINT' if unit == 'SECOND' else 'INTEGER'})))"
    if engine == POSTGRES:
        return f"({value} + {double(engine, count)} * INTERVAL '1 {unit.lower()}')"
    if unit == "MONTH":
        return f"({value} + MAKE_YM_INTERVAL(0, CAST({count} AS INT)))"
    return f"({value} + CAST({count} AS BIGINT) * INTERVAL '1' {unit})"
