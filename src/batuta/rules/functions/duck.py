"""What the DuckDB templates share: names of types, conversions, and arithmetic that is empty where it fails."""

from __future__ import annotations

from batuta.rules.functions.model import Types
from batuta.rules.functions.results import common, scale_of
from batuta.schema.types import DataType, Kind

ENGINE = "duckdb"

_NAMES = {
    Kind.STRING: "VARCHAR",
    Kind.ENUM: "VARCHAR",
    Kind.INTEGER: "BIGINT",
    Kind.DOUBLE: "DOUBLE",
    Kind.BOOLEAN: "BOOLEAN",
    Kind.DATE: "DATE",
    Kind.TIME: "TIME",
    Kind.DATETIME: "TIMESTAMP",
    Kind.INSTANT: "TIMESTAMP",
}


def name_of(given: DataType) -> str:
    """Return the DuckDB name of a computed value's type."""
    return f"DECIMAL(38, {scale_of(given)})" if given.kind is Kind.DECIMAL else _NAMES[given.kind]


def cast(place: int, given: DataType, wanted: DataType) -> str:
    """Return the argument at a place, converted if its type is not yet the wanted one."""
    if given == wanted or _NAMES.get(given.kind) == _NAMES.get(wanted.kind, ""):
        return f"{{{place}}}"
    return f"CAST({{{place}}} AS {name_of(wanted)})"


def alike(types: Types) -> list[str]:
    """Return the arguments converted to the type they have in common."""
    wanted = common(types)
    return [cast(place, given, wanted) for place, given in enumerate(types)]


def skipping_empty(types: Types) -> list[str]:
    """Return the arguments in their common type, '' turned into NULL."""
    texts = common(types).is_text
    return [f"NULLIF({argument}, '')" if texts else argument for argument in alike(types)]
