"""What templates share on all engines: names of engines and types, conversions, values in a common type."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial

from batuta.rules.functions.model import Template, Types
from batuta.rules.functions.results import common, scale_of
from batuta.schema.types import DataType, Kind

DUCKDB, POSTGRES, SPARK = "duckdb", "postgres", "spark"
ENGINES = (DUCKDB, POSTGRES, SPARK)
"""The engines that templates are written for, by their names in SQLGlot."""

_DUCKDB = {
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
_NAMES: Mapping[str, Mapping[Kind, str]] = {
    DUCKDB: _DUCKDB,
    POSTGRES: _DUCKDB | {Kind.STRING: "TEXT", Kind.ENUM: "TEXT", Kind.DOUBLE: "DOUBLE PRECISION"},
    SPARK: _DUCKDB
    | {
        Kind.STRING: "STRING",
        Kind.ENUM: "STRING",
        Kind.TIME: "STRING",
        Kind.DATETIME: "TIMESTAMP_NTZ",
        Kind.INSTANT: "TIMESTAMP_NTZ",
    },
}


def everywhere(template: str) -> dict[str, Template]:
    """Return a template that is the same on all engines."""
    return dict.fromkeys(ENGINES, template)


def on_each(make: Callable[[str, Types], str], engines: Iterable[str] = ENGINES) -> dict[str, Template]:
    """Return the templates that a function makes from the name of an engine and the types of the arguments."""
    return {engine: partial(make, engine) for engine in engines}


def name_of(engine: str, given: DataType) -> str:
    """Return an engine's name of a computed value's type."""
    if given.kind is Kind.DECIMAL:
        return f"DECIMAL(38, {scale_of(given)})"
    return _NAMES[engine][given.kind]


def cast(engine: str, place: int, given: DataType, wanted: DataType) -> str:
    """Return the argument at a place, converted if its type is not yet the wanted one."""
    names = _NAMES[engine]
    if given == wanted or names.get(given.kind) == names.get(wanted.kind, ""):
        return f"{{{place}}}"
    if given.kind is Kind.DECIMAL and wanted.kind is Kind.DECIMAL:
        if engine == POSTGRES:
            return f"batuta_decimal({{{place}}}, {scale_of(wanted)})"
        return f"TRY_CAST({{{place}}} AS {name_of(engine, wanted)})"
    return f"CAST({{{place}}} AS {name_of(engine, wanted)})"


def alike(engine: str, types: Types) -> list[str]:
    """Return the arguments converted to the type they have in common."""
    wanted = common(types)
    return [cast(engine, place, given, wanted) for place, given in enumerate(types)]


def skipping_empty(engine: str, types: Types) -> list[str]:
    """Return the arguments in their common type, '' turned into NULL."""
    texts = common(types).is_text
    return [f"NULLIF({argument}, '')" if texts else argument for argument in alike(engine, types)]
