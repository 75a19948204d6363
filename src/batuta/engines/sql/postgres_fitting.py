"""Functions that take a value into another type in PostgreSQL, NULL where it does not fit.

PostgreSQL has no TRY_CAST: a value that does not fit ends the statement, so it is looked at first.
"""

from __future__ import annotations

_HEAD = "CREATE OR REPLACE FUNCTION batuta_{}\nLANGUAGE SQL IMMUTABLE PARALLEL SAFE AS $$ SELECT {} $$"
_NUMBER = "'^ *[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,2})? *$'"

FITTING = (
    _HEAD.format(
        "whole(x NUMERIC) RETURNS BIGINT",
        "CASE WHEN round(x) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(round(x) AS BIGINT) END",
    ),
    _HEAD.format(
        "whole(x DOUBLE PRECISION) RETURNS BIGINT",
        "CASE WHEN x >= -9223372036854775808.0 AND x < 9223372036854775808.0 THEN CAST(x AS BIGINT) END",
    ),
    _HEAD.format("whole(x BIGINT) RETURNS BIGINT", "x"),
    _HEAD.format(
        "whole(x TEXT) RETURNS BIGINT",
        f"CASE WHEN x ~ {_NUMBER} THEN batuta_whole(CAST(x AS NUMERIC)) END",
    ),
    _HEAD.format(
        "exact(x NUMERIC, digits INTEGER, after INTEGER) RETURNS NUMERIC",
        "CASE WHEN abs(round(x, after)) < CAST('1e' || (digits - after) AS NUMERIC) THEN round(x, after) END",
    ),
    _HEAD.format(
        "exact(x DOUBLE PRECISION, digits INTEGER, after INTEGER) RETURNS NUMERIC",
        "CASE WHEN abs(x) < CAST('1e' || (digits - after) AS DOUBLE PRECISION) THEN batuta_exact("
        "CAST(CAST(round(x * CAST('1e' || after AS DOUBLE PRECISION)) AS TEXT) AS NUMERIC)"
        " * CAST('1e-' || after AS NUMERIC), digits, after) END",
    ),
    _HEAD.format(
        "exact(x BIGINT, digits INTEGER, after INTEGER) RETURNS NUMERIC",
        "batuta_exact(CAST(x AS NUMERIC), digits, after)",
    ),
    _HEAD.format(
        "exact(x TEXT, digits INTEGER, after INTEGER) RETURNS NUMERIC",
        f"CASE WHEN x ~ {_NUMBER} THEN batuta_exact(CAST(x AS NUMERIC), digits, after) END",
    ),
    """CREATE OR REPLACE FUNCTION batuta_reads(x TEXT, kind TEXT) RETURNS BOOLEAN
LANGUAGE PLPGSQL IMMUTABLE AS $$ BEGIN
    CASE kind
        WHEN 'double' THEN PERFORM CAST(x AS DOUBLE PRECISION);
        WHEN 'boolean' THEN PERFORM CAST(x AS BOOLEAN);
        WHEN 'date' THEN PERFORM CAST(x AS DATE);
        WHEN 'time' THEN PERFORM CAST(x AS TIME);
        ELSE PERFORM CAST(x AS TIMESTAMP);
    END CASE;
    RETURN TRUE;
EXCEPTION WHEN data_exception THEN
    RETURN FALSE;
END $$""",
)
"""`batuta_whole` and `batuta_exact` round figures into whole numbers and decimals; `batuta_reads` tells whether a text
is a value of another type."""

EXTREMES = tuple(
    f"""DO $$ BEGIN
    CREATE AGGREGATE {name}(BOOLEAN) (SFUNC = {step}, STYPE = BOOLEAN, COMBINEFUNC = {step}, PARALLEL = SAFE);
EXCEPTION WHEN duplicate_function THEN NULL;
END $$"""
    for name, step in (("min", "booland_statefunc"), ("max", "boolor_statefunc"))
)
"""The smallest and the largest of truth values, which PostgreSQL knows under other names only."""
