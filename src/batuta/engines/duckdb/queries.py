"""Queries of data engineers: their rows become a working table, and nothing else can come of them.

A query runs in a transaction that may only read, on a connection whose settings are locked and which reaches no
files and no network (see database.py). Its rows stream to the working table as Arrow batches, so that a result of
any size needs little memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import duckdb
import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.faults import Unexplained
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.statements import PLACE, check_reach, refused, single
from batuta.engines.duckdb.storage import DATA, DIALECT, ROWS
from batuta.engines.duckdb.tables import write_batches
from batuta.engines.shared.arrow import table_schema
from batuta.kit.errors import InputError
from batuta.rules.evaluate import Standpoint, World, compute
from batuta.runs.ports import Counts, Querying
from batuta.schema.model import Catalogue
from batuta.schema.types import Kind, Scalar
from batuta.sets.shape import Column, Shape

_BATCH = 100_000
_DATA = exp.table_(ROWS, db=DATA, quoted=True).sql(DIALECT)
_WHOLE = frozenset({"tinyint", "smallint", "integer", "bigint", "hugeint"})
_WHOLE |= {f"u{name}" for name in _WHOLE}
_MOMENTS = frozenset({"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"})
_TEXTS = frozenset({"varchar", "enum", "uuid"})
_FITTING: Mapping[Kind, frozenset[str]] = {
    Kind.STRING: _TEXTS,
    Kind.ENUM: _TEXTS,
    Kind.JSON: _TEXTS | {"json"},
    Kind.INTEGER: _WHOLE | {"decimal"},
    Kind.DECIMAL: _WHOLE | {"decimal", "double", "float"},
    Kind.DOUBLE: _WHOLE | {"decimal", "double", "float"},
    Kind.BOOLEAN: frozenset({"boolean"}),
    Kind.DATE: frozenset({"date"}),
    Kind.TIME: frozenset({"time"}),
    Kind.DATETIME: _MOMENTS | {"date"},
    Kind.INSTANT: _MOMENTS | {"timestamp with time zone"},
}
"""What a column of the result may be in DuckDB for what it is to be on the canvas; an empty one fits always."""


def query(sessions: Sessions, catalogue: Catalogue, order: Querying) -> Counts:
    """Make the working table of a query in one transaction, or adopt it; raise InputError if the query is at fault."""
    values = {name: _bound(compute(of, _nowhere(catalogue, order))) for name, of in order.parameters}
    statement = single(order.sql, values)
    given = {name: value for name, value in values.items() if name in statement.named_parameters}
    with sessions.session() as reading:

        def rows() -> Iterator[pa.Table]:
            check_reach(reading, order.sql, catalogue)
            with reading.reading_only(_DATA):
                yield from _rows(sessions, reading, statement, given, order.shape)

        return write_batches(sessions, order.name, order.shape, rows())


def _rows(
    sessions: Sessions,
    reading: Session,
    statement: duckdb.Statement,
    values: Mapping[str, object],
    shape: Shape,
) -> Iterator[pa.Table]:
    """Yield the rows of a query, numbered from 1 in the order in which they come."""
    try:
        with sessions.turn(), reading.working() as cursor:
            result = cursor.execute(statement, dict(values))
            places = [_place(column, result.description) for column in shape.columns]
            reader = result.to_arrow_reader(_BATCH)
        schema, first = table_schema(shape), 1
        while True:
            with reading.working():
                batch = next(reader, None)
            if batch is None:
                return
            numbers = pa.array(range(first, first + batch.num_rows), pa.int64())
            first += batch.num_rows
            found = [
                _typed(batch.column(place), column, schema.field(column.name).type)
                for place, column in zip(places, shape.columns, strict=True)
            ]
            yield pa.Table.from_arrays([numbers, *found], schema=schema)
    except Unexplained as fault:
        raise refused(fault.reason) from fault


def _place(column: Column, description: Sequence[Sequence[object]]) -> int:
    """Return where a column stands in the result; raise InputError if it is not there or is of another type."""
    names = [str(described[0]) for described in description]
    places = [place for place, name in enumerate(names) if name == column.name]
    places = places or [place for place, name in enumerate(names) if name.casefold() == column.name.casefold()]
    if len(places) != 1:
        found = f"the result has {len(places)} columns {column.name}" if places else f"there is no column {column.name}"
        todo = "Give each column of the result a name of its own with AS."
        raise InputError(PLACE, found, expected=f"among the columns of the result: {', '.join(names)}", todo=todo)
    kind = description[places[0]][1]
    if getattr(kind, "id", "") not in _FITTING[column.type.kind] | {"sqlnull", '"null"', "null"}:
        raise InputError(
            PLACE,
            f"column {column.name} is {kind}",
            expected=str(column.type),
            todo="Convert it in the query with CAST.",
        )
    return places[0]


def _typed(values: pa.Array, column: Column, wanted: pa.DataType) -> pa.Array:
    """Return values in the type of their column; raise InputError where one does not fit without loss."""
    try:
        return values.cast(wanted)
    except pa.ArrowException as error:
        found = f"column {column.name} holds a value that does not fit: {error}".partition("\n")[0]
        raise InputError(PLACE, found, expected=str(column.type), todo="Convert it in the query with CAST.") from error


def _nowhere(catalogue: Catalogue, order: Querying) -> Standpoint:
    return Standpoint({}, "", World({}, catalogue), order.moment)


def _bound(value: Scalar) -> Scalar:
    """Return a value as it is stored: instants in UTC without zone."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
