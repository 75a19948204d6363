"""Queries of data engineers: their rows become a working table, and nothing else can come of them.

A query runs in a transaction that may only read, under a cursor, which takes nothing but queries; see `statements`
for what it may call and read. Its rows stream to the working table, so that a result of any size needs little memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

import psycopg
import pyarrow as pa
from psycopg import errors

from batuta.engines.postgres.faults import Unexplained
from batuta.engines.postgres.sessions import Session, Sessions
from batuta.engines.postgres.statements import Statement, check_reach, single
from batuta.engines.postgres.tables import write_arrow
from batuta.engines.shared.querying import PLACE, Fitting, bound_values, numbered, places, refused
from batuta.kit.errors import BatutaError, InputError
from batuta.runs.ports import Counts, Querying
from batuta.schema.model import Catalogue, missing
from batuta.schema.types import Kind, Scalar
from batuta.sets.shape import Shape

_BATCH = 20_000
_WHOLE = frozenset({"int2", "int4", "int8"})
_NUMBERS = _WHOLE | {"numeric", "float4", "float8"}
_TEXTS = frozenset({"text", "varchar", "bpchar", "name", "uuid"})
_FITTING: Fitting = {
    Kind.STRING: _TEXTS,
    Kind.ENUM: _TEXTS,
    Kind.JSON: _TEXTS | {"json", "jsonb"},
    Kind.INTEGER: _WHOLE | {"numeric"},
    Kind.DECIMAL: _NUMBERS,
    Kind.DOUBLE: _NUMBERS,
    Kind.BOOLEAN: frozenset({"bool"}),
    Kind.DATE: frozenset({"date"}),
    Kind.TIME: frozenset({"time"}),
    Kind.DATETIME: frozenset({"timestamp", "date"}),
    Kind.INSTANT: frozenset({"timestamp", "timestamptz"}),
}
_TYPES: Mapping[str, pa.DataType] = {
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    **dict.fromkeys(("float4", "float8"), pa.float64()),
    **dict.fromkeys((*_TEXTS, "json", "jsonb"), pa.string()),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "time": pa.time64("us"),
    **dict.fromkeys(("timestamp", "timestamptz"), pa.timestamp("us")),
}
_UNDEFINED_TABLE = "42P01"


def query(sessions: Sessions, catalogue: Catalogue, order: Querying) -> Counts:
    """Make the working table of a query in one transaction, or adopt it; raise InputError if the query is at fault."""
    values = bound_values(catalogue, order)
    statement = single(order.sql, values)
    given = [values[name] for name in statement.parameters]
    with sessions.session() as reading:

        def rows() -> Iterator[pa.Table]:
            with reading.reading_only():
                _check(reading, statement, given, catalogue)
                yield from numbered(_batches(sessions, reading, statement, given, order.shape), order.shape)

        return write_arrow(sessions, order.name, order.shape, rows())


def _check(reading: Session, statement: Statement, given: Sequence[Scalar], catalogue: Catalogue) -> None:
    """Let the server plan the statement and see what it would read."""
    try:
        with reading.working() as cursor, psycopg.RawCursor(cursor.connection) as raw:
            explain = f"EXPLAIN (VERBOSE, FORMAT JSON) {statement.sql}"
            plan: Any = raw.execute(explain.encode(), given, binary=True).fetchall()[0][0]
    except BatutaError as fault:
        raise _worded(fault, catalogue) from fault
    check_reach(plan, catalogue)


def _batches(
    sessions: Sessions, reading: Session, statement: Statement, given: Sequence[Scalar], shape: Shape
) -> Iterator[pa.RecordBatch]:
    """Yield the columns of the shape of the rows of a query, in the order in which they come."""
    try:
        with sessions.turn(), reading.working() as cursor:
            rows = psycopg.RawServerCursor(cursor.connection, "_query")
            rows.execute(statement.sql.encode(), given)
            found = [
                (column.name, _kind(rows, column.type_code), column.type_display) for column in rows.description or ()
            ]
            wanted = places(shape, found, _FITTING)
            batch = rows.fetchmany(_BATCH)
        kinds = [found[place][1] for place in wanted]
        while batch:
            columns = list(zip(*batch, strict=True))
            arrays = [_array(columns[place], kind) for place, kind in zip(wanted, kinds, strict=True)]
            yield pa.record_batch(arrays, names=[column.name for column in shape.columns])
            with reading.working():
                batch = rows.fetchmany(_BATCH)
    except BatutaError as fault:
        raise _worded(fault, None) from fault


def _kind(cursor: psycopg.Cursor[Any], code: int) -> str:
    info = cursor.adapters.types.get(code)
    name = info.name if info is not None and info.oid == code else str(code)
    return "" if name == "unknown" else name


def _array(values: Sequence[Any], kind: str) -> pa.Array:
    """Return values as they are in the result."""
    if kind == "timestamptz":
        values = [value and value.astimezone(UTC).replace(tzinfo=None) for value in values]
    if kind == "uuid":
        values = [value and str(value) for value in values]
    try:
        return pa.array(values, _TYPES.get(kind))
    except (pa.ArrowException, OverflowError) as error:
        found = f"a value does not fit: {error}".partition("\n")[0]
        raise InputError(PLACE, found, expected="values of its columns", todo="Convert it with CAST.") from error


def _worded(fault: BatutaError, catalogue: Catalogue | None) -> BatutaError:
    """Return what the statement is at fault for; other failures as they are."""
    if isinstance(fault.__cause__, (errors.ReadOnlySqlTransaction, errors.InsufficientPrivilege)):
        return refused(str(fault.__cause__.diag.message_primary))
    if not isinstance(fault, Unexplained):
        return fault
    name = re.search(r'"([^"]+)"', fault.reason)
    if fault.state == _UNDEFINED_TABLE and name and catalogue is not None:
        return missing("schema", name[1], [schema.name for schema in catalogue.schemas], "schemas")
    return refused(fault.reason)
