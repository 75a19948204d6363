"""SQL that cannot raise: a value is computed once, checked, and empty where its type cannot hold it.

An engine may compute an expression outside of a guard around it (DuckDB takes one that comes twice out of TRY),
and repeating an argument for a check would double the SQL with each level of nesting. So what is checked becomes
the `v` of a lambda; PostgreSQL has none, there functions of the database do the same.
"""

from __future__ import annotations

from collections.abc import Sequence

from batuta.rules.functions.results import DIGITS, decimal_of, scale_of
from batuta.rules.functions.sql import DUCKDB, POSTGRES, name_of
from batuta.schema.types import DataType, Kind

_WIDE = {DUCKDB: "HUGEINT", POSTGRES: "DECIMAL"}


def once(engine: str, given: str, then: str) -> str:
    """Return DuckDB's or Spark's SQL of what follows from a value that it names `v`."""
    if engine == DUCKDB:
        return f"LIST_TRANSFORM([{given}], LAMBDA v : {then})[1]"
    return f"GET(TRANSFORM(ARRAY({given}), v -> {then}), 0)"


def of_two(left: str, right: str, then: str) -> str:
    """Return DuckDB's SQL of what follows from two values that it names `v.a` and `v.b`."""
    return once(DUCKDB, f"STRUCT_PACK(a := {left}, b := {right})", then)


def wide(engine: str, place: int) -> str:
    """Return an integer in a type in which sums and products of two do not overflow."""
    return f"CAST({{{place}}} AS {_WIDE.get(engine, 'DECIMAL(20, 0)')})"


def in_64_bits(engine: str, sql: str) -> str:
    """Return a number without fraction, of a wider type, as an integer."""
    return f"batuta_integer({sql})" if engine == POSTGRES else converted(engine, sql, "BIGINT")


def in_38_digits(engine: str, sql: str, wanted: DataType) -> str:
    """Return a number as a decimal of a type, rounded half away from zero."""
    if engine == POSTGRES:
        return f"batuta_decimal({sql}, {scale_of(wanted)})"
    return converted(engine, sql, name_of(engine, wanted))


def converted(engine: str, sql: str, wanted: str) -> str:
    """Return DuckDB's or Spark's SQL of a number in a narrower type.

    DuckDB compares what stands inside of a conversion with a constant, even where the conversion fails, unless
    it is out of sight.
    """
    return once(DUCKDB, sql, f"TRY_CAST(v AS {wanted})") if engine == DUCKDB else f"TRY_CAST({sql} AS {wanted})"


def finite(engine: str, sql: str) -> str:
    """Return DuckDB's or Spark's SQL of a double, empty beyond the range of doubles."""
    check = "ISFINITE(v)" if engine == DUCKDB else "ABS(v) < DOUBLE('Infinity')"
    return once(engine, sql, f"CASE WHEN {check} THEN v END")


def as_number(engine: str, place: int, given: DataType, wanted: DataType) -> str:
    """Return an argument as a number of a type that holds at least as many digits after the point."""
    if given == wanted:
        return f"{{{place}}}"
    if wanted.kind is not Kind.DECIMAL:
        return f"CAST({{{place}}} AS {name_of(engine, wanted)})"
    narrow = given.kind is Kind.DECIMAL and (given.precision or DIGITS) - scale_of(given) > DIGITS - scale_of(wanted)
    if engine == POSTGRES:
        return f"batuta_decimal({{{place}}}, {scale_of(wanted)})" if narrow else f"CAST({{{place}}} AS DECIMAL)"
    if narrow:
        return converted(engine, f"{{{place}}}", name_of(engine, wanted))
    return f"CAST({{{place}}} AS {name_of(engine, wanted)})"


def nested(function: str, parts: Sequence[str]) -> str:
    """Return the calls of a function of two arguments that take the parts together from the left."""
    sql = parts[0]
    for part in parts[1:]:
        sql = f"{function}({sql}, {part})"
    return sql


def as_exact(engine: str, place: int, given: DataType) -> str:
    """Return an argument as a decimal with its own digits after the point."""
    return as_number(engine, place, given, decimal_of(scale_of(given)))
