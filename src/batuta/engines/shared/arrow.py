"""Rows as Arrow batches and back: by far the fastest way in and out of engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import accumulate, pairwise
from typing import cast

import pyarrow as pa

from batuta.engines.sql.for_duckdb import DuckDb
from batuta.runs.ports import Cell, Rows
from batuta.schema.types import INTEGER, DataType, Kind
from batuta.sets.shape import Column, Shape

_TYPES: Mapping[Kind, pa.DataType] = {
    Kind.STRING: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.DOUBLE: pa.float64(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.TIME: pa.time64("us"),
    Kind.DATETIME: pa.timestamp("us"),
    Kind.INSTANT: pa.timestamp("us"),
    Kind.ENUM: pa.string(),
    Kind.JSON: pa.string(),
}


def table_schema(shape: Shape) -> pa.Schema:
    """Return the Arrow schema of a working table: row key, then computed columns."""
    key = (*shape.key, *shape.secondary_key, *((INTEGER,) if shape.numbered else ()))
    fields = [pa.field(name, arrow_type(kind)) for name, kind in zip(shape.row_columns, key, strict=True)]
    return pa.schema([*fields, *(_field(column) for column in shape.columns)])


def to_batch(rows: Rows, schema: pa.Schema) -> pa.RecordBatch:
    """Return rows as one batch."""
    values = zip(*rows, strict=True) if rows else ([] for _ in schema)
    arrays = [
        pa.array(_plain(column, field.type), type=field.type) for column, field in zip(values, schema, strict=True)
    ]
    return pa.record_batch(arrays, schema=schema)


def to_rows(batch: pa.RecordBatch) -> list[tuple[Cell, ...]]:
    """Return a batch as rows; structs become dictionaries."""
    return list(zip(*(_cells(column) for column in batch.columns), strict=True))


def _field(column: Column) -> pa.Field:
    if column.lines:
        return pa.field(column.name, pa.list_(pa.struct([_field(line) for line in column.lines])))
    return pa.field(column.name, arrow_type(column.type))


def arrow_type(data_type: DataType) -> pa.DataType:
    """Return the Arrow type of a value; instants are timestamps in UTC."""
    if data_type.kind is Kind.DECIMAL:
        return pa.decimal128(*DuckDb().digits(data_type))
    return _TYPES[data_type.kind]


def _plain(values: Sequence[Cell], kind: pa.DataType) -> Sequence[Cell]:
    """Return values without zones: instants are stored as UTC."""
    if not pa.types.is_timestamp(kind):
        return values
    return [
        value.astimezone(UTC).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value
        for value in values
    ]


def _cells(column: pa.Array) -> list[Cell]:
    if not pa.types.is_list(column.type):
        return cast("list[Cell]", column.to_pylist())
    lines = column.flatten()
    names = [field.name for field in column.type.value_type]
    objects = [
        dict(zip(names, values, strict=True))
        for values in zip(*(_cells(part) for part in lines.flatten()), strict=True)
    ]
    ends = accumulate((length or 0 for length in column.value_lengths().to_pylist()), initial=0)
    return cast("list[Cell]", [objects[start:end] for start, end in pairwise(ends)])
