"""From text to the types of attributes: for each attribute a value, and a reason where there can be none.

DuckDB converts for every engine, so that a file means the same on each: for others in a database in memory that holds
nothing else. Texts must match a pattern before it casts them, since its own casts round numbers, drop zone offsets and
read dates more freely than a person would expect.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlglot
from sqlglot import exp

from batuta.engines.shared.folding import folded_attributes, folded_column
from batuta.engines.sql.for_duckdb import DuckDb
from batuta.schema.loading import LINE
from batuta.schema.model import Attribute, Schema
from batuta.schema.types import DataType, Kind

REASON = "_reason"
"""The column of a converted record that says why it is rejected; empty if it is not."""

_DUCKDB = DuckDb()
_SHOWN = 60
"""How much of a wrong value a reason shows."""

_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6}0*)?)?"
_ZONE = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"

_CASTS: Mapping[Kind, str] = {
    Kind.INTEGER: "CASE WHEN regexp_full_match(:x, '[+-]?[0-9]+([.]0*)?') THEN TRY_CAST(:x AS BIGINT) END",
    Kind.DOUBLE: "CASE WHEN isfinite(TRY_CAST(:x AS DOUBLE)) THEN TRY_CAST(:x AS DOUBLE) END",
    Kind.BOOLEAN: (
        "CASE WHEN lower(:x) IN ('true', 't', 'yes', 'y', '1') THEN TRUE"
        " WHEN lower(:x) IN ('false', 'f', 'no', 'n', '0') THEN FALSE END"
    ),
    Kind.DATE: (
        f"CASE WHEN regexp_full_match(:x, '{_DAY}([ T]00:00(:00([.]0+)?)?)?') AND left(:x, 4) <> '0000'"
        " THEN TRY_CAST(left(:x, 10) AS DATE) END"
    ),
    Kind.TIME: f"CASE WHEN regexp_full_match(:x, '{_CLOCK}') THEN TRY_CAST(:x AS TIME) END",
    Kind.DATETIME: (
        f"CASE WHEN regexp_full_match(:x, '{_DAY}([ T]{_CLOCK})?') AND left(:x, 4) <> '0000'"
        " THEN TRY_CAST(:x AS TIMESTAMP) END"
    ),
    Kind.INSTANT: (
        f"CASE WHEN regexp_full_match(:x, '{_DAY}([ T]{_CLOCK} ?{_ZONE}?)?') AND left(:x, 4) <> '0000'"
        f" THEN TRY_CAST(trim(regexp_extract(:x, '^({_DAY}([ T][0-9:.]+)?)', 1)) AS TIMESTAMP)"
        "  - to_minutes(CASE WHEN regexp_matches(:x, ':.*[+-]') THEN"
        "    CAST(regexp_extract(:x, ':.*([+-])', 1) || '1' AS BIGINT) * ("
        "     60 * CAST(regexp_extract(:x, ':.*[+-]([0-9]{2})', 1) AS BIGINT)"
        "     + coalesce(TRY_CAST(regexp_extract(:x, ':.*[+-][0-9]{2}:?([0-9]{2})$', 1) AS BIGINT), 0)"
        "    ) ELSE 0 END) END"
    ),
    Kind.JSON: "CASE WHEN json_valid(:x) THEN :x END",
}
_EXPECTED: Mapping[Kind, str] = {
    Kind.INTEGER: "an integer",
    Kind.DOUBLE: "a number",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a date such as 2026-11-23",
    Kind.TIME: "a time such as 18:30:00",
    Kind.DATETIME: "a date and time such as 2026-11-23 18:30:00",
    Kind.INSTANT: "a date and time with zone such as 2026-11-23 18:30:00+01:00",
    Kind.JSON: "JSON",
}


@dataclass(frozen=True, slots=True)
class _Conversion:
    """How one column of a file becomes an attribute."""

    attribute: Attribute
    value: exp.Expr
    expected: str


def converted_columns(schema: Schema, columns: Sequence[str]) -> tuple[str, ...]:
    """Return the columns that a file's columns become: the attributes, then the folded copies of some."""
    copied = (name for name in folded_attributes(schema) if name in columns)
    return (*columns, *(folded_column(name) for name in copied))


def converted(schema: Schema, columns: Sequence[str], source: exp.Table) -> exp.Select:
    """Return DuckDB's query for the records of a table of texts: `_line`, the converted columns, `_reason`."""
    found = [_conversion(schema.by_name[name], exp.column(name, quoted=True)) for name in columns]
    values = exp.select(
        exp.column(LINE, quoted=True),
        *(exp.column(name, quoted=True).as_(f"r_{name}", quoted=True) for name in columns),
        *(one.value.as_(f"v_{one.attribute.name}", quoted=True) for one in found),
    ).from_(source)
    return exp.select(
        exp.column(LINE, quoted=True),
        *(_kept(one.attribute).as_(one.attribute.name, quoted=True) for one in found),
        *(
            _folded(_value(name)).as_(folded_column(name), quoted=True)
            for name in folded_attributes(schema)
            if name in columns
        ),
        _reason(found, schema).as_(REASON, quoted=True),
    ).from_(values.subquery("converted"))


