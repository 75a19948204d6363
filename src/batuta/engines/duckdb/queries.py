"""Queries of data engineers: their rows become a working table, and nothing else can come of them.

A query runs in a transaction that may only read, on a connection whose settings are locked and which reaches no
files and no network (see database.py). Its rows stream to the working table as Arrow batches, so that a result of
any size needs little memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import duckdb
import pyarrow as pa
from sqlglot import exp

from batuta.engines.duckdb.faults import Unexplained
from batuta.engines.duckdb.sessions import Session, Sessions
from batuta.engines.duckdb.statements import check_reach, single
from batuta.engines.duckdb.storage import DATA, DIALECT, ROWS
from batuta.engines.duckdb.tables import write_batches
from batuta.engines.shared.querying import Fitting, bound_values, numbered, places, refused
from batuta.runs.ports import Counts, Querying
from batuta.schema.model import Catalogue
from batuta.schema.types import Kind
from batuta.sets.shape import Shape

_BATCH = 100_000
_DATA = exp.table_(ROWS, db=DATA, quoted=True).sql(DIALECT)
_WHOLE = frozenset({"tinyint", "smallint", "integer", "bigint", "hugeint"})
_WHOLE |= {f"u{name}" for name in _WHOLE}
_MOMENTS = frozenset({"timestamp", "timestamp_s", "timestamp_ms", "timestamp_ns"})
_TEXTS = frozenset({"varchar", "enum", "uuid"})
_NONE = ("sqlnull", '"null"', "null")
_FITTING: Fitting = {
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


def query(sessions: Sessions, catalogue: Catalogue, order: Querying) -> Counts:
    """Make the working table of a query in one transaction, or adopt it; raise InputError if the query is at fault."""
    values = bound_values(catalogue, order)
    statement = single(order.sql, values)
    given = {name: value for name, value in values.items() if name in statement.named_parameters}
    with sessions.session() as reading:

        def rows() -> Iterator[pa.Table]:
            check_reach(reading, order.sql, catalogue)
            with reading.reading_only(_DATA):
                yield from numbered(_batches(sessions, reading, statement, given, order.shape), order.shape)

        return write_batches(sessions, order.name, order.shape, rows())


def _batches(
    sessions: Sessions,
    reading: Session,
    statement: duckdb.Statement,
    values: Mapping[str, object],
    shape: Shape,
) -> Iterator[pa.RecordBatch]:
    """Yield the columns of the shape of the rows of a query, in the order in which they come."""
    try:
        with sessions.turn(), reading.working() as cursor:
            result = cursor.execute(statement, dict(values))
            wanted = places(shape, _described(result.description), _FITTING)
            reader = result.to_arrow_reader(_BATCH)
        while True:
            with reading.working():
                batch = next(reader, None)
            if batch is None:
                return
            yield batch.select(wanted)
    except Unexplained as fault:
        raise refused(fault.reason) from fault


def _described(description: Sequence[Sequence[object]]) -> list[tuple[str, str, str]]:
    """Return what is known of the columns of a result; those of no value have types of several names."""
    kinds = [(str(name), str(getattr(kind, "id", kind)), str(kind)) for name, kind, *_ in description]
    return [(name, "" if kind in _NONE else kind, shown) for name, kind, shown in kinds]
