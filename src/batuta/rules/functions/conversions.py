"""Conversions between numbers, text and booleans."""

from __future__ import annotations

import math
import re
from datetime import date, datetime, time
from decimal import ROUND_DOWN, Decimal

from batuta.rules.bound import Moment
from batuta.rules.functions.arithmetic import Number, finite_or_none
from batuta.rules.functions.guards import converted, finite, once
from batuta.rules.functions.model import Family, Function, Parameter, Types
from batuta.rules.functions.results import EXACT, always, scale_of
from batuta.rules.functions.sql import DUCKDB, POSTGRES, SPARK, on_each
from batuta.schema.types import BOOLEAN, DOUBLE, INTEGER, STRING, Kind, Scalar

_LONGEST = 400
"""A longer text is no number."""
_WHOLE = r"^[ \t\n\r]*([+-]?[0-9]+)(\.[0-9]*)?[ \t\n\r]*"
_REAL = r"^[ \t\n\r]*([+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?)[ \t\n\r]*"
_END = {DUCKDB: "$", SPARK: r"\z"}
_TRUE, _FALSE = ("true", "yes", "t", "y", "on", "1"), ("false", "no", "f", "n", "off", "0")
_VALUE = Parameter("value", Family.TEXT_OR_NUMBER)


def text_of(value: Scalar) -> str | None:
    """Return a value as text, one form for each type; a double that is infinite or no number has none.

    Whole numbers have no point, decimals no zeros at their end, a double the fewest digits that read back;
    'true' and 'false'; dates and times in ISO form with a space between, a fraction only where there is one;
    instants in UTC, with T and Z and six digits of a fraction.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        shown = repr(value).removesuffix(".0")
        return None if not math.isfinite(value) else "0" if shown == "-0" else shown
    if isinstance(value, Decimal):
        return _without_zeros(format(value, "f")) if value else "0"
    if isinstance(value, datetime):
        return _datetime_text(value)
    if isinstance(value, (date, time)):
        return _without_zeros(value.isoformat())
    return str(value)


def _datetime_text(value: datetime) -> str:
    if value.tzinfo is None:
        return _without_zeros(value.isoformat(sep=" "))
    return f"{value.replace(tzinfo=None).isoformat()}Z"


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def _text_template(engine: str, types: Types) -> str:
    kind = types[0].kind
    if kind is Kind.DOUBLE:
        return _DOUBLE_TEXTS[engine]
    if kind is Kind.DECIMAL and engine == POSTGRES:
        return "CAST(TRIM_SCALE({0}) AS TEXT)"
    if kind is Kind.DECIMAL and scale_of(types[0]) > 0:
        return (
            "TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CAST({0} AS STRING)))"
            if engine == SPARK
            else ("RTRIM(RTRIM(CAST({0} AS VARCHAR), '0'), '.')")
        )
    special = _TIME_TEXTS.get((engine, kind))
    return special or f"CAST({{0}} AS {'STRING' if engine == SPARK else 'TEXT'})"


_DOUBLE_TEXTS = {
    DUCKDB: once(
        DUCKDB,
        "{0}",
        r"CASE WHEN ISFINITE(v) THEN REGEXP_REPLACE(REGEXP_REPLACE(CAST(v AS TEXT), '\.0$', ''), '^-0$', '0') END",
    ),
    POSTGRES: "batuta_text({0})",
    SPARK: once(
        SPARK,
        "{0}",
        "CASE WHEN v = 0 THEN '0' WHEN ABS(v) >= 0.0001 AND ABS(v) < 10000000000000000 THEN TRIM(TRAILING '.' FROM "
        "TRIM(TRAILING '0' FROM CAST(CAST(CAST(v AS STRING) AS DECIMAL(38, 20)) AS STRING))) "
        "WHEN NOT ABS(v) < DOUBLE('Infinity') THEN NULL "
        "WHEN TRY_CAST(FORMAT_STRING('%.0e', v) AS DOUBLE) = v THEN FORMAT_STRING('%.0e', v) "
        "WHEN TRY_CAST(FORMAT_STRING('%.14e', v) AS DOUBLE) = v "
        "THEN REGEXP_REPLACE(FORMAT_STRING('%.14e', v), '0*e', 'e') "
        "ELSE REGEXP_REPLACE(REGEXP_REPLACE(REPLACE(CAST(v AS STRING), 'E', 'e'), "
        "'e([0-9])', 'e+$1'), 'e([+-])([0-9])$', 'e$10$2') END",
    ),
}
_TIME_TEXTS = {
    (DUCKDB, Kind.INSTANT): "REPLACE(STRFTIME({0}, '%Y-%m-%dT%H:%M:%S.%fZ'), '.000000Z', 'Z')",
    (POSTGRES, Kind.DATE): "TO_CHAR({0}, 'YYYY-MM-DD')",
    (POSTGRES, Kind.DATETIME): r"REGEXP_REPLACE(TO_CHAR({0}, 'YYYY-MM-DD HH24:MI:SS.US'), '\.?0+$', '')",
    (POSTGRES, Kind.INSTANT): """REPLACE(TO_CHAR({0}, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '.000000Z', 'Z')""",
    (SPARK, Kind.TIME): r"REGEXP_REPLACE({0}, '(\\.[0-9]*[1-9])0+$', '$1')",
    (SPARK, Kind.INSTANT): """REPLACE(DATE_FORMAT({0}, "yyyy-MM-dd'T'HH:mm:ss.SSSSSS'Z'"), '.000000Z', 'Z')""",
}


def _to_integer(_: Moment, value: str | Number) -> Scalar:
    if isinstance(value, str):
        found = re.match(_WHOLE + r"\Z", value) if len(value) <= _LONGEST else None
        return int(found[1]) if found else None
    if isinstance(value, float):
        return int(value) if math.isfinite(value) else None
    return int(value.quantize(Decimal(1), rounding=ROUND_DOWN, context=EXACT)) if isinstance(value, Decimal) else value


def _found(engine: str, pattern: str, kind: str) -> str:
    """Return DuckDB's or Spark's SQL of the number that a text has, by a pattern whose first group it is."""
    sought = (pattern + _END[engine]).replace("\\", "\\\\" if engine == SPARK else "\\")
    cast = f"TRY_CAST(REGEXP_EXTRACT(v, '{sought}', 1) AS {kind})"
    return once(engine, "{0}", f"CASE WHEN LENGTH(v) <= {_LONGEST} THEN {cast} END")


def _to_integer_template(engine: str, types: Types) -> str:
    if types[0] == INTEGER:
        return "{0}"
    if engine == POSTGRES:
        return "batuta_integer(TRUNC({0}))" if types[0].is_number else "batuta_integer({0})"
    if types[0].is_text:
        return _found(engine, _WHOLE, "BIGINT")
    if engine == SPARK and types[0] == DOUBLE:
        return once(
            SPARK, "{0}", "CASE WHEN v >= -9223372036854775808D AND v < 9223372036854775808D THEN CAST(v AS BIGINT) END"
        )
    return converted(engine, "{0}" if engine == SPARK else "TRUNC({0})", "BIGINT")


def _to_double(_: Moment, value: str | Number) -> float | None:
    if isinstance(value, str):
        found = re.match(_REAL + r"\Z", value) if len(value) <= _LONGEST else None
        return finite_or_none(float(found[1])) if found else None
    return float(value)


def _to_double_template(engine: str, types: Types) -> str:
    if types[0].is_number:
        return f"CAST({{0}} AS {'DOUBLE PRECISION' if engine == POSTGRES else 'DOUBLE'})"
    return "batuta_double({0})" if engine == POSTGRES else finite(engine, _found(engine, _REAL, "DOUBLE"))


def _to_boolean(_: Moment, value: str | Number) -> bool | None:
    if not isinstance(value, str):
        return value != 0
    word = value.strip(" \t\n\r").lower()
    return True if word in _TRUE else False if word in _FALSE else None


def _to_boolean_template(engine: str, types: Types) -> str:
    if types[0].is_number:
        return "({0} <> 0)"
    trimmed = "TRIM(BOTH ' \t\n\r' FROM {0})" if engine != DUCKDB else "TRIM({0}, ' \t\n\r')"
    arms = [f"WHEN '{word}' THEN {truth}" for words, truth in ((_TRUE, "TRUE"), (_FALSE, "FALSE")) for word in words]
    return f"CASE LOWER({trimmed}) {' '.join(arms)} END"


CONVERSIONS = (
    Function(
        "ToInteger",
        (_VALUE,),
        always(INTEGER),
        _to_integer,
        "Gives the whole part of a number or of a text that is one; empty for any other text and beyond 64 bits.",
        "ToInteger([zip])",
        on_each(_to_integer_template),
    ),
    Function(
        "ToInt64",
        (_VALUE,),
        always(INTEGER),
        _to_integer,
        "Does the same as ToInteger: all whole numbers have 64 bits.",
        "ToInt64([amount])",
        on_each(_to_integer_template),
    ),
    Function(
        "ToDouble",
        (_VALUE,),
        always(DOUBLE),
        _to_double,
        "Gives a number, or a text that is one (with a point, not a comma), as a double; empty for any other text.",
        "ToDouble([score])",
        on_each(_to_double_template),
    ),
    Function(
        "ToBoolean",
        (_VALUE,),
        always(BOOLEAN),
        _to_boolean,
        "Takes a number but 0, and the texts true, yes, t, y, on and 1 as true; 0, false, no, f, n and off as false; "
        "empty for any other text.",
        "ToBoolean([newsletter])",
        on_each(_to_boolean_template),
    ),
    Function(
        "ToString",
        (Parameter("value", Family.ANY),),
        always(STRING),
        lambda _, value: text_of(value),
        "Writes a value as text: 12.50 as 12.5, true and false, dates as 2024-02-29, instants as 2024-02-29T10:00:00Z.",
        "ToString([order_id])",
        on_each(_text_template),
    ),
)
