"""Database types as types of attributes."""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from batuta.schema.types import DataType, Kind

_D = exp.DType
_KINDS: Mapping[Kind, tuple[exp.DType, ...]] = {
    Kind.STRING: (
        _D.CHAR,
        _D.NCHAR,
        _D.BPCHAR,
        _D.VARCHAR,
        _D.NVARCHAR,
        _D.TEXT,
        _D.TINYTEXT,
        _D.MEDIUMTEXT,
        _D.LONGTEXT,
        _D.NAME,
        _D.UUID,
        _D.INET,
    ),
    Kind.INTEGER: (
        _D.TINYINT,
        _D.UTINYINT,
        _D.SMALLINT,
        _D.USMALLINT,
        _D.MEDIUMINT,
        _D.UMEDIUMINT,
        _D.INT,
        _D.UINT,
        _D.BIGINT,
        _D.UBIGINT,
        _D.SMALLSERIAL,
        _D.SERIAL,
        _D.BIGSERIAL,
        _D.YEAR,
    ),
    Kind.DECIMAL: (_D.DECIMAL, _D.UDECIMAL),
    Kind.DOUBLE: (_D.FLOAT, _D.DOUBLE, _D.UDOUBLE),
    Kind.BOOLEAN: (_D.BOOLEAN,),
    Kind.DATE: (_D.DATE,),
    Kind.TIME: (_D.TIME,),
    Kind.DATETIME: (_D.TIMESTAMP, _D.TIMESTAMPNTZ, _D.DATETIME, _D.DATETIME2, _D.SMALLDATETIME),
    Kind.INSTANT: (_D.TIMESTAMPTZ, _D.TIMESTAMPLTZ),
    Kind.JSON: (_D.JSON, _D.JSONB),
}
_KIND_OF = {known: kind for kind, types in _KINDS.items() for known in types}

_TEXT_NAMES = frozenset({"citext"})
"""Text types that the parser takes for types of the user's own."""

Enums = Mapping[str, tuple[str, ...]]
"""The values of the enums that a file has made, by their names in lower case."""


def attribute_type(found: exp.DataType, enums: Enums, dialect: str) -> DataType | None:
    """Return the type of attribute that holds the values of a column, None if there is none."""
    known = found.this
    if known is _D.USERDEFINED:
        return _own_type(found, enums)
    if known is _D.ENUM:
        return DataType(kind=Kind.ENUM, values=enum_values(found))
    if known in (_D.TINYINT, _D.BIT) and _numbers(found) == [1]:
        return DataType(kind=Kind.BOOLEAN)
    if dialect == "mysql" and known is _D.TIMESTAMPTZ:
        return DataType(kind=Kind.DATETIME)  # its dumps and exports write it without a zone
    kind = _KIND_OF.get(known)
    if kind is Kind.DECIMAL:
        return _decimal(_numbers(found))
    return None if kind is None else DataType(kind=kind)


def enum_values(found: exp.DataType) -> tuple[str, ...]:
    """Return the values of an enum in their order."""
    return tuple(value.name for value in found.expressions)


def _own_type(found: exp.DataType, enums: Enums) -> DataType | None:
    kind = found.args.get("kind")
    name = (kind.name if isinstance(kind, exp.Expr) else str(kind)).rpartition(".")[2].strip('"').lower()
    if name in enums:
        return DataType(kind=Kind.ENUM, values=enums[name])
    return DataType(kind=Kind.STRING) if name in _TEXT_NAMES else None


def _decimal(numbers: list[int]) -> DataType | None:
    if not numbers:
        return DataType(kind=Kind.DECIMAL)
    precision, scale = numbers[0], numbers[1] if len(numbers) > 1 else 0
    if not 1 <= precision <= 38 or not 0 <= scale <= precision:
        return None
    return DataType(kind=Kind.DECIMAL, precision=precision, scale=scale)


def _numbers(found: exp.DataType) -> list[int]:
    return [int(value.name) for value in found.expressions if value.name.isdigit()]
