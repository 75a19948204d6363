"""The columns that additions bring, and populations with them."""

from __future__ import annotations

from collections.abc import Sequence

from batuta.schema.types import DataType, Kind
from batuta.sets.algebra import Addition, Enriched, Set, Total, Value
from batuta.sets.lookup import Found
from batuta.sets.shape import Column


def with_columns(source: Set, additions: Sequence[Addition]) -> Set:
    """Return a population with what is added to it."""
    if not additions:
        return source
    columns = tuple(column for addition in additions for column in columns_of(addition))
    return Enriched(source, tuple(additions), source.shape.having((*source.shape.columns, *columns)))


def columns_of(addition: Addition) -> tuple[Column, ...]:
    """Return the columns that an addition brings."""
    if isinstance(addition, Value):
        return (Column(addition.name, addition.expression.type),)
    if isinstance(addition, Total):
        return (Column(addition.name, addition.type),)
    line = tuple(Column(name, expression.type) for name, expression in addition.attributes)
    if isinstance(addition, Found):
        return line
    numbered = tuple(
        Column(f"{addition.name}_{number}_{column.name}", column.type)
        for number in range(1, addition.count + 1)
        for column in line
    )
    return (*numbered, Column(addition.name, DataType(kind=Kind.JSON), line))