def _kept(attribute: Attribute) -> exp.Expr:
    value = _value(attribute.name)
    return _folded(value) if attribute.folded else value


def _value(name: str) -> exp.Expr:
    return exp.column(f"v_{name}", quoted=True)


def _folded(text: exp.Expr) -> exp.Expr:
    return _DUCKDB.folded(text, case=True, accents=True)


def _conversion(attribute: Attribute, raw: exp.Column) -> _Conversion:
    """Return how a text becomes a value of the attribute: an empty value where the text is wrong."""
    kind = attribute.type.kind
    if kind is Kind.STRING:
        return _Conversion(attribute, raw, "text")
    text = exp.func("trim", raw)
    if kind is Kind.ENUM:
        return _Conversion(attribute, *_choice(attribute.type, text))
    if kind is Kind.DECIMAL:
        return _Conversion(attribute, *_decimal(attribute.type, text))
    return _Conversion(attribute, _filled(_CASTS[kind], text), _EXPECTED[kind])


def _choice(data_type: DataType, text: exp.Expr) -> tuple[exp.Expr, str]:
    values = [exp.Literal.string(value) for value in data_type.values]
    expected = f"one of {', '.join(data_type.values)}"
    return exp.Case().when(exp.In(this=text, expressions=values), text.copy()), expected


def _decimal(data_type: DataType, text: exp.Expr) -> tuple[exp.Expr, str]:
    precision, scale = _DUCKDB.digits(data_type)
    pattern = rf"[+-]?([0-9]+([.][0-9]{{0,{scale}}}0*)?|[.][0-9]{{1,{max(scale, 1)}}}0*)"
    template = f"CASE WHEN regexp_full_match(:x, '{pattern}') THEN TRY_CAST(:x AS DECIMAL({precision}, {scale})) END"
    before = precision - scale
    return _filled(template, text), f"a number of at most {before} digits before and {scale} after the point"


def _filled(template: str, text: exp.Expr) -> exp.Expr:
    return exp.replace_placeholders(sqlglot.parse_one(template, dialect=_DUCKDB.name), x=text)


def _reason(conversions: Sequence[_Conversion], schema: Schema) -> exp.Expr:
    """Return what is wrong with a record, empty if nothing is.

    The record stands in columns `r_<attribute>` (text) and `v_<attribute>` (value).
    """
    faults = [fault for found in conversions for fault in _faults(found, schema)]
    texts = [exp.Case().when(condition, text) for condition, text in faults]
    any_fault = exp.or_(*(condition.copy() for condition, _ in faults))
    return exp.Case().when(any_fault, exp.func("concat_ws", exp.Literal.string("; "), *texts, dialect=_DUCKDB.name))


def _faults(found: _Conversion, schema: Schema) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Yield conditions under which a record is rejected for one attribute, each with its reason."""
    attribute = found.attribute
    value, raw = (exp.column(prefix + attribute.name, quoted=True) for prefix in ("v_", "r_"))
    blank: exp.Expr = raw.is_(exp.null())
    in_key = attribute.name in schema.primary_key
    if in_key or attribute.type.kind is not Kind.STRING:
        bare = exp.func("trim", raw.copy()) if attribute.type.kind is not Kind.STRING else raw.copy()
        blank = exp.func("coalesce", bare, exp.Literal.string("")).eq(exp.Literal.string(""))
    if in_key:
        yield blank, exp.Literal.string(f"{attribute.name}: the key is empty")
    elif attribute.name == schema.version:
        yield blank, exp.Literal.string(f"{attribute.name}: the version is empty")
    elif attribute.required:
        yield blank, exp.Literal.string(f"{attribute.name}: a value is required")
    if attribute.type.kind is not Kind.STRING:
        yield exp.and_(value.is_(exp.null()), exp.not_(blank.copy())), _wrong(found, raw)


def _wrong(found: _Conversion, raw: exp.Column) -> exp.Expr:
    said = f"{found.attribute.name}: expected {found.expected}"
    if found.attribute.sensitive:
        return exp.Literal.string(said)
    shown = exp.func("left", raw.copy(), exp.Literal.number(_SHOWN), dialect=_DUCKDB.name)
    return exp.func(
        "concat", exp.Literal.string(f"{said}, found '"), shown, exp.Literal.string("'"), dialect=_DUCKDB.name
    )
